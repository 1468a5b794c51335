// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps the small words that tell of a person, and the phrases that tell what kind of text one stands in.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;
use std::ops::Range;

use indexmap::IndexMap;
use regex::{Regex, RegexBuilder};

use super::language::LANGUAGES;
use super::word::fold;
use crate::detect::dictionary::Fnv;

/// What a word may be, a bit each, by its name in the files.
const KINDS: [&str; 15] = [
    "title",
    "professional",
    "kin",
    "role",
    "third",
    "first",
    "possessive",
    "second",
    "definite",
    "each",
    "born",
    "label",
    "office",
    "nothing",
    "small",
];

/// What a word may be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Cue(u16);

impl Cue {
    /// A name follows.
    pub const TITLE: Self = Self(1);
    /// The name that follows is that of who cares, not of whom is cared for.
    pub const PROFESSIONAL: Self = Self(1 << 1);
    /// A relative.
    pub const KIN: Self = Self(1 << 2);
    /// One person by what he is: patient, pupil.
    pub const ROLE: Self = Self(1 << 3);
    /// He, she.
    pub const THIRD: Self = Self(1 << 4);
    /// I.
    pub const FIRST: Self = Self(1 << 5);
    /// My, his, her.
    pub const POSSESSIVE: Self = Self(1 << 6);
    /// Your.
    pub const SECOND: Self = Self(1 << 7);
    /// The, this.
    pub const DEFINITE: Self = Self(1 << 8);
    /// A, every: nobody in particular.
    pub const EACH: Self = Self(1 << 9);
    /// Born.
    pub const BORN: Self = Self(1 << 10);
    /// The head of a column of persons, or before a colon.
    pub const LABEL: Self = Self(1 << 11);
    /// Who speaks or governs in public.
    pub const OFFICE: Self = Self(1 << 12);
    /// None, unknown: the value of a label that says nothing.
    pub const NOTHING: Self = Self(1 << 13);
    /// A small word that tells of its language.
    pub const SMALL: Self = Self(1 << 14);

    /// True where it is one of these.
    pub fn is(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Either.
    pub fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// What kind of text a term stands in, where that takes from what it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Manner {
    Newsletter,
    Press,
    Advert,
    Notice,
    Course,
    /// A form or a letter that asks whoever reads it: it says nothing of those who are not named.
    Asked,
}

/// The kinds of text by their names in the files, and whether one phrase tells of the whole text rather
/// than of its paragraph.
const MANNERS: [(&str, Manner, bool); 6] = [
    ("newsletter", Manner::Newsletter, true),
    ("press", Manner::Press, true),
    ("advert", Manner::Advert, true),
    ("notice", Manner::Notice, false),
    ("course", Manner::Course, false),
    ("asked", Manner::Asked, false),
];

impl Manner {
    /// What it takes, in words.
    pub fn says(self) -> &'static str {
        match self {
            Self::Newsletter => "in a newsletter",
            Self::Press => "in a press release",
            Self::Advert => "in an advertisement",
            Self::Notice => "in a notice",
            Self::Course => "in the programme of a course",
            Self::Asked => "asked of many",
        }
    }
}

/// The small words and phrases of all languages.
#[derive(Debug)]
pub(super) struct Cues {
    words: HashMap<Vec<u8>, [Cue; LANGUAGES], BuildHasherDefault<Fnv>>,
    manners: Vec<(Manner, bool, Regex)>,
}

impl Cues {
    /// Compiles lists by kind, of each language in its order.
    pub fn compile(files: &[IndexMap<String, Vec<String>>]) -> Self {
        let mut words: HashMap<_, [Cue; LANGUAGES], _> = HashMap::default();
        let mut phrases = MANNERS.map(|_| Vec::new());
        for (language, file) in files.iter().enumerate() {
            for (kind, list) in file {
                let bit = KINDS.iter().position(|own| own == kind);
                let manner = MANNERS.iter().position(|(own, ..)| own == kind);
                for word in list {
                    let mut folded = Vec::new();
                    fold(word, &mut folded);
                    if let Some(bit) = bit
                        && let Some(cue) = words.entry(folded).or_default().get_mut(language)
                    {
                        cue.0 |= 1 << bit;
                    } else if let Some(list) = manner.and_then(|at| phrases.get_mut(at)) {
                        list.push(regex::escape(word).replace(' ', r"\s+"));
                    }
                }
            }
        }
        let manners = MANNERS
            .iter()
            .zip(phrases)
            .filter_map(|((_, manner, is_wide), phrases)| {
                // No \b here: beside letters with accents it makes the search a hundred times slower.
                let any = RegexBuilder::new(&phrases.join("|"))
                    .case_insensitive(true)
                    .build();
                Some((*manner, *is_wide, any.ok().filter(|_| !phrases.is_empty())?))
            });
        Self {
            words,
            manners: manners.collect(),
        }
    }

    /// What a folded word may be in each language; none where it is none of these.
    pub fn of(&self, folded: &[u8]) -> Option<&[Cue; LANGUAGES]> {
        self.words.get(folded)
    }

    /// What kind of text this is: where a phrase stands, and whether it tells of the whole text.
    pub fn manners(&self, text: &str) -> Vec<(usize, Manner, bool)> {
        let manners = self.manners.iter();
        let hits = manners.flat_map(|(manner, is_wide, any)| {
            let begins = |at: usize| {
                let before = text.get(..at).and_then(|text| text.chars().next_back());
                !before.is_some_and(char::is_alphanumeric)
            };
            let hits = any.find_iter(text).filter(move |hit| begins(hit.start()));
            hits.map(|hit| (hit.start(), *manner, *is_wide))
        });
        hits.collect()
    }
}

/// The paragraph around a place, by its blank lines, so many bytes at most to each side.
pub(super) fn paragraph(text: &str, at: usize, most: usize) -> Range<usize> {
    let from = text.floor_char_boundary(at.saturating_sub(most));
    let to = text.floor_char_boundary((at + most).min(text.len()));
    let before = text.get(from..at).unwrap_or_default();
    let behind = text.get(at..to).unwrap_or_default();
    let start = before.rfind("\n\n").map_or(from, |blank| from + blank + 2);
    let end = behind.find("\n\n").map_or(to, |blank| at + blank);
    start..end
}
