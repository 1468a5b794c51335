// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns findings into how sensitive a message is, and why. The values end here.

mod change;
mod fact;
mod level;
mod participant;
mod role;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::{Deserialize, Serialize};

use crate::detect::{Confidence, Entity, Finding, Found};
use crate::extract::{Extract, Text, Unreadable, Why};
use crate::message::{Message, PartPath};
use crate::secret::{mask, mask_all};
pub use change::Step;
pub use fact::{Bulk, Fact};
pub use level::{Condition, Counts, Levels};
use role::{Role, Roles};

/// How sensitive a message is: the index of a level, 0 the lowest.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Sensitivity(pub usize);

/// The sensitivity of a message, and what caused it. Holds no value.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Classification {
    /// The level.
    pub sensitivity: Sensitivity,
    /// Its name.
    pub level: String,
    /// The line of `classify` that holds, `confidential: national-id`; empty for the lowest level.
    pub because: String,
    /// Every finding, without its value.
    pub evidence: Vec<Evidence>,
    /// What holds of the message as a whole.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub facts: Vec<Fact>,
    /// Distinct counted values by detector, facts included (`unreadable`).
    pub found: BTreeMap<String, usize>,
    /// How many more findings of a detector there were than are told, where there were very many.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub left_out: BTreeMap<String, usize>,
    /// Parts that were not wholly read.
    pub unreadable: Vec<Unreadable>,
    /// What the level was reckoned from.
    #[serde(default)]
    pub counts: Counts,
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
/// A value counts once, however often it stands in the message. What is below the levels' confidence
/// is noted but does not count, and of contact data what `role` sets aside.
pub fn weigh(
    message: &Message,
    mut extract: Extract,
    found: Found,
    levels: &Levels,
) -> Classification {
    let Found {
        findings,
        left_out,
        over,
        cut,
    } = found;
    let cut = cut.iter().filter_map(|text| extract.texts.get(*text));
    let cut = cut.map(|text| Unreadable {
        part: text.part.clone(),
        why: Why::OverBudget,
        detail: "your own patterns were tried on the beginning only".into(),
    });
    extract.unreadable.extend(cut.collect::<Vec<_>>());
    if over.is_some_and(|confidence| confidence >= levels.at_least) {
        let more: usize = left_out.values().sum();
        extract.unreadable.push(Unreadable {
            part: PartPath("1".into()),
            why: Why::OverBudget,
            detail: format!("{more} findings more than milter.limits.findings are only counted"),
        });
    }
    let characters = characters(&extract.texts, &findings);
    let roles = Roles::of(message, &extract.texts, &findings);
    let findings = findings.into_iter().map(|finding| {
        let role = roles.role(&finding);
        (finding, role)
    });
    let findings: Vec<(Finding, Role)> = findings.collect();
    let facts = fact::all(message, &extract, &findings, levels.bulk);
    let is_sure = |finding: &Finding| finding.confidence >= levels.at_least;
    let counts_alone =
        |(finding, role): &(Finding, Role)| *role == Role::Counted && is_sure(finding);
    let is_bulk = facts.iter().any(|fact| fact.entity == Entity::BulkList);
    // Contact data are simple while nothing else is there.
    let is_simple = !is_bulk && !findings.iter().any(counts_alone);
    let mut counts = Counts::default();
    let mut found = BTreeMap::new();
    let (mut values, mut by_detector) = (HashSet::new(), HashSet::new());
    let mut evidence = Vec::with_capacity(findings.len());
    for (mut finding, role) in findings {
        let aside = match role {
            _ if !is_sure(&finding) => Some("confidence below detectors.at_least"),
            Role::Aside(why) => Some(why),
            Role::Contact(why) if is_simple => Some(why),
            _ => None,
        };
        if aside.is_none() {
            if values.insert((finding.entity, finding.value.clone())) {
                counts.add(finding.entity, role);
            }
            if by_detector.insert((finding.detector.clone(), finding.value.clone())) {
                *found.entry(finding.detector.to_string()).or_default() += 1;
            }
        }
        let counted = aside.is_none();
        if role == Role::Private {
            finding.why.push("private".into());
        }
        finding.why.extend(aside.map(String::from));
        evidence.extend(without_value(finding, &extract.texts, &characters, counted));
    }
    let parts = extract.unreadable.iter().map(|part| fact_of(part.why));
    let told = facts
        .iter()
        .filter(|fact| fact.counted)
        .map(|fact| fact.entity);
    for fact in parts.chain(told) {
        counts.add(fact, Role::Counted);
        *found.entry(fact.as_str().to_owned()).or_default() += 1;
    }
    let (sensitivity, condition) = levels.highest(&counts);
    let level = levels.name(sensitivity).to_owned();
    Classification {
        sensitivity,
        because: condition.map_or_else(String::new, |one| format!("{level}: {one}")),
        level,
        evidence,
        facts,
        found,
        left_out: left_out
            .into_iter()
            .map(|(detector, count)| (detector.to_string(), count))
            .collect(),
        unreadable: extract.unreadable,
        counts,
    }
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
    let is_hidden = finding.entity.is_special()
        || matches!(
            finding.entity,
            Entity::PersonName | Entity::PostalAddress | Entity::Salary
        );
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
fn fact_of(why: Why) -> Entity {
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
