// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps terms by the letters they begin or end with, and finds them in one pass over the words of a text.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;
use std::ops::Range;

use super::form::{Form, Part};
use super::lexicon::{Heads, Pattern, Tier};
use super::word::{self, Words};
use crate::detect::dictionary::Fnv;

/// Terms are told apart by so many of their first or last letters, the longer ones by more of their first.
const LETTERS: usize = 4;
const MORE: usize = 6;
/// The shortest compound, in bytes.
const SHORTEST: usize = 8;
/// What may link the parts of a compound.
const LINKS: [&str; 7] = ["", "s", "es", "n", "en", "er", "e"];
/// What may stand behind the last part: the endings of German and Dutch.
const ENDINGS: [&str; 11] = [
    "", "e", "en", "n", "s", "es", "er", "em", "ern", "in", "innen",
];

/// Terms, by their letters.
#[derive(Debug)]
pub(super) struct Index {
    pub patterns: Vec<Pattern>,
    starts: Keys,
    ends: Keys,
}

/// The places of patterns by some letters of theirs.
#[derive(Debug)]
struct Keys {
    by_letters: HashMap<[u8; MORE], Vec<usize>, BuildHasherDefault<Fnv>>,
    /// Which first letters of those there are, a bit each, for a first look.
    filter: Vec<u64>,
}

impl Keys {
    /// The filter has so many bits.
    const BITS: usize = 1 << 16;

    fn new() -> Self {
        Self {
            by_letters: HashMap::default(),
            filter: vec![0; Self::BITS / 64],
        }
    }

    /// Adds a pattern by these letters: a few, or more.
    fn add(&mut self, letters: &[u8], pattern: usize) {
        let patterns = self.by_letters.entry(padded(letters)).or_default();
        patterns.push(pattern);
        let bit = Self::bit(padded(letters));
        if let Some(bits) = self.filter.get_mut(bit / 64) {
            *bits |= 1 << (bit % 64);
        }
    }

    fn bit(letters: [u8; LETTERS]) -> usize {
        let hash = letters.iter().fold(0_usize, |hash, letter| {
            hash.wrapping_mul(31).wrapping_add(usize::from(*letter))
        });
        (hash ^ (hash >> 16)) % Self::BITS
    }

    /// False where no pattern has these first letters, be there more of them.
    fn may_have(&self, letters: [u8; LETTERS]) -> bool {
        let bit = Self::bit(letters);
        let bits = self.filter.get(bit / 64).copied().unwrap_or_default();
        bits >> (bit % 64) & 1 == 1
    }

    /// The patterns of exactly these letters.
    fn of(&self, letters: &[u8]) -> &[usize] {
        let patterns = self.by_letters.get(&padded(letters));
        patterns.map_or(&[], Vec::as_slice)
    }
}

/// A term in a text.
#[derive(Clone, Debug)]
pub(super) struct Hit {
    pub pattern: usize,
    pub span: Range<usize>,
    /// A compound with an unknown last part says less than the term.
    pub is_vague: bool,
}

impl Index {
    pub fn of(patterns: Vec<Pattern>) -> Self {
        let (mut starts, mut ends) = (Keys::new(), Keys::new());
        for (at, pattern) in patterns.iter().enumerate() {
            let Some(part) = pattern.parts.get(pattern.anchor) else {
                continue;
            };
            if part.form != Form::Tail {
                starts.add(start(&part.base), at);
                // A stem of three letters begins words of any fourth one.
                if let (Form::Stem, [one, two, three]) = (&part.form, part.base.as_slice()) {
                    (b'a'..=b'z').for_each(|four| starts.add(&[*one, *two, *three, four], at));
                }
            }
            let may_end =
                pattern.heads.is_some() && part.form == Form::Word && part.base.len() > LETTERS;
            if let ([two, three, four], Form::Tail) = (part.base.as_slice(), &part.form) {
                (b'a'..=b'z').for_each(|one| ends.add(&[one, *two, *three, *four], at));
            } else if part.form == Form::Tail || may_end {
                ends.add(end(&part.base), at);
            }
        }
        Self {
            patterns,
            starts,
            ends,
        }
    }

    /// The terms of a text, in order of the words they are known by.
    pub fn find(&self, text: &str) -> Vec<Hit> {
        let mut hits = Vec::new();
        let mut words = Words::of(text);
        while let Some(span) = words.next() {
            if self.may_be(text.as_bytes().get(span.clone()).unwrap_or_default()) {
                let folded = words.folded(&span);
                self.word(text, span, folded, &mut hits);
            }
        }
        hits
    }

    /// False for a word that no term begins as, and that is too short for a compound.
    fn may_be(&self, written: &[u8]) -> bool {
        let letters = padded(written).map(|letter: u8| letter.to_ascii_lowercase());
        let is_plain = letters
            .iter()
            .all(|letter| matches!(letter, 0 | b'a'..=b'z'));
        written.len() >= SHORTEST || !is_plain || self.starts.may_have(letters)
    }

