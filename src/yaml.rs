// SPDX-License-Identifier: GPL-3.0-or-later
//! The only file that knows the YAML library: reads a document, and says line and column of what is wrong.
//!
//! The library keeps the last of two equal keys in silence, so they are looked for first. Aliases
//! that unfold without end and blocks nested absurdly deep it refuses by itself, and fast.

use std::collections::HashSet;
use std::fmt;

use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, MapAccess};
use serde::de::{Error as _, SeqAccess, Visitor};

use crate::nearest::did_you_mean;

/// Flow brackets in one document. Each bracket left open makes all later ones dearer for the
/// library (20,000 take it six seconds, 4,000 a tenth of one), and no file of ours has a tenth of it.
const MAX_BRACKETS: usize = 4_000;

/// Why a document cannot be used, with the place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error(String);

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Error {}

/// Reads one document. An enum is written as a word, or as a map of one word to its value.
///
/// # Errors
/// One sentence with path, line and column, and the word that was probably meant.
pub fn read<T: DeserializeOwned>(text: &str) -> Result<T, Error> {
    // An editor's byte order mark is no content; the library takes it for a document of its own.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    check_brackets(text)?;
    let explained = |error: serde_yaml::Error| Error(explain(&error, text));
    let document = || serde_yaml::Deserializer::from_str(text);
    Unique.deserialize(document()).map_err(explained)?;
    serde_yaml::with::singleton_map_recursive::deserialize(document()).map_err(explained)
}

fn check_brackets(text: &str) -> Result<(), Error> {
    let brackets = |line: &str| line.bytes().filter(|b| b"[{".contains(b)).count();
    let mut sum = 0;
    for (number, line) in text.lines().enumerate() {
        sum += brackets(line);
        if sum > MAX_BRACKETS {
            let line = number + 1;
            return Err(Error(format!(
                "more than {MAX_BRACKETS} brackets at line {line}; write one item a line, with \"- \""
            )));
        }
    }
    Ok(())
}

/// What the library says, in words of ours.
const PLAIN: &[(&str, &str)] = &[
    (
        "invalid type: unit variant, expected newtype variant",
        "needs a value: write the word, a colon, a blank and the value",
    ),
    (
        "deserializing from YAML containing more than one document is not supported",
        "more than one document; take lines \"---\" out, and put a blank behind each colon",
    ),
    (
        "repetition limit exceeded",
        "aliases unfold to too much; write it out",
    ),
    (
        "recursion limit exceeded",
        "nested too deep; write it flatter",
    ),
    (
        "expected a sequence",
        "expected a list: [ a, b ], or lines that begin with \"- \"",
    ),
    ("expected a map", "expected lines of \"word: value\""),
    ("expected a boolean", "expected true or false"),
    (
        "expected a nonzero usize",
        "expected a whole number above 0",
    ),
];

/// What the library says, with the place in front and the remedy behind.
fn explain(error: &serde_yaml::Error, text: &str) -> String {
    let mut said = error.to_string();
    let mut place = String::new();
    if let Some(at) = error.location() {
        place = format!("line {} column {}: ", at.line(), at.column());
        let tail = format!(" at {}", place.trim_end_matches(": "));
        said = said.replacen(&tail, "", 1);
    }
    for (theirs, ours) in PLAIN {
        said = said.replace(theirs, ours);
    }
    // Their last word is the name of a type of ours, which tells an admin nothing.
    for (theirs, ours) in [
        ("expected enum ", "a word"),
        ("expected struct ", "lines of \"word: value\""),
    ] {
        if let Some(at) = said.find(theirs) {
            said.truncate(at);
            said = format!("{said}expected {ours}");
        }
    }
    let remedy = remedy(&said, text);
    format!("{place}{said}{remedy}")
}

/// What to write instead, where it can be told from the error.
fn remedy(said: &str, text: &str) -> String {
    if said.contains("cannot start any token") && text.contains('\t') {
        return "; indent with blanks, not with tabs".into();
    }
    if said.contains("scanning an alias") || said.ends_with("unknown anchor") {
        return "; write \"*\" in quotes, and see that each quote before it is closed".into();
    }
    if said.contains("parsing a flow") {
        return "; close each bracket, and put a comma between items".into();
    }
    if said.contains("parsing a block") {
        return "; indent what belongs together alike, and write nothing below a closed bracket"
            .into();
    }
    if said.contains("mapping values are not allowed") {
        return "; a key wants a blank behind its colon, and a value with a colon and a blank \
                wants quotes"
            .into();
    }
    let Some((_, after)) = said
        .split_once("unknown field `")
        .or_else(|| said.split_once("unknown variant `"))
    else {
        return String::new();
    };
    let mut quoted = after.split('`');
    let word = quoted.next().unwrap_or_default();
    let known: Vec<&str> = quoted.skip(1).step_by(2).collect();
    did_you_mean(word, known)
}

/// Walks a document for keys that stand twice in one map, and for tags, of which we have none.
struct Unique;

