// SPDX-License-Identifier: GPL-3.0-or-later
//! The protocol: what comes in, in whatever order, and what is left of it.

use std::ffi::CString;
use std::time::Duration;

use indymilter::message::command::{
    Command, ConnInfoPayload, EnvAddrPayload, HeaderPayload, OptNegPayload,
};
use indymilter::message::reply::Reply;
use indymilter::message::{self, Message};
use indymilter_test::{Actions, MacroStage, ProtoOpts, SocketInfo, Status};
use tokio::net::UnixStream;
use tokio::time::timeout;

use crate::daemon::{Daemon, ENFORCE, Mail, PLAIN, Place, begin, deeds, show};

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

/// Row 22: nothing of a message is left after ABORT, whenever it comes.
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
