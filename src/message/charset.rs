// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns the bytes of a charset into text, also where the charset is unknown or a lie.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{
    BIG5, EUC_JP, EUC_KR, Encoding, GB18030, GBK, ISO_2022_JP, SHIFT_JIS, UTF_8, UTF_16BE,
    UTF_16LE, WINDOWS_1252,
};

use super::mime;

/// How many bytes are looked at to tell UTF-16 and UTF-32 by their NULs.
const SAMPLE: usize = 4096;

/// How many are looked at to tell other charsets that no name tells.
const GUESSED: usize = 64 << 10;

/// Of fewer bytes beyond ASCII anything may be guessed.
const FEW: usize = 4;

/// The text of bytes in a charset, named as in a mail. It never fails: what the charset cannot
/// hold is read as UTF-8, and bytes that are not UTF-8 as windows-1252. Where no name is given, the
/// bytes tell.
///
/// A byte order mark counts more than the name. Names are those of the WHATWG Encoding Standard
/// and those that mailers use besides (UTF-7, EBCDIC, DOS code pages, UTF-32).
pub fn decode(bytes: &[u8], label: Option<&str>) -> String {
    let label = label.unwrap_or_default().trim().trim_matches(['"', '\'']);
    if let Some(text) = by_mark(bytes).or_else(|| by_nuls(bytes)) {
        return text;
    }
    if label.is_empty() {
        return or_guessed(bytes);
    }
    match Encoding::for_label_no_replacement(label.as_bytes()) {
        // Many mailers say so of UTF-8; other text is hardly ever valid UTF-8 by chance.
        Some(encoding) if encoding == UTF_8 || encoding == WINDOWS_1252 => or_western(bytes),
        // Text of two bytes a character has NULs, or bytes that are not UTF-8.
        Some(encoding) if !encoding.is_ascii_compatible() && is_narrow(bytes) => or_western(bytes),
        Some(encoding) if encoding == UTF_16LE => wide(bytes, by_order(bytes, label)),
        Some(encoding) => {
            let (text, has_errors) = encoding.decode_without_bom_handling(bytes);
            if has_errors && std::str::from_utf8(bytes).is_ok() {
                return or_western(bytes);
            }
            text.into_owned()
        }
        None => by_other_name(bytes, &label.to_ascii_lowercase()),
    }
}

/// True for a charset in which text reads otherwise than in those that have ASCII and one byte a
/// character, or UTF-8.
pub fn is_of_its_own(label: &str) -> bool {
    let encoding = Encoding::for_label_no_replacement(label.as_bytes());
    encoding.is_none_or(|encoding| encoding != UTF_8 && !encoding.is_single_byte())
}

/// True for text of two or four bytes a character, by its first bytes.
pub fn is_wide(bytes: &[u8]) -> bool {
    matches!(
        bytes,
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [0, 0, 0xfe, 0xff, ..]
    ) || width(bytes).is_some()
}

/// True for UTF-8 without NULs and without the escapes of a stateful charset.
fn is_narrow(bytes: &[u8]) -> bool {
    memchr::memchr2(0, 0x1b, bytes).is_none() && std::str::from_utf8(bytes).is_ok()
}

/// The order of bytes in UTF-16 whose name leaves it open: blanks and line ends tell.
fn by_order(bytes: &[u8], label: &str) -> &'static Encoding {
    let (pairs, _) = bytes.as_chunks::<2>();
    let big = pairs.iter().filter(|[high, _]| *high == 0).count();
    let little = pairs.iter().filter(|[_, low]| *low == 0).count();
    if big > little && !label.to_ascii_lowercase().ends_with("le") {
        UTF_16BE
    } else {
        UTF_16LE
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

/// How wide characters are read, from bytes to text.
type Width = fn(&[u8]) -> String;

/// Text whose NULs show that it is UTF-16 or UTF-32, whatever is said of it.
fn by_nuls(bytes: &[u8]) -> Option<String> {
    width(bytes).map(|read| read(bytes))
}

/// What the NULs among the first bytes show.
fn width(bytes: &[u8]) -> Option<Width> {
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
        ((_, true), (true, _), (true, _), (true, _)) => Some(|all| utf32(all, u32::from_le_bytes)),
        ((true, _), (true, _), (true, _), (_, true)) => Some(|all| utf32(all, u32::from_be_bytes)),
        ((_, true), (true, _), (_, true), (true, _)) => Some(|all| wide(all, UTF_16LE)),
        ((true, _), (_, true), (true, _), (_, true)) => Some(|all| wide(all, UTF_16BE)),
        _ => None,
    }
}

