// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns text into the value of a header field: encoded words, folded lines, nothing injected.

use crate::message::transfer::to_base64;

/// The longest line we write, without its end (RFC 5322, 2.1.1).
const LINE: usize = 78;

/// The longest encoded word we write. RFC 2047, 2 allows 75; 60 lets the first one stand on the
/// first line, behind `Subject: <im><c> `.
const WORD: usize = 60;

/// What an encoded word is made of beside its payload: `=?UTF-8?Q?` and `?=`.
const AROUND: usize = 12;

/// The text without control characters: each becomes a blank, and blanks at the ends go.
pub(super) fn clean(text: &str) -> String {
    let blanked = text.replace(char::is_control, " ");
    blanked.trim().to_owned()
}

/// The text as one line of printable ASCII: controls become a blank, the rest a question mark.
pub(super) fn ascii(text: &str) -> String {
    let one = |c: char| match c {
        ' '..='~' => c,
        _ if c.is_control() => ' ',
        _ => '?',
    };
    text.chars().map(one).collect()
}

/// True for text of printable ASCII and blanks.
pub(super) fn is_plain(text: &str) -> bool {
    text.bytes().all(|b| matches!(b, b' '..=b'~' | b'\t'))
}

/// True for a field name (RFC 5322, 2.2).
pub(super) fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_graphic() && b != b':')
}

/// The value on one line (RFC 5322, 2.2.3), where it is printable ASCII; else nothing.
pub(super) fn unfold(value: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(value).ok()?;
    let joined = text.replace("\r\n", "\n");
    let joined = joined.replace("\n ", " ").replace("\n\t", "\t");
    let joined = joined.trim_matches([' ', '\t', '\n', '\r']);
    is_plain(joined).then(|| joined.to_owned())
}

/// Breaks a value before blanks so that lines, the first with its field name, keep to 78 bytes.
/// Only LF is written: the MTA adds CR. A single longer word stays whole.
pub(super) fn fold(name: &str, value: &str) -> String {
    let mut folded = String::with_capacity(value.len() + value.len() / 32);
    let mut line = name.len() + 2;
    let mut rest = value;
    while !rest.is_empty() {
        let gap = rest.len() - rest.trim_start_matches([' ', '\t']).len();
        let word = rest.get(gap..).unwrap_or_default();
        let length = gap + word.find([' ', '\t']).unwrap_or(word.len());
        let (piece, after) = rest.split_at(length);
        if gap > 0 && !folded.is_empty() && line + piece.len() > LINE {
            folded.push('\n');
            line = 0;
        }
        folded.push_str(piece);
        line += piece.len();
        rest = after;
    }
    folded
}

/// True where every line of a folded value keeps to 78 bytes.
pub(super) fn fits(name: &str, folded: &str) -> bool {
    let mut lines = folded.split('\n');
    let first = lines.next().map_or(0, str::len);
    first + name.len() + 2 <= LINE && lines.all(|line| line.len() <= LINE)
}

/// The text as RFC 2047 words in UTF-8, split between characters, parted by a blank: Q while a
/// person can still read most of it, else B.
pub(super) fn encode(text: &str) -> String {
    let quoted: usize = text.chars().map(quoted_length).sum();
    let in_q = quoted <= 2 * text.len();
    let mut words = Vec::new();
    let mut word = String::new();
    let mut length = 0;
    for c in text.chars() {
        let more = if in_q { quoted_length(c) } else { c.len_utf8() };
        let room = if in_q {
            WORD - AROUND
        } else {
            (WORD - AROUND) / 4 * 3
        };
        if length + more > room {
            words.push(encode_word(&word, in_q));
            word.clear();
            length = 0;
        }
        word.push(c);
        length += more;
    }
    words.push(encode_word(&word, in_q));
    words.join(" ")
}

/// Bytes that stand for themselves in a Q word. Fewer than RFC 2047, 4.2 allows in a subject, so
/// that no gateway on the way has a reason to touch them.
fn is_safe(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!*+-/,.:;()".contains(&byte)
}

fn quoted_length(c: char) -> usize {
    match u8::try_from(c) {
        Ok(byte) if byte == b' ' || is_safe(byte) => 1,
        _ => 3 * c.len_utf8(),
    }
}

fn encode_word(text: &str, in_q: bool) -> String {
    if !in_q {
        return format!("=?UTF-8?B?{}?=", to_base64(text.as_bytes()));
    }
    let one = |byte: u8| match byte {
        b' ' => "_".to_owned(),
        _ if is_safe(byte) => char::from(byte).to_string(),
        _ => format!("={byte:02X}"),
    };
    let payload: String = text.bytes().map(one).collect();
    format!("=?UTF-8?Q?{payload}?=")
}

#[cfg(test)]
mod tests {
    use super::super::tests::{Random, decode};
    use super::*;

    #[test]
    fn words_are_rfc_2047() {
        assert_eq!(encode("né"), "=?UTF-8?B?bsOp?=");
        assert_eq!(encode("année"), "=?UTF-8?Q?ann=C3=A9e?=");
        assert_eq!(encode("日本"), "=?UTF-8?B?5pel5pys?=");
        assert_eq!(encode("a=b_c?d é"), "=?UTF-8?Q?a=3Db=5Fc=3Fd_=C3=A9?=");
        let long = encode(&"é".repeat(40));
        assert!(long.split(' ').count() > 1 && long.split(' ').all(|word| word.len() <= WORD));
    }

    #[test]
    fn any_text_comes_back() {
        let mut random = Random(1);
        for _ in 0..1500 {
            let text = clean(&random.text(200));
            let value = encode(&text);
            assert!(value.split(' ').all(|word| word.len() <= WORD), "{value}");
            assert_eq!(decode(value.as_bytes()), text);
            let folded = fold("Subject", &value);
            assert!(fits("Subject", &folded), "{folded}");
            assert_eq!(folded.replace('\n', ""), value);
        }
    }

    #[test]
    fn a_line_is_broken_before_blanks_only() {
        let word = "x".repeat(100);
        assert_eq!(fold("A", &word), word);
        assert_eq!(fold("A", &format!("a {word} b")), format!("a\n {word}\n b"));
        assert_eq!(fold("A", "a  b"), "a  b");
        assert!(!fits("A", &word));
    }
}
