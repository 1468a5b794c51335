// SPDX-License-Identifier: GPL-3.0-or-later
//! The daemon as a process: signals, descriptors, its log.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use indymilter::message;
use indymilter::message::command::{self, OptNegPayload};
use indymilter_test::{Actions, ProtoOpts, Status};
use rustix::process::{Pid, Signal, kill_process};
use tokio::net::UnixStream;
use tokio::time::timeout;

use crate::daemon::{Daemon, ENFORCE, Mail, PATIENCE, PLAIN, Place, begin, show};

#[tokio::test]
async fn without_a_descriptor_new_connections_wait_and_old_ones_go_on() {
    let daemon = Daemon::over_inet(&[]);
    let mut old = daemon.connect().await;
    daemon.may_open(false);
    let late = daemon.connect();
    let meanwhile = async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        let (_, status) = show(&mut old, &PLAIN).await;
        assert_eq!(status, Status::Continue);
        assert!(
            daemon.log().contains("cannot take a connection"),
            "{}",
            daemon.log()
        );
        daemon.may_open(true);
    };
    let (mut late, ()) = tokio::join!(late, meanwhile);
    let (_, status) = show(&mut late, &PLAIN).await;
    assert_eq!(status, Status::Continue);
}

/// Rows 32 and 33: HUP with a mistake in the file changes nothing, and never ends the daemon.
#[tokio::test]
async fn hangup_takes_a_good_configuration_and_leaves_a_bad_one() {
    let daemon = Daemon::over_unix(&[]);
    let before = daemon.workers();
    let mut conn = daemon.connect().await;
    begin(&mut conn, &PLAIN).await;
    std::fs::write(&daemon.config, "mode: sideways\n").unwrap();
    daemon.signal(Signal::HUP);
    daemon.wait_for("the configuration stays as it was");
    assert_eq!(daemon.workers(), before);
    daemon.configure(&[
        ENFORCE,
        ("format: plain", "format: json"),
        ("depth: 32", "depth: 9"),
    ]);
    daemon.signal(Signal::HUP);
    daemon.wait_for("reloaded");
    assert!(
        daemon
            .log()
            .contains("log has changed; that needs a restart")
    );
    // The open message keeps its workers, and has its answer.
    let (_, status) = conn.eom().await.unwrap();
    assert_eq!(status, Status::Continue);
    let (_, status) = show(&mut conn, &PLAIN).await;
    assert_eq!(status, Status::Continue);
    for _ in 0..500 {
        if daemon.workers().iter().all(|pid| !before.contains(pid)) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the old workers are still there");
}

/// A stopped process does not see the end of its socket.
#[test]
fn workers_end_with_the_daemon_even_while_they_are_stopped() {
    for signal in [Signal::KILL, Signal::TERM] {
        let daemon = Daemon::over_unix(&[]);
        let workers = daemon.workers();
        assert!(workers.len() >= 2, "{workers:?}");
        for pid in &workers {
            kill_process(*pid, Signal::STOP).unwrap();
        }
        daemon.signal(signal);
        let is_there = |pid: &Pid| {
            let stat = std::fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_nonzero()));
            stat.is_ok_and(|stat| !stat.contains(") Z "))
        };
        let begin = Instant::now();
        while workers.iter().any(is_there) {
            assert!(begin.elapsed() < PATIENCE, "{signal:?}: {workers:?}");
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

#[tokio::test]
async fn terminate_waits_for_the_open_message_only() {
    let mut daemon = Daemon::over_unix(&[]);
    let Place::Unix(path) = daemon.place.clone() else {
        panic!("no path")
    };
    let mut open = daemon.connect().await;
    begin(&mut open, &PLAIN).await;
    let mut idle = UnixStream::connect(&path).await.unwrap();
    let hello = OptNegPayload {
        version: 6,
        actions: Actions::all(),
        opts: ProtoOpts::all(),
    };
    message::write(&mut idle, command::Command::OptNeg(hello).into_message())
        .await
        .unwrap();
    message::read(&mut idle).await.unwrap();
    daemon.signal(Signal::TERM);
    daemon.wait_for("no new connections");
    let closed = timeout(Duration::from_secs(5), message::read(&mut idle)).await;
    assert!(closed.unwrap().is_err(), "an idle connection ends");
    assert!(!path.exists(), "the socket is gone");
    let (_, status) = open.eom().await.unwrap();
    assert_eq!(status, Status::Continue);
    assert!(daemon.end().success(), "{}", daemon.log());
    assert!(daemon.log().contains("ended"));
    assert_eq!(daemon.messages(1).len(), 1);
}

#[tokio::test]
async fn the_log_holds_no_word_of_a_message() {
    let daemon = Daemon::over_unix(&[]);
    let mut conn = daemon.connect().await;
    let canary = Mail {
        sender: &["<canary-sender@example.ch>"],
        recipients: &[&["<canary-recipient@example.org>"]],
        fields: &[
            ("Subject", "canary subject 756.9217.0769.85"),
            ("X-Canary", "canary"),
        ],
        body: &[b"canary body 756.9217.0769.85\r\n"],
    };
    show(&mut conn, &canary).await;
    assert_eq!(daemon.messages(1).len(), 1);
    let log = daemon.log();
    assert!(!log.contains("canary") && !log.contains("0769"), "{log}");
}

#[tokio::test]
async fn json_is_one_object_a_line() {
    let daemon = Daemon::over_unix(&[("format: plain", "format: json")]);
    show(&mut daemon.connect().await, &PLAIN).await;
    daemon.wait_for("\"message\":\"message\"");
    for line in daemon.log().lines() {
        let object: serde_json::Value = serde_json::from_str(line).unwrap();
        assert!(object["level"].is_string(), "{line}");
    }
}

#[test]
fn the_service_manager_hears_what_happens() {
    let mut daemon = Daemon::over_unix(&[]);
    assert_eq!(daemon.tells(), "READY=1\n");
    daemon.signal(Signal::HUP);
    let reloading = daemon.tells();
    assert!(
        reloading.starts_with("RELOADING=1\nMONOTONIC_USEC="),
        "{reloading}"
    );
    assert_eq!(daemon.tells(), "READY=1\n");
    daemon.signal(Signal::INT);
    assert_eq!(daemon.tells(), "STOPPING=1\n");
    assert!(daemon.end().success());
}

/// Whoever has the socket keeps it.
#[tokio::test]
async fn a_socket_that_another_has_is_told() {
    for first in [Daemon::over_inet(&[]), Daemon::over_unix(&[])] {
        let second = Command::new(env!("CARGO_BIN_EXE_pii-milter"))
            .arg("--config")
            .arg(&first.config)
            .arg("serve")
            .env("STATE_DIRECTORY", first.config.with_file_name("second"))
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&second.stderr);
        assert_eq!(second.status.code(), Some(75), "{said}");
        assert!(
            said.contains("another process listens there; end it first"),
            "{said}"
        );
        show(&mut first.connect().await, &PLAIN).await;
        assert_eq!(first.messages(1).len(), 1, "the first one goes on");
    }
}

#[test]
fn a_bad_configuration_does_not_start() {
    let out = Command::new(env!("CARGO_BIN_EXE_pii-milter"))
        .args(["--config", "/nonexistent/pii-milter.yaml", "serve"])
        .output()
        .unwrap();
    assert_eq!(out.status.code(), Some(2));
    assert!(!Path::new("/nonexistent").exists());
    assert!(!out.stderr.is_empty());
}
