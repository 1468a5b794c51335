// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps the words of all rules in one automaton, and reads them out of a text where they are asked for.
//!
//! Case and accents do not count, a stretch of blanks is one blank, and a word stands on word
//! boundaries: so the automaton is asked only where a word begins, and mostly has enough after two or
//! three letters. A text is read block by block and no word of it twice, so what a word costs depends
//! neither on how many rules there are nor on how many candidates stand near it.

use std::collections::{HashMap, VecDeque};
use std::ops::Range;

use aho_corasick::Anchored;
use aho_corasick::automaton::{Automaton, StateID};
use aho_corasick::nfa::contiguous::NFA;

/// The longest word, in bytes; a rule with a longer one does not load.
pub(super) const MAX_WORD: usize = 96;
/// The longest stretch of text that is one of them, blanks and all, in bytes.
const MAX_STRETCH: usize = 4 * MAX_WORD;
/// How much is read at once, and how much of what was read is kept, in bytes.
const BLOCK: usize = 2048;
const STEP: usize = 128;
const KEPT: usize = 2048;

/// What a word says where a rule has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Use {
    /// Speaks for a candidate beside it.
    For,
    /// Speaks against it.
    Against,
}

/// Words of many rules.
#[derive(Debug, Default)]
pub(super) struct Dictionary {
    /// None where there are no words.
    automaton: Option<Trie>,
    entries: Vec<Entry>,
}

/// The automaton, and its state before the first letter of a word.
#[derive(Debug)]
struct Trie {
    words: NFA,
    begin: StateID,
    /// The pairs of bytes that words begin with: few of all there are.
    pairs: Vec<bool>,
}

/// A word, as a rule writes it, and who uses it for what, in order.
#[derive(Debug)]
struct Entry {
    written: String,
    uses: Vec<(usize, Use)>,
}

impl Dictionary {
    /// Compiles the words: the index of a rule, what its words are for, and the words.
    ///
    /// # Errors
    /// A sentence, where there are more than the automaton can hold.
    pub fn of<'a>(lists: impl Iterator<Item = (usize, Use, &'a [String])>) -> Result<Self, String> {
        let mut places: HashMap<Vec<u8>, usize> = HashMap::new();
        let (mut folded, mut entries) = (Vec::new(), Vec::<Entry>::new());
        for (rule, purpose, words) in lists {
            for word in words {
                let place = *places.entry(folded_word(word)).or_insert_with_key(|key| {
                    folded.push(key.clone());
                    entries.push(Entry {
                        written: word.clone(),
                        uses: Vec::new(),
                    });
                    entries.len() - 1
                });
                if let Some(entry) = entries.get_mut(place) {
                    entry.uses.push((rule, purpose));
                }
            }
        }
        for entry in &mut entries {
            entry.uses.sort_unstable();
        }
        let automaton = match folded[..] {
            [] => None,
            _ => Some(Trie::of(&folded).map_err(|error| error.to_string())?),
        };
        Ok(Self { automaton, entries })
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

    /// True where this rule uses the word for this.
    pub fn is(&self, said: Said, rule: usize, purpose: Use) -> bool {
        self.uses(said).binary_search(&(rule, purpose)).is_ok()
    }

    /// True where other rules have the word as a keyword, and this one has not.
    pub fn is_other(&self, said: Said, rule: usize) -> bool {
        let mut uses = self.uses(said).iter();
        !self.is(said, rule, Use::For) && uses.any(|(_, purpose)| *purpose == Use::For)
    }

    /// The words in a short text, in order of their ends. Places are bytes of that text.
    pub fn words_in(&self, text: &str) -> Vec<Said> {
        let mut words = Words::of(text, self);
        words.read_to(text.len());
        words.said.into()
    }
}

impl Trie {
    fn of(words: &[Vec<u8>]) -> Result<Self, Box<dyn std::error::Error>> {
        let words = NFA::new(words)?;
        let begin = words.start_state(Anchored::Yes)?;
        let mut pairs = vec![false; 1 << 16];
        for one in 0..=u8::MAX {
            let state = words.next_state(Anchored::Yes, begin, one);
            for (two, pair) in (0..=u8::MAX).zip(pairs.iter_mut().skip(usize::from(one) << 8)) {
                let next = words.next_state(Anchored::Yes, state, two);
                *pair = words.is_match(state) || !words.is_dead(next);
            }
        }
        Ok(Self {
            words,
            begin,
            pairs,
        })
    }

    /// False where no word begins with these two bytes.
    fn may_begin(&self, one: u8, two: u8) -> bool {
        if !one.is_ascii() || !two.is_ascii() {
            return true;
        }
        let pair = usize::from(plain(one)) << 8 | usize::from(plain(two));
        self.pairs.get(pair).copied().unwrap_or(true)
    }
}

