// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns what stands beside a run into signs that it is a name, or into the finding that it is none.

use std::ops::Range;

use super::run::{Run, before};
use super::word::{Kinds, Word};
use crate::detect::fold::push_base;

/// How far a mail address may stand from the name of which it is, in bytes.
const NEAR: usize = 120;
/// Function words by which German text, which writes nouns with capitals, is told from others.
const GERMAN: [&str; 8] = [
    " der ", " die ", " und ", " ist ", " den ", " nicht ", " das ", " für ",
];
const GERMAN_REACH: usize = 160;

type Signs = Vec<(&'static str, i32)>;

/// The signs for a name, and their weights; none where it is that of a thing. What costs more is looked
/// for only while `wanted` is not reached.
pub(super) fn signs(text: &str, run: &Run, span: &Range<usize>, wanted: i32) -> Option<Signs> {
    if is_thing(text, run, span) {
        return None;
    }
    let mut signs = Signs::new();
    if run.title.is_none() && run.is_greeted {
        signs.push(("greeting", 2));
    }
    if wanted <= 0 {
        return Some(signs);
    }
    let has = |signs: &Signs| signs.iter().map(|(_, weight)| weight).sum::<i32>();
    if is_labelled(text, span.start) {
        signs.push(("label", 3));
    } else if before(text, span.start).is_some_and(|word| word.kinds.is(Kinds::ROLE)) {
        signs.push(("word for a person", 2));
    }
    if run.words.len() > 1 && has(&signs) < wanted {
        if let Some(sign) = in_line(text, span) {
            signs.push(sign);
        }
        if has(&signs) < wanted && is_addressed(text, span) {
            signs.push(("its mail address", 3));
        }
        if has(&signs) < wanted
            && !is_german(text, span)
            && !run.words.iter().all(|word| word.is_capitals)
        {
            signs.push(("capitals in mid-sentence", 1));
        }
    }
    Some(signs)
}

/// True for the name of a street, an institution, a company, a file, an address.
fn is_thing(text: &str, run: &Run, span: &Range<usize>) -> bool {
    let bytes = text.as_bytes();
    let byte = |at: Option<usize>| at.and_then(|at| bytes.get(at)).copied().unwrap_or(b' ');
    let glued = b"@_/\\#&=*";
    if glued.contains(&byte(span.start.checked_sub(1))) && byte(span.start.checked_sub(1)) != b'=' {
        return byte(span.start.checked_sub(1)) != b'*';
    }
    let next = byte(Some(span.end));
    let after = byte(Some(span.end + 1));
    if b"@_/\\".contains(&next)
        || (next == b'.' && after.is_ascii_alphanumeric())
        || next.is_ascii_digit()
    {
        return true;
    }
    if byte(span.start.checked_sub(1)) == b'.' {
        return true;
    }
    let rest = text.get(span.end..).unwrap_or_default();
    let joined = [" & ", " + ", " et Cie", " and Co"];
    if joined.iter().any(|sign| rest.starts_with(sign)) {
        return true;
    }
    let first = run.title.unwrap_or(span.start);
    if text.get(..first).is_some_and(|text| text.ends_with("& ")) {
        return true;
    }
    let mut start = span.start;
    for _ in 0..3 {
        // `rue du Général Guisan`: over its particles.
        match before(text, start) {
            Some(word) if word.kinds.is(Kinds::BEFORE) && !word.kinds.is(Kinds::ROLE) => {
                return run.title.is_none();
            }
            Some(word) if word.kinds.is(Kinds::PARTICLE) => start = word.start,
            _ => break,
        }
    }
    let follows = rest
        .strip_prefix([' ', '-'])
        .or_else(|| rest.strip_prefix(", "));
    let follows = follows.and_then(|_| Word::at(text, span.end + rest.find(char::is_alphabetic)?));
    follows.is_some_and(|word| {
        let ends = word.kinds.is(Kinds::ORG) && (word.is_capital || word.end - word.start > 4);
        ends || (word.kinds.is(Kinds::AFTER) && word.is_capital && rest.starts_with([' ', '-']))
    })
}

/// True behind `Name:`, `Nom :`, `Patient = `.
fn is_labelled(text: &str, start: usize) -> bool {
    let rest = text.get(..start).unwrap_or_default();
    let rest = rest.trim_end_matches([' ', '\t', '*']);
    let Some(rest) = rest.strip_suffix([':', '=', '|', '\t']) else {
        return false;
    };
    let end = rest.trim_end_matches([' ', '*', ')']).len();
    Word::before(text, end).is_some_and(|word| word.kinds.is(Kinds::LABEL))
}

/// A name that has its line for itself, or stands first in a row.
fn in_line(text: &str, span: &Range<usize>) -> Option<(&'static str, i32)> {
    let before = text.get(..span.start)?;
    let before = before.rsplit('\n').next()?;
    let begins = before
        .trim_matches([' ', '>', '-', '*', '•', '\t', '"', '|'])
        .is_empty();
    let number = before.trim_end_matches([' ', '.', ')', ';', '\t', ',']);
    let numbered =
        !number.is_empty() && number.len() < 12 && number.bytes().all(|byte| byte.is_ascii_digit());
    let rest = text.get(span.end..)?.trim_start_matches('"');
    let ends = rest.is_empty() || rest.starts_with(['\n', '\r']) || rest.starts_with(",\n");
    let in_row =
        rest.starts_with([';', '\t', '|', ':']) || rest.starts_with("  ") || rest.starts_with(" |");
    let counted = rest
        .trim_start_matches([' ', ',', ':', '-'])
        .starts_with(|c: char| c.is_ascii_digit() || c == '+');
    if (begins || numbered) && (in_row || counted) {
        return Some(("first in its row", 2));
    }
    if (before.ends_with([';', '\t', '|']) && (in_row || ends)) || (begins && ends) {
        return Some(("alone on its line", 1));
    }
    None
}

/// True where a mail address nearby has a word of the name in it, or follows in angle brackets.
fn is_addressed(text: &str, span: &Range<usize>) -> bool {
    let rest = text
        .get(span.end..text.floor_char_boundary(span.end + NEAR))
        .unwrap_or_default();
    if rest.trim_start_matches(['"', ' ']).starts_with('<') && rest.contains('@') {
        return true;
    }
    let low = text.ceil_char_boundary(span.start.saturating_sub(NEAR));
    let near = text
        .get(low..text.floor_char_boundary(span.end + 3 * NEAR))
        .unwrap_or_default();
    let name = folded(text.get(span.clone()).unwrap_or_default());
    let words: Vec<&str> = name
        .split([' ', '-', '\''])
        .filter(|word| word.len() > 3)
        .collect();
    memchr::memchr_iter(b'@', near.as_bytes()).any(|at| {
        let local = near.get(..at).unwrap_or_default();
        let start = local.rfind(|c: char| !c.is_alphanumeric() && !".-_".contains(c));
        let local = folded(
            local
                .get(start.map_or(0, |start| start + 1)..)
                .unwrap_or_default(),
        );
        words.iter().any(|word| local.contains(word))
    })
}

fn folded(text: &str) -> String {
    let mut bytes = Vec::new();
    for c in text.chars().flat_map(char::to_lowercase) {
        match u8::try_from(c) {
            Ok(byte) if c.is_ascii() => bytes.push(byte),
            _ => push_base(c, &mut bytes),
        }
    }
    String::from_utf8(bytes).unwrap_or_default()
}

/// True where the text around is German.
fn is_german(text: &str, span: &Range<usize>) -> bool {
    let low = text.ceil_char_boundary(span.start.saturating_sub(GERMAN_REACH));
    let around = text
        .get(low..text.floor_char_boundary(span.end + GERMAN_REACH))
        .unwrap_or_default();
    GERMAN.iter().any(|word| around.contains(word))
}
