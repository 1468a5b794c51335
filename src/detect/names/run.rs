// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns capitals in a row into a run, and a run into the part of it that may be a name.

use std::ops::Range;

use super::word::{Kinds, Word, next_capital};

/// The most words of a run, and of a name.
const MAX_WORDS: usize = 8;
const MAX_NAME: usize = 5;

/// Words in a row on one line that may be a name: capitals, with the particles and initials between.
#[derive(Debug)]
pub(super) struct Run {
    pub words: Vec<Word>,
    /// A title before it, and where that begins.
    pub title: Option<usize>,
    /// True where a greeting stands before it.
    pub is_greeted: bool,
    /// True behind the word for a street or an institution.
    pub is_thing: bool,
    /// Where the search goes on.
    pub end: usize,
}

impl Run {
    /// The first run that begins in a stretch.
    pub fn next(text: &str, stretch: Range<usize>) -> Option<Self> {
        let mut at = next_capital(text, stretch)?;
        let mut run = Self {
            words: Vec::new(),
            title: None,
            is_greeted: false,
            is_thing: false,
            end: at,
        };
        if let Some(word) = before(text, at) {
            run.is_greeted = word.kinds.is(Kinds::GREETING);
            run.title = (word.kinds.is(Kinds::TITLE) && !word.is_letter).then_some(word.start);
        }
        while let Some(word) = Word::at(text, at) {
            run.end = word.end.max(at + 1);
            if !run.take(text, word) {
                break;
            }
            let Some(next) = run.follows(text, word) else {
                break;
            };
            at = next;
        }
        // A particle at the end is the next word of the sentence.
        while run.words.last().is_some_and(|word| !word.is_capital) {
            run.words.pop();
        }
        Some(run)
    }

    /// Takes the next word; false where the run ends before it.
    fn take(&mut self, text: &str, word: Word) -> bool {
        let is_long = !word.is_letter || text.as_bytes().get(word.end) == Some(&b'.');
        if word.is_capital && word.kinds.is(Kinds::TITLE) && is_long {
            self.words.clear();
            self.title.get_or_insert(word.start);
            return true;
        }
        if word.is_capital && word.kinds.is(Kinds::GREETING) && self.words.is_empty() {
            self.is_greeted = true;
            return true;
        }
        if word.is_capital && word.kinds.is(Kinds::BEFORE) && self.words.is_empty() {
            self.is_thing = self.title.is_none();
            return true;
        }
        let goes_on = !word.kinds.is_no_name() || word.kinds.is(Kinds::PARTICLE);
        if goes_on {
            self.words.push(word);
        }
        goes_on && self.words.len() < MAX_WORDS
    }

    /// Where the next word begins, if it may be one of the run.
    fn follows(&self, text: &str, word: Word) -> Option<usize> {
        let bytes = text.as_bytes();
        let byte = |at: usize| bytes.get(at).copied().unwrap_or(b'\n');
        let is_short = word.is_letter || word.kinds.is(Kinds::TITLE);
        let at = word.end + usize::from(is_short && byte(word.end) == b'.');
        // `J.-P. Dupont`, `M.Dupont`; else one blank.
        let next = match byte(at) {
            b' ' | b'-' if at > word.end || byte(at) == b' ' => at + 1,
            b'A'..=b'Z' if at > word.end => at,
            _ => return None,
        };
        let follows = Word::at(text, next)?;
        let is_particle = |word: &Word| word.kinds.is(Kinds::PARTICLE);
        let greets = self.words.is_empty() && follows.kinds.is(Kinds::GREETING);
        let begun = self.is_thing || !self.words.is_empty();
        let inside = begun && is_particle(&follows);
        (follows.is_capital || inside || greets).then_some(next)
    }

