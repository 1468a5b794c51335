// SPDX-License-Identifier: GPL-3.0-or-later
//! A hostile side of the MTA: whatever comes over one connection, no other one suffers.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use rustix::process::Signal;

use crate::chance::Chance;
use crate::daemon::{Daemon, ENFORCE};
use crate::sessions;
use crate::wire::{Wire, hello, is_well, message, packet, rounds, session};

/// Sends what `session` makes, so many times, and expects a daemon that is as well as before.
fn survives(usual: usize, mut session: impl FnMut(usize, &mut Chance) -> Vec<u8>) {
    let daemon = Daemon::over_unix(&[ENFORCE]);
    let mut chance = Chance::new();
    for round in 0..rounds(usual) {
        let mut wire = Wire::to(&daemon);
        wire.send(&session(round, &mut chance));
        wire.rest();
    }
    assert!(is_well(&daemon), "{}", daemon.log());
    assert!(
        !daemon.log().contains("a part of the daemon failed"),
        "{}",
        daemon.log()
    );
}

/// Row 30: one bad packet ends one connection, not the daemon.
#[test]
fn row_30_absurd_lengths_end_that_connection() {
    let daemon = Daemon::over_unix(&[]);
    for length in [0_u32, 1 << 20 | 1, 1 << 31, u32::MAX] {
        for before in [vec![], hello(), session()] {
            let mut wire = Wire::to(&daemon);
            wire.send(&before)
                .send(&length.to_be_bytes())
                .send(b"M<a@example.ch>\0");
            assert!(wire.rest().iter().all(|reply| reply.0 != b't'), "{length}");
        }
    }
    daemon.wait_for("no milter protocol");
    assert!(is_well(&daemon), "{}", daemon.log());
}

#[test]
fn unknown_commands_end_that_connection() {
    let daemon = Daemon::over_unix(&[]);
    for command in (0..=255_u8).filter(|c| !b"ABCDEHKLMNOQRTU".contains(c)) {
        let mut wire = Wire::to(&daemon);
        wire.send(&hello()).send(&packet(command, b"?\0"));
        assert_eq!(wire.rest().len(), 1, "{command}");
    }
    assert!(is_well(&daemon));
}

/// Commands in any order: none may panic, hang, or leave something for the next message.
#[test]
fn commands_in_any_order_are_survived() {
    let commands: &[(u8, &[u8])] = &[
        (b'A', b""),
        (b'B', b"body\r\n"),
        (b'C', b"c\0U"),
        (b'D', b"M"),
        (b'D', b"Mi\x001\0"),
        (b'E', b""),
        (b'H', b"helo\0"),
        (b'K', b""),
        (b'L', b"Subject\0 x\0"),
        (b'M', b"<a@example.ch>\0"),
        (b'N', b""),
        (b'O', b"\0\0\0\x06\0\0\x01\xff\0\x1f\xff\xff"),
        (b'R', b"<b@example.org>\0"),
        (b'T', b""),
        (b'U', b"XYZZY\0"),
    ];
    survives(60, |_, chance| {
        let mut bytes = hello();
        for _ in 0..chance.below(40) {
            let (command, payload) = commands[chance.below(commands.len())];
            bytes.extend(packet(command, payload));
        }
        bytes
    });
}

/// Rows 24 and 26: random bytes, and recorded sessions with bytes changed, cut and doubled.
#[test]
fn row_26_mangled_sessions_are_survived() {
    let sessions = sessions::all();
    survives(150, |round, chance| {
        let mut bytes = sessions[chance.below(sessions.len())].1.clone();
        if round % 5 == 0 {
            bytes = (0..chance.below(3000)).map(|_| chance.byte()).collect();
        }
        for _ in 0..chance.below(8) {
            let at = chance.below(bytes.len());
            let to = (at + chance.below(60)).min(bytes.len());
            match chance.below(4) {
                0 => drop(bytes.drain(at..to)),
                1 => bytes.truncate(at),
                2 => {
                    let piece = bytes[at..to].to_vec();
                    drop(bytes.splice(at..at, piece));
                }
                _ => {
                    if let Some(byte) = bytes.get_mut(at) {
                        *byte = chance.byte();
                    }
                }
            }
        }
        bytes
    });
}

/// Row 19: a session that is cut anywhere is never a message that was accepted, or a left-over.
#[test]
fn row_19_a_cut_anywhere_is_no_message() {
    let daemon = Daemon::over_unix(&[]);
    let whole = session();
    let end = whole.len() - packet(b'Q', b"").len();
    for at in 0..end {
        let mut wire = Wire::to(&daemon);
        wire.send(&whole[..at]);
        let answers = wire.rest().iter().filter(|reply| reply.0 == b'c').count();
        assert!(answers <= 1, "cut at {at}: MAIL alone may have its answer");
    }
    assert!(is_well(&daemon));
    assert_eq!(daemon.messages(1).len(), 1);
}

/// Rows 16, 17, 20 and 31: probes that connect and close, or say nonsense, leave nothing.
#[test]
fn row_31_ten_thousand_probes_leave_no_descriptor() {
    let daemon = Daemon::over_unix(&[]);
    assert!(is_well(&daemon));
    let before = daemon.descriptors();
    let probe = |count: usize| {
        for round in 0..count {
            let mut wire = Wire::to(&daemon);
            match round % 4 {
                0 => drop(wire.send(b"GET / HTTP/1.0\r\n\r\n")),
                1 => drop(wire.send(&hello())),
                _ => (),
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| probe(2_500));
        }
    });
    assert!(is_well(&daemon), "{}", daemon.log());
    let left = daemon.wait_descriptors(before);
    assert!(left <= before + 2, "{before} descriptors became {left}");
    assert!(daemon.log().lines().count() < 50, "the log was flooded");
}

/// Row 15: TERM with 200 sessions open ends within its time.
#[test]
fn row_15_terminate_with_two_hundred_sessions_open() {
    let mut daemon = Daemon::over_unix(&[]);
    let open: Vec<Wire> = (0..200)
        .map(|_| {
            let mut wire = Wire::to(&daemon);
            wire.send(&hello());
            wire.reply().unwrap();
            wire
        })
        .collect();
    daemon.signal(Signal::TERM);
    assert!(daemon.end().success(), "{}", daemon.log());
    drop(open);
}

/// Rows 33 and 34: HUP again and again under load, one in ten with a broken file.
#[test]
fn row_34_reloads_under_load_lose_nothing() {
    let daemon = Daemon::over_unix(&[ENFORCE]);
    let good = std::fs::read_to_string(&daemon.config).unwrap();
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        let load = scope.spawn(|| {
            let mut wire = Wire::to(&daemon);
            wire.send(&hello()).send(&packet(b'C', b"c\0U"));
            let mut count = 0;
            while !is_over.load(Ordering::Relaxed) {
                wire.send(&message());
                for _ in 0..2 {
                    assert_eq!(wire.answer().unwrap().0, b'c', "{}", daemon.log());
                }
                count += 1;
            }
            count
        });
        for round in 0..rounds(8) {
            let is_broken = round % 10 == 3;
            let text = if is_broken { "mode: sideways\n" } else { &good };
            std::fs::write(&daemon.config, text).unwrap();
            daemon.signal(Signal::HUP);
            if is_broken {
                daemon.wait_for("the configuration stays as it was");
            }
            thread::sleep(Duration::from_millis(150));
        }
        is_over.store(true, Ordering::Relaxed);
        assert!(load.join().unwrap() > 10);
    });
    assert!(is_well(&daemon), "{}", daemon.log());
}
