// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns the header of an entity into what it says of the content, in every way that programs
//! understand it (RFC 2045; RFC 2183).

use std::borrow::Cow;

use super::parameters::Parameters;
use super::{Field, Reading, header, transfer};

/// Ways to read one part that are tried; that there are more is told by the doubt.
const MOST_READINGS: usize = 8;

/// Parameters that say how to read a part. A person reads none of them.
const KNOWN: &[&str] = &[
    "access-type",
    "boundary",
    "charset",
    "creation-date",
    "delsp",
    "expiration",
    "filename",
    "format",
    "handling",
    "method",
    "micalg",
    "mode",
    "modification-date",
    "name",
    "number",
    "profile",
    "protected-headers",
    "protocol",
    "read-date",
    "reply-type",
    "report-type",
    "size",
    "smime-type",
    "start",
    "start-info",
    "total",
    "type",
    "url",
    "version",
    "x-apple-part-url",
    "x-mac-creator",
    "x-mac-type",
    "x-unix-mode",
];

/// Fields that say how to read a part, or name it for programs.
const OF_PROGRAMS: &[&str] = &[
    "Content-Type",
    "Content-Transfer-Encoding",
    "Content-Disposition",
    "Content-ID",
    "Content-Length",
    "MIME-Version",
    "X-Attachment-Id",
];

/// What the header of an entity says.
pub(super) struct Head {
    /// Of several ways to read it the one that hides least.
    pub reading: Reading,
    /// The others.
    pub others: Vec<Reading>,
    /// The boundaries that are named, without those that are empty.
    pub boundaries: Vec<Vec<u8>>,
    /// File names, the likeliest first.
    pub names: Vec<String>,
    /// What parameters say that are none of MIME's.
    pub remarks: Vec<String>,
    pub is_attachment: bool,
    pub doubt: Option<&'static str>,
}

impl Head {
    pub fn read(fields: &[Field], bytes: &[u8], is_in_digest: bool) -> Self {
        let values = Values { fields, bytes };
        let kinds = values.all("Content-Type");
        let dispositions = values.all("Content-Disposition");
        let encodings = values.all("Content-Transfer-Encoding");
        let encodings: Vec<String> = encodings
            .iter()
            .map(|one| transfer::spelt(&one.word))
            .collect();
        let default = if is_in_digest && kinds.is_empty() {
            "message/rfc822"
        } else {
            "text/plain"
        };
        let mut types = Vec::new();
        for kind in &kinds {
            types.extend(types_of(kind, default));
        }
        if types.is_empty() {
            types.push((default.to_owned(), None));
        }
        // Of two types the one that has members says more.
        let first = types
            .iter()
            .position(|(kind, _)| kind.starts_with("multipart/"));
        types.swap(0, first.unwrap_or(0));
        let doubt = match () {
            () if differ(&types) => Some("several Content-Type fields that do not agree"),
            () if differ(&encodings) => {
                Some("several Content-Transfer-Encoding fields that do not agree")
            }
            () => None,
        };
        let mut readings = all(&types, &encodings);
        let reading = readings.remove(0);
        Self {
            reading,
            others: readings,
            boundaries: boundaries(&kinds),
            names: names(&kinds, &dispositions),
            remarks: remarks(&kinds, &dispositions),
            is_attachment: dispositions.iter().any(|one| one.word == "attachment"),
            doubt,
        }
    }
}

/// True for a field that says how to read a part.
pub(super) fn is_of_programs(field: &Field) -> bool {
    OF_PROGRAMS.iter().any(|name| field.is(name))
}

/// The fields of a header, by name.
struct Values<'a> {
    fields: &'a [Field],
    bytes: &'a [u8],
}

