// SPDX-License-Identifier: GPL-3.0-or-later
//! What waits in the quarantine, and leaves through the entry that `relays render` gives.

use serde_json::Value;

use super::Door::{Keeping, SignedBehind};
use super::{AHV, CLERK, COLLEAGUE, Case, Site, body_of, letter, ten_numbers};
use crate::mta::sink::Delivery;
use crate::mta::smtp::Letter;
use crate::mta::{PATIENCE, wait_for};

pub const CASES: &[Case] = &[
    (
        "a_held_mail_arrives_when_it_is_let_go_and_not_before",
        as_it_is,
    ),
    ("a_held_mail_leaves_by_the_secure_channel", by_the_relay),
    ("sender_team_and_officer_hear_of_a_held_mail", heard_of),
    ("nobody_hears_of_a_held_mail_of_a_program", unheard_of),
    ("of_two_recipients_one_gets_it_and_one_does_not", one_of_two),
];

/// Whom each case writes to: its mails are found by that.
const ONE: &str = "eins@kunde.example";
const TWO: &str = "zwei@kunde.example";
const THREE: &str = "drei@kunde.example";
const FOUR: &str = "vier@kunde.example";
const FIVE: &str = "fuenf@kunde.example";

/// Sends a letter that has to wait; the id of its case.
fn held(site: &Site, letter: &Letter) -> String {
    // Who signs what we hand over has to be there.
    site.port(SignedBehind);
    let reply = site.send(Keeping, letter);
    assert_eq!(reply.code, 250, "{reply:?}\n{}", site.mta.log());
    assert!(site.is_nowhere(letter), "it did not wait");
    let to = &letter.to[0].0;
    let list = || {
        site.filter(Keeping)
            .cases(&["list", "--json", "--state", "held", "--to", to])
    };
    let newest = wait_for(PATIENCE, || list().lines().next().map(str::to_owned));
    let newest: Value = serde_json::from_str(&newest.expect("no case")).unwrap();
    newest["id"].as_str().unwrap().to_owned()
}

/// The recipients of a case: state, reply and queue id of each.
fn recipients(site: &Site, id: &str) -> Vec<Value> {
    let shown = site.filter(Keeping).cases(&["show", id, "--json"]);
    let shown: Value = serde_json::from_str(&shown).unwrap();
    shown["case"]["recipients"].as_array().unwrap().clone()
}

fn wait_for_state(site: &Site, id: &str, place: usize, state: &str) -> Value {
    let reached = wait_for(PATIENCE, || {
        let one = recipients(site, id).remove(place);
        (one["state"] == state).then_some(one)
    });
    let filter = site.filter(Keeping).log();
    reached.unwrap_or_else(|| panic!("{:?}\n{filter}\n{}", recipients(site, id), site.mta.log()))
}

fn as_it_is(site: &Site) {
    let mut sent = letter(
        "held",
        &[ONE],
        "Grüsse",
        &format!("{}.\n..\n", ten_numbers()),
    );
    sent.from_args = "BODY=8BITMIME RET=HDRS ENVID=QQ314159".into();
    sent.to[0].1 = "NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;someone@else.example".into();
    let forged = b"X-PII-Level: public\r\n";
    let own = sent.bytes.clone();
    sent.bytes = [forged.as_slice(), &sent.bytes].concat();
    let id = held(site, &sent);
    site.filter(Keeping)
        .cases(&["release", &id, "--text", "asked by the owner"]);
    let arrived = site.sink.wait(&sent.id(), PATIENCE);
    let arrived = arrived.unwrap_or_else(|| panic!("{}", site.mta.log()));
    assert_eq!(arrived.body(), body_of(&sent));
    assert_eq!(arrived.all("X-PII-Level"), ["restricted"]);
    let ours = arrived
        .all("Received")
        .into_iter()
        .find(|one| one.contains("(pii-milter)"));
    assert!(ours.unwrap().contains(&id));
    // Below what was added on top every byte is as it was sent.
    assert!(
        arrived.bytes.ends_with(&own),
        "{}",
        String::from_utf8_lossy(&arrived.bytes)
    );
    assert!(arrived.only("DKIM-Signature").is_some(), "it is not signed");
    let arguments = vec![
        "NOTIFY=SUCCESS,FAILURE",
        "ORCPT=rfc822;someone@else.example",
    ];
    assert_eq!(arrived.arguments(ONE), Some(arguments));
    assert!(
        arrived.from.starts_with(&format!("<{CLERK}>")),
        "{}",
        arrived.from
    );
    for wish in ["RET=HDRS", "ENVID=QQ314159"] {
        assert!(arrived.from.contains(wish), "{}", arrived.from);
    }
    let one = wait_for_state(site, &id, 0, "released");
    let queue = one["queue"].as_str().unwrap();
    let reply = one["reply"].as_str().unwrap();
    assert!(reply.starts_with("250 ") && reply.contains(queue), "{one}");
    // Once released its content is gone, and nobody can let it go again.
    let shown = site.filter(Keeping).cases(&["show", &id]);
    assert!(
        shown.contains("destroyed") && !shown.contains(ONE),
        "{shown}"
    );
}

