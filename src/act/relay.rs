// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns a relay profile into edits: subject mark, headers, recipient suffix.

use indexmap::IndexMap;
use jiff::civil::Date;
use serde::Deserialize;

use super::field;
use super::subject::{By, Mark};
use crate::decide::Limits;
use crate::message::Address;
use crate::yaml;

/// A relay profile: how a secure-delivery service is addressed. Any subset of four mechanisms:
/// subject mark, header fields, recipient suffix, next hop.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// The name in `relay: …`; equal to the file's stem. Also the name of the MTA's transport.
    pub id: String,
    /// What a person calls it.
    pub name: String,
    /// Where the strings below are documented.
    pub see: See,
    /// The mark in the subject.
    pub subject: Option<Mark>,
    /// Header fields that are added: name, value.
    #[serde(default)]
    pub headers: IndexMap<String, String>,
    /// What is appended to the recipient.
    pub recipient: Option<Suffix>,
    /// Where the MTA sends mail for the suffix.
    pub route: Option<Route>,
    /// How much it carries.
    #[serde(default)]
    pub limits: Limits,
    /// What it does to a mail; run when it is read.
    pub examples: Vec<Example>,
}

/// The document that a profile follows.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct See {
    /// Title, section or address.
    pub source: String,
    /// When it was read.
    pub date: Date,
}

/// A recipient suffix.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Suffix {
    /// A domain with a leading dot, appended to the whole address.
    pub suffix: String,
    /// True where the suffix only routes inside the MTA, which takes it off at delivery.
    #[serde(default)]
    pub strip: bool,
}

/// How mail reaches the relay.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Route {
    /// `[host]:port`, or `mx` for the MX records of the suffixed domain.
    pub next_hop: String,
    /// What TLS must prove.
    pub tls: Tls,
    /// True where the relay asks for a certificate of ours.
    #[serde(default)]
    pub client_certificate: bool,
}

/// What TLS must prove, in Postfix's words (`smtp_tls_security_level`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tls {
    /// Encrypted, the certificate checked against the next hop's name.
    Secure,
    /// Encrypted, whoever it is.
    Encrypt,
}

impl Tls {
    /// The word in Postfix's configuration.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Secure => "secure",
            Self::Encrypt => "encrypt",
        }
    }
}

/// A mail before the profile, and after it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Example {
    /// As it comes in.
    pub before: Sample,
    /// As it must leave.
    pub after: Sample,
}

/// What of a mail a profile can change.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sample {
    /// The subject, decoded; absent where the mail has none.
    pub subject: Option<String>,
    /// The envelope recipient.
    pub to: Option<String>,
    /// Header fields beside the subject.
    #[serde(default)]
    pub headers: IndexMap<String, String>,
}

impl Profile {
    /// Reads a profile and runs its examples. `path` names it in errors, and its stem is the id.
    ///
    /// # Errors
    /// One sentence for each thing that is wrong, beginning with the path.
    pub fn read(path: &str, text: &str) -> Result<Self, Vec<String>> {
        let profile: Self = yaml::read(text).map_err(|error| vec![format!("{path}: {error}")])?;
        let stem = path.rsplit('/').next().unwrap_or(path);
        let mut wrong = profile.doubts(stem.trim_end_matches(".yaml"));
        if wrong.is_empty() {
            wrong = profile.failing();
        }
        if wrong.is_empty() {
            return Ok(profile);
        }
        Err(wrong
            .iter()
            .map(|sentence| format!("{path}: {sentence}"))
            .collect())
    }

    /// The sample as it leaves by this relay.
    pub fn apply(&self, before: &Sample) -> Sample {
        let subject = before.subject.as_deref();
        let mut headers = before.headers.clone();
        for (name, value) in &self.headers {
            headers.entry(name.clone()).or_insert_with(|| value.clone());
        }
        let to = before.to.as_ref();
        Sample {
            subject: match &self.subject {
                Some(mark) => Some(mark.add_to(subject.unwrap_or_default())),
                None => before.subject.clone(),
            },
            to: to.map(|to| {
                self.rewrite(&Address::new(to))
                    .unwrap_or_else(|| to.clone())
            }),
            headers,
        }
    }

    /// The recipient with the suffix; nothing where it stays as it is: no suffix, one already, or
    /// a mailbox without a domain, which never leaves the MTA.
    pub fn rewrite(&self, address: &Address) -> Option<String> {
        let suffix = &self.recipient.as_ref()?.suffix;
        if self.has_suffix(address) || address.domain().is_empty() {
            return None;
        }
        Some(format!(
            "{}{suffix}",
            address.as_str().trim_end_matches('.')
        ))
    }

