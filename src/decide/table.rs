// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps the decision table: kinds of recipients, the matrix and the exceptions, checked to be total.

use indexmap::IndexMap;
use serde::{Deserialize, Deserializer};

use crate::message::Direction;
use crate::nearest::{did_you_mean, instead};
use crate::units::Parsed;

use super::{Exception, Kinds, exception};

/// The rows of one direction, as written: a kind, or `*` for all others, and a channel a level.
pub type Rows = IndexMap<String, Vec<String>>;

/// The `decide` section, as written.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Section {
    /// The levels, lowest first.
    pub columns: Vec<String>,
    outbound: Rows,
    inbound: Rows,
    #[serde(rename = "mixed")]
    _mixed: Mixed,
}

/// The table. Every level of every kind has a cell in both directions.
#[derive(Debug, Default)]
pub struct Table {
    columns: Vec<String>,
    kinds: Kinds,
    outbound: Vec<Row>,
    inbound: Vec<Row>,
    exceptions: Vec<Exception>,
}

/// The row of one kind.
#[derive(Clone, Debug, Default)]
pub struct Row {
    /// The row's name: the kind, or `*`.
    pub name: String,
    /// The channel of each level.
    pub cells: Vec<String>,
}

/// What speaks for recipients that disagree: `strictest`, the strictest channel for all of them.
#[derive(Clone, Copy, Debug)]
struct Mixed;

impl Section {
    /// The rows of one direction, as written.
    pub fn rows(&self, direction: Direction) -> &Rows {
        match direction {
            Direction::Outbound => &self.outbound,
            Direction::Inbound => &self.inbound,
        }
    }
}

impl Table {
    /// Checks the matrix and the exceptions against kinds and channels.
    ///
    /// # Errors
    /// One sentence for each thing that is wrong, beginning with its path.
    pub fn new(
        section: &Section,
        kinds: Kinds,
        exceptions: Vec<exception::Entry>,
        channels: &[&str],
    ) -> Result<Self, Vec<String>> {
        let mut errors = check_columns(&section.columns);
        let mut bind = |direction| {
            let bound = bind(direction, section, &kinds, channels);
            bound.unwrap_or_else(|wrong| {
                errors.extend(wrong);
                Vec::new()
            })
        };
        let outbound = bind(Direction::Outbound);
        let inbound = bind(Direction::Inbound);
        let mut bound = Vec::new();
        for (at, entry) in exceptions.into_iter().enumerate() {
            match Exception::new(at, entry, &kinds, channels) {
                Ok(exception) => bound.push(exception),
                Err(wrong) => errors.extend(wrong),
            }
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        Ok(Self {
            columns: section.columns.clone(),
            kinds,
            outbound,
            inbound,
            exceptions: bound,
        })
    }

    /// The levels, lowest first.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// The kinds of recipients.
    pub fn kinds(&self) -> &Kinds {
        &self.kinds
    }

    /// The row that speaks for each kind, in the order of the kinds.
    pub fn rows(&self, direction: Direction) -> &[Row] {
        match direction {
            Direction::Outbound => &self.outbound,
            Direction::Inbound => &self.inbound,
        }
    }

    /// The exceptions, in the order in which they are read.
    pub fn exceptions(&self) -> &[Exception] {
        &self.exceptions
    }
}

/// Says what to write where a channel is not known.
pub(super) fn known(channel: &str, channels: &[&str]) -> Result<(), String> {
    if channels.contains(&channel) {
        return Ok(());
    }
    let instead = instead(channel, channels);
    Err(format!("no channel \"{channel}\"{instead}"))
}

fn check_columns(columns: &[String]) -> Vec<String> {
    let mut errors = Vec::new();
    if columns.is_empty() {
        errors.push(
            "decide.columns: it is empty; name the levels, lowest first, such as [ public, internal ]".into(),
        );
    }
    for (at, name) in columns.iter().enumerate() {
        if columns.iter().take(at).any(|earlier| earlier == name) {
            errors.push(format!(
                "decide.columns[{at}]: \"{name}\" stands twice; keep one of them"
            ));
        }
        // The name becomes the value of a header field.
        let sound = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
        if name.is_empty() || !name.chars().all(sound) {
            errors.push(format!(
                "decide.columns[{at}]: \"{name}\" is no name for a level; write letters, digits, - and _"
            ));
        }
    }
    errors
}

/// Finds the row of each kind, and checks what the rows say.
fn bind(
    direction: Direction,
    section: &Section,
    kinds: &Kinds,
    channels: &[&str],
) -> Result<Vec<Row>, Vec<String>> {
    let (rows, columns) = (section.rows(direction), &section.columns);
    let path = format!("decide.{}", direction.as_str());
    let mut errors = Vec::new();
    for (name, cells) in rows {
        if name != "*" && !kinds.names().contains(name) {
            errors.push(format!(
                "{path}.{name}: no recipient kind \"{name}\"{}",
                kinds.instead(name)
            ));
        }
        if cells.len() != columns.len() {
            errors.push(format!(
                "{path}.{name}: cells: {}, columns: {}; write one channel for each of {}",
                cells.len(),
                columns.len(),
                columns.join(", ")
            ));
        }
        for (cell, column) in cells.iter().zip(columns) {
            if let Err(wrong) = known(cell, channels) {
                errors.push(format!("{path}.{name}[{column}]: {wrong}"));
            }
        }
    }
    let row = |name: &str| {
        rows.get(name).map(|cells| Row {
            name: name.to_owned(),
            cells: cells.clone(),
        })
    };
    let mut bound = Vec::new();
    for kind in kinds.names() {
        match row(kind).or_else(|| row("*")) {
            Some(row) => bound.push(row),
            None => errors.push(format!(
                "{path}: no row for \"{kind}\"; write one, or a row \"*\" for all kinds that have none"
            )),
        }
    }
    if errors.is_empty() {
        Ok(bound)
    } else {
        Err(errors)
    }
}

impl<'de> Deserialize<'de> for Mixed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Parsed::deserialize(deserializer).map(|Parsed(mixed)| mixed)
    }
}

impl std::str::FromStr for Mixed {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "strictest" => Ok(Self),
            "split" => Err("\"split\" is not there yet; write strictest".into()),
            _ => Err(format!(
                "\"{text}\" is no way to settle recipients that disagree; write strictest{}",
                did_you_mean(text, ["strictest"])
            )),
        }
    }
}
