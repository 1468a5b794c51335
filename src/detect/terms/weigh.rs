// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns the terms of a text into findings: the two-signal rule, and what speaks against it.

use std::cmp::Reverse;
use std::ops::Range;

use super::Found;
use super::cues::{Cues, Manner, paragraph};
use super::form::Part;
use super::index::{Hit, Index};
use super::language::{LANGUAGES, Language, Vote};
use super::lexicon::{Pattern, Tier};
use super::people::{People, Who, overlaps};
use super::scope::{Scope, Table};
use super::values::VALUE;
use super::whole::Whole;
use super::word::{self, Word};
use crate::detect::{Confidence, Entity};

/// A paragraph is looked at so far to each side, and a person is known from so far before, in bytes.
const PARAGRAPH: usize = 600;
/// So many findings back, what a paragraph has said is looked for.
const LAST: usize = 20;
/// A neighbour stands so many words from a term at most.
const BESIDE: usize = 6;

/// A term that is left after a first look.
pub(super) struct Term<'a> {
    pub hit: &'a Hit,
    pattern: &'a Pattern,
    tier: Tier,
}

/// All findings of a text.
pub(super) fn all(text: &str, heading: &str, index: &Index, cues: &Cues) -> Vec<Found> {
    let mut hits = index.find(text);
    if hits.is_empty() {
        return Vec::new();
    }
    hits.sort_by_key(|hit| hit.span.start);
    let whole = Whole::of(text, heading, index, cues);
    let mut found = Vec::new();
    let mut table: Option<Table> = None;
    let mut at = 0;
    while let Some(first) = hits.get(at) {
        let scope = Scope::around(text, &first.span, table.as_ref());
        let rest = hits.get(at..).unwrap_or_default();
        let count = rest
            .partition_point(|hit| hit.span.start < scope.range.end)
            .max(1);
        whole.weigh(&scope, rest.get(..count).unwrap_or_default(), &mut found);
        at += count;
        if let Some(own) = &scope.table {
            let is_new = table.as_ref().is_none_or(|last| last.head != own.head);
            if is_new {
                let first = hits.partition_point(|hit| hit.span.start < own.head.start);
                let heads = hits.get(first..).unwrap_or_default();
                let last = heads.partition_point(|hit| hit.span.start < own.head.end);
                let heads = heads.get(..last).unwrap_or_default();
                whole.columns(own, heads, &mut found);
            }
            table = scope.table;
        }
    }
    join(text, index, found)
}

/// Makes one finding of those of a category that follow each other or lie over each other.
fn join(text: &str, index: &Index, mut found: Vec<Found>) -> Vec<Found> {
    found.sort_by_key(|one| (one.span.start, Reverse(one.span.end)));
    let entity = |one: &Found| index.patterns.get(one.pattern).map(|own| own.entity);
    let mut joined: Vec<Found> = Vec::new();
    for one in found {
        let follows = |last: &&mut Found| {
            let between = text.get(last.span.end..one.span.start);
            entity(last) == entity(&one)
                && (one.span.start < last.span.end
                    || between.is_some_and(|between| [" ", "-", "'", "’"].contains(&between)))
        };
        match joined.last_mut().filter(follows) {
            Some(last) => {
                last.span.end = last.span.end.max(one.span.end);
                if one.confidence > last.confidence {
                    (last.confidence, last.why) = (one.confidence, one.why);
                }
            }
            None => joined.push(one),
        }
    }
    for one in &mut joined {
        one.span.end += compound(text.get(one.span.end..).unwrap_or_default());
    }
    joined
}

/// How far a word goes on behind hyphens: `Burnout-Syndrom`.
fn compound(rest: &str) -> usize {
    let mut parts = rest.split('-');
    if parts.next() != Some("") {
        return 0;
    }
    let mut length = 0;
    for part in parts {
        let word = part
            .find(|c: char| !c.is_alphanumeric())
            .unwrap_or(part.len());
        if word == 0 {
            break;
        }
        length += 1 + word;
        if word < part.len() {
            break;
        }
    }
    length
}

