// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns a classification into our own header fields, and takes off those that came from outside.

use indexmap::IndexMap;

use super::{Edit, field};
use crate::classify::Classification;
use crate::decide::Ours;
use crate::message::{Address, Message};

/// What our own fields begin with.
const OURS: &str = "x-pii-";

/// True for a field that only we may write.
pub(super) fn is_ours(name: &str) -> bool {
    name.get(..OURS.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(OURS))
}

/// The removal of forged fields, the level, and the details where only our own people read them.
pub(super) fn labels(
    message: &Message,
    recipients: &[&Address],
    classification: &Classification,
    ours: &Ours,
    policy_digest: &str,
) -> Vec<Edit> {
    let mut edits = forged(message);
    let level = field::ascii(&classification.level);
    edits.push(Edit::AddHeader("X-PII-Level".into(), level));
    if !recipients.is_empty() && recipients.iter().all(|address| ours.has(address)) {
        let value = details(message, classification, policy_digest);
        edits.push(Edit::AddHeader("X-PII-Milter".into(), value));
    }
    edits
}

/// Who found what how often, under which policy: counts, never a value.
fn details(message: &Message, classification: &Classification, policy_digest: &str) -> String {
    let found = classification.found.iter();
    let found: Vec<String> = found
        .map(|(detector, n)| format!("{detector}:{n}"))
        .collect();
    let word = |text: &str| field::ascii(text).replace([';', ' '], "_");
    let value = format!(
        "{}; level={}; found={}; policy={}; id={}",
        word(&message.envelope.host),
        word(&classification.level),
        word(&found.join(",")),
        word(policy_digest),
        word(&message.envelope.id)
    );
    field::fold("X-PII-Milter", &value)
}

/// Deletes every X-PII-* field. An index counts the fields of one name, and those behind a deleted
/// one move up: so from the last to the first.
fn forged(message: &Message) -> Vec<Edit> {
    let mut counts: IndexMap<String, (&str, u32)> = IndexMap::new();
    for field in message.fields.iter().filter(|field| is_ours(&field.name)) {
        let count = counts
            .entry(field.name.to_ascii_lowercase())
            .or_insert((&field.name, 0));
        count.1 += 1;
    }
    let each = counts.values().flat_map(|(name, count)| {
        (1..=*count)
            .rev()
            .map(|n| Edit::DeleteHeader((*name).to_owned(), n))
    });
    each.collect()
}

#[cfg(test)]
mod tests {
    use super::super::tests::{classification, message};
    use super::*;

    #[test]
    fn details_are_counts_on_short_lines() {
        let mut message = message("Subject: x\n", &["<a@example.ch>"]);
        let value = details(&message, &classification(), "0123456789ab");
        assert_eq!(
            value,
            "mx.example.ch; level=confidential; found=ch.ahv:2,iban:1;\n policy=0123456789ab; id=M-7F3K2M"
        );
        message.envelope.host = "mx\r\nX: y; z".into();
        let value = details(&message, &classification(), "d");
        assert!(value.starts_with("mx__X:_y__z; level="), "{value}");
    }

    #[test]
    fn names_are_ours_in_any_case() {
        assert!(is_ours("x-PII-anything") && is_ours("X-PII-"));
        assert!(!is_ours("X-PI") && !is_ours("X-PI\u{e9}-x") && !is_ours("Subject"));
    }
}
