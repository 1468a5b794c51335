// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns a text into the tokens that stand in a chain with a digit: the one fast pass.
//!
//! A token is a word of letters and digits. Tokens parted by one joint (a blank, a hyphen, a dot, a
//! slash, a line end with quote marks) form a chain; identifiers are looked for along chains only,
//! and what has no digit near it is passed over at the speed of memory.

/// Longer words are no part of an identifier: base64, hashes.
const MAX_WORD: usize = 40;
/// Words without a digit that may stand in a chain: bank and country codes.
const MAX_LETTERS: usize = 6;
/// So many of them may stand before the first digit: `M-XY 1234`.
const MAX_LEADING: usize = 2;
/// The longest line end, with quote marks and indentation, that a number may go over.
const MAX_LINE_END: usize = 24;

/// An identifier is in this many pieces at most; how many are read at once.
const MAX_TOKENS: usize = 24;
const MAX_READ: usize = 8 * MAX_TOKENS;

/// What stands between a token and the one before it in its chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Joint {
    /// The token begins a chain.
    None,
    /// One blank.
    Blank,
    /// Two or three blanks.
    Gap,
    /// One dot.
    Dot,
    /// One hyphen.
    Dash,
    /// One slash.
    Slash,
    /// One underscore.
    Low,
    /// One plus sign.
    Plus,
    /// Such a sign with a blank beside it.
    Loose,
    /// A line end, with quote marks.
    Line,
    /// The end of a table's cell: joins only what is written in its usual groups, or a sign a cell.
    Cell,
}

/// A word of a chain, in bytes of the view.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    pub start: usize,
    pub end: usize,
    pub has_digit: bool,
    /// How many of its letters are not ASCII; they have two bytes each.
    pub accented: usize,
    pub has_small: bool,
    pub has_capital: bool,
    pub joint: Joint,
}

impl Token {
    /// Letters and digits.
    pub fn len(&self) -> usize {
        self.end - self.start - self.accented
    }
}

/// The tokens of a text, in order.
pub(super) struct Tokens<'a> {
    bytes: &'a [u8],
    at: usize,
    /// The token given last, and tokens found already, the next one last.
    last: Option<Token>,
    found: Vec<Token>,
}

impl<'a> Tokens<'a> {
    pub fn of(text: &'a str) -> Self {
        Self {
            bytes: text.as_bytes(),
            at: 0,
            last: None,
            found: Vec::new(),
        }
    }

    /// The token that the chain goes on with.
    fn joined(&self) -> Option<Token> {
        let last = self.last?;
        let (joint, start) = joint(self.bytes, last.end)?;
        let token = word(self.bytes, start, joint)?;
        let fits = token.has_digit || (last.has_digit && token.len() <= MAX_LETTERS);
        (fits && token.len() <= MAX_WORD).then_some(token)
    }

    /// The first token of the next chain: the next word with a digit, or up to two short ones just
    /// before it.
    fn begun(&mut self) -> Option<Token> {
        loop {
            let Some(digit) = next_digit(self.bytes, self.at) else {
                // It is asked for again and again.
                self.at = self.bytes.len();
                return None;
            };
            let mut start = digit;
            while start > self.at && is_word(self.bytes, start - 1) {
                start -= 1;
            }
            let token = word(self.bytes, start, Joint::None)?;
            if token.len() > MAX_WORD {
                self.at = token.end;
                continue;
            }
            let mut first = token;
            for _ in 0..MAX_LEADING {
                let Some((before, joint)) = self.word_before(first.start) else {
                    break;
                };
                self.found.push(Token { joint, ..first });
                first = before;
            }
            return Some(first);
        }
    }

