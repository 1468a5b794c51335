// SPDX-License-Identifier: GPL-3.0-or-later
//! Finds who is meant in a sentence: a name, a relative, a word for a person, the writer, the reader.

use std::ops::Range;

use super::cues::Cue;
use super::language::LANGUAGES;
use super::word::Word;
use crate::detect::names::word::Kinds;
use crate::detect::names::{self, Names};

/// So many words before a term, *I*, *my* or *your* is about it.
const NEAR: usize = 5;
/// A relative, or a word for a person, stands so many words before a term at most, or behind it.
const BEFORE: usize = 25;
const BEHIND: usize = 8;

/// Who is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Who {
    Pronoun,
    Reader,
    Writer,
    Called,
    Role,
    Relative,
    Born,
    Named,
}

impl Who {
    /// What it is, in words.
    pub fn says(self) -> &'static str {
        match self {
            Self::Pronoun => "he or she, named before",
            Self::Reader => "the reader",
            Self::Writer => "the writer",
            Self::Called => "a given name",
            Self::Role => "a word for a person",
            Self::Relative => "a relative",
            Self::Born => "a date of birth",
            Self::Named => "a name",
        }
    }
}

/// The persons of a stretch.
#[derive(Debug, Default)]
pub(super) struct People {
    /// Who is meant, and where.
    pub meant: Vec<(Who, Range<usize>)>,
    /// True where one governs or speaks in public.
    pub has_office: bool,
    /// The names of those who care.
    pub professionals: Vec<Range<usize>>,
    readers: Vec<usize>,
    writers: Vec<usize>,
    owners: Vec<usize>,
    pronouns: Vec<usize>,
}

