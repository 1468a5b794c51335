// SPDX-License-Identifier: GPL-3.0-or-later
//! Reads the words of a dictionary out of a text, where they are asked for.
//!
//! Case and accents do not count, a stretch of blanks is one blank, and a word stands on word
//! boundaries. A text is read word by word, each once and looked up by its first letters, so what it
//! costs depends neither on how many rules there are nor on how many candidates stand near a word.

use std::ops::Range;

use super::dictionary::{Dictionary, head, join};
use super::fold::{self, HIGH, code};

/// The longest word, in bytes; a rule with a longer one does not load.
pub(super) const MAX_WORD: usize = 96;
/// How much of what was read is kept, in bytes.
const KEPT: usize = 2048;

/// A word that a text says, in bytes of the view.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Said {
    pub end: usize,
    pub start: usize,
    /// The number of the word in its dictionary.
    pub word: usize,
}

impl Said {
    /// True for two letters and more.
    pub fn is_long(&self) -> bool {
        self.end - self.start > 1
    }

    /// True where the other stands in it and is shorter.
    pub fn holds(&self, other: &Self) -> bool {
        let around = self.start <= other.start && other.end <= self.end;
        around && self.end - self.start > other.end - other.start
    }
}

/// The words of a text, as far as they were asked for. What is asked for must go on, but for the
/// last `KEPT` bytes.
#[derive(Debug)]
pub(super) struct Words<'a> {
    text: &'a str,
    dictionary: &'a Dictionary,
    /// In order of their ends; how many of them `next` has given.
    said: Vec<Said>,
    given: usize,
    /// From here on, where words may start has not been looked at; the places in the `BLOCK` bytes
    /// before it that have not been looked up, a bit each.
    read: usize,
    starts: u64,
    /// The word read last, folded.
    word: Vec<u8>,
}

impl<'a> Words<'a> {
    pub fn of(text: &'a str, dictionary: &'a Dictionary) -> Self {
        Self {
            text,
            dictionary,
            said: Vec::new(),
            given: 0,
            read: 0,
            starts: 0,
            word: Vec::new(),
        }
    }

    /// All of a short text, in order of their ends.
    pub fn all(text: &'a str, dictionary: &'a Dictionary) -> Vec<Said> {
        let mut words = Self::of(text, dictionary);
        words.read_to(text.len());
        words.said
    }

    /// The words that lie in a range, in order of their ends.
    pub fn within(&mut self, range: Range<usize>) -> &[Said] {
        let skipped = range.start.saturating_sub(MAX_WORD);
        if self.read < skipped {
            self.said.clear();
            self.read = skipped;
            self.starts = 0;
        }
        let kept = range.start.saturating_sub(KEPT);
        if self.said.first().is_some_and(|said| said.end + KEPT < kept) {
            let old = self.said.partition_point(|said| said.end < kept);
            self.said.drain(..old);
        }
        self.read_to(range.end);
        let first = self.said.partition_point(|said| said.end <= range.start);
        let said = self.said.get(first..).unwrap_or_default();
        let last = said.partition_point(|said| said.end <= range.end);
        said.get(..last).unwrap_or_default()
    }

    /// The next word, in order of their ends.
    pub fn next(&mut self) -> Option<Said> {
        if self.dictionary.is_empty() {
            return None;
        }
        if self.given == self.said.len() {
            self.said.clear();
            self.given = 0;
            while self.said.is_empty() {
                if self.starts == 0 && self.read >= self.text.len() {
                    return None;
                }
                self.read_to(self.read + 1);
            }
        }
        // Shorter ones that end before it may begin in it.
        let end = self.said.get(self.given)?.end;
        self.read_to(end);
        self.given += 1;
        self.said.get(self.given - 1).copied()
    }

    /// Looks up the words that start before `end`, and perhaps some behind it.
    fn read_to(&mut self, end: usize) {
        let bytes = self.text.as_bytes();
        loop {
            let block = self.read.saturating_sub(BLOCK);
            while self.starts != 0 {
                let start = block + usize::try_from(self.starts.trailing_zeros()).unwrap_or(0);
                self.starts &= self.starts - 1;
                self.look_at(start);
            }
            if self.read >= end || self.read >= bytes.len() {
                return;
            }
            self.starts = starts(bytes, self.read);
            self.read += BLOCK;
        }
    }

