// SPDX-License-Identifier: GPL-3.0-or-later
//! What we hand over by the entry that `relays render` gives.

use std::io::Cursor;

use pii_milter::submit::{Entry, Envelope, HandedOver, Limits, Outcome, Recipient, hand_over};

use super::Door::SignedBehind;
use super::{AHV, CLERK, COLLEAGUE, Case, STRANGER, Site, body_of, letter};
use crate::mta::sink::Delivery;
use crate::mta::smtp::Letter;
use crate::mta::{PATIENCE, wait_for};

pub const CASES: &[Case] = &[
    (
        "what_is_handed_over_arrives_signed_and_else_as_it_is",
        as_it_is,
    ),
    ("a_recipient_that_the_server_refuses_is_told_apart", refused),
    ("a_message_of_30_megabytes_is_handed_over_whole", large),
];

fn envelope(to: &[&str]) -> Envelope {
    let recipient = |address: &&str| Recipient {
        address: format!("<{address}>"),
        notify: Some("SUCCESS,FAILURE".into()),
        original: Some("rfc822;someone@else.example".into()),
    };
    Envelope {
        sender: format!("<{CLERK}>"),
        envid: Some("QQ314159".into()),
        ret: Some("HDRS".into()),
        is_utf8: false,
        is_8bit: true,
        recipients: to.iter().map(recipient).collect(),
    }
}

fn handed(site: &Site, envelope: &Envelope, bytes: &[u8]) -> HandedOver {
    // Who signs has to be there.
    site.port(SignedBehind);
    let mut entry: Entry = format!("smtp:127.0.0.1:{}", site.submit).parse().unwrap();
    entry.limits = Limits {
        connect: PATIENCE,
        command: PATIENCE,
        block: PATIENCE,
        end: PATIENCE,
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let bytes = Cursor::new(bytes.to_vec());
    runtime
        .unwrap()
        .block_on(hand_over(&entry, envelope, bytes))
}

fn arrived(site: &Site, letter: &Letter) -> Delivery {
    let arrived = site.sink.wait(&letter.id(), PATIENCE);
    arrived.unwrap_or_else(|| panic!("{} did not arrive\n{}", letter.id(), site.mta.log()))
}

/// The bytes below what the MTA and its signer put on top.
fn below(delivery: &Delivery) -> &[u8] {
    let bytes = &delivery.bytes;
    let at = bytes.windows(7).position(|seven| seven == b"X-Top: ");
    &bytes[at.expect("the first field of the message")..]
}

fn as_it_is(site: &Site) {
    let body = format!("AHV-Nr. {AHV}\n.\n..\n\tGrüsse \n");
    let mut sent = letter("submit", &[STRANGER], "<im><c> Grüsse", &body);
    // No table of the site takes our fields off, and nothing is folded anew.
    let top = format!(
        "X-Top: a\r\nX-PII-Level: confidential\r\nX-Long: {}\r\n",
        "x".repeat(900)
    );
    sent.bytes = [top.as_bytes(), &sent.bytes].concat();
    let done = handed(site, &envelope(&[STRANGER]), &sent.bytes);
    let [
        Outcome::Accepted {
            reply,
            queue_id: Some(id),
        },
    ] = &done.outcomes[..]
    else {
        panic!("{done:?}\n{}", site.mta.log());
    };
    assert!(
        reply.starts_with("250 2.0.0") && reply.contains(id.as_str()),
        "{done:?}"
    );
    assert_eq!(done.mended, 0);

    let arrived = arrived(site, &sent);
    assert_eq!(
        String::from_utf8_lossy(below(&arrived)),
        String::from_utf8_lossy(&sent.bytes)
    );
    assert_eq!(arrived.body(), body_of(&sent));
    assert!(arrived.only("DKIM-Signature").is_some(), "it is not signed");
    let arguments = vec![
        "NOTIFY=SUCCESS,FAILURE",
        "ORCPT=rfc822;someone@else.example",
    ];
    assert_eq!(arrived.arguments(STRANGER), Some(arguments));
    for wish in ["RET=HDRS", "ENVID=QQ314159"] {
        assert!(arrived.from.contains(wish), "{}", arrived.from);
    }
}

fn refused(site: &Site) {
    let sent = letter(
        "submit-two",
        &[STRANGER, COLLEAGUE],
        "Offerte",
        "Guten Tag\n",
    );
    // Syntax that both servers refuse.
    let envelope = envelope(&[STRANGER, "muster@kunde..example", COLLEAGUE]);
    let done = handed(site, &envelope, &sent.bytes);
    let told = format!("{done:?}\n{}", site.mta.log());
    assert!(
        matches!(done.outcomes[0], Outcome::Accepted { .. }),
        "{told}"
    );
    assert!(
        matches!(&done.outcomes[1], Outcome::Refused { reply } if reply.starts_with('5')),
        "{told}"
    );
    assert!(
        matches!(done.outcomes[2], Outcome::Accepted { .. }),
        "{told}"
    );
    let reached = || {
        let mails = site.sink.mails();
        let id = Some(format!("<{}>", sent.id()));
        let mut mails = mails.iter().filter(|mail| mail.only("Message-ID") == id);
        mails
            .any(|mail| mail.arguments(COLLEAGUE).is_some())
            .then_some(())
    };
    assert!(wait_for(PATIENCE, reached).is_some(), "{}", site.mta.log());
}

fn large(site: &Site) {
    let line = "Ein Satz, der nichts sagt, aber lang ist und oft wiederkehrt.\n";
    let sent = letter(
        "submit-large",
        &[STRANGER],
        "Offerte",
        &line.repeat((30 << 20) / line.len()),
    );
    let done = handed(site, &envelope(&[STRANGER]), &sent.bytes);
    assert!(
        matches!(done.outcomes[..], [Outcome::Accepted { .. }]),
        "{done:?}\n{}",
        site.mta.log()
    );
    assert!(
        arrived(site, &sent).body() == body_of(&sent),
        "another body"
    );
}