    /// A short word without digits, one sign before the one that starts at `start`.
    fn word_before(&self, start: usize) -> Option<(Token, Joint)> {
        let end = start.checked_sub(1)?;
        let mut begin = end;
        while begin > self.at && end - begin <= MAX_LETTERS && is_word(self.bytes, begin - 1) {
            begin -= 1;
        }
        let (joint, next) = joint(self.bytes, end)?;
        let token = word(self.bytes, begin, Joint::None)?;
        let fits = next == start && token.end == end && token.len() <= MAX_LETTERS;
        fits.then_some((token, joint))
    }
}

impl Iterator for Tokens<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        let found = self.found.pop().or_else(|| self.joined());
        self.last = found.or_else(|| self.begun());
        self.at = self.last?.end;
        self.last
    }
}

/// The tokens of a text, as far ahead as an identifier may reach.
pub(super) struct Ahead<'a> {
    tokens: Tokens<'a>,
    read: Vec<Token>,
    passed: usize,
}

impl<'a> Ahead<'a> {
    pub fn of(text: &'a str) -> Self {
        Self {
            tokens: Tokens::of(text),
            read: Vec::new(),
            passed: 0,
        }
    }

    /// The next `MAX_TOKENS`, or all that are left. Empty at the end only.
    pub fn window(&mut self) -> &[Token] {
        if self.read.len() < self.passed + MAX_TOKENS {
            self.read.drain(..self.passed);
            self.passed = 0;
            let missing = MAX_READ.saturating_sub(self.read.len());
            self.read.extend(self.tokens.by_ref().take(missing));
        }
        let end = self.read.len().min(self.passed + MAX_TOKENS);
        self.read.get(self.passed..end).unwrap_or_default()
    }

    /// Goes on to the next.
    pub fn pass(&mut self) {
        self.passed += 1;
    }
}

/// The joint that starts at `at`, and where the next token begins.
fn joint(bytes: &[u8], at: usize) -> Option<(Joint, usize)> {
    let byte = |at: usize| bytes.get(at).copied().unwrap_or_default();
    let blanks = |from: usize| (0..3).take_while(|more| byte(from + more) == b' ').count();
    let before = blanks(at);
    let sign = match byte(at + before) {
        b'.' => Some(Joint::Dot),
        b'-' => Some(Joint::Dash),
        b'/' => Some(Joint::Slash),
        b'_' => Some(Joint::Low),
        b'+' => Some(Joint::Plus),
        _ => None,
    };
    let (joint, next) = match sign {
        Some(sign) => {
            let after = blanks(at + before + 1);
            let loose = before + after > 0;
            let joint = if loose { Joint::Loose } else { sign };
            (joint, at + before + 1 + after)
        }
        None if before == 0 && byte(at) == b'\t' => (Joint::Cell, at + 1),
        None if byte(at + before) == b'\n' => (Joint::Line, line_end(bytes, at + before)?),
        None => match before {
            0 => return None,
            1 => (Joint::Blank, at + 1),
            _ => (Joint::Gap, at + before),
        },
    };
    // A hyphen or dot may stand at the end of a line: the number goes on behind it.
    if byte(next) == b'\n' {
        return Some((Joint::Line, line_end(bytes, next)?));
    }
    is_word(bytes, next).then_some((joint, next))
}

/// Where the text of the next line begins, behind its quote marks.
fn line_end(bytes: &[u8], at: usize) -> Option<usize> {
    let rest = bytes.get(at + 1..)?;
    let marks = rest.iter().take(MAX_LINE_END);
    let marks = marks.take_while(|byte| matches!(byte, b'>' | b' '));
    let next = at + 1 + marks.count();
    is_word(bytes, next).then_some(next)
}

/// The word that starts at `start`.
fn word(bytes: &[u8], start: usize, joint: Joint) -> Option<Token> {
    let mut seen = 0;
    let mut end = start;
    for &byte in bytes.get(start..)? {
        let class = class(byte);
        if class == 0 || (class == SECOND && !is_word(bytes, end)) {
            break;
        }
        seen |= class;
        end += 1;
    }
    let accented = match seen & SECOND {
        0 => 0,
        _ => {
            let bytes = bytes.get(start..end)?.iter();
            bytes.filter(|byte| class(**byte) == SECOND).count()
        }
    };
    (end > start).then_some(Token {
        start,
        end,
        has_digit: seen & DIGIT != 0,
        accented,
        has_small: seen & SMALL != 0,
        has_capital: seen & CAPITAL != 0,
        joint,
    })
}

