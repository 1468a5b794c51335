// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns findings into how sensitive a message is, and why. The values end here.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::detect::{Confidence, Entity, Finding};
use crate::extract::{Extract, Unreadable};
use crate::message::{Message, PartPath};

/// How sensitive a message is: the index of a level, 0 the lowest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Sensitivity(pub usize);

/// The sensitivity of a message, and what caused it. Holds no value.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Classification {
    /// The level.
    pub sensitivity: Sensitivity,
    /// Its name.
    pub level: String,
    /// The line of `classify` that holds, `confidential: national-id`; empty for the lowest level.
    pub because: String,
    /// Every finding, without its value.
    pub evidence: Vec<Evidence>,
    /// Distinct counted values by detector, facts included (`unreadable`).
    pub found: BTreeMap<String, usize>,
    /// Parts that were not wholly read.
    pub unreadable: Vec<Unreadable>,
}

/// What remains of a finding: everything but the value.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Evidence {
    /// The id of the detector.
    pub detector: String,
    /// What it is.
    pub entity: Entity,
    /// How sure we are.
    pub confidence: Confidence,
    /// The part it stands in.
    pub part: PartPath,
    /// Where in the part, for a human; may be empty.
    pub place: String,
    /// First character, counted in Unicode characters of the part's text.
    pub start: usize,
    /// One past the last character.
    pub end: usize,
    /// The value as people may see it.
    pub masked: String,
    /// False where it was seen and set aside; `why` says so.
    pub counted: bool,
    /// What speaks for it and against it.
    pub why: Vec<String>,
}

/// The levels and what makes a message one of them.
#[derive(Debug)]
pub struct Levels {
    /// The names, lowest first.
    pub names: Vec<String>,
}

/// Weighs findings: the highest level of which a line holds.
pub fn weigh(
    _message: &Message,
    extract: Extract,
    _findings: Vec<Finding>,
    levels: &Levels,
) -> Classification {
    Classification {
        sensitivity: Sensitivity(0),
        level: levels.names.first().cloned().unwrap_or_default(),
        because: String::new(),
        evidence: Vec::new(),
        found: BTreeMap::new(),
        unreadable: extract.unreadable,
    }
}
