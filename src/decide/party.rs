// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns a mail address into the keys of all patterns that can take it: what decisions know of it.

use std::iter;

use serde::{Deserialize, Serialize};

use crate::detect::{Provider, provider};
use crate::message::{Address, Pattern};

/// Who sends or receives: the keys of the patterns that take the address, the widest first, the
/// mailbox last. With each key replaced by a keyed hash of it, decisions are the same and nobody is named.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Party(Vec<String>);

impl Party {
    /// The keys of an address.
    pub fn new(address: &Address) -> Self {
        Self(keys(&address.folded()).map(str::to_owned).collect())
    }

    /// True where the pattern of this key takes the address.
    pub fn has(&self, key: &str) -> bool {
        self.0.iter().any(|own| own == key)
    }

    /// The keys, the widest first.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// The key of the mailbox itself.
    pub fn mailbox(&self) -> &str {
        self.0.last().map_or("", String::as_str)
    }
}

/// What a pattern is looked up by: `*`, `.example.ch`, `@example.ch`, `anna@example.ch`.
pub(super) fn key(pattern: &Pattern) -> String {
    match pattern {
        Pattern::Any => "*".to_owned(),
        Pattern::Mailbox(text) | Pattern::Below(text) => text.clone(),
        Pattern::Domain(text) => format!("@{text}"),
    }
}

/// The keys of all patterns that can take a folded address, the widest first.
pub(super) fn keys(folded: &str) -> impl Iterator<Item = &str> {
    let (mailbox, domain) = match folded.rfind('@') {
        Some(at) => (Some(folded), folded.get(at..).unwrap_or_default()),
        None => (None, ""),
    };
    let below = domain.rmatch_indices('.');
    let below = below.filter_map(|(dot, _)| domain.get(dot..));
    let provider = provider(domain.get(1..).unwrap_or_default()).map(Provider::as_str);
    iter::once("*")
        .chain(provider)
        .chain(below)
        .chain([domain])
        .chain(mailbox)
}
