// SPDX-License-Identifier: GPL-3.0-or-later
//! Replays sessions of a real Postfix and a real Sendmail (recorded by `tests/record.rs`), byte for byte: at once, byte by
//! byte, and cut at random. However they come, what we say is the same.

use std::fs;
use std::path::Path;
use std::time::Duration;

use crate::chance::Chance;
use crate::daemon::{Daemon, ENFORCE, REFUSE};
use crate::wire::{Wire, rounds};

/// The commands we say in each: `O` agreement, `c` go on, `h` header added, `m` header changed,
/// `2` recipient with parameters added, `-` recipient taken off, `y` answer with a code.
const SAID: &[(&str, &str)] = &[
    ("gone-within-the-mail", "O c"),
    ("large-body", "O c hc"),
    ("odd-fields-and-addresses", "O c hc"),
    ("one-mail", "O c hc"),
    ("refused", "O c y"),
    ("relayed", "O c mhm2-c"),
    ("sendmail-one-mail", "O c hc"),
    ("sendmail-refused", "O c y"),
    ("sendmail-relayed", "O c mhm2-c"),
    ("sendmail-three-mails-and-reset", "O c c hc c hc c hc"),
    ("three-mails-and-reset", "O c c hc c hc c hc"),
];

/// The recorded sessions by their names: what the MTA said.
pub fn all() -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/milter/sessions");
    let mut all: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap())
        .map(|file| {
            let name = file.file_name().into_string().unwrap();
            (name, fs::read(file.path()).unwrap())
        })
        .collect();
    all.sort();
    all
}

/// What the daemon says to a session that comes in pieces of these lengths.
fn said(daemon: &Daemon, session: &[u8], mut length: impl FnMut() -> usize) -> Vec<(u8, Vec<u8>)> {
    let mut wire = Wire::to(daemon);
    let mut rest = session;
    while !rest.is_empty() {
        let (piece, others) = rest.split_at(length().clamp(1, rest.len()));
        wire.send(piece);
        rest = others;
    }
    // Postfix closes when it has its answer; closing at once would be its going away.
    std::thread::sleep(Duration::from_millis(400));
    let mut said = wire.rest();
    for (command, payload) in &mut said {
        if *command == b'y' {
            // Our name of the message differs each time.
            let end = payload.windows(2).position(|two| two == b"Q-");
            payload.truncate(end.unwrap_or(payload.len()));
        }
    }
    said.retain(|(command, _)| *command != b'p');
    said
}

/// Rows 24, 22, 28 and 29: packets cut anywhere, several in one read, three mails on one session.
#[test]
fn row_24_recorded_sessions_say_the_same_however_they_are_cut() {
    let daemon = Daemon::over_unix(&[ENFORCE, REFUSE]);
    let all = all();
    let names: Vec<&str> = all.iter().map(|(name, _)| name.as_str()).collect();
    let expected: Vec<&str> = SAID.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, expected);
    let mut chance = Chance::new();
    for ((name, session), (_, commands)) in all.iter().zip(SAID) {
        let whole = said(&daemon, session, || usize::MAX);
        let told: String = whole
            .iter()
            .map(|(command, _)| char::from(*command))
            .collect();
        assert_eq!(told, commands.replace(' ', ""), "{name}: {whole:?}");
        assert!(
            whole == said(&daemon, session, || 1),
            "{name}, byte by byte"
        );
        for _ in 0..rounds(1) {
            let cut = said(&daemon, session, || 1 + chance.below(40));
            assert!(whole == cut, "{name}");
        }
    }
}
