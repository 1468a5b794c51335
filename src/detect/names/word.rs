// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns a place of a text into a word, and a word into what it may be: a given name, a surname, a title.

use std::ops::Range;

use super::key::{PLACES, hash, place};
use crate::detect::fold::push_base;
use crate::detect::token::is_word;
use crate::shipped;

/// The longest word that is looked up, in bytes.
const MAX_WORD: usize = 48;

/// What a word may be: the kinds of `conf/names`, a bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::detect) struct Kinds(u16);

impl Kinds {
    const GIVEN: Self = Self(1);
    const RARE_GIVEN: Self = Self(1 << 1);
    const SURNAME: Self = Self(1 << 2);
    const RARE_SURNAME: Self = Self(1 << 3);
    /// An ordinary word of one of the five languages.
    pub const WORD: Self = Self(1 << 4);
    pub const TOWN: Self = Self(1 << 5);
    /// A name follows.
    pub const TITLE: Self = Self(1 << 6);
    pub const GREETING: Self = Self(1 << 7);
    /// Stands inside a surname.
    pub const PARTICLE: Self = Self(1 << 8);
    /// A street or an institution called after somebody follows.
    pub const BEFORE: Self = Self(1 << 9);
    /// What stands before it is one.
    pub const AFTER: Self = Self(1 << 10);
    /// A name follows its colon.
    pub const LABEL: Self = Self(1 << 11);
    /// A word for a person, before the name.
    pub const ROLE: Self = Self(1 << 12);
    /// The form of a company.
    pub const ORG: Self = Self(1 << 14);

    /// True where it is one of these.
    pub fn is(self, kinds: Self) -> bool {
        self.0 & kinds.0 != 0
    }

    /// How much it is a given name, 0 to 3.
    pub fn given(self) -> i32 {
        self.strength(Self::GIVEN, Self::RARE_GIVEN)
    }

    /// How much it is a surname, 0 to 3.
    pub fn surname(self) -> i32 {
        self.strength(Self::SURNAME, Self::RARE_SURNAME)
    }

    fn strength(self, common: Self, rare: Self) -> i32 {
        let strength = match self {
            _ if self.is(common) => 3,
            _ if self.is(rare) => 2,
            _ => return 0,
        };
        strength - i32::from(self.is(Self::WORD))
    }

    /// True where it is an ordinary word or a town, and no name.
    pub fn is_no_name(self) -> bool {
        self.given() == 0 && self.surname() == 0 && self.is(Self(Self::WORD.0 | Self::TOWN.0))
    }

    /// Of a word in parts, of which the first may be a given name and each a surname.
    fn join(self, last: Self) -> Self {
        let any = Self::SURNAME.0 | Self::RARE_SURNAME.0;
        let each = Self::WORD.0 | Self::TOWN.0;
        let given = Self::GIVEN.0 | Self::RARE_GIVEN.0;
        let ends = Self::AFTER.0 | Self::ORG.0;
        let own = (self.0 & given) | ((self.0 | last.0) & any) | (self.0 & last.0 & each);
        Self(own | (last.0 & ends))
    }
}

/// A word of a text, in bytes.
#[derive(Clone, Copy, Debug)]
pub(in crate::detect) struct Word {
    pub start: usize,
    pub end: usize,
    pub kinds: Kinds,
    /// True where it begins with a capital.
    pub is_capital: bool,
    /// True where all its letters are capitals, and it has two at least.
    pub is_capitals: bool,
    /// True for a single letter.
    pub is_letter: bool,
}

impl Word {
    /// The word that begins at `start`, with its hyphens and apostrophes.
    pub fn at(text: &str, start: usize) -> Option<Self> {
        let rest = text.get(start..text.floor_char_boundary(start + MAX_WORD))?;
        let (mut end, mut small, mut letters) = (0, false, 0);
        let mut chars = rest.char_indices().peekable();
        while let Some((at, c)) = chars.next() {
            let joins = is_joint(c) && chars.peek().is_some_and(|(_, next)| next.is_alphabetic());
            if !c.is_alphabetic() && !joins {
                break;
            }
            small |= c.is_lowercase();
            letters += usize::from(!joins);
            end = at + c.len_utf8();
        }
        let mut written = rest.get(..end)?;
        for genitive in ["'s", "’s"] {
            written = written.strip_suffix(genitive).unwrap_or(written);
        }
        let first = written.chars().next()?;
        Some(Self {
            start,
            end: start + written.len(),
            kinds: kinds(written),
            is_capital: first.is_uppercase(),
            is_capitals: !small && letters > 1,
            is_letter: letters == 1,
        })
    }

    /// The word that ends at `end`.
    pub fn before(text: &str, end: usize) -> Option<Self> {
        let rest = text.get(text.ceil_char_boundary(end.saturating_sub(MAX_WORD))..end)?;
        let letters = rest.char_indices().rev();
        let letters = letters.take_while(|(_, c)| c.is_alphabetic() || *c == '-');
        let start = end - rest.len() + letters.last()?.0;
        Self::at(text, start).filter(|word| word.end == end)
    }
}