    /// The part that may be a name, and its weight by its words alone.
    pub fn name(&self) -> Option<(Range<usize>, i32)> {
        if self.is_thing || self.words.iter().any(|word| ends_thing(*word)) {
            return None;
        }
        if self.title.is_some() {
            return self.titled();
        }
        let given = self.words.iter().position(|word| given(*word) > 0);
        match given {
            Some(first) if first + 1 < self.words.len() => self.given_first(first),
            Some(first) if first > 0 => self.given_last(first),
            _ => self.other(),
        }
    }

    /// `Herr Müller`, `Mme Anne Dupont`.
    fn titled(&self) -> Option<(Range<usize>, i32)> {
        let words = self.words.get(..self.words.len().min(MAX_NAME))?;
        let known = words
            .iter()
            .map(|word| given(*word).max(word.kinds.surname()));
        let known = known.max()?;
        let is_name = words
            .iter()
            .any(|word| word.is_capital && !word.kinds.is(Kinds::PARTICLE));
        is_name.then_some(())?;
        Some((span(words)?, 4 + known))
    }

    /// `Anna Müller`, `Jean-Paul de la Tour`, `J. Smith`.
    fn given_first(&self, first: usize) -> Option<(Range<usize>, i32)> {
        let words = self.words.get(first..)?;
        let words = words.get(..words.len().min(MAX_NAME))?;
        // What is unknown behind a surname is no part of the name.
        let known = |word: &&Word| word.kinds.surname() > 0 || given(**word) > 0;
        let last = words
            .iter()
            .rposition(|word| known(&word))
            .filter(|last| *last > 0);
        let words = words.get(..last.map_or(words.len(), |last| last + 1))?;
        let (first, rest) = words.split_first()?;
        let surname = rest.iter().map(|word| word.kinds.surname()).max()?;
        let several = rest.len() > 1 && rest.first().is_some_and(|word| given(*word) > 1);
        let noble = rest.iter().any(|word| word.kinds.is(Kinds::PARTICLE)) && surname == 0;
        let weight = given(*first) + surname + i32::from(several) + i32::from(noble);
        Some((span(words)?, weight - shouted(words)))
    }

    /// `Müller Anna`, `DUPONT Jean`.
    fn given_last(&self, first: usize) -> Option<(Range<usize>, i32)> {
        let words = self.words.get(first.saturating_sub(1)..=first)?;
        let [surname, name] = words else {
            return None;
        };
        let mixed = surname.is_capitals && !name.is_capitals;
        let weight = surname.kinds.surname() + given(*name) - 1 + 2 * i32::from(mixed);
        Some((span(words)?, weight - shouted(words)))
    }

    /// Words of which none is a given name, or one that is alone: signs must say it.
    fn other(&self) -> Option<(Range<usize>, i32)> {
        let words = self.words.get(..self.words.len().min(3))?;
        let known = words
            .iter()
            .map(|word| given(*word).max(word.kinds.surname()));
        let known = known.max()?;
        Some((span(words)?, known - shouted(words)))
    }
}

/// How much a word is a given name; an initial is one a little.
fn given(word: Word) -> i32 {
    match word.is_letter {
        true => i32::from(word.is_capital),
        false if word.is_capital => word.kinds.given(),
        false => 0,
    }
}

/// True for a word that ends the name of a street, an institution or a company, and is no surname.
fn ends_thing(word: Word) -> bool {
    word.kinds.is(Kinds::ORG) && (word.is_capitals || word.kinds.surname() == 0)
        || word.kinds.is(Kinds::AFTER) && word.kinds.surname() == 0
}

/// Of what is all capitals, headings too, less is believed.
fn shouted(words: &[Word]) -> i32 {
    let mut long = words.iter().filter(|word| !word.is_letter);
    i32::from(long.all(|word| word.is_capitals))
}

fn span(words: &[Word]) -> Option<Range<usize>> {
    Some(words.first()?.start..words.last()?.end)
}

/// The word before `at` on its line, over one blank and a dot.
pub(super) fn before(text: &str, at: usize) -> Option<Word> {
    let rest = text.get(..at)?.strip_suffix(' ')?;
    Word::before(text, rest.strip_suffix('.').unwrap_or(rest).len())
}