    /// The terms that are known by this word.
    fn word(&self, text: &str, span: Range<usize>, folded: &[u8], hits: &mut Vec<Hit>) {
        let from = hits.len();
        if self.starts.may_have(padded(folded)) {
            let few = folded.get(..LETTERS.min(folded.len()));
            for letters in [few, folded.get(..MORE)].into_iter().flatten() {
                for &pattern in self.starts.of(letters) {
                    self.start(pattern, text, &span, folded, hits);
                }
            }
        }
        if folded.len() < SHORTEST {
            return;
        }
        for ending in ENDINGS {
            let Some(stem) = folded.strip_suffix(ending.as_bytes()) else {
                continue;
            };
            if !self.ends.may_have(padded(end(stem))) {
                continue;
            }
            for &pattern in self.ends.of(end(stem)) {
                let is_ours = |part: &Part| part.ends_as(stem, ending);
                let is_known = || hits.iter().skip(from).any(|hit| hit.pattern == pattern);
                if self.part(pattern).is_some_and(is_ours) && !is_known() {
                    self.take(pattern, text, &span, false, hits);
                }
            }
        }
    }

    fn start(
        &self,
        at: usize,
        text: &str,
        span: &Range<usize>,
        folded: &[u8],
        hits: &mut Vec<Hit>,
    ) {
        let (Some(part), Some(pattern)) = (self.part(at), self.patterns.get(at)) else {
            return;
        };
        let written = text.get(span.clone()).unwrap_or_default();
        if part.fits(folded, written) {
            self.take(at, text, span, false, hits);
        } else if let Some(heads) = &pattern.heads
            && folded.len() >= SHORTEST
            && let Some(rest) = part.rest_of_compound(folded)
            && let Some(is_vague) = head(heads, rest)
            && (!is_vague || part.form != Form::First)
        {
            self.take(at, text, span, is_vague, hits);
        }
    }

    fn part(&self, pattern: usize) -> Option<&Part> {
        let pattern = self.patterns.get(pattern)?;
        pattern.parts.get(pattern.anchor)
    }

    /// Takes a term where its other words stand beside the one it is known by.
    fn take(
        &self,
        at: usize,
        text: &str,
        span: &Range<usize>,
        is_vague: bool,
        hits: &mut Vec<Hit>,
    ) {
        let Some(pattern) = self.patterns.get(at) else {
            return;
        };
        if let Some(span) = whole(pattern, text, span) {
            hits.push(Hit {
                pattern: at,
                span,
                is_vague: is_vague && pattern.tier == Tier::Strong,
            });
        }
    }
}

/// Where all the words of a pattern stand, given that by which it is known.
fn whole(pattern: &Pattern, text: &str, span: &Range<usize>) -> Option<Range<usize>> {
    let mut found = span.clone();
    let (before, rest) = pattern.parts.split_at_checked(pattern.anchor)?;
    let mut gap = rest.first()?.gap;
    for part in before.iter().rev() {
        found.start = seek_before(part, text, found.start, gap)?;
        gap = part.gap;
    }
    for part in rest.iter().skip(1) {
        found.end = seek_after(part, text, found.end, part.gap)?;
    }
    Some(found)
}

fn seek_before(part: &Part, text: &str, mut at: usize, gap: usize) -> Option<usize> {
    let mut folded = Vec::new();
    for _ in 0..=gap {
        let span = word::before(text, at)?;
        if !joins(text.get(span.end..at)?, gap > 0) {
            return None;
        }
        at = span.start;
        if !word::fold_at(text, &span, &mut folded) {
            return None;
        }
        if part.fits(&folded, text.get(span)?) {
            return Some(at);
        }
    }
    None
}

fn seek_after(part: &Part, text: &str, mut at: usize, gap: usize) -> Option<usize> {
    let mut folded = Vec::new();
    for _ in 0..=gap {
        let span = word::after(text, at)?;
        if !joins(text.get(at..span.start)?, gap > 0) {
            return None;
        }
        at = span.end;
        if !word::fold_at(text, &span, &mut folded) {
            return None;
        }
        if part.fits(&folded, text.get(span)?) {
            return Some(at);
        }
    }
    None
}

/// True where words with this between may be of one term: no end of a sentence, no other cell.
fn joins(between: &str, is_wide: bool) -> bool {
    between.len() <= 4
        && !between.contains("\n\n")
        && !between.contains(['\t', ';', '!', '?', '|'])
        && !between.contains(". ")
        && (is_wide || !between.contains([',', ':', '(', ')']))
}

/// What the last part of a compound makes of it: none where it is a thing; true where it is unknown.
fn head(heads: &Heads, rest: &[u8]) -> Option<bool> {
    let is = |part: &Part, rest: &[u8]| {
        std::str::from_utf8(rest).is_ok_and(|written| part.fits(rest, written)) || part.ends(rest)
    };
    let links = || {
        let links = LINKS.iter();
        links.filter_map(|link| rest.strip_prefix(link.as_bytes()))
    };
    if links().any(|rest| heads.thing.iter().any(|part| is(part, rest))) {
        return None;
    }
    Some(!links().any(|rest| heads.fact.iter().any(|part| is(part, rest))))
}

/// The first letters of a word by which it is kept.
fn start(word: &[u8]) -> &[u8] {
    let most = if word.len() < MORE { LETTERS } else { MORE };
    word.get(..most).unwrap_or(word)
}

/// The last letters of a word by which it is kept; none of a shorter one.
fn end(word: &[u8]) -> &[u8] {
    word.last_chunk::<LETTERS>().map_or(&[], |letters| letters)
}

/// The first `N` letters, with nothing behind a shorter word.
fn padded<const N: usize>(word: &[u8]) -> [u8; N] {
    let mut letters = [0; N];
    letters
        .iter_mut()
        .zip(word)
        .for_each(|(to, from)| *to = *from);
    letters
}
