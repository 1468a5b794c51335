// SPDX-License-Identifier: GPL-3.0-or-later
//! Lists, recipients who see each other, invoices to consumers and to companies, advertising with and without a
//! way out.

use super::super::tests::{finding, levels, text};
use super::*;
use crate::classify::{Classification, weigh};
use crate::detect::Found;
use crate::extract::{self, Budget, Opened};
use crate::message::{Envelope, PartPath};

fn message(fields: &str) -> Message {
    let envelope = Envelope::nobody("2026-11-25".parse().unwrap());
    Message::read(
        envelope,
        format!("{fields}\r\n\r\n").into_bytes(),
        Budget::default().tree,
    )
}

fn weighed(
    fields: &str,
    content: &str,
    findings: &[(&str, Entity)],
    format: Option<&'static str>,
) -> Classification {
    let findings = findings.iter();
    let findings = findings.map(|(value, entity)| finding(0, content, value, *entity));
    let parts = format.map(|format| Opened {
        part: PartPath("1".into()),
        format,
    });
    let extract = Extract {
        texts: vec![text(content)],
        parts: parts.into_iter().collect(),
        ..Extract::default()
    };
    let found = Found {
        findings: findings.collect(),
        ..Found::default()
    };
    weigh(&message(fields), extract, found, &levels())
}

/// A fact of a message: its reasons, and whether it counts.
fn fact(of: &Classification, entity: Entity) -> Option<(Vec<String>, bool)> {
    let fact = of.facts.iter().find(|fact| fact.entity == entity)?;
    Some((fact.why.clone(), fact.counted))
}

const FROM: &str = "From: Anna <anna@firma.example>";

#[test]
fn contact_data_are_a_list_from_the_threshold_on() {
    for (entity, least) in [
        (Entity::PhoneNumber, 10),
        (Entity::PostalAddress, 10),
        (Entity::EmailAddress, 10),
        (Entity::PersonName, 20),
    ] {
        let values: Vec<String> = (0..least)
            .map(|n| format!("value{n:02}@x.example"))
            .collect();
        let content = format!("{}\nvalue00@x.example", values.join("\n"));
        let found: Vec<_> = values.iter().map(|one| (one.as_str(), entity)).collect();
        let all = weighed(FROM, &content, &found, None);
        let (why, counted) = fact(&all, Entity::BulkList).unwrap();
        assert!(
            counted && why[0].starts_with(&format!("{least} ")),
            "{why:?}"
        );
        // One less, or one of them twice, is none.
        let mut fewer = found[1..].to_vec();
        fewer.push(found[1]);
        assert_eq!(
            fact(&weighed(FROM, &content, &fewer, None), Entity::BulkList),
            None
        );
    }
}

#[test]
fn recipients_are_exposed_from_the_thresholds_on() {
    let to = |list: Vec<String>| format!("{FROM}\r\nTo: {}", list.join(", "));
    let exposed = |fields: &str| fact(&weighed(fields, "", &[], None), Entity::ExposedRecipients);
    let many = |count: usize, domain: &str| {
        (0..count)
            .map(|n| format!("n{n}@{domain}"))
            .collect::<Vec<_>>()
    };
    assert!(exposed(&to(many(10, "kunde.example"))).is_some());
    assert_eq!(exposed(&to(many(9, "kunde.example"))), None);
    assert_eq!(exposed(&to(many(40, "firma.example"))), None, "colleagues");
    let twice = [many(9, "kunde.example"), many(9, "KUNDE.example")].concat();
    assert_eq!(exposed(&to(twice)), None, "an address twice");
    let domains = |count: usize| {
        (0..count)
            .map(|n| format!("a@d{n}.example"))
            .collect::<Vec<_>>()
    };
    assert!(exposed(&to(domains(8))).is_some());
    assert_eq!(exposed(&to(domains(7))), None);
    assert!(exposed(&to(many(5, "gmx.ch"))).is_some());
    assert_eq!(exposed(&to(many(4, "gmx.ch"))), None);
    // Who is in Bcc is seen by nobody; Cc counts with To.
    let bcc = format!("{FROM}\r\nBcc: {}", many(30, "kunde.example").join(", "));
    assert_eq!(exposed(&bcc), None);
    let cc = format!(
        "{}\r\nCc: {}",
        to(many(5, "a.example")),
        many(5, "b.example").join(", ")
    );
    assert!(exposed(&cc).is_some());
}

