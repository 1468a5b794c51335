// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns what stands before a postcode into a street with its number, or a box.

use super::code::{Order, Postcode};
use super::piece::{self, Piece};
use super::words::{BOXES, SMALL, TAILS, TYPES, UNITS};
use crate::detect::names::word::{Kinds, Word};

/// How far before its postcode an address may begin, in bytes.
const MAX_BEFORE: usize = 150;
/// So many pieces are looked at, and so many of them may be names of places.
const MAX_PIECES: usize = 6;
const MAX_PLACES: usize = 3;
/// The most words of a street.
const MAX_WORDS: usize = 7;

/// A street or a box.
#[derive(Debug)]
pub(super) struct Street {
    pub start: usize,
    /// True where a word says that it is one.
    pub is_said: bool,
    /// True where its first word is an ordinary one.
    pub is_ordinary: bool,
    /// True where it has a line or a cell for itself, or a label before it.
    pub is_alone: bool,
}

/// The street of a postcode.
pub(super) fn before(text: &str, code: &Postcode) -> Option<Street> {
    let low = text.ceil_char_boundary(code.start.saturating_sub(MAX_BEFORE));
    let mut end = code.start;
    let mut places = 0;
    let mut is_numbered = false;
    for _ in 0..MAX_PIECES {
        let piece = piece::last(text, low, end)?;
        end = piece.start;
        let words = split(&piece);
        if is_unit(&words) {
            // `via Roma, 12 - 00100 Roma`, and in Britain `Flat 1, Frost Garden, Leeds`.
            if places > 0 && code.order != Order::TownBehind {
                return Some(Street::named(piece.start, true));
            }
            is_numbered = true;
        } else if let Some(street) = in_piece(&piece, &words, code, is_numbered) {
            return Some(with_unit(text, low, street));
        } else if let Some(at) = unit_at_end(&words)
            && places > 0
            && code.order != Order::TownBehind
        {
            // `She lives at Flat 1, Frost Garden, Leeds`
            return Some(Street::named(piece.start + at, true));
        } else if is_place(&words)
            && words.iter().any(|(_, word)| is_said(word))
            && let Some(number) =
                piece::last(text, low, piece.start).filter(|number| is_unit(&split(number)))
        {
            // `7, Grand-Rue, L-9240 Diekirch`
            return Some(Street {
                is_said: true,
                ..Street::named(number.start, false)
            });
        } else if code.order != Order::TownBehind && places < MAX_PLACES && is_place(&words) {
            places += 1;
            // A house that has a name for its number: three lines of an envelope.
            if places > 1 && piece.is_first && piece.ends_line {
                return Some(Street::named(piece.start, true));
            }
        } else {
            return None;
        }
    }
    None
}

impl Street {
    fn named(start: usize, is_alone: bool) -> Self {
        Self {
            start,
            is_said: false,
            is_ordinary: false,
            is_alone,
        }
    }
}

/// A street with the flat or the number that stands in a piece before it.
fn with_unit(text: &str, low: usize, street: Street) -> Street {
    let unit = piece::last(text, low, street.start).filter(|unit| {
        unit.is_apart && !unit.ends_line && {
            let words = split(unit);
            let (last, more) = words
                .split_last()
                .map_or(("", 0), |((_, word), rest)| (*word, rest.len()));
            is_unit(&words) || more > 0 && is_number(last) && !is_street_number(&words)
        }
    });
    let Some(unit) = unit else { return street };
    let words = split(&unit);
    let number = words.last().map_or(0, |(at, _)| *at);
    let start = unit.start + if is_unit(&words) { 0 } else { number };
    Street { start, ..street }
}

/// True where a number at the end belongs to a street of its own.
fn is_street_number(words: &[(usize, &str)]) -> bool {
    let before = words.len().checked_sub(2).and_then(|at| words.get(at));
    before.is_some_and(|(_, word)| word.starts_with(char::is_uppercase))
}

/// The words of a piece, with their offsets, without what joins them to the postcode: `40 à 5030 Gembloux`.
fn split<'a>(piece: &Piece<'a>) -> Vec<(usize, &'a str)> {
    let words = piece.text.split([' ', '\u{a0}']);
    let words = words.filter(|word| !word.is_empty());
    let offset = |word: &str| word.as_ptr().addr() - piece.text.as_ptr().addr();
    let mut words: Vec<(usize, &str)> = words.map(|word| (offset(word), word)).collect();
    words.pop_if(|(_, word)| ["à", "a", "te", "in"].contains(word));
    words
}

