// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps the kinds of recipients: first match wins, and everybody is of one.

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use indexmap::IndexMap;

use crate::detect::Provider;
use crate::message::{Address, Pattern};
use crate::nearest::instead;
use crate::units::Parsed;

use super::Party;
use super::party::{key, keys};

/// One line of `recipients`: the kind, and whom it names.
pub type Line = IndexMap<String, Vec<Parsed<Who>>>;

/// One item of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    /// An address pattern.
    Pattern(Pattern),
    /// `freemail`, `isp`: the mailboxes of such providers, by the domain of the address.
    Provider(Provider),
    /// `file:partners.list`: the patterns of a file, one a line.
    File(String),
    /// `map:kinds.map`: of the lines `pattern kind` of a file, those of this kind.
    Map(String),
}

/// The kinds. To look one up costs a hash for each label of the domain, however long the lists.
#[derive(Clone, Debug, Default)]
pub struct Kinds {
    /// Their names, in the order in which they first stand.
    names: Vec<String>,
    /// The kind of each line.
    lines: Vec<usize>,
    /// Where each pattern first stands, by its key.
    patterns: IndexMap<String, Origin>,
    /// The patterns that an earlier line of another kind has taken.
    taken: Vec<Taken>,
}

/// Where a pattern stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// Its line among `recipients`, by place.
    pub line: usize,
    /// The item of that line, as written.
    pub item: String,
    /// The line of the file that the item names, from 1.
    pub in_file: Option<usize>,
}

/// A pattern that no recipient reaches, since an earlier line takes all of its addresses.
#[derive(Clone, Debug)]
pub struct Taken {
    /// Its line, by place.
    pub line: usize,
    /// The pattern, as written.
    pub pattern: String,
    /// An address that it takes.
    pub someone: Address,
    /// The kind of its line, by place among the names.
    pub kind: usize,
    /// The kind of the earlier line.
    pub by: usize,
}

impl Kinds {
    /// Reads the lines; `lists` are the files they name, as written, with their text.
    ///
    /// # Errors
    /// One sentence for each thing that is wrong.
    pub fn new(lines: &[Line], lists: &[(String, String)]) -> Result<Self, Vec<String>> {
        let mut kinds = Self::default();
        let mut errors = Vec::new();
        for (at, line) in lines.iter().enumerate() {
            let (Some((name, whom)), 1) = (line.first(), line.len()) else {
                errors.push(format!(
                    "recipients[{at}]: an item is one kind and its patterns, such as \
                     \"- partner: [ partner.example ]\""
                ));
                continue;
            };
            let sound = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
            if name.is_empty() || !name.chars().all(sound) {
                errors.push(format!(
                    "recipients[{at}]: \"{name}\" is no name for a kind; write letters, digits, - and _"
                ));
            }
            kinds.begin(name);
            for Parsed(who) in whom {
                errors.extend(
                    kinds
                        .add_all(at, name, who, lists)
                        .err()
                        .unwrap_or_default(),
                );
            }
        }
        errors.extend(lost_in_maps(lines, lists));
        let ends_with_any = lines.last().is_some_and(|line| {
            let mut whom = line.values().flatten();
            whom.any(|Parsed(who)| *who == Who::Pattern(Pattern::Any))
        });
        if !ends_with_any {
            let example = "- stranger: [ \"*\" ]";
            errors.push(format!(
                "recipients: the last line must take everybody else; end with \"{example}\""
            ));
        }
        if errors.is_empty() {
            Ok(kinds)
        } else {
            Err(errors)
        }
    }

    /// The kind of somebody, by its place in `names`.
    pub fn of(&self, party: &Party) -> usize {
        // The last line takes everybody, so there is a line unless there is no kind at all.
        let last = self.lines.len().saturating_sub(1);
        let line = self.origin(party).map_or(last, |(_, origin)| origin.line);
        self.lines.get(line).copied().unwrap_or_default()
    }

