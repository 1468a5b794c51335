// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns the lines under `decide` into rows: a channel for each level, for a kind or one type of communication to it.

use std::collections::BTreeMap;
use std::fmt;

use indexmap::IndexMap;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use super::Communication;
use super::channel::{Bound, Strictness};

/// The rows of one direction, as written: `stranger`, `stranger invoice`, `*`, `* reply`.
pub type Rows = IndexMap<String, Written>;

/// A row as written: a list of channels, or lines that hold it and who answers for it.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Lines {
    cells: Vec<String>,
    owner: Option<String>,
}

/// A row as written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// A channel, or `same`, for each level.
    pub cells: Vec<String>,
    /// Who answers for it.
    pub owner: Option<String>,
}

/// What a cell of a type of communication says where the row of its kind speaks.
pub const SAME: &str = "same";

/// The row that speaks for a kind.
#[derive(Clone, Debug, Default)]
pub struct Row {
    /// The row's name: the kind, or `*`.
    pub name: String,
    /// The channel of each level.
    pub cells: Vec<String>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// The rows of types of communication to that kind.
    pub refined: BTreeMap<Communication, Refined>,
}

/// The row of one type of communication to a kind.
#[derive(Clone, Debug, Default)]
pub struct Refined {
    /// The row's name: `stranger invoice`, `* reply`.
    pub name: String,
    /// The channel of each level; `None` where the kind's own row speaks.
    pub cells: Vec<Option<String>>,
    /// Who answers for it.
    pub owner: Option<String>,
}

impl Row {
    /// The channel for a level, and the name of the row that says so: of the types that a message
    /// is the strictest, else the row of the kind.
    pub(super) fn cell<'c>(
        &self,
        communications: impl IntoIterator<Item = &'c Communication>,
        level: usize,
        strictness: impl Fn(&str) -> Strictness,
    ) -> (&str, &str) {
        let refined = communications
            .into_iter()
            .filter_map(|one| self.refined.get(one));
        let refined = refined.filter_map(|row| {
            let channel = row.cells.get(level)?.as_deref()?;
            Some((channel, row.name.as_str()))
        });
        // Of equals the first speaks.
        let strictest = refined.reduce(|best, next| {
            if strictness(next.0) > strictness(best.0) {
                next
            } else {
                best
            }
        });
        strictest.unwrap_or_else(|| {
            let channel = self.cells.get(level).map_or("", String::as_str);
            (channel, &self.name)
        })
    }
}

/// Binds the cells of a type's row. `own` is the row of the kind.
///
/// # Errors
/// One sentence for each cell that protects less than the kind's own: a message is of a type only
/// by what it says of itself.
pub(super) fn refine(
    path: &str,
    name: &str,
    written: &Written,
    own: &Row,
    columns: &[String],
    channels: &IndexMap<String, Bound>,
) -> Result<Refined, Vec<String>> {
    let strictness = |channel: &str| channels.get(channel).map(|one| one.strictness);
    let mut errors = Vec::new();
    for ((cell, less_than), column) in written.cells.iter().zip(&own.cells).zip(columns) {
        if cell != SAME && strictness(cell) < strictness(less_than) {
            errors.push(format!(
                "{path}.{name}[{column}]: \"{cell}\" protects less than \"{less_than}\" of the row \
                 \"{}\", and a type is only what a message says of itself; write same, or make an exception",
                own.name
            ));
        }
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    let cells = written.cells.iter();
    Ok(Refined {
        name: name.to_owned(),
        cells: cells
            .map(|cell| (cell != SAME).then(|| cell.clone()))
            .collect(),
        owner: written.owner.clone(),
    })
}

impl From<Lines> for Written {
    fn from(lines: Lines) -> Self {
        Self {
            cells: lines.cells,
            owner: lines.owner,
        }
    }
}

/// By hand, so that errors keep their place.
impl<'de> Deserialize<'de> for Written {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Row;

        impl<'de> Visitor<'de> for Row {
            type Value = Written;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of channels, or lines that begin with \"cells:\"")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<Written, A::Error> {
                let cells = Vec::deserialize(SeqAccessDeserializer::new(items))?;
                Ok(Written {
                    cells,
                    ..Written::default()
                })
            }

            fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<Written, A::Error> {
                Lines::deserialize(MapAccessDeserializer::new(entries)).map(Written::from)
            }
        }

        deserializer.deserialize_any(Row)
    }
}
