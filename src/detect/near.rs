// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns what stands around a candidate into what it says of it.

use std::ops::Range;
use std::rc::Rc;

use super::candidate::Form;
use super::dictionary::{Dictionary, Use};
use super::index::Rules;
use super::table::{Head, Heads};
use super::words::{Said, Words};

/// How far before and behind a candidate a keyword may stand, in bytes.
const BEFORE: usize = 100;
const AFTER: usize = 40;
/// How far before a candidate a negative word may stand, in bytes.
const NEGATIVE: usize = 40;
/// How far before a candidate a word of one letter may end: `T: `, `T. `.
const MAX_LETTER_GAP: usize = 3;
/// How far from a candidate a keyword may stand that must be close, in bytes, and the most digits
/// between, which are fewer than a date has.
const CLOSE: usize = 40;
const MAX_BETWEEN: usize = 5;
/// A word behind a candidate is a label of what follows where it has a colon or number so near.
const MAX_LABEL: usize = 16;
/// How far back the scheme of a web address may stand, in bytes.
const MAX_URL: usize = 256;

/// What stands near a candidate, in the words of its rule.
#[derive(Debug)]
pub(super) enum Near {
    /// A keyword, and how far off it stands, in bytes.
    For(String, usize),
    /// A negative word, or a web address.
    Against(String),
}

/// The surroundings of the candidates of a text, which must come in order of their lines.
#[derive(Debug)]
pub(super) struct Around<'a> {
    text: &'a str,
    dictionary: &'a Dictionary,
    words: Words<'a>,
    heads: Heads<'a>,
    /// The candidate looked at last, and what stands around it.
    span: Range<usize>,
    said: Surroundings,
    /// The words near the candidate looked at last, and near the one before it, and their rules.
    near_now: Vec<usize>,
    near_words: Vec<usize>,
    near_rules: Rc<Rules>,
}

/// What stands around one candidate.
#[derive(Clone, Debug, Default)]
struct Surroundings {
    /// The words before it and behind it, the nearest first.
    before: Vec<Said>,
    after: Vec<Said>,
    /// Where its line begins and ends.
    line: Range<usize>,
    /// The words of the head of its column, and of the line above its list.
    column: Head,
    list: Head,
    /// True where a keyword of some rule stands in the candidate itself: `AVS 1234` is no plate.
    is_said: bool,
}

impl<'a> Around<'a> {
    pub fn of(text: &'a str, dictionary: &'a Dictionary) -> Self {
        Self {
            text,
            dictionary,
            words: Words::of(text, dictionary),
            heads: Heads::of(text, dictionary),
            span: 0..0,
            said: Surroundings::default(),
            near_now: Vec::new(),
            near_words: Vec::new(),
            near_rules: Rc::default(),
        }
    }

    /// The rules of which a keyword may stand near what begins at `start` and is `length` long at
    /// the most, in order.
    pub fn rules_near(&mut self, start: usize, length: usize) -> Rc<Rules> {
        let (column, list) = self.heads.above(start);
        let reach = start.saturating_sub(BEFORE)..start + length + 2 * AFTER;
        let words = self.words.within(reach);
        self.near_now.clear();
        self.near_now.extend(words.iter().map(|said| said.word));
        for head in [column, list].into_iter().flatten() {
            self.near_now.extend(head.iter().map(|said| said.word));
        }
        // Mostly the same words stand near the next candidate.
        if self.near_now != self.near_words {
            std::mem::swap(&mut self.near_now, &mut self.near_words);
            self.near_rules = Rc::new(self.dictionary.spoken_for(&self.near_words));
        }
        Rc::clone(&self.near_rules)
    }

    /// What the words around a candidate say: the head of its column, else the nearest one before it,
    /// else one behind it, else the line above its list, else the web address that it is part of.
    /// `needs` is true of a rule that finds nothing without a keyword.
    pub fn near(
        &mut self,
        rule: usize,
        needs: bool,
        span: &Range<usize>,
        form: Form,
    ) -> Option<Near> {
        self.look(span);
        if needs && self.said.is_said {
            return None;
        }
        let address =
            || in_address(self.text, span).then(|| Near::Against("part of a web address".into()));
        self.over(rule, self.said.column.as_deref(), "column head", 0)
            .or_else(|| self.beside(rule, needs, span, form))
            .or_else(|| {
                self.over(
                    rule,
                    self.said.list.as_deref(),
                    "above the list",
                    usize::MAX - 1,
                )
            })
            .or_else(address)
    }

