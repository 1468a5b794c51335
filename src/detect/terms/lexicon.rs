// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns lists of terms, as the files of `conf/terms` and detectors of one's own have them, into patterns.

use std::sync::Arc;

use indexmap::IndexMap;
use serde::Deserialize;

use super::form::{self, Form, Part};
use super::language::Language;
use super::word::MAX_WORD;
use crate::detect::Entity;

/// The most terms of one list.
const MAX_TERMS: usize = 20_000;

/// Terms of one category and language.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::detect) struct Lexicon {
    /// The language, whose endings the words take; a text in another one is left alone. None: any.
    pub(super) language: Option<Language>,
    /// By field: a term and a person are enough.
    #[serde(default)]
    strong: IndexMap<String, Vec<String>>,
    /// By field: wants a neighbour of `with`, or a second term.
    #[serde(default)]
    weak: IndexMap<String, Vec<String>>,
    #[serde(default)]
    with: Vec<String>,
    /// Terms that say themselves that a person is meant.
    #[serde(default)]
    told: Vec<String>,
    /// What one of these terms needs beside it.
    #[serde(default)]
    needs: IndexMap<String, Vec<String>>,
    /// What must not stand beside a term.
    #[serde(default)]
    not_with: IndexMap<String, Vec<String>>,
    /// What looks like a term and is none.
    #[serde(default)]
    not: Vec<String>,
    /// Words of the head of a column, or before a colon, behind which a value is one of a person.
    #[serde(default)]
    labels: Vec<String>,
    /// How compounds of German and Dutch are made.
    #[serde(default)]
    compounds: Option<Compounds>,
}

/// First and last parts of compounds.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Compounds {
    /// First parts that are no terms themselves.
    #[serde(default)]
    first: Vec<String>,
    /// Last parts that leave it a fact about a person.
    #[serde(default)]
    fact: Vec<String>,
    /// Last parts that make it an office, a thing, a subject.
    #[serde(default)]
    thing: Vec<String>,
}

/// How much a term says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tier {
    Strong,
    Weak,
    Told,
    Label,
    Not,
}

/// A term.
#[derive(Clone, Debug)]
pub(super) struct Pattern {
    pub entity: Entity,
    pub language: Option<Language>,
    pub tier: Tier,
    /// What field it is of: `mind`, `membership`.
    pub field: Arc<str>,
    pub parts: Vec<Part>,
    /// The part it is looked for by.
    pub anchor: usize,
    /// One of these must stand in the sentence.
    pub needs: Option<Arc<[Vec<Part>]>>,
    /// None of these may.
    pub not_with: Option<Arc<[Vec<Part>]>>,
    /// How it goes on in compounds.
    pub heads: Option<Arc<Heads>>,
}

/// The last parts of compounds.
#[derive(Debug)]
pub(super) struct Heads {
    pub fact: Vec<Part>,
    pub thing: Vec<Part>,
}

impl Lexicon {
    /// Whether each term can be looked for.
    ///
    /// # Errors
    /// One sentence about the first that cannot.
    pub fn check(&self) -> Result<(), String> {
        let groups = self.strong.values().chain(self.weak.values());
        let groups = groups
            .chain(self.needs.values())
            .chain(self.not_with.values());
        let lists = groups.chain([&self.with, &self.told, &self.not, &self.labels]);
        let mut count = 0;
        for term in lists.flatten() {
            count += 1;
            let parts = form::read(term, self.language)
                .ok_or_else(|| format!("terms: \"{term}\" has no letter"))?;
            if parts.iter().any(|part| part.base.len() > MAX_WORD) {
                return Err(format!(
                    "terms: \"{term}\" has a word of more than {MAX_WORD} bytes"
                ));
            }
        }
        // Neighbours may be short, as they are looked for beside a term only.
        let groups = self.strong.values().chain(self.weak.values());
        let lists = groups.chain([&self.told, &self.not, &self.labels]);
        for term in lists.flatten() {
            let mut parts = form::read(term, self.language).into_iter().flatten();
            if parts.any(|part| matches!(part.form, Form::Stem | Form::Tail) && part.base.len() < 3)
            {
                return Err(format!(
                    "terms: \"{term}\": write three letters at least before or behind the hyphen"
                ));
            }
        }
        match count {
            0 => Err("terms: there is none".into()),
            _ if count > MAX_TERMS => Err(format!(
                "terms: there are more than {MAX_TERMS}; use several rules"
            )),
            _ => Ok(()),
        }
    }