fn is_joint(c: char) -> bool {
    matches!(c, '-' | '\'' | '’')
}

/// The first capital in a stretch with which a word begins.
pub(super) fn next_capital(text: &str, stretch: Range<usize>) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = stretch.start;
    loop {
        let rest = bytes.get(at..stretch.end)?;
        at += rest
            .iter()
            .position(|byte| matches!(byte, b'A'..=b'Z' | 0xc3..=0xc5))?;
        let begins = !at
            .checked_sub(1)
            .is_some_and(|before| is_word(bytes, before));
        let is_capital = |byte: u8| {
            byte.is_ascii() || {
                let rest = text.get(at..).unwrap_or_default();
                rest.chars().next().is_some_and(char::is_uppercase)
            }
        };
        if begins && bytes.get(at).copied().is_some_and(is_capital) {
            return Some(at);
        }
        at += 1;
    }
}

/// What a word may be.
fn kinds(written: &str) -> Kinds {
    let mut parts = written.split(is_joint).filter(|part| part.len() > 1);
    let first = parts.next().map_or_else(|| look_up(written), look_up);
    parts.fold(first, |all, part| all.join(look_up(part)))
}

/// What a word without hyphens may be: by its letters without accents; where a German writes `ae` for
/// `ä`, also by those with `a`.
pub(in crate::detect) fn look_up(written: &str) -> Kinds {
    let mut folded = [0; MAX_WORD];
    let mut length = 0;
    let mut push = |letter: u8| {
        if let Some(place) = folded.get_mut(length) {
            *place = letter;
            length += 1;
        }
    };
    let mut base = Vec::new();
    for c in written.chars() {
        if c.is_ascii() {
            push(u8::try_from(c).unwrap_or_default().to_ascii_lowercase());
        } else {
            base.clear();
            c.to_lowercase().for_each(|c| push_base(c, &mut base));
            base.iter().copied().for_each(&mut push);
        }
    }
    let folded = folded.get(..length).unwrap_or_default();
    let kinds = find(folded.iter().copied());
    if kinds == Kinds::default() && written.is_ascii() {
        return find(without_e(folded));
    }
    kinds
}

/// `mueller` as `muller`.
fn without_e(folded: &[u8]) -> impl Iterator<Item = u8> {
    let before = [0].into_iter().chain(folded.iter().copied());
    let pairs = before.zip(folded.iter().copied());
    pairs.filter_map(|(before, letter)| {
        let is_umlaut = letter == b'e' && matches!(before, b'a' | b'o' | b'u');
        (!is_umlaut).then_some(letter)
    })
}

/// Looks a folded word up in the table that the build wrote.
fn find(folded: impl Iterator<Item = u8>) -> Kinds {
    let (mut at, wanted) = place(hash(folded));
    loop {
        let bytes = shipped::NAMES.get(4 * at..4 * at + 4);
        let Some(&[low, high, kinds, more]) = bytes else {
            return Kinds::default();
        };
        let mark = u16::from_le_bytes([low, high]);
        if mark == 0 || mark == wanted {
            return Kinds(u16::from_le_bytes([kinds, more]));
        }
        at = (at + 1) % PLACES;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_kinds_that_the_build_writes() {
        for (word, kind) in [
            ("anna", Kinds::GIVEN),
            ("muller", Kinds::SURNAME),
            ("sitzung", Kinds::WORD),
            ("winterthur", Kinds::TOWN),
            ("herr", Kinds::TITLE),
            ("liebe", Kinds::GREETING),
            ("von", Kinds::PARTICLE),
            ("rue", Kinds::BEFORE),
            ("strasse", Kinds::AFTER),
            ("vorname", Kinds::LABEL),
            ("patientin", Kinds::ROLE),
            ("gmbh", Kinds::ORG),
        ] {
            assert!(look_up(word).is(kind), "{word}");
        }
        assert!(!look_up("muller").is(Kinds::TITLE));
    }

    #[test]
    fn knows_names_however_they_are_written() {
        for name in ["Anna", "ANNA", "Zoé", "Zoe", "Jürg", "Juerg", "Jean-Marc"] {
            let word = Word::at(name, 0).unwrap();
            assert!(word.kinds.given() > 0, "{name}");
        }
        for name in [
            "Müller",
            "Mueller",
            "MULLER",
            "O'Neill",
            "D’Angelo",
            "Müller-Meier",
        ] {
            let word = Word::at(name, 0).unwrap();
            assert_eq!(word.end, name.len(), "{name}");
            assert!(word.kinds.surname() > 0, "{name}");
        }
        assert!(look_up("Sitzung").is_no_name());
        assert_eq!(look_up("Xqzwv"), Kinds::default());
    }
}