    /// What a head says.
    fn over(
        &self,
        rule: usize,
        head: Option<&[Said]>,
        place: &str,
        distance: usize,
    ) -> Option<Near> {
        let head = head?;
        let is = |said: Said, purpose| self.speaks(&said, rule, purpose, head);
        head.iter().filter(|said| said.is_long()).find_map(|said| {
            let sentence = || format!("{place} {}", self.dictionary.written(*said));
            let speaks = is(*said, Use::For).then(|| Near::For(sentence(), distance));
            speaks.or_else(|| is(*said, Use::Against).then(|| Near::Against(sentence())))
        })
    }

    /// What the words before and behind say.
    fn beside(&self, rule: usize, needs: bool, span: &Range<usize>, form: Form) -> Option<Near> {
        let Surroundings {
            before,
            after,
            line,
            column,
            ..
        } = &self.said;
        let sentence =
            |said: &Said, place: &str| format!("{place} {}", self.dictionary.written(*said));
        let distance = |said: &Said| span.start - said.end;
        // The other lines of a table speak of other columns too.
        let own_line = column.is_some() || form == Form::NeedsKeyword;
        // Where a keyword is needed, that of no other rule may stand between.
        let is_rival = |said: &Said, among: &[Said]| {
            let own = |word: &Said| word.holds(said) && self.dictionary.is(*word, rule, Use::For);
            let is_other = needs && said.is_long() && self.dictionary.is_other(*said, rule);
            is_other && !among.iter().any(own)
        };
        let speaks = |said: &&Said, among: &[Said], between: Range<usize>| {
            self.speaks(said, rule, Use::For, among) && self.is_close(form, between)
        };
        let keyword = before
            .iter()
            .take_while(|said| !is_rival(said, before))
            .filter(|said| said.is_long() || distance(said) <= MAX_LETTER_GAP)
            .filter(|said| !own_line || said.start >= line.start)
            .find(|said| speaks(said, before, said.end..span.start));
        let negative = before
            .iter()
            .filter(|said| said.is_long() && said.start >= line.start)
            .find(|said| self.speaks(said, rule, Use::Against, before));
        let reach = keyword.map_or(NEGATIVE, distance);
        if let Some(negative) = negative.filter(|said| distance(said) < reach) {
            return Some(Near::Against(sentence(negative, "beside")));
        }
        if let Some(keyword) = keyword {
            return Some(Near::For(sentence(keyword, "keyword"), distance(keyword)));
        }
        let follows = after
            .iter()
            .take_while(|said| !is_rival(said, after))
            .filter(|said| said.is_long() && (!own_line || said.end <= line.end))
            .filter(|said| form != Form::NeedsKeyword && !self.is_label(said.end))
            .find(|said| speaks(said, after, span.end..said.start));
        let follows = follows.map(|said| (sentence(said, "keyword"), said.start - span.end));
        follows.map(|(sentence, distance)| Near::For(sentence, distance))
    }

    /// True where a word says this to the rule, and is no part of one among these that says the other:
    /// `pass` in `boarding pass`.
    fn speaks(&self, said: &Said, rule: usize, purpose: Use, among: &[Said]) -> bool {
        let other = match purpose {
            Use::For => Use::Against,
            _ => Use::For,
        };
        let outweighs = |word: &Said| word.holds(said) && self.dictionary.is(*word, rule, other);
        self.dictionary.is(*said, rule, purpose) && !among.iter().any(outweighs)
    }

    /// True unless the candidate needs a keyword close by and this stands between.
    fn is_close(&self, form: Form, between: Range<usize>) -> bool {
        let between = self.text.as_bytes().get(between).unwrap_or_default();
        let digits = between.iter().filter(|byte| byte.is_ascii_digit()).count();
        form != Form::NeedsCloseKeyword || (between.len() <= CLOSE && digits <= MAX_BETWEEN)
    }

    /// True where a word that ends here says what comes next, as in `BSN: 111222333`, and so nothing
    /// of what stands before it.
    fn is_label(&self, end: usize) -> bool {
        let rest = self.text.as_bytes().get(end..).unwrap_or_default();
        let mut signs = rest.iter().take(MAX_LABEL);
        let sign = signs.find(|sign| sign.is_ascii_digit() || b":=),;\n".contains(sign));
        sign.is_some_and(|sign| sign.is_ascii_digit() || b":=".contains(sign))
    }

