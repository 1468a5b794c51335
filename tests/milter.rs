// SPDX-License-Identifier: GPL-3.0-or-later
//! Talks to the real daemon as an MTA does, politely and not, and watches what it answers and logs.
#![allow(clippy::unwrap_used, reason = "a panic in a test is the report")]

mod daemon;

use std::ffi::CString;
use std::path::Path;
use std::time::Duration;

use daemon::{Daemon, Mail, PLAIN, Place, begin, show};
use indymilter::message::command::{
    Command, ConnInfoPayload, EnvAddrPayload, HeaderPayload, OptNegPayload,
};
use indymilter::message::reply::Reply;
use indymilter::message::{self, Message};
use indymilter_test::{Actions, EomAction, MacroStage, ProtoOpts, SocketInfo, Status};
use rustix::process::{Signal, kill_process};
use tokio::net::UnixStream;
use tokio::time::timeout;

const ENFORCE: (&str, &str) = ("mode: monitor", "mode: enforce");

/// The names of what an end of message did, without progress.
fn deeds(actions: &[EomAction]) -> Vec<String> {
    let deeds = actions.iter().filter_map(|action| match action {
        EomAction::AddHeader { name, .. } => Some(format!("add {}", name.to_string_lossy())),
        EomAction::Progress => None,
        other => Some(format!("{other:?}")),
    });
    deeds.collect()
}

#[tokio::test]
async fn three_messages_share_a_connection_and_nothing_else() {
    for daemon in [Daemon::over_unix(&[]), Daemon::over_inet(&[])] {
        let mut conn = daemon.connect().await;
        conn.macros(MacroStage::Mail, [("{auth_authen}", "anna")])
            .await
            .unwrap();
        let long = [b'x'; 5000].as_slice();
        let first = Mail {
            recipients: &[&["<b@example.org>"], &["<c@example.org>"]],
            body: &[long],
            ..PLAIN
        };
        let (_, status) = show(&mut conn, &first).await;
        assert_eq!(status, Status::Continue);
        for _ in 0..2 {
            // Postfix says ABORT after a message that is done, and twice before QUIT.
            conn.abort().await.unwrap();
            conn.abort().await.unwrap();
            let (actions, status) = show(&mut conn, &PLAIN).await;
            assert_eq!(status, Status::Continue);
            assert_eq!(deeds(&actions.actions), ["add X-PII-Level"]);
        }
        conn.close().await.unwrap();
        let lines = daemon.messages(3);
        assert_eq!(lines.len(), 3, "{}", daemon.log());
        let bytes = |line: &String| line.split("bytes=").nth(1).unwrap().to_owned();
        assert_eq!(bytes(&lines[1]), bytes(&lines[2]));
        assert_ne!(bytes(&lines[0]), bytes(&lines[1]));
        assert!(
            lines.iter().all(|line| line.contains("client=127.0.0.1")),
            "{lines:?}"
        );
        let ids: std::collections::HashSet<_> = lines
            .iter()
            .map(|l| l.split(' ').find(|w| w.starts_with("id=")))
            .collect();
        assert_eq!(ids.len(), 3);
    }
}

#[tokio::test]
async fn abort_at_each_step_leaves_nothing() {
    let daemon = Daemon::over_unix(&[]);
    let mut conn = daemon.connect().await;
    for step in 0..4 {
        conn.mail(["<a@example.ch>"]).await.unwrap();
        if step > 0 {
            conn.rcpt(["<left@example.org>"]).await.unwrap();
        }
        if step > 1 {
            conn.header("X-Left", "over").await.unwrap();
        }
        if step > 2 {
            conn.body("left over").await.unwrap();
        }
        conn.abort().await.unwrap();
        show(&mut conn, &PLAIN).await;
    }
    let lines = daemon.messages(4);
    let bytes: std::collections::HashSet<_> =
        lines.iter().map(|l| l.split("bytes=").nth(1)).collect();
    assert_eq!((lines.len(), bytes.len()), (4, 1), "{lines:?}");
}

#[tokio::test]
async fn a_client_that_goes_within_a_message_costs_nothing() {
    let daemon = Daemon::over_unix(&[]);
    for _ in 0..20 {
        let mut conn = daemon.connect().await;
        begin(&mut conn, &PLAIN).await;
        drop(conn);
    }
    let (_, status) = show(&mut daemon.connect().await, &PLAIN).await;
    assert_eq!(status, Status::Continue);
    assert_eq!(daemon.messages(1).len(), 1);
}

