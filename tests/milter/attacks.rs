// SPDX-License-Identifier: GPL-3.0-or-later
//! Mail that is made to cost (`tests/attacks/make.py`): each is answered within its time, no worker takes
//! more memory than it may, and other mail passes as ever.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use std::{fs, thread};

use crate::daemon::Daemon;
use crate::wire::{Wire, hello, is_well, message, packet, rounds};

/// `milter.limits.worker`, in kilobytes, and what a process has besides.
const MOST_OF_A_WORKER: usize = (512 + 64) << 10;

/// What the daemon itself may grow by, in kilobytes: what it keeps of a message lies in its spool.
const MOST_GROWTH: usize = 48 << 10;

/// How long any answer may take: `milter.limits.time`, and some for a busy machine.
const PATIENCE: Duration = Duration::from_secs(90);

/// The attacks, and what must come of each.
struct Attacks {
    folder: PathBuf,
    list: Vec<(String, bool)>,
}

impl Attacks {
    fn make(name: &str) -> Self {
        let name = format!("pii-milter-attacks-{name}-{}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        let make = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/attacks/make.py");
        let mut command = Command::new("python3");
        command.arg("-B").arg(make).arg(&folder);
        if rounds(1) > 1 {
            command.arg("long");
        }
        assert!(command.status().unwrap().success());
        let list = fs::read_to_string(folder.join("manifest.tsv")).unwrap();
        let row = |line: &str| {
            let (name, must) = line.split_once('\t').unwrap();
            (name.to_owned(), must == "told")
        };
        let list = list.lines().map(row).collect();
        Self { folder, list }
    }

    fn mail(&self, name: &str) -> Vec<u8> {
        fs::read(self.folder.join(format!("{name}.eml"))).unwrap()
    }
}

impl Drop for Attacks {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.folder).ok();
    }
}

/// Hands over a mail as an MTA does, and gives the answer.
fn send(daemon: &Daemon, mail: &[u8]) -> u8 {
    let mut wire = Wire::to(daemon);
    wire.0.set_read_timeout(Some(PATIENCE)).unwrap();
    wire.send(&hello())
        .send(&packet(b'C', b"c\x004\0\x00127.0.0.1\0"))
        .send(&packet(b'M', b"<a@example.ch>\0"))
        .send(&packet(b'R', b"<b@example.org>\0"));
    let end = mail.windows(2).position(|two| two == b"\n\n").unwrap();
    for line in mail[..end].split(|byte| *byte == b'\n') {
        let colon = line.iter().position(|byte| *byte == b':').unwrap();
        let (name, value) = line.split_at(colon);
        wire.send(&packet(b'L', &[name, b"\0", &value[1..], b"\0"].concat()));
    }
    for piece in mail[end + 2..].chunks(60_000) {
        wire.send(&packet(b'B', piece));
    }
    wire.send(&packet(b'E', b""));
    // MAIL has an answer too.
    let answers: Vec<u8> = (0..2)
        .map_while(|_| wire.answer())
        .map(|reply| reply.0)
        .collect();
    answers
        .last()
        .copied()
        .filter(|_| answers.len() == 2)
        .unwrap_or(b'?')
}

#[test]
fn every_attack_is_answered_in_time_and_memory() {
    let attacks = Attacks::make("each");
    let limits = if rounds(1) > 1 {
        "processor: 20s"
    } else {
        "processor: 3s"
    };
    let daemon = Daemon::over_unix(&[("processor: 20s", limits)]);
    assert!(is_well(&daemon));
    let before = daemon.memory();
    let mut wrong = Vec::new();
    for (at, (name, must_tell)) in attacks.list.iter().enumerate() {
        let answer = send(&daemon, &attacks.mail(name));
        let line = daemon.messages(at + 2).pop().unwrap();
        let is_told = ["over-budget", "unreadable", "partly", "ambiguous"];
        let is_told = is_told.iter().any(|word| line.contains(word));
        let memory = daemon.workers_memory();
        println!(
            "{name}: {}, {} MB; {line}",
            char::from(answer),
            memory >> 10
        );
        if answer != b'c' && answer != b'a' || memory > MOST_OF_A_WORKER || *must_tell && !is_told {
            wrong.push((name, answer, memory, line));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(is_well(&daemon), "{}", daemon.log());
    let growth = daemon.memory().saturating_sub(before);
    assert!(growth < MOST_GROWTH, "the daemon grew by {growth} kB");
}

#[test]
#[cfg_attr(
    debug_assertions,
    ignore = "minutes of hostile mail; make long runs it"
)]
fn other_mail_passes_while_attacks_are_fought() {
    let attacks = Attacks::make("beside");
    let daemon = Daemon::over_unix(&[("processor: 20s", "processor: 1s")]);
    assert!(is_well(&daemon));
    let workers = daemon.workers();
    let before = daemon.memory();
    let mail = attacks.mail("zip-wide");
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                while !is_over.load(Ordering::Relaxed) {
                    send(&daemon, &mail);
                }
            });
        }
        let mut wire = Wire::to(&daemon);
        wire.0.set_read_timeout(Some(PATIENCE)).unwrap();
        wire.send(&hello()).send(&packet(b'C', b"c\0U"));
        for _ in 0..rounds(20) {
            wire.send(&message());
            for _ in 0..2 {
                assert_eq!(wire.answer().unwrap().0, b'c', "{}", daemon.log());
            }
        }
        daemon.wait_for("needed more than milter.limits.processor allows");
        is_over.store(true, Ordering::Relaxed);
    });
    assert!(is_well(&daemon), "{}", daemon.log());
    assert_ne!(daemon.workers(), workers, "no worker was replaced");
    let growth = daemon.memory().saturating_sub(before);
    assert!(growth < MOST_GROWTH, "the daemon grew by {growth} kB");
}
