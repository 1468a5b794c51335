// SPDX-License-Identifier: GPL-3.0-or-later
//! One message, recipients that disagree: each gets what is his, by a real MTA and back through it.

use std::collections::BTreeMap;
use std::time::Duration;

use super::Door::{SignedBehind, Splitting};
use super::{AHV, COLLEAGUE, Case, STRANGER, Server, Site, body_of, letter};
use crate::mta::sink::{Delivery, Sink};
use crate::mta::{PATIENCE, wait_for};

pub const CASES: &[Case] = &[
    ("one_message_leaves_by_two_channels", by_two_channels),
    ("whoever_may_get_it_gets_it_once", each_once),
];

/// What arrived of that letter: address and subject.
fn arrived(site: &Site, id: &str) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for sink in [&site.sink, &site.relay] {
        for mail in of(sink, id) {
            let subject = mail.only("Subject").unwrap();
            let to = mail.to.iter().map(|to| to.split(' ').next().unwrap());
            all.extend(to.map(|to| (to.trim_matches(['<', '>']).to_owned(), subject.clone())));
        }
    }
    all.sort();
    all
}

fn shows(mail: &Delivery, address: &str) -> bool {
    String::from_utf8_lossy(mail.header()).contains(address)
}

fn of(sink: &Sink, id: &str) -> Vec<Delivery> {
    let id = format!("<{id}>");
    let mut mails = sink.mails();
    mails.retain(|mail| mail.all("Message-ID").contains(&id));
    mails
}

fn by_two_channels(site: &Site) {
    // Who signs what we hand over has to be there.
    site.port(SignedBehind);
    let other = "zweite@example.ch";
    let hidden = "verborgen@kunde.example";
    let mut sent = letter(
        "split",
        &[COLLEAGUE, STRANGER, other, hidden],
        "Vertrag",
        &format!("AHV-Nr. {AHV}\n.\nGr\u{fc}sse\n"),
    );
    // The last one stands in no field of the header.
    let text = String::from_utf8(sent.bytes.clone()).unwrap();
    sent.bytes = text.replace(&format!(", {hidden}"), "").into_bytes();
    sent.from_args = "BODY=8BITMIME RET=HDRS ENVID=QQ271828".into();
    sent.to[1].1 = "NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;someone@else.example".into();
    let reply = site.send(Splitting, &sent);
    assert_eq!(reply.code, 250, "{reply:?}\n{}", site.mta.log());
    let marked = "<im><c> Vertrag".to_owned();
    let mut expected: Vec<(String, String)> = vec![
        (COLLEAGUE.into(), "Vertrag".into()),
        (other.into(), "Vertrag".into()),
        (format!("{STRANGER}.incamail.ch"), marked.clone()),
        (format!("{hidden}.incamail.ch"), marked),
    ];
    expected.sort();
    let all = wait_for(PATIENCE, || {
        let all = arrived(site, &sent.id());
        (all.len() == expected.len()).then_some(all)
    });
    let log = site.filter(Splitting).log();
    assert_eq!(all, Some(expected), "{log}\n{}", site.mta.log());
    let copies = of(&site.relay, &sent.id());
    for copy in &copies {
        assert_eq!(copy.body(), body_of(&sent));
        assert_eq!(copy.to.len(), 1, "who it is for is seen by others");
        assert!(copy.only("DKIM-Signature").is_some(), "it is not signed");
        assert_eq!(copy.all("X-PII-Level"), ["confidential"]);
        for wish in ["RET=HDRS", "ENVID=QQ271828"] {
            assert!(copy.from.contains(wish), "{}", copy.from);
        }
        // His own copy may name him.
        let is_his = copy.is_relayed_to(hidden);
        assert!(is_his || !shows(copy, hidden), "a hidden recipient shows");
    }
    let wishes = vec![
        "NOTIFY=SUCCESS,FAILURE",
        "ORCPT=rfc822;someone@else.example",
    ];
    let to = format!("{STRANGER}.incamail.ch");
    let found = copies.iter().find_map(|copy| copy.arguments(&to));
    assert_eq!(found, Some(wishes));
    let own = of(&site.sink, &sent.id()).remove(0);
    assert!(!shows(&own, hidden), "a hidden recipient shows");
    assert!(
        own.only("X-PII-Milter").is_some(),
        "only our own get this one"
    );
}

/// So many messages, each to other people of the shipped table.
fn each_once(site: &Site) {
    site.port(SignedBehind);
    let is_long = std::env::var_os("PII_MILTER_LONG").is_some();
    let count = match (is_long, site.server) {
        (false, _) => 6,
        (true, Server::Postfix) => 500,
        (true, Server::Sendmail) => 100,
    };
    let domains = [
        "example.ch",
        "amt.admin.ch",
        "partner.example",
        "kunde.example",
    ];
    let mut expected: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    for number in 0..count {
        // Each non-empty choice of domains comes again and again, one mailbox twice.
        let choice = number % 15 + 1;
        let chosen = (0..4).filter(|bit| choice >> bit & 1 == 1);
        let mut to: Vec<String> = chosen
            .map(|bit| format!("p{number}@{}", domains[bit]))
            .collect();
        // Sendmail takes two spellings of one of ours for two, with or without a filter.
        let outside = to.iter().find(|one| !one.ends_with("@example.ch"));
        let spelled = outside.map(|one| one.to_uppercase());
        to.extend(spelled.clone());
        let list: Vec<&str> = to.iter().map(String::as_str).collect();
        let sent = letter(
            &format!("once-{number}"),
            &list,
            "Akte",
            &format!("AHV {AHV}\n"),
        );
        let reply = site.send(Splitting, &sent);
        assert_eq!(reply.code, 250, "{reply:?}\n{}", site.mta.log());
        to.retain(|one| Some(one) != spelled.as_ref());
        let view = |one: &String| match one.ends_with("@example.ch") {
            true => (one.clone(), "Akte".to_owned()),
            false => (format!("{one}.incamail.ch"), "<im><c> Akte".to_owned()),
        };
        let mut views: Vec<_> = to.iter().map(view).collect();
        views.sort();
        expected.insert(sent.id(), views);
    }
    let seen = || {
        let all = expected.keys().map(|id| {
            let views = arrived(site, id).into_iter();
            let views = views.map(|(to, subject)| (to.to_lowercase(), subject));
            (id.clone(), views.collect())
        });
        all.collect::<BTreeMap<String, Vec<(String, String)>>>()
    };
    let patience = PATIENCE + Duration::from_secs(count);
    let done = wait_for(patience, || (seen() == expected).then_some(()));
    assert!(done.is_some(), "{:?}\n{}", seen(), site.mta.log());
    // Nothing comes after it.
    std::thread::sleep(Duration::from_secs(1));
    assert_eq!(seen(), expected);
}
