// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns transfer-encoded bytes into content (RFC 2045, 6), taking what mail clients take.

use std::borrow::Cow;
use std::sync::LazyLock;

/// What encodings are called, signs between the letters left out, and what they are. Empty is the
/// one that changes nothing.
const NAMES: &[(&str, &str)] = &[
    ("7bit", ""),
    ("8bit", ""),
    ("b64", BASE64),
    ("base64", BASE64),
    ("binary", ""),
    ("qp", QUOTED_PRINTABLE),
    ("quotedprintable", QUOTED_PRINTABLE),
    ("uue", UUENCODE),
    ("uuencode", UUENCODE),
];

/// Base64 (RFC 2045, 6.8).
pub const BASE64: &str = "base64";
/// Quoted-printable (RFC 2045, 6.7).
pub const QUOTED_PRINTABLE: &str = "quoted-printable";
/// What was there before MIME, and is still read. Its content stands behind a line `begin`.
pub const UUENCODE: &str = "uuencode";

/// A line of base64 in a mail has 76 characters; a shorter one is the last, or something else.
const LINE: usize = 40;

/// What is longer is not looked at sign by sign, in bytes.
const LARGE: usize = 64 << 10;

/// The encoding that a field names, in lower case; empty for one that changes nothing. Mailers write
/// other signs between the letters, and more words behind them.
pub fn spelt(name: &str) -> String {
    let letters: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    let letters = letters.to_ascii_lowercase();
    let letters = letters.strip_prefix('x').unwrap_or(&letters);
    let known = NAMES.iter().find(|(known, _)| {
        let rest = letters.strip_prefix(known);
        rest.is_some_and(|rest| rest.is_empty() || known.len() > 3)
    });
    let first = || name.split_whitespace().next().unwrap_or_default();
    known.map_or_else(|| first().to_lowercase(), |(_, name)| (*name).to_owned())
}

/// True for what [`spelt`] gives of an encoding that is known.
pub fn is_known(encoding: &str) -> bool {
    NAMES.iter().any(|(_, known)| *known == encoding)
}

/// True for an encoding under which the bytes are not the content itself.
pub fn is_encoding(encoding: &str) -> bool {
    !encoding.is_empty()
}

/// The lines under base64 that no encoder wrote, where there is a sign that none writes: what stands
/// there in clear. `decoded` is how many bytes it gave.
pub fn in_clear(bytes: &[u8], decoded: usize) -> Vec<u8> {
    let line_ends = memchr::memchr2_iter(b'\r', b'\n', bytes).count();
    // Of a large part the length tells, short of a few signs: padding is two bytes at most.
    let is_whole = if bytes.len() > LARGE {
        decoded + 2 >= (bytes.len() - line_ends) / 4 * 3
    } else {
        is_base64(bytes, 0)
    };
    if is_whole {
        return Vec::new();
    }
    let lines = bytes.split_inclusive(|byte| *byte == b'\n');
    let others = lines.filter(|line| !is_base64(line, LINE));
    others.collect::<Vec<_>>().concat()
}

/// True for text of so many characters at least that is base64 and nothing else.
pub fn is_base64(text: &[u8], least: usize) -> bool {
    let text = text.trim_ascii();
    let signs = text.strip_suffix(b"=").unwrap_or(text);
    let signs = signs.strip_suffix(b"=").unwrap_or(signs);
    let is_sign = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'\r' | b'\n');
    text.len() >= least && signs.iter().all(is_sign)
}

/// The content behind an encoding named in lower case; the bytes themselves where it is unknown.
pub fn decode<'a>(bytes: &'a [u8], encoding: &str) -> Cow<'a, [u8]> {
    match encoding {
        BASE64 => Cow::Owned(base64(bytes)),
        QUOTED_PRINTABLE => Cow::Owned(quoted_printable(bytes)),
        _ => Cow::Borrowed(bytes),
    }
}

/// What no sign of base64 stands for.
const NO_SIGN: u8 = 0x80;

