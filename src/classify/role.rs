// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns a finding and its place into its role: whose it is, and so whether it counts.
//!
//! Contact data of those who take part, of people at work and of services raise no level by themselves;
//! a company's account and VAT number are its own. What counts and why is told in doc/detection.md.

#[cfg(test)]
mod tests;
mod words;

use std::collections::HashSet;
use std::ops::Range;

use crate::detect::zone::{Zone, Zones};
use crate::detect::{Confidence, Entity, Finding, Mailbox, mailbox};
use crate::extract::Text;
use crate::message::Message;

use super::participant;
use words::{COMPANY_ACCOUNT, HOME, INVOICE, OWN, OWN_ACCOUNT, PRIVATE, SERVICE};

/// How far around a finding words say whose it is, in bytes.
const REACH: usize = 90;
/// How far before an account its company may be named, in bytes.
const ACCOUNT: usize = 400;

/// The most findings beside one that are asked.
const MAX_BESIDE: usize = 40;
/// What speaks of a person.
const PERSONS: [Entity; 4] = [
    Entity::PersonName,
    Entity::NationalId,
    Entity::DateOfBirth,
    Entity::BankAccount,
];

/// Whose a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// It counts.
    Counted,
    /// Contact data of a private person, which counts as personal.
    Private,
    /// Contact data that count only in bulk or beside other findings.
    Contact(&'static str),
    /// It never counts, and why.
    Aside(&'static str),
}

/// What is known of a message's people and texts.
pub(super) struct Roles<'a> {
    texts: &'a [Text],
    zones: Vec<Zones>,
    addresses: HashSet<String>,
    names: HashSet<String>,
    /// By text and place, as findings are.
    places: Vec<Place>,
    /// Of each text, whether its body speaks of a person.
    persons: Vec<bool>,
    /// True where who writes does so from the mailbox of a company or a service.
    is_from_work: bool,
}

/// Where a finding stands, which says something of those beside it.
struct Place {
    text: usize,
    span: Range<usize>,
    entity: Entity,
    is_private_mailbox: bool,
}

impl<'a> Roles<'a> {
    pub fn of(message: &Message, texts: &'a [Text], findings: &[Finding]) -> Self {
        let mut has_some = vec![false; texts.len()];
        for one in findings {
            if let Some(has_some) = has_some.get_mut(one.text) {
                *has_some = true;
            }
        }
        let asked = |(text, has_some): (&Text, &bool)| match has_some {
            true => Zones::of(&text.content),
            false => Zones::default(),
        };
        let zones: Vec<Zones> = texts.iter().zip(&has_some).map(asked).collect();
        let places = findings
            .iter()
            .filter(|one| one.confidence > Confidence::Low);
        let places: Vec<Place> = places
            .map(|one| Place {
                text: one.text,
                span: one.span.clone(),
                entity: one.entity,
                is_private_mailbox: one.entity == Entity::EmailAddress
                    && mailbox(one.value.reveal()) == Mailbox::Private,
            })
            .collect();
        let mut persons = vec![false; texts.len()];
        for one in places.iter().filter(|one| PERSONS.contains(&one.entity)) {
            let zone = zones.get(one.text).map(|zones| zones.at(one.span.start));
            if let Some(person) = persons
                .get_mut(one.text)
                .filter(|_| zone == Some(Zone::Body))
            {
                *person = true;
            }
        }
        Self {
            texts,
            zones,
            addresses: participant::addresses(message),
            names: participant::names(message),
            places,
            persons,
            is_from_work: participant::is_from_work(message),
        }
    }

    /// The role of a finding.
    pub fn role(&self, finding: &Finding) -> Role {
        match finding.entity {
            Entity::EmailAddress => self.mail(finding),
            Entity::PhoneNumber => self.phone(finding),
            Entity::PostalAddress => self.address(finding),
            Entity::PersonName => self.name(finding),
            Entity::VatNumber => Role::Aside("a company's own number"),
            Entity::BankAccount if self.is_companys(finding) => {
                Role::Aside("a company's own account")
            }
            Entity::Salary if !self.has_person(finding) => Role::Aside("no person beside it"),
            _ => Role::Counted,
        }
    }

