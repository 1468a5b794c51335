// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps the kinds of recipients: first match wins, and everybody is of one.

use std::iter;
use std::str::FromStr;

use indexmap::IndexMap;

use crate::message::{Address, Pattern};
use crate::nearest::instead;
use crate::units::Parsed;

/// One line of `recipients`: the kind, and whom it names.
pub type Line = IndexMap<String, Vec<Parsed<Who>>>;

/// One item of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    /// An address pattern.
    Pattern(Pattern),
    /// `file:partners.list`: the patterns of a file, one a line.
    File(String),
}

/// The kinds. To look one up costs a hash for each label of the domain, however long the lists.
#[derive(Debug, Default)]
pub struct Kinds {
    /// Their names, in the order in which they first stand.
    names: Vec<String>,
    /// The kind of each line.
    lines: Vec<usize>,
    /// The first line of each pattern, by its key.
    patterns: IndexMap<String, usize>,
    /// The patterns that an earlier line of another kind has taken.
    taken: Vec<Taken>,
}

/// A pattern that no recipient reaches, since an earlier line takes all of its addresses.
#[derive(Clone, Debug)]
pub struct Taken {
    /// Its line, by place.
    pub line: usize,
    /// The pattern.
    pub pattern: Pattern,
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
                match who {
                    Who::Pattern(pattern) => kinds.add(pattern),
                    Who::File(file) => match read_list(file, lists) {
                        Ok(patterns) => patterns.iter().for_each(|one| kinds.add(one)),
                        Err(wrong) => errors.extend(wrong),
                    },
                }
            }
        }
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

    /// The kind of an address, by its place in `names`.
    pub fn of(&self, address: &Address) -> usize {
        let line = self.line(&address.folded());
        // The last line takes everybody, so there is a line unless there is no kind at all.
        let line = line.unwrap_or(self.lines.len().saturating_sub(1));
        self.lines.get(line).copied().unwrap_or_default()
    }

    /// The names, in the order in which they first stand.
    pub fn names(&self) -> &[String] {
        &self.names
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

    /// Adds a pattern to the last line, unless an earlier one has taken all of it.
    fn add(&mut self, pattern: &Pattern) {
        let last = self.lines.len() - 1;
        let key = key(pattern);
        let taken = match pattern {
            Pattern::Below(text) => self.line(&format!("@*{text}")),
            _ => self.line(&key),
        };
        let Some(taken) = taken else {
            self.patterns.insert(key, last);
            return;
        };
        let kind = |line: usize| self.lines.get(line).copied().unwrap_or_default();
        let (kind, by) = (kind(last), kind(taken));
        if kind != by {
            self.taken.push(Taken {
                line: last,
                pattern: pattern.clone(),
                kind,
                by,
            });
        }
    }

    /// The first line that takes a folded address.
    fn line(&self, folded: &str) -> Option<usize> {
        let keys = keys(folded);
        keys.filter_map(|key| self.patterns.get(key)).copied().min()
    }
}

/// What a pattern is looked up by: `*`, `.example.ch`, `@example.ch`, `anna@example.ch`.
pub(super) fn key(pattern: &Pattern) -> String {
    match pattern {
        Pattern::Any => "*".to_owned(),
        Pattern::Mailbox(text) | Pattern::Below(text) => text.clone(),
        Pattern::Domain(text) => format!("@{text}"),
    }
}

/// The keys of all patterns that can take a folded address, the widest first.
pub(super) fn keys(folded: &str) -> impl Iterator<Item = &str> {
    let (mailbox, domain) = match folded.rfind('@') {
        Some(at) => (Some(folded), folded.get(at..).unwrap_or_default()),
        None => (None, ""),
    };
    let below = domain.rmatch_indices('.');
    let below = below.filter_map(|(dot, _)| domain.get(dot..));
    iter::once("*").chain(below).chain([domain]).chain(mailbox)
}

impl FromStr for Who {
    type Err = String;

    /// # Errors
    /// One sentence that says what to write instead.
    fn from_str(text: &str) -> Result<Self, String> {
        match text.strip_prefix("file:") {
            None => text.parse().map(Self::Pattern),
            Some("") => Err("\"file:\" names no file; write file:partners.list".into()),
            Some(file) => Ok(Self::File(file.to_owned())),
        }
    }
}