    /// Looks up what begins at `start` if its first letters are those of some word.
    fn look_at(&mut self, start: usize) {
        let letters = self.text.as_bytes().get(start..).unwrap_or_default();
        if codes(letters).is_none_or(|codes| self.dictionary.has(join(codes))) {
            self.look_up(start);
        }
    }

    /// Keeps the entries that the word at `start` is the first of.
    fn look_up(&mut self, start: usize) {
        let Some((before, rest)) = self.text.split_at_checked(start) else {
            return;
        };
        // In a word without letters of ours each place is looked at, and only the first begins it.
        let is_inside = before.as_bytes().last().is_some_and(|byte| *byte > 0x7f);
        if is_inside && before.ends_with(fold::is_of_word) {
            return;
        }
        self.word.clear();
        let mut end = self.text.len();
        for (at, c) in rest.char_indices() {
            if !fold::is_of_word(c) {
                end = start + at;
                break;
            }
            if self.word.len() < MAX_WORD {
                fold::push(c, &mut self.word);
            }
        }
        let head = head(&self.word);
        if end == start || !self.dictionary.has(head) {
            return;
        }
        for (word, entry) in self.dictionary.begun_by(&self.word, head) {
            let end = match entry.is_open && entry.rest.is_empty() {
                true if !self.word.starts_with(&entry.first) => None,
                true => Some(self.text.ceil_char_boundary(start + entry.first.len())),
                false => follows(self.text, end, &entry.rest, entry.is_open),
            };
            let start = precedes(self.text, start, &entry.before);
            if let (Some(start), Some(end)) = (start, end) {
                let said = Said { end, start, word };
                let place = self.said.partition_point(|other| *other < said);
                self.said.insert(place, said);
            }
        }
    }
}

/// What the first three letters are to words; none where that takes a longer look.
fn codes(mut letters: &[u8]) -> Option<[u8; 3]> {
    let mut codes = [0; 3];
    for own in &mut codes {
        *own = match letters {
            [0xc3, second, rest @ ..] => {
                letters = rest;
                fold::latin(*second)?
            }
            [first, rest @ ..] => {
                letters = rest;
                Some(code(*first)).filter(|code| *code != HIGH)?
            }
            [] => 0,
        };
        if *own == 0 {
            break;
        }
    }
    Some(codes)
}

/// How many bytes are looked at at once: one for each bit of a word.
const BLOCK: usize = 64;

/// Where in a block words may start, a bit each: at letters that have no letter of ours before them.
/// No branch, so the compiler makes it wide.
fn starts(bytes: &[u8], from: usize) -> u64 {
    let mut padded = [b' '; BLOCK + 1];
    let window = from
        .checked_sub(1)
        .and_then(|last| bytes.get(last..)?.first_chunk());
    let window: &[u8; BLOCK + 1] = window.unwrap_or_else(|| {
        let skipped = usize::from(from == 0);
        let rest = bytes
            .get((from + skipped).saturating_sub(1)..)
            .unwrap_or_default();
        for (own, byte) in padded.iter_mut().skip(skipped).zip(rest) {
            *own = *byte;
        }
        &padded
    });
    let (Some(before), Some(block)) = (window.first_chunk(), window.last_chunk::<BLOCK>()) else {
        return 0;
    };
    let before: &[u8; BLOCK] = before;
    let is_ours = |byte: u8| {
        u8::from(byte.wrapping_sub(b'0') < 10) | u8::from((byte | 0x20).wrapping_sub(b'a') < 26)
    };
    let mut flags = [0; BLOCK];
    for (flag, (byte, before)) in flags.iter_mut().zip(block.iter().zip(before)) {
        *flag = (is_ours(*byte) | (byte >> 7)) & (is_ours(*before) ^ 1);
    }
    let mut bits = 0;
    for (at, eight) in flags.as_chunks::<8>().0.iter().enumerate() {
        // Puts the low bits of eight bytes side by side.
        let byte = u64::from_le_bytes(*eight).wrapping_mul(0x0102_0408_1020_4080) >> 56;
        bits |= byte << (8 * at);
    }
    bits
}

