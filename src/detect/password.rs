// SPDX-License-Identifier: GPL-3.0-or-later
//! Finds what a word announces as a password: `password: x`, `das Passwort lautet x`, `password x`.

use super::candidate::{Candidate, Form};
use super::secrets::{entropy, secret};

/// How much may stand between the word and what comes before a password, and its length, in bytes.
const MAX_BETWEEN: usize = 40;
const LENGTH: std::ops::RangeInclusive<usize> = 6..=128;
/// What may stand before a password, and what ends it.
const OPENING: [char; 11] = [' ', '\t', '"', '\'', '=', '*', '`', '«', '„', '“', '\u{a0}'];
const CLOSING: [char; 9] = ['"', '\'', '`', '<', '>', '«', '»', '“', '”'];
/// What says that it follows, as a colon does.
const VERBS: &[&str] = &[
    "is", "was", "ist", "lautet", "est", "sera", "c'est", "è", "e'", "sarà", "luidt", "wordt",
];
/// Words that are followed by a password without any such sign.
const ALONE: &[&str] = &["password", "passwort", "kennwort", "wachtwoord", "passcode"];
/// Words that are followed by a name and a password: `max.muster / Xk29!pLm`.
const LOGINS: &[&str] = &[
    "zugangsdaten",
    "identifiants",
    "credentials",
    "credenziali",
    "inloggegevens",
];
/// What makes the word another thing: `password_hash=`.
const NOT_ONE: &[&str] = &["hash", "policy", "length", "reset", "field"];

/// How a password is announced.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sign {
    Colon,
    Verb,
    None,
}

/// The password that the word at the start of `rest` announces; `rest` begins at `at`.
pub(super) fn password(rest: &str, at: usize) -> Option<Candidate> {
    let near = rest.get(..rest.floor_char_boundary(MAX_BETWEEN + 2 * LENGTH.end()))?;
    let line = near.split('\n').next()?;
    let (before, behind, sign) = announced(line)?;
    let before = before.to_lowercase();
    if NOT_ONE.iter().any(|not| before.contains(not)) {
        return None;
    }
    let mut value = behind.trim_start_matches(OPENING);
    if LOGINS.iter().any(|word| before.starts_with(word)) {
        let (name, password) = value.split_once(" / ")?;
        value = password.trim_start_matches(OPENING);
        (!name.contains(' ')).then_some(())?;
    }
    let start = at + line.len() - value.len();
    let is_quoted = behind.trim_start().starts_with(OPENING);
    let ends = |c: char| c.is_whitespace() || CLOSING.contains(&c) || (is_quoted && c == ';');
    let value = value.split(ends).next()?;
    let value = value.trim_end_matches([',', ';', '.', ')']);
    let looks = is_password(value) && (sign != Sign::None || is_drawn(value));
    looks.then(|| secret(start, value, Form::Bare, "behind the word for a password"))
}

/// What stands before and behind the sign that announces a password.
fn announced(line: &str) -> Option<(&str, &str, Sign)> {
    let reach = line.get(..line.floor_char_boundary(MAX_BETWEEN))?;
    if let Some(at) = reach.find([':', '=']) {
        return Some((reach.get(..at)?, line.get(at + 1..)?, Sign::Colon));
    }
    let mut pieces = reach.split_inclusive(' ');
    let mut at = pieces.next()?.len();
    let first = at;
    for piece in pieces {
        at += piece.len();
        if VERBS.contains(&piece.trim_end().to_lowercase().as_str()) {
            return Some((line.get(..at)?, line.get(at..)?, Sign::Verb));
        }
    }
    let (before, behind) = line.split_at_checked(first)?;
    let alone = before.trim_end().to_lowercase();
    ALONE
        .contains(&alone.as_str())
        .then_some((before, behind, Sign::None))
}

/// True for what looks chosen or drawn, not for a word or a mask.
fn is_password(value: &str) -> bool {
    let has = |class: fn(&char) -> bool| value.chars().any(|c| class(&c));
    let mixed = has(char::is_ascii_digit) && has(|c| c.is_alphabetic());
    let signs = has(char::is_ascii_punctuation) && has(|c| c.is_uppercase()) && value.len() >= 8;
    let placeholder = value.starts_with(['$', '{', '[', '%', '(']) || value.contains("://");
    LENGTH.contains(&value.len()) && (mixed || signs) && !placeholder && entropy(value) >= 2.2
}

/// True for what no word of prose looks like: letters of both cases, digits and another sign.
fn is_drawn(value: &str) -> bool {
    let has = |class: fn(&char) -> bool| value.chars().any(|c| class(&c));
    has(|c| c.is_uppercase())
        && has(|c| c.is_lowercase())
        && has(char::is_ascii_digit)
        && has(char::is_ascii_punctuation)
}