    /// Its terms.
    pub(super) fn patterns(&self, entity: Entity) -> Vec<Pattern> {
        let heads = self.heads();
        let with: Option<Arc<[Vec<Part>]>> =
            (!self.with.is_empty()).then(|| self.all(&self.with).into());
        let mut patterns = Vec::new();
        let mut add = |tier: Tier, field: &str, terms: &[String]| {
            let field: Arc<str> = field.into();
            let written = terms.iter().map(|term| (term, term.clone()));
            let respelled = terms
                .iter()
                .filter_map(|term| Some((term, self.respelled(term)?)));
            for (term, written) in written.chain(respelled) {
                let Some(parts) = form::read(&written, self.language) else {
                    continue;
                };
                let own = |map: &IndexMap<String, Vec<String>>| -> Option<Arc<[Vec<Part>]>> {
                    map.get(term).map(|list| self.all(list).into())
                };
                let is_open = tier == Tier::Strong && parts.len() == 1;
                let needs =
                    own(&self.needs).or_else(|| with.clone().filter(|_| tier == Tier::Weak));
                patterns.push(Pattern {
                    entity,
                    language: self.language,
                    tier,
                    field: Arc::clone(&field),
                    anchor: anchor(&parts),
                    parts,
                    needs,
                    not_with: own(&self.not_with),
                    heads: heads.clone().filter(|_| is_open),
                });
            }
        };
        for (tier, groups) in [(Tier::Strong, &self.strong), (Tier::Weak, &self.weak)] {
            for (field, terms) in groups {
                add(tier, field, terms);
            }
        }
        add(Tier::Told, "told", &self.told);
        add(Tier::Label, "label", &self.labels);
        add(Tier::Not, "not", &self.not);
        if let (Some(compounds), Some(heads)) = (&self.compounds, &heads) {
            for first in &compounds.first {
                for mut part in form::read(first, self.language).into_iter().flatten() {
                    part.form = Form::First;
                    patterns.push(Pattern {
                        entity,
                        language: self.language,
                        tier: Tier::Strong,
                        field: "compound".into(),
                        parts: vec![part],
                        anchor: 0,
                        needs: None,
                        not_with: None,
                        heads: Some(Arc::clone(heads)),
                    });
                }
            }
        }
        patterns
    }

    /// A German term as it is written where there are no umlauts: `Hoersturz`.
    fn respelled(&self, term: &str) -> Option<String> {
        const UMLAUTS: [(char, &str); 6] = [
            ('ä', "ae"),
            ('ö', "oe"),
            ('ü', "ue"),
            ('Ä', "Ae"),
            ('Ö', "Oe"),
            ('Ü', "Ue"),
        ];
        let is_one =
            self.language == Some(Language::De) && term.contains(UMLAUTS.map(|(umlaut, _)| umlaut));
        is_one.then(|| {
            UMLAUTS.iter().fold(term.to_owned(), |term, (umlaut, two)| {
                term.replace(*umlaut, two)
            })
        })
    }

    fn all(&self, terms: &[String]) -> Vec<Vec<Part>> {
        let terms = terms.iter();
        terms
            .filter_map(|term| form::read(term, self.language))
            .collect()
    }

    fn heads(&self) -> Option<Arc<Heads>> {
        let makes = matches!(self.language, Some(Language::De | Language::Nl));
        let compounds = self.compounds.clone().unwrap_or_default();
        let parts = |words: &[String]| self.all(words).into_iter().flatten().collect();
        makes.then(|| {
            Arc::new(Heads {
                fact: parts(&compounds.fact),
                thing: parts(&compounds.thing),
            })
        })
    }
}

/// The part that is the rarest: the longest.
fn anchor(parts: &[Part]) -> usize {
    let longest = parts
        .iter()
        .enumerate()
        .max_by_key(|(at, part)| (part.base.len(), usize::MAX - at));
    longest.map_or(0, |(at, _)| at)
}