/// Text in a charset that the Encoding Standard does not name, or does not decode.
fn by_other_name(bytes: &[u8], label: &str) -> String {
    match label {
        "utf-32" | "utf-32be" | "ucs-4" => utf32(bytes, u32::from_be_bytes),
        "utf-32le" => utf32(bytes, u32::from_le_bytes),
        _ if label.ends_with("utf-7") || label.ends_with("utf7") => table(bytes, "utf-7"),
        "euc-cn" | "x-euc-cn" | "euc_cn" => wide(bytes, GBK),
        "cp864" | "ibm864" | "x-mac-arabic" | "macarabic" | "x-mac-farsi" => arabic(bytes),
        "hz-gb-2312" | "iso-2022-cn" | "iso-2022-cn-ext" | "csiso2022cn" => shifted(bytes, GBK),
        "iso-2022-kr" | "csiso2022kr" => shifted(bytes, EUC_KR),
        _ if label.starts_with("iso-2022-jp") => wide(bytes, ISO_2022_JP),
        _ if is_ebcdic(label) => ebcdic(bytes),
        _ => table(bytes, label),
    }
}

/// Text in a charset of Arabic mail: of it the digits, and the signs that have a fellow for writing to the left.
fn arabic(bytes: &[u8]) -> String {
    let sign = |byte: u8| match byte {
        0xa0..=0xbf => char::from(byte - 0x80),
        _ => char::from(byte),
    };
    bytes.iter().map(|byte| sign(*byte)).collect()
}

/// Texts that the bytes may be in charsets of the far east that nothing names, where that gives a number:
/// of those who guess, each guesses another one.
pub fn guesses(bytes: &[u8], label: Option<&str>) -> Vec<(&'static str, String)> {
    let is_said = label.is_some_and(|label| is_of_its_own(label.trim_matches(['"', '\''])));
    if is_said {
        return Vec::new();
    }
    let contains = |sign: &[u8]| memchr::memmem::find(bytes, sign).is_some();
    if bytes.is_ascii() {
        let shifted = [
            ("utf-7", &b"+/x"[..]),
            ("hz-gb-2312", b"~{"),
            ("iso-2022-kr", b"\x1b$)C"),
        ];
        let shifted = shifted.into_iter().filter(|(_, sign)| contains(sign));
        let texts = shifted.map(|(label, _)| (label, by_other_name(bytes, label)));
        return texts.filter(|(_, text)| has_wide_number(text)).collect();
    }
    if std::str::from_utf8(bytes).is_ok() {
        return Vec::new();
    }
    let encodings = [
        ("shift_jis", SHIFT_JIS),
        ("euc-jp", EUC_JP),
        ("gb18030", GB18030),
        ("big5", BIG5),
        ("euc-kr", EUC_KR),
    ];
    let texts = encodings.into_iter().map(|(label, encoding)| {
        let (text, has_errors) = encoding.decode_without_bom_handling(bytes);
        (
            label,
            if has_errors {
                String::new()
            } else {
                text.into_owned()
            },
        )
    });
    texts.filter(|(_, text)| has_wide_number(text)).collect()
}

/// True for a text with digits as wide as the signs of the far east.
fn has_wide_number(text: &str) -> bool {
    let is_wide = |c: &char| ('\u{ff10}'..='\u{ff19}').contains(c);
    text.chars().filter(is_wide).take(9).count() == 9
}

/// Text by mail-parser's tables, if it has one of that name.
fn table(bytes: &[u8], label: &str) -> String {
    mime::charset_table(label).map_or_else(|| or_western(bytes), |table| table(bytes))
}