    /// The key of the pattern that makes somebody of his kind, and where it stands.
    pub fn origin<'a>(&'a self, party: &Party) -> Option<(&'a str, &'a Origin)> {
        self.first(party.keys())
    }

    /// The names, in the order in which they first stand.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The name of a kind, by its place.
    pub fn name(&self, kind: usize) -> &str {
        self.names.get(kind).map_or("", String::as_str)
    }

    /// The patterns that no recipient reaches.
    pub fn taken(&self) -> &[Taken] {
        &self.taken
    }

    /// The keys of the patterns that some recipient reaches, in the order of the lines.
    pub(super) fn keys(&self) -> impl Iterator<Item = &String> {
        self.patterns.keys()
    }

    /// `; did you mean "partner"?`
    pub fn instead(&self, name: &str) -> String {
        let names: Vec<&str> = self.names.iter().map(String::as_str).collect();
        instead(name, &names)
    }

    /// Begins a line of a kind.
    fn begin(&mut self, name: &str) {
        let known = self.names.iter().position(|known| known == name);
        self.lines.push(known.unwrap_or(self.names.len()));
        if known.is_none() {
            self.names.push(name.to_owned());
        }
    }

    /// Adds an item to the last line, whose place among all lines is `line`.
    fn add_all(
        &mut self,
        line: usize,
        kind: &str,
        who: &Who,
        lists: &[(String, String)],
    ) -> Result<(), Vec<String>> {
        let origin = |in_file| Origin {
            line,
            item: who.to_string(),
            in_file,
        };
        match who {
            Who::Pattern(pattern) => self.add_pattern(pattern, origin(None)),
            Who::Provider(provider) => {
                let word = provider.as_str();
                let example = Address::new(match provider {
                    Provider::Freemail => "a@gmail.com",
                    Provider::Access => "a@bluewin.ch",
                });
                self.add(
                    word.to_owned(),
                    word.to_owned(),
                    &["*", word],
                    example,
                    origin(None),
                );
            }
            Who::File(file) => {
                for (number, pattern) in read_list(file, lists)? {
                    self.add_pattern(&pattern, origin(Some(number)));
                }
            }
            Who::Map(file) => {
                for (number, pattern, own) in read_map(file, lists)? {
                    if own == kind {
                        self.add_pattern(&pattern, origin(Some(number)));
                    }
                }
            }
        }
        Ok(())
    }

    fn add_pattern(&mut self, pattern: &Pattern, origin: Origin) {
        let key = key(pattern);
        let below = match pattern {
            Pattern::Below(text) => format!("@*{text}"),
            _ => key.clone(),
        };
        let wider: Vec<&str> = keys(&below).collect();
        let someone = super::reach::someone_of(pattern);
        self.add(key, pattern.to_string(), &wider, someone, origin);
    }

    /// Adds a pattern to the last line, unless an earlier one has taken all of it: a pattern among
    /// `wider`.
    fn add(
        &mut self,
        key: String,
        pattern: String,
        wider: &[&str],
        someone: Address,
        origin: Origin,
    ) {
        let taken = self.first(wider.iter().copied()).map(|(_, by)| by.line);
        let Some(taken) = taken else {
            self.patterns.insert(key, origin);
            return;
        };
        let line = self.lines.len().saturating_sub(1);
        let kind = |line: usize| self.lines.get(line).copied().unwrap_or_default();
        let (kind, by) = (kind(line), kind(taken));
        if kind != by {
            let line = origin.line;
            self.taken.push(Taken {
                line,
                pattern,
                someone,
                kind,
                by,
            });
        }
    }

    /// The first of the patterns with these keys.
    fn first<'k>(&self, keys: impl Iterator<Item = &'k str>) -> Option<(&str, &Origin)> {
        let found = keys.filter_map(|key| self.patterns.get_key_value(key));
        let found = found.min_by_key(|(_, origin)| origin.line);
        found.map(|(key, origin)| (key.as_str(), origin))
    }
}

impl FromStr for Who {
    type Err = String;

    /// # Errors
    /// One sentence that says what to write instead.
    fn from_str(text: &str) -> Result<Self, String> {
        for provider in [Provider::Freemail, Provider::Access] {
            if text == provider.as_str() {
                return Ok(Self::Provider(provider));
            }
        }
        match text.split_once(':') {
            Some(("file", "")) => Err("\"file:\" names no file; write file:partners.list".into()),
            Some(("file", file)) => Ok(Self::File(file.to_owned())),
            Some(("map", "")) => Err("\"map:\" names no file; write map:kinds.map".into()),
            Some(("map", file)) => Ok(Self::Map(file.to_owned())),
            _ => text.parse().map(Self::Pattern),
        }
    }
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pattern(pattern) => write!(f, "{pattern}"),
            Self::Provider(provider) => f.write_str(provider.as_str()),
            Self::File(file) => write!(f, "file:{file}"),
            Self::Map(file) => write!(f, "map:{file}"),
        }
    }
}

