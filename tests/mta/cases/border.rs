// SPDX-License-Identifier: GPL-3.0-or-later
//! What the lines of `relays render` do as they are, in a server of their own.

use std::sync::Arc;

use super::Door::Chroot;
use super::{AHV, Case, STRANGER, Site, letter};
use crate::mta::home::Home;
use crate::mta::milter::{self, Milter};
use crate::mta::postfix::{self, Entrance, Postfix};
use crate::mta::sendmail::Sendmail;
use crate::mta::sink::Sink;
use crate::mta::smtp::Client;
use crate::mta::{Mta, PATIENCE, free_port, relays, smtp, wait_for};

pub const OF_POSTFIX: &[Case] = &[("the_rendered_lines_hold_at_the_border", of_postfix)];

pub const OF_SENDMAIL: &[Case] = &[
    ("the_rendered_lines_hold_at_the_border", of_sendmail),
    ("a_client_by_ipv6_is_known", by_ipv6),
];

fn of_postfix(_site: &Site) {
    let (sink, home) = (Sink::start(), Home::new("mta-border"));
    let entrance = Entrance {
        port: free_port(),
        milter: String::new(),
    };
    let relays = relays::rendered(&home);
    let relay = Sink::start();
    let here = format!("[127.0.0.1]:{}", relay.port());
    relays::replace(&home, "pii-milter-transport.pcre", "[im.post.ch]:25", &here);
    let entrances = [entrance.clone()];
    let postfix = Postfix::start(&home, &entrances, sink.port(), &relays.main, &relays.master);

    // Our fields neither come in nor go out, and a mark does not leave by the ordinary way.
    let mut sent = letter("border", &[STRANGER], "<im><c> Offerte", "Guten Tag\n");
    sent.bytes = [
        b"X-PII-Level: public\r\nX-Pii-Route: plain\r\n",
        &sent.bytes[..],
    ]
    .concat();
    assert_eq!(smtp::send(entrance.port, &sent).code, 250);
    let arrived = sink
        .wait(&sent.id(), PATIENCE)
        .unwrap_or_else(|| panic!("{}", postfix.log()));
    let fields = arrived.fields();
    assert!(
        !fields
            .iter()
            .any(|(name, _)| name.to_lowercase().starts_with("x-pii-")),
        "{fields:?}"
    );
    assert_eq!(arrived.only("Subject").as_deref(), Some("Offerte"));

    // A relay that does not prove who it is gets nothing: the mail waits.
    let mut sent = letter(
        "border-tls",
        &[&format!("{STRANGER}.incamail.ch")],
        "Offerte",
        "Guten Tag\n",
    );
    sent.from = "waits@example.ch".into();
    assert_eq!(smtp::send(entrance.port, &sent).code, 250);
    let deferred = || {
        postfix
            .senders_deferred()
            .contains(&sent.from)
            .then_some(())
    };
    assert!(wait_for(PATIENCE, deferred).is_some(), "{}", postfix.log());
    let told = postfix.wait_log(&["incamail", "status=deferred", "TLS"]);
    assert!(told.is_some(), "{}", postfix.log());
    postfix::moment();
    assert!(relay.mails().is_empty());
}

fn of_sendmail(_site: &Site) {
    let (sink, relay) = (Sink::start(), Sink::start());
    let home = Arc::new(Home::new("sendmail-border"));
    let entrance = Entrance {
        port: free_port(),
        milter: String::new(),
    };
    let mut lines = relays::sendmail(&home, sink.port(), relay.port());
    assert!(lines.features.contains("F=T"), "{}", lines.features);
    // The filter as the lines hook it in; only its port is another.
    let port = free_port();
    lines.features = lines
        .features
        .replace("inet:8894@", &format!("inet:{port}@"));
    let (door, address) = (entrance.port, "Addr=127.0.0.1");
    lines.features += &format!("DAEMON_OPTIONS(`Name=door, {address}, Port={door}')dnl\n");
    let sendmail = Sendmail::with_hook(&home, std::slice::from_ref(&entrance), &lines);

    // Nobody listens there yet: later, not unscanned.
    let mut sent = letter("border", &[STRANGER], "Offerte", "Guten Tag\n");
    sent.bytes = [
        b"X-PII-Level: restricted\r\nX-Pii-Route: plain\r\n",
        &sent.bytes[..],
    ]
    .concat();
    assert_eq!(smtp::send(entrance.port, &sent).code, 451);
    // Our own entry does not ask.
    let own = letter("border-own", &[STRANGER], "Offerte", "Guten Tag\n");
    assert_eq!(smtp::send(lines.submit, &own).code, 250);

    milter::install(&home);
    let listen = format!("inet:127.0.0.1:{port}");
    let _filter = Milter::start(&home, "border", &milter::monitoring(&listen), &listen);
    assert_eq!(smtp::send(entrance.port, &sent).code, 250);
    let arrived = sink.wait(&sent.id(), PATIENCE);
    let arrived = arrived.unwrap_or_else(|| panic!("{}", sendmail.log()));
    assert_eq!(arrived.only("X-PII-Level").as_deref(), Some("public"));
    assert_eq!(arrived.all("X-PII-Route"), Vec::<String>::new());

    // A relay that does not prove who it is gets nothing: the mail waits.
    let to = format!("{STRANGER}.incamail.ch");
    let mut sent = letter("border-tls", &[&to], "Offerte", "Guten Tag\n");
    sent.from = "waits@example.ch".into();
    assert_eq!(smtp::send(entrance.port, &sent).code, 250);
    let deferred = || {
        sendmail
            .senders_deferred()
            .contains(&sent.from)
            .then_some(())
    };
    assert!(wait_for(PATIENCE, deferred).is_some(), "{}", sendmail.log());
    let told = || sendmail.log().contains("STARTTLS").then_some(());
    assert!(wait_for(PATIENCE, told).is_some(), "{}", sendmail.log());
    postfix::moment();
    assert!(relay.mails().is_empty());
}

/// Sendmail says `IPv6:::1`, with its tag, where Postfix says `::1`.
fn by_ipv6(site: &Site) {
    let sent = letter("ipv6", &[STRANGER], "Eintritt", &format!("AHV-Nr. {AHV}\n"));
    let (mut client, _) = Client::connect_from("::1", site.port(Chroot));
    client.command("EHLO client.example.ch");
    let reply = client.send(&sent);
    assert_eq!(
        reply.code,
        250,
        "{reply:?}\n{}\n{}",
        site.filter(Chroot).log(),
        site.mta.log()
    );
    // Outbound, which only a known address proves.
    let arrived = site.relay.wait(&sent.id(), PATIENCE);
    assert!(arrived.is_some(), "{}", site.filter(Chroot).log());
}