#[test]
fn tells_an_invoice_and_whether_to_a_consumer() {
    const HOME: (&str, Entity) = ("Dorfweg 3, 3000 Bern", Entity::PostalAddress);
    const VAT: (&str, Entity) = ("CHE-116", Entity::VatNumber);
    const OTHER: (&str, Entity) = ("CHE-107", Entity::VatNumber);
    let consumer = Some("to a consumer");
    let company = Some("to a company");
    for (content, found, expected) in [
        (
            "Rechnung 12 für Frau Rossi wohnhaft Dorfweg 3, 3000 Bern. Betrag CHF 50. CHE-116",
            &[HOME, VAT][..],
            consumer,
        ),
        (
            "Facture. domicile : Dorfweg 3, 3000 Bern. Montant CHF 50. CHE-116",
            &[HOME, VAT],
            consumer,
        ),
        (
            "Fattura. residente Dorfweg 3, 3000 Bern. Totale EUR 50. CHE-116",
            &[HOME, VAT],
            consumer,
        ),
        (
            "Factuur. woonadres Dorfweg 3, 3000 Bern. Totaal EUR 50. CHE-116",
            &[HOME, VAT],
            consumer,
        ),
        (
            "Invoice. home address Dorfweg 3, 3000 Bern. Amount EUR 50. CHE-116",
            &[HOME, VAT],
            consumer,
        ),
        (
            "Rechnung an Rossi AG, Dorfweg 3, 3000 Bern. Betrag CHF 50. CHE-116, CHE-107",
            &[HOME, VAT, OTHER],
            company,
        ),
        (
            "Rechnung für die Rossi AG. Betrag CHF 50. CHE-116",
            &[VAT],
            company,
        ),
        ("Invoice 12: total EUR 50", &[], company),
        ("Ihre Rechnung ist bereit.", &[], None),
        ("Verrechnung der Ferien: total EUR 50", &[], None),
        ("The party is at CHE-116, EUR 50", &[VAT], None),
    ] {
        let all = weighed(FROM, content, found, None);
        let kind = fact(&all, Entity::Invoice).map(|(why, _)| why[1].clone());
        assert_eq!(kind.as_deref(), expected, "{content}");
    }
}

#[test]
fn an_electronic_invoice_says_whom_it_is_for() {
    let ubl = |buyer: &str| {
        format!(
            "Invoice\nID: F-12\nAccountingSupplierParty\nParty\nPartyTaxScheme\nCompanyID: BE0428759497\n\
             AccountingCustomerParty\nParty\n{buyer}LegalMonetaryTotal\nPayableAmount: 12.00\n"
        )
    };
    let cii = |buyer: &str| {
        format!(
            "CrossIndustryInvoice\nSellerTradeParty\nSpecifiedTaxRegistration\nID: DE1\nBuyerTradeParty\n\
             Name: Rossi\n{buyer}ApplicableHeaderTradeDelivery\n"
        )
    };
    for (content, expected) in [
        (
            ubl("PostalAddress\nCityName: Namur\nContact\nName: Luc Petit\n"),
            "to a consumer",
        ),
        (
            ubl("PartyLegalEntity\nCompanyID: BE0417497106\n"),
            "to a company",
        ),
        (cii(""), "to a consumer"),
        (
            cii("SpecifiedLegalOrganization\nID: HRB 12\n"),
            "to a company",
        ),
        ("CreditNote\nID: G-7\n".to_owned(), "to a company"),
    ] {
        let all = weighed(FROM, &content, &[], Some(extract::INVOICE));
        let (why, counted) = fact(&all, Entity::Invoice).unwrap();
        assert_eq!(
            (why[0].as_str(), why[1].as_str(), counted),
            ("an electronic invoice", expected, true),
            "{content}"
        );
    }
}

#[test]
fn advertising_counts_where_it_offers_no_way_out() {
    const LISTED: &str = "From: a@shop.example\r\nList-Unsubscribe: <https://shop.example/u>";
    const ONE_CLICK: &str = "From: a@shop.example\r\nList-Unsubscribe: <https://shop.example/u>\r\n\
                             List-Unsubscribe-Post: List-Unsubscribe=One-Click";
    const POST_ALONE: &str =
        "From: a@shop.example\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click";
    for (fields, content, way) in [
        (
            FROM,
            "20% Rabatt! Gutschein im Newsletter.",
            Some("no way out"),
        ),
        (FROM, "Découvrez nos soldes", Some("no way out")),
        (FROM, "Scopri le offerte, sconto 20%", Some("no way out")),
        (FROM, "Aanbieding: 20% korting", Some("no way out")),
        (POST_ALONE, "Special offer, 20% off", Some("no way out")),
        (
            LISTED,
            "Special offer",
            Some("a way out in List-Unsubscribe (RFC 2369)"),
        ),
        (
            ONE_CLICK,
            "Special offer",
            Some("a way out at one click (RFC 8058)"),
        ),
        (
            FROM,
            "Newsletter. Hier abmelden",
            Some("a way out in words"),
        ),
        (
            FROM,
            "Newsletter. Se désabonner",
            Some("a way out in words"),
        ),
        (
            FROM,
            "Newsletter. Annulla l'iscrizione",
            Some("a way out in words"),
        ),
        (
            FROM,
            "Nieuwsbrief. Uitschrijven",
            Some("a way out in words"),
        ),
        (FROM, "Newsletter. Unsubscribe", Some("a way out in words")),
        (FROM, "The special offer of Mr Rossi is accepted", None),
        (FROM, "Bitte beim Empfang abmelden", None),
    ] {
        let all = weighed(fields, content, &[], None);
        let fact = fact(&all, Entity::Prospecting);
        assert_eq!(
            fact.as_ref().map(|(why, _)| why[1].as_str()),
            way,
            "{content}"
        );
        if let Some((_, counted)) = fact {
            assert_eq!(counted, way == Some("no way out"), "{content}");
        }
    }
}