    fn is_seen(&self, finding: &Finding) -> bool {
        let text = self.texts.get(finding.text);
        text.is_some_and(|text| text.is_seen(finding.span.start))
    }

    fn zone(&self, finding: &Finding) -> Zone {
        let zones = self.zones.get(finding.text);
        zones.map_or(Zone::Body, |zones| zones.at(finding.span.start))
    }

    /// Why contact data of this place are those of somebody who takes part.
    fn of_participant(&self, finding: &Finding) -> Option<Role> {
        let is_header = self
            .texts
            .get(finding.text)
            .is_some_and(|text| text.part.0.starts_with("header:"));
        match self.zone(finding) {
            _ if is_header => Some(Role::Aside("in the head of the mail")),
            Zone::Signature => Some(Role::Aside("in a signature")),
            Zone::Quoted => Some(Role::Aside("in the head of a quoted mail")),
            Zone::Greeting if finding.entity == Entity::PersonName => {
                Some(Role::Aside("in a greeting"))
            }
            _ => None,
        }
    }

    fn mail(&self, finding: &Finding) -> Role {
        if self
            .addresses
            .contains(&finding.value.reveal().to_lowercase())
        {
            return Role::Aside("address of a participant");
        }
        match mailbox(finding.value.reveal()) {
            Mailbox::Service => Role::Aside("mailbox of a service"),
            kind => self.of_participant(finding).unwrap_or(match kind {
                Mailbox::Private => Role::Private,
                _ => Role::Contact("a professional address"),
            }),
        }
    }

    fn phone(&self, finding: &Finding) -> Role {
        if let Some(role) = self.of_participant(finding) {
            return role;
        }
        let line = self.line(finding);
        let beside = self.beside(finding, &line);
        let said = self.words(finding, line);
        let beside_private = beside.iter().any(|one| one.is_private_mailbox);
        match () {
            () if has(&said, PRIVATE) || beside_private => Role::Private,
            () if has(&said, SERVICE) => Role::Aside("number of a service"),
            () => Role::Contact("a professional number"),
        }
    }

    fn address(&self, finding: &Finding) -> Role {
        if let Some(role) = self.of_participant(finding) {
            return role;
        }
        let span = &finding.span;
        let said = self.words(finding, span.start.saturating_sub(REACH)..span.end + 20);
        let near = span.start.saturating_sub(REACH)..span.start;
        let named = self
            .beside(finding, &near)
            .iter()
            .any(|one| one.entity == Entity::PersonName);
        match () {
            () if has(&said, HOME) => Role::Private,
            () if has_company(&said) => Role::Contact("address of a company"),
            () if named => Role::Private,
            () => Role::Contact("no person beside it"),
        }
    }

    fn name(&self, finding: &Finding) -> Role {
        let name = finding.value.reveal().to_lowercase();
        let mut words = name.split(|c: char| !c.is_alphanumeric());
        if words.all(|word| self.names.contains(word) || word.is_empty()) {
            return Role::Aside("who takes part");
        }
        self.of_participant(finding)
            .unwrap_or(Role::Contact("a name alone"))
    }

    /// True for the account of a company: its words say so, or its VAT number stands near and no
    /// person in the same line.
    fn is_companys(&self, finding: &Finding) -> bool {
        let span = &finding.span;
        let line = self.line(finding);
        let said = self.words(finding, line.start.saturating_sub(REACH)..span.end + 30);
        let beside = self.beside(finding, &line);
        let personal = beside.iter().any(|one| {
            matches!(
                one.entity,
                Entity::PersonName | Entity::Salary | Entity::DateOfBirth | Entity::NationalId
            )
        });
        if has(&said, COMPANY_ACCOUNT) {
            return true;
        }
        if has(&said, OWN_ACCOUNT) || personal {
            return false;
        }
        let near = span.start.saturating_sub(ACCOUNT)..span.end + ACCOUNT;
        let numbered = self
            .beside(finding, &near)
            .iter()
            .any(|one| one.entity == Entity::VatNumber);
        numbered
            || (self.zone(finding) == Zone::Signature && self.is_of_company(finding))
            || (has(&said, INVOICE) && has_company(&said))
    }