impl People {
    /// The persons among these words.
    pub fn of(text: &str, words: &[Word<'_>], languages: &[bool; LANGUAGES]) -> Self {
        let mut people = Self::default();
        let mut last = Cue::default();
        for (at, word) in words.iter().enumerate() {
            let cue = word.cue(languages);
            let next = words.get(at + 1).filter(|next| {
                let between = text.get(word.span.end..next.span.start).unwrap_or_default();
                between.len() <= 3 && !between.contains(['\n', ',', ';'])
            });
            let is_called = next.is_some_and(|next| next.is_capital(text));
            let is_one = !last.is(Cue::EACH);
            if cue.is(Cue::PROFESSIONAL) && is_called {
                let end = words
                    .get(at + 2)
                    .or(next)
                    .map_or(word.span.end, |next| next.span.end);
                people.professionals.push(word.span.start..end);
            } else if cue.is(Cue::TITLE) && is_called && word.is_capital(text)
                || cue.is(Cue::TITLE) && is_called && cue.is(Cue::LABEL)
            {
                let is_professional =
                    next.is_some_and(|next| next.cue(languages).is(Cue::PROFESSIONAL));
                let end = next.map_or(word.span.end, |next| next.span.end);
                if !is_professional {
                    people.meant.push((Who::Named, word.span.start..end));
                }
            } else if cue.is(Cue::KIN)
                && (last.is(Cue::POSSESSIVE)
                    || last.is(Cue::SECOND)
                    || (last.is(Cue::DEFINITE) && is_called))
            {
                people.meant.push((Who::Relative, word.span.clone()));
            } else if cue.is(Cue::ROLE)
                && is_one
                && (last.is(Cue::DEFINITE)
                    || last.is(Cue::POSSESSIVE)
                    || last.is(Cue::SECOND)
                    || is_called
                    || at == 0)
            {
                people.meant.push((Who::Role, word.span.clone()));
            }
            if cue.is(Cue::BORN) {
                people.meant.push((Who::Born, word.span.clone()));
            }
            people.has_office |= cue.is(Cue::OFFICE);
            let places = [
                (Cue::SECOND, &mut people.readers),
                (Cue::FIRST, &mut people.writers),
                (Cue::POSSESSIVE, &mut people.owners),
                (Cue::THIRD, &mut people.pronouns),
            ];
            for (kind, list) in places {
                if cue.is(kind) {
                    list.push(word.span.start);
                }
            }
            last = cue;
        }
        people.name(text, words);
        people.call(text, words);
        people
    }

    /// Adds the names of a stretch, those of who cares left out.
    fn name(&mut self, text: &str, words: &[Word<'_>]) {
        let (Some(first), Some(last)) = (words.first(), words.last()) else {
            return;
        };
        for name in Names::within(text, first.span.start..last.span.end) {
            if !touches(&self.professionals, &name.span) {
                self.meant.push((Who::Named, name.span));
            }
        }
    }

    /// Adds common given names, which are no words, that stand alone, which families, schools and teams call each other by.
    fn call(&mut self, text: &str, words: &[Word]) {
        let mut called = Vec::new();
        for (at, word) in words
            .iter()
            .enumerate()
            .filter(|(_, word)| word.is_capital(text))
        {
            let kinds =
                |word: &Word| names::word::Word::at(text, word.span.start).map(|word| word.kinds);
            let goes_on = words.get(at + 1).is_some_and(|next| {
                text.get(word.span.end..next.span.start) == Some(" ") && next.is_capital(text)
            });
            let before = at.checked_sub(1).and_then(|at| words.get(at));
            let is_place = before
                .and_then(kinds)
                .is_some_and(|kinds| kinds.is(Kinds::BEFORE));
            let is_given =
                kinds(word).is_some_and(|kinds| kinds.given() > 2 && !kinds.is(Kinds::TOWN));
            let known = self.meant.iter().map(|(_, place)| place);
            let mut known = known.chain(&self.professionals);
            if is_given && !goes_on && !is_place && !known.any(|own| overlaps(own, &word.span)) {
                called.push((Who::Called, word.span.clone()));
            }
        }
        self.meant.extend(called);
    }

    /// True where a stretch is of a name.
    pub fn names(&self, span: &Range<usize>) -> bool {
        let mut named = self.meant.iter().filter(|(who, _)| *who == Who::Named);
        named.any(|(_, place)| place.start <= span.start && span.end <= place.end)
    }

    /// The surest of those who are meant by a term at this place. `is_known` says that somebody was named
    /// before, `is_greeted` that the reader was.
    pub fn meant_by(
        &self,
        text: &str,
        words: &[Word<'_>],
        span: &Range<usize>,
        is_known: impl FnOnce() -> bool,
        is_greeted: impl FnOnce() -> bool,
    ) -> Option<Who> {
        let place_of = |at: usize| words.partition_point(|word| word.span.start < at);
        let own = place_of(span.start);
        let apart = self.meant.iter().filter(|(who, place)| {
            let at = place_of(place.start);
            let is_far = matches!(who, Who::Role | Who::Relative)
                && (at + BEFORE < own || at > own + BEHIND);
            !is_far && !overlaps(place, span)
        });
        if let Some(who) = apart.map(|(who, _)| *who).max() {
            return Some(who);
        }
        let within = |places: &[usize], most: usize| {
            places.iter().any(|place| {
                let between = text.get(*place..span.start).unwrap_or_default();
                *place < span.end
                    && place_of(*place) + most >= own
                    && !between.contains([',', ';', '('])
            })
        };
        if within(&self.writers, NEAR) {
            return Some(Who::Writer);
        }
        if within(&self.readers, NEAR) && is_greeted() {
            return Some(Who::Reader);
        }
        let is_pronoun = within(&self.pronouns, NEAR) || within(&self.owners, NEAR);
        (is_pronoun && is_known()).then_some(Who::Pronoun)
    }
}

pub(super) fn overlaps(one: &Range<usize>, other: &Range<usize>) -> bool {
    one.start < other.end && other.start < one.end
}

fn touches(all: &[Range<usize>], span: &Range<usize>) -> bool {
    all.iter().any(|one| overlaps(one, span))
}
