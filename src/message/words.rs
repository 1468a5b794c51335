// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns header values into what a person reads: encoded words (RFC 2047) and display names.

use memchr::{memchr, memmem};

use super::{charset, transfer};

/// The text of an unstructured header value as a mail client shows it: unfolded, encoded words
/// decoded (RFC 2047), raw 8-bit bytes read as UTF-8, else as windows-1252.
pub fn decode_words(value: &[u8]) -> String {
    let out = decoded(&unfolded(value));
    // Some programs encode what is encoded.
    let out = match out.contains("=?") {
        true => decoded(out.as_bytes()),
        false => out,
    };
    out.trim().to_owned()
}

fn decoded(value: &[u8]) -> String {
    let mut out = String::new();
    let mut open = Run::default();
    let mut plain = 0;
    let mut at = 0;
    while let Some(found) = memmem::find(value.get(at..).unwrap_or_default(), b"=?") {
        let start = at + found;
        let Some(word) = word(value, start) else {
            at = start + 2;
            continue;
        };
        let between = value.get(plain..start).unwrap_or_default();
        // Blanks between two encoded words are no text (RFC 2047, 6.2).
        if !(open.is_open && between.trim_ascii().is_empty()) {
            open.close(&mut out);
            out.push_str(&charset::decode(between, None));
        }
        open.add(&word, &mut out);
        at = word.end;
        plain = at;
    }
    open.close(&mut out);
    out.push_str(&charset::decode(
        value.get(plain..).unwrap_or_default(),
        None,
    ));
    out
}

/// The display names, comments and group names of an address header (RFC 5322, 3.4), decoded, one
/// mailbox a line. The addresses themselves are left out.
pub fn display_names(value: &[u8]) -> String {
    let value = unfolded(value);
    let mut names = Names::default();
    let mut at = 0;
    while let Some(byte) = value.get(at) {
        let rest = value.get(at..).unwrap_or_default();
        at += match byte {
            b'"' => names.quoted(rest),
            b'(' => names.comment(rest),
            b'<' => names.route(rest),
            b',' | b';' | b':' => {
                names.end_mailbox();
                1
            }
            b' ' | b'\t' => {
                names.end_word();
                1
            }
            b'=' => match word(&value, at) {
                Some(word) => names.encoded(rest.get(..word.end - at).unwrap_or_default()),
                None => names.bare(*byte),
            },
            _ => names.bare(*byte),
        };
    }
    names.end_mailbox();
    names.lines.join("\n")
}

/// A value without its line ends (RFC 5322, 2.2.3).
fn unfolded(value: &[u8]) -> Vec<u8> {
    let kept = value.iter().filter(|byte| !matches!(byte, b'\r' | b'\n'));
    kept.copied().collect()
}

/// How long the text of an encoded word may be, in bytes: longer than any mailer writes, and short
/// enough that words which never end cost no square of their number.
const MOST_TEXT: usize = 4096;

/// So many digits are a number that matters.
const NUMBER: usize = 9;

/// What is shorter and has no end is no encoded word, in bytes.
const LEAST: usize = 16;

/// One encoded word.
struct Word<'a> {
    charset: &'a [u8],
    content: Vec<u8>,
    /// The base64 in it.
    code: Option<&'a [u8]>,
    /// Where it ends in the value.
    end: usize,
}

