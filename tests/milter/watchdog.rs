// SPDX-License-Identifier: GPL-3.0-or-later
//! What the service manager's watchdog hears, and when it hears nothing.

use std::fs;
use std::net::TcpListener;
use std::os::unix::net::UnixListener;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::daemon::{Daemon, Place};
use crate::wire::{Wire, hello, is_well};

/// The watchdog's time: half a second, as the service manager writes it.
const WATCHED: &str = "export WATCHDOG_USEC=500000";
const TIME: Duration = Duration::from_millis(500);

/// The daemon's first words are that it is ready, then that it is well, each time before the time is over.
fn is_fed(daemon: &Daemon) {
    assert_eq!(daemon.tells(), "READY=1\n");
    for _ in 0..5 {
        let begin = Instant::now();
        assert_eq!(daemon.tells(), "WATCHDOG=1\n", "{}", daemon.log());
        assert!(begin.elapsed() < TIME, "{:?}", begin.elapsed());
    }
    assert!(!daemon.log().contains("WARN"), "{}", daemon.log());
}

/// What was told before is forgotten; then nothing is told for the watchdog's time.
fn is_silent(daemon: &Daemon) {
    while daemon.tells_within(TIME / 10).is_some() {}
    assert_eq!(daemon.tells_within(2 * TIME), None, "{}", daemon.log());
}

/// A socket as a socket unit has it, and its place.
fn given(name: &str) -> (UnixListener, std::path::PathBuf) {
    let name = format!("pii-milter-watchdog-{}-{name}", std::process::id());
    let path = std::env::temp_dir().join(name);
    (UnixListener::bind(&path).unwrap(), path)
}

#[test]
fn a_daemon_that_answers_says_so_in_time() {
    is_fed(&Daemon::after(WATCHED, &[]));
}

#[test]
fn so_does_one_with_a_socket_of_the_service_manager() {
    let inet = TcpListener::bind("127.0.0.1:0").unwrap();
    let place = Place::Inet(inet.local_addr().unwrap().port());
    is_fed(&Daemon::given(&inet, place, WATCHED));
    let everywhere = TcpListener::bind("[::]:0").unwrap();
    let place = Place::Inet(everywhere.local_addr().unwrap().port());
    is_fed(&Daemon::given(&everywhere, place, WATCHED));
    let (unix, path) = given("fed");
    is_fed(&Daemon::given(&unix, Place::Unix(path.clone()), WATCHED));
    fs::remove_file(path).unwrap();
}

#[test]
fn without_a_watchdog_nothing_is_said() {
    for lines in ["", "export WATCHDOG_USEC=500000 WATCHDOG_PID=1"] {
        let daemon = Daemon::after(lines, &[]);
        assert_eq!(daemon.tells(), "READY=1\n");
        is_silent(&daemon);
    }
}

/// Row 13: processes live, and what the MTA says has no answer.
#[test]
fn row_13_a_socket_that_does_not_answer_is_not_well() {
    let daemon = Daemon::after(WATCHED, &[]);
    is_fed(&daemon);
    let Place::Unix(path) = &daemon.place else {
        panic!("no path")
    };
    // In the daemon's place: connections wait here, and nobody takes them.
    fs::remove_file(path).unwrap();
    let _mute = UnixListener::bind(path).unwrap();
    is_silent(&daemon);
    daemon.wait_for("our own socket does not answer in 125 ms; the watchdog waits");
    fs::remove_file(path).unwrap();
    daemon.wait_for("No such file or directory (os error 2); the watchdog waits");
    is_silent(&daemon);
}

#[test]
fn a_stopped_daemon_is_not_well() {
    let daemon = Daemon::after(WATCHED, &[]);
    is_fed(&daemon);
    daemon.signal(Signal::STOP);
    is_silent(&daemon);
    daemon.signal(Signal::CONT);
    assert_eq!(daemon.tells(), "WATCHDOG=1\n");
}

/// A full daemon is not a dead one: ending it would lose the mails that it has in work.
#[test]
fn a_full_daemon_is_well() {
    let daemon = Daemon::after(&format!("{WATCHED}; ulimit -n 64"), &[]);
    let mut all: Vec<Wire> = (0..100).map(|_| Wire::to(&daemon)).collect();
    daemon.wait_for("the new ones are closed");
    let answers = all
        .iter_mut()
        .filter_map(|wire| wire.send(&hello()).reply());
    assert!((15..100).contains(&answers.count()), "{}", daemon.log());
    while daemon.tells_within(TIME / 50).is_some() {}
    for _ in 0..5 {
        assert_eq!(daemon.tells_within(TIME).unwrap(), "WATCHDOG=1\n");
    }
    let stranger = Wire::to(&daemon).send(&hello()).reply();
    assert_eq!(stranger, None, "it is still full for others");
    drop(all);
    let begin = Instant::now();
    while !is_well(&daemon) {
        assert!(begin.elapsed() < Duration::from_secs(10));
    }
}

/// Who has never reached his own socket is not ended for it: the sandbox, or the socket unit, may be why.
#[test]
fn the_watchdog_is_off_until_the_first_answer() {
    let (unix, path) = given("hidden");
    let aside = path.with_extension("aside");
    fs::rename(&path, &aside).unwrap();
    let daemon = Daemon::given(&unix, Place::Unix(path.clone()), WATCHED);
    assert_eq!(daemon.tells(), "READY=1\n");
    assert_eq!(daemon.tells(), "WATCHDOG_USEC=0\n");
    daemon.wait_for("the watchdog is off until it does");
    is_silent(&daemon);
    fs::rename(&aside, &path).unwrap();
    assert_eq!(daemon.tells(), "WATCHDOG_USEC=500000\n");
    assert_eq!(daemon.tells(), "WATCHDOG=1\n");
    daemon.wait_for("the watchdog is on");
    fs::remove_file(path).unwrap();
}

/// Reloading, and answering the last message after SIGTERM, are no reasons to be ended.
#[test]
fn a_reload_and_the_end_do_not_disturb_it() {
    let mut daemon = Daemon::after(WATCHED, &[]);
    is_fed(&daemon);
    daemon.signal(Signal::HUP);
    while daemon.tells() != "READY=1\n" {}
    assert_eq!(daemon.tells_within(TIME).unwrap(), "WATCHDOG=1\n");
    daemon.signal(Signal::TERM);
    while daemon.tells() != "STOPPING=1\n" {}
    assert_eq!(daemon.tells_within(TIME), None);
    assert!(daemon.end().success());
}
