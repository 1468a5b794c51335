// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps the words of all rules in one automaton, and reads them out of a text where they are asked for.
//!
//! Case and accents do not count, a stretch of blanks is one blank, and a word stands on word
//! boundaries. A text is read block by block and no byte twice, so what a word costs depends neither
//! on how many rules there are nor on how many candidates stand near it.

use std::collections::{HashMap, VecDeque};
use std::ops::Range;

use aho_corasick::{AhoCorasick, AhoCorasickKind};

/// The longest word, in bytes; a rule with a longer one does not load.
pub(super) const MAX_WORD: usize = 96;
/// How much is read at once, and how much of what was read is kept, in bytes.
const BLOCK: usize = 2048;
const STEP: usize = 128;
const KEPT: usize = 2048;
/// Up to so many bytes of words, the automaton is the fast one, which is large.
const SMALL: usize = 1 << 16;

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
    automaton: Option<AhoCorasick>,
    entries: Vec<Entry>,
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
        let size: usize = folded.iter().map(Vec::len).sum();
        let kind = (size <= SMALL).then_some(AhoCorasickKind::DFA);
        let automaton = match folded[..] {
            [] => None,
            _ => Some(AhoCorasick::builder().kind(kind).build(folded)),
        };
        Ok(Self {
            automaton: automaton.transpose().map_err(|error| error.to_string())?,
            entries,
        })
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
    read: usize,
    /// How much is read next: little where the text is looked at here and there.
    step: usize,
    folded: Vec<u8>,
    /// Where each byte of `folded` stands in the text.
    places: Vec<usize>,
}

impl<'a> Words<'a> {
    pub fn of(text: &'a str, dictionary: &'a Dictionary) -> Self {
        Self {
            text,
            dictionary,
            said: VecDeque::new(),
            read: 0,
            step: STEP,
            folded: Vec::new(),
            places: Vec::new(),
        }
    }

    /// The words that lie in a range, in order of their ends.
    pub fn within(&mut self, range: Range<usize>) -> impl DoubleEndedIterator<Item = Said> + '_ {
        if self.read + MAX_WORD < range.start {
            self.said.clear();
            self.read = self.text.floor_char_boundary(range.start);
            // What is asked next is mostly a few bytes further.
            self.read_block(range.len() + STEP);
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
            if let Some(said) = self.said.get(first) {
                return Some(*said);
            }
            if self.read >= self.text.len() {
                return None;
            }
            self.said.clear();
            self.read_block(BLOCK);
        }
    }

    fn forget(&mut self, before: usize) {
        let kept = before.saturating_sub(KEPT);
        while self.said.front().is_some_and(|said| said.end < kept) {
            self.said.pop_front();
        }
    }

    fn read_to(&mut self, end: usize) {
        while self.read < end.min(self.text.len()) {
            self.forget(self.read.saturating_sub(BLOCK));
            self.read_block(self.step);
            self.step = (2 * self.step).min(BLOCK);
        }
    }

    /// Reads one block, and before it the length of a word, as one may go over its start.
    fn read_block(&mut self, length: usize) {
        let start = self.read.saturating_sub(MAX_WORD);
        let start = self.text.floor_char_boundary(start);
        let stop = self.text.floor_char_boundary(self.read + length);
        // What ends at the very end is read with the next block, which knows what follows.
        let limit = if stop == self.text.len() {
            stop
        } else {
            self.text.floor_char_boundary(stop.saturating_sub(8))
        };
        let block = self.text.get(start..stop).unwrap_or_default();
        fold(block, start, &mut self.folded, &mut self.places);
        let automaton = self.dictionary.automaton.iter();
        for hit in automaton.flat_map(|automaton| automaton.find_overlapping_iter(&self.folded)) {
            let place = |at: usize| match self.places.is_empty() {
                true => start + at,
                false => self.places.get(at).copied().unwrap_or(stop),
            };
            let said = Said {
                word: hit.pattern().as_usize(),
                start: place(hit.start()),
                end: place(hit.end()),
            };
            let is_cut = hit.start() == 0 && start > 0;
            let is_here = said.end > self.read && said.end <= limit && !is_cut;
            if is_here && is_bounded(self.text, said.start..said.end) {
                self.said.push_back(said);
            }
        }
        self.read = limit.max(self.read + 1);
    }
}

fn folded_word(word: &str) -> Vec<u8> {
    let (mut folded, mut places) = (Vec::new(), Vec::new());
    fold(word.trim(), 0, &mut folded, &mut places);
    folded
}

/// Lower case, without accents, each stretch of blanks as one blank; and where each byte stands, where
/// `text` stands at `start`. `places` stays empty where each byte is one of the text.
fn fold(text: &str, start: usize, out: &mut Vec<u8>, places: &mut Vec<usize>) {
    out.clear();
    places.clear();
    if text.is_ascii() {
        out.extend(text.bytes().map(plain));
        let mut pairs = out.iter().zip(out.iter().skip(1));
        if !pairs.any(|(one, next)| *one == b' ' && *next == b' ') {
            return;
        }
        out.clear();
    }
    for (at, c) in text.char_indices() {
        match c {
            c if c.is_ascii() => {
                let plain = u8::try_from(c).map_or(b' ', plain);
                if plain != b' ' || out.last() != Some(&b' ') {
                    out.push(plain);
                }
            }
            c if c.is_whitespace() => {
                if out.last() != Some(&b' ') {
                    out.push(b' ');
                }
            }
            '\u{300}'..='\u{36f}' => (),
            c => c.to_lowercase().for_each(|c| push_base(c, out)),
        }
        places.resize(out.len(), start + at);
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
fn push_base(c: char, out: &mut Vec<u8>) {
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

/// True where neither end of the span cuts a word.
fn is_bounded(text: &str, span: Range<usize>) -> bool {
    let before = text
        .get(..span.start)
        .and_then(|text| text.chars().next_back());
    let after = text.get(span.end..).and_then(|text| text.chars().next());
    let inside = text.get(span).unwrap_or_default();
    let cuts = |edge: Option<char>, beside: Option<char>| {
        edge.is_some_and(char::is_alphanumeric) && beside.is_some_and(char::is_alphanumeric)
    };
    !cuts(inside.chars().next(), before) && !cuts(inside.chars().next_back(), after)
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