impl<'a> Whole<'a> {
    /// Weighs the terms of one sentence or row.
    fn weigh(&self, scope: &Scope, hits: &[Hit], found: &mut Vec<Found>) {
        let words = word::all(self.text, &scope.range, self.cues);
        let vote = Vote::of(&words);
        let languages = Language::ALL.map(|language| vote.allows(language, || self.vote()));
        let terms = hits
            .iter()
            .filter_map(|hit| Some((hit, self.pattern(hit)?)))
            .filter(|(_, pattern)| speaks(pattern, &languages));
        let masks = terms.clone();
        let masks = masks.filter(|(_, pattern)| pattern.tier == Tier::Not);
        let masks: Vec<&Range<usize>> = masks.map(|(hit, _)| &hit.span).collect();
        let terms = terms.filter(|(hit, _)| !masks.iter().any(|mask| covers(mask, &hit.span)));
        let terms = terms.filter_map(|(hit, pattern)| {
            let tier = self.tier(hit, pattern, &words)?;
            Some(Term { hit, pattern, tier })
        });
        let terms =
            terms.filter(|term| term.tier != Tier::Weak || self.is_under(term, scope, hits));
        let terms: Vec<Term> = terms.collect();
        // Who is meant costs most, and is asked last.
        if terms.is_empty() {
            return;
        }
        let people = People::of(self.text, &words, &languages);
        for term in terms.iter().filter(|term| !people.names(&term.hit.span)) {
            if term.tier == Tier::Label {
                self.label(term, scope, found);
            } else {
                self.judge(term, scope, &words, &people, found);
            }
        }
    }

