// SPDX-License-Identifier: GPL-3.0-or-later
//! Records what a real Postfix and a real Sendmail say to a milter, into `tests/milter/sessions`, byte for byte.
//!
//! `tests/milter/sessions.rs` replays it. Not a test: run it anew when one of them has changed,
//! by `cargo test --test record -- --ignored`, as root.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test reports by panicking"
)]

#[path = "mta/mod.rs"]
mod mta;

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use mta::home::Home;
use mta::milter::{self, Milter};
use mta::postfix::{Entrance, Postfix};
use mta::sendmail::Sendmail;
use mta::sink::Sink;
use mta::{Mta, free_port, relays, smtp::Client};

/// What clients say, by the name of the file. `.` stands for the end of DATA.
const SCRIPTS: &[(&str, &[&str])] = &[
    (
        "one-mail",
        &[
            "MAIL FROM:<anna@example.ch>",
            "RCPT TO:<beat@example.org>",
            "DATA",
            "From: anna@example.ch\r\nSubject: Hello\r\n\r\nGood morning\r\n.",
            "QUIT",
        ],
    ),
    (
        "three-mails-and-reset",
        &[
            "MAIL FROM:<anna@example.ch> SIZE=100",
            "RCPT TO:<left@example.org>",
            "RSET",
            "MAIL FROM:<anna@example.ch>",
            "RCPT TO:<beat@example.org>",
            "RCPT TO:<carla@example.ch>",
            "DATA",
            "Subject: One\r\n\r\nOne\r\n.",
            "RSET",
            "MAIL FROM:<anna@example.ch> BODY=8BITMIME RET=HDRS ENVID=one",
            "RCPT TO:<beat@example.org> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;beat@example.org",
            "DATA",
            "Subject: Two\r\n\r\n.",
            "MAIL FROM:<>",
            "RCPT TO:<beat@example.org>",
            "DATA",
            "Subject: Three\r\n\r\n..\r\nThree\r\n.",
            "QUIT",
        ],
    ),
    (
        "relayed",
        &[
            "MAIL FROM:<anna@example.ch>",
            "RCPT TO:<beat@stranger.example> NOTIFY=NEVER",
            "DATA",
            "Subject: Lohn\r\nX-PII-Level: public\r\n\r\nAHV 756.9217.0769.85\r\n.",
            "QUIT",
        ],
    ),
    (
        "odd-fields-and-addresses",
        &[
            "MAIL FROM:<\"anna b\"@example.ch> SMTPUTF8",
            "RCPT TO:<zo\u{eb}@b\u{fc}cher.example>",
            "RCPT TO:<\"a\\\"b\"@example.org>",
            "RCPT TO:<bad@@syntax>",
            "RCPT TO:<Beat@example.org>",
            "RCPT TO:<beat@EXAMPLE.org>",
            "DATA",
            "Subject:no blank\r\nSubject:  two\r\n\t folded \r\n  \r\nX-Blank : a\r\nX-Empty:\r\n\
             X-Utf8: Gr\u{fc}\u{df}e\r\n\r\na\nb\r\n\r\n.",
            "QUIT",
        ],
    ),
    (
        "gone-within-the-mail",
        &[
            "MAIL FROM:<anna@example.ch>",
            "RCPT TO:<beat@example.org>",
            "DATA",
            "Subject: Half\r\n\r\nHalf",
        ],
    ),
];

/// Those that Sendmail takes as well; it has no SMTPUTF8.
const OF_SENDMAIL: &[&str] = &["one-mail", "three-mails-and-reset", "relayed", "refused"];

type Recorded = Arc<Mutex<Vec<u8>>>;

