// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns a message as a whole into facts about it: a bulk list, recipients shown to each other, an
//! invoice, prospecting.

use std::collections::HashSet;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::detect::phrases::Phrases;
use crate::detect::{Entity, Finding, Mailbox, mailbox};
use crate::extract::{self, Extract, Text};
use crate::message::{Address, Message, PartPath};

use super::role::Role;

/// From so many distinct ones on, contact data are a list, and recipients are exposed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bulk {
    /// Telephone numbers of a list.
    pub phones: usize,
    /// Postal addresses of a list.
    pub addresses: usize,
    /// Mail addresses of a list.
    pub mailboxes: usize,
    /// Names of a list.
    pub names: usize,
    /// Recipients in To and Cc of other domains than the sender's.
    pub recipients: usize,
    /// The domains of such recipients.
    pub domains: usize,
    /// Private mailboxes in To and Cc.
    pub private: usize,
}

impl Default for Bulk {
    fn default() -> Self {
        Self {
            phones: 10,
            addresses: 10,
            mailboxes: 10,
            names: 20,
            recipients: 10,
            domains: 8,
            private: 5,
        }
    }
}

/// A fact about a message as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    /// Which.
    pub entity: Entity,
    /// False where it decides nothing: prospecting that offers a way out.
    pub counted: bool,
    /// What speaks for it, in words, without any value.
    pub why: Vec<String>,
}

impl Fact {
    fn counted(entity: Entity, why: Vec<String>) -> Option<Self> {
        (!why.is_empty()).then_some(Self {
            entity,
            counted: true,
            why,
        })
    }
}

/// Everything that holds of a message.
pub(super) fn all(
    message: &Message,
    extract: &Extract,
    findings: &[(Finding, Role)],
    bulk: Bulk,
) -> Vec<Fact> {
    let facts = [
        bulk_list(findings, bulk),
        exposed(message, bulk),
        invoice(extract, findings),
        prospecting(message, &extract.texts),
    ];
    facts.into_iter().flatten().collect()
}

fn bulk_list(findings: &[(Finding, Role)], bulk: Bulk) -> Option<Fact> {
    let limits = [
        (Entity::PhoneNumber, bulk.phones, "telephone numbers"),
        (Entity::PostalAddress, bulk.addresses, "postal addresses"),
        (Entity::EmailAddress, bulk.mailboxes, "mail addresses"),
        (Entity::PersonName, bulk.names, "names"),
    ];
    let reached = limits.iter().filter_map(|(entity, least, what)| {
        let own = findings
            .iter()
            .filter(|(one, role)| one.entity == *entity && !matches!(role, Role::Aside(_)));
        let distinct: HashSet<&str> = own.map(|(one, _)| one.value.reveal()).collect();
        (distinct.len() >= *least).then(|| format!("{} {what}", distinct.len()))
    });
    Fact::counted(Entity::BulkList, reached.collect())
}

/// Recipients who see each other, and would not from their places of work.
fn exposed(message: &Message, bulk: Bulk) -> Option<Fact> {
    let listed = |names: &[&str]| -> Vec<Address> {
        let fields = message
            .fields
            .iter()
            .filter(|field| names.iter().any(|name| field.is(name)));
        let values = fields.filter_map(|field| message.raw.get(field.value.clone()));
        values.flat_map(Address::list).collect()
    };
    let senders = listed(&["From"]);
    let own: Vec<String> = senders
        .iter()
        .map(|one| one.domain().to_lowercase())
        .collect();
    let mut shown: Vec<String> = listed(&["To", "Cc"]).iter().map(Address::folded).collect();
    shown.sort();
    shown.dedup();
    let domain = |address: &str| address.rsplit('@').next().unwrap_or_default().to_owned();
    let private = shown
        .iter()
        .filter(|one| mailbox(one) == Mailbox::Private)
        .count();
    let external: Vec<String> = shown
        .iter()
        .map(|one| domain(one))
        .filter(|one| !own.contains(one))
        .collect();
    let domains: HashSet<&String> = external.iter().collect();
    let counts = [
        (
            external.len(),
            bulk.recipients,
            "recipients of other domains",
        ),
        (domains.len(), bulk.domains, "domains"),
        (private, bulk.private, "private mailboxes"),
    ];
    let reached = counts.iter().filter(|(count, least, _)| count >= least);
    Fact::counted(
        Entity::ExposedRecipients,
        reached
            .map(|(count, _, what)| format!("{count} {what} in To and Cc"))
            .collect(),
    )
}

static INVOICE: LazyLock<Phrases> =
    LazyLock::new(|| Phrases::of(&["facture", "rechnung", "fattura", "factuur", "invoice"]));
static AMOUNT: LazyLock<Phrases> = LazyLock::new(|| {
    Phrases::of(&[
        "montant", "total", "betrag", "importo", "totale", "bedrag", "totaal", "amount", "payable",
        "zahlbar", "à payer",
    ])
});
static CURRENCY: LazyLock<Phrases> =
    LazyLock::new(|| Phrases::of(&["chf", "eur", "€", "£", "gbp", "fr."]));