/// The classes of bytes: of ASCII letters and digits, and the two bytes of other letters.
const DIGIT: u8 = 1;
const SMALL: u8 = 2;
const CAPITAL: u8 = 4;
const FIRST: u8 = 8;
const SECOND: u8 = 16;
const CLASSES: [u8; 256] = classes();

const fn classes() -> [u8; 256] {
    let mut classes = [0; 256];
    let mut rest: &mut [u8] = &mut classes;
    let mut byte = 0_u8;
    while let Some((own, more)) = rest.split_first_mut() {
        *own = match byte {
            b'0'..=b'9' => DIGIT,
            b'a'..=b'z' => SMALL,
            b'A'..=b'Z' => CAPITAL,
            0xc3..=0xd6 => FIRST,
            0x80..=0xbf => SECOND,
            _ => 0,
        };
        byte = byte.wrapping_add(1);
        rest = more;
    }
    classes
}

fn class(byte: u8) -> u8 {
    CLASSES.get(usize::from(byte)).copied().unwrap_or(0)
}

/// True for the bytes of words: ASCII letters and digits, and the letters of two bytes (Latin,
/// Greek, Cyrillic). Scripts beyond write no blanks, so they bound a number as a blank does.
pub(super) fn is_word(bytes: &[u8], at: usize) -> bool {
    let class_at = |at: Option<usize>| {
        let byte = at.and_then(|at| bytes.get(at));
        byte.map_or(0, |byte| class(*byte))
    };
    match class_at(Some(at)) {
        SECOND => class_at(at.checked_sub(1)) == FIRST,
        class => class != 0,
    }
}

/// The next ASCII digit. The inner loop has no branch, so the compiler makes it wide.
fn next_digit(bytes: &[u8], from: usize) -> Option<usize> {
    let rest = bytes.get(from..)?;
    let mut at = from;
    for chunk in rest.chunks(64) {
        if chunk
            .iter()
            .fold(false, |any, byte| any | byte.is_ascii_digit())
        {
            let digit = chunk.iter().position(u8::is_ascii_digit)?;
            return Some(at + digit);
        }
        at += chunk.len();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chains(text: &str) -> Vec<String> {
        let mut out: Vec<String> = Vec::new();
        for token in Tokens::of(text) {
            let word = &text[token.start..token.end];
            match (token.joint, out.last_mut()) {
                (Joint::None, _) | (_, None) => out.push(word.to_owned()),
                (_, Some(chain)) => {
                    chain.push('_');
                    chain.push_str(word);
                }
            }
        }
        out
    }

    #[test]
    fn finds_chains() {
        assert_eq!(chains("Guten Tag, hier ist nichts"), [""; 0]);
        assert_eq!(
            chains("AHV 756.9217.0769.85; 12"),
            ["AHV_756_9217_0769_85", "12"]
        );
        assert_eq!(
            chains("IBAN: NL13 SNSB 9348 5466 14"),
            ["NL13_SNSB_9348_5466_14"]
        );
        assert_eq!(
            chains("Nr\n> > 756 9217\n> > 0769 85"),
            ["756_9217_0769_85"]
        );
        assert_eq!(chains("né756 1"), ["né756_1"]);
        assert_eq!(chains("号码756。"), ["756"]);
        assert_eq!(chains("1\t2  3\t\t4"), ["1_2_3", "4"]);
    }

    #[test]
    fn long_words_break_chains() {
        let long = "a1".repeat(40);
        assert_eq!(chains(&format!("1 {long} 2")), ["1", "2"]);
    }
}
