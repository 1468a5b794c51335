// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns a text into its words, folded: lower case, no accents, a digit between letters as the letter it looks like.

use std::ops::Range;

use super::cues::{Cue, Cues};
use super::language::LANGUAGES;
use crate::detect::fold::{HIGH, code, is_of_word, push_base};

/// The longest word that is looked at, in bytes; what is longer is no word of a language.
pub(super) const MAX_WORD: usize = 64;

/// Where a word stands, and what it may be in each language, where it is one of the small words.
#[derive(Clone, Debug)]
pub(super) struct Word<'a> {
    pub span: Range<usize>,
    pub cues: Option<&'a [Cue; LANGUAGES]>,
}

/// The first word that begins at `from` or behind it.
pub(super) fn after(text: &str, from: usize) -> Option<Range<usize>> {
    let rest = text.get(from..)?;
    let start = from + rest.find(is_of_word)?;
    let length = text.get(start..)?.find(|c| !is_of_word(c));
    Some(start..length.map_or(text.len(), |length| start + length))
}

/// The last word that ends at `to` or before it.
pub(super) fn before(text: &str, to: usize) -> Option<Range<usize>> {
    let rest = text.get(..to)?;
    let end = rest.trim_end_matches(|c| !is_of_word(c)).len();
    let start = text.get(..end)?.trim_end_matches(is_of_word).len();
    (start < end).then_some(start..end)
}

/// The words of a text one by one, without those of a letter, and the longest.
pub(super) struct Words<'a> {
    text: &'a str,
    at: usize,
    folded: Vec<u8>,
}

impl<'a> Words<'a> {
    pub fn of(text: &'a str) -> Self {
        Self {
            text,
            at: 0,
            folded: Vec::new(),
        }
    }

    /// Where the next word stands.
    pub fn next(&mut self) -> Option<Range<usize>> {
        let bytes = self.text.as_bytes();
        loop {
            let rest = bytes.get(self.at..)?;
            let start = self.at + rest.iter().position(|byte| code(*byte) != 0)?;
            let mut span = start..start;
            let mut is_plain = true;
            for byte in bytes.get(start..)? {
                match code(*byte) {
                    0 => break,
                    HIGH => is_plain = false,
                    _ => (),
                }
                span.end += 1;
            }
            if !is_plain {
                // Quotes and dashes are no letters.
                span = after(self.text, start)?;
            }
            self.at = span.end;
            if (2..=MAX_WORD).contains(&span.len()) {
                return Some(span);
            }
        }
    }

    /// A word, folded.
    pub fn folded(&mut self, span: &Range<usize>) -> &[u8] {
        fold(
            self.text.get(span.clone()).unwrap_or_default(),
            &mut self.folded,
        );
        &self.folded
    }
}

/// The words of a stretch, the longest ones left out.
pub(super) fn all<'a>(text: &str, range: &Range<usize>, cues: &'a Cues) -> Vec<Word<'a>> {
    let (mut words, mut folded) = (Vec::new(), Vec::new());
    let mut at = range.start;
    while let Some(span) = after(text, at).filter(|span| span.end <= range.end) {
        at = span.end;
        if fold_at(text, &span, &mut folded) {
            let cues = cues.of(&folded);
            words.push(Word { span, cues });
        }
    }
    words
}

impl Word<'_> {
    /// What it may be in these languages.
    pub fn cue(&self, languages: &[bool; LANGUAGES]) -> Cue {
        let cues = self.cues.into_iter().flatten().zip(languages);
        let used = cues.filter(|(_, is_used)| **is_used);
        used.fold(Cue::default(), |all, (cue, _)| all.or(*cue))
    }

    /// True where it begins with a capital.
    pub fn is_capital(&self, text: &str) -> bool {
        let written = text.get(self.span.clone()).unwrap_or_default();
        written.chars().next().is_some_and(char::is_uppercase)
    }
}

/// Folds the word of a span into `out`; false where it is too long for one.
pub(super) fn fold_at(text: &str, span: &Range<usize>, out: &mut Vec<u8>) -> bool {
    let written = text.get(span.clone()).filter(|_| span.len() <= MAX_WORD);
    written.map(|written| fold(written, out)).is_some()
}

/// Folds a word into `out`, which is cleared first.
pub(super) fn fold(written: &str, out: &mut Vec<u8>) {
    out.clear();
    if written.is_ascii() {
        out.extend(written.bytes().map(|byte| byte.to_ascii_lowercase()));
    } else {
        for c in written.chars().flat_map(char::to_lowercase) {
            push_base(c, out);
        }
    }
    // What a scanner reads for o and l.
    let has_both = out.iter().any(u8::is_ascii_digit) && out.len() > 4;
    if has_both && out.iter().filter(|byte| byte.is_ascii_alphabetic()).count() * 4 >= out.len() * 3
    {
        for byte in out {
            match byte {
                b'0' => *byte = b'o',
                b'1' => *byte = b'l',
                _ => (),
            }
        }
    }
}