/// The patterns of a list: one a line, `#` begins a comment.
fn read_list(file: &str, lists: &[(String, String)]) -> Result<Vec<Pattern>, Vec<String>> {
    let text = lists.iter().find(|(name, _)| name == file);
    let (_, text) = text.ok_or_else(|| vec![format!("{file}: the list was not read")])?;
    let mut patterns = Vec::new();
    let mut errors = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let line = line.split('#').next().unwrap_or_default().trim();
        match line.parse() {
            _ if line.is_empty() => (),
            Ok(pattern) => patterns.push(pattern),
            Err(wrong) => errors.push(format!("{file} line {}: {wrong}", number + 1)),
        }
    }
    if errors.is_empty() {
        Ok(patterns)
    } else {
        Err(errors)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LISTS: &str = "# partners\npartner.example\n\n.partner.example # all below\n";

    fn kinds(text: &str) -> Result<Kinds, Vec<String>> {
        let lines: Vec<Line> = crate::yaml::read(text).unwrap();
        Kinds::new(
            &lines,
            &[
                ("p.list".into(), LISTS.into()),
                ("bad.list".into(), "a b\n".into()),
            ],
        )
    }

    fn of<'a>(kinds: &'a Kinds, address: &str) -> &'a str {
        &kinds.names()[kinds.of(&Address::new(address))]
    }

    #[test]
    fn the_first_match_wins() {
        let kinds = kinds(
            "- boss: [ ceo@example.ch ]\n- colleague: [ example.ch, .example.ch ]\n\
             - partner: [ file:p.list ]\n- boss: [ sub.partner.org ]\n- authority: [ .org ]\n\
             - stranger: [ \"*\" ]",
        )
        .unwrap();
        for (address, kind) in [
            ("CEO@example.ch", "boss"),
            ("anna@Example.ch", "colleague"),
            ("anna@a.b.example.ch", "colleague"),
            ("anna@badexample.ch", "stranger"),
            ("x@partner.example", "partner"),
            ("x@hr.partner.example", "partner"),
            ("x@sub.partner.org", "boss"),
            ("x@partner.org", "authority"),
            ("x@org", "stranger"),
            ("\"a@example.ch\"@evil.example", "stranger"),
            ("example.ch", "stranger"),
            (".org", "stranger"),
            ("*", "stranger"),
            ("", "stranger"),
        ] {
            assert_eq!(of(&kinds, address), kind, "{address}");
        }
        assert!(kinds.taken().is_empty(), "{:?}", kinds.taken());
    }

    #[test]
    fn what_an_earlier_line_takes_is_never_reached() {
        let kinds = kinds(
            "- colleague: [ .example.ch, partner.example ]\n\
             - partner: [ a.example.ch, .b.example.ch, x@partner.example, x@other.example, example.ch ]\n\
             - stranger: [ \"*\" ]\n- lost: [ late.example, \"*\" ]",
        )
        .unwrap();
        let named = kinds.taken().iter();
        let named: Vec<String> = named.map(|one| one.pattern.to_string()).collect();
        assert_eq!(
            named,
            [
                "a.example.ch",
                ".b.example.ch",
                "x@partner.example",
                "late.example",
                "*"
            ]
        );
        let first = &kinds.taken()[0];
        assert_eq!((first.line, first.kind, first.by), (1, 1, 0));
    }

    #[test]
    fn wrong_lines_say_what_to_write() {
        for (wrong, expected) in [
            ("- a: [ x.ch ]", "end with \"- stranger: [ \"*\" ]\""),
            ("[]", "end with"),
            (
                "- { a: [ x.ch ], b: [ y.ch ] }\n- s: [ \"*\" ]",
                "recipients[0]: an item is one kind",
            ),
            ("- {}\n- s: [ \"*\" ]", "recipients[0]: an item is one kind"),
            (
                "- \"*\": [ \"*\" ]",
                "recipients[0]: \"*\" is no name for a kind",
            ),
            (
                "- a: [ file:bad.list ]\n- s: [ \"*\" ]",
                "bad.list line 1: \"a b\" is no address",
            ),
        ] {
            let errors = kinds(wrong).unwrap_err();
            assert!(errors[0].contains(expected), "{errors:?}");
        }
    }
}
