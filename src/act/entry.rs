// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns one entry under `channels` into what a channel does, what it takes and whom to ask.

use std::fmt;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use super::Action;
use crate::decide::Limits;
use crate::decide::channel::Need;
use crate::message::Pattern;
use crate::units::Parsed;

/// A channel as written: a list of actions, or lines that hold it and the rest.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// What it does.
    pub actions: Vec<Action>,
    /// What carries the content.
    pub carrier: Carrier,
    /// How much it carries.
    pub limits: Limits,
    /// Whose mail; everybody's where nobody is named.
    pub from: Vec<Parsed<Pattern>>,
    /// To whom, kinds or patterns; to everybody where nobody is named.
    pub to: Vec<String>,
    /// What it needs of a message.
    pub needs: Option<Need>,
    /// The channel for what it does not take.
    pub fallback: Option<String>,
    /// Whom to ask; it stands behind the sentence of a refusal.
    pub contact: Option<String>,
    /// True where it was written as a list.
    pub is_short: bool,
}

/// What carries the content. All but mail are ways that a person goes, so the mail is refused or held.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Carrier {
    /// The mail itself.
    #[default]
    Mail,
    /// A portal or web site.
    Portal,
    /// The mailbox of an administration for its citizens.
    Ebox,
    /// A link to a shared file.
    Share,
    /// An application of the institution.
    App,
    /// A transfer of files.
    Sftp,
    /// A letter.
    Postal,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Lines {
    #[serde(rename = "do", default)]
    actions: Vec<Action>,
    #[serde(rename = "kind", default)]
    carrier: Carrier,
    #[serde(default)]
    limits: Limits,
    #[serde(default)]
    from: Vec<Parsed<Pattern>>,
    #[serde(default)]
    to: Vec<String>,
    needs: Option<Need>,
    #[serde(rename = "else")]
    fallback: Option<String>,
    contact: Option<String>,
}

impl From<Lines> for Entry {
    fn from(lines: Lines) -> Self {
        Self {
            actions: lines.actions,
            carrier: lines.carrier,
            limits: lines.limits,
            from: lines.from,
            to: lines.to,
            needs: lines.needs,
            fallback: lines.fallback,
            contact: lines.contact,
            is_short: false,
        }
    }
}

/// By hand, so that errors keep their place.
impl<'de> Deserialize<'de> for Entry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Channel;

        impl<'de> Visitor<'de> for Channel {
            type Value = Entry;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of actions, or lines such as \"do: [ relay: incamail ]\"")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<Entry, A::Error> {
                Ok(Entry {
                    actions: Vec::deserialize(SeqAccessDeserializer::new(items))?,
                    is_short: true,
                    ..Entry::default()
                })
            }

            fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<Entry, A::Error> {
                Lines::deserialize(MapAccessDeserializer::new(entries)).map(Entry::from)
            }
        }

        deserializer.deserialize_any(Channel)
    }
}
