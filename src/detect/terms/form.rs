// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns a term as a lexicon writes it into forms of words, and says which words are of that form.

use super::language::Language;
use super::word::fold;

/// Words up to this length, in bytes, take no endings: Italian *rom* is not *Roma*.
const SHORT: usize = 4;
/// A compound has so many letters before its last part.
const BEFORE_TAIL: usize = 3;
/// How many words may stand at `..`.
const GAP: usize = 4;

/// What a word of a term stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// The word itself and its endings.
    Word,
    /// Whatever begins so.
    Stem,
    /// Whatever ends so, and begins with something else.
    Tail,
    /// The first part of a compound.
    First,
}

/// A word of a term.
#[derive(Clone, Debug)]
pub(super) struct Part {
    /// Folded, without the vowel that endings replace.
    pub base: Vec<u8>,
    pub form: Form,
    endings: &'static [&'static str],
    /// As it is to be written, where capitals count.
    exact: Option<String>,
    /// How many words may stand between the part before and this one.
    pub gap: usize,
}

/// The endings that words of a language take.
fn endings(language: Option<Language>) -> &'static [&'static str] {
    match language {
        Some(Language::Fr) => &[
            "", "e", "s", "es", "ee", "ees", "x", "ve", "ves", "se", "ses", "le", "les", "ne",
            "nes",
        ],
        Some(Language::De) => &[
            "", "e", "en", "em", "er", "es", "n", "s", "ens", "ern", "in", "innen",
        ],
        Some(Language::It) => &["", "a", "e", "i", "o", "hi", "he"],
        Some(Language::Nl) => &["", "e", "en", "s", "n", "es"],
        Some(Language::En) => &["", "s", "es", "e", "ed", "d", "y", "ies"],
        None => &["", "e", "s", "n", "en", "es"],
    }
}

/// The last letters of a word that its endings replace.
fn replaced(language: Option<Language>) -> &'static [u8] {
    match language {
        Some(Language::Fr) => b"exf",
        Some(Language::It) => b"aeio",
        Some(Language::En) => b"ye",
        _ => b"e",
    }
}

impl Part {
    /// Reads a word of a term: `word`, `stem-`, `-tail`; `=HIV` where capitals count.
    fn read(written: &str, language: Option<Language>) -> Option<Self> {
        let (exact, plain) = match written.strip_prefix('=') {
            Some(plain) => (Some(plain.to_owned()), plain),
            None => (None, written),
        };
        let (form, plain) = match (plain.strip_prefix('-'), plain.strip_suffix('-')) {
            (Some(tail), _) => (Form::Tail, tail),
            (None, Some(stem)) => (Form::Stem, stem),
            (None, None) => (Form::Word, plain),
        };
        let mut base = Vec::new();
        fold(plain, &mut base);
        let takes_endings = exact.is_none() && form != Form::Stem && base.len() > SHORT;
        let last = base.last().copied().filter(|_| takes_endings);
        let last = last.filter(|last| replaced(language).contains(last));
        if last.is_some() {
            base.pop();
        }
        let endings = match (takes_endings, last, language) {
            (false, ..) => &[""],
            // What loses its e is a word in French, German and Dutch, and none elsewhere.
            (true, Some(b'e'), Some(Language::Fr | Language::De | Language::Nl))
            | (true, None, _) => endings(language),
            // The first ending of each list is none.
            (true, ..) => endings(language).get(1..).unwrap_or_default(),
        };
        (!base.is_empty()).then_some(Self {
            base,
            form,
            endings,
            exact,
            gap: 0,
        })
    }

    /// True where a word, folded and as written, is of this form.
    pub fn fits(&self, folded: &[u8], written: &str) -> bool {
        if let Some(exact) = &self.exact {
            return exact == written;
        }
        match self.form {
            Form::Word => folded
                .strip_prefix(&self.base[..])
                .is_some_and(|rest| self.is_ending(rest)),
            Form::Stem => folded.starts_with(&self.base),
            Form::Tail => self.ends(folded),
            Form::First => false,
        }
    }

    /// True where a word ends with this one, and begins with something else.
    pub fn ends(&self, folded: &[u8]) -> bool {
        self.endings.iter().any(|ending| {
            let stem = folded.strip_suffix(ending.as_bytes());
            stem.is_some_and(|stem| self.ends_as(stem, ending))
        })
    }

    /// The same of a word of which `stem` is left before `ending`.
    pub fn ends_as(&self, stem: &[u8], ending: &str) -> bool {
        let first = stem.strip_suffix(&self.base[..]);
        first.is_some_and(|first| first.len() >= BEFORE_TAIL) && self.is_ending(ending.as_bytes())
    }

    /// What follows this word in a compound that begins with it, without what links the two.
    pub fn rest_of_compound<'a>(&self, folded: &'a [u8]) -> Option<&'a [u8]> {
        let rest = folded.strip_prefix(&self.base[..])?;
        (rest.len() >= BEFORE_TAIL && !self.is_ending(rest)).then_some(rest)
    }

    fn is_ending(&self, rest: &[u8]) -> bool {
        self.endings.iter().any(|ending| ending.as_bytes() == rest)
    }
}

/// Reads a term: words, and `..` where up to four others may stand between. A hyphen, an apostrophe and a
/// dot inside part words as a blank does. None where there is no letter in it.
pub(super) fn read(term: &str, language: Option<Language>) -> Option<Vec<Part>> {
    let mut parts = Vec::new();
    let mut gap = 0;
    for piece in term.split_whitespace() {
        if piece == ".." {
            gap = GAP;
            continue;
        }
        let (exact, body) = match piece.strip_prefix('=') {
            Some(body) => ("=", body),
            None => ("", piece),
        };
        let (tail, body) = match body.strip_prefix('-') {
            Some(body) => ("-", body),
            None => ("", body),
        };
        let (stem, body) = match body.strip_suffix('-') {
            Some(body) => ("-", body),
            None => ("", body),
        };
        let words: Vec<&str> = body
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .collect();
        let last = words.len().saturating_sub(1);
        for (at, word) in words.iter().enumerate() {
            let tail = if at == 0 { tail } else { "" };
            let stem = if at == last { stem } else { "" };
            let mut part = Part::read(&format!("{exact}{tail}{word}{stem}"), language)?;
            part.gap = gap;
            gap = 0;
            parts.push(part);
        }
    }
    (!parts.is_empty()).then_some(parts)
}