/// Where `rest`, folded, ends in a text that goes on with it at `at`, and with no letter behind it
/// unless it is open.
fn follows(text: &str, at: usize, mut rest: &[u8], is_open: bool) -> Option<usize> {
    let mut chars = text.get(at..)?.char_indices().peekable();
    let mut folded = Vec::new();
    let (mut end, mut last) = (at, ' ');
    while let Some(first) = rest.first() {
        let (from, c) = chars.next()?;
        if fold::is_blank(c) {
            rest = rest.strip_prefix(b" ")?;
            // In a quoted mail, marks stand at the beginning of the next line.
            let mut has_ended = c == '\n';
            let is_between = |c: char, has_ended| fold::is_blank(c) || (has_ended && c == '>');
            while let Some((_, c)) = chars.next_if(|(_, c)| is_between(*c, has_ended)) {
                has_ended |= c == '\n';
            }
        } else if c.is_ascii() {
            if !first.eq_ignore_ascii_case(&u8::try_from(c).unwrap_or(0)) {
                return None;
            }
            rest = rest.get(1..)?;
        } else {
            folded.clear();
            fold::push(c, &mut folded);
            rest = rest.strip_prefix(folded.as_slice())?;
        }
        (end, last) = (at + from + c.len_utf8(), c);
    }
    let next = chars.next().map(|(_, c)| c);
    let goes_on = last.is_alphanumeric() && next.is_some_and(char::is_alphanumeric);
    (is_open || !goes_on).then_some(end)
}

/// Where `before`, folded, begins in a text that has it up to `at`.
fn precedes(text: &str, mut at: usize, mut before: &[u8]) -> Option<usize> {
    let mut folded = Vec::new();
    while !before.is_empty() {
        let c = text.get(..at)?.chars().next_back()?;
        at -= c.len_utf8();
        if fold::is_blank(c) {
            before = before.strip_suffix(b" ")?;
            let rest = text.get(..at)?;
            at = rest.trim_end_matches(fold::is_blank).len();
        } else {
            folded.clear();
            fold::push(c, &mut folded);
            before = before.strip_suffix(folded.as_slice())?;
        }
    }
    Some(at)
}

#[cfg(test)]
mod tests {
    use super::super::dictionary::Use;
    use super::*;

    fn dictionary(words: &[&str]) -> Dictionary {
        Dictionary::of(words.iter().map(|word| (0, Use::For, *word)))
    }

    #[test]
    fn stands_on_word_boundaries_with_accents_folded() {
        let words = dictionary(&["AHV", "numéro d'assuré", "N°"]);
        let last = |text| {
            let said = Words::all(text, &words).last().copied();
            said.map(|said| (words.written(said), &text[said.start..said.end]))
        };
        assert_eq!(last("Ihre AHV-Nr. "), Some(("AHV", "AHV")));
        assert_eq!(
            last("é NUMERO  D’ASSURE "),
            Some(("numéro d'assuré", "NUMERO  D’ASSURE"))
        );
        assert_eq!(
            last("nume\u{301}ro d'assure\u{301}").map(|(word, _)| word),
            Some("numéro d'assuré")
        );
        assert_eq!(
            last("> Numéro\n> d'assuré").map(|(word, _)| word),
            Some("numéro d'assuré")
        );
        assert_eq!(last("n°12").map(|(word, _)| word), Some("N°"));
        assert_eq!(last("Fahrvav ahvx"), None);
    }

    #[test]
    fn jumps_and_goes_on() {
        let words = dictionary(&["numéro d'assuré", "ahv"]);
        for shift in KEPT - 40..KEPT + 40 {
            let text = format!(
                "{}ü numéro d'assuré, AHV.",
                "x ".repeat(shift / 2) + &"-".repeat(shift % 2)
            );
            let mut all = Words::of(&text, &words);
            assert_eq!(all.within(0..text.len()).len(), 2, "{shift}");
            let mut far = Words::of(&text, &words);
            let near = text.len() - 40;
            assert_eq!(far.within(near..text.len()).len(), 2, "{shift}");
        }
    }
}