/// The encoded word that starts at `start`, if one does.
fn word(value: &[u8], start: usize) -> Option<Word<'_>> {
    let rest = value.get(start..)?.strip_prefix(b"=?")?;
    let charset_end = memchr(b'?', rest)?;
    let charset = rest.get(..charset_end)?;
    let after = rest.get(charset_end + 1..)?;
    let [kind, b'?', text @ ..] = after else {
        return None;
    };
    let is_kind = matches!(kind, b'B' | b'b' | b'Q' | b'q');
    if !is_kind || charset.iter().any(u8::is_ascii_whitespace) {
        return None;
    }
    // A `?` within the text is read over, as mail clients do.
    let within = text.get(..text.len().min(MOST_TEXT)).unwrap_or_default();
    let is_quoted = matches!(kind, b'Q' | b'q');
    let mut ends = memmem::find_iter(within, b"?=");
    let text_end = ends.find(|end| {
        // In Q it may be a sign and the byte behind it.
        let behind = within.get(end + 2..).unwrap_or_default();
        !is_quoted || transfer::hex_pair(behind).is_none()
    });
    // The end may be cut off.
    let is_cut = text_end.is_none()
        && (LEAST..MOST_TEXT).contains(&text.len())
        && !text.contains(&b' ')
        && memmem::find(text, b"=?").is_none();
    let text_end = text_end.or(is_cut.then_some(within.len()))?;
    let text = text.get(..text_end)?;
    let content = match kind {
        b'B' | b'b' => transfer::base64(text),
        _ => {
            let spaced = text.iter().map(|b| if *b == b'_' { b' ' } else { *b });
            transfer::quoted_printable(&spaced.collect::<Vec<u8>>())
        }
    };
    // A language may follow the charset (RFC 2231, 5).
    let charset = charset.split(|b| *b == b'*').next().unwrap_or_default();
    Some(Word {
        charset,
        content,
        code: (!is_quoted).then_some(text),
        end: value.len().min(start + 2 + charset_end + 3 + text_end + 2),
    })
}

/// Neighbouring encoded words of one charset: mailers cut characters in two between them.
#[derive(Default)]
struct Run {
    is_open: bool,
    charset: Vec<u8>,
    content: Vec<u8>,
    /// Base64 that was cut where no group of it ends, and how much of `content` it gave.
    code: Vec<u8>,
    of_code: usize,
}

impl Run {
    fn add(&mut self, word: &Word<'_>, out: &mut String) {
        if !self.charset.eq_ignore_ascii_case(word.charset) {
            self.close(out);
        }
        self.is_open = true;
        self.charset = word.charset.to_vec();
        let Some(code) = word.code else {
            self.code.clear();
            self.content.extend_from_slice(&word.content);
            return;
        };
        if self.code.is_empty() {
            self.of_code = 0;
        }
        self.content.truncate(self.content.len() - self.of_code);
        self.code.extend_from_slice(code);
        let content = transfer::base64(&self.code);
        self.of_code = content.len();
        self.content.extend(content);
        if self.code.len().is_multiple_of(4)
            || self.code.ends_with(b"=")
            || self.code.len() > MOST_TEXT
        {
            self.code.clear();
        }
    }

    fn close(&mut self, out: &mut String) {
        let charset = String::from_utf8_lossy(&self.charset);
        out.push_str(&charset::decode(&self.content, Some(&charset)));
        *self = Self::default();
    }
}

/// True for a local part that has more digits than one is given.
fn holds_number(text: &[u8]) -> bool {
    text.contains(&b' ') && text.iter().filter(|byte| byte.is_ascii_digit()).count() >= NUMBER
}

/// Display names as they are found.
#[derive(Default)]
struct Names {
    lines: Vec<String>,
    /// The words of the mailbox being read, not yet decoded.
    phrase: Vec<u8>,
    /// The bare word being read.
    word: Vec<u8>,
}

impl Names {
    fn bare(&mut self, byte: u8) -> usize {
        self.word.push(byte);
        1
    }

    /// Adds text that is no address, whatever it looks like.
    fn add(&mut self, text: &[u8]) {
        if !self.phrase.is_empty() {
            self.phrase.push(b' ');
        }
        self.phrase.extend_from_slice(text);
    }

    fn encoded(&mut self, text: &[u8]) -> usize {
        self.end_word();
        self.add(text);
        text.len()
    }

    fn end_word(&mut self) {
        let word = std::mem::take(&mut self.word);
        if !word.is_empty() && !word.contains(&b'@') {
            self.add(&word);
        }
    }

    fn end_mailbox(&mut self) {
        self.end_word();
        let phrase = std::mem::take(&mut self.phrase);
        let name = decode_words(&phrase);
        if !name.is_empty() {
            self.lines.push(name);
        }
    }