    /// True for a recipient that carries this relay's suffix.
    pub fn has_suffix(&self, address: &Address) -> bool {
        let domain = address.domain().to_ascii_lowercase();
        let suffix = self
            .recipient
            .as_ref()
            .map(|r| r.suffix.to_ascii_lowercase());
        suffix.is_some_and(|suffix| domain.trim_end_matches('.').ends_with(&suffix))
    }

    /// What parses but cannot work.
    fn doubts(&self, stem: &str) -> Vec<String> {
        let mut doubts = Vec::new();
        if self.id != stem || !is_word(&self.id) {
            doubts.push(format!(
                "id {:?} and the file's name {stem:?} differ or hold more than a-z, 0-9 and -; write one such word for both",
                self.id
            ));
        }
        for (key, text) in [("name", &self.name), ("see.source", &self.see.source)] {
            if text.trim().is_empty() {
                doubts.push(format!("{key} is empty; write what a reader can look up"));
            }
        }
        for (name, value) in &self.headers {
            if let Err(doubt) = check_header(name, value) {
                doubts.push(format!("headers: {doubt}"));
            }
        }
        if let Some(Suffix { suffix, .. }) = &self.recipient
            && !is_suffix(suffix)
        {
            doubts.push(format!(
                "recipient.suffix {suffix:?} is no domain with a leading dot; write for example .incamail.ch"
            ));
        }
        if let Some(route) = &self.route {
            if self.recipient.is_none() {
                doubts.push(
                    "route needs recipient.suffix: the MTA finds the relay by it; write one that ends in .invalid, with strip: true, where the relay has none".into(),
                );
            }
            if !is_next_hop(&route.next_hop) {
                doubts.push(format!(
                    "route.next_hop {:?} cannot be a next hop; write [host]:port, or mx",
                    route.next_hop
                ));
            }
            if self.recipient.as_ref().is_some_and(|r| r.strip) && route.next_hop == "mx" {
                doubts.push("route.next_hop: mx finds no host for a suffix that only routes; write [host]:port".into());
            }
        }
        if self.route.is_none() && self.subject.as_ref().is_some_and(|m| m.by == By::Delivery) {
            doubts.push("subject.by: delivery needs a route: the mark is written on the way to it; write recipient and route, or by: filter".into());
        }
        if self.subject.is_none() && self.headers.is_empty() && self.recipient.is_none() {
            doubts.push("it does nothing; write subject, headers or recipient".into());
        }
        if self.examples.is_empty() {
            doubts.push("it has no examples; write at least one before and after".into());
        }
        doubts
    }

    /// The examples that fail.
    fn failing(&self) -> Vec<String> {
        let mut failing = Vec::new();
        for (at, Example { before, after }) in self.examples.iter().enumerate() {
            let got = self.apply(before);
            if got != *after {
                failing.push(format!("examples[{at}]: expected {after}, got {got}"));
            } else if self.apply(&got) != got {
                failing.push(format!(
                    "examples[{at}]: a second time it changes {got} again"
                ));
            }
        }
        failing
    }
}

impl std::fmt::Display for Sample {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut parts = Vec::new();
        parts.extend(
            self.subject
                .iter()
                .map(|subject| format!("Subject: {subject}")),
        );
        parts.extend(
            self.headers
                .iter()
                .map(|(name, value)| format!("{name}: {value}")),
        );
        parts.extend(self.to.iter().map(|to| format!("to <{to}>")));
        f.write_str(&parts.join(" | "))
    }
}

/// Says why this cannot be a header field that we add.
///
/// # Errors
/// One sentence with what to write instead.
pub(super) fn check_header(name: &str, value: &str) -> Result<(), String> {
    if !field::is_name(name) || name.len() > 60 {
        return Err(format!(
            "{name:?} cannot be a field name; write for example X-PII-Route"
        ));
    }
    if value.trim().is_empty() || value.len() > 400 || !field::is_plain(value) {
        return Err(format!(
            "the value of {name} must be 1 to 400 printable ASCII characters"
        ));
    }
    if ["Subject", "X-PII-Level", "X-PII-Milter"]
        .iter()
        .any(|own| own.eq_ignore_ascii_case(name))
    {
        return Err(format!(
            "{name} is written by other means; take another name"
        ));
    }
    Ok(())
}

fn is_word(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

fn is_host(text: &str) -> bool {
    let is_label = |label: &str| {
        !label.is_empty()
            && label
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    text.split('.').all(is_label)
}

fn is_suffix(text: &str) -> bool {
    text.strip_prefix('.')
        .is_some_and(|domain| is_host(domain) && domain.contains('.'))
}

fn is_next_hop(text: &str) -> bool {
    let bracketed = text
        .strip_prefix('[')
        .and_then(|rest| rest.split_once("]:"));
    text == "mx"
        || bracketed.is_some_and(|(host, port)| is_host(host) && port.parse::<u16>().is_ok())
}
