// SPDX-License-Identifier: GPL-3.0-or-later
//! What a message may cost: past it the message is `over-budget`, with the limit by its name, and the
//! next one has a worker of its own.

use rustix::process::{Signal, kill_process};

use crate::daemon::Daemon;
use crate::wire::{Wire, hello, is_well, packet};

/// Sends a mail of so many megabytes, and waits for its answer.
fn send(daemon: &Daemon, megabytes: usize) {
    let mut wire = Wire::to(daemon);
    wire.send(&hello())
        .send(&packet(b'C', b"c\x004\0\x00127.0.0.1\0"))
        .send(&packet(b'M', b"<a@example.ch>\0"))
        .send(&packet(b'R', b"<b@example.org>\0"));
    let line = b"Konto 12 3456 7890 am 1. Mai, Tel. 044 123 45 6\r\n".repeat(1200);
    for _ in 0..megabytes * (1 << 20) / line.len() {
        wire.send(&packet(b'B', &line));
    }
    wire.send(&packet(b'E', b""));
    for _ in 0..2 {
        wire.answer();
    }
}

fn is_over(daemon: &Daemon, limit: &str) {
    daemon.wait_for(limit);
    let line = daemon.messages(1).remove(0);
    assert!(line.contains("over-budget:1"), "{line}");
    assert!(is_well(daemon), "{}", daemon.log());
}

#[test]
fn processor_time_is_limited() {
    let daemon = Daemon::over_unix(&[("processor: 20s", "processor: 1s")]);
    send(&daemon, 20);
    is_over(&daemon, "needed more than milter.limits.processor allows");
}

#[test]
fn memory_is_limited() {
    let daemon = Daemon::over_unix(&[("worker: 512M", "worker: 200M")]);
    send(&daemon, 45);
    is_over(&daemon, "needed more than milter.limits.worker allows");
}

#[test]
fn time_is_limited() {
    let daemon = Daemon::over_unix(&[("time: 60s", "time: 3s")]);
    let workers = daemon.workers();
    workers
        .iter()
        .for_each(|pid| kill_process(*pid, Signal::STOP).unwrap());
    send(&daemon, 1);
    is_over(&daemon, "the worker was not done in time");
}
