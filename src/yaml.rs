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
    check_brackets(text)?;
    let explained = |error: serde_yaml::Error| Error(explain(&error.to_string(), text));
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

/// What serde and the library say, as an admin understands it, with the word that was meant.
fn explain(error: &str, text: &str) -> String {
    let error = error
        .replace(
            "invalid type: unit variant, expected newtype variant",
            "needs a value: write the word, a colon, a blank and the value",
        )
        .replace(
            "recursion limit exceeded",
            "nested too deep; write it flatter",
        )
        .replace(
            "repetition limit exceeded",
            "aliases unfold to too much; write it out",
        )
        .replace(
            "deserializing from YAML containing more than one document is not supported",
            "more than one document; take the line \"---\" out",
        );
    if error.contains("cannot start any token") && text.contains('\t') {
        return format!("{error}; indent with blanks, not with tabs");
    }
    let Some((_, after)) = error
        .split_once("unknown field `")
        .or_else(|| error.split_once("unknown variant `"))
    else {
        return error;
    };
    let mut quoted = after.split('`');
    let word = quoted.next().unwrap_or_default();
    let known: Vec<&str> = quoted.skip(1).step_by(2).collect();
    format!("{error}{}", did_you_mean(word, known))
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
                "items[0]: unknown variant `rely`, expected one of `relay`, `mta-hold`, `plain` \
                 at line 1 column 10; did you mean \"relay\"?",
            ),
            (
                "items: []\nnumber: {}",
                "unknown field `number`, expected `items` or `numbers` at line 2 column 1; \
                 did you mean \"numbers\"?",
            ),
            (
                "items: []\nnumbers: { a: 1, b: 2,\n  a: 3 }",
                "numbers: \"a\" stands twice; keep one of them at line 3 column 3",
            ),
            (
                "items: []\nitems: []",
                "\"items\" stands twice; keep one of them at line 2 column 1",
            ),
            (
                "items:\n\t- plain",
                "found character that cannot start any token at line 2 column 1, while scanning \
                 for the next token; indent with blanks, not with tabs",
            ),
            (
                "items: [ !plain x ]",
                "items[0]: a word with \"!\" in front means nothing here; put it in quotes, or \
                 write \"word: value\" at line 1 column 10",
            ),
            (
                "items: []\n---\nitems: []",
                "more than one document; take the line \"---\" out",
            ),
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
