// SPDX-License-Identifier: GPL-3.0-or-later
//! Finds base64 that stands within a text: quoted from a mail, in a value of JSON or LDIF, behind a greeting.

use crate::message::transfer;

use super::plain;
use super::sniff::{self, Kind};

/// A line of so many signs is one of a longer run; a word of so many may be a value.
const LINE: usize = 40;
const WORD: usize = 24;

/// A value without so many digits has no number that matters; and letters become one by chance.
const DIGITS: usize = 8;

/// Runs that are decoded.
const MOST: usize = 100;

/// What stands in the text under base64, where that is text with numbers, or a file of a known kind.
pub(super) fn contents(text: &[u8]) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    let mut run: Vec<u8> = Vec::new();
    for line in text.split(|byte| *byte == b'\n').chain([&b""[..]]) {
        // Marks of a quoted mail.
        let start = line.iter().position(|b| !matches!(b, b'>' | b' ' | b'\t'));
        let line = line.get(start.unwrap_or(line.len())..).unwrap_or_default();
        let line = line.trim_ascii_end();
        let is_code = transfer::is_base64(line, if run.is_empty() { LINE } else { 1 });
        if is_code {
            run.extend_from_slice(line);
            continue;
        }
        if found.len() >= MOST {
            break;
        }
        let content = transfer::base64(&run);
        if tells(&content) || sniff::kind(&content) != Kind::Other {
            found.push(content);
        }
        run.clear();
        if line.len() < WORD {
            continue;
        }
        let is_sign = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=');
        let words = line.split(|byte| !is_sign(byte));
        let words = words.filter(|word| word.len() >= WORD && transfer::is_base64(word, WORD));
        found.extend(words.map(transfer::base64).filter(|content| tells(content)));
    }
    found
}

fn tells(content: &[u8]) -> bool {
    content.iter().filter(|byte| byte.is_ascii_digit()).count() >= DIGITS && plain::is_text(content)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_values_and_quoted_lines() {
        let text = "AHV-Nummer: 756.9217.0769.85";
        let code = transfer::to_base64(text.as_bytes());
        let long = transfer::to_base64(text.repeat(9).as_bytes());
        let quoted = format!("Hallo\n> {}\n> {}\n\nx", &long[..76], &long[76..]);
        assert_eq!(contents(quoted.as_bytes()), [text.repeat(9).as_bytes()]);
        for line in [format!("{{\"a\":\"{code}\"}}"), format!("b:: {code}")] {
            assert_eq!(contents(line.as_bytes()), [text.as_bytes()], "{line}");
        }
        let sound = "Donaudampfschifffahrtsgesellschaft 0123456789abcdef0123456789abcdef";
        assert_eq!(contents(sound.as_bytes()), Vec::<Vec<u8>>::new());
    }
}
