// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns a detector file into a detector.

use std::sync::Arc;

use regex::Regex;
use serde::Deserialize;

use super::candidate::Form;
use super::engine::{ENGINES, Engine};
use super::example::{self, Example};
use super::list::expand;
use super::run::Groups;
use super::shape::Shape;
use super::terms::Lexicon;
use super::valid::{VALIDATORS, Validator};
use super::words::MAX_WORD;
use super::{Confidence, Entity, document, pattern, vat};
use crate::nearest::instead;

/// What a rule says of its findings.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Chances {
    alone: Chance,
    grouped: Option<Chance>,
    with_keyword: Option<Chance>,
}

/// In which pieces a number may stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Written {
    #[default]
    Anyhow,
    /// In one piece or in the usual groups: in others it would be a date.
    Solid,
    /// In the usual groups only: in others it would be a postcode.
    Grouped,
}

/// A confidence, or none.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Chance {
    Never,
    Low,
    Medium,
    High,
}

/// How a detector finds.
#[derive(Clone, Debug)]
pub(super) enum Finder {
    /// By shapes along chains of tokens, and the usual groups.
    Shapes(Vec<Shape>, Vec<Groups>),
    /// By a pattern, around digits or around the words of the rule.
    Pattern(Regex),
    /// By the words of the rule alone.
    Words,
    /// By the words of names.
    Names,
    /// By terms beside a person: its own, or those that are built in for its entity.
    Terms(Option<Box<Lexicon>>),
    /// By a program.
    Engine(&'static Engine),
}

/// A detector file, compiled.
#[derive(Clone, Debug)]
pub struct Detector {
    /// Its id, `ch.ahv`.
    pub id: Arc<str>,
    /// Its name for people.
    pub name: String,
    /// What it finds.
    pub entity: Entity,
    /// Which document describes it.
    pub see: String,
    /// The path of its file below the detectors folder.
    pub file: String,
    /// What it must find and must not.
    pub examples: Vec<Example>,
    pub(super) finder: Finder,
    /// Letters must be capitals.
    pub(super) capitals: bool,
    pub(super) written: Written,
    pub(super) valid: Option<Validator>,
    pub(super) words: Vec<String>,
    pub(super) keywords: Vec<String>,
    pub(super) negative: Vec<String>,
    pub(super) chances: Chances,
}

/// The text of a detector file, as the YAML library gives it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    id: String,
    name: String,
    entity: Entity,
    see: String,
    #[serde(default)]
    shape: Vec<String>,
    #[serde(default)]
    groups: Vec<String>,
    pattern: Option<String>,
    #[serde(default)]
    words: Vec<String>,
    terms: Option<Box<Lexicon>>,
    engine: Option<String>,
    #[serde(default)]
    capitals: bool,
    #[serde(default)]
    written: Written,
    valid: Option<String>,
    #[serde(default)]
    keywords: Vec<String>,
    #[serde(default)]
    negative: Vec<String>,
    confidence: Chances,
    matches: Vec<String>,
    misses: Vec<String>,
}

impl Detector {
    /// Compiles a detector file. Its examples are read, not yet run.
    ///
    /// # Errors
    /// One sentence that begins with the file.
    pub fn read(file: &str, text: &str) -> Result<Self, String> {
        compile(file, text).map_err(|error| format!("{file}: {error}"))
    }

    /// How sure its findings are, in words: `low alone, medium in its usual groups, high with a keyword`.
    pub fn confidences(&self) -> String {
        let Chances {
            alone,
            grouped,
            with_keyword,
        } = self.chances;
        let parts = [
            (Some(alone), "alone"),
            (grouped, "in its usual groups"),
            (with_keyword, "with a keyword"),
        ];
        let parts = parts.iter().filter_map(|(chance, when)| {
            let chance = format!("{:?}", (*chance)?).to_lowercase();
            Some(format!("{chance} {when}"))
        });
        parts.collect::<Vec<_>>().join(", ")
    }

    /// True where it may find something without a keyword.
    pub(super) fn is_free(&self) -> bool {
        let may = |form| self.confidence(form, false).is_some();
        may(Form::Bare) || may(Form::Grouped)
    }

    /// The confidence in a candidate of this form; none where the rule says never.
    pub(super) fn confidence(&self, form: Form, has_keyword: bool) -> Option<Confidence> {
        let Chances {
            alone,
            grouped,
            with_keyword,
        } = self.chances;
        let chance = match form {
            _ if has_keyword => with_keyword.or(grouped).unwrap_or(alone),
            Form::Grouped => grouped.unwrap_or(alone),
            Form::Bare => alone,
            Form::NeedsKeyword | Form::NeedsCloseKeyword => Chance::Never,
        };
        match chance {
            Chance::Never => None,
            Chance::Low => Some(Confidence::Low),
            Chance::Medium => Some(Confidence::Medium),
            Chance::High => Some(Confidence::High),
        }
    }
}