impl<'de> DeserializeSeed<'de> for Unique {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Unique {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a document")
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_i128<E>(self, _: i128) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u128<E>(self, _: u128) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_none<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while items.next_element_seed(Unique)?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        let mut seen = HashSet::new();
        while entries.next_key_seed(NewKey(&mut seen))?.is_some() {
            entries.next_value_seed(Unique)?;
        }
        Ok(())
    }

    fn visit_enum<A: EnumAccess<'de>>(self, _: A) -> Result<(), A::Error> {
        Err(A::Error::custom(
            "a word with \"!\" in front means nothing here; put it in quotes, or write \"word: value\"",
        ))
    }
}

/// A key that must not have been seen in its map.
struct NewKey<'a>(&'a mut HashSet<String>);

impl NewKey<'_> {
    fn take<E: serde::de::Error>(self, key: String) -> Result<(), E> {
        if self.0.contains(&key) {
            return Err(E::custom(format!(
                "\"{key}\" stands twice; keep one of them"
            )));
        }
        self.0.insert(key);
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for NewKey<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for NewKey<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a word as key")
    }

    fn visit_bool<E: serde::de::Error>(self, key: bool) -> Result<(), E> {
        self.take(key.to_string())
    }

    fn visit_i64<E: serde::de::Error>(self, key: i64) -> Result<(), E> {
        self.take(key.to_string())
    }

    fn visit_u64<E: serde::de::Error>(self, key: u64) -> Result<(), E> {
        self.take(key.to_string())
    }

    fn visit_f64<E: serde::de::Error>(self, key: f64) -> Result<(), E> {
        self.take(key.to_string())
    }

    fn visit_str<E: serde::de::Error>(self, key: &str) -> Result<(), E> {
        self.take(key.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::time::{Duration, Instant};

    use serde::Deserialize;

    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Sample {
        items: Vec<Item>,
        #[serde(default)]
        numbers: BTreeMap<String, u32>,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "kebab-case")]
    enum Item {
        Relay(String),
        MtaHold(String),
        Plain,
    }

    fn error(text: &str) -> String {
        read::<Sample>(text).unwrap_err().to_string()
    }

    #[test]
    fn an_enum_is_a_word_or_a_map_of_one() {
        let sample: Sample = read("items: [ relay: incamail, plain ]").unwrap();
        assert_eq!(sample.items, [Item::Relay("incamail".into()), Item::Plain]);
    }

    #[test]
    fn says_place_and_word() {
        for (text, expected) in [
            (
                "items: [ rely: x ]",
                "line 1 column 10: items[0]: unknown variant `rely`, expected one of `relay`, \
                 `mta-hold`, `plain`; did you mean \"relay\"?",
            ),
            (
                "items: []\nnumber: {}",
                "line 2 column 1: unknown field `number`, expected `items` or `numbers`; \
                 did you mean \"numbers\"?",
            ),
            (
                "items: []\nnumbers: { a: 1, b: 2,\n  a: 3 }",
                "line 3 column 3: numbers: \"a\" stands twice; keep one of them",
            ),
            (
                "items: []\nitems: []",
                "line 2 column 1: \"items\" stands twice; keep one of them",
            ),
            (
                "items:\n\t- plain",
                "line 2 column 1: found character that cannot start any token, while scanning \
                 for the next token; indent with blanks, not with tabs",
            ),
            (
                "items: [ !plain x ]",
                "line 1 column 10: items[0]: a word with \"!\" in front means nothing here; put it \
                 in quotes, or write \"word: value\"",
            ),
            (
                "items: []\n---\nitems: []",
                "more than one document; take lines \"---\" out, and put a blank behind each colon",
            ),
            (
                "items: 3",
                "line 1 column 8: items: invalid type: integer `3`, expected a list: [ a, b ], or lines that begin with \"- \"",
            ),
            (
                "- 3",
                "line 1 column 1: invalid type: sequence, expected lines of \"word: value\"",
            ),
            (
                "items: [ 3 ]",
                "line 1 column 10: items[0]: invalid type: integer `3`, expected a word",
            ),
            ("", "line 1 column 1: missing field `items`"),
        ] {
            assert_eq!(error(text), expected);
        }
    }

    #[test]
    fn hostile_documents_are_refused_fast() {
        let began = Instant::now();
        for text in [
            "[".repeat(1_000_000),
            "{a: ".repeat(1_000_000),
            "\"]\" [".repeat(100_000),
            "- ".repeat(100_000),
            "? ".repeat(100_000),
            format!("items: {}", "[".repeat(MAX_BRACKETS)),
        ] {
            assert!(read::<Sample>(&text).is_err());
        }
        let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for n in 1..30 {
            let last = format!("*a{}", n - 1);
            bomb += &format!("a{n}: &a{n} [{}]\n", vec![last; 10].join(", "));
        }
        assert!(error(&bomb).contains("aliases unfold to too much"));
        assert!(began.elapsed() < Duration::from_secs(10));
    }

    #[test]
    fn brackets_in_quotes_are_no_nesting() {
        let text = format!("items: [ relay: '{}' ]", "[".repeat(1_000));
        assert!(read::<Sample>(&text).is_ok());
    }
}
