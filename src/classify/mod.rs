// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns findings into how sensitive a message is, and why. The values end here.

mod level;
mod participant;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::{Deserialize, Serialize};

use crate::detect::{Confidence, Entity, Finding, Found};
use crate::extract::{Extract, Text, Unreadable, Why};
use crate::message::{Message, PartPath};
use crate::secret::{mask, mask_all};
pub use level::{Condition, Levels};

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
    /// How many more findings of a detector there were than are told, where there were very many.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub left_out: BTreeMap<String, usize>,
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

/// Weighs findings: the highest level of which a line holds.
///
/// A value counts once, however often it stands in the message. What is below the levels'
/// confidence, and the mail addresses of those who take part, are noted but do not count.
pub fn weigh(
    message: &Message,
    mut extract: Extract,
    found: Found,
    levels: &Levels,
) -> Classification {
    let participants = participant::addresses(message);
    let Found {
        findings,
        left_out,
        cut,
    } = found;
    let cut = cut.iter().filter_map(|text| extract.texts.get(*text));
    let cut = cut.map(|text| Unreadable {
        part: text.part.clone(),
        why: Why::OverBudget,
        detail: "your own patterns were tried on the beginning only".into(),
    });
    extract.unreadable.extend(cut.collect::<Vec<_>>());
    let characters = characters(&extract.texts, &findings);
    let mut counts = HashMap::new();
    let mut found = BTreeMap::new();
    let (mut values, mut by_detector) = (HashSet::new(), HashSet::new());
    let mut evidence = Vec::with_capacity(findings.len());
    for mut finding in findings {
        let aside = set_aside(&finding, levels, &participants);
        if aside.is_none() {
            if values.insert((finding.entity, finding.value.clone())) {
                *counts.entry(finding.entity).or_default() += 1;
            }
            if by_detector.insert((finding.detector.clone(), finding.value.clone())) {
                *found.entry(finding.detector.to_string()).or_default() += 1;
            }
        }
        let counted = aside.is_none();
        finding.why.extend(aside);
        evidence.extend(without_value(finding, &extract.texts, &characters, counted));
    }
    for unreadable in &extract.unreadable {
        let fact = fact(unreadable.why);
        *counts.entry(fact).or_default() += 1;
        *found.entry(fact.as_str().to_owned()).or_default() += 1;
    }
    let (sensitivity, condition) = levels.highest(&counts);
    let level = levels.name(sensitivity).to_owned();
    Classification {
        sensitivity,
        because: condition.map_or_else(String::new, |one| format!("{level}: {one}")),
        level,
        evidence,
        found,
        left_out: left_out
            .into_iter()
            .map(|(detector, count)| (detector.to_string(), count))
            .collect(),
        unreadable: extract.unreadable,
    }
}

/// Why a finding does not count, if so.
fn set_aside(finding: &Finding, levels: &Levels, participants: &HashSet<String>) -> Option<String> {
    if finding.confidence < levels.at_least {
        return Some("confidence below detectors.at_least".into());
    }
    if finding.entity == Entity::PersonName {
        return Some("a name alone".into());
    }
    let is_participant = finding.entity == Entity::EmailAddress
        && participants.contains(&finding.value.reveal().to_lowercase());
    is_participant.then(|| "address of a participant".into())
}

/// A finding without its value; nothing for one that lies outside its text, which no detector makes.
fn without_value(
    finding: Finding,
    texts: &[Text],
    characters: &HashMap<(usize, usize), usize>,
    counted: bool,
) -> Option<Evidence> {
    let text = texts.get(finding.text)?;
    let written = text.content.get(finding.span.clone())?;
    let is_hidden = finding.entity.is_special() || finding.entity == Entity::PersonName;
    let character = |byte| characters.get(&(finding.text, byte)).copied();
    Some(Evidence {
        start: character(finding.span.start)?,
        end: character(finding.span.end)?,
        detector: finding.detector.to_string(),
        entity: finding.entity,
        confidence: finding.confidence,
        part: text.part.clone(),
        place: text.place(finding.span.start).to_owned(),
        masked: if is_hidden {
            mask_all(written)
        } else {
            mask(written)
        },
        counted,
        why: finding.why,
    })
}

/// The number of characters before each byte offset (text, byte) at which a finding begins or ends.
/// One pass over each text, however the findings lie.
fn characters(texts: &[Text], findings: &[Finding]) -> HashMap<(usize, usize), usize> {
    let mut offsets: Vec<(usize, usize)> = findings
        .iter()
        .flat_map(|one| [(one.text, one.span.start), (one.text, one.span.end)])
        .collect();
    offsets.sort_unstable();
    let mut known = HashMap::with_capacity(offsets.len());
    let (mut text, mut byte, mut character) = (0, 0, 0);
    for offset in offsets {
        if offset.0 != text {
            (text, byte, character) = (offset.0, 0, 0);
        }
        let content = texts.get(text).map_or("", |text| text.content.as_str());
        if let Some(between) = content.get(byte..offset.1) {
            character += between.chars().count();
            byte = offset.1;
            known.insert(offset, character);
        }
    }
    known
}

/// The word that the table knows for a part that was not wholly read.
fn fact(why: Why) -> Entity {
    match why {
        Why::Encrypted => Entity::Encrypted,
        Why::WeaklyEncrypted => Entity::WeaklyEncrypted,
        Why::Partly => Entity::Partly,
        Why::OverBudget => Entity::OverBudget,
        Why::Ambiguous => Entity::Ambiguous,
        Why::Picture => Entity::Picture,
        Why::Unreadable => Entity::Unreadable,
    }
}
