// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps what is known of a whole text: its language, its kind, who is named in it; each from when it is asked for.

use std::cell::OnceCell;
use std::ops::Range;

use super::cues::{Cue, Cues, Manner};
use super::index::{Hit, Index};
use super::language::{LANGUAGES, Vote};
use super::lexicon::Pattern;
use super::people::{People, Who};
use super::word::{self, Word};

/// The language and the kind of a text are told by so much of its start and of its end, in bytes.
const START: usize = 16_384;
const END: usize = 4_096;

/// A text, and what is known of it.
pub(super) struct Whole<'a> {
    pub text: &'a str,
    heading: &'a str,
    index: &'a Index,
    pub cues: &'a Cues,
    words: OnceCell<Vec<Word<'a>>>,
    vote: OnceCell<Vote>,
    manners: OnceCell<Vec<(usize, Manner, bool)>>,
    known: OnceCell<Known>,
}

/// Who is named in a text.
#[derive(Debug)]
struct Known {
    /// True where its reader is greeted by name.
    is_greeted: bool,
    /// Where persons are named or called by what they are, in order, and whether by more than a bare name.
    named: Vec<(usize, bool)>,
}

impl<'a> Whole<'a> {
    /// A text, in a message of this subject.
    pub fn of(text: &'a str, heading: &'a str, index: &'a Index, cues: &'a Cues) -> Self {
        Self {
            text,
            heading,
            index,
            cues,
            words: OnceCell::new(),
            vote: OnceCell::new(),
            manners: OnceCell::new(),
            known: OnceCell::new(),
        }
    }

    /// The stretches by which language and kind are told.
    fn ends(&self) -> [Range<usize>; 2] {
        let (text, length) = (self.text, self.text.len());
        let start = text.floor_char_boundary(START);
        let end = text.floor_char_boundary(length.saturating_sub(END));
        [0..start, end.max(start)..length]
    }

    fn words(&self) -> &[Word<'a>] {
        self.words.get_or_init(|| {
            let ends = self.ends();
            let words = ends
                .iter()
                .flat_map(|range| word::all(self.text, range, self.cues));
            words.collect()
        })
    }

    pub fn vote(&self) -> &Vote {
        let vote = || Vote::of(self.words());
        self.vote.get_or_init(vote)
    }

    /// The phrases that tell of its kind, those of its heading at its start.
    pub fn manners(&self) -> &[(usize, Manner, bool)] {
        self.manners.get_or_init(|| {
            let heading = self.cues.manners(self.heading).into_iter();
            let ends = self.ends().into_iter().flat_map(|range| {
                let own = self.text.get(range.clone()).unwrap_or_default();
                let own = self.cues.manners(own).into_iter();
                own.map(move |(at, manner, is_wide)| (range.start + at, manner, is_wide))
            });
            ends.chain(heading.map(|(_, manner, _)| (0, manner, true)))
                .collect()
        })
    }

    fn known(&self) -> &Known {
        self.known.get_or_init(|| {
            let text = self.text;
            let people = People::of(text, self.words(), &[true; LANGUAGES]);
            let line = greeting(text);
            let is_greeted = people
                .meant
                .iter()
                .any(|(who, place)| matches!(who, Who::Named | Who::Called) && place.start < line);
            let named = people.meant.iter();
            let named = named.filter(|(who, place)| *who >= Who::Called && place.start >= line);
            let named = named.map(|(who, place)| {
                let is_name = matches!(who, Who::Named | Who::Called);
                (place.start, !is_name)
            });
            let mut named: Vec<(usize, bool)> = named.collect();
            named.sort_unstable();
            Known { is_greeted, named }
        })
    }

    /// True where the reader is greeted by name.
    pub fn is_greeted(&self) -> bool {
        self.known().is_greeted
    }

    /// True where nobody is named, nor called by what he is.
    pub fn names_nobody(&self) -> bool {
        self.known().named.is_empty()
    }

    /// The persons named in a stretch.
    pub fn named_in(&self, range: &Range<usize>) -> &[(usize, bool)] {
        let named = &self.known().named;
        let first = named.partition_point(|(at, _)| *at < range.start);
        let named = named.get(first..).unwrap_or_default();
        let last = named.partition_point(|(at, _)| *at < range.end);
        named.get(..last).unwrap_or_default()
    }

    /// True where the head of a table names persons.
    pub fn has_persons(&self, head: &Range<usize>) -> bool {
        let words = word::all(self.text, head, self.cues);
        let mut cues = words.iter().map(|word| word.cue(&[true; LANGUAGES]));
        cues.any(|cue| cue.is(Cue::LABEL.or(Cue::BORN)))
    }

    pub fn pattern(&self, hit: &Hit) -> Option<&'a Pattern> {
        self.index.patterns.get(hit.pattern)
    }
}

/// Where the greeting of a text ends: its first line, where that is short, is no sentence and stands alone.
fn greeting(text: &str) -> usize {
    let skipped = text.len() - text.trim_start().len();
    let rest = text.get(skipped..).unwrap_or_default();
    let (line, below) = rest.split_once('\n').unwrap_or((rest, ""));
    let is_short = line.len() < 90 && !line.contains([':', '\t', '|']) && !line.contains(". ");
    let is_alone = below.trim_start_matches([' ', '\r']).starts_with('\n')
        || line.trim_end().ends_with([',', '!']);
    if is_short && is_alone {
        skipped + line.len() + 1
    } else {
        0
    }
}
