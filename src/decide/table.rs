// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps the decision table: kinds of recipients, the matrix and the exceptions, checked to be total.

use indexmap::IndexMap;
use serde::{Deserialize, Deserializer};

use crate::message::Direction;
use crate::nearest::{did_you_mean, instead};
use crate::units::Parsed;

use super::channel::{Bound, Catalogue};
use super::row::{self, Row, Rows, SAME, Written};
use super::{Communication, Exception, Kinds, Party, Strictness, exception};

/// The `decide` section, as written.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Section {
    /// The levels, lowest first.
    pub columns: Vec<String>,
    outbound: Rows,
    inbound: Rows,
    /// Recipients that disagree.
    pub mixed: Mixed,
}

/// The table. Every level of every kind has a cell in both directions.
#[derive(Clone, Debug, Default)]
pub struct Table {
    columns: Vec<String>,
    kinds: Kinds,
    outbound: Vec<Row>,
    inbound: Vec<Row>,
    exceptions: Vec<Exception>,
    channels: IndexMap<String, Bound>,
    mixed: Mixed,
}

/// What becomes of one message whose recipients disagree.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mixed {
    /// The strictest channel speaks for all of them.
    #[default]
    Strictest,
    /// The largest part of them keeps the message, the others get copies of it.
    Split,
}

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
        catalogue: &Catalogue,
    ) -> Result<Self, Vec<String>> {
        let mut errors = check_columns(&section.columns);
        let channels = bind_channels(catalogue, &kinds);
        let channels = channels.unwrap_or_else(|wrong| {
            errors.extend(wrong);
            IndexMap::new()
        });
        let names: Vec<&str> = catalogue.keys().map(String::as_str).collect();
        let mut bind = |direction| {
            let bound = bind(direction, section, &kinds, &names, &channels);
            bound.unwrap_or_else(|wrong| {
                errors.extend(wrong);
                Vec::new()
            })
        };
        let outbound = bind(Direction::Outbound);
        let inbound = bind(Direction::Inbound);
        let mut bound = Vec::new();
        for (at, entry) in exceptions.into_iter().enumerate() {
            match Exception::new(at, entry, &kinds, &names) {
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
            channels,
            mixed: section.mixed,
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

    /// What becomes of recipients that disagree.
    pub fn mixed(&self) -> Mixed {
        self.mixed
    }

    /// The exceptions, in the order in which they are read.
    pub fn exceptions(&self) -> &[Exception] {
        &self.exceptions
    }

    /// How strict a channel is; the least where there is none of that name.
    pub fn strictness(&self, channel: &str) -> Strictness {
        self.channel(channel)
            .map(|one| one.strictness)
            .unwrap_or_default()
    }

    /// True where a channel can reach somebody of a kind.
    pub fn reaches(&self, channel: &str, to: &Party, kind: usize) -> bool {
        self.channel(channel)
            .is_some_and(|bound| bound.is_to(to, kind))
    }

    /// What a channel takes.
    pub(super) fn channel(&self, name: &str) -> Option<&Bound> {
        self.channels.get(name)
    }

    /// What all channels take.
    pub(super) fn channels(&self) -> impl Iterator<Item = (&str, &Bound)> {
        self.channels
            .iter()
            .map(|(name, bound)| (name.as_str(), bound))
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

/// Binds the terms of the channels, and checks that what stands in for one protects no less.
fn bind_channels(
    catalogue: &Catalogue,
    kinds: &Kinds,
) -> Result<IndexMap<String, Bound>, Vec<String>> {
    let names: Vec<&str> = catalogue.keys().map(String::as_str).collect();
    let mut errors = Vec::new();
    let mut channels = IndexMap::new();
    for (name, terms) in catalogue {
        if name == SAME {
            errors.push(format!(
                "channels.{SAME}: the word has a meaning in decide; take another name"
            ));
        }
        match Bound::new(name, terms, kinds) {
            Ok(bound) => drop(channels.insert(name.clone(), bound)),
            Err(wrong) => errors.extend(wrong),
        }
        let Some(fallback) = &terms.fallback else {
            continue;
        };
        if let Err(wrong) = known(fallback, &names) {
            errors.push(format!("channels.{name}.else: {wrong}"));
        }
        let stands_in = catalogue.get(fallback).map(|one| one.strictness);
        if stands_in.is_some_and(|strictness| strictness < terms.strictness) {
            errors.push(format!(
                "channels.{name}.else: \"{fallback}\" protects less than \"{name}\", and the size of a \
                 message is its sender's choice; name one that protects as much"
            ));
        }
        // Who follows the channels that stand in comes to an end, or here again.
        let follow = |from: &&String| catalogue.get(*from).and_then(|one| one.fallback.as_ref());
        let mut way = std::iter::successors(Some(fallback), follow).take(catalogue.len());
        if way.any(|one| one == name) {
            errors.push(format!(
                "channels.{name}.else: it leads back to \"{name}\"; let the last channel refuse or hold"
            ));
        }
    }
    if errors.is_empty() {
        Ok(channels)
    } else {
        Err(errors)
    }
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

/// The kind and the type of communication that the name of a row gives: `stranger invoice`.
///
/// # Errors
/// What to write instead.
fn read_name<'a>(name: &'a str, kinds: &Kinds) -> Result<(&'a str, Option<Communication>), String> {
    let mut words = name.split_whitespace();
    let (kind, communication) = (words.next().unwrap_or_default(), words.next());
    if kind != "*" && !kinds.names().iter().any(|known| known == kind) {
        let instead = kinds.instead(kind);
        return Err(format!("no recipient kind \"{kind}\"{instead}"));
    }
    if words.next().is_some() {
        return Err("a row is named by a kind, or by a kind and one type of communication".into());
    }
    let communication = communication.map(str::parse).transpose()?;
    Ok((kind, communication))
}

/// Finds the rows of each kind, and checks what the rows say.
fn bind(
    direction: Direction,
    section: &Section,
    kinds: &Kinds,
    names: &[&str],
    channels: &IndexMap<String, Bound>,
) -> Result<Vec<Row>, Vec<String>> {
    let (rows, columns) = (section.rows(direction), &section.columns);
    let path = format!("decide.{}", direction.as_str());
    let mut errors = Vec::new();
    let mut read: Vec<(&str, Option<Communication>, &str, &Written)> = Vec::new();
    for (name, row) in rows {
        let mut is_refined = false;
        match read_name(name, kinds) {
            Ok((kind, communication)) => {
                is_refined = communication.is_some();
                read.push((kind, communication, name, row));
            }
            Err(wrong) => errors.push(format!("{path}.{name}: {wrong}")),
        }
        if row.cells.len() != columns.len() {
            errors.push(format!(
                "{path}.{name}: cells: {}, columns: {}; write one channel for each of {}",
                row.cells.len(),
                columns.len(),
                columns.join(", ")
            ));
        }
        for (cell, column) in row.cells.iter().zip(columns) {
            let known = known(cell, names);
            if let (Err(wrong), false) = (known, is_refined && cell == SAME) {
                errors.push(format!("{path}.{name}[{column}]: {wrong}"));
            }
        }
    }
    let find = |kind: &str, communication: Option<Communication>| {
        let mut found = read.iter();
        found.find(|(own, of, ..)| *own == kind && *of == communication)
    };
    let mut bound = Vec::new();
    for kind in kinds.names() {
        let Some((_, _, name, written)) = find(kind, None).or_else(|| find("*", None)) else {
            errors.push(format!(
                "{path}: no row for \"{kind}\"; write one, or a row \"*\" for all kinds that have none"
            ));
            continue;
        };
        let mut row = Row {
            name: (*name).to_owned(),
            cells: written.cells.clone(),
            owner: written.owner.clone(),
            ..Row::default()
        };
        for of in Communication::ALL {
            let Some((_, _, name, written)) = find(kind, Some(of)).or_else(|| find("*", Some(of)))
            else {
                continue;
            };
            match row::refine(&path, name, written, &row, columns, channels) {
                Ok(refined) => drop(row.refined.insert(of, refined)),
                Err(wrong) => errors.extend(wrong),
            }
        }
        bound.push(row);
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
            "strictest" => Ok(Self::Strictest),
            "split" => Ok(Self::Split),
            _ => Err(format!(
                "\"{text}\" is no way to settle recipients that disagree; write split or strictest{}",
                did_you_mean(text, ["split", "strictest"])
            )),
        }
    }
}
