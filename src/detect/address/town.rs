// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns what follows a postcode into a town.

use super::words::{NO_TOWN, SMALL};
use crate::detect::names::word::{Kinds, Word};

/// How long a town may be, in bytes and in words.
const MAX_TOWN: usize = 56;
const MAX_WORDS: usize = 6;

/// A town.
#[derive(Debug)]
pub(super) struct Town {
    pub end: usize,
    /// True where the lists of places have it, or its province stands behind it.
    pub is_known: bool,
    /// True where it is an ordinary word.
    pub is_ordinary: bool,
}

/// The town behind a postcode that ends at `at`, on the same line.
pub(super) fn behind(text: &str, at: usize) -> Option<Town> {
    let rest = text.get(at..text.floor_char_boundary(at + MAX_TOWN))?;
    let line = rest.split(['\n', '\r']).next()?;
    let skipped = line.trim_start_matches([' ', ',', '-', '–', ';', '\t', '|', ')']);
    if line.len() - skipped.len() > 4 {
        return None;
    }
    let start = at + line.len() - skipped.len();
    let mut town: Option<Town> = None;
    for (count, (offset, word)) in words(skipped).enumerate() {
        let bare = word.trim_matches(|c: char| ",;.:!?\"»)".contains(c));
        if count == MAX_WORDS || NO_TOWN.contains(&bare.to_lowercase().as_str()) {
            break;
        }
        let closed = word.trim_end_matches([',', ';', '.', ':', '!', '?']);
        if let Some(own) = &mut town
            && is_more(closed)
        {
            own.is_known |= closed.starts_with('(');
            own.end = start + offset + closed.len();
            break;
        }
        let is_small = SMALL.contains(&bare);
        if !(is_small || is_name(bare, town.is_none())) {
            break;
        }
        if !is_small || town.is_none() && bare.starts_with(char::is_uppercase) {
            let kinds = Word::at(bare, 0).map(|word| word.kinds).unwrap_or_default();
            let own = town.get_or_insert(Town {
                end: 0,
                is_known: false,
                is_ordinary: kinds.is_no_name(),
            });
            own.is_known |= kinds.is(Kinds::TOWN);
            own.is_ordinary &= !kinds.is(Kinds::TOWN);
            own.end = start + offset + word.find(bare)? + bare.len();
        }
        let is_short =
            word.ends_with('.') && bare.chars().count() < 4 && bare.chars().any(char::is_lowercase);
        if word.ends_with([',', ';', '.', ':', '!', '?', ')']) && !is_short {
            break;
        }
    }
    town
}

/// The words of a stretch up to the end of its cell, with their offsets.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let cell = text.split(['\t', '|', ';']).next().unwrap_or_default();
    let words = cell.split([' ', '\u{a0}']).filter(|word| !word.is_empty());
    words.map(move |word| (word.as_ptr().addr() - text.as_ptr().addr(), word))
}

/// A capital, or a place in small letters.
fn is_name(bare: &str, is_first: bool) -> bool {
    let signs = |c: char| c.is_alphabetic() || "-'’./".contains(c);
    let Some(first) = bare.chars().find(|c| c.is_alphanumeric()) else {
        return false;
    };
    let is_place = || Word::at(bare, 0).is_some_and(|word| word.kinds.is(Kinds::TOWN));
    bare.chars().all(signs) && (first.is_uppercase() || is_first && is_place())
}

/// What may follow a town: its province, its district.
fn is_more(word: &str) -> bool {
    let province = word
        .strip_prefix('(')
        .and_then(|word| word.strip_suffix(')'));
    province.is_some_and(|own| {
        (2..=3).contains(&own.len()) && own.bytes().all(|byte| byte.is_ascii_alphabetic())
    }) || (1..=2).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_digit())
}