#[test]
#[ignore = "writes into the source"]
fn record() {
    let mut large = String::from("Subject: Large\r\n\r\n");
    (0..900).for_each(|line| large += &format!("{line:0>78}\r\n"));
    let large = [
        "MAIL FROM:<anna@example.ch>",
        "RCPT TO:<beat@example.org>",
        "DATA",
        &(large + "."),
        "QUIT",
    ];
    let refused = [
        "MAIL FROM:<anna@example.ch>",
        "RCPT TO:<beat@partner.example>",
        "DATA",
        &format!("Subject: Lohn\r\n\r\n{}.", numbers(12)),
        "QUIT",
    ];
    let long = [("large-body", &large[..]), ("refused", &refused[..])];
    let scripts: Vec<_> = SCRIPTS.iter().copied().chain(long).collect();
    let of_postfix = record_all("", &scripts, |home, doors, sink| {
        Box::new(Postfix::start(
            home,
            doors,
            sink.port(),
            "smtputf8_enable = yes\n",
            "",
        ))
    });
    let few = scripts
        .into_iter()
        .filter(|(name, _)| OF_SENDMAIL.contains(name));
    let of_sendmail = record_all(
        "sendmail-",
        &few.collect::<Vec<_>>(),
        |home, doors, sink| {
            let lines = relays::sendmail_to_sink(home, sink.port(), sink.port());
            Box::new(Sendmail::start(home, doors, &lines))
        },
    );
    assert_eq!(
        of_postfix + of_sendmail,
        SCRIPTS.len() + 2 + OF_SENDMAIL.len()
    );
}

/// Plays the scripts to an MTA and writes what it said to us; gives how many.
fn record_all(
    prefix: &str,
    scripts: &[(&str, &[&str])],
    start: impl FnOnce(&Arc<Home>, &[Entrance], &Sink) -> Box<dyn Mta>,
) -> usize {
    let sink = Sink::start();
    let home = Arc::new(Home::new("record"));
    milter::install(&home);
    let (proxy, entrance) = (TcpListener::bind("127.0.0.1:0").unwrap(), free_port());
    let door = Entrance {
        port: entrance,
        milter: format!("inet:{}", proxy.local_addr().unwrap()),
    };
    let behind = free_port();
    let listen = format!("inet:127.0.0.1:{behind}");
    let _milter = Milter::start(&home, "record", &milter::enforcing(&listen), &listen);
    let recorded = Recorded::default();
    let into = Arc::clone(&recorded);
    thread::spawn(move || {
        for mta in proxy.incoming() {
            pass(mta.unwrap(), behind, &into);
        }
    });
    let _mta = start(&home, &[door], &sink);
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/milter/sessions");
    // What the harness has asked whether it listens.
    thread::sleep(Duration::from_secs(1));
    for (name, script) in scripts {
        recorded.lock().unwrap().clear();
        let (mut client, _) = Client::connect(entrance);
        client.command("EHLO client.example.ch");
        for line in *script {
            if line.ends_with("Half") {
                break;
            }
            client.command(line);
        }
        drop(client);
        thread::sleep(Duration::from_secs(1));
        let bytes = std::mem::take(&mut *recorded.lock().unwrap());
        assert!(!bytes.is_empty(), "{prefix}{name}");
        fs::write(folder.join(format!("{prefix}{name}")), bytes).unwrap();
    }
    scripts.len()
}

/// So many made-up social security numbers, one a line, with their check digit (EAN-13).
fn numbers(count: u32) -> String {
    let number = |n: u32| {
        let digits = format!("756{:09}", 123_456_000 + n);
        let weighed = digits.bytes().enumerate();
        let sum: u32 = weighed
            .map(|(at, digit)| u32::from(digit - b'0') * if at % 2 == 0 { 1 } else { 3 })
            .sum();
        format!("AHV {digits}{}\r\n", (10 - sum % 10) % 10)
    };
    (0..count).map(number).collect()
}

/// Joins the MTA with the milter, and keeps what the MTA says.
fn pass(mut mta: TcpStream, milter: u16, recorded: &Recorded) {
    let mut ours = TcpStream::connect(("127.0.0.1", milter)).unwrap();
    let (mut from, mut to) = (mta.try_clone().unwrap(), ours.try_clone().unwrap());
    thread::spawn(move || std::io::copy(&mut ours, &mut mta));
    let recorded = Arc::clone(recorded);
    thread::spawn(move || {
        let mut space = [0; 65_536];
        while let Ok(count @ 1..) = from.read(&mut space) {
            let bytes = space.get(..count).unwrap();
            recorded.lock().unwrap().extend_from_slice(bytes);
            to.write_all(bytes).unwrap();
        }
        to.shutdown(std::net::Shutdown::Write).ok();
    });
}