/// True for a number, a flat, a floor: `12`, `12 bis`, `Flat 9`, `69 Appartamento 40`, `2. Stock`, `c/o Keller`.
fn is_unit(words: &[(usize, &str)]) -> bool {
    let own = |at: usize| words.get(at).map_or("", |(_, word)| *word);
    match words.len() {
        0 => false,
        1 => is_number(own(0)) || own(0).len() > 3 && is_unit_word(own(0)),
        2..=4 => {
            let first = is_unit_word(own(0));
            let lettered = words.len() == 2 && is_letter(own(1));
            let second = is_number(own(0)) && (is_unit_word(own(1)) || lettered);
            let ordinal = own(0).trim_end_matches('.') != own(0) && is_unit_word(own(1));
            first || second || ordinal
        }
        _ => false,
    }
}

/// Where the flat begins with which a piece ends.
fn unit_at_end(words: &[(usize, &str)]) -> Option<usize> {
    let [.., (at, unit), (_, number)] = words else {
        return None;
    };
    (is_unit_word(unit) && is_number(number)).then_some(*at)
}

/// Where in a piece a street begins; its number may have stood in a piece behind it.
fn in_piece(
    piece: &Piece<'_>,
    words: &[(usize, &str)],
    code: &Postcode,
    is_numbered: bool,
) -> Option<Street> {
    let own = |at: usize| words.get(at).map_or("", |(_, word)| *word);
    let from = |at: usize, is_said: bool| {
        let (offset, word) = words.get(at)?;
        let kinds = Word::at(word, 0).map(|word| word.kinds).unwrap_or_default();
        Some(Street {
            start: piece.start + offset,
            is_said,
            is_ordinary: kinds.is_no_name() && !kinds.is(Kinds::TOWN),
            is_alone: at == 0 && piece.is_first && piece.is_apart,
        })
    };
    if let Some(at) = box_at(words) {
        return from(at, true);
    }
    // What says the flat behind the number says nothing of the street.
    let unit = (1..words.len()).find(|at| is_unit_word(own(*at)) && *at + 3 > words.len());
    let count = unit.unwrap_or(words.len());
    let last = count.checked_sub(1)?;
    let first = count.saturating_sub(MAX_WORDS + 2);
    let typed = (first..last).rev().find(|at| {
        let next = own(at + 1);
        is_one_of(own(*at), TYPES) && (is_capital(next) || is_number(next) || SMALL.contains(&next))
    });
    if let Some(typed) = typed.filter(|typed| (typed + 1..count).any(|at| is_capital(own(at)))) {
        let bis = typed.checked_sub(1).filter(|at| is_letter(own(*at)));
        let number = bis
            .unwrap_or(typed)
            .checked_sub(1)
            .filter(|at| is_number(own(*at)));
        return from(number.unwrap_or(typed), true);
    }
    let is_more = |at: usize| is_letter(own(at)) || is_number(own(at)) && is_number(own(at - 1));
    let last = if last > 1 && is_more(last) {
        last - 1
    } else {
        last
    };
    let ends = |at: usize| own(at).ends_with('.') && own(at).len() > 5 && !said_by_tail(own(at));
    let is_named = |at: usize| (is_capital(own(at)) || SMALL.contains(&own(at))) && !ends(at);
    let said = |at: usize| is_said(own(at));
    if is_numbered || is_number(own(last)) && last > 0 {
        let end = if is_number(own(last)) { last } else { count };
        let low = end.saturating_sub(MAX_WORDS);
        let run = (low..end).rev().take_while(|at| is_named(*at) || said(*at));
        let start = run.filter(|at| is_capital(own(*at)) || said(*at)).last();
        if let Some(start) = start {
            // Before a compound that says it all, one word may stand: `Alte Landstrasse`.
            let tail = (start..end).rev().find(|at| said(*at));
            let is_whole = |at: usize| own(at).chars().count() > 7 && is_capital(own(at));
            let start = match tail.filter(|at| is_whole(*at)) {
                Some(at) => start.max(at.saturating_sub(1)),
                None => start,
            };
            return from(start, tail.is_some());
        }
    }
    let number = (first..last)
        .rev()
        .find(|at| is_number(own(*at)) || is_long(own(*at), code))?;
    let rest = number + 1..count;
    let is_long = rest.clone().any(|at| own(at).chars().count() > 2);
    let is_said = rest.clone().any(said);
    let fits = rest.len() < MAX_WORDS && rest.clone().all(is_named) && is_long;
    (fits && (is_said || code.order != Order::TownBehind)).then(|| from(number, is_said))?
}

