// SPDX-License-Identifier: GPL-3.0-or-later
//! What passes untouched but for the level.

use super::Door::{Bare, Chroot, Monitor, Refusing};
use super::{AHV, COLLEAGUE, Case, STRANGER, Site, body_of, header_as_sent, header_of, letter};
use crate::mta::smtp::{Client, Letter};

pub const CASES: &[Case] = &[
    ("the_server_alone_changes_nothing", server_alone),
    ("clean_mail_gains_one_header_and_nothing_else", clean),
    ("mail_to_a_colleague_stays_as_it_is", colleague),
    ("monitor_labels_and_does_nothing_else", monitor),
    ("an_empty_body_passes", empty_body),
    ("a_mail_of_a_header_only_passes", header_only),
    ("a_body_of_30_megabytes_passes_whole", large),
    (
        "messages_of_one_connection_know_nothing_of_each_other",
        one_connection,
    ),
];

fn server_alone(site: &Site) {
    let mut sent = letter("bare", &[STRANGER], "Grüezi", "a\n.\n..b\n\n\tc \n");
    sent.from_args = "BODY=8BITMIME".into();
    sent.to[0].1 = "NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;someone@else.example".into();
    let arrived = site.deliver(Bare, &sent, &site.sink);
    assert_eq!(header_as_sent(&arrived), header_of(&sent));
    assert_eq!(arrived.body(), body_of(&sent));
    let arguments = vec![
        "NOTIFY=SUCCESS,FAILURE",
        "ORCPT=rfc822;someone@else.example",
    ];
    assert_eq!(arrived.arguments(STRANGER), Some(arguments));

    let suffixed = format!("{STRANGER}.incamail.ch");
    let sent = letter("bare-relay", &[&suffixed], "Offerte", "Guten Tag\n");
    let arrived = site.deliver(Bare, &sent, &site.relay);
    assert!(arrived.arguments(&suffixed).is_some(), "{:?}", arrived.to);
}

fn clean(site: &Site) {
    let body = "Bonjour,\n\nLa séance est déplacée à mardi.\n.\n..\n\tMeilleures salutations \n";
    let sent = letter("clean", &[STRANGER], "Séance de mardi", body);
    let arrived = site.deliver(Chroot, &sent, &site.sink);
    assert_eq!(arrived.only("X-PII-Level").as_deref(), Some("public"));
    assert_eq!(header_as_sent(&arrived), header_of(&sent));
    assert_eq!(arrived.body(), body_of(&sent));
    assert!(arrived.arguments(STRANGER).is_some(), "{:?}", arrived.to);
}

fn colleague(site: &Site) {
    let sent = letter(
        "colleague",
        &[COLLEAGUE],
        "Eintritt",
        &format!("AHV-Nr. {AHV}\n"),
    );
    let arrived = site.deliver(Chroot, &sent, &site.sink);
    assert_eq!(arrived.only("X-PII-Level").as_deref(), Some("confidential"));
    // Every recipient is ours: they may know what was found, never the value.
    let told = arrived.only("X-PII-Milter").expect("one X-PII-Milter");
    assert!(
        told.contains("level=confidential") && told.contains("ch.ahv:1"),
        "{told}"
    );
    assert!(!told.contains("9217"), "{told}");
    let mut header = header_as_sent(&arrived);
    header.retain(|(name, _)| !name.eq_ignore_ascii_case("X-PII-Milter"));
    assert_eq!(header, header_of(&sent));
    assert_eq!(arrived.body(), body_of(&sent));
    assert!(arrived.arguments(COLLEAGUE).is_some(), "{:?}", arrived.to);
}

fn monitor(site: &Site) {
    for (case, body, level) in [
        ("monitor-ahv", format!("AHV-Nr. {AHV}\n"), "confidential"),
        ("monitor-ten", super::ten_numbers(), "restricted"),
    ] {
        let sent = letter(case, &[STRANGER], "Eintritt", &body);
        let arrived = site.deliver(Monitor, &sent, &site.sink);
        assert_eq!(arrived.only("X-PII-Level").as_deref(), Some(level));
        assert_eq!(header_as_sent(&arrived), header_of(&sent));
        assert_eq!(arrived.body(), body_of(&sent));
        assert!(arrived.arguments(STRANGER).is_some(), "{:?}", arrived.to);
    }
}

fn empty_body(site: &Site) {
    let sent = letter("empty-body", &[STRANGER], "Nur ein Betreff", "");
    let arrived = site.deliver(Chroot, &sent, &site.sink);
    assert_eq!(arrived.only("X-PII-Level").as_deref(), Some("public"));
    assert_eq!(arrived.body(), b"");
}

fn header_only(site: &Site) {
    let mut sent = letter("header-only", &[STRANGER], "Nur ein Kopf", "");
    sent.bytes.truncate(sent.bytes.len() - 2);
    assert!(!sent.bytes.ends_with(b"\r\n\r\n"));
    let arrived = site.deliver(Chroot, &sent, &site.sink);
    assert_eq!(arrived.only("X-PII-Level").as_deref(), Some("public"));
    assert_eq!(header_as_sent(&arrived), header_of(&sent));

    // What a header says counts as much without a body.
    let mut sent = letter(
        "header-only-ahv",
        &[STRANGER],
        &format!("AHV-Nr. {AHV}"),
        "",
    );
    sent.bytes.truncate(sent.bytes.len() - 2);
    let arrived = site.deliver(Chroot, &sent, &site.relay);
    assert_eq!(arrived.only("X-PII-Level").as_deref(), Some("confidential"));
}

fn large(site: &Site) {
    let line = "Das Protokoll der letzten Versammlung folgt auf den naechsten Seiten ganz.\n";
    let body = line.repeat((30 << 20) / line.len());
    let sent = letter("large", &[STRANGER], "Protokoll", &body);
    let arrived = site.deliver(Chroot, &sent, &site.sink);
    assert_eq!(arrived.only("X-PII-Level").as_deref(), Some("public"));
    assert!(
        arrived.body() == body_of(&sent),
        "the large body has changed"
    );
}

fn one_connection(site: &Site) {
    let letters = [
        ("one-clean", "Guten Tag\n".to_owned(), 250),
        ("one-ten", super::ten_numbers(), 550),
        ("one-ahv", format!("AHV-Nr. {AHV}\n"), 250),
        ("one-clean-again", "Guten Tag\n".to_owned(), 250),
    ];
    let letters =
        letters.map(|(case, body, code)| (letter(case, &[STRANGER], "Post", &body), code));
    let (mut client, _) = Client::connect(site.port(Refusing));
    client.command("EHLO client.example.ch");
    for (letter, code) in &letters {
        assert_eq!(client.send(letter).code, *code, "{}", letter.id());
        // One that was begun and given up leaves nothing behind.
        client.command(format!("MAIL FROM:<{}>", letter.from));
        client.command(format!("RCPT TO:<{}>", super::COLLEAGUE));
        assert_eq!(client.command("RSET").code, 250);
    }
    let level = |letter: &Letter, sink: &crate::mta::sink::Sink| {
        sink.wait(&letter.id(), crate::mta::PATIENCE)
            .unwrap()
            .only("X-PII-Level")
    };
    assert_eq!(level(&letters[0].0, &site.sink).as_deref(), Some("public"));
    assert_eq!(
        level(&letters[2].0, &site.relay).as_deref(),
        Some("confidential")
    );
    assert_eq!(level(&letters[3].0, &site.sink).as_deref(), Some("public"));
    assert!(site.is_nowhere(&letters[1].0));
}
