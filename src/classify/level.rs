// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps the levels and the conditions that make a message one of them.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use indexmap::IndexMap;
use serde::{Deserialize, Deserializer, Serialize};

use crate::detect::entity::{GROUPS, members};
use crate::detect::{Confidence, Entity, MAX_KEPT};
use crate::nearest::{did_you_mean, instead};
use crate::units::Parsed;

use super::role::Role;
use super::{Bulk, Sensitivity};

/// The levels and what makes a message one of them.
#[derive(Debug)]
pub struct Levels {
    /// The names, lowest first.
    pub names: Vec<String>,
    /// The level of each line and its conditions, of which one is enough; highest level first.
    lines: Vec<(Sensitivity, Vec<Condition>)>,
    /// Findings below this confidence are noted, but do not count.
    pub at_least: Confidence,
    /// From how many on contact data are a list.
    pub bulk: Bulk,
}

/// How many distinct values of each entity count, and what of the contact data.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    pub(super) entities: BTreeMap<Entity, usize>,
    /// How many of them are private contact data.
    #[serde(default)]
    pub(super) private: BTreeMap<Entity, usize>,
    /// How many are contact data that count only while other findings do.
    #[serde(default)]
    pub(super) beside: BTreeMap<Entity, usize>,
}

impl Counts {
    /// How many of an entity there are.
    pub fn of(&self, entity: Entity) -> usize {
        self.entities.get(&entity).copied().unwrap_or_default()
    }

    /// Counts a value.
    pub(super) fn add(&mut self, entity: Entity, role: Role) {
        *self.entities.entry(entity).or_default() += 1;
        match role {
            Role::Private => *self.private.entry(entity).or_default() += 1,
            Role::Contact(_) => *self.beside.entry(entity).or_default() += 1,
            Role::Counted | Role::Aside(_) => (),
        }
    }

    /// How many private contact data there are.
    pub(super) fn private(&self) -> usize {
        self.private.values().sum()
    }
}

/// What makes a message a level: `national-id`, `10 national-id`, `person-name and date-of-birth`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    text: String,
    pub(super) terms: Vec<Term>,
}

/// So many distinct values of these entities.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Term {
    pub count: usize,
    pub entities: Vec<Entity>,
    /// True of `personal`, to which private contact data belong.
    pub private: bool,
}

/// A condition that never decides.
#[derive(Clone, Copy, Debug)]
pub struct Outdone<'a> {
    /// Its level.
    pub level: Sensitivity,
    /// The condition.
    pub condition: &'a Condition,
    /// The higher level.
    pub by_level: Sensitivity,
    /// The condition of that level, which holds whenever the other does.
    pub by: &'a Condition,
}

