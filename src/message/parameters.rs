// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns a Content-Type or Content-Disposition value into its word and its parameters (RFC 2045,
//! 5.1; RFC 2231), taking what mailers get wrong.

use super::{charset, transfer, words};

/// The value of one MIME header field.
#[derive(Debug, Default)]
pub struct Parameters {
    /// What stands before the first semicolon, in lower case: `text/plain`, `attachment`.
    pub word: String,
    sections: Vec<Section>,
}

/// One `name*number*=value` (RFC 2231, 3 and 4).
#[derive(Debug)]
struct Section {
    /// In lower case, without what follows a star.
    name: String,
    /// Its place among the sections of one parameter; none for a parameter in one piece.
    number: Option<u32>,
    /// True where the name ended with a star: charset, language and `%XX`.
    is_encoded: bool,
    value: Vec<u8>,
}

impl Parameters {
    /// Takes a value apart. It never fails; what is no parameter is passed over.
    pub fn read(value: &[u8]) -> Self {
        let (word, mut rest) = piece(value);
        let mut sections = Vec::new();
        let mut take = |text| {
            let (name, value, next) = parameter(text);
            sections.extend(value.map(|value| Section::new(&name, value)));
            next
        };
        // Where the first semicolon is missing, a blank or a comma stands there.
        let gap = word
            .iter()
            .position(|byte| matches!(byte, b' ' | b'\t' | b','));
        let behind = word.get(gap.unwrap_or(word.len())..).unwrap_or_default();
        let behind = behind.trim_ascii_start();
        let behind = behind.strip_prefix(b",").unwrap_or(behind);
        let has_parameter = behind.contains(&b'=');
        if has_parameter {
            take(behind);
        }
        while !rest.is_empty() {
            rest = take(rest);
        }
        let word = word.get(..gap.filter(|_| has_parameter).unwrap_or(word.len()));
        let word = String::from_utf8_lossy(word.unwrap_or_default()).to_lowercase();
        Self { word, sections }
    }

    /// The bytes of a parameter in one piece, as they stand in the mail but for quotes and folds; of
    /// one that is given several times, all.
    pub fn bytes<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        let named = self.named(name);
        named
            .filter(|section| section.is_simple())
            .map(|section| section.value.as_slice())
    }

    /// The text of a parameter, decoded. One in the manner of RFC 2231 counts more than one in one
    /// piece, as mail clients have it. `None` where there is none, or an empty one.
    pub fn text(&self, name: &str) -> Option<String> {
        self.texts(name).into_iter().next()
    }

    /// Every text that a program may read of a parameter, the likeliest first, none twice.
    pub fn texts(&self, name: &str) -> Vec<String> {
        let pieces = self.named(name).filter(|section| !section.is_simple());
        let (wholes, mut pieces): (Vec<&Section>, Vec<&Section>) =
            pieces.partition(|section| section.number.is_none());
        pieces.sort_by_key(|section| section.number);
        let mut texts = Vec::new();
        let mut add = |text: String| {
            if !text.is_empty() && texts.len() < MOST_TEXTS && !texts.contains(&text) {
                texts.push(text);
            }
        };
        wholes.iter().for_each(|whole| add(joined(&[*whole])));
        if !pieces.is_empty() {
            add(joined(&pieces));
        }
        for bytes in self.bytes(name) {
            add(words::decode_words(bytes));
            if bytes.contains(&b'%') {
                let (_, rest) = with_charset(bytes).unwrap_or((b"", bytes));
                let plain = percent_decoded(rest);
                add(words::decode_words(&plain));
            }
        }
        texts
    }

    /// The texts of all parameters but these.
    pub fn other_texts(&self, known: &[&str]) -> Vec<String> {
        let names = self.sections.iter().map(|section| section.name.as_str());
        let mut names: Vec<&str> = names.filter(|name| !known.contains(name)).collect();
        names.sort_unstable();
        names.dedup();
        names.truncate(MOST_TEXTS);
        names.iter().flat_map(|name| self.texts(name)).collect()
    }

    fn named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Section> {
        self.sections.iter().filter(move |one| one.name == name)
    }
}