/// The notice about this case to that address, in which these words stand.
fn notice(site: &Site, case: &str, to: &str, words: &str) -> Option<Delivery> {
    let mails = site.sink.mails().into_iter();
    let mut ours = mails.filter(|mail| mail.only("X-PII-Notice").as_deref() == Some(case));
    ours.find(|mail| {
        mail.arguments(to).is_some() && String::from_utf8_lossy(mail.body()).contains(words)
    })
}

fn wait_for_notice(site: &Site, case: &str, to: &str, words: &str) -> Delivery {
    let heard = wait_for(PATIENCE, || notice(site, case, to, words));
    heard.unwrap_or_else(|| {
        let filter = site.filter(Keeping).log();
        panic!(
            "{to} does not hear of {case}: {words}\n{filter}\n{}",
            site.mta.log()
        )
    })
}

fn heard_of(site: &Site) {
    let secret = "Murmeltiergehege";
    let body = format!("{secret}\n{}", ten_numbers());
    let sent = letter("heard", &[FOUR], secret, &body);
    let id = held(site, &sent);
    let to_sender = wait_for_notice(site, &id, CLERK, "Warten Sie.");
    assert!(to_sender.from.starts_with("<>"), "{}", to_sender.from);
    assert_eq!(to_sender.only("Auto-Submitted").unwrap(), "auto-generated");
    assert_eq!(
        to_sender.only("Subject").unwrap(),
        format!("Ihre Nachricht wartet ({id})")
    );
    assert!(
        to_sender.only("DKIM-Signature").is_some(),
        "it is not signed"
    );
    let to_team = wait_for_notice(site, &id, COLLEAGUE, &format!("cases show {id}"));
    let digest = wait_for_notice(site, "digest", COLLEAGUE, &id);
    site.filter(Keeping).cases(&["refuse", &id, "--text", "no"]);
    let refused = wait_for_notice(site, &id, CLERK, "nicht zugestellt");
    for notice in [to_sender, to_team, digest, refused] {
        let whole = String::from_utf8_lossy(&notice.bytes).into_owned();
        for canary in [secret, AHV, FOUR, "kunde.example"] {
            assert!(!whole.contains(canary), "{whole}");
        }
    }
}

/// A program answers nobody who is one, or says so; the team hears all the same.
fn unheard_of(site: &Site) {
    let mut sent = letter("unheard", &[FIVE], "Abwesend", &ten_numbers());
    sent.bytes = [b"Auto-Submitted: auto-replied\r\n".as_slice(), &sent.bytes].concat();
    let id = held(site, &sent);
    wait_for_notice(site, &id, COLLEAGUE, &id);
    assert!(notice(site, &id, CLERK, "").is_none());
}

fn by_the_relay(site: &Site) {
    let sent = letter("held-relay", &[TWO], "Liste", &ten_numbers());
    let id = held(site, &sent);
    site.filter(Keeping)
        .cases(&["release", &id, "--channel", "incamail"]);
    let arrived = site.relay.wait(&sent.id(), PATIENCE);
    let arrived = arrived.unwrap_or_else(|| panic!("{}", site.mta.log()));
    assert!(arrived.is_relayed_to(TWO), "{:?}", arrived.to);
    assert_eq!(arrived.only("Subject").unwrap(), "<im><c> Liste");
    assert_eq!(arrived.body(), body_of(&sent));
    wait_for_state(site, &id, 0, "released");
}

fn one_of_two(site: &Site) {
    let other = "beat@zwei.example";
    let sent = letter("held-two", &[THREE, other], "Liste", &ten_numbers());
    let id = held(site, &sent);
    site.filter(Keeping)
        .cases(&["release", &id, "--recipient", other]);
    wait_for_state(site, &id, 1, "released");
    assert_eq!(recipients(site, &id)[0]["state"], "held");
    let arrived = site.sink.wait(&sent.id(), PATIENCE).unwrap();
    assert!(arrived.arguments(other).is_some(), "{:?}", arrived.to);
    assert!(arrived.arguments(THREE).is_none(), "{:?}", arrived.to);
    site.filter(Keeping).cases(&["refuse", &id, "--text", "no"]);
    wait_for_state(site, &id, 0, "refused");
}