/// Text of seven bits in which some stretches are shifted (RFC 1557, RFC 1843, RFC 1922): those are of
/// `encoding`, without its eighth bits.
fn shifted(bytes: &[u8], encoding: &'static Encoding) -> String {
    let mut out = Vec::with_capacity(bytes.len());
    let (mut is_shifted, mut at) = (false, 0);
    while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
        at += match rest {
            // Which set is meant: an escape of four bytes.
            [0x1b, b'$', b')' | b'*' | b'+', _, ..] => 4,
            [0x0e, ..] | [b'~', b'{', ..] => {
                is_shifted = true;
                1 + usize::from(rest.starts_with(b"~"))
            }
            // A line goes on.
            [b'~', b'\n', ..] => 2,
            [b'~', b'\r', b'\n', ..] => 3,
            [0x0f, ..] | [b'~', b'}', ..] => {
                is_shifted = false;
                1 + usize::from(rest.starts_with(b"~"))
            }
            [byte, ..] => {
                // No line is shifted from the line before.
                is_shifted &= *byte != b'\n';
                let high = u8::from(is_shifted && *byte > b' ') << 7;
                out.push(byte | high);
                1
            }
            [] => break,
        };
    }
    let (text, has_errors) = encoding.decode_without_bom_handling(&out);
    if has_errors {
        return or_western(bytes);
    }
    text.into_owned()
}

/// True for the names of code pages of IBM's mainframes that mail programs know.
fn is_ebcdic(label: &str) -> bool {
    const PAGES: &[&str] = &[
        "037", "273", "277", "278", "280", "284", "285", "297", "500", "870", "871", "924", "1026",
        "1047",
    ];
    let starts = ["ibm-", "ibm", "cp", "ccsid", "x-ibm"];
    let number = starts.iter().find_map(|start| label.strip_prefix(start));
    let number = number.unwrap_or_default().trim_start_matches('0');
    label.starts_with("ebcdic")
        || PAGES.iter().any(|page| page.trim_start_matches('0') == number)
        // The same with the sign of the euro.
        || matches!(number.parse(), Ok(1140..=1149))
}

/// Text in EBCDIC: what all its code pages have in common, and the accents of page 037.
fn ebcdic(bytes: &[u8]) -> String {
    let table: Vec<char> = EBCDIC.chars().collect();
    let chars = bytes.iter().map(|byte| table.get(usize::from(*byte)));
    chars.flatten().collect()
}

/// Code page 037, control characters but for tabs and line ends as blanks.
const EBCDIC: &str = "     \t       \r       \n               \n                           \u{a0}âäàáãåçñ¢.<(+|&éêëèíîïìß!$*);¬-/ÂÄÀÁÃÅÇÑ¦,%_>?øÉÊËÈÍÎÏÌ`:#@'=\"Øabcdefghi«»ðýþ±°jklmnopqrªºæ¸Æ¤µ~stuvwxyz¡¿ÐÝÞ®^£¥·©§¶¼½¾[]¯¨´×{ABCDEFGHI\u{ad}ôöòóõ}JKLMNOPQR¹ûüùúÿ\\÷STUVWXYZ²ÔÖÒÓÕ0123456789³ÛÜÙÚ ";

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