/// Texts of one parameter, and parameters of one field, that are looked at.
const MOST_TEXTS: usize = 20;

/// The charset that a value names, and the value behind charset and language (RFC 2231, 4).
fn with_charset(value: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut pieces = value.splitn(3, |byte| *byte == b'\'');
    Some((pieces.next()?, pieces.nth(1)?))
}

impl Section {
    fn new(name: &[u8], value: Vec<u8>) -> Self {
        let name = String::from_utf8_lossy(name).to_lowercase();
        let mut pieces = name.split('*');
        let base = pieces.next().unwrap_or_default().trim().to_owned();
        let number = pieces.next().and_then(|digits| digits.trim().parse().ok());
        let is_encoded = name.trim_end().ends_with('*');
        Self {
            name: base,
            number,
            is_encoded,
            value,
        }
    }

    fn is_simple(&self) -> bool {
        self.number.is_none() && !self.is_encoded
    }
}

/// The text of a parameter in sections: the bytes are put together before the charset is looked at,
/// since a section may end within a character.
fn joined(sections: &[&Section]) -> String {
    let mut charset = None;
    let (mut bytes, mut encoded) = (Vec::new(), Vec::new());
    for section in sections {
        let mut value = section.value.as_slice();
        if !section.is_encoded {
            bytes.extend(percent_decoded(&std::mem::take(&mut encoded)));
            bytes.extend_from_slice(value);
            continue;
        }
        if let (None, Some((first, rest))) = (&charset, with_charset(value)) {
            charset = Some(String::from_utf8_lossy(first).into_owned());
            value = rest;
        }
        // A section may end within a `%XX`.
        encoded.extend_from_slice(value);
    }
    bytes.extend(percent_decoded(&encoded));
    match charset {
        Some(charset) => charset::decode(&bytes, Some(&charset)),
        None => words::decode_words(&bytes),
    }
}

/// Bytes with each `%XX` replaced by the byte that it stands for.
pub fn percent_decoded(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        let rest = text.get(at + 1..).unwrap_or_default();
        match transfer::hex_pair(rest) {
            Some(decoded) if *byte == b'%' => {
                out.push(decoded);
                at += 3;
            }
            _ => {
                out.push(*byte);
                at += 1;
            }
        }
    }
    out
}

/// The parameter at the start of `text`, and what follows its semicolon.
fn parameter(text: &[u8]) -> (Vec<u8>, Option<Vec<u8>>, &[u8]) {
    let end = text.iter().position(|byte| matches!(byte, b'=' | b';'));
    let Some(end) = end else {
        return (Vec::new(), None, &[]);
    };
    let (name, rest) = text.split_at(end);
    let Some(rest) = rest.strip_prefix(b"=") else {
        return (Vec::new(), None, rest.get(1..).unwrap_or_default());
    };
    let (value, rest) = piece(rest);
    (name.trim_ascii().to_vec(), Some(value), rest)
}

