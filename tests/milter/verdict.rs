// SPDX-License-Identifier: GPL-3.0-or-later
//! Verdicts: what the MTA is told to do, with workers and without.

use std::ffi::CString;
use std::time::Duration;

use indymilter_test::{EomAction, Status};
use rustix::process::{Signal, kill_process};

use crate::daemon::{Daemon, ENFORCE, Mail, PLAIN, REFUSE, begin, deeds, show};

/// Rows 10 and 30: a worker that dies ends nothing but itself, and its message is not clean.
#[tokio::test]
async fn a_killed_worker_makes_its_message_unreadable_and_not_clean() {
    let daemon = Daemon::over_unix(&[ENFORCE]);
    let mut conn = daemon.connect().await;
    show(&mut conn, &PLAIN).await;
    let workers = daemon.workers();
    assert!(workers.len() >= 2, "{workers:?}");
    begin(&mut conn, &PLAIN).await;
    for pid in &workers {
        kill_process(*pid, Signal::STOP).unwrap();
    }
    let kill = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        for pid in &workers {
            kill_process(*pid, Signal::KILL).unwrap();
        }
    };
    let (ended, ()) = tokio::join!(conn.eom(), kill);
    ended.unwrap();
    daemon.wait_for("the message counts as unreadable");
    let line = daemon.messages(2).remove(1);
    assert!(line.contains("unreadable:1"), "{line}");
    assert!(!line.contains("level=public"), "{line}");
    let (_, status) = show(&mut conn, &PLAIN).await;
    assert_eq!(
        status,
        Status::Continue,
        "the next message is served as ever"
    );
    assert!(!daemon.messages(3)[2].contains("unreadable"));
}

/// Row 9: the pool is gone, and nothing is called clean for it.
#[tokio::test]
async fn without_any_worker_the_admin_decides() {
    let forged = Mail {
        fields: &[
            ("X-PII-Level", "public"),
            ("x-pii-level", "public"),
            ("Subject", "Hello"),
        ],
        ..PLAIN
    };
    let cases: &[(&[(&str, &str)], &str)] = &[
        (&[ENFORCE], "451 4.7.1 "),
        (
            &[ENFORCE, ("on_error: tempfail", "on_error: refuse")],
            "550 5.7.1 ",
        ),
        (&[ENFORCE, ("on_error: tempfail", "on_error: accept")], ""),
        (&[], ""),
    ];
    for (changes, expected) in cases {
        let daemon = Daemon::over_unix(changes);
        let mut conn = daemon.connect().await;
        begin(&mut conn, &forged).await;
        daemon.may_open(false);
        for pid in daemon.workers() {
            kill_process(pid, Signal::KILL).unwrap();
        }
        let (actions, status) = conn.eom().await.unwrap();
        let text = match status {
            Status::Tempfail { message } | Status::Reject { message } => message.unwrap(),
            Status::Continue => CString::default(),
            other => panic!("{other:?}"),
        };
        let text = text.to_str().unwrap();
        assert!(text.starts_with(expected), "{text}");
        assert_eq!(text.contains("(Q-"), !expected.is_empty(), "{text}");
        if expected.is_empty() {
            // A label says that we looked. We did not.
            let off = |index| EomAction::DeleteHeader {
                name: c"x-pii-level".into(),
                index,
            };
            assert_eq!(actions.actions, [off(2), off(1)]);
        }
        daemon.wait_for("cannot be inspected");
        daemon.may_open(true);
        let (_, status) = show(&mut conn, &PLAIN).await;
        assert_eq!(
            status,
            Status::Continue,
            "it recovers by itself: {}",
            daemon.log()
        );
    }
}

