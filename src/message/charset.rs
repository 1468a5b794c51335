// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns the bytes of a charset into text, also where the charset is unknown or a lie.

use encoding_rs::{Encoding, REPLACEMENT, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::mime;

/// How many bytes are looked at to tell UTF-16 and UTF-32 by their NULs.
const SAMPLE: usize = 4096;

/// The text of bytes in a charset, named as in a mail. It never fails: what the charset cannot
/// hold is read as UTF-8, and bytes that are not UTF-8 as windows-1252.
///
/// A byte order mark counts more than the name. Names are those of the WHATWG Encoding Standard
/// and those that mailers use besides (UTF-7, DOS code pages, UTF-32).
pub fn decode(bytes: &[u8], label: Option<&str>) -> String {
    let label = label.unwrap_or_default().trim().trim_matches(['"', '\'']);
    if let Some(text) = by_mark(bytes) {
        return text;
    }
    let named = Encoding::for_label_no_replacement(label.as_bytes());
    let is_wide = named.is_some_and(|encoding| !encoding.is_ascii_compatible());
    if !is_wide && let Some(text) = by_nuls(bytes) {
        return text;
    }
    match named {
        // Many mailers say so of UTF-8; other text is hardly ever valid UTF-8 by chance.
        Some(encoding) if encoding == UTF_8 || encoding == WINDOWS_1252 => or_western(bytes),
        Some(encoding) => {
            let (text, has_errors) = encoding.decode_without_bom_handling(bytes);
            if has_errors && std::str::from_utf8(bytes).is_ok() {
                return or_western(bytes);
            }
            text.into_owned()
        }
        None => by_other_name(bytes, label),
    }
}

/// Text behind a byte order mark.
fn by_mark(bytes: &[u8]) -> Option<String> {
    match bytes {
        [0xef, 0xbb, 0xbf, rest @ ..] => Some(or_western(rest)),
        [0xff, 0xfe, 0, 0, rest @ ..] => Some(utf32(rest, u32::from_le_bytes)),
        [0, 0, 0xfe, 0xff, rest @ ..] => Some(utf32(rest, u32::from_be_bytes)),
        [0xff, 0xfe, rest @ ..] => Some(wide(rest, UTF_16LE)),
        [0xfe, 0xff, rest @ ..] => Some(wide(rest, UTF_16BE)),
        _ => None,
    }
}

/// Text whose NULs show that it is UTF-16 or UTF-32, whatever is said of it.
fn by_nuls(bytes: &[u8]) -> Option<String> {
    let sample = bytes.get(..bytes.len().min(SAMPLE))?;
    let mut nuls = [0_usize; 4];
    for (place, count) in nuls.iter_mut().enumerate() {
        let column = sample.iter().skip(place).step_by(4);
        *count = column.filter(|byte| **byte == 0).count();
    }
    let quads = sample.len() / 4;
    if quads < 2 {
        return None;
    }
    let [a, b, c, d] = nuls.map(|count| {
        let is_most = count * 2 > quads;
        let is_none = count * 20 < quads;
        (is_most, is_none)
    });
    match (a, b, c, d) {
        ((_, true), (true, _), (true, _), (true, _)) => Some(utf32(bytes, u32::from_le_bytes)),
        ((true, _), (true, _), (true, _), (_, true)) => Some(utf32(bytes, u32::from_be_bytes)),
        ((_, true), (true, _), (_, true), (true, _)) => Some(wide(bytes, UTF_16LE)),
        ((true, _), (_, true), (true, _), (_, true)) => Some(wide(bytes, UTF_16BE)),
        _ => None,
    }
}

/// Text in a charset that the Encoding Standard does not name.
fn by_other_name(bytes: &[u8], label: &str) -> String {
    match label.to_ascii_lowercase().as_str() {
        "utf-32" | "utf-32be" | "ucs-4" => utf32(bytes, u32::from_be_bytes),
        "utf-32le" => utf32(bytes, u32::from_le_bytes),
        _ if Encoding::for_label(label.as_bytes()) == Some(REPLACEMENT) => or_western(bytes),
        _ => mime::charset_table(label).map_or_else(|| or_western(bytes), |table| table(bytes)),
    }
}

fn wide(bytes: &[u8], encoding: &'static Encoding) -> String {
    encoding.decode_without_bom_handling(bytes).0.into_owned()
}

fn utf32(bytes: &[u8], number: fn([u8; 4]) -> u32) -> String {
    let (quads, _) = bytes.as_chunks::<4>();
    let chars = quads.iter().map(|quad| char::from_u32(number(*quad)));
    chars
        .map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect()
}

/// UTF-8, and windows-1252 for the bytes that are not.
fn or_western(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        let (western, _) = WINDOWS_1252.decode_without_bom_handling(chunk.invalid());
        text.push_str(&western);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16(text: &str, to: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(to).collect()
    }

    #[test]
    fn reads_the_charset_that_is_said() {
        for (bytes, label, text) in [
            (&b"M\xfcller"[..], "iso-8859-1", "Müller"),
            (b"M\xc3\xbcller", "utf-8", "Müller"),
            (b"\x1b$B#7#5#6\x1b(B", "iso-2022-jp", "７５６"),
            (b"+AOk-t+AOk-", "UTF-7", "été"),
            (b"M\x81ller", "cp850", "Müller"),
            (b"M\x9fller", "macintosh", "Müller"),
            (b"\xcf\xf0\xe8\xe2\xe5\xf2", "\"windows-1251\"", "Привет"),
            (b"\0\0\0A\0\0\0B", "utf-32", "AB"),
        ] {
            assert_eq!(decode(bytes, Some(label)), text, "{label}");
        }
    }

    #[test]
    fn reads_through_a_lie() {
        assert_eq!(decode(b"M\xc3\xbcller", Some("us-ascii")), "Müller");
        assert_eq!(decode(b"M\xc3\xbcller", Some("iso-8859-1")), "Müller");
        assert_eq!(decode(b"M\xfcller \xc3\xa9", Some("utf-8")), "Müller é");
        assert_eq!(decode(b"M\xfcller", Some("x-nonsense")), "Müller");
        assert_eq!(decode(b"AHV \xff", Some("iso-2022-kr")), "AHV ÿ");
        assert_eq!(decode(b"M\xfcller", None), "Müller");
    }

    #[test]
    fn tells_wide_text_by_mark_and_by_its_nuls() {
        let text = "AHV 756.9217.0769.85 Müller";
        let little = utf16(text, u16::to_le_bytes);
        let big = utf16(text, u16::to_be_bytes);
        for label in [None, Some("us-ascii"), Some("utf-8")] {
            assert_eq!(decode(&little, label), text);
            assert_eq!(decode(&big, label), text);
        }
        assert_eq!(decode(&big, Some("utf-16be")), text);
        let marked = [&[0xff, 0xfe][..], &little].concat();
        assert_eq!(decode(&marked, Some("utf-16")), text);
        let quads: Vec<u8> = text
            .chars()
            .flat_map(|c| u32::from(c).to_le_bytes())
            .collect();
        assert_eq!(decode(&quads, None), text);
        // A NUL here and there is no UTF-16.
        assert_eq!(decode(b"7\x0056.9217", None), "7\x0056.9217");
    }
}