/// A word that a text says, in bytes of the view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Said {
    word: usize,
    pub start: usize,
    pub end: usize,
}

impl Said {
    /// True for two letters and more.
    pub fn is_long(&self) -> bool {
        self.end - self.start > 1
    }
}

/// The words of a text, as far as they were asked for. What is asked for must go on, but for the
/// last `KEPT` bytes.
#[derive(Debug)]
pub(super) struct Words<'a> {
    text: &'a str,
    dictionary: &'a Dictionary,
    /// In order of their ends.
    said: VecDeque<Said>,
    /// What begins before here has been read.
    read: usize,
    /// How much is read next: little where the text is looked at here and there.
    step: usize,
}

impl<'a> Words<'a> {
    pub fn of(text: &'a str, dictionary: &'a Dictionary) -> Self {
        Self {
            text,
            dictionary,
            said: VecDeque::new(),
            read: 0,
            step: STEP,
        }
    }

    /// The words that lie in a range, in order of their ends.
    pub fn within(&mut self, range: Range<usize>) -> impl DoubleEndedIterator<Item = Said> + '_ {
        let start = range.start.saturating_sub(MAX_WORD);
        if self.read < start {
            self.said.clear();
            self.read = self.text.floor_char_boundary(start);
            self.step = STEP;
        }
        self.read_to(range.end);
        let first = self.said.partition_point(|said| said.end <= range.start);
        let last = self.said.partition_point(|said| said.end <= range.end);
        let said = self.said.range(first..last.max(first)).copied();
        said.filter(move |said| said.start >= range.start)
    }

    /// The first word that ends behind `after`. Reads no further than its block.
    pub fn next(&mut self, after: usize) -> Option<Said> {
        self.dictionary.automaton.as_ref()?;
        loop {
            let first = self.said.partition_point(|said| said.end <= after);
            let is_end = self.read >= self.text.len();
            match self.said.get(first) {
                // One that begins further on may still end before it.
                Some(said) if is_end || said.end <= self.read => return Some(*said),
                None if is_end => return None,
                _ => (),
            }
            drop(self.said.drain(..first));
            self.read_block(BLOCK);
        }
    }

    fn read_to(&mut self, end: usize) {
        while self.read < end.min(self.text.len()) {
            let kept = self.read.saturating_sub(BLOCK + KEPT);
            while self.said.front().is_some_and(|said| said.end < kept) {
                self.said.pop_front();
            }
            self.read_block(self.step);
            self.step = (2 * self.step).min(BLOCK);
        }
    }

    /// Reads the words that begin in the next so many bytes.
    fn read_block(&mut self, length: usize) {
        let stop = self.text.floor_char_boundary(self.read + length);
        let stop = stop.max(self.text.ceil_char_boundary(self.read + 1));
        let begin = std::mem::replace(&mut self.read, stop);
        let Some(trie) = &self.dictionary.automaton else {
            return;
        };
        let bytes = self.text.as_bytes();
        let mut is_inside = ends_with_word(self.text, begin);
        let mut at = begin;
        while let Some(byte) = bytes.get(at).filter(|_| at < stop) {
            let (is_letter, next) = match byte.is_ascii() {
                true => (byte.is_ascii_alphanumeric(), at + 1),
                false => letter(self.text, at),
            };
            let is_within = is_inside && is_letter || byte.is_ascii_whitespace();
            let second = bytes.get(at + 1).copied().unwrap_or(b' ');
            if !is_within && trie.may_begin(*byte, second) {
                read_word(self.text, at, trie, &mut self.said);
            }
            is_inside = is_letter;
            at = next;
        }
    }
}

/// Reads the words that begin at `start`, each of which may begin others.
fn read_word(text: &str, start: usize, trie: &Trie, said: &mut VecDeque<Said>) {
    let bytes = text.as_bytes();
    let (mut state, mut length, mut is_blank) = (trie.begin, 0, false);
    let mut folded = Vec::new();
    let mut at = start;
    while let Some(byte) = bytes.get(at).filter(|_| at < start + MAX_STRETCH) {
        let was_blank = is_blank;
        if byte.is_ascii() {
            let plain = plain(*byte);
            at += 1;
            is_blank = plain == b' ';
            if is_blank && was_blank {
                continue;
            }
            state = trie.words.next_state(Anchored::Yes, state, plain);
            length += 1;
        } else {
            let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) else {
                return;
            };
            at += c.len_utf8();
            is_blank = c.is_whitespace();
            if is_blank && was_blank {
                continue;
            }
            folded.clear();
            fold(c, &mut folded);
            for byte in &folded {
                state = trie.words.next_state(Anchored::Yes, state, *byte);
            }
            length += folded.len();
        }
        if trie.words.is_dead(state) {
            return;
        }
        if !trie.words.is_match(state) {
            continue;
        }
        let ends = (0..trie.words.match_len(state))
            .map(|index| trie.words.match_pattern(state, index))
            // The others are endings of it, and begin further on.
            .filter(|word| trie.words.pattern_len(*word) == length);
        let end = at + marks(text, at);
        for word in ends.filter(|_| is_end(text, end)) {
            let place = said.partition_point(|said| said.end <= end);
            let word = word.as_usize();
            said.insert(place, Said { word, start, end });
        }
    }
}

