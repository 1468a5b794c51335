// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps terms by the letters they begin or end with, and finds them in one pass over the words of a text.

use std::collections::HashMap;
use std::ops::Range;

use super::form::{Form, Part};
use super::lexicon::{Heads, Pattern, Tier};
use super::word::{self, MAX_WORD, Word, is_inside};

/// Terms are told apart by so many letters first.
const KEY: usize = 4;
/// The filter over these has so many bits.
const BITS: usize = 1 << 16;
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
    starts: HashMap<[u8; KEY], Vec<usize>>,
    tails: HashMap<[u8; KEY], Vec<usize>>,
    is_start: Vec<bool>,
    is_tail: Vec<bool>,
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
        let mut index = Self {
            patterns: Vec::new(),
            starts: HashMap::new(),
            tails: HashMap::new(),
            is_start: vec![false; BITS],
            is_tail: vec![false; BITS],
        };
        for (at, pattern) in patterns.iter().enumerate() {
            let Some(part) = pattern.parts.get(pattern.anchor) else {
                continue;
            };
            if part.form != Form::Tail {
                let key = first(&part.base);
                index.starts.entry(key).or_default().push(at);
                // A stem of three letters begins words of any fourth one.
                if part.form == Form::Stem && part.base.len() < KEY {
                    for letter in b'a'..=b'z' {
                        let mut key = key;
                        let [.., last] = &mut key;
                        *last = letter;
                        index.starts.entry(key).or_default().push(at);
                    }
                }
            }
            let may_end =
                pattern.heads.is_some() && part.form == Form::Word && part.base.len() > KEY;
            if (part.form == Form::Tail || may_end) && part.base.len() >= 3 {
                index.tails.entry(last(&part.base)).or_default().push(at);
            }
        }
        for (keys, bits) in [
            (&index.starts, &mut index.is_start),
            (&index.tails, &mut index.is_tail),
        ] {
            for key in keys.keys() {
                if let Some(bit) = bits.get_mut(place(*key)) {
                    *bit = true;
                }
            }
        }
        index.patterns = patterns;
        index
    }

    /// The terms of a text, in order of the words they are known by.
    pub fn find(&self, text: &str) -> Vec<Hit> {
        let mut hits = Vec::new();
        if self.patterns.is_empty() {
            return hits;
        }
        let bytes = text.as_bytes();
        let mut folded = Vec::new();
        let mut at = 0;
        while at < bytes.len() {
            let mut is_plain = true;
            let start = at;
            while let Some(byte) = bytes.get(at).filter(|byte| is_inside(**byte)) {
                is_plain &= byte.is_ascii_alphabetic();
                at += 1;
            }
            let length = at - start;
            at += 1;
            if !(2..=MAX_WORD).contains(&length) {
                continue;
            }
            let Some(written) = text.get(start..start + length) else {
                continue;
            };
            let may = match is_plain {
                true => self.may_be(written.as_bytes(), true),
                false => {
                    word::fold(written, &mut folded);
                    self.may_be(&folded, false)
                }
            };
            if may {
                word::fold(written, &mut folded);
                self.word(text, start..start + length, &folded, &mut hits);
            }
        }
        hits
    }

    /// True where a word may be one of a term, by its first or last letters.
    fn may_be(&self, word: &[u8], lower: bool) -> bool {
        let is_set = |bits: &[bool], mut key: [u8; KEY]| {
            if lower {
                key.make_ascii_lowercase();
            }
            bits.get(place(key)).copied().unwrap_or_default()
        };
        if is_set(&self.is_start, first(word)) {
            return true;
        }
        word.len() >= SHORTEST
            && (0..=4).any(|cut| {
                let end = word.get(..word.len() - cut).unwrap_or_default();
                is_set(&self.is_tail, last(end))
            })
    }

    /// The terms that are known by this word.
    fn word(&self, text: &str, span: Range<usize>, folded: &[u8], hits: &mut Vec<Hit>) {
        let from = hits.len();
        for &pattern in self.starts.get(&first(folded)).into_iter().flatten() {
            self.start(pattern, text, &span, folded, hits);
        }
        if folded.len() >= SHORTEST {
            for ending in ENDINGS {
                let stem = folded.strip_suffix(ending.as_bytes()).unwrap_or_default();
                for &pattern in self.tails.get(&last(stem)).into_iter().flatten() {
                    let is_known = hits.iter().skip(from).any(|hit| hit.pattern == pattern);
                    if !is_known && self.part(pattern).is_some_and(|part| part.ends(folded)) {
                        self.take(pattern, text, &span, false, hits);
                    }
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
    for _ in 0..=gap {
        let span = word::before(text, at)?;
        if !joins(text.get(span.end..at)?, gap > 0) {
            return None;
        }
        at = span.start;
        let word = Word::at(text, span)?;
        if part.fits(&word.folded, text.get(word.span.clone())?) {
            return Some(at);
        }
    }
    None
}

fn seek_after(part: &Part, text: &str, mut at: usize, gap: usize) -> Option<usize> {
    for _ in 0..=gap {
        let span = word::after(text, at)?;
        if !joins(text.get(at..span.start)?, gap > 0) {
            return None;
        }
        at = span.end;
        let word = Word::at(text, span)?;
        if part.fits(&word.folded, text.get(word.span.clone())?) {
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

fn first(word: &[u8]) -> [u8; KEY] {
    let mut key = [0; KEY];
    for (to, from) in key.iter_mut().zip(word) {
        *to = *from;
    }
    key
}

fn last(word: &[u8]) -> [u8; KEY] {
    let mut key = [0; KEY];
    for (to, from) in key.iter_mut().zip(word.iter().rev().take(KEY - 1)) {
        *to = *from;
    }
    key
}

fn place(key: [u8; KEY]) -> usize {
    let hash = u32::from_le_bytes(key).wrapping_mul(0x9e37_79b1) >> 16;
    usize::try_from(hash).unwrap_or_default() % BITS
}