#[tokio::test]
async fn monitor_labels_and_enforce_acts() {
    let secret = Mail {
        recipients: &[&[
            "<b@stranger.example>",
            "NOTIFY=NEVER",
            "ORCPT=rfc822;b@stranger.example",
        ]],
        body: &[b"AHV-Nummer 756.9217.0769.85\r\n"],
        ..PLAIN
    };
    let monitor = Daemon::over_unix(&[]);
    let (actions, status) = show(&mut monitor.connect().await, &secret).await;
    assert_eq!(status, Status::Continue);
    assert_eq!(deeds(&actions.actions), ["add X-PII-Level"]);
    let line = monitor.messages(1).remove(0);
    for part in [
        "direction=outbound",
        "level=confidential",
        "found=ch.ahv:1",
        "decisions=incamail:1",
        "answer=pass",
    ] {
        assert!(line.contains(part), "no {part} in {line}");
    }
    let enforce = Daemon::over_unix(&[ENFORCE]);
    let (actions, status) = show(&mut enforce.connect().await, &secret).await;
    assert_eq!(status, Status::Continue);
    let relay = "b@stranger.example.incamail.ch";
    let args = "NOTIFY=NEVER ORCPT=rfc822;b@stranger.example";
    assert!(
        actions.has_add_header("X-PII-Level", " confidential"),
        "{actions:?}"
    );
    assert!(
        actions.has_change_header("Subject", 1, " <im><c> Hello"),
        "{actions:?}"
    );
    assert!(actions.has_add_recipient(relay, Some(args)), "{actions:?}");
    assert!(
        actions.has_delete_recipient("<b@stranger.example>"),
        "{actions:?}"
    );
    let at = |wanted: fn(&EomAction) -> bool| actions.actions.iter().position(wanted).unwrap();
    let added = at(|action| matches!(action, EomAction::AddRecipient { .. }));
    let taken = at(|action| matches!(action, EomAction::DeleteRecipient { .. }));
    assert!(added < taken, "{actions:?}");
}

#[tokio::test]
async fn a_refusal_names_the_message_and_no_reason() {
    let daemon = Daemon::over_unix(&[ENFORCE]);
    let mut conn = daemon.connect().await;
    let card = Mail {
        recipients: &[&["<b@partner.example>"]],
        body: &[b"IBAN CH93 0076 2011 6238 5295 7, AHV 756.9217.0769.85\r\n"],
        ..PLAIN
    };
    let refuse = [
        ENFORCE,
        REFUSE,
        (
            "partner:    [ plain,   plain,     incamail,      hold       ]",
            "partner:    [ plain,   plain,     hold,          hold       ]",
        ),
    ];
    daemon.configure(&refuse);
    daemon.signal(Signal::HUP);
    daemon.wait_for("reloaded");
    let (actions, status) = show(&mut conn, &card).await;
    let Status::Reject {
        message: Some(text),
    } = status
    else {
        panic!("{status:?} {actions:?}")
    };
    let text = text.to_str().unwrap();
    let line = daemon.messages(1).remove(0);
    let id = line.split("id=").nth(1).unwrap().split(' ').next().unwrap();
    assert!(
        text.starts_with("550 5.7.1 ") && text.ends_with(&format!("({id})")),
        "{text}"
    );
    assert_eq!(text.matches(id).count(), 1);
    assert!(line.contains("answer=550/5.7.1"), "{line}");
    assert_eq!(actions.actions, []);
}

/// Row 14: the deadline is the message's, and is kept by killing the worker.
#[tokio::test]
async fn a_stuck_worker_is_killed_at_the_deadline() {
    let daemon = Daemon::over_unix(&[("time: 60s", "time: 1s")]);
    let mut conn = daemon.connect().await;
    let workers = daemon.workers();
    for pid in &workers {
        kill_process(*pid, Signal::STOP).unwrap();
    }
    let (_, status) = show(&mut conn, &PLAIN).await;
    assert_eq!(status, Status::Continue);
    daemon.wait_for("the worker was not done in time");
    for _ in 0..500 {
        if daemon
            .workers()
            .iter()
            .filter(|pid| workers.contains(pid))
            .count()
            < workers.len()
        {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the stuck worker is still there");
}
