// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns transfer-encoded bytes into content (RFC 2045, 6), taking what mail clients take.

use std::borrow::Cow;

/// The encodings that change nothing.
const IDENTITY: &[&str] = &["", "7bit", "8bit", "binary"];

/// The name of an encoding, given in lower case, as the standard spells it, where mailers write it
/// with other signs between its letters.
pub fn spelt(name: &str) -> &str {
    let letters: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    match letters.as_str() {
        "base64" | "xbase64" => "base64",
        "quotedprintable" | "xquotedprintable" => "quoted-printable",
        _ => name,
    }
}

/// True for an encoding, in lower case, that [`decode`] knows.
pub fn is_known(encoding: &str) -> bool {
    IDENTITY.contains(&encoding) || ["base64", "quoted-printable"].contains(&encoding)
}

/// True for an encoding under which the bytes are not the content itself.
pub fn is_encoding(encoding: &str) -> bool {
    !IDENTITY.contains(&encoding)
}

/// The content behind an encoding named in lower case; the bytes themselves where it is unknown.
pub fn decode<'a>(bytes: &'a [u8], encoding: &str) -> Cow<'a, [u8]> {
    match encoding {
        "base64" => Cow::Owned(base64(bytes)),
        "quoted-printable" => Cow::Owned(quoted_printable(bytes)),
        _ => Cow::Borrowed(bytes),
    }
}

/// Decodes base64. Bytes outside the alphabet are passed over (RFC 2045, 6.8), padding may be
/// missing, and after padding a new run begins.
pub fn base64(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() / 4 * 3 + 3);
    let mut bits = 0_u32;
    let mut count = 0;
    for byte in bytes {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            b'=' => {
                flush(&mut out, bits, count);
                (bits, count) = (0, 0);
                continue;
            }
            _ => continue,
        };
        bits = bits << 6 | u32::from(value);
        count += 1;
        if count == 4 {
            let [_, a, b, c] = bits.to_be_bytes();
            out.extend([a, b, c]);
            (bits, count) = (0, 0);
        }
    }
    flush(&mut out, bits, count);
    out
}

/// Writes the whole bytes of an incomplete group.
fn flush(out: &mut Vec<u8>, bits: u32, count: u32) {
    let [_, a, b, _] = (bits << (6 * 4_u32.saturating_sub(count))).to_be_bytes();
    match count {
        2 => out.push(a),
        3 => out.extend([a, b]),
        _ => {}
    }
}

/// Decodes quoted-printable. A `=` that starts neither a byte nor a soft line break stands for
/// itself.
pub fn quoted_printable(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(at) = memchr::memchr(b'=', rest) {
        let (before, after) = rest.split_at(at);
        out.extend_from_slice(before);
        rest = after.get(1..).unwrap_or_default();
        if let Some(byte) = hex_pair(rest) {
            out.push(byte);
            rest = rest.get(2..).unwrap_or_default();
        } else if let Some(length) = soft_break(rest) {
            rest = rest.get(length..).unwrap_or_default();
        } else {
            out.push(b'=');
        }
    }
    out.extend_from_slice(rest);
    out
}

/// The byte that two hex digits at the start of `text` stand for.
pub fn hex_pair(text: &[u8]) -> Option<u8> {
    let digit = |at: usize| char::from(*text.get(at)?).to_digit(16);
    u8::try_from(digit(0)? * 16 + digit(1)?).ok()
}

/// The length of a line end, blanks before it included; at the end of the text, what is left.
fn soft_break(text: &[u8]) -> Option<usize> {
    // A line of quoted-printable has 76 characters: more blanks are no line break, and a bound
    // keeps this linear.
    let blanks = text.iter().take(76);
    let blanks = blanks.take_while(|b| matches!(b, b' ' | b'\t')).count();
    match text.get(blanks..)? {
        [] => Some(blanks),
        [b'\n', ..] => Some(blanks + 1),
        [b'\r', b'\n', ..] => Some(blanks + 2),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_takes_junk_and_missing_padding() {
        for text in ["SUJBTiBDSDk=", "SU*JB\r\nTi!BDSD k", "SUJBTg==IENIOQ=="] {
            assert_eq!(base64(text.as_bytes()), b"IBAN CH9", "{text}");
        }
        assert_eq!(base64(b"QQ"), b"A");
        assert_eq!(base64(b"Q"), b"");
        assert_eq!(base64(b"===="), b"");
    }

    #[test]
    fn encodings_are_known_however_they_are_spelt() {
        for name in ["base64", "base-64", "\"base64\"", "x-base64"] {
            assert_eq!(spelt(name), "base64", "{name}");
        }
        assert_eq!(spelt("quoted_printable"), "quoted-printable");
        assert_eq!(spelt("x-uuencode"), "x-uuencode");
        assert_eq!(spelt(""), "");
    }

    #[test]
    fn quoted_printable_takes_what_is_broken() {
        let decode = |text: &str| String::from_utf8(quoted_printable(text.as_bytes())).unwrap();
        assert_eq!(decode("=C3=A9t=c3=a9"), "été");
        assert_eq!(decode("75=\r\n6=\n.1= \t\r\n2"), "756.12");
        assert_eq!(decode("a=b =ZZ =3"), "a=b =ZZ =3");
        assert_eq!(decode("end="), "end");
        assert_eq!(decode(&"= ".repeat(500_000)).len(), 1_000_000 - 2);
    }
}