impl Levels {
    /// Binds the lines of `classify` to the names of the levels, lowest first.
    ///
    /// # Errors
    /// One sentence for each line that names no level, or the lowest.
    pub fn new(
        names: Vec<String>,
        lines: &IndexMap<String, Vec<Condition>>,
        at_least: Confidence,
        bulk: Bulk,
    ) -> Result<Self, Vec<String>> {
        let mut errors = Vec::new();
        let mut found = Vec::new();
        for (name, conditions) in lines {
            match names.iter().position(|level| level == name) {
                Some(0) => errors.push(format!(
                    "classify.{name}: \"{name}\" is the lowest level, which needs no line; take it out"
                )),
                Some(level) => found.push((Sensitivity(level), conditions.clone())),
                None => {
                    let known: Vec<&str> = names.iter().map(String::as_str).collect();
                    errors.push(format!(
                        "classify.{name}: decide.columns has no level \"{name}\"{}",
                        instead(name, &known)
                    ));
                }
            }
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        found.sort_by_key(|(level, _)| std::cmp::Reverse(*level));
        Ok(Self {
            names,
            lines: found,
            at_least,
            bulk,
        })
    }

    /// True where some condition reads this entity.
    pub fn reads(&self, entity: Entity) -> bool {
        let mut conditions = self.lines.iter().flat_map(|(_, conditions)| conditions);
        conditions.any(|condition| {
            let mut terms = condition.terms.iter();
            terms.any(|term| term.entities.contains(&entity))
        })
    }

    /// True where some condition can make a message this level, as far as entities are ever found.
    pub fn can_be(&self, level: Sensitivity, is_found: impl Fn(Entity) -> bool) -> bool {
        let outdone: Vec<Outdone> = self.outdone().collect();
        let decides = |condition: &Condition| {
            let mut outdone = outdone.iter();
            condition.can_hold(&is_found)
                && !outdone.any(|one| std::ptr::eq(one.condition, condition))
        };
        let mut lines = self.lines.iter();
        level.0 == 0 || lines.any(|(own, list)| *own == level && list.iter().any(decides))
    }

    /// The conditions that never decide, since one of a higher level holds whenever they do.
    pub fn outdone(&self) -> impl Iterator<Item = Outdone<'_>> {
        let all = || {
            let lines = self.lines.iter();
            lines.flat_map(|(level, list)| list.iter().map(|one| (*level, one)))
        };
        all().filter_map(move |(level, condition)| {
            let mut higher = all().filter(|(other, _)| *other > level);
            let (by_level, by) = higher.find(|(_, other)| condition.implies(other))?;
            Some(Outdone {
                level,
                condition,
                by_level,
                by,
            })
        })
    }

    /// The name of a level.
    pub fn name(&self, level: Sensitivity) -> &str {
        self.names.get(level.0).map_or("", String::as_str)
    }

    /// The highest level of which a condition holds, and that condition; the lowest where none does.
    pub fn highest(&self, counts: &Counts) -> (Sensitivity, Option<&Condition>) {
        for (level, conditions) in &self.lines {
            if let Some(condition) = conditions.iter().find(|one| one.holds(counts)) {
                return (*level, Some(condition));
            }
        }
        (Sensitivity(0), None)
    }

    /// True where there is something strongly encrypted, nothing weakly, and all that is not
    /// encrypted is of the lowest level: a clear text beside an encrypted file counts.
    pub fn is_sealed(&self, counts: &Counts) -> bool {
        let mut clear = counts.clone();
        let encrypted = clear.entities.remove(&Entity::Encrypted);
        encrypted.is_some()
            && counts.of(Entity::WeaklyEncrypted) == 0
            && self.highest(&clear).0 == Sensitivity(0)
    }
}

impl Condition {
    /// True where every message of which this holds is one of which the other holds.
    fn implies(&self, other: &Self) -> bool {
        let within = |term: &Term, wide: &Term| {
            let mut entities = term.entities.iter();
            term.count >= wide.count
                && (wide.private || !term.private)
                && entities.all(|entity| wide.entities.contains(entity))
        };
        let mut wide = other.terms.iter();
        wide.all(|wide| self.terms.iter().any(|term| within(term, wide)))
    }

    fn can_hold(&self, is_found: impl Fn(Entity) -> bool) -> bool {
        let mut terms = self.terms.iter();
        terms.all(|term| term.entities.iter().any(|entity| is_found(*entity)))
    }

    fn holds(&self, counts: &Counts) -> bool {
        let mut terms = self.terms.iter();
        terms.all(|term| term.found(counts) >= term.count)
    }
}

impl FromStr for Condition {
    type Err = String;

    /// # Errors
    /// One sentence that says what to write instead.
    fn from_str(text: &str) -> Result<Self, String> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let terms = words.split(|word| *word == "and");
        let terms = terms.map(|term| Term::read(term, text));
        Ok(Self {
            terms: terms.collect::<Result<_, _>>()?,
            text: words.join(" "),
        })
    }
}

impl Term {
    /// How many values are of this term.
    pub fn found(&self, counts: &Counts) -> usize {
        let private = if self.private { counts.private() } else { 0 };
        let entities = self.entities.iter();
        entities.map(|entity| counts.of(*entity)).sum::<usize>() + private
    }

