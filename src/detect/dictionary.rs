// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps the words of all rules, by the letters they begin with, and who uses them for what.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use super::fold::{self, code};
use super::index::Rules;
use super::words::Said;

/// What a word says where a rule has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Use {
    /// Speaks for a candidate beside it.
    For,
    /// Speaks against it.
    Against,
    /// A program is tried where it begins, whatever letters follow.
    Begins,
}

/// Words of many rules.
#[derive(Debug, Default)]
pub(super) struct Dictionary {
    entries: Vec<Entry>,
    /// With which three letters words begin: a bit each.
    heads: Heads,
    /// The entries by their first word as a whole, and by the head of those that only begin.
    whole: HashMap<Vec<u8>, Vec<usize>, BuildHasherDefault<Fnv>>,
    begun: HashMap<usize, Vec<usize>>,
}

/// A word, as a rule writes it, and who uses it for what, in order.
#[derive(Debug)]
pub(super) struct Entry {
    written: String,
    uses: Vec<(usize, Use)>,
    /// The rules that it speaks for.
    speaks: Rules,
    /// Folded: the signs before its first word, that word, and what follows.
    pub before: Vec<u8>,
    pub first: Vec<u8>,
    pub rest: Vec<u8>,
    /// True where letters may follow.
    pub is_open: bool,
}

impl Dictionary {
    /// Compiles the words: the index of a rule, what its words are for, and the words.
    pub fn of<'a>(lists: impl Iterator<Item = (usize, Use, &'a str)>) -> Self {
        let mut places = HashMap::new();
        let mut all = Self::default();
        for (rule, purpose, word) in lists {
            let is_open = purpose == Use::Begins;
            let place = *places
                .entry((fold::folded(word.trim()), is_open))
                .or_insert_with(|| all.add(word, is_open));
            if let Some(entry) = all.entries.get_mut(place) {
                entry.uses.push((rule, purpose));
            }
        }
        for entry in &mut all.entries {
            entry.uses.sort_unstable();
            let speaks = entry
                .uses
                .iter()
                .filter(|(_, purpose)| *purpose == Use::For);
            entry.speaks = speaks.map(|(rule, _)| *rule).collect();
        }
        all
    }

    /// Adds a word that nobody uses yet; gives its place.
    fn add(&mut self, word: &str, is_open: bool) -> usize {
        let written = word.trim();
        let is_word = |c: char| fold::is_of_word(c);
        let start = written.find(is_word).unwrap_or(written.len());
        let (before, from) = written.split_at(start);
        let (first, rest) = from.split_at(from.find(|c| !is_word(c)).unwrap_or(from.len()));
        let entry = Entry {
            written: word.to_owned(),
            uses: Vec::new(),
            speaks: Rules::default(),
            before: fold::folded(before),
            first: fold::folded(first),
            rest: fold::folded(rest),
            is_open,
        };
        let place = self.entries.len();
        let head = head(&entry.first);
        if let Some(bits) = self.heads.0.get_mut(head / 64) {
            *bits |= 1 << (head % 64);
        }
        // What may go on behind its first word begins as that does.
        if is_open && entry.rest.is_empty() {
            self.begun.entry(head).or_default().push(place);
        } else {
            self.whole
                .entry(entry.first.clone())
                .or_default()
                .push(place);
        }
        self.entries.push(entry);
        place
    }

    /// A word as a rule writes it.
    pub fn written(&self, said: Said) -> &str {
        let entry = self.entries.get(said.word);
        entry.map_or("", |entry| entry.written.as_str())
    }

    /// Who uses a word for what, in order.
    pub fn uses(&self, said: Said) -> &[(usize, Use)] {
        let entry = self.entries.get(said.word);
        entry.map_or(&[], |entry| entry.uses.as_slice())
    }

    /// The rules that these words, by their numbers, speak for.
    pub fn spoken_for(&self, words: &[usize]) -> Rules {
        let mut rules = Rules::default();
        for entry in words.iter().filter_map(|word| self.entries.get(*word)) {
            rules.add(&entry.speaks);
        }
        rules
    }

    /// True where this rule uses the word for this.
    pub fn is(&self, said: Said, rule: usize, purpose: Use) -> bool {
        self.uses(said).binary_search(&(rule, purpose)).is_ok()
    }

    /// True where other rules have the word as a keyword, and this one has not.
    pub fn is_other(&self, said: Said, rule: usize) -> bool {
        let entry = self.entries.get(said.word);
        !self.is(said, rule, Use::For) && entry.is_some_and(|entry| !entry.speaks.is_empty())
    }

    /// The entries that a folded word of this head may begin, and their numbers.
    pub fn begun_by(&self, word: &[u8], head: usize) -> impl Iterator<Item = (usize, &Entry)> {
        let whole = self.whole.get(word).into_iter().flatten();
        let begun = self.begun.get(&head).into_iter().flatten();
        let all = whole.chain(begun);
        all.filter_map(|place| Some((*place, self.entries.get(*place)?)))
    }

    /// True where there are no words.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// True where some word begins with this head.
    pub fn has(&self, head: usize) -> bool {
        let bits = self
            .heads
            .0
            .get(head / 64 % (HEADS / 64))
            .copied()
            .unwrap_or(0);
        bits & (1 << (head % 64)) != 0
    }
}

/// The hash of Fowler, Noll and Vo, 1a: quick on short words, and only the admin chooses ours.
#[derive(Debug)]
pub(super) struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Hasher for Fnv {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}

/// How many heads there are: five bits for each of three letters.
const HEADS: usize = 1 << 15;

/// Which of them there are.
#[derive(Debug)]
struct Heads(Box<[u64; HEADS / 64]>);

impl Default for Heads {
    fn default() -> Self {
        Self(Box::new([0; HEADS / 64]))
    }
}

/// The head of a folded word.
pub(super) fn head(word: &[u8]) -> usize {
    let code = |at: usize| match word.get(at).copied() {
        Some(byte) if byte < 0x80 => code(byte),
        byte => byte.unwrap_or(0) & 31,
    };
    join([code(0), code(1), code(2)])
}

/// The head of these three, of which the first that is no letter ends the word.
pub(super) fn join([one, two, three]: [u8; 3]) -> usize {
    let three = if two == 0 { 0 } else { three };
    (usize::from(one) << 10) | (usize::from(two) << 5) | usize::from(three)
}