/// Where a box begins: `Postfach 12`, `case postale`, `P.O. Box 9`, `BP 120`.
fn box_at(words: &[(usize, &str)]) -> Option<usize> {
    let at = |place: usize| words.get(place).map(|(_, word)| word.to_lowercase());
    (0..words.len().min(MAX_WORDS)).find(|place| {
        BOXES.iter().any(|(one, wants_number)| {
            let mut parts = one.split(' ').enumerate();
            let length = one.split(' ').count();
            let number = at(place + length).is_some_and(|next| {
                (1..7).contains(&next.len()) && next.bytes().all(|byte| byte.is_ascii_digit())
            });
            parts.all(|(more, part)| at(place + more).as_deref() == Some(part))
                && (number || !wants_number)
        })
    })
}

/// True for the name of a place: capitals and small words, no more.
fn is_place(words: &[(usize, &str)]) -> bool {
    let all = words.iter().enumerate().all(|(at, (_, word))| {
        let letters = word
            .chars()
            .all(|c| c.is_alphabetic() || "-'’.".contains(c));
        let district = at > 0 && word.len() < 3 && word.bytes().all(|byte| byte.is_ascii_digit());
        letters && (is_capital(word) || SMALL.contains(word)) || district
    });
    all && (1..5).contains(&words.len()) && words.first().is_some_and(|(_, word)| is_capital(word))
}

/// True where a word says that it is a street.
fn is_said(word: &str) -> bool {
    let is_thing = || Word::at(word, 0).is_some_and(|word| word.kinds.is(Kinds::AFTER));
    said_by_tail(word) || is_capital(word) && is_thing()
}

fn said_by_tail(word: &str) -> bool {
    let low = word.trim_end_matches(',').to_lowercase();
    TAILS.iter().any(|tail| match low.strip_suffix(tail) {
        Some(first) => first.len() != 1,
        None => false,
    })
}

fn is_one_of(word: &str, list: &[&str]) -> bool {
    list.contains(&word.to_lowercase().as_str())
}

fn is_unit_word(word: &str) -> bool {
    is_one_of(word.trim_end_matches(':'), UNITS)
}

fn is_capital(word: &str) -> bool {
    // `d'Arlon`, `dell'Orso`
    let elided = word
        .split_once(['\'', '’'])
        .filter(|(before, _)| before.len() < 6);
    let own = elided.map_or(word, |(_, own)| own);
    let begins = |word: &str| {
        word.chars()
            .find(|c| c.is_alphanumeric())
            .is_some_and(char::is_uppercase)
    };
    begins(word) || begins(own)
}

/// `a` or `bis` behind a number.
fn is_letter(word: &str) -> bool {
    word.len() == 1 && word.starts_with(|c: char| c.is_ascii_alphabetic())
        || ["bis", "ter", "quater"].contains(&word)
}

/// A number of five digits, as they are in America.
fn is_long(word: &str, code: &Postcode) -> bool {
    code.order == Order::TownBefore
        && word.len() == 5
        && word.bytes().all(|byte| byte.is_ascii_digit())
}

/// `12`, `12a`, `80/87`, `4-6`, `096`; no year.
fn is_number(word: &str) -> bool {
    let word = word.trim_end_matches(',');
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    let letters = word.bytes().filter(u8::is_ascii_alphabetic).count();
    let signs = word
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"/-.".contains(&byte));
    let is_year = word.len() == 4 && (word.starts_with("19") || word.starts_with("20"));
    word.starts_with(|c: char| c.is_ascii_digit())
        && (1..=8).contains(&digits)
        && word.len() < 10
        && letters < 4
        && signs
        && !is_year
        && !word.ends_with('.')
        && (digits < 5 || word.contains(['/', '-']))
}