/// An invoice, and whether to a consumer: then a private address stands on it, and no second VAT number.
fn invoice(extract: &Extract, findings: &[(Finding, Role)]) -> Option<Fact> {
    let electronic = extract.parts.iter();
    let electronic = electronic.filter(|part| part.format == extract::INVOICE);
    let electronic: HashSet<&PartPath> = electronic.map(|part| &part.part).collect();
    let is_electronic = |text: &Text| electronic.contains(&text.part);
    let texts = || extract.texts.iter().enumerate();
    let told = texts().filter(|(_, text)| is_electronic(text));
    let others = texts()
        .filter(|(_, text)| !is_electronic(text) && INVOICE.words(&text.content).next().is_some());
    for (at, text) in told.chain(others) {
        let is_electronic = is_electronic(text);
        let of = |entity| {
            findings
                .iter()
                .filter(move |(one, _)| one.text == at && one.entity == entity)
        };
        let pays = of(Entity::BankAccount).count() > 0 || of(Entity::VatNumber).count() > 0;
        let sums = pays || AMOUNT.is_in(&text.content);
        let has_sum = sums && CURRENCY.is_in(&text.content);
        if !is_electronic && !has_sum {
            continue;
        }
        let private = of(Entity::PostalAddress).any(|(_, role)| *role == Role::Private);
        let buyer_is_taxed = of(Entity::VatNumber).count() > 1;
        let kind = if private && !buyer_is_taxed {
            "to a consumer"
        } else {
            "to a company"
        };
        let how = if is_electronic {
            "an electronic invoice"
        } else {
            "words of an invoice"
        };
        return Fact::counted(Entity::Invoice, vec![how.to_owned(), kind.to_owned()]);
    }
    None
}

/// Words of advertising; two of them make it one.
static ADVERTISING: LazyLock<Phrases> = LazyLock::new(|| {
    Phrases::of(&[
        "newsletter",
        "lettre d'information",
        "infolettre",
        "offre",
        "code promo",
        "promotion",
        "réduction",
        "découvrez",
        "soldes",
        "rabatt",
        "rabattcode",
        "angebot",
        "angebote",
        "sonderangebot",
        "gutschein",
        "aktion",
        "jetzt entdecken",
        "jetzt anmelden",
        "offerta",
        "offerte",
        "sconto",
        "codice sconto",
        "codice promozione",
        "scopri",
        "promozione",
        "nieuwsbrief",
        "aanbieding",
        "kortingscode",
        "korting",
        "ontdek",
        "special offer",
        "discount",
        "promo code",
        "sale ends",
        "shop now",
        "limited time",
        "voucher",
        "% off",
    ])
});
/// A way out, in words (ePrivacy Directive, Art. 13(2); GDPR, Art. 21(2)).
static WAY_OUT: LazyLock<Phrases> = LazyLock::new(|| {
    Phrases::of(&[
        "se désabonner",
        "désabonn",
        "désinscri",
        "ne plus recevoir",
        "abmelden",
        "abbestell",
        "abmeldelink",
        "keine angebote mehr",
        "disiscri",
        "cancella l'iscrizione",
        "annulla l'iscrizione",
        "non desideri più",
        "uitschrijven",
        "schrijf u hier uit",
        "afmelden",
        "unsubscribe",
        "opt out",
        "opt-out",
        "stop receiving",
    ])
});

/// Advertising, counted where it offers no way out.
fn prospecting(message: &Message, texts: &[Text]) -> Option<Fact> {
    let has_field = |name: &str| message.fields.iter().any(|field| field.is(name));
    let bodies = texts
        .iter()
        .filter(|text| !text.part.0.starts_with("header:"));
    let bodies: Vec<&str> = bodies.map(|text| text.content.as_str()).collect();
    let cues = bodies.iter().flat_map(|body| ADVERTISING.words(body));
    let cues: HashSet<String> = cues.map(str::to_lowercase).collect();
    if cues.is_empty() {
        return None;
    }
    let in_words = bodies.iter().any(|body| WAY_OUT.is_in(body));
    let is_listed = has_field("List-Unsubscribe");
    if cues.len() < 2 && !is_listed && !in_words {
        return None;
    }
    let one_click = has_field("List-Unsubscribe-Post");
    let ways = [
        (one_click && is_listed, "a way out at one click (RFC 8058)"),
        (
            is_listed && !one_click,
            "a way out in List-Unsubscribe (RFC 2369)",
        ),
        (in_words, "a way out in words"),
    ];
    let mut why: Vec<String> = ways
        .iter()
        .filter(|(holds, _)| *holds)
        .map(|(_, word)| (*word).to_owned())
        .collect();
    let counted = why.is_empty();
    if counted {
        why.push("no way out".to_owned());
    }
    why.insert(0, "words of advertising".to_owned());
    Some(Fact {
        entity: Entity::Prospecting,
        counted,
        why,
    })
}
