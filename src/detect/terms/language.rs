// SPDX-License-Identifier: GPL-3.0-or-later
//! Tells the language of a stretch of text by its small words.

use serde::Deserialize;

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

/// Small words that stand in one language only, or nearly so.
const SMALL: [&str; LANGUAGES] = [
    " le les des du une est pour dans qui que sur avec pas vous nous son sa ses elle il je cette au aux par \
     ont ete mais votre notre depuis chez leur ce et ",
    " der die das und ist nicht mit von den dem ein eine einen einer wird sind auf fur bei sich hat ich sie \
     wir im zum zur nach aus er wegen uber werden ihr ihre wurde seit als auch am ",
    " il lo gli della del di che per con una sono non alla nel dal ha si le dei delle piu anche questo al un \
     suo sua ed e da presso stata stato ",
    " het een van en dat niet met voor zijn is op aan te wij hij heeft bij uit wordt naar ook werd ze haar \
     zij ik u uw mijn de als door om nog ",
    " the and of to is was for with that has have his her she he not on are by this be from at you your we \
     an it they been who after ",
];

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
    /// Counts the small words among these.
    pub fn of<'a>(words: impl Iterator<Item = &'a Word>) -> Self {
        let mut vote = Self::default();
        for word in words.filter(|word| word.folded.len() <= 7) {
            let Ok(folded) = std::str::from_utf8(&word.folded) else {
                continue;
            };
            for (count, small) in vote.0.iter_mut().zip(SMALL) {
                let mut places = small.match_indices(folded);
                let is_whole = |(at, _): (usize, &str)| {
                    let edge = |at: Option<usize>| {
                        at.and_then(|at| small.as_bytes().get(at)) == Some(&b' ')
                    };
                    edge(at.checked_sub(1)) && edge(Some(at + folded.len()))
                };
                *count += usize::from(places.any(is_whole));
            }
        }
        vote
    }

    /// True where a text with these small words may be in this language; where they are few, `whole` has
    /// a say, the vote of the whole text.
    pub fn allows(&self, language: Language, whole: &Self) -> bool {
        let own = |vote: &Self| {
            let best = vote.0.iter().max().copied().unwrap_or_default();
            let own = vote.0.get(language.index()).copied().unwrap_or_default();
            (own, best)
        };
        match (own(self), own(whole)) {
            ((own, best), _) if best >= 3 => own * 3 >= best * 2,
            ((here, most), (own, best)) if best >= 3 => {
                own * 2 >= best || (most > 0 && here == most)
            }
            _ => true,
        }
    }
}
