// SPDX-License-Identifier: GPL-3.0-or-later
//! Tells an invoice, by its format or its words, and whether it goes to a consumer or to a company.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::super::role::Role;
use super::Fact;
use crate::detect::phrases::Phrases;
use crate::detect::{Entity, Finding};
use crate::extract::{self, Extract, Text};
use crate::message::PartPath;

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

/// The elements of a buyer's company: its register or tax number (EN 16931, BT-46 to BT-48).
static COMPANY_NUMBER: LazyLock<Phrases> = LazyLock::new(|| {
    Phrases::of(&[
        "companyid",
        "specifiedtaxregistration",
        "specifiedlegalorganization",
    ])
});

/// An invoice, and whether to a consumer. An electronic one says whether its buyer has a number of a company;
/// in others a private address stands on it, and no second VAT number.
pub(super) fn of(extract: &Extract, findings: &[(Finding, Role)]) -> Option<Fact> {
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
        let is_consumer = match buyer(&text.content).filter(|_| is_electronic) {
            Some(buyer) => !COMPANY_NUMBER.is_in(buyer),
            None => {
                let is_private = of(Entity::PostalAddress).any(|(_, role)| *role == Role::Private);
                let buyer_is_taxed = of(Entity::VatNumber).count() > 1;
                is_private && !buyer_is_taxed
            }
        };
        let kind = if is_consumer {
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

/// What an electronic invoice says of its buyer: the elements below its party (UBL 2.1; UN/CEFACT CII).
fn buyer(content: &str) -> Option<&str> {
    const PARTIES: [&str; 2] = ["AccountingCustomerParty", "BuyerTradeParty"];
    const ENDS: [&str; 9] = [
        "AccountingSupplierParty",
        "SellerTradeParty",
        "PayeeParty",
        "TaxRepresentativeParty",
        "Delivery",
        "PaymentMeans",
        "TaxTotal",
        "LegalMonetaryTotal",
        "ApplicableHeaderTradeDelivery",
    ];
    let start = |names: &[&str], from: &str| {
        let mut at = 0;
        from.split_inclusive('\n').find_map(|line| {
            let own = at;
            at += line.len();
            names.contains(&line.trim()).then_some(own)
        })
    };
    let rest = content.get(start(&PARTIES, content)?..)?;
    rest.get(..start(&ENDS, rest).unwrap_or(rest.len()))
}
