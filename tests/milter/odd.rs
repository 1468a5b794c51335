// SPDX-License-Identifier: GPL-3.0-or-later
//! Odd but real: many recipients, strange addresses, enormous or crooked header fields, other MTAs.

use std::collections::HashSet;
use std::net::TcpListener;

use crate::chance::Chance;
use crate::daemon::{Daemon, ENFORCE, PLAIN, Place, REFUSE, show};
use crate::wire::{Wire, hello, packet, rounds};

const AHV: &[u8] = b"AHV 756.9217.0769.85\r\n";

/// A message with these recipients, fields and body.
pub fn message(recipients: &[Vec<u8>], fields: &[(&[u8], &[u8])], body: &[u8]) -> Vec<u8> {
    let mut all = packet(b'M', b"<a@example.ch>\0");
    for recipient in recipients {
        all.extend(packet(b'R', &[recipient, &b"\0"[..]].concat()));
    }
    for (name, value) in fields {
        all.extend(packet(b'L', &[name, &b"\0"[..], value, b"\0"].concat()));
    }
    if !body.is_empty() {
        all.extend(packet(b'B', body));
    }
    all.extend(packet(b'E', b""));
    all
}

pub fn greeted(daemon: &Daemon, client: &[u8]) -> Wire {
    let mut wire = Wire::to(daemon);
    let client = [b"c\0", client, b"\0"].concat();
    wire.send(&hello()).send(&packet(b'C', &client));
    assert_eq!(wire.reply().unwrap().0, b'O');
    wire
}

/// Sends one message; gives all replies behind that to MAIL.
pub fn judged(wire: &mut Wire, message: &[u8]) -> Vec<(u8, Vec<u8>)> {
    wire.send(message);
    assert_eq!(wire.reply().unwrap().0, b'c');
    let mut replies = Vec::new();
    loop {
        let reply = wire.reply().unwrap();
        let is_last = b"acrtdy".contains(&reply.0);
        if reply.0 != b'p' {
            replies.push(reply);
        }
        if is_last {
            return replies;
        }
    }
}

fn level(replies: &[(u8, Vec<u8>)]) -> Option<&[u8]> {
    let label = b"X-PII-Level\0 ";
    let mut values = replies.iter().filter_map(|(command, payload)| {
        payload
            .strip_prefix(&label[..])
            .filter(|_| *command == b'h')
    });
    values.next()?.strip_suffix(b"\0")
}

fn commands(replies: &[(u8, Vec<u8>)]) -> String {
    replies
        .iter()
        .map(|(command, _)| char::from(*command))
        .collect()
}

/// Row 4: each of 50 or 1,000 recipients gets his own channel, and by the very bytes of his RCPT.
#[test]
fn row_4_many_recipients_two_channels() {
    let daemon = Daemon::over_unix(&[ENFORCE]);
    let mut wire = greeted(&daemon, b"4\0\x00127.0.0.1");
    for count in [50, 1000] {
        let address = |n: usize| match n % 2 {
            0 => format!("<colleague{n}@example.ch>").into_bytes(),
            _ => format!("<Stranger{n}@Stranger.example>").into_bytes(),
        };
        let recipients: Vec<Vec<u8>> = (0..count).map(address).collect();
        let replies = judged(&mut wire, &message(&recipients, &[], AHV));
        let taken_off = replies.iter().filter(|(command, _)| *command == b'-');
        let taken_off: Vec<&[u8]> = taken_off
            .map(|(_, p)| p.strip_suffix(b"\0").unwrap())
            .collect();
        let strangers: Vec<&[u8]> = recipients
            .iter()
            .skip(1)
            .step_by(2)
            .map(Vec::as_slice)
            .collect();
        assert_eq!(taken_off, strangers);
        let added = replies
            .iter()
            .filter(|(command, _)| b"+2".contains(command));
        assert_eq!(added.count(), strangers.len());
        assert_eq!(replies.last().unwrap().0, b'c');
    }
}