    /// Takes a quoted string; gives how long it is. Of `"a"@b` the first half is an address too.
    fn quoted(&mut self, rest: &[u8]) -> usize {
        let (text, length) = delimited(rest, b'"', b'"');
        if rest.get(length) == Some(&b'@') && !holds_number(&text) {
            self.word.extend_from_slice(&text);
        } else {
            self.end_word();
            self.add(&text);
        }
        length
    }

    fn comment(&mut self, rest: &[u8]) -> usize {
        self.end_word();
        let (text, length) = delimited(rest, b'(', b')');
        self.add(&text);
        length
    }

    /// Passes over an address in angle brackets. One that never closes is taken for text.
    fn route(&mut self, rest: &[u8]) -> usize {
        self.end_word();
        memchr(b'>', rest).map_or_else(
            || {
                self.add(rest);
                rest.len()
            },
            |end| end + 1,
        )
    }
}

/// The text between an opening and its closing delimiter, and the length with both. Escapes are
/// resolved; comments may nest.
fn delimited(rest: &[u8], open: u8, close: u8) -> (Vec<u8>, usize) {
    let mut text = Vec::new();
    let mut depth = 1_usize;
    let mut escaped = false;
    for (at, byte) in rest.iter().enumerate().skip(1) {
        if escaped {
            escaped = false;
        } else if *byte == b'\\' {
            escaped = true;
            continue;
        } else if *byte == close {
            depth -= 1;
            if depth == 0 {
                return (text, at + 1);
            }
        } else if *byte == open {
            depth += 1;
        }
        text.push(*byte);
    }
    (text, rest.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(value: &str) -> String {
        decode_words(value.as_bytes())
    }

    #[test]
    fn decodes_encoded_words() {
        assert_eq!(
            decoded(" =?ISO-8859-1?Q?Lohn_M=FCller?= 7"),
            "Lohn Müller 7"
        );
        assert_eq!(
            decoded("=?utf-8?B?w6k=?=\r\n =?utf-8?q?t=C3=A9?= x"),
            "été x"
        );
        assert_eq!(decoded("a =?utf-8*en?Q?b?= c"), "a b c");
        // One character over two words.
        assert_eq!(decoded("=?utf-8?Q?=C3?= =?UTF-8?Q?=A9?="), "é");
        assert_eq!(decoded("=?x-unknown?Q?=E9?="), "é");
        assert_eq!(decoded("=??Q?a?b?=63?="), "a?b?c");
    }

    #[test]
    fn leaves_what_is_no_encoded_word() {
        for text in [
            "=?utf-8?X?a?=",
            "=?utf-8?Q?never ends",
            "=?=?=?",
            "=?? ??=",
            "a =? b ?= c",
        ] {
            assert_eq!(decoded(text), text);
        }
        assert_eq!(decode_words(b"M\xfcller \xc3\xa9"), "Müller é");
        assert_eq!(decode_words(b"a\0b"), "a\0b");
        assert_eq!(decoded(&"=?aa?q?x".repeat(200_000)).len(), 8 * 200_000);
    }

    #[test]
    fn names_are_read_and_addresses_are_not() {
        let names = |value: &str| display_names(value.as_bytes());
        assert_eq!(
            names("\"Muster, \\\"Anna\\\"\" <a@b.ch>, Beat Beispiel <b@b.ch>, c@b.ch (Chef)"),
            "Muster, \"Anna\"\nBeat Beispiel\nChef"
        );
        assert_eq!(
            names("=?utf-8?Q?M=C3=BCller,_A?= =?utf-8?Q?nna?= <x@y>"),
            "Müller, Anna"
        );
        assert_eq!(names("Team: a@b, B <c@d>;"), "Team\nB");
        assert_eq!(names("\"a b\"@example.ch, <only@example.ch>"), "");
        assert_eq!(names("\"756.9217.0769.85@x\" <a@b>"), "756.9217.0769.85@x");
        assert_eq!(names("\"AHV 756921707698\"@b"), "AHV 756921707698");
        assert_eq!(names("Anna <a@b"), "Anna <a@b");
        assert_eq!(names("(a (b) \\) c"), "a (b) ) c");
    }
}
