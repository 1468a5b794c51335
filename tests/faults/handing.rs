// SPDX-License-Identifier: GPL-3.0-or-later
//! F22, F23: the MTA is away, puts off, refuses, is slow, or hangs up behind the final dot; many let one case go at once.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use serde_json::Value;

use crate::ledger::letter;
use crate::mta::milter::Milter;
use crate::mta::{PATIENCE, free_port, smtp, wait_for};
use crate::site::{Door, Site};
use crate::{Fault, is_full};

pub const FAULTS: &[Fault] = &[
    ("f22_the_state_follows_what_the_mta_said", follows),
    ("f22_an_mta_that_is_away_is_tried_again", away),
    ("f23_of_many_releases_at_once_one_leaves", at_once),
];

/// What a server does at the final dot.
#[derive(Clone, Copy, Debug)]
enum AtDot {
    Say(&'static str),
    HangUp,
    /// Says so after a while.
    Slowly(&'static str),
}
use AtDot::{HangUp, Say, Slowly};

/// A server that does one thing after the other at each final dot, and counts them.
#[derive(Clone, Default)]
struct Scripted(Arc<Mutex<(VecDeque<AtDot>, usize)>>);

impl Scripted {
    fn listen(&self, port: u16) {
        let (listener, this) = (
            TcpListener::bind(("127.0.0.1", port)).unwrap(),
            self.clone(),
        );
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let this = this.clone();
                thread::spawn(move || this.converse(&stream).ok());
            }
        });
    }

    fn then(&self, does: AtDot) {
        self.0.lock().unwrap().0.push_back(does);
    }

    /// How many final dots it saw.
    fn dots(&self) -> usize {
        self.0.lock().unwrap().1
    }

    fn converse(&self, stream: &TcpStream) -> std::io::Result<()> {
        let mut out = stream;
        let mut lines = BufReader::new(stream);
        out.write_all(b"220 mx ESMTP\r\n")?;
        let mut is_data = false;
        loop {
            let mut line = Vec::new();
            if lines.read_until(b'\n', &mut line)? == 0 {
                return Ok(());
            }
            let reply = match (is_data, line.get(..4)) {
                (true, _) if line == b".\r\n" => {
                    is_data = false;
                    let mut script = self.0.lock().unwrap();
                    script.1 += 1;
                    let does = script
                        .0
                        .pop_front()
                        .unwrap_or(Say("250 2.0.0 Ok: queued as ABC123"));
                    drop(script);
                    match does {
                        Say(reply) => reply,
                        HangUp => return Ok(()),
                        Slowly(reply) => {
                            thread::sleep(Duration::from_secs(3));
                            reply
                        }
                    }
                }
                (true, _) => continue,
                (false, Some(b"DATA")) => {
                    is_data = true;
                    "354 go"
                }
                (false, Some(b"EHLO")) => "250-mx\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 DSN",
                (false, Some(b"QUIT")) => return out.write_all(b"221 bye\r\n"),
                (false, _) => "250 ok",
            };
            out.write_all(format!("{reply}\r\n").as_bytes())?;
        }
    }
}

/// Has a mail wait, and gives the id of its case.
fn held(door: &Door<'_>, daemon: &Milter, id: &str) -> String {
    let reply = smtp::send(door.port, &letter(id, true));
    assert_eq!(reply.code, 250, "{reply:?}\n{}", daemon.log());
    let from = format!("{id}@example.ch");
    let found = wait_for(PATIENCE, || {
        let listed = daemon.cases(&["list", "--json", "--from", &from, "--state", "held"]);
        let case: Value = serde_json::from_str(listed.lines().next()?).unwrap();
        Some(case["id"].as_str().unwrap().to_owned())
    });
    found.unwrap_or_else(|| panic!("{}", daemon.log()))
}

