// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns a message as a whole into facts about it: a bulk list, recipients shown to each other, an
//! invoice, prospecting.

mod invoice;
mod prospecting;
#[cfg(test)]
mod tests;

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use crate::detect::{Entity, Finding, Mailbox, mailbox};
use crate::extract::Extract;
use crate::message::{Address, Message};

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
        invoice::of(extract, findings),
        prospecting::of(message, &extract.texts),
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