    fn read(words: &[&str], whole: &str) -> Result<Self, String> {
        let (count, word) = match words {
            [word] => (1, *word),
            [count, word] => match count.parse() {
                Ok(count @ 1..=MAX_KEPT) => (count, *word),
                Ok(count) if count > 0 => {
                    return Err(format!(
                        "\"{whole}\": \"{count}\" is more than is counted; write {MAX_KEPT} at most"
                    ));
                }
                _ => {
                    return Err(format!(
                        "\"{whole}\": \"{count}\" is no count; write a number such as 10 national-id"
                    ));
                }
            },
            _ => {
                return Err(format!(
                    "\"{whole}\" is no condition; write national-id, 10 national-id or \
                     person-name and date-of-birth, and each in an item of its own"
                ));
            }
        };
        let entities = members(word);
        if entities.is_empty() {
            let known = Entity::ALL.iter().map(|entity| entity.as_str());
            let known = known.chain(GROUPS.iter().map(|(name, _)| *name));
            return Err(match did_you_mean(word, known).as_str() {
                "" => format!(
                    "\"{word}\" is no entity and no group; pii-milter.yaml(5) names them all"
                ),
                near => format!("\"{word}\" is no entity and no group{near}"),
            });
        }
        Ok(Self {
            count,
            entities,
            private: word == "personal",
        })
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for Condition {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Parsed::deserialize(deserializer).map(|Parsed(condition)| condition)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(condition: &str, counts: &[(Entity, usize)]) -> bool {
        let condition: Condition = condition.parse().unwrap();
        let entities = counts.iter().copied().collect();
        condition.holds(&Counts {
            entities,
            ..Counts::default()
        })
    }

    #[test]
    fn conditions_hold_as_they_read() {
        use Entity::{DateOfBirth, EmailAddress, Health, NationalId, PersonName};
        assert!(holds("national-id", &[(NationalId, 1)]));
        assert!(!holds("national-id", &[(PersonName, 1)]));
        assert!(!holds("10 national-id", &[(NationalId, 9)]));
        assert!(holds("10 national-id", &[(NationalId, 10)]));
        assert!(holds("5 contact", &[(PersonName, 2), (EmailAddress, 3)]));
        assert!(!holds("5 contact", &[(PersonName, 2), (EmailAddress, 2)]));
        assert!(holds("special-category", &[(Health, 1)]));
        let both = "person-name and  2 date-of-birth";
        assert!(!holds(both, &[(PersonName, 1), (DateOfBirth, 1)]));
        assert!(holds(both, &[(PersonName, 1), (DateOfBirth, 2)]));
    }

    #[test]
    fn a_condition_implies_what_holds_with_it() {
        for (narrow, wide, expected) in [
            ("10 national-id", "national-id", true),
            ("national-id", "2 national-id", false),
            ("5 person-name", "5 contact", true),
            ("5 contact", "5 person-name", false),
            ("health and national-id", "national-id", true),
            ("national-id", "health and national-id", false),
            ("person-name and 2 salary", "salary and contact", true),
        ] {
            let read = |text: &str| text.parse::<Condition>().unwrap();
            let implies = read(narrow).implies(&read(wide));
            assert_eq!(implies, expected, "{narrow} / {wide}");
        }
    }

    #[test]
    fn wrong_conditions_say_what_to_write() {
        for (wrong, expected) in [
            ("natonal-id", "did you mean \"national-id\"?"),
            ("specail-category", "did you mean \"special-category\"?"),
            ("0 national-id", "\"0\" is no count"),
            ("1001 national-id", "write 1000 at most"),
            ("-3 national-id", "\"-3\" is no count"),
            ("ten national-id", "\"ten\" is no count"),
            ("national-id or iban", "is no condition"),
            ("", "is no condition"),
            ("and", "is no condition"),
            ("person-name and", "is no condition"),
            ("iban", "\"iban\" is no entity and no group"),
        ] {
            let error = wrong.parse::<Condition>().unwrap_err();
            assert!(error.contains(expected), "{wrong}: {error}");
        }
    }
}