/// UTF-8; where it is not, what the bytes look like: a DOS page, or a charset of the web.
fn or_guessed(bytes: &[u8]) -> String {
    let sample = bytes.get(..bytes.len().min(GUESSED)).unwrap_or(bytes);
    let foreign = sample.iter().filter(|byte| !byte.is_ascii()).count();
    if foreign < FEW || is_mostly_utf8(sample) {
        return or_western(bytes);
    }
    if is_of_dos(sample) {
        return table(bytes, "cp850");
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(sample, sample.len() == bytes.len());
    let encoding = detector.guess(None, Utf8Detection::Deny);
    let (text, has_errors) = encoding.decode_without_bom_handling(bytes);
    // A digit that became part of another sign was one for whoever reads it otherwise.
    let digits = |text: &[u8]| text.iter().filter(|byte| byte.is_ascii_digit()).count();
    if has_errors || encoding == WINDOWS_1252 || digits(text.as_bytes()) < digits(bytes) {
        return or_western(bytes);
    }
    text.into_owned()
}

/// True where more characters are UTF-8 than bytes are not.
fn is_mostly_utf8(bytes: &[u8]) -> bool {
    let (mut good, mut bad) = (0, 0);
    for chunk in bytes.utf8_chunks() {
        let starts = chunk.valid().bytes().filter(|byte| *byte >= 0xc0);
        good += starts.count();
        bad += usize::from(!chunk.invalid().is_empty());
    }
    bad <= good
}

/// True where what windows-1252 has signs for stands within words, as the accents of page 850 do.
fn is_of_dos(bytes: &[u8]) -> bool {
    let (mut dos, mut windows) = (0_usize, 0_usize);
    for around in bytes.windows(3) {
        match around {
            [before, byte, after]
                if before.is_ascii_alphabetic() && after.is_ascii_alphabetic() =>
            {
                match byte {
                    // Quotes and dashes of windows-1252 stand there too, and 850 has its ß.
                    0x91..=0x94 | 0x96 | 0x97 | 0xe1 => {}
                    0x80..=0x9a | 0xa0..=0xa5 => dos += 1,
                    0xc0.. => windows += 1,
                    _ => {}
                }
            }
            _ => {}
        }
    }
    dos > 4 * windows
}

/// UTF-8, and windows-1252 for the bytes that are not; ISO-2022-JP where its escapes tell.
fn or_western(bytes: &[u8]) -> String {
    if memchr::memmem::find(bytes, b"\x1b$").is_some() && bytes.is_ascii() {
        return wide(bytes, ISO_2022_JP);
    }
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
            (b"\x1b$B#7\x1b(B", "iso-2022-jp-3", "７"),
            (b"\x1b$)C\x0e#7#5\x0f6", "ISO-2022-KR", "７５6"),
            (b"~{#7#5~}6", "hz-gb-2312", "７５6"),
            (b"\xc1\xc8\xe5\x40\xf7\xf5\xf6\x4b", "IBM037", "AHV 756."),
            (b"\xc1\x25\xf7", "ibm1140", "A\n7"),
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
        assert_eq!(decode(b"AHV 756\r\n", Some("utf-16")), "AHV 756\r\n");
        assert_eq!(decode(b"\x1b$B#7#5\x1b(B6", None), "７５6");
        let far = [0xff, 0x17, 0xff, 0x15, 0, b' ', 0xff, 0x16];
        assert_eq!(decode(&far, Some("utf-16")), "７５ ６");
    }

    #[test]
    fn guesses_where_nothing_is_said() {
        let russian = "Здравствуйте, мой номер 756.9217.0769.85, спасибо";
        let chinese = "您好，我的号码是 756.9217.0769.85，谢谢您的帮助";
        let japanese = "こんにちは、私の番号は 756.9217.0769.85 です";
        let french = "L\u{2019}été à Genève, le numéro de sécurité sociale est reçu";
        for (text, label) in [
            (russian, "windows-1251"),
            (russian, "koi8-r"),
            (chinese, "gb18030"),
            (japanese, "shift_jis"),
            (japanese, "euc-jp"),
            (french, "windows-1252"),
        ] {
            let encoding = Encoding::for_label(label.as_bytes()).unwrap();
            let (bytes, _, _) = encoding.encode(text);
            assert_eq!(decode(&bytes, None), text, "{label}");
        }
        let dos = b"Gr\x81\xe1e aus Z\x81rich, Herr M\x81ller, Stra\xe1e 5, f\x81r Andr\x82s";
        let expected = "Grüße aus Zürich, Herr Müller, Straße 5, für Andrés";
        assert_eq!(decode(dos, None), expected);
        let mixed = "Zürich Genève été 756 \u{fffd}".replace('\u{fffd}', "");
        let mixed = [mixed.as_bytes(), b"\xfc"].concat();
        assert_eq!(decode(&mixed, None), "Zürich Genève été 756 ü");
        // What swallows digits is not believed.
        let swallowing = b"\x810\x817\x815\x816\x810\x819\x812\x811";
        assert!(decode(swallowing, None).contains('7'));
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
