// SPDX-License-Identifier: GPL-3.0-or-later
//! Finds special categories of data (GDPR Art. 9 and 10): a term of a lexicon, and the person it is about.
//!
//! One pass over the words of a text finds terms. Only at those the sentence, or the row, is looked at: in
//! which language it is, whether a person is meant in it, whether it stands in a newsletter or a notice. A
//! term without a person is no personal data and is passed over; one with a person, but where something
//! speaks against it, is noted below what counts.

mod cues;
mod form;
mod index;
mod language;
mod lexicon;
mod people;
mod scope;
mod values;
mod weigh;
mod whole;
mod word;

use std::sync::LazyLock;

use indexmap::IndexMap;
use serde::Deserialize;

use super::scan::Hit;
use super::settle::Yields;
use super::{Confidence, Entity};
use crate::shipped;
use cues::Cues;
use index::Index;
use language::Language;
pub(super) use lexicon::Lexicon;
use lexicon::Pattern;

/// The lexicons and small words that are built into the program.
static SHIPPED: LazyLock<Shipped> = LazyLock::new(Shipped::read);

#[derive(Debug)]
struct Shipped {
    terms: Vec<Pattern>,
    cues: Cues,
}

/// A file of `conf/terms`: a category and its terms.
#[derive(Deserialize)]
struct File {
    category: Entity,
    terms: Lexicon,
}

impl Shipped {
    /// Reads the files of `conf/terms`; a test says that each can be read.
    fn read() -> Self {
        let mut terms = Vec::new();
        let mut cues: Vec<IndexMap<String, Vec<String>>> =
            vec![IndexMap::new(); language::LANGUAGES];
        for (file, text) in shipped::TERMS {
            if file.ends_with("/cues.yaml") {
                let own = Language::ALL
                    .iter()
                    .find(|own| file.starts_with(own.as_str()));
                let place = own.and_then(|own| cues.get_mut(own.index()));
                if let (Some(place), Ok(read)) = (place, crate::yaml::read(text)) {
                    *place = read;
                }
            } else if let Ok(File {
                category,
                terms: list,
            }) = crate::yaml::read::<File>(text)
            {
                terms.extend(list.patterns(category));
            }
        }
        Self {
            terms,
            cues: Cues::compile(&cues),
        }
    }
}

/// The terms of all detectors that have some.
#[derive(Debug, Default)]
pub(super) struct Terms {
    index: Option<Index>,
    /// Of each pattern, its detector.
    detectors: Vec<usize>,
}

impl Terms {
    /// Compiles the terms of detectors: index, entity, and own terms; without any, the shipped ones of
    /// that entity.
    pub fn of<'a>(lists: impl Iterator<Item = (usize, Entity, Option<&'a Lexicon>)>) -> Self {
        let (mut patterns, mut detectors) = (Vec::new(), Vec::new());
        for (detector, entity, own) in lists {
            let from = patterns.len();
            match own {
                Some(lexicon) => patterns.extend(lexicon.patterns(entity)),
                None => {
                    let all = SHIPPED.terms.iter();
                    patterns.extend(all.filter(|term| term.entity == entity).cloned());
                }
            }
            detectors.extend((from..patterns.len()).map(|_| detector));
        }
        Self {
            index: (!patterns.is_empty()).then(|| Index::of(patterns)),
            detectors,
        }
    }

    /// The findings of a text, in order of place; `heading` is the subject of its message.
    pub fn find(&self, text: &str, heading: &str) -> Vec<Hit> {
        let Some(index) = &self.index else {
            return Vec::new();
        };
        let found = weigh::all(text, heading, index, &SHIPPED.cues);
        let mut hits: Vec<Hit> = found
            .into_iter()
            .filter_map(|found| {
                Some(Hit {
                    detector: *self.detectors.get(found.pattern)?,
                    value: text.get(found.span.clone())?.to_lowercase(),
                    span: found.span,
                    confidence: found.confidence,
                    why: found.why,
                    keyword: usize::MAX,
                    yields: Yields::Better,
                })
            })
            .collect();
        hits.sort_by_key(|hit| hit.span.start);
        hits
    }
}

/// What came of a term.
#[derive(Debug)]
struct Found {
    pattern: usize,
    span: std::ops::Range<usize>,
    confidence: Confidence,
    why: Vec<String>,
}

#[cfg(test)]
mod tests;
