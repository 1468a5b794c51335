// SPDX-License-Identifier: GPL-3.0-or-later
//! Whose a finding is, by where it stands and what is said beside it. A finding is written as ‹entity value›.

use super::super::tests::{finding, levels, text};
use super::*;
use crate::classify::weigh;
use crate::detect::Found;
use crate::extract::Extract;
use crate::message::{Address, Envelope};

/// A mail from somebody to Beat Kunde, with a body.
fn message(from: &str, body: &str) -> Message {
    let raw = format!("From: {from}\r\nTo: Beat Kunde <beat@kunde.example>\r\n\r\n{body}");
    let mut envelope = Envelope::nobody("2026-11-25".parse().unwrap());
    envelope.sender = Address::new("<bounce@firma.example>");
    Message::read(
        envelope,
        raw.into_bytes(),
        crate::extract::Budget::default().tree,
    )
}

/// The first finding of a body: why it does not count alone, `private`, or `counted`.
fn role(from: &str, marked: &str) -> String {
    roles(from, marked).swap_remove(0)
}

fn last_role(from: &str, marked: &str) -> String {
    roles(from, marked).pop().unwrap()
}

fn roles(from: &str, marked: &str) -> Vec<String> {
    let (mut body, mut found, mut rest) = (String::new(), Vec::new(), marked);
    while let Some((before, after)) = rest.split_once('‹') {
        let (mark, behind) = after.split_once('›').unwrap();
        let (name, value) = mark.split_once(' ').unwrap();
        let entity = Entity::ALL.iter().find(|one| one.as_str() == name);
        body += before;
        found.push((*entity.unwrap(), body.len(), value));
        body += value;
        rest = behind;
    }
    body += rest;
    let findings = found.iter().map(|(entity, start, value)| Finding {
        span: *start..start + value.len(),
        ..finding(0, value, value, *entity)
    });
    let findings: Vec<Finding> = findings.collect();
    let texts = [text(&body)];
    let roles = Roles::of(&message(from, &body), &texts, &findings);
    let words = findings.iter().map(|one| match roles.role(one) {
        Role::Counted => "counted".into(),
        Role::Private => "private".into(),
        Role::Contact(why) | Role::Aside(why) => why.to_owned(),
    });
    words.collect()
}

const WORK: &str = "Anna Muster <anna@firma.example>";
const HOME: &str = "Anna Muster <anna.muster@gmx.ch>";

#[test]
fn tells_whose_contact_data_are() {
    for (body, expected) in [
        (
            "Write to ‹email-address beat@kunde.example›.",
            "address of a participant",
        ),
        (
            "Write to ‹email-address bounce@firma.example›.",
            "address of a participant",
        ),
        (
            "Write to ‹email-address info@shop.example›.",
            "mailbox of a service",
        ),
        (
            "Write to ‹email-address carla@shop.example›.",
            "a professional address",
        ),
        ("Write to ‹email-address carla.rossi@gmail.com›.", "private"),
        (
            "Hello\n\nKind regards\nCarla\n‹email-address carla.rossi@gmail.com›",
            "in a signature",
        ),
        (
            "From: Carla <‹email-address carla.rossi@gmail.com›>\n> hi",
            "in the head of a quoted mail",
        ),
        (
            "Call ‹phone-number 031 300 00 00›.",
            "a professional number",
        ),
        ("Privat: ‹phone-number 079 300 00 00›", "private"),
        ("Tel. privé : ‹phone-number 079 300 00 00›", "private"),
        ("thuis ‹phone-number 079 300 00 00›", "private"),
        (
            "Kundendienst ‹phone-number 0800 300 000›",
            "number of a service",
        ),
        (
            "‹phone-number 079 300 00 00› carla, ‹email-address c.rossi@gmx.ch›",
            "private",
        ),
        ("‹person-name Beat Kunde› was here", "who takes part"),
        ("‹person-name Carla Rossi› was here", "a name alone"),
        (
            "Dear ‹person-name Carla Rossi›,\n\nthe list",
            "in a greeting",
        ),
        (
            "Frau Rossi wohnt ‹postal-address Dorfweg 3, 3000 Bern›",
            "private",
        ),
        (
            "Rossi GmbH, ‹postal-address Dorfweg 3, 3000 Bern›",
            "address of a company",
        ),
        (
            "‹postal-address Dorfweg 3, 3000 Bern› is the place",
            "no person beside it",
        ),
    ] {
        assert_eq!(role(WORK, body), expected, "{body}");
    }
}