    /// True where a signature is that of a company: it names one, or who writes at the top does so from work.
    /// An account in the signature of a private person is hers.
    fn is_of_company(&self, finding: &Finding) -> bool {
        let span = &finding.span;
        let said = self.words(
            finding,
            span.start.saturating_sub(ACCOUNT)..span.end + ACCOUNT,
        );
        let line = self.line(finding);
        let text = self.texts.get(finding.text);
        let is_quoted = text
            .and_then(|text| text.content.get(line))
            .is_some_and(|line| line.starts_with('>'));
        self.is_seen(finding) && (has_company(&said) || (self.is_from_work && !is_quoted))
    }

    /// True where an amount is somebody's: a person in the body of the text, or the writer's or the
    /// reader's own.
    fn has_person(&self, finding: &Finding) -> bool {
        let span = &finding.span;
        let said = self.words(
            finding,
            span.start.saturating_sub(2 * REACH)..span.end + REACH,
        );
        self.persons.get(finding.text) == Some(&true) || has(&said, OWN)
    }

    /// The line of a finding.
    fn line(&self, finding: &Finding) -> Range<usize> {
        let text = self
            .texts
            .get(finding.text)
            .map_or("", |text| text.content.as_str());
        let span = &finding.span;
        let low = text.ceil_char_boundary(span.start.saturating_sub(4 * REACH));
        let high = text.floor_char_boundary((span.end + 4 * REACH).min(text.len()));
        let before = text.get(low..span.start).unwrap_or_default();
        let after = text.get(span.end..high).unwrap_or_default();
        let start = before.rfind('\n').map_or(low, |at| low + at + 1);
        start..span.end + after.find('\n').unwrap_or(after.len())
    }

    /// The findings that reach into a range, but for this one.
    fn beside(&self, finding: &Finding, range: &Range<usize>) -> Vec<&Place> {
        let end = self
            .places
            .partition_point(|one| (one.text, one.span.start) < (finding.text, range.end));
        let before = self
            .places
            .get(..end)
            .unwrap_or_default()
            .iter()
            .rev()
            .take(MAX_BESIDE);
        let before =
            before.take_while(|one| one.text == finding.text && one.span.end > range.start);
        before.filter(|one| one.span != finding.span).collect()
    }

    /// The words of a range, in small letters, with a blank at either end.
    fn words(&self, finding: &Finding, range: Range<usize>) -> String {
        let text = self
            .texts
            .get(finding.text)
            .map_or("", |text| text.content.as_str());
        let start = text.ceil_char_boundary(
            range
                .start
                .max(finding.span.start.saturating_sub(4 * REACH)),
        );
        let end =
            text.floor_char_boundary(range.end.min(finding.span.end + 4 * REACH).min(text.len()));
        let said = text
            .get(start..end.max(start))
            .unwrap_or_default()
            .to_lowercase();
        let said = said.chars().map(|c| {
            if c.is_alphanumeric() || c == '\'' || c == '&' {
                c
            } else {
                ' '
            }
        });
        format!(" {} ", said.collect::<String>())
    }
}

/// True where a text in the form of [`Roles::words`] has one of these as words.
fn has(said: &str, words: &[&str]) -> bool {
    words.iter().any(|word| {
        said.match_indices(word).any(|(at, _)| {
            let bytes = said.as_bytes();
            let cuts = |at: Option<usize>| {
                at.and_then(|at| bytes.get(at))
                    .is_none_or(u8::is_ascii_whitespace)
            };
            cuts(at.checked_sub(1)) && cuts(Some(at + word.len()))
        })
    })
}

fn has_company(said: &str) -> bool {
    has(
        said,
        &[
            "ag", "gmbh", "kg", "sa", "sàrl", "sarl", "sas", "srl", "s r l", "spa", "s p a",
            "sagl", "ltd", "llc", "plc", "inc", "bv", "b v", "nv", "n v", "vof", "vzw", "asbl",
            "bvba", "sprl", "llp", "co kg", "eg", "e v",
        ],
    )
}