/// Row 8: whatever the recipients and fields look like, what passes carries our level.
#[test]
fn row_8_what_passes_carries_our_level() {
    let daemon = Daemon::over_unix(&[ENFORCE]);
    let mut wire = greeted(&daemon, b"4\0\x00127.0.0.1");
    let to = |addresses: &[&str]| {
        addresses
            .iter()
            .map(|a| a.as_bytes().to_vec())
            .collect::<Vec<_>>()
    };
    let long = [b" ".as_slice(), &[b'x'; 160_000], b" 756.9217.0769.85"].concat();
    let folded = [
        b" 756.9217.0769.85".as_slice(),
        &b"\n\t and so on".repeat(13_000),
    ]
    .concat();
    let stranger = to(&["<b@stranger.example>"]);
    type Fields<'a> = &'a [(&'a [u8], &'a [u8])];
    type Odd<'a> = (Vec<Vec<u8>>, Fields<'a>, &'a [u8]);
    let held: &[Odd<'_>] = &[
        (stranger.clone(), &[(b"Comments", &long)], b""),
        (stranger.clone(), &[(b"Keywords", &folded)], b""),
        (
            stranger.clone(),
            &[(b"Subject", b" a"), (b"subject", b" 756.9217.0769.85 \t ")],
            b"",
        ),
        (
            stranger.clone(),
            &[(b"Subject", b"AHV:756.\n 9217.0769.85")],
            AHV,
        ),
        (stranger.clone(), &[], b"a\nb\n.\nAHV 756.9217.0769.85\nc"),
        (to(&["<\"b c\"@stranger.example>"]), &[], AHV),
        (to(&["<\"b\\\"c\"@stranger.example>"]), &[], AHV),
        (to(&["<zo\u{eb}@b\u{fc}cher.example>"]), &[], AHV),
        (to(&["<bad@@syntax>"]), &[], AHV),
        (to(&["<b@[192.0.2.1]>"]), &[], AHV),
        (to(&["b@stranger.example"]), &[], AHV),
        (
            to(&["<@a.example,@b.example:c@stranger.example>"]),
            &[],
            AHV,
        ),
        (
            to(&[
                "<b@stranger.example>",
                "<B@STRANGER.example>",
                "<b@stranger.example>",
            ]),
            &[],
            AHV,
        ),
    ];
    for (recipients, fields, body) in held {
        let replies = judged(&mut wire, &message(recipients, fields, body));
        let seen = String::from_utf8_lossy(&recipients[0]).into_owned();
        if replies.last().unwrap().0 == b'c' {
            assert_eq!(
                level(&replies),
                Some(&b"confidential"[..]),
                "{seen}: {replies:?}"
            );
            // DELRCPT takes every entry of those bytes off at once.
            let different = recipients.iter().collect::<HashSet<_>>().len();
            let off = commands(&replies).matches('-').count();
            assert!(off == 0 || off == different, "{seen}: {replies:?}");
        } else {
            assert_eq!(
                replies.len(),
                1,
                "{seen}: a refusal edits nothing: {replies:?}"
            );
        }
    }
}

/// Row 26: random bytes in the envelope and in each header field.
#[test]
fn row_26_random_bytes_in_every_field() {
    let daemon = Daemon::over_unix(&[ENFORCE]);
    let mut chance = Chance::new();
    let mut wire = greeted(&daemon, b"4\0\x00127.0.0.1");
    for _ in 0..rounds(60) {
        let mut noise = |most| -> Vec<u8> {
            let length = 1 + chance.below(most);
            (0..length).map(|_| chance.byte().max(1)).collect()
        };
        let (name, value, recipient) = (noise(30), noise(300), noise(80));
        let (subject, body) = (noise(100), noise(500));
        let fields: [(&[u8], &[u8]); 2] = [(b"Subject", &subject), (&name, &value)];
        let replies = judged(&mut wire, &message(&[recipient], &fields, &body));
        let passes = replies.last().unwrap().0 == b'c';
        assert_eq!(level(&replies).is_some(), passes, "{replies:?}");
    }
    assert!(
        !daemon.log().contains("the worker died"),
        "{}",
        daemon.log()
    );
}