impl Values<'_> {
    /// Every value of a name, none twice. Some programs end a line at a CR alone; so a value that has
    /// one is two, and may hold another field.
    fn all(&self, name: &str) -> Vec<Parameters> {
        let mut found: Vec<Cow<'_, [u8]>> = Vec::new();
        for field in self.fields {
            let value = self.bytes.get(field.value.clone()).unwrap_or_default();
            if field.is(name) {
                found.push(Cow::Borrowed(value));
            }
            let Some(cut) = bare_return(value) else {
                continue;
            };
            let text = value.get(cut + 1..).unwrap_or_default();
            let text: Vec<u8> = text
                .iter()
                .map(|b| if *b == b'\r' { b'\n' } else { *b })
                .collect();
            let (inner, _) = header::split(&text);
            let inner = inner.iter().filter(|field| field.is(name));
            found.extend(inner.map(|field| {
                Cow::Owned(text.get(field.value.clone()).unwrap_or_default().to_vec())
            }));
            if field.is(name) {
                found.extend(value.get(..cut).map(Cow::Borrowed));
            }
        }
        found.dedup();
        found.truncate(MOST_READINGS);
        found.iter().map(|value| Parameters::read(value)).collect()
    }
}

/// Where a CR stands that ends no line by the standard.
fn bare_return(value: &[u8]) -> Option<usize> {
    memchr::memchr_iter(b'\r', value).find(|at| value.get(at + 1) != Some(&b'\n'))
}

/// The types that a value may mean, each with its charset: one, as a rule.
fn types_of(kind: &Parameters, default: &str) -> Vec<(String, Option<String>)> {
    let word: String = kind.word.split_whitespace().collect();
    let halves = word.split_once('/');
    let is_type = halves.is_some_and(|(kind, subtype)| !kind.is_empty() && !subtype.is_empty());
    let word = if is_type { word } else { default.to_owned() };
    let charsets = kind.texts("charset");
    if charsets.is_empty() {
        return vec![(word, None)];
    }
    let charsets = charsets.into_iter();
    charsets
        .map(|charset| (word.clone(), Some(charset)))
        .collect()
}

/// Each type under each encoding, the first of both first.
fn all(types: &[(String, Option<String>)], encodings: &[String]) -> Vec<Reading> {
    let none = [String::new()];
    let encodings = if encodings.is_empty() {
        &none
    } else {
        encodings
    };
    let mut readings: Vec<Reading> = Vec::new();
    for (media_type, charset) in types {
        for encoding in encodings {
            let reading = Reading {
                media_type: media_type.clone(),
                charset: charset.clone(),
                encoding: encoding.clone(),
            };
            if readings.len() < MOST_READINGS && !readings.contains(&reading) {
                readings.push(reading);
            }
        }
    }
    readings
}

fn boundaries(kinds: &[Parameters]) -> Vec<Vec<u8>> {
    let mut found: Vec<Vec<u8>> = Vec::new();
    for kind in kinds {
        let plain = kind.bytes("boundary").map(<[u8]>::to_vec);
        let decoded = kind.texts("boundary").into_iter().map(String::into_bytes);
        for mut boundary in plain.chain(decoded) {
            // Blanks at its end are none of it (RFC 2046, 5.1.1).
            boundary.truncate(boundary.trim_ascii_end().len());
            if !boundary.is_empty() && !found.contains(&boundary) {
                found.push(boundary);
            }
        }
    }
    found.truncate(MOST_READINGS);
    found
}

fn names(kinds: &[Parameters], dispositions: &[Parameters]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let given = dispositions.iter().flat_map(|one| one.texts("filename"));
    for name in given.chain(kinds.iter().flat_map(|one| one.texts("name"))) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

fn remarks(kinds: &[Parameters], dispositions: &[Parameters]) -> Vec<String> {
    let fields = kinds.iter().chain(dispositions);
    fields.flat_map(|one| one.other_texts(KNOWN)).collect()
}

/// True where words that should be one are several.
fn differ<T: PartialEq>(words: &[T]) -> bool {
    words.windows(2).any(|two| two.first() != two.last())
}
