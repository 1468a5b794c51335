// SPDX-License-Identifier: GPL-3.0-or-later
//! Too much of something: said early, survived, and forgotten when it is over.

use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Signal, kill_process};

use crate::daemon::{Daemon, ENFORCE};
use crate::wire::{Wire, hello, is_well, message, packet, rounds, session};

/// MAIL of a message that says to be so long.
fn mail(size: &str) -> Vec<u8> {
    packet(b'M', format!("<a@example.ch>\0SIZE={size}\0").as_bytes())
}

/// A connection that has said hello and who the client is.
fn greeted(daemon: &Daemon) -> Wire {
    let mut wire = Wire::to(daemon);
    wire.send(&hello())
        .send(&packet(b'C', b"c\x004\0\x00127.0.0.1\0"));
    assert_eq!(wire.reply().unwrap().0, b'O');
    wire
}

fn says_later(wire: &mut Wire) -> bool {
    let (command, text) = wire.answer().unwrap();
    command == b'y' && text.starts_with(b"451 4.3.2 ")
}

/// Rows 18 and 19: 200 sessions with 64 descriptors. The daemon refuses the new ones at once, ends
/// the old ones rightly, accepts nothing that it has not seen, and recovers.
#[test]
fn row_18_two_hundred_sessions_with_sixty_four_descriptors() {
    let daemon = Daemon::with_descriptors(64, &[ENFORCE]);
    let mut sessions: Vec<Wire> = (0..200).map(|_| Wire::to(&daemon)).collect();
    let mut served = 0;
    for wire in &mut sessions {
        wire.send(&session());
    }
    for wire in &mut sessions {
        let answers: Vec<_> = std::iter::from_fn(|| wire.answer()).collect();
        match answers.as_slice() {
            [] => (),
            [(b'c', _), (b'c', _)] => served += 1,
            other => panic!("{other:?}: {}", daemon.log()),
        }
    }
    assert!((15..200).contains(&served), "{served}: {}", daemon.log());
    daemon.wait_for("the new ones are closed");
    drop(sessions);
    let begin = Instant::now();
    while !is_well(&daemon) {
        assert!(
            begin.elapsed() < Duration::from_secs(10),
            "{}",
            daemon.log()
        );
    }
    assert_eq!(daemon.messages(served + 1).len(), served + 1);
}

/// Row 38: connections that say nothing cost no worker and little memory.
#[test]
fn row_38_a_thousand_idle_connections_hurt_nobody() {
    let daemon = Daemon::over_unix(&[]);
    assert!(is_well(&daemon));
    let before = daemon.memory();
    let idle: Vec<Wire> = (0..1000).map(|_| greeted(&daemon)).collect();
    let more = daemon.memory() - before;
    assert!(more < 50_000, "{more} kB more");
    let begin = Instant::now();
    assert!(is_well(&daemon));
    assert!(begin.elapsed() < Duration::from_secs(2));
    drop(idle);
    println!("1,000 idle connections: {more} kB more");
}

/// All messages share one budget; without room 451 at MAIL, or unlabelled where nothing is stopped.
#[test]
fn without_room_mail_is_put_off_at_once() {
    let small = [
        ("memory: 512M", "memory: 2M"),
        ("message: 50M", "message: 2M"),
    ];
    let [memory, size] = small;
    let daemon = Daemon::over_unix(&[ENFORCE, memory, size]);
    let mut first = greeted(&daemon);
    first
        .send(&mail("10"))
        .send(&packet(b'R', b"<b@example.org>\0"));
    for _ in 0..20 {
        first.send(&packet(b'B', &[b'x'; 60_000]));
    }
    assert_eq!(first.answer().unwrap().0, b'c');
    let mut second = greeted(&daemon);
    let begin = Instant::now();
    loop {
        second.send(&mail("1500000"));
        if says_later(&mut second) {
            break;
        }
        second.send(&packet(b'A', b""));
        assert!(
            begin.elapsed() < Duration::from_secs(10),
            "{}",
            daemon.log()
        );
    }
    // What has not said how long it would be is stopped at its end.
    second
        .send(&mail("10"))
        .send(&packet(b'R', b"<b@example.org>\0"));
    for _ in 0..20 {
        second.send(&packet(b'B', &[b'x'; 60_000]));
    }
    second.send(&packet(b'E', b""));
    assert_eq!(second.answer().unwrap().0, b'c');
    let (command, text) = second.answer().unwrap();
    assert!(
        command == b'y' && text.starts_with(b"451 4.7.1 "),
        "{}",
        daemon.log()
    );
    first.send(&packet(b'E', b""));
    assert_eq!(first.answer().unwrap().0, b'c');
    // Everything was given back.
    second.send(&mail("1900000")).send(&packet(b'A', b""));
    assert_eq!(second.answer().unwrap().0, b'c', "{}", daemon.log());
    daemon.wait_for("messages are put off");
}

