// SPDX-License-Identifier: GPL-3.0-or-later
//! Finds personal data in texts: anchors in one fast pass, rules only there.

pub mod entity;

pub mod rule;

use std::ops::Range;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::extract::Text;
use crate::secret::Secret;
pub use entity::Entity;
pub use rule::Detectors;

/// How sure a detector is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// A shape, no more.
    Low,
    /// Good where a person looks at it.
    Medium,
    /// Stands alone.
    High,
}

/// One hit of one detector. It never leaves `inspect`.
#[derive(Debug)]
pub struct Finding {
    /// The id of the detector, `ch.ahv`.
    pub detector: Arc<str>,
    /// What it is.
    pub entity: Entity,
    /// How sure we are.
    pub confidence: Confidence,
    /// Which of the texts it stands in, by index.
    pub text: usize,
    /// Where, in bytes of that text's content, on character boundaries.
    pub span: Range<usize>,
    /// The value, separators taken out.
    pub value: Secret,
    /// What speaks for it and against it, in words.
    pub why: Vec<String>,
}

/// Everything the detectors find, ordered by text and place, overlaps settled.
pub fn scan(_texts: &[Text], _detectors: &Detectors) -> Vec<Finding> {
    Vec::new()
}