    /// Reads what stands around a span, once.
    fn look(&mut self, span: &Range<usize>) {
        if self.span == *span && !span.is_empty() {
            return;
        }
        let bytes = self.text.as_bytes();
        let start = span.start.saturating_sub(BEFORE);
        let end = (span.end + AFTER).min(bytes.len());
        let before = bytes.get(start..span.start).unwrap_or_default();
        let after = bytes.get(span.end..end).unwrap_or_default();
        // Neither goes over an empty line.
        let is_empty = |pair: &[u8]| pair == b"\n\n";
        let empty = before.windows(2).rposition(is_empty);
        let start = empty.map_or(start, |at| start + at + 2);
        let end = after
            .windows(2)
            .position(is_empty)
            .map_or(end, |at| span.end + at);
        let line_start =
            memchr::memrchr(b'\n', before).map_or(start, |at| span.start - before.len() + at + 1);
        let line_end = memchr::memchr(b'\n', after).map_or(end, |at| span.end + at);
        let Self { said, words, .. } = self;
        said.before.clear();
        said.after.clear();
        said.is_said = false;
        // A word that begins in reach may end behind it.
        for word in words.within(start..end + AFTER) {
            if word.start >= start && word.end <= span.start {
                said.before.push(*word);
            } else if word.start >= span.start && word.end <= span.end {
                said.is_said |= word.end - word.start > 2;
            } else if word.start >= span.end && word.start < end {
                said.after.push(*word);
            }
        }
        said.before.reverse();
        said.line = line_start.max(start)..line_end;
        (said.column, said.list) = self.heads.above(span.start);
        self.span = span.clone();
    }
}

/// True inside `https://...`.
fn in_address(text: &str, span: &Range<usize>) -> bool {
    let reach = span.start.saturating_sub(MAX_URL)..span.start;
    let reach = text.as_bytes().get(reach).unwrap_or_default();
    let stop = reach
        .iter()
        .rposition(|byte| byte.is_ascii_whitespace() || b"<>\"".contains(byte));
    let address = reach.get(stop.map_or(0, |stop| stop + 1)..);
    memchr::memmem::find(address.unwrap_or_default(), b"://").is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn around(text: &str, candidate: &str, words: &[&str]) -> Option<String> {
        let dictionary = Dictionary::of(words.iter().map(|word| (0, Use::For, *word)));
        let start = text.find(candidate).unwrap();
        let span = start..start + candidate.len();
        match Around::of(text, &dictionary).near(0, true, &span, Form::Bare)? {
            Near::For(said, _) | Near::Against(said) => Some(said),
        }
    }

    #[test]
    fn looks_so_far_and_not_over_an_empty_line() {
        let far = |between: usize| format!("AHV {} 756", "x".repeat(between));
        assert_eq!(around(&far(90), "756", &["AHV"]).unwrap(), "keyword AHV");
        assert_eq!(around(&far(120), "756", &["AHV"]), None);
        assert_eq!(around("AHV\n\n756", "756", &["AHV"]), None);
        assert_eq!(around("756 (AVS)", "756", &["avs"]).unwrap(), "keyword avs");
        assert_eq!(around("756\n\nAVS", "756", &["avs"]), None);
    }

    #[test]
    fn a_word_that_is_part_of_another_says_nothing_against_it() {
        for (text, says) in [
            ("tax order number 756", Some("keyword tax order number")),
            ("order 756", Some("beside order")),
            ("pass 756", Some("keyword pass")),
            ("boarding pass 756", Some("beside boarding pass")),
        ] {
            let words = [
                (0, Use::For, "tax order number"),
                (0, Use::Against, "order"),
                (0, Use::For, "pass"),
                (0, Use::Against, "boarding pass"),
            ];
            let dictionary = Dictionary::of(words.into_iter());
            let near = text.find("756").and_then(|start| {
                Around::of(text, &dictionary).near(0, true, &(start..start + 3), Form::Bare)
            });
            let said = near.map(|(Near::For(said, _) | Near::Against(said))| said);
            assert_eq!(said.as_deref(), says, "{text}");
        }
    }

    #[test]
    fn a_list_has_the_line_above_it() {
        let list = format!("Die AHV-Nummern:\n\n{}756\n\n757\n", "- 123\n".repeat(40));
        assert_eq!(
            around(&list, "756", &["ahv"]).unwrap(),
            "above the list ahv"
        );
        assert_eq!(around(&list, "757", &["ahv"]), None);
    }
}