/// Rows 9, 10 and 11: workers that die on every message stop the mail, not its inspection; and it
/// goes on by itself when they live.
#[test]
fn row_11_workers_that_fail_in_series_open_the_breaker() {
    for (changes, is_stopped) in [(&[ENFORCE][..], true), (&[], false)] {
        let daemon = Daemon::over_unix(changes);
        let mut wire = greeted(&daemon);
        daemon.may_open(false);
        daemon
            .workers()
            .iter()
            .for_each(|pid| kill_process(*pid, Signal::KILL).unwrap());
        for _ in 0..10 {
            wire.send(&message());
            assert_eq!(wire.answer().unwrap().0, b'c');
            let expected = if is_stopped { b'y' } else { b'c' };
            assert_eq!(wire.answer().unwrap().0, expected, "{}", daemon.log());
        }
        daemon.wait_for("no mail is taken until a trial goes well");
        if is_stopped {
            wire.send(&mail("1"));
            assert!(says_later(&mut wire));
        } else {
            wire.send(&message());
            assert_eq!(
                [wire.answer().unwrap().0, wire.reply().unwrap().0],
                *b"cc",
                "no label"
            );
        }
        daemon.may_open(true);
        let begin = Instant::now();
        while !daemon.log().contains("mail is taken again") {
            wire.send(&mail("1")).send(&packet(b'A', b""));
            wire.answer().unwrap();
            assert!(
                begin.elapsed() < Duration::from_secs(20),
                "{}",
                daemon.log()
            );
            thread::sleep(Duration::from_millis(50));
        }
        assert!(is_well(&daemon), "{}", daemon.log());
    }
}

/// Row 14 and small beside large: both workers get a large message, and a small one has its answer
/// while the second large one waits.
#[test]
fn small_mail_does_not_wait_behind_large() {
    let daemon = Daemon::over_unix(&[]);
    let all_are_in = Barrier::new(4);
    let large = |wire: &mut Wire| {
        wire.send(&mail("1"))
            .send(&packet(b'R', b"<b@example.org>\0"));
        for line in 0..20 {
            // Something to think about: a debug build takes seconds for it.
            let text = format!("Zeile {line} von vielen, 756.9217.0769.85\r\n")
                + &"Guten Tag\r\n".repeat(10);
            wire.send(&packet(b'B', text.repeat(400).as_bytes()));
        }
        wire.send(&packet(b'E', b""));
        wire.answer().unwrap();
    };
    thread::scope(|scope| {
        let all: Vec<_> = (0..3)
            .map(|_| {
                scope.spawn(|| {
                    let mut wire = greeted(&daemon);
                    large(&mut wire);
                    all_are_in.wait();
                    wire.answer().unwrap();
                    Instant::now()
                })
            })
            .collect();
        all_are_in.wait();
        assert!(is_well(&daemon));
        let small = Instant::now();
        let ends: Vec<Instant> = all.into_iter().map(|large| large.join().unwrap()).collect();
        let later = ends.iter().filter(|end| **end > small).count();
        assert!(
            later >= 2,
            "the small one came after {} large ones",
            3 - later
        );
    });
}

/// A large message lies in memory that has no name, within the budget, and is judged as ever.
#[test]
fn large_messages_leave_the_heap() {
    let daemon = Daemon::over_unix(&[]);
    assert!(is_well(&daemon));
    let before = daemon.memory();
    let mut wire = greeted(&daemon);
    wire.send(&mail("1"))
        .send(&packet(b'R', b"<b@example.org>\0"));
    let line = [&b"x".repeat(78)[..], b"\r\n"].concat();
    for _ in 0..480 {
        wire.send(&packet(b'B', &line.repeat(819)));
    }
    assert_eq!(wire.answer().unwrap().0, b'c');
    let begin = Instant::now();
    while daemon.memfds() == 0 {
        assert!(begin.elapsed() < Duration::from_secs(20));
    }
    wire.send(&packet(b'B', b"\r\nAHV 756.9217.0769.85\r\n"))
        .send(&packet(b'E', b""));
    assert_eq!(wire.answer().unwrap().0, b'c');
    let more = daemon.memory().saturating_sub(before);
    assert!(more < 10_000, "{more} kB more for 31 MB");
    assert_eq!(daemon.memfds(), 0);
    let line = daemon.messages(2).remove(1);
    assert!(line.contains("bytes=3144"), "{line}");
}

/// Row 36: while a worker thinks, the MTA hears that we are still there.
#[test]
fn row_36_progress_is_told_while_a_worker_thinks() {
    let daemon = Daemon::over_unix(&[("time: 60s", "time: 6s")]);
    let mut wire = greeted(&daemon);
    daemon
        .workers()
        .iter()
        .for_each(|pid| kill_process(*pid, Signal::STOP).unwrap());
    wire.send(&message());
    assert_eq!(wire.reply().unwrap().0, b'c');
    assert_eq!(wire.reply().unwrap().0, b'p');
    assert_eq!(wire.answer().unwrap().0, b'c');
    daemon.wait_for("the worker was not done in time");
}

/// Rows 16, 17, 20 and 21: descriptors and memory after many sessions are those after a few.
#[test]
fn row_20_many_sessions_leave_nothing() {
    let daemon = Daemon::over_unix(&[]);
    let run = |count: usize| {
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for round in 0..count / 4 {
                        let mut wire = Wire::to(&daemon);
                        wire.send(&session());
                        wire.answer().unwrap();
                        // Row 17: half of them are cut by the MTA.
                        if round % 2 == 0 {
                            wire.answer().unwrap();
                        }
                    }
                });
            }
        });
    };
    let sessions = rounds(1000);
    run(sessions / 10);
    let few = (daemon.wait_descriptors(40), daemon.memory());
    run(sessions - sessions / 10);
    let many = (daemon.wait_descriptors(few.0), daemon.memory());
    println!(
        "{sessions} sessions: {} -> {} descriptors, {} -> {} kB",
        few.0, many.0, few.1, many.1
    );
    assert!(many.0 <= few.0 + 2, "{few:?} became {many:?}");
    assert!(many.1 <= few.1 * 11 / 10 + 2_000, "{few:?} became {many:?}");
}
