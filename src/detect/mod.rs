// SPDX-License-Identifier: GPL-3.0-or-later
//! Finds personal data in texts: anchors in one fast pass, rules only there.

mod address;
mod candidate;
mod date;
mod detector;
mod dictionary;
mod document;
mod email;
mod engine;
pub mod entity;
mod example;
mod fold;
mod iban;
mod index;
mod keep;
mod list;
mod mailbox;
mod mrz;
mod names;
mod near;
mod password;
mod pattern;
mod phone;
pub(crate) mod phrases;
pub mod rule;
mod run;
mod salary;
mod scan;
mod secrets;
mod settle;
mod shape;
mod table;
mod terms;
mod token;
pub mod valid;
mod vat;
mod view;
mod words;
pub mod zone;

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::extract::Text;
use crate::secret::Secret;
pub use entity::Entity;
pub use example::Example;
use keep::Keep;
pub use keep::MAX_KEPT;
pub use mailbox::{Mailbox, Provider, mailbox, provider, provider_domains};
pub use pattern::Patience;
use pattern::Spent;
pub use rule::{Detector, Detectors};
use view::View;

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

impl Confidence {
    /// The word in rules, config, JSON and for people.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
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

/// What a scan gives.
#[derive(Debug, Default)]
pub struct Found {
    /// The findings, ordered by text and place, no two of one text overlapping.
    pub findings: Vec<Finding>,
    /// How many more of each detector there were than are kept: see [`MAX_KEPT`].
    pub left_out: BTreeMap<Arc<str>, usize>,
    /// The highest confidence of which there were more distinct values than are kept.
    pub over: Option<Confidence>,
    /// The texts, by index, in which the admin's own patterns were not tried to the end, as that
    /// would have cost too much.
    pub cut: Vec<usize>,
}

/// Everything the detectors find, overlaps settled: the higher confidence stays, then the longer
/// finding, then the one whose keyword is nearer, then the earlier rule.
///
/// What a text says again that another part says too is reported there only.
pub fn scan(texts: &[Text], detectors: &Detectors) -> Found {
    let mut keep = Keep::new(detectors.most);
    let mut cut = Vec::new();
    let mut spent = Spent::default();
    let subject = texts.iter().find(|text| text.part.0 == "header:Subject");
    let subject = subject.map_or("", |text| text.content.as_str());
    for (text, Text { content, .. }) in texts.iter().enumerate() {
        let view = View::of(content);
        let cost = scan::text(&view.text, subject, detectors, &mut spent, &mut |hit| {
            if let Some(detector) = detectors.list().get(hit.detector) {
                keep.add(Finding {
                    detector: Arc::clone(&detector.id),
                    entity: detector.entity,
                    confidence: hit.confidence,
                    text,
                    span: view.original(&hit.span),
                    value: Secret::new(hit.value),
                    why: hit.why,
                });
            }
        });
        cut.extend(cost.is_cut.then_some(text));
    }
    Found {
        findings: drop_repeated(texts, keep.findings),
        left_out: keep.left_out,
        over: keep.over,
        cut,
    }
}

/// Drops what stands, no less surely, in the part that its text repeats.
fn drop_repeated(texts: &[Text], mut findings: Vec<Finding>) -> Vec<Finding> {
    if texts.iter().all(|text| text.repeats.is_none()) {
        return findings;
    }
    let part = |finding: &Finding| texts.get(finding.text).map(|text| &text.part);
    let mut said = HashMap::new();
    for finding in &findings {
        let key = (
            part(finding),
            Arc::clone(&finding.detector),
            finding.value.clone(),
        );
        let best = said.entry(key).or_insert(finding.confidence);
        *best = finding.confidence.max(*best);
    }
    findings.retain(|finding| {
        let repeats = texts
            .get(finding.text)
            .and_then(|text| text.repeats.as_ref());
        let key = (
            repeats,
            Arc::clone(&finding.detector),
            finding.value.clone(),
        );
        let said = said.get(&key).filter(|_| repeats.is_some());
        said.is_none_or(|best| *best < finding.confidence)
    });
    findings
}

#[cfg(test)]
mod tests;