fn compile(file: &str, text: &str) -> Result<Detector, String> {
    let mut rule: Rule = crate::yaml::read(text).map_err(|error| error.to_string())?;
    let stem = file
        .rsplit('/')
        .next()
        .and_then(|name| name.strip_suffix(".yaml"));
    if stem != Some(rule.id.as_str()) {
        let id = &rule.id;
        return Err(format!("id: the file of \"{id}\" must be called {id}.yaml"));
    }
    if rule.see.trim().is_empty() {
        return Err("see: say where the form of the number is described".into());
    }
    for (name, list) in [("matches", &rule.matches), ("misses", &rule.misses)] {
        if list.len() < 2 {
            return Err(format!("{name}: write at least two"));
        }
    }
    let finder = finder(&rule)?;
    let valid = match &rule.valid {
        Some(name) => Some(named(
            "valid",
            name,
            validators().map(|(own, valid)| (*own, *valid)),
        )?),
        None => None,
    };
    for (name, list) in [
        ("words", &mut rule.words),
        ("keywords", &mut rule.keywords),
        ("negative", &mut rule.negative),
    ] {
        let words = expand(std::mem::take(list)).and_then(are_words);
        *list = words.map_err(|error| format!("{name}: {error}"))?;
    }
    Ok(Detector {
        examples: example::read(&rule.matches, &rule.misses)?,
        finder,
        capitals: rule.capitals,
        written: rule.written,
        valid,
        words: rule.words,
        keywords: rule.keywords,
        negative: rule.negative,
        chances: rule.confidence,
        id: rule.id.into(),
        name: rule.name,
        entity: rule.entity,
        see: rule.see,
        file: file.to_owned(),
    })
}

fn finder(rule: &Rule) -> Result<Finder, String> {
    if let Some(terms) = &rule.terms {
        let others = [rule.shape.is_empty(), rule.words.is_empty()];
        if rule.pattern.is_some() || rule.engine.is_some() || others.contains(&false) {
            return Err(ONE_OF.into());
        }
        terms.check()?;
        return Ok(Finder::Terms(Some(terms.clone())));
    }
    match (
        &rule.shape[..],
        &rule.pattern,
        &rule.engine,
        &rule.words[..],
    ) {
        ([_, ..], None, None, []) => {
            let shapes = rule.shape.iter().map(|text| Shape::read(text));
            let shapes: Vec<Shape> = shapes
                .collect::<Result<_, _>>()
                .map_err(|error| format!("shape: {error}"))?;
            let groups = rule.groups.iter().map(|text| groups(text, &shapes));
            let groups = groups.collect::<Result<_, _>>()?;
            Ok(Finder::Shapes(shapes, groups))
        }
        ([], Some(text), None, _) => Ok(Finder::Pattern(pattern::read(text)?)),
        ([], None, None, [_, ..]) => Ok(Finder::Words),
        ([], None, Some(name), []) if name == "names" => Ok(Finder::Names),
        ([], None, Some(name), []) if name == "terms" => Ok(Finder::Terms(None)),
        ([], None, Some(name), []) => {
            let engines = ENGINES.iter().map(|engine| (engine.name, engine));
            Ok(Finder::Engine(named("engine", name, engines)?))
        }
        _ => Err(ONE_OF.into()),
    }
}

/// What a rule may look for.
const ONE_OF: &str =
    "write one of shape, words, terms, pattern and engine; only a pattern may have words too";

/// The most words of one rule.
const MAX_WORDS: usize = 100_000;

/// The words, if they can be looked for.
fn are_words(list: Vec<String>) -> Result<Vec<String>, String> {
    if list.len() > MAX_WORDS {
        return Err(format!(
            "there are more than {MAX_WORDS}; use several rules"
        ));
    }
    for word in &list {
        if !word.chars().any(char::is_alphanumeric) {
            return Err(format!("\"{word}\" has no letter and no digit"));
        }
        if word.len() > MAX_WORD {
            return Err(format!("\"{word}\" is longer than {MAX_WORD} bytes"));
        }
    }
    Ok(list)
}

/// The names that `valid:` in a rule may say.
fn validators() -> impl Iterator<Item = &'static (&'static str, Validator)> + Clone {
    let own = document::VALIDATORS.iter().chain(vat::VALIDATORS);
    VALIDATORS.iter().chain(own)
}

/// The usual groups: `3 4 4 2`, `6-4`, `4_6`.
fn groups(text: &str, shapes: &[Shape]) -> Result<Groups, String> {
    let groups = Groups::read(text)
        .ok_or_else(|| format!("groups: \"{text}\" is not lengths like \"3 4 4 2\" or \"6-4\""))?;
    let sum = groups.length();
    if !shapes.iter().any(|shape| shape.lengths().contains(&sum)) {
        return Err(format!(
            "groups: \"{text}\" sums up to {sum}, which is no length of the shape"
        ));
    }
    Ok(groups)
}

/// What a name stands for.
fn named<T>(
    field: &str,
    name: &str,
    mut known: impl Iterator<Item = (&'static str, T)> + Clone,
) -> Result<T, String> {
    let names: Vec<&str> = known.clone().map(|(own, _)| own).collect();
    let found = known.find(|(own, _)| *own == name);
    found.map(|(_, thing)| thing).ok_or_else(|| {
        let instead = instead(name, &names);
        format!("{field}: there is no \"{name}\"{instead}")
    })
}