/// `recipients[2].partner: file:partners.list line 7`.
impl Origin {
    /// Where it stands, for a person.
    pub fn place(&self, kind: &str) -> String {
        let place = format!("recipients[{}].{kind}: {}", self.line, self.item);
        match self.in_file {
            Some(number) => format!("{place} line {number}"),
            None => place,
        }
    }
}

/// The lines of a file that say something, with their numbers; `#` begins a comment.
fn said<'a>(
    file: &str,
    lists: &'a [(String, String)],
) -> Result<impl Iterator<Item = (usize, &'a str)>, Vec<String>> {
    let text = lists.iter().find(|(name, _)| name == file);
    let (_, text) = text.ok_or_else(|| vec![format!("{file}: the list was not read")])?;
    let bare = |line: &'a str| line.split('#').next().unwrap_or_default().trim();
    let lines = text.lines().map(bare).enumerate();
    let lines = lines.map(|(at, line)| (at + 1, line));
    Ok(lines.filter(|(_, line)| !line.is_empty()))
}

/// The patterns of a list: one a line.
fn read_list(file: &str, lists: &[(String, String)]) -> Result<Vec<(usize, Pattern)>, Vec<String>> {
    let parsed = said(file, lists)?.map(|(number, line)| match line.parse() {
        Ok(pattern) => Ok((number, pattern)),
        Err(wrong) => Err(format!("{file} line {number}: {wrong}")),
    });
    all_or_errors(parsed)
}

/// The patterns of a map with the kind of each: `partner.example partner`.
fn read_map<'a>(
    file: &str,
    lists: &'a [(String, String)],
) -> Result<Vec<(usize, Pattern, &'a str)>, Vec<String>> {
    let parsed = said(file, lists)?.map(|(number, line)| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [pattern, kind] = words[..] else {
            return Err(format!(
                "{file} line {number}: \"{line}\" is no pattern with its kind; write for example partner.example partner"
            ));
        };
        let pattern = pattern.parse();
        let pattern = pattern.map_err(|wrong: String| format!("{file} line {number}: {wrong}"))?;
        Ok((number, pattern, kind))
    });
    all_or_errors(parsed)
}

/// Lines of maps whose kind reads no line of that map: nobody would be of it.
fn lost_in_maps(lines: &[Line], lists: &[(String, String)]) -> Vec<String> {
    let all = || lines.iter().flatten();
    let reads = |whom: &[Parsed<Who>], file: &str| {
        let mut whom = whom.iter();
        whom.any(|Parsed(who)| matches!(who, Who::Map(own) if own == file))
    };
    let whom = all().flat_map(|(_, whom)| whom);
    let files: BTreeSet<&String> = whom
        .filter_map(|Parsed(who)| match who {
            Who::Map(file) => Some(file),
            _ => None,
        })
        .collect();
    let mut errors = Vec::new();
    for file in files {
        let readers = all().filter(|(_, whom)| reads(whom, file));
        let readers: Vec<&str> = readers.map(|(kind, _)| kind.as_str()).collect();
        for (number, _, kind) in read_map(file, lists).unwrap_or_default() {
            if !readers.contains(&kind) {
                errors.push(format!(
                    "{file} line {number}: no line of recipients gives \"{kind}\" this map{}",
                    instead(kind, &readers)
                ));
            }
        }
    }
    errors
}

fn all_or_errors<T>(
    parsed: impl Iterator<Item = Result<T, String>>,
) -> Result<Vec<T>, Vec<String>> {
    let (mut found, mut errors) = (Vec::new(), Vec::new());
    for one in parsed {
        match one {
            Ok(one) => found.push(one),
            Err(wrong) => errors.push(wrong),
        }
    }
    if errors.is_empty() {
        Ok(found)
    } else {
        Err(errors)
    }
}