/// Row 1: what the table decides is what goes over the wire, with whatever else there is to edit.
#[test]
fn row_1_the_action_on_the_wire_is_the_one_decided() {
    let changes = [
        REFUSE,
        (
            "  plain:    []\n",
            "  plain:    []\n  wait: [ mta-hold: wait ]\n",
        ),
        (
            "partner:    [ plain,   plain,     incamail,      hold       ]",
            "partner:    [ plain,   plain,     hold,          hold       ]",
        ),
        (
            "stranger:   [ plain,   incamail,  incamail,      hold       ]",
            "stranger:   [ plain,   incamail,  wait,          hold       ]",
        ),
    ];
    let cases = [
        ("<b@example.ch>", "hhc", "hhc"),
        ("<b@amt.admin.ch>", "hm2-c", "hc"),
        ("<b@partner.example>", "y", "hc"),
        ("<b@stranger.example>", "hqc", "hc"),
    ];
    for mode in ["mode: enforce", "mode: monitor"] {
        let daemon = Daemon::over_unix(&[&[("mode: monitor", mode)][..], &changes].concat());
        let mut wire = greeted(&daemon, b"4\0\x00127.0.0.1");
        for (to, enforced, monitored) in cases {
            let expected = if mode == ENFORCE.1 {
                enforced
            } else {
                monitored
            };
            let subject: (&[u8], &[u8]) = (b"Subject", b" Hello");
            let forged: (&[u8], &[u8]) = (b"x-pii-level", b" public");
            for fields in [&[subject][..], &[subject, forged]] {
                let mail = message(&[to.as_bytes().to_vec()], fields, AHV);
                let replies = judged(&mut wire, &mail);
                let off = if fields.len() > 1 && expected != "y" {
                    "m"
                } else {
                    ""
                };
                let what = format!("{to}, {mode}, {fields:?}: {replies:?}");
                assert_eq!(commands(&replies), format!("{off}{expected}"), "{what}");
            }
        }
    }
}

/// Rows 22 and 23: a login ends with its message; what is known of the client does not.
#[test]
fn row_23_the_client_stays_and_the_login_does_not() {
    let daemon = Daemon::over_unix(&[]);
    let mut wire = greeted(&daemon, b"4\0\x00192.0.2.9");
    let mail = message(&[b"<b@example.org>".to_vec()], &[], AHV);
    let login = packet(b'D', b"M{auth_authen}\0anna\0");
    for before in [login.clone(), vec![], packet(b'D', b"M"), login] {
        wire.send(&packet(b'A', b"")).send(&before);
        judged(&mut wire, &mail);
        wire.send(&packet(b'A', b""));
    }
    let lines = daemon.messages(4);
    let directions: Vec<bool> = lines
        .iter()
        .map(|l| l.contains("direction=outbound"))
        .collect();
    assert_eq!(directions, [true, false, false, true], "{lines:?}");
    assert!(
        lines.iter().all(|line| line.contains("client=192.0.2.9")),
        "{lines:?}"
    );
}

/// Sendmail's way to write an IPv6 client, and clients that cannot be read at all.
#[test]
fn clients_are_read_or_unknown_and_never_a_closed_connection() {
    let daemon = Daemon::over_unix(&[]);
    let mail = message(&[b"<b@example.org>".to_vec()], &[], b"");
    let cases: &[(&[u8], &str, &str)] = &[
        (b"6\0\x19IPv6:::1", "client=::1", "outbound"),
        (b"6\0\x19IPv6:2001:db8::1", "client=2001:db8::1", "inbound"),
        (
            b"6\0\x19IPv6:::ffff:127.0.0.1",
            "client=127.0.0.1",
            "outbound",
        ),
        (b"4\0\x19nonsense", "client=-", "inbound"),
        (b"?", "client=-", "inbound"),
    ];
    for (at, (given, client, direction)) in cases.iter().enumerate() {
        let mut wire = greeted(&daemon, given);
        judged(&mut wire, &mail);
        let line = daemon.messages(at + 1).remove(at);
        assert!(line.contains(client) && line.contains(direction), "{line}");
    }
}

#[tokio::test]
async fn the_socket_may_come_from_the_service_manager() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    // The configuration names a socket that could not be opened a second time.
    let place = Place::Inet(listener.local_addr().unwrap().port());
    let daemon = Daemon::given(&listener, place, "");
    daemon.wait_for("the service manager's socket is used");
    drop(listener);
    show(&mut daemon.connect().await, &PLAIN).await;
    assert_eq!(daemon.messages(1).len(), 1);
}

#[test]
fn an_mta_without_a_name_is_a_dash() {
    let daemon = Daemon::over_unix(&[]);
    let mut wire = greeted(&daemon, b"4\0\x19127.0.0.1");
    let replies = judged(&mut wire, &message(&[b"<b@example.ch>".to_vec()], &[], AHV));
    let is_ours = |(_, field): &&(u8, Vec<u8>)| {
        String::from_utf8_lossy(field).contains("X-PII-Milter\0 -; level=confidential;")
    };
    assert_eq!(replies.iter().filter(is_ours).count(), 1, "{replies:?}");
}
