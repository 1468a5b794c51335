// SPDX-License-Identifier: GPL-3.0-or-later
//! Finds the words of a mail that may be a password for what is attached to it.
//!
//! A password that travels with what it locks protects from nobody: whoever has the mail has both.

use memchr::memmem;

use crate::message::{Message, Part, charset, transfer, words};

use super::html;

/// Words that announce a password, in lower case.
const ANNOUNCED: &[&str] = &[
    "passw",
    "passphrase",
    "passcode",
    "kennwort",
    "kennw.",
    "losungswort",
    "schlüssel",
    "mot de passe",
    "mdp",
    "code",
    "pin",
    "pwd",
    "pw:",
    "pw ",
    "parola",
    "chiave",
    "wachtwoord",
    "contraseña",
    "clave",
    "password",
];

/// Words that are tried at most, and of one line: each costs a million hashes.
const MOST: usize = 16;
const MOST_OF_LINE: usize = 5;

/// Text that is looked at, in bytes.
const MOST_TEXT: usize = 256 << 10;

/// How long a password is, in characters.
const LENGTH: std::ops::RangeInclusive<usize> = 4..=64;

/// The words to be tried, the likeliest first.
pub(super) fn candidates(message: &Message) -> Vec<String> {
    let mut text = String::new();
    let subjects = message.fields.iter().filter(|field| field.is("Subject"));
    for subject in subjects.filter_map(|field| message.raw.get(field.value.clone())) {
        text += &words::decode_words(subject);
        text.push('\n');
    }
    for part in message.parts.iter().filter(|part| !part.is_container) {
        if text.len() < MOST_TEXT {
            text += &readable(message, part).unwrap_or_default();
            text.push('\n');
        }
    }
    of_text(&text)
}

fn readable(message: &Message, part: &Part) -> Option<String> {
    let is_html = part.media_type == "text/html";
    if !is_html && part.media_type != "text/plain" {
        return None;
    }
    let encoded = message.raw.get(part.content.clone())?;
    let encoded = encoded.get(..MOST_TEXT).unwrap_or(encoded);
    let bytes = transfer::decode(encoded, &part.encoding);
    let text = charset::decode(&bytes, part.charset.as_deref());
    Some(if is_html { html::text(&text) } else { text })
}

fn of_text(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut lines = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .peekable();
    let mut others = Vec::new();
    while let Some(line) = lines.next() {
        let lower = line.to_lowercase();
        let announced = ANNOUNCED.iter().filter_map(|word| {
            memmem::find(lower.as_bytes(), word.as_bytes()).map(|at| at + word.len())
        });
        if let Some(end) = announced.min() {
            // Lower case may be longer than the line: then all of it is taken.
            let behind = line.get(end..).unwrap_or(line);
            let behind = behind.trim_start_matches(char::is_alphanumeric);
            let next = lines.peek().copied().unwrap_or_default();
            take(behind, &mut found);
            take(next, &mut found);
        }
        others.extend(line.split_whitespace().filter(|word| is_mixed(word)));
    }
    for word in others {
        take(word, &mut found);
    }
    found.truncate(MOST);
    found
}

/// Takes the first words of a line, as they stand and without the marks around them.
fn take(line: &str, found: &mut Vec<String>) {
    for word in line
        .split_whitespace()
        .filter(|word| !is_filler(word))
        .take(MOST_OF_LINE)
    {
        let is_mark = |c: char| "\"'`«»„“”‚‘’()[]<>:;,.*_=!?".contains(c);
        let quotes = |c: char| "\"'`«»„“”‚‘’()[]<>:;,=".contains(c);
        let inner = word.trim_end_matches(['.', ',']).trim_matches(quotes);
        for word in [inner, word, word.trim_matches(is_mark)] {
            let is_known = found.iter().any(|known| known == word);
            if LENGTH.contains(&word.chars().count()) && !is_known {
                found.push(word.to_owned());
            }
        }
    }
}

/// Words that stand between the announcement and the password.
fn is_filler(word: &str) -> bool {
    const FILLERS: &[&str] = &[
        "ist", "lautet", "für", "die", "das", "der", "zur", "zum", "datei", "is", "the", "for",
        "file", "archive", "est", "pour", "fichier", "suivant", "folgt", "follows", "è", "per",
        "il", "und", "and", "et",
    ];
    let word = word
        .trim_matches(|c: char| !c.is_alphanumeric())
        .to_lowercase();
    word.is_empty() || FILLERS.contains(&word.as_str())
}

/// Letters and digits in one: what hardly any other word has.
fn is_mixed(word: &str) -> bool {
    let has = |is: fn(char) -> bool| word.contains(is);
    has(|c| c.is_ascii_digit()) && has(char::is_alphabetic) && word.chars().count() >= 6
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(text: &str) -> String {
        of_text(text).into_iter().next().unwrap_or_default()
    }

    #[test]
    fn takes_what_stands_behind_the_announcement() {
        for (text, password) in [
            ("Anbei die Liste. Passwort: Sommer-26!", "Sommer-26!"),
            ("Das Kennwort lautet \"Lohn.2026\".", "Lohn.2026"),
            ("Le mot de passe est :\n\n  hiver2026\n", "hiver2026"),
            ("The password for the file is (s3cret).", "s3cret"),
            ("Hier die Datei\nXk49-pq2\nGruss", "Xk49-pq2"),
        ] {
            assert_eq!(first(text), password, "{text}");
        }
        assert_eq!(first("Guten Tag"), "");
    }

    #[test]
    fn few_are_tried() {
        let words: String = (0..99).map(|n| format!("x{n:05} ")).collect();
        let text = format!("Passwort abcd1 abcd2\n{words}");
        assert_eq!(of_text(&text).len(), MOST);
    }
}
