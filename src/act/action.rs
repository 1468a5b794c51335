// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns one line under `channels` into what a channel does.

use std::fmt;

use serde::de::{self, Deserialize, Deserializer, MapAccess, Visitor};

use super::field;
use super::relay::check_header;

/// The longest sentence of a refusal, so that code, status and id keep within the 512 bytes of a
/// reply line (RFC 5321, 4.5.3.1.5).
const SENTENCE: usize = 440;

/// What a channel does: one item of a list under `channels`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// `relay: incamail`: mark and address the message as this relay profile says.
    Relay(String),
    /// `header: "X-PII-Route: secure"`: add this field.
    Header(String),
    /// `reject: "5.7.1 a sentence"`: refuse the message.
    Reject(String),
    /// `mta-hold: reason`: leave it in the MTA's hold queue.
    MtaHold(String),
    /// `quarantine: reason`: keep it until a person lets it go.
    Quarantine(String),
}

/// The words, which serde names in its error for another one.
#[derive(serde::Deserialize)]
#[serde(variant_identifier, rename_all = "kebab-case")]
enum Word {
    Relay,
    Header,
    Reject,
    MtaHold,
    Quarantine,
}

/// By hand, because YAML writes an externally tagged enum as `!relay incamail`, not as a mapping.
impl<'de> Deserialize<'de> for Action {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OneEntry;

        impl<'de> Visitor<'de> for OneEntry {
            type Value = Action;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an action such as \"relay: incamail\"")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Action, A::Error> {
                let Some(word) = map.next_key()? else {
                    return Err(de::Error::invalid_length(0, &self));
                };
                let value = map.next_value()?;
                if map.next_key::<Word>()?.is_some() {
                    return Err(de::Error::custom(
                        "two actions in one item; write each as an item of its own",
                    ));
                }
                Ok(match word {
                    Word::Relay => Action::Relay(value),
                    Word::Header => Action::Header(value),
                    Word::Reject => Action::Reject(value),
                    Word::MtaHold => Action::MtaHold(value),
                    Word::Quarantine => Action::Quarantine(value),
                })
            }
        }

        deserializer.deserialize_map(OneEntry)
    }
}

/// Splits `X-PII-Route: secure` into name and value.
///
/// # Errors
/// One sentence with what to write instead.
pub(super) fn header(text: &str) -> Result<(String, String), String> {
    let Some((name, value)) = text.split_once(':') else {
        return Err(format!(
            "{text:?} is no header field; write for example X-PII-Route: secure"
        ));
    };
    let (name, value) = (name.trim(), value.trim());
    check_header(name, value)?;
    Ok((name.to_owned(), value.to_owned()))
}

/// Splits `5.7.1 a sentence` into enhanced status code (RFC 3463, 2) and text. Without a code it
/// is 5.7.1, refused by policy.
///
/// # Errors
/// One sentence with what to write instead.
pub(super) fn refusal(text: &str) -> Result<(String, String), String> {
    let first = text.split(' ').next().unwrap_or_default();
    let is_code = first.split('.').count() == 3
        && first
            .split('.')
            .all(|n| (1..=3).contains(&n.len()) && n.bytes().all(|b| b.is_ascii_digit()));
    let (code, sentence) = match is_code {
        true => (first, text.get(first.len()..).unwrap_or_default().trim()),
        false => ("5.7.1", text.trim()),
    };
    if !code.starts_with("5.") {
        return Err(format!(
            "a refusal is for good and its code begins with 5; write 5.7.1 for {code}"
        ));
    }
    if sentence.is_empty() || sentence.len() > SENTENCE || !field::is_plain(sentence) {
        return Err(format!(
            "the sentence of a refusal must be 1 to {SENTENCE} printable ASCII characters (SMTP carries no others)"
        ));
    }
    Ok((code.to_owned(), sentence.to_owned()))
}

/// Checks the reason of a hold, which Sendmail's mailq and `cases` show.
///
/// # Errors
/// One sentence with what to write instead.
pub(super) fn reason(text: &str) -> Result<String, String> {
    let text = text.trim();
    if text.is_empty() || text.len() > 200 || !field::is_plain(text) {
        return Err("the reason of a hold must be 1 to 200 printable ASCII characters".into());
    }
    Ok(text.to_owned())
}
