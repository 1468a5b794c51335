// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns a text into the form in which rules read it, and positions in that form back.
//!
//! Characters that nobody sees are left out; the digits of every script become 0 to 9; blanks,
//! hyphens, dots and full-width characters become their ASCII fellows. Letters keep their accents.
//! A Cyrillic or Greek letter that looks like one of ours becomes it in a word that has ours or digits.

use std::borrow::Cow;
use std::ops::Range;

/// A text as rules read it. Of most mail it is the text itself, borrowed.
#[derive(Debug)]
pub(super) struct View<'a> {
    original: &'a str,
    /// What rules read.
    pub text: Cow<'a, str>,
    /// From the first of each pair on, a byte of the view is one of the original, counted from the
    /// second. `u32`, as a text is well below 4 GB and hostile ones have a pair for each character.
    steps: Vec<(u32, u32)>,
}

impl<'a> View<'a> {
    /// Reads `original` once.
    pub fn of(original: &'a str) -> Self {
        let mut out = String::new();
        let mut steps = Vec::new();
        let (mut at, mut copied) = (0, 0);
        while let Some(rest) = original.get(at..) {
            at += same(rest.as_bytes());
            let Some(c) = original.get(at..).and_then(|rest| rest.chars().next()) else {
                break;
            };
            let next = at + c.len_utf8();
            let plain = match twin(c) {
                Some(ours) if stands_among_ours(original, at, next) => Some(ours),
                // Behind a number it is a note to it.
                None if raised(c).is_some() && !ends_in_digit(original, at) => raised(c),
                _ => plain(c),
            };
            if plain != Some(c) {
                out.push_str(original.get(copied..at).unwrap_or_default());
                // Where it is replaced, its own place; where it is left out, the next one's.
                if let Some(plain) = plain {
                    steps.push((small(out.len()), small(at)));
                    out.push(plain);
                }
                steps.push((small(out.len()), small(next)));
                copied = next;
            }
            at = next;
        }
        if steps.is_empty() {
            let text = Cow::Borrowed(original);
            return Self {
                original,
                text,
                steps,
            };
        }
        out.push_str(original.get(copied..).unwrap_or_default());
        Self {
            original,
            text: Cow::Owned(out),
            steps,
        }
    }

    /// The bytes of the original that a range of the view stands for, on character boundaries.
    /// What is left out at either end is not part of it.
    pub fn original(&self, range: &Range<usize>) -> Range<usize> {
        let start = self.back(range.start);
        let mut last = range.end.saturating_sub(1).max(range.start);
        while !self.text.is_char_boundary(last) {
            last -= 1;
        }
        let last = self.back(last);
        let rest = self.original.get(last..).unwrap_or_default();
        start..last + rest.chars().next().map_or(0, char::len_utf8)
    }

    fn back(&self, at: usize) -> usize {
        let steps = self.steps.partition_point(|(view, _)| large(*view) <= at);
        let step = steps.checked_sub(1).and_then(|step| self.steps.get(step));
        step.map_or(at, |(view, original)| large(*original) + at - large(*view))
    }
}

/// How many bytes at the start are ASCII or letters of western Europe, which stay as they are. The
/// inner loop has no branch, so the compiler makes it wide.
fn same(bytes: &[u8]) -> usize {
    // Of two bytes, those that begin with 0xc3 to 0xc9 are U+00C0 to U+027F.
    let other = |byte: &u8| *byte == 0xc2 || *byte > 0xc9;
    let mut same = 0;
    for chunk in bytes.chunks(64) {
        if chunk.iter().fold(false, |any, byte| any | other(byte)) {
            return same + chunk.iter().position(other).unwrap_or(0);
        }
        same += chunk.len();
    }
    same
}

fn small(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

fn large(at: u32) -> usize {
    usize::try_from(at).unwrap_or(usize::MAX)
}

/// The character that rules read for `c`; none where it is left out.
fn plain(c: char) -> Option<char> {
    Some(match c {
        // Invisible: format controls, joiners, variation selectors, tags; marks put over others.
        '\u{ad}' | '\u{61c}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' => return None,
        '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' => return None,
        '\u{fe00}'..='\u{fe0f}' | '\u{fff9}'..='\u{fffc}' => return None,
        '\u{e0000}'..='\u{e01ef}' | '\u{115f}' | '\u{1160}' | '\u{3164}' => return None,
        '\u{300}'..='\u{36f}' | '\u{20d0}'..='\u{20f0}' => return None,
        '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' => ' ',
        '\u{3000}' | '\u{2800}' => ' ',
        '\u{85}' | '\u{2028}' | '\u{2029}' => '\n',
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{2043}' | '\u{fe58}' | '\u{fe63}' => '-',
        '\u{b7}' | '\u{2022}' | '\u{2024}' | '\u{2027}' | '\u{2219}' | '\u{22c5}' => '.',
        '\u{30fb}' | '\u{fe52}' | '\u{66b}' | '\u{6d4}' | '\u{3002}' | '\u{ff61}' => '.',
        '\u{2044}' | '\u{2215}' => '/',
        '\u{2018}' | '\u{2019}' | '\u{2bc}' => '\'',
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0)?,
        '\u{2460}'..='\u{2468}' => char::from_u32(u32::from(c) - 0x2460 + 0x31)?,
        '\u{24ea}' | '\u{24ff}' | '\u{1f100}' | '\u{1f10b}' | '\u{1f10c}' => '0',
        '\u{2474}'..='\u{247c}' => char::from_u32(u32::from(c) - 0x2474 + 0x31)?,
        '\u{2488}'..='\u{2490}' => char::from_u32(u32::from(c) - 0x2488 + 0x31)?,
        '\u{2776}'..='\u{277e}' => char::from_u32(u32::from(c) - 0x2776 + 0x31)?,
        '\u{2780}'..='\u{2788}' => char::from_u32(u32::from(c) - 0x2780 + 0x31)?,
        '\u{278a}'..='\u{2792}' => char::from_u32(u32::from(c) - 0x278a + 0x31)?,
        '\u{24f5}'..='\u{24fd}' => char::from_u32(u32::from(c) - 0x24f5 + 0x31)?,
        '\u{2080}'..='\u{2089}' => char::from_u32(u32::from(c) - 0x2080 + 0x30)?,
        _ => digit(c).unwrap_or(c),
    })
}

