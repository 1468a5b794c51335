// SPDX-License-Identifier: GPL-3.0-or-later
//! What the lines of `relays render postfix` do as they are, in a Postfix of their own.

use super::{Case, STRANGER, Site, letter};
use crate::mta::home::Home;
use crate::mta::postfix::{self, Entrance, Postfix};
use crate::mta::sink::Sink;
use crate::mta::{PATIENCE, free_port, relays, smtp, wait_for};

pub const CASES: &[Case] = &[("the_rendered_lines_hold_at_the_border", border)];

fn border(_site: &Site) {
    let (sink, home) = (Sink::start(), Home::new("mta-border"));
    let entrance = Entrance {
        port: free_port(),
        milter: String::new(),
    };
    let relays = relays::rendered(&home);
    let relay = Sink::start();
    let map = home.path().join("etc/pii-milter-transport.pcre");
    let routes = std::fs::read_to_string(&map).unwrap();
    let here = format!("[127.0.0.1]:{}", relay.port());
    std::fs::write(&map, routes.replace("[im.post.ch]:25", &here)).unwrap();
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
            .senders_in("deferred")
            .contains(&sent.from)
            .then_some(())
    };
    assert!(wait_for(PATIENCE, deferred).is_some(), "{}", postfix.log());
    let told = postfix.wait_log(&["incamail", "status=deferred", "TLS"]);
    assert!(told.is_some(), "{}", postfix.log());
    postfix::moment();
    assert!(relay.mails().is_empty());
}
