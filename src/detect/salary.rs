// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns digits into an amount of money; that it is pay a word before it says.

use super::candidate::{Candidate, Form};

/// The longest amount, in bytes.
const MAX_AMOUNT: usize = 24;
/// What stands before an amount, and behind one.
const BEFORE: &[&str] = &[
    "CHF", "EUR", "GBP", "USD", "Fr.", "SFr.", "€", "£", "$", "Franken", "Euro", "eur", "chf",
    "EURO",
];
const AFTER: &[&str] = &[
    "CHF", "EUR", "GBP", "USD", "Fr.", "€", "£", "$", "Franken", "Euro", "euro", "euros", "francs",
    "franchi", "pounds", "eur", "chf", ".--", ".-", ".–", "EURO",
];

/// The amount that begins at the token at `at`.
pub(super) fn find(text: &str, at: usize) -> Option<Candidate> {
    let bytes = text.as_bytes();
    if !bytes.get(at)?.is_ascii_digit() || is_inside(bytes, at) {
        return None;
    }
    let rest = text.get(at..text.floor_char_boundary(at + MAX_AMOUNT))?;
    let mut end = 0;
    let (mut digits, mut group) = (String::new(), 0);
    let mut is_fraction = false;
    for (place, c) in rest.char_indices() {
        match c {
            '0'..='9' => {
                digits.push(c);
                group += 1;
                end = place + 1;
            }
            '.' | ',' | '\'' | '’' | ' ' if group > 0 && !is_fraction => {
                let next = rest.get(place + c.len_utf8()..)?;
                let run = next.bytes().take_while(u8::is_ascii_digit).count();
                is_fraction = run < 3;
                if !(run == 3 || (run == 2 && c != ' ')) {
                    break;
                }
                if is_fraction {
                    let cents = place + c.len_utf8() + run;
                    end = cents;
                    break;
                }
                group = 0;
            }
            _ => break,
        }
    }
    if bytes.get(at + end).is_some_and(u8::is_ascii_alphanumeric)
        || !(3..=7).contains(&digits.len())
    {
        return None;
    }
    let span = with_currency(text, at, at + end)?;
    Some(Candidate {
        span,
        value: digits,
        form: Form::NeedsKeyword,
        why: vec!["an amount".to_owned()],
    })
}

/// True for digits that go on before `at`.
fn is_inside(bytes: &[u8], at: usize) -> bool {
    let byte = |back: usize| {
        at.checked_sub(back)
            .and_then(|at| bytes.get(at))
            .copied()
            .unwrap_or(b' ')
    };
    let joins =
        matches!(byte(1), b'.' | b',' | b'\'' | b' ' | b'-' | b'/') && byte(2).is_ascii_digit();
    joins || super::token::is_word(bytes, at.wrapping_sub(1))
}

/// The span with its currency; none where there is none.
fn with_currency(text: &str, start: usize, end: usize) -> Option<std::ops::Range<usize>> {
    let before = text.get(..start)?;
    let bare = before.trim_end_matches([' ', ':']);
    let near = before.len() - bare.len() < 3;
    if let Some(sign) = BEFORE.iter().find(|sign| near && bare.ends_with(**sign)) {
        let after = text.get(end..).unwrap_or_default();
        let dashes = [".--", ".–", ".-"]
            .iter()
            .find(|dashes| after.starts_with(**dashes));
        return Some(bare.len() - sign.len()..end + dashes.map_or(0, |dashes| dashes.len()));
    }
    let after = text.get(end..)?;
    let bare = after.trim_start_matches(' ');
    let near = after.len() - bare.len() < 3;
    let sign = AFTER
        .iter()
        .filter(|sign| near && bare.starts_with(**sign))
        .max_by_key(|sign| sign.len())?;
    Some(start..end + (after.len() - bare.len()) + sign.len())
}