#[tokio::test]
async fn odd_messages_pass_like_others() {
    let daemon = Daemon::over_inet(&[ENFORCE]);
    let mut conn = daemon.connect().await;
    let odd: &[Mail<'_>] = &[
        Mail { body: &[], ..PLAIN },
        Mail {
            fields: &[],
            body: &[],
            ..PLAIN
        },
        Mail {
            fields: &[],
            ..PLAIN
        },
        Mail {
            sender: &["<>"],
            ..PLAIN
        },
        Mail {
            sender: &["a@example.ch"],
            recipients: &[&["b@example.org"]],
            ..PLAIN
        },
        Mail {
            sender: &["<é@example.ch>", "SMTPUTF8", "size=60", "SIZE=100"],
            ..PLAIN
        },
        Mail {
            recipients: &[&[
                "<b@example.org>",
                "NOTIFY=SUCCESS,FAILURE",
                "ORCPT=rfc822;b@example.org",
            ]],
            ..PLAIN
        },
        Mail {
            recipients: &[
                &["<b@example.org>"],
                &["<B@example.org>"],
                &["<b@example.org>"],
            ],
            ..PLAIN
        },
        Mail {
            recipients: &[&["<bad@@syntax>"], &["<\"a b\"@example.org>"]],
            ..PLAIN
        },
        Mail {
            fields: &[("Subject", "a\n b\n\tc"), ("X", ""), ("X", "  ")],
            ..PLAIN
        },
        Mail {
            body: &[b"a\0b\r\n", b"\xff\xfe\r\n", b"."],
            ..PLAIN
        },
    ];
    for mail in odd {
        let (_, status) = show(&mut conn, mail).await;
        assert_eq!(status, Status::Continue, "{}", daemon.log());
    }
    conn.mail(["<a@example.ch>"]).await.unwrap();
    conn.rcpt(["<b@example.org>"]).await.unwrap();
    let latin = CString::new(b"Gr\xfc\xdfe".to_vec()).unwrap();
    conn.header("Subject", latin).await.unwrap();
    let (_, status) = conn.eom().await.unwrap();
    assert_eq!(status, Status::Continue);
    assert_eq!(daemon.messages(odd.len() + 1).len(), odd.len() + 1);
}

#[tokio::test]
async fn a_recipient_that_the_mta_refused_does_not_count() {
    let daemon = Daemon::over_unix(&[]);
    let mut conn = daemon.connect().await;
    conn.mail(["<a@example.ch>"]).await.unwrap();
    let refused = [
        ("{rcpt_mailer}", "error"),
        ("{rcpt_host}", "5.1.1"),
        ("{rcpt_addr}", "no"),
    ];
    conn.macros(MacroStage::Rcpt, refused).await.unwrap();
    conn.rcpt(["<refused@example.org>"]).await.unwrap();
    conn.macros(MacroStage::Rcpt, [("{rcpt_mailer}", "smtp"), ("i", "4F2A")])
        .await
        .unwrap();
    conn.rcpt(["<b@example.org>"]).await.unwrap();
    conn.eom().await.unwrap();
    let line = daemon.messages(1).remove(0);
    assert!(line.contains("queue=4F2A"), "{line}");
    let decisions = line
        .split("decisions=")
        .nth(1)
        .unwrap()
        .split(' ')
        .next()
        .unwrap();
    let counted: u32 = decisions
        .split(',')
        .filter_map(|d| d.split(':').nth(1)?.parse::<u32>().ok())
        .sum();
    assert!(counted <= 1, "{line}");
}

#[tokio::test]
async fn negotiation_asks_for_no_more_than_there_is() {
    let daemon = Daemon::over_unix(&[]);
    let all = daemon.open(ProtoOpts::all()).await;
    let quiet = ProtoOpts::NOREPLY_CONNECT
        | ProtoOpts::NOREPLY_RCPT
        | ProtoOpts::NOREPLY_HEADER
        | ProtoOpts::NOREPLY_BODY;
    assert!(
        all.negotiated_opts()
            .contains(quiet | ProtoOpts::LEADING_SPACE)
    );
    assert!(
        !all.negotiated_opts()
            .intersects(ProtoOpts::NOREPLY_MAIL | ProtoOpts::SKIP | ProtoOpts::REJECTED_RCPT)
    );
    assert!(
        !all.negotiated_actions()
            .intersects(Actions::REPLACE_BODY | Actions::CHANGE_SENDER)
    );
    let mail = all.requested_macros().get(&MacroStage::Mail).unwrap();
    assert_eq!(mail.to_str().unwrap(), "i {auth_authen}");
    // An MTA that can do nothing but send is still served.
    let mut poor = daemon
        .open(ProtoOpts::empty() | ProtoOpts::NO_UNKNOWN)
        .await;
    poor.connect("client.example.ch", "/some/socket")
        .await
        .unwrap();
    poor.helo("client.example.ch").await.unwrap();
    let (actions, status) = show(&mut poor, &PLAIN).await;
    assert_eq!(status, Status::Continue);
    assert_eq!(deeds(&actions.actions), ["add X-PII-Level"]);
    daemon.wait_for("the MTA lacks");
}