/// What each byte stands for in base64 (RFC 4648, 4).
static SIGNS: LazyLock<[u8; 256]> = LazyLock::new(|| {
    let mut signs = [NO_SIGN; 256];
    for (value, digit) in (0..).zip(DIGITS) {
        if let Some(sign) = signs.get_mut(usize::from(*digit)) {
            *sign = value;
        }
    }
    signs
});

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Decodes base64. Bytes outside the alphabet are passed over (RFC 2045, 6.8), padding may be
/// missing, and after padding a new run begins.
pub fn base64(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() / 4 * 3 + 3);
    let mut bits = 0_u32;
    let mut count = 0;
    let mut rest = bytes;
    let signs = &*SIGNS;
    let sign = |byte: u8| signs.get(usize::from(byte)).copied().unwrap_or(NO_SIGN);
    loop {
        if count == 0 {
            rest = groups(rest, sign, &mut out);
        }
        let Some((byte, after)) = rest.split_first() else {
            break;
        };
        rest = after;
        let value = sign(*byte);
        if *byte == b'=' {
            flush(&mut out, bits, count);
            (bits, count) = (0, 0);
        } else if value != NO_SIGN {
            bits = bits << 6 | u32::from(value);
            count += 1;
            if count == 4 {
                let [_, a, b, c] = bits.to_be_bytes();
                out.extend([a, b, c]);
                (bits, count) = (0, 0);
            }
        }
    }
    flush(&mut out, bits, count);
    out
}

/// Decodes groups of eight signs, which is what a line of base64 is nearly all of; what is left.
fn groups<'a>(mut bytes: &'a [u8], sign: impl Fn(u8) -> u8 + Copy, out: &mut Vec<u8>) -> &'a [u8] {
    while let Some((group, rest)) = bytes.split_first_chunk::<8>() {
        let values = group.map(sign);
        if values.iter().fold(0, |all, value| all | value) & NO_SIGN != 0 {
            break;
        }
        let bits = values
            .iter()
            .fold(0_u64, |bits, value| bits << 6 | u64::from(*value));
        let [_, _, a, b, c, d, e, f] = bits.to_be_bytes();
        out.extend_from_slice(&[a, b, c, d, e, f]);
        bytes = rest;
    }
    bytes
}

/// Encodes as base64 on one line, with padding (RFC 4648, 4).
pub fn to_base64(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let mut bits = 0_usize;
        for at in 0..3 {
            bits = bits << 8 | usize::from(group.get(at).copied().unwrap_or(0));
        }
        for at in 0..4_usize {
            let digit = DIGITS.get(bits >> (18 - 6 * at) & 63).copied();
            let digit = digit.filter(|_| at <= group.len()).unwrap_or(b'=');
            out.push(char::from(digit));
        }
    }
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
        [b'\r', ..] => Some(blanks + 1),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_rfc_4648() {
        for (plain, coded) in [
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("~~~?", "fn5+Pw=="),
        ] {
            assert_eq!(to_base64(plain.as_bytes()), coded);
        }
    }

    #[test]
    fn base64_takes_junk_and_missing_padding() {
        for text in ["SUJBTiBDSDk=", "SU*JB\r\nTi!BDSD k", "SUJBTg==IENIOQ=="] {
            assert_eq!(base64(text.as_bytes()), b"IBAN CH9", "{text}");
        }
        // Wherever the junk stands, and however long the lines are.
        let plain: Vec<u8> = (0..=255).collect();
        let coded = to_base64(&plain);
        for width in 1..80 {
            let lines: Vec<_> = coded.as_bytes().chunks(width).collect();
            assert_eq!(base64(&lines.join(&b"\r\n"[..])), plain, "{width}");
        }
        assert_eq!(base64(b"QQ"), b"A");
        assert_eq!(base64(b"Q"), b"");
        assert_eq!(base64(b"===="), b"");
    }

    #[test]
    fn encodings_are_known_however_they_are_spelt() {
        for name in [
            "base64",
            "base-64",
            "\"BASE64\"",
            "x-base64",
            "base64 or so",
        ] {
            assert_eq!(spelt(name), BASE64, "{name}");
        }
        assert_eq!(spelt("quoted_printable"), QUOTED_PRINTABLE);
        assert_eq!(spelt("x-uuencode"), UUENCODE);
        assert_eq!(spelt("x-uue"), UUENCODE);
        for name in ["", "8-bit", "7BIT", "binary"] {
            assert_eq!(spelt(name), "", "{name}");
        }
        assert_eq!(spelt("qpx y"), "qpx");
        assert!(is_known("") && !is_known("qpx"));
    }

    #[test]
    fn what_stands_in_clear_beside_base64_is_told() {
        let line = [b"QUJD".repeat(19), b"\r\n".to_vec()].concat();
        let clear = |bytes: &[u8]| String::from_utf8(in_clear(bytes, base64(bytes).len())).unwrap();
        for whole in [line.repeat(100), b"QUI=".to_vec(), b"QUJDRA\n".to_vec()] {
            assert_eq!(clear(&whole), "");
        }
        let footer = [line.repeat(2), b"a list's footer.\r\nb".to_vec()].concat();
        assert_eq!(clear(&footer), "a list's footer.\r\nb");
        assert_eq!(clear(b"AHV 756.9217.0769.85"), "AHV 756.9217.0769.85");
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