/// The text up to the next semicolon, and what follows that: quotes, escapes, comments and folds
/// are resolved, blanks at both ends removed unless they are quoted.
fn piece(text: &[u8]) -> (Vec<u8>, &[u8]) {
    let mut out = Vec::new();
    // How much of `out` is not blanks at its end.
    let mut solid = 0;
    let (mut quoted, mut escaped, mut comments) = (false, false, 0_usize);
    let mut rest: &[u8] = &[];
    for (at, byte) in text.iter().enumerate() {
        let is_blank = byte.is_ascii_whitespace();
        match byte {
            b'\r' | b'\n' => continue,
            _ if escaped => escaped = false,
            b'\\' if quoted || comments > 0 => {
                escaped = true;
                continue;
            }
            b'"' if comments == 0 => {
                quoted = !quoted;
                continue;
            }
            b'(' if !quoted && (comments > 0 || solid < out.len() || out.is_empty()) => {
                comments += 1;
            }
            b')' if comments > 0 => {
                comments -= 1;
                continue;
            }
            b';' if !quoted && comments == 0 => {
                rest = text.get(at + 1..).unwrap_or_default();
                break;
            }
            _ if is_blank && !quoted && out.is_empty() => continue,
            _ => {}
        }
        if comments == 0 {
            out.push(*byte);
            if quoted || !is_blank {
                solid = out.len();
            }
        }
    }
    out.truncate(solid);
    (out, rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(value: &str) -> Option<String> {
        Parameters::read(value.as_bytes()).text("filename")
    }

    #[test]
    fn reads_word_and_parameters() {
        let read =
            Parameters::read(b" Text/Plain (a;b) ; Charset = \"utf-8\" ;\r\n format=flowed;x");
        assert_eq!(read.word, "text/plain");
        let bytes = |read: &Parameters, name| read.bytes(name).next().map(<[u8]>::to_vec);
        assert_eq!(bytes(&read, "charset"), Some(b"utf-8".to_vec()));
        assert_eq!(read.text("format").as_deref(), Some("flowed"));
        assert_eq!(bytes(&read, "x"), None);
        let odd = Parameters::read(b"multipart/mixed; boundary=\"a\\\"; b\"; y=a=b");
        assert_eq!(bytes(&odd, "boundary"), Some(b"a\"; b".to_vec()));
        assert_eq!(bytes(&odd, "y"), Some(b"a=b".to_vec()));
        let commented = Parameters::read(b"base64 (so (they) say) ; x=a (b\\)) ; z=(c)d");
        assert_eq!(commented.word, "base64");
        assert_eq!(bytes(&commented, "x"), Some(b"a".to_vec()));
        assert_eq!(bytes(&commented, "z"), Some(b"d".to_vec()));
        assert_eq!(Parameters::read(b"").word, "");
        for value in ["text/html charset=x", "text/html, charset=x; y=z"] {
            let read = Parameters::read(value.as_bytes());
            assert_eq!(
                (&*read.word, read.text("charset")),
                ("text/html", Some("x".into()))
            );
        }
    }

    #[test]
    fn reads_names_however_they_are_written() {
        let expected = Some("Lohn Müller (1).pdf".to_owned());
        for value in [
            "attachment; filename=\"Lohn Müller (1).pdf\"",
            "attachment; filename=\"=?utf-8?Q?Lohn_M=C3=BC?=\r\n =?utf-8?Q?ller_(1).pdf?=\"",
            "attachment; filename*=utf-8'de'Lohn%20M%C3%BCller%20(1).pdf",
            "attachment; filename*=iso-8859-1''Lohn%20M%FCller%20(1).pdf; filename=x.pdf",
            // A section may end within a character, and come in any order.
            "attachment; filename*1*=%BCller; filename*2=\" (1).pdf\"; filename*0*=utf-8''Lohn%20M%C3",
        ] {
            assert_eq!(name(value), expected, "{value}");
        }
        assert_eq!(
            name("a; filename=Lohn Liste.pdf").as_deref(),
            Some("Lohn Liste.pdf")
        );
        assert_eq!(
            name("a; filename=\"never closed").as_deref(),
            Some("never closed")
        );
        assert_eq!(name("a; filename=\"\""), None);
        assert_eq!(name("a; filename*99999999999=x").as_deref(), Some("x"));
        assert_eq!(name("a; filename*=100%").as_deref(), Some("100%"));
        let read =
            Parameters::read(b"a; filename=x; filename*=''y; filename=\"utf-8''%7a\"; note=n");
        assert_eq!(read.texts("filename"), ["y", "x", "utf-8''%7a", "z"]);
        assert_eq!(read.other_texts(&["filename"]), ["n"]);
    }

    #[test]
    fn a_million_parameters_take_linear_time() {
        let many = format!("a; {}", "filename*1=x; ".repeat(1_000_000));
        assert_eq!(name(&many).map(|text| text.len()), Some(1_000_000));
        Parameters::read("(".repeat(1 << 20).as_bytes());
    }
}