fn folded_word(word: &str) -> Vec<u8> {
    let mut folded = Vec::new();
    for c in word.trim().chars() {
        match u8::try_from(c).ok().filter(u8::is_ascii) {
            Some(byte) => folded.push(plain(byte)),
            None => fold(c, &mut folded),
        }
        if folded.ends_with(b"  ") {
            folded.pop();
        }
    }
    folded
}

/// Whether the character at `at` is a letter or digit, and where the next one stands.
fn letter(text: &str, at: usize) -> (bool, usize) {
    let c = text.get(at..).and_then(|rest| rest.chars().next());
    c.map_or((false, at + 1), |c| {
        (c.is_alphanumeric(), at + c.len_utf8())
    })
}

/// True where a letter or digit stands before `at`.
fn ends_with_word(text: &str, at: usize) -> bool {
    let before = text.get(..at).and_then(|text| text.chars().next_back());
    before.is_some_and(char::is_alphanumeric)
}

/// True where a word may end.
fn is_end(text: &str, at: usize) -> bool {
    !(letter(text, at).0 && ends_with_word(text, at))
}

/// Bytes of the accents that stand alone at `at`.
fn marks(text: &str, at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    let end = rest.find(|c| !('\u{300}'..='\u{36f}').contains(&c));
    end.unwrap_or(rest.len())
}

/// Pushes a character that is not ASCII: lower case, without accents, any blank as one.
fn fold(c: char, out: &mut Vec<u8>) {
    match c {
        c if c.is_whitespace() => out.push(b' '),
        '\u{300}'..='\u{36f}' => (),
        c => c.to_lowercase().for_each(|c| push_base(c, out)),
    }
}

/// An ASCII byte in lower case; a blank, a line end and an underscore as a blank.
fn plain(byte: u8) -> u8 {
    match byte {
        b'_' | b'\t'..=b'\r' => b' ',
        byte => byte.to_ascii_lowercase(),
    }
}

/// Pushes a lower-case letter without its accent.
pub(super) fn push_base(c: char, out: &mut Vec<u8>) {
    let base: &str = match c {
        'à'..='å' | 'ā' | 'ă' | 'ą' => "a",
        'ç' | 'ć' | 'ĉ' | 'ċ' | 'č' => "c",
        'ď' | 'đ' => "d",
        'è'..='ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' => "e",
        'ì'..='ï' | 'ĩ' | 'ī' | 'ĭ' | 'į' | 'ı' => "i",
        'ł' | 'ľ' | 'ĺ' => "l",
        'ñ' | 'ń' | 'ň' => "n",
        'ò'..='ö' | 'ø' | 'ō' | 'ŏ' | 'ő' => "o",
        'ŕ' | 'ř' => "r",
        'ś' | 'ŝ' | 'ş' | 'š' | 'ș' => "s",
        'ţ' | 'ť' | 'ț' => "t",
        'ù'..='ü' | 'ũ' | 'ū' | 'ŭ' | 'ů' | 'ű' | 'ų' => "u",
        'ý' | 'ÿ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        '’' => "'",
        '\u{300}'..='\u{36f}' => "",
        c => return out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
    };
    out.extend_from_slice(base.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dictionary(words: &[&str]) -> Dictionary {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        Dictionary::of([(0, Use::For, &words[..])].into_iter()).unwrap()
    }

    #[test]
    fn stands_on_word_boundaries_with_accents_folded() {
        let words = dictionary(&["AHV", "numéro d'assuré", "N°"]);
        let last = |text| {
            let said = words.words_in(text).last().copied();
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
        assert_eq!(last("n°12").map(|(word, _)| word), Some("N°"));
        assert_eq!(last("Fahrvav ahvx"), None);
    }

    #[test]
    fn reads_over_the_ends_of_blocks() {
        let words = dictionary(&["numéro d'assuré", "ahv"]);
        for shift in BLOCK - 40..BLOCK + 40 {
            let text = format!(
                "{}ü numéro d'assuré, AHV.",
                "x ".repeat(shift / 2) + &"-".repeat(shift % 2)
            );
            let mut all = Words::of(&text, &words);
            assert_eq!(all.within(0..text.len()).count(), 2, "{shift}");
            let mut far = Words::of(&text, &words);
            let near = text.len() - 40;
            assert_eq!(far.within(near..text.len()).count(), 2, "{shift}");
        }
    }
}
