// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns digits and letters into a postcode.

use super::words::STATES;

/// The letters of the second part of an Eircode.
const EIRCODE: &[u8] = b"ACDEFHKNPRTVWXY";
/// Letters that the second part of a British postcode has not.
const NOT_BRITISH: &[u8] = b"CIKMOV";

/// On which side of a postcode its town stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    TownBehind,
    TownBefore,
    Either,
}

/// A postcode, in bytes of the view.
#[derive(Debug)]
pub(super) struct Postcode {
    pub start: usize,
    pub end: usize,
    pub order: Order,
    /// True where its form says that it is one.
    pub is_sure: bool,
    /// True where it may be a year.
    pub is_year: bool,
}

/// The postcode of which this token is the first with a digit: `8004`, `CH-8004`, `L-2652`, `1017 AB`,
/// `2910PT`, `75011`, `E5 4GE`, `D02 X285`, `NM 92880`.
pub(super) fn at(text: &str, at: usize) -> Option<Postcode> {
    let bytes = text.as_bytes();
    let rest = bytes.get(at..)?;
    match rest.iter().take_while(|byte| byte.is_ascii_digit()).count() {
        0 => lettered(rest, at),
        digits @ 4..=5 => numbered(bytes, at, digits),
        _ => None,
    }
}

fn numbered(bytes: &[u8], at: usize, digits: usize) -> Option<Postcode> {
    let byte = |at: usize| bytes.get(at).copied().unwrap_or(b'\n');
    let mut end = at + digits;
    let gap = usize::from(byte(end) == b' ');
    let [first, second, next] = [0, 1, 2].map(|more| byte(end + gap + more));
    let is_dutch = digits == 4
        && first.is_ascii_uppercase()
        && second.is_ascii_uppercase()
        && !next.is_ascii_alphanumeric();
    if is_dutch {
        end += gap + 2;
    } else if byte(end).is_ascii_alphanumeric() {
        return None;
    }
    let before = bytes.get(..at).unwrap_or_default();
    let (state, is_state) = match digits {
        5 => state(before).map_or((at, false), |start| (start, true)),
        _ => (at, false),
    };
    let land = land(before).unwrap_or(at);
    let start = if is_state { state } else { land };
    let last = start.checked_sub(1).map_or(b'\n', byte);
    let begins = matches!(
        last,
        b' ' | b',' | b'\n' | b'\t' | b';' | b'|' | b'>' | b'(' | b':'
    );
    let year = matches!(bytes.get(at..at + 2), Some(b"19" | b"20")) && digits == 4;
    begins.then_some(Postcode {
        start,
        end,
        order: if is_state {
            Order::TownBefore
        } else {
            Order::TownBehind
        },
        is_sure: is_state || is_dutch || land < at,
        is_year: year && land == at,
    })
}

/// Where `CH-` or `L-` before a postcode begins.
fn land(before: &[u8]) -> Option<usize> {
    let rest = before.strip_suffix(b"-")?;
    let letters = rest
        .iter()
        .rev()
        .take_while(|byte| byte.is_ascii_uppercase());
    let letters = letters.count();
    (1..=2).contains(&letters).then(|| rest.len() - letters)
}

/// Where the state before a postcode of the United States begins, behind the comma of its town or a word for
/// a military office.
fn state(before: &[u8]) -> Option<usize> {
    let rest = before.strip_suffix(b" ")?;
    let (town, state) = rest.split_at_checked(rest.len().checked_sub(2)?)?;
    let is_one = STATES.iter().any(|one| one.as_bytes() == state);
    let follows = town.ends_with(b", ")
        || [&b"APO "[..], b"FPO ", b"DPO "]
            .iter()
            .any(|office| town.ends_with(office));
    (is_one && follows).then_some(town.len())
}

/// A postcode of Britain or Ireland.
fn lettered(rest: &[u8], at: usize) -> Option<Postcode> {
    let word = |from: usize| {
        let rest = rest.get(from..).unwrap_or_default();
        let end = rest.iter().position(|byte| !byte.is_ascii_alphanumeric());
        rest.get(..end.unwrap_or(rest.len())).unwrap_or_default()
    };
    let first = word(0);
    let second = match rest.get(first.len()) {
        Some(b' ') => word(first.len() + 1),
        _ => b"",
    };
    let (order, end) = if is_british(first) && is_inner(second) {
        (Order::TownBefore, first.len() + 1 + second.len())
    } else if is_key(first) && is_unique(second) {
        (Order::Either, first.len() + 1 + second.len())
    } else {
        let glued = |most: usize| first.split_at_checked(first.len().checked_sub(most)?);
        let british = glued(3).is_some_and(|(out, inner)| is_british(out) && is_inner(inner));
        let irish = glued(4).is_some_and(|(key, unique)| is_key(key) && is_unique(unique));
        match (british, irish) {
            (_, true) => (Order::Either, first.len()),
            (true, _) => (Order::TownBefore, first.len()),
            _ => return None,
        }
    };
    Some(Postcode {
        start: at,
        end: at + end,
        order,
        is_sure: true,
        is_year: false,
    })
}

/// `E5`, `NE46`, `SW1A`.
fn is_british(out: &[u8]) -> bool {
    let area = out.iter().take_while(|byte| byte.is_ascii_uppercase());
    let Some((_, rest)) = out.split_at_checked(area.count().clamp(1, 2)) else {
        return false;
    };
    match rest {
        [digit] => digit.is_ascii_digit(),
        [digit, last] => {
            digit.is_ascii_digit() && (last.is_ascii_digit() || last.is_ascii_uppercase())
        }
        _ => false,
    }
}

/// `4GE`.
fn is_inner(inner: &[u8]) -> bool {
    let is_letter = |byte: &u8| byte.is_ascii_uppercase() && !NOT_BRITISH.contains(byte);
    matches!(inner, [digit, a, b] if digit.is_ascii_digit() && is_letter(a) && is_letter(b))
}

/// `D02`, `D6W`.
fn is_key(key: &[u8]) -> bool {
    key == b"D6W"
        || matches!(key, [a, b, c] if EIRCODE.contains(a) && b.is_ascii_digit() && c.is_ascii_digit())
}

/// `X285`.
fn is_unique(unique: &[u8]) -> bool {
    let mut signs = unique.iter();
    unique.len() == 4 && signs.all(|byte| byte.is_ascii_digit() || EIRCODE.contains(byte))
}