    /// How much a term says among these words; none where they take it away.
    fn tier(&self, hit: &Hit, pattern: &Pattern, words: &[Word<'_>]) -> Option<Tier> {
        let stand = |list: &[Vec<Part>], most| stand(list, self.text, words, &hit.span, most);
        let beside = |list: &[Vec<Part>]| stand(list, BESIDE);
        let needs = pattern.needs.as_deref();
        let tier = match pattern.tier {
            Tier::Not => return None,
            _ if hit.is_vague => Tier::Weak,
            Tier::Weak if needs.is_some_and(beside) => Tier::Strong,
            Tier::Strong if !needs.is_none_or(beside) => return None,
            tier => tier,
        };
        let is_taken = |list: &[Vec<Part>]| stand(list, usize::MAX);
        (!pattern.not_with.as_deref().is_some_and(is_taken)).then_some(tier)
    }

    /// Finds the person of a term, and what speaks against it.
    fn judge(
        &self,
        term: &Term<'_>,
        scope: &Scope,
        words: &[Word<'_>],
        people: &People,
        found: &mut Vec<Found>,
    ) {
        let span = &term.hit.span;
        let reach = scope.range.start.saturating_sub(PARAGRAPH)..scope.range.start;
        let is_known = || !self.named_in(&reach).is_empty();
        let is_greeted = || self.is_greeted();
        let own = people.meant_by(self.text, words, span, is_known, is_greeted);
        let mut why = vec![format!(
            "term of {} ({})",
            term.pattern.entity.as_str(),
            term.pattern.field
        )];
        let is_told = term.pattern.tier == Tier::Told;
        let in_row = scope.table.as_ref().is_some_and(|table| {
            self.has_persons(&table.head) && table.head.start != scope.range.start
        });
        // A word that says little, or what is mostly said of groups, wants a person called by name or role.
        let is_body = matches!(
            term.pattern.entity,
            Entity::Health | Entity::Conviction | Entity::SexLife
        );
        let is_sure = term.pattern.tier != Tier::Weak && is_body;
        let is_strong = term.pattern.tier == Tier::Strong && !term.hit.is_vague;
        // A given name is enough for what says it all; prints and genes are told of the writer or of him before.
        let is_own = matches!(term.pattern.entity, Entity::Genetic | Entity::Biometric);
        let is_ours = |who: Who| match who {
            Who::Called => is_strong,
            Who::Writer | Who::Pronoun => is_strong && is_own,
            _ => false,
        };
        let near =
            || is_strong && (self.is_beside(scope) || self.goes_on(scope, span.start, found));
        let mut confidence = match own {
            Some(who @ (Who::Named | Who::Born)) => {
                why.push(format!("{} in the sentence", who.says()));
                Confidence::High
            }
            Some(who) if who >= Who::Role || is_sure || is_ours(who) => {
                why.push(who.says().to_owned());
                Confidence::Medium
            }
            _ if in_row => {
                why.push("a row about a person".to_owned());
                Confidence::High
            }
            Some(_) | None if is_told => {
                why.push("said of a person".to_owned());
                Confidence::Medium
            }
            _ if near() => {
                why.push("a person in the sentence before".to_owned());
                Confidence::Medium
            }
            _ => return,
        };
        if let Some(against) = self.against(term, own, people, span) {
            why.push(against.to_owned());
            confidence = Confidence::Low;
        }
        found.push(Found {
            pattern: term.hit.pattern,
            span: span.clone(),
            confidence,
            why,
        });
    }

    /// What takes from a term what it says.
    fn against(
        &self,
        term: &Term<'_>,
        who: Option<Who>,
        people: &People,
        span: &Range<usize>,
    ) -> Option<&'static str> {
        let entity = term.pattern.entity;
        let is_opinion = matches!(
            entity,
            Entity::PoliticalOpinion | Entity::UnionMembership | Entity::Religion
        );
        if people.has_office && is_opinion && who != Some(Who::Born) {
            return Some("said of a public office");
        }
        let around = paragraph(self.text, span.start, PARAGRAPH);
        let is_named = matches!(who, Some(Who::Called | Who::Named));
        let manner = self.manners().iter().find(|(at, manner, is_wide)| {
            (*is_wide || around.contains(at)) && !(*manner == Manner::Asked && is_named)
        });
        let (_, manner, _) = manner?;
        (who != Some(Who::Born)).then_some(manner.says())
    }

    /// True where a person is called by more than a name right before.
    fn is_beside(&self, scope: &Scope) -> bool {
        let from = paragraph(self.text, scope.range.start, 300).start;
        let mut named = self.named_in(&(from..scope.range.start)).iter();
        named.any(|(_, is_called)| *is_called)
    }

    /// True where the paragraph has said something of this kind of somebody right before.
    fn goes_on(&self, scope: &Scope, at: usize, found: &[Found]) -> bool {
        let from = paragraph(self.text, scope.range.start, 300).start;
        let mut found = found.iter().rev().take(LAST);
        found.any(|one| one.confidence > Confidence::Low && (from..at).contains(&one.span.start))
    }

    /// True where a term that says little stands below, or behind, a label of its category.
    fn is_under(&self, term: &Term<'_>, scope: &Scope, hits: &[Hit]) -> bool {
        let entity = term.pattern.entity;
        scope.table.is_none()
            && hits.iter().any(|hit| {
                let is_label = self
                    .pattern(hit)
                    .is_some_and(|own| own.tier == Tier::Label && own.entity == entity);
                let between = self
                    .text
                    .get(hit.span.end..term.hit.span.start)
                    .unwrap_or_default();
                is_label && between.len() < VALUE && between.trim_start().starts_with(':')
            })
    }
}

fn covers(one: &Range<usize>, other: &Range<usize>) -> bool {
    one.start <= other.start && other.end <= one.end
}

/// True where a pattern is of one of these languages.
fn speaks(pattern: &Pattern, languages: &[bool; LANGUAGES]) -> bool {
    pattern
        .language
        .is_none_or(|own| languages.get(own.index()).copied().unwrap_or_default())
}

/// True where one of these stands in a sentence, so many words from a term at most.
fn stand(
    list: &[Vec<Part>],
    text: &str,
    words: &[Word<'_>],
    term: &Range<usize>,
    most: usize,
) -> bool {
    let first = words.partition_point(|word| word.span.end <= term.start);
    let last = words.partition_point(|word| word.span.start < term.end);
    let near = first.saturating_sub(most)..last.saturating_add(most).min(words.len());
    let near = words
        .get(near)
        .unwrap_or_default()
        .iter()
        .filter_map(|word| {
            let mut folded = Vec::new();
            let written = text.get(word.span.clone())?;
            word::fold_at(text, &word.span, &mut folded).then_some((word, written, folded))
        });
    let near: Vec<_> = near.collect();
    list.iter().any(|parts| {
        near.windows(parts.len().max(1)).any(|some| {
            let is_apart = some.iter().all(|(word, ..)| !overlaps(&word.span, term));
            let mut pairs = parts.iter().zip(some);
            is_apart && pairs.all(|(part, (_, written, folded))| part.fits(folded, written))
        })
    })
}
