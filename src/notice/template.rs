// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns the files of `conf/notices`, with those of the admin, into the texts of notices.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::nearest::did_you_mean;
use crate::yaml;

/// A language of notices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// German.
    De,
    /// French.
    Fr,
    /// Italian.
    It,
    /// Dutch.
    Nl,
    /// English.
    En,
}

/// A kind of notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Which {
    /// To the sender: it waits.
    Held,
    /// To the sender: it was let go.
    Released,
    /// To the sender: it was refused.
    Refused,
    /// To the sender: its time was over.
    Expired,
    /// To the team: something waits.
    Case,
    /// To the officer: so much waits.
    Digest,
}

/// What is filled in.
#[derive(Clone, Debug, Default)]
pub struct Words {
    /// The id of the case.
    pub case: String,
    /// When the message came in.
    pub date: String,
    /// Its level.
    pub level: String,
    /// How many cases wait.
    pub count: String,
    /// These, a line each.
    pub cases: String,
    /// Whom to ask.
    pub contact: String,
    /// When.
    pub hours: String,
}

/// A notice before it is a mail.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// One line.
    pub subject: String,
    /// Lines.
    pub text: String,
}

/// The texts of all languages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Templates(BTreeMap<(Language, Which), Text>);

/// A file of texts.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    held: Option<Text>,
    released: Option<Text>,
    refused: Option<Text>,
    expired: Option<Text>,
    case: Option<Text>,
    digest: Option<Text>,
}

impl Language {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::De, Self::Fr, Self::It, Self::Nl, Self::En];

    /// Its word, and the name of its file.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::De => "de",
            Self::Fr => "fr",
            Self::It => "it",
            Self::Nl => "nl",
            Self::En => "en",
        }
    }
}

impl Which {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Held,
        Self::Released,
        Self::Refused,
        Self::Expired,
        Self::Case,
        Self::Digest,
    ];

    /// Its word in a file of texts.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Released => "released",
            Self::Refused => "refused",
            Self::Expired => "expired",
            Self::Case => "case",
            Self::Digest => "digest",
        }
    }
}

impl Templates {
    /// The texts of these files, path and content; later ones stand in the place of earlier ones.
    ///
    /// # Errors
    /// One sentence for each thing that is wrong: what, where, what to write instead.
    pub fn read(files: &[(String, String)]) -> Result<Self, Vec<String>> {
        let (mut texts, mut errors) = (BTreeMap::new(), Vec::new());
        for (path, text) in files {
            match Self::file(path, text) {
                Ok(file) => texts.extend(file),
                Err(error) => errors.push(error),
            }
        }
        match errors.is_empty() {
            true => Ok(Self(texts)),
            false => Err(errors),
        }
    }

    fn file(path: &str, text: &str) -> Result<BTreeMap<(Language, Which), Text>, String> {
        let stem = path.rsplit('/').next().unwrap_or(path);
        let stem = stem.trim_end_matches(".yaml");
        let language = Language::ALL.into_iter().find(|one| one.as_str() == stem);
        let language = language.ok_or_else(|| {
            format!(
                "{path}: notices are written in de, fr, it, nl or en; name the file de.yaml, say"
            )
        })?;
        let file: File = yaml::read(text).map_err(|error| format!("{path}: {error}"))?;
        let texts = [
            (Which::Held, file.held),
            (Which::Released, file.released),
            (Which::Refused, file.refused),
            (Which::Expired, file.expired),
            (Which::Case, file.case),
            (Which::Digest, file.digest),
        ];
        let mut found = BTreeMap::new();
        for (which, text) in texts {
            let Some(text) = text else {
                continue;
            };
            let wrong = |why| format!("{path}: {}: {why}", which.as_str());
            if text.subject.trim().is_empty() || text.subject.contains(char::is_control) {
                return Err(wrong("a subject is one line".to_owned()));
            }
            for text in [&text.subject, &text.text] {
                fill(text, &Words::default()).map_err(wrong)?;
            }
            found.insert((language, which), text);
        }
        Ok(found)
    }

    /// A notice in this language.
    pub fn text(&self, language: Language, which: Which, words: &Words) -> Text {
        let text = self.0.get(&(language, which)).cloned().unwrap_or_default();
        // What is wrong with a text was said when it was read.
        let filled = |text: &str| fill(text, words).unwrap_or_default();
        Text {
            subject: filled(&text.subject),
            text: filled(&text.text),
        }
    }
}

/// The text with its words filled in.
fn fill(text: &str, words: &Words) -> Result<String, String> {
    let all = [
        ("case", &words.case),
        ("date", &words.date),
        ("level", &words.level),
        ("count", &words.count),
        ("cases", &words.cases),
        ("contact", &words.contact),
        ("hours", &words.hours),
    ];
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('{') {
        let (name, after) = behind
            .split_once('}')
            .ok_or("a { without its }; write {case}, say")?;
        let found = all.iter().find(|(one, _)| *one == name);
        let (_, value) = found.ok_or_else(|| {
            let near = did_you_mean(name, all.iter().map(|(one, _)| *one));
            format!("nothing is called {{{name}}}{near}")
        })?;
        filled.push_str(before);
        filled.push_str(value);
        rest = after;
    }
    filled.push_str(rest);
    Ok(filled)
}