/// Waits until its recipient is in that state with such a reply.
fn wait_until(daemon: &Milter, case: &str, state: &str, reply: &str) {
    let mut last = Value::Null;
    let reached = wait_for(3 * PATIENCE, || {
        let shown: Value = serde_json::from_str(&daemon.cases(&["show", case, "--json"])).unwrap();
        last = shown["case"]["recipients"][0].clone();
        let said = last["reply"].as_str().unwrap_or_default();
        (last["state"] == state && said.contains(reply)).then_some(())
    });
    assert!(
        reached.is_some(),
        "{last}, not {state} {reply}\n{}",
        daemon.log()
    );
}

fn follows(site: &Site) {
    let port = free_port();
    let server = Scripted::default();
    server.listen(port);
    let door = site.door_to(port);
    let daemon = door.daemon("follows");
    let case = held(&door, &daemon, "follows");
    // A refusal brings it back to a person, with what was said.
    server.then(Say("554 5.7.1 not by me"));
    daemon.cases(&["release", &case]);
    wait_until(&daemon, &case, "held", "554 5.7.1 not by me");
    // Nobody knows what became of it: it is not sent again by itself.
    server.then(HangUp);
    daemon.cases(&["release", &case]);
    wait_until(&daemon, &case, "unknown-outcome", "");
    assert_eq!(server.dots(), 2);
    // Somebody has looked, and sends it again; a slow answer is waited for.
    server.then(Slowly("250 2.0.0 Ok: queued as SLOW1"));
    daemon.cases(&["release", &case]);
    wait_until(&daemon, &case, "released", "250 2.0.0 Ok: queued as SLOW1");
    assert_eq!(server.dots(), 3);
    let again = daemon.try_cases(&["release", &case]);
    assert_eq!(again.status.code(), Some(2), "{again:?}");
    // What did arrive is only noted.
    let case = held(&door, &daemon, "follows-arrived");
    server.then(HangUp);
    daemon.cases(&["release", &case]);
    wait_until(&daemon, &case, "unknown-outcome", "");
    daemon.cases(&["release", &case, "--arrived"]);
    wait_until(&daemon, &case, "released", "");
    assert_eq!(server.dots(), 4);
}

fn away(site: &Site) {
    let port = free_port();
    let door = site.door_to(port);
    let daemon = door.daemon("away");
    let case = held(&door, &daemon, "away");
    daemon.cases(&["release", &case]);
    wait_until(&daemon, &case, "releasing", "127.0.0.1");
    if !is_full() {
        return;
    }
    // It is there, and puts off; then it takes it. The first rest is half a minute.
    let server = Scripted::default();
    server.then(Say("452 4.3.1 disk full"));
    server.listen(port);
    wait_until(&daemon, &case, "releasing", "452 4.3.1");
    wait_until(&daemon, &case, "released", "250 ");
    assert_eq!(server.dots(), 2);
}

fn at_once(site: &Site) {
    let door = site.door();
    let daemon = door.daemon("at-once");
    let case = held(&door, &daemon, "at-once");
    let many = if is_full() { 50 } else { 12 };
    let made = thread::scope(|scope| {
        let ask = |at: usize| match at % 5 {
            0 => {
                let expired = daemon.try_cases(&["expire", "--before", "2100-01-01"]);
                assert!(expired.status.success(), "{expired:?}");
                false
            }
            _ => daemon.try_cases(&["release", &case]).status.success(),
        };
        let people: Vec<_> = (1..=many).map(|at| scope.spawn(move || ask(at))).collect();
        people
            .into_iter()
            .filter_map(|one| one.join().unwrap().then_some(()))
            .count()
    });
    assert!(made <= 1, "{made} were told that they let it go");
    let state = if made == 1 { "released" } else { "expired" };
    wait_until(&daemon, &case, state, "");
    thread::sleep(Duration::from_millis(700));
    let id = Some("<at-once@example.ch>".to_owned());
    let arrived = site
        .sink
        .mails()
        .into_iter()
        .filter(|mail| mail.only("Message-ID") == id);
    assert_eq!(arrived.count(), made);
    println!("F23: {many} at once, {made} released it");
}