#[test]
fn an_address_behind_a_name_is_that_persons() {
    let body = "‹postal-address Dorfweg 3, 3000 Bern› ‹person-name Carla Rossi›";
    assert_eq!(role(WORK, body), "no person beside it");
    let body = "‹person-name Carla Rossi›, ‹postal-address Dorfweg 3, 3000 Bern›";
    assert_eq!(last_role(WORK, body), "private");
}

#[test]
fn tells_whose_an_account_is() {
    const IBAN: &str = "‹bank-account CH9300762011623852957›";
    for (from, body, expected) in [
        (WORK, "Please pay to {}", "counted"),
        (
            WORK,
            "Please pay to our account {}",
            "a company's own account",
        ),
        (WORK, "auf unser Konto {}", "a company's own account"),
        (
            WORK,
            "sur le compte de la société : {}",
            "a company's own account",
        ),
        (WORK, "sul conto aziendale {}", "a company's own account"),
        (WORK, "op onze rekening {}", "a company's own account"),
        (
            WORK,
            "Muster AG, Rechnung 12, Konto {}",
            "a company's own account",
        ),
        (WORK, "Rechnung an Frau Rossi, Konto {}", "counted"),
        (WORK, "Your salary goes to {}", "counted"),
        (WORK, "my account: {}", "counted"),
        (WORK, "votre compte {}", "counted"),
        (
            WORK,
            "Total 5\n\nKind regards\nAnna\n{}",
            "a company's own account",
        ),
        (HOME, "Total 5\n\nKind regards\nAnna\n{}", "counted"),
        (
            HOME,
            "Total 5\n\nKind regards\nAnna\nMuster GmbH\n{}",
            "a company's own account",
        ),
        (
            WORK,
            "See below\n\n> Kind regards\n> Carla\n> {}",
            "counted",
        ),
        (
            WORK,
            "See below\n\n> Kind regards\n> Carla\n> Rossi Ltd\n> {}",
            "a company's own account",
        ),
    ] {
        let body = body.replace("{}", IBAN);
        assert_eq!(role(from, &body), expected, "{from}: {body}");
    }
    let numbered = format!("{IBAN}\n\nVAT ‹vat-number CHE-116.281.710 MWST›");
    assert_eq!(role(WORK, &numbered), "a company's own account");
    assert_eq!(
        role(WORK, "‹vat-number CHE-116.281.710 MWST›"),
        "a company's own number"
    );
}

#[test]
fn an_amount_is_somebodys_only_beside_a_person() {
    assert_eq!(
        role(WORK, "The rent is ‹salary CHF 5000›."),
        "no person beside it"
    );
    assert_eq!(role(WORK, "Your salary is ‹salary CHF 5000›."), "counted");
    let named = "‹salary CHF 5000› for ‹person-name Carla Rossi›";
    assert_eq!(role(WORK, named), "counted");
}

#[test]
fn contact_data_count_beside_another_finding_only() {
    let body = "Carla Rossi, carla@shop.example, 031 300 00 00, 756.1234";
    let contact = [
        ("Carla Rossi", Entity::PersonName),
        ("carla@shop.example", Entity::EmailAddress),
        ("031 300 00 00", Entity::PhoneNumber),
    ];
    let weighed = |more: Option<(&str, Entity)>| {
        let all = contact.iter().copied().chain(more);
        let findings = all
            .map(|(value, entity)| finding(0, body, value, entity))
            .collect();
        let extract = Extract {
            texts: vec![text(body)],
            ..Extract::default()
        };
        let found = Found {
            findings,
            ..Found::default()
        };
        weigh(&message(WORK, body), extract, found, &levels())
    };
    let alone = weighed(None);
    assert_eq!((alone.level.as_str(), alone.found.len()), ("public", 0));
    let beside = weighed(Some(("756.1234", Entity::NationalId)));
    assert_eq!(
        (beside.level.as_str(), beside.found.len()),
        ("confidential", 4)
    );
}