#[tokio::test]
async fn the_last_of_the_body_may_come_with_the_end() {
    let daemon = Daemon::over_unix(&[]);
    let Place::Unix(path) = &daemon.place else {
        panic!("no path")
    };
    let mut stream = UnixStream::connect(path).await.unwrap();
    let text = |text: &str| CString::new(text).unwrap();
    let commands = [
        Command::OptNeg(OptNegPayload {
            version: 6,
            actions: Actions::all(),
            opts: ProtoOpts::all(),
        }),
        Command::ConnInfo(ConnInfoPayload {
            hostname: text("c"),
            socket_info: SocketInfo::Unknown,
        }),
        Command::Mail(EnvAddrPayload {
            args: vec![text("<a@example.ch>")],
        }),
        Command::Rcpt(EnvAddrPayload {
            args: vec![text("<b@example.org>")],
        }),
        Command::Header(HeaderPayload {
            name: text("Subject"),
            value: text(" a"),
        }),
        Command::BodyChunk("begin ".into()),
        Command::BodyEnd("and end\r\n".into()),
    ];
    for command in commands {
        message::write(&mut stream, command.into_message())
            .await
            .unwrap();
    }
    let mut replies = Vec::new();
    let until_end = async {
        // MAIL is the only step before the end that has a reply.
        while replies
            .iter()
            .filter(|reply| **reply == Reply::Continue)
            .count()
            < 2
        {
            let reply = message::read(&mut stream).await.unwrap();
            replies.push(Reply::parse_reply(reply).unwrap());
        }
    };
    timeout(Duration::from_secs(10), until_end).await.unwrap();
    // "Subject: a", an empty line is not counted, and 15 bytes of body.
    daemon.wait_for("bytes=27");
}

#[tokio::test]
async fn a_message_past_the_limit_is_read_on_and_not_looked_into() {
    let daemon = Daemon::over_unix(&[("message: 50M", "message: 10K")]);
    let mut conn = daemon.connect().await;
    let chunk: &[u8] = &[b'x'; 60_000];
    let (_, status) = show(
        &mut conn,
        &Mail {
            body: &[chunk, chunk, chunk],
            ..PLAIN
        },
    )
    .await;
    assert_eq!(status, Status::Continue);
    let (_, status) = show(&mut conn, &PLAIN).await;
    assert_eq!(status, Status::Continue);
    let lines = daemon.messages(2);
    assert!(lines[0].contains("bytes=1800"), "{lines:?}");
    assert!(!lines[1].contains("over-budget"), "{lines:?}");
    assert!(lines[0].contains("over-budget:1"), "{lines:?}");
}

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
        (
            "partner:    [ plain,   plain,     incamail,      refuse     ]",
            "partner:    [ plain,   plain,     refuse,      refuse     ]",
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
    message::write(&mut idle, Command::OptNeg(hello).into_message())
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
async fn nonsense_on_the_socket_ends_that_connection_and_no_other() {
    let daemon = Daemon::over_unix(&[]);
    let Place::Unix(path) = &daemon.place else {
        panic!("no path")
    };
    for bytes in [
        &b""[..],
        b"\0\0\0\0",
        b"\xff\xff\xff\xff?",
        b"GET / HTTP/1.0\r\n\r\n",
        b"\0\0\0\x05Obad\0",
    ] {
        let mut stream = UnixStream::connect(path).await.unwrap();
        tokio::io::AsyncWriteExt::write_all(&mut stream, bytes)
            .await
            .unwrap();
    }
    let mut stream = UnixStream::connect(path).await.unwrap();
    message::write(&mut stream, Message::new(b'M', "<a@example.ch>\0"))
        .await
        .unwrap();
    let (_, status) = show(&mut daemon.connect().await, &PLAIN).await;
    assert_eq!(status, Status::Continue);
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

#[test]
fn a_bad_configuration_does_not_start() {
    let out = std::process::Command::new(env!("CARGO_BIN_EXE_pii-milter"))
        .args(["--config", "/nonexistent/pii-milter.yaml", "serve"])
        .output()
        .unwrap();
    assert_eq!(out.status.code(), Some(2));
    assert!(!Path::new("/nonexistent").exists());
    assert!(!out.stderr.is_empty());
}
