// SPDX-License-Identifier: GPL-3.0-or-later
//! Tells the language of a stretch of text by its small words.

use serde::Deserialize;

use super::cues::Cue;
use super::word::Word;

/// A language of the lexicons.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Language {
    Fr,
    De,
    It,
    Nl,
    En,
}

/// So many languages.
pub(super) const LANGUAGES: usize = 5;

/// How much speaks for each language.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Vote([usize; LANGUAGES]);

impl Language {
    pub const ALL: [Self; LANGUAGES] = [Self::Fr, Self::De, Self::It, Self::Nl, Self::En];

    /// Its name in paths.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Fr => "fr",
            Self::De => "de",
            Self::It => "it",
            Self::Nl => "nl",
            Self::En => "en",
        }
    }

    /// Its place in lists.
    pub fn index(self) -> usize {
        self as usize
    }
}

impl Vote {
    /// Counts the small words among these: such as stand in one language only, or nearly so.
    pub fn of(words: &[Word<'_>]) -> Self {
        let mut vote = Self::default();
        for own in words.iter().filter_map(|word| word.cues) {
            for (count, cue) in vote.0.iter_mut().zip(own) {
                *count += usize::from(cue.is(Cue::SMALL));
            }
        }
        vote
    }

    /// True where a text with these small words may be in this language; where they are few, `whole` has
    /// a say, the vote of the whole text.
    pub fn allows<'a>(&self, language: Language, whole: impl FnOnce() -> &'a Self) -> bool {
        let (here, most) = self.own_and_best(language);
        if most >= 3 {
            return here * 3 >= most * 2;
        }
        let (own, best) = whole().own_and_best(language);
        best < 3 || own * 2 >= best || (most > 0 && here == most)
    }

    fn own_and_best(&self, language: Language) -> (usize, usize) {
        let best = self.0.iter().max().copied().unwrap_or_default();
        let own = self.0.get(language.index()).copied().unwrap_or_default();
        (own, best)
    }
}
