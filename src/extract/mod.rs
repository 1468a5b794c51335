// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns a message into texts: one for each header a person reads, each file name and each part.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::message::{Limits, Message, PartPath};

/// The text of one part as the detectors see it and `extract` prints it. Lines end with LF.
#[derive(Debug)]
pub struct Text {
    /// Which part it is of.
    pub part: PartPath,
    /// The text. Cells of a table row are parted by a tab, rows by LF.
    pub content: String,
    /// Where in the part a position lies for a human, sorted by start. A stretch without a place
    /// is simply the part.
    pub places: Vec<(Range<usize>, String)>,
    /// The part this one says again (the text part beside an HTML part), if any: a finding that
    /// stands in both is reported there only.
    pub repeats: Option<PartPath>,
}

impl Text {
    /// Where a byte offset of `content` lies for a human (`page 3`, `hidden text`); empty where
    /// the part says it all.
    pub fn place(&self, offset: usize) -> &str {
        let found = self
            .places
            .iter()
            .find(|(range, _)| range.contains(&offset));
        found.map_or("", |(_, place)| place.as_str())
    }
}

/// A part that was not wholly read, and why. It is a fact, not an error: the admin classifies it
/// like any finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unreadable {
    /// Which part.
    pub part: PartPath,
    /// Why, as one of seven words.
    pub why: Why,
    /// The same for a person, in words.
    pub detail: String,
}

/// Why a part was not wholly read. Each is an entity that the table can name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Why {
    /// Needs a key that we do not have.
    Encrypted,
    /// Protected by something that protects nothing.
    WeaklyEncrypted,
    /// Some of it was read.
    Partly,
    /// More of it than a message may cost.
    OverBudget,
    /// Can be read in more than one way.
    Ambiguous,
    /// A picture: nothing of it was read.
    Picture,
    /// Nothing of it was read.
    Unreadable,
}

/// What extraction may spend on one message. Past it, a part is `over-budget`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Depth and number of parts.
    pub tree: Limits,
    /// Bytes of text and unpacked content, all parts together.
    pub unpacked: u64,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            tree: Limits {
                depth: 32,
                parts: 10_000,
            },
            unpacked: 512 << 20,
        }
    }
}

/// What extraction gives.
#[derive(Debug, Default)]
pub struct Extract {
    /// The texts, headers and names first.
    pub texts: Vec<Text>,
    /// What could not be read.
    pub unreadable: Vec<Unreadable>,
}

/// All texts of a message, and what could not be read.
pub fn all(_message: &Message, _budget: &Budget) -> Extract {
    Extract::default()
}
