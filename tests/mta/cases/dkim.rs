// SPDX-License-Identifier: GPL-3.0-or-later
//! What becomes of a signature (DKIM) made before us, and of one made behind us.

use super::Door::{SignedBefore, SignedBehind, Verifying};
use super::{AHV, Case, Door, STRANGER, Site, letter};
use crate::mta::sink::{Delivery, Sink};
use crate::mta::smtp::Letter;
use crate::mta::{PATIENCE, wait_for};

pub const CASES: &[Case] = &[
    (
        "a_signature_made_before_us_outlives_our_header",
        header_only,
    ),
    ("a_signer_behind_us_signs_the_mark", behind),
    ("a_signer_before_us_is_the_wrong_order", before),
];

fn header_only(site: &Site) {
    let sent = letter("dkim-header", &[STRANGER], "Sitzung", "Guten Tag\n");
    let arrived = signed(site, SignedBefore, &sent, &site.sink);
    assert_eq!(arrived.only("X-PII-Level").as_deref(), Some("public"));
    assert_eq!(verdict(site, &arrived), "pass");
    // Were the verifier not to look, this would pass as well.
    let mut forged = arrived;
    let text = String::from_utf8(forged.bytes).unwrap();
    forged.bytes = text
        .replace("dkim-header@", "dkim-forged@")
        .replace("Guten Tag", "Guten Abend")
        .into_bytes();
    assert_eq!(verdict(site, &forged), "fail");
}

fn behind(site: &Site) {
    let sent = letter(
        "dkim-behind",
        &[STRANGER],
        "Eintritt",
        &format!("AHV-Nr. {AHV}\n"),
    );
    let arrived = signed(site, SignedBehind, &sent, &site.relay);
    assert_eq!(arrived.only("Subject").as_deref(), Some("<im><c> Eintritt"));
    assert_eq!(verdict(site, &arrived), "pass");
}

fn before(site: &Site) {
    let sent = letter(
        "dkim-before",
        &[STRANGER],
        "Eintritt",
        &format!("AHV-Nr. {AHV}\n"),
    );
    let arrived = signed(site, SignedBefore, &sent, &site.relay);
    assert_eq!(arrived.only("Subject").as_deref(), Some("<im><c> Eintritt"));
    assert_eq!(verdict(site, &arrived), "fail");
}

/// What arrives, with a signature that covers the subject and is not ours.
fn signed(site: &Site, door: Door, letter: &Letter, sink: &Sink) -> Delivery {
    let arrived = site.deliver(door, letter, sink);
    let signature = arrived.only("DKIM-Signature").expect("one signature");
    let covered = signature
        .split(';')
        .find_map(|tag| tag.trim().strip_prefix("h="));
    let covered = covered.unwrap().to_lowercase();
    assert!(
        covered.contains("subject") && !covered.contains("x-pii"),
        "{covered}"
    );
    arrived
}

/// What a verifier says of a mail that is sent on: `pass`, `fail`.
fn verdict(site: &Site, mail: &Delivery) -> String {
    let again = Letter {
        from: "forwarder@kunde.example".into(),
        to: vec![(STRANGER.into(), String::new())],
        bytes: mail.bytes.clone(),
        ..Letter::default()
    };
    let reply = site.send(Verifying, &again);
    assert_eq!(reply.code, 250, "{reply:?}");
    let told = wait_for(PATIENCE, || {
        let mails = site.sink.mails().into_iter();
        let mut mails =
            mails.filter(|mail| mail.only("Message-ID") == Some(format!("<{}>", again.id())));
        mails.find_map(|mail| mail.only("Authentication-Results"))
    });
    let told = told.unwrap_or_else(|| panic!("no verdict\n{}", site.mta.log()));
    let word = told
        .split("dkim=")
        .nth(1)
        .unwrap_or_else(|| panic!("{told}"));
    word.split([' ', ';', '\r']).next().unwrap().to_owned()
}