/// The digit that stands above the line.
fn raised(c: char) -> Option<char> {
    Some(match c {
        '\u{2070}' => '0',
        '\u{b9}' => '1',
        '\u{b2}' => '2',
        '\u{b3}' => '3',
        '\u{2074}'..='\u{2079}' => char::from_u32(u32::from(c) - 0x2070 + 0x30)?,
        _ => return None,
    })
}

fn ends_in_digit(text: &str, at: usize) -> bool {
    let before = text.as_bytes().get(..at).unwrap_or_default();
    before.last().is_some_and(u8::is_ascii_digit)
}

/// The letter of ours that a Cyrillic or Greek one looks like.
fn twin(c: char) -> Option<char> {
    if !('\u{391}'..='\u{458}').contains(&c) {
        return None;
    }
    let place = TWINS.chars().position(|twin| twin == c)?;
    OURS.chars().nth(place)
}

const TWINS: &str = "АВЕЅІЈКМНОРСТХУаеѕіјорсухΑΒΕΖΗΙΚΜΝΟΡΤΥΧνο";
const OURS: &str = "ABESIJKMHOPCTXYaesijopcyxABEZHIKMNOPTYXvo";
/// How far the rest of the word is looked at, in characters.
const WORD: usize = 8;

/// True where the word around `at..next` has an ASCII letter or digit, others aside that have a twin.
fn stands_among_ours(text: &str, at: usize, next: usize) -> bool {
    let ours = |chars: &mut dyn Iterator<Item = char>| {
        let chars = chars.take(WORD).skip_while(|c| twin(*c).is_some());
        chars.take(1).any(|c| c.is_ascii_alphanumeric())
    };
    let before = text.get(..at).unwrap_or_default();
    let after = text.get(next..).unwrap_or_default();
    ours(&mut before.chars().rev()) || ours(&mut after.chars())
}

/// A decimal digit of another script as one of ours.
fn digit(c: char) -> Option<char> {
    let code = u32::from(c);
    let zero = ZEROS.get(ZEROS.partition_point(|zero| *zero <= code).checked_sub(1)?)?;
    char::from_digit(code - zero, 10)
}

/// The digit zero of each script: general category Nd of Unicode 15, whose ten digits stand in a row.
const ZEROS: &[u32] = &[
    0x660, 0x6F0, 0x7C0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xB66, 0xBE6, 0xC66, 0xCE6, 0xD66, 0xDE6,
    0xE50, 0xED0, 0xF20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90, 0x1B50,
    0x1BB0, 0x1C40, 0x1C50, 0xA620, 0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0xFF10,
    0x104A0, 0x10D30, 0x11066, 0x110F0, 0x11136, 0x111D0, 0x112F0, 0x11450, 0x114D0, 0x11650,
    0x116C0, 0x11730, 0x118E0, 0x11950, 0x11C50, 0x11D50, 0x11DA0, 0x16A60, 0x16AC0, 0x16B50,
    0x1D7CE, 0x1D7D8, 0x1D7E2, 0x1D7EC, 0x1D7F6, 0x1E140, 0x1E2F0, 0x1E950, 0x1FBF0,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_is_borrowed() {
        let view = View::of("Grüezi, 756.9217.0769.85");
        assert!(matches!(view.text, Cow::Borrowed(_)));
        assert_eq!(view.original(&(9..12)), 9..12);
    }

    #[test]
    fn positions_come_back() {
        let text = "a\u{200b}７٥𝟞\u{a0}9\u{ad}\u{200d}2–é!";
        let view = View::of(text);
        assert_eq!(view.text, "a756 92-é!");
        let part = |range| &text[view.original(&range)];
        assert_eq!(part(1..4), "７٥𝟞");
        assert_eq!(part(5..7), "9\u{ad}\u{200d}2");
        assert_eq!(part(5..6), "9");
        assert_eq!(part(7..10), "–é");
        assert_eq!(part(8..10), "é");
    }

    #[test]
    fn raised_digits_are_digits_unless_they_are_notes() {
        assert_eq!(View::of("AHV ⁷⁵⁶.9²").text, "AHV 756.9²");
    }

    #[test]
    fn letters_that_look_like_ours_become_ours_beside_ours() {
        assert_eq!(View::of("СН93 и Сн").text, "CH93 и Сн");
        assert_eq!(View::of("АHV, ΑΒ12").text, "AHV, AB12");
        assert!(matches!(View::of("Привет, Москва").text, Cow::Borrowed(_)));
        assert_eq!(TWINS.chars().count(), OURS.chars().count());
    }

    #[test]
    fn every_character_keeps_boundaries() {
        for c in (0..=0x10_ffff).filter_map(char::from_u32) {
            let text = format!("1{c}2{c}");
            let view = View::of(&text);
            let two = view.text.rfind('2').unwrap();
            let found = view.original(&(two..two + 1));
            if plain(c) != Some('2') {
                assert_eq!(&text[found], "2", "{c:?}");
            }
            let all = view.original(&(0..view.text.len()));
            assert!(text.is_char_boundary(all.end));
        }
    }
}
