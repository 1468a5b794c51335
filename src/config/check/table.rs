// SPDX-License-Identifier: GPL-3.0-or-later
//! Finds kinds, levels, rows and channels that no message reaches, and rows that protect less for more.

use std::collections::{BTreeMap, BTreeSet};

use super::{Doubt, View};
use crate::act::Action;
use crate::classify::Sensitivity;
use crate::decide::reach::someone_of;
use crate::detect::Entity;
use crate::message::Direction;

/// The facts about a message that extraction tells, with no detector.
const FACTS: [Entity; 7] = [
    Entity::Unreadable,
    Entity::Encrypted,
    Entity::WeaklyEncrypted,
    Entity::Partly,
    Entity::OverBudget,
    Entity::Ambiguous,
    Entity::Picture,
];

const DIRECTIONS: [Direction; 2] = [Direction::Outbound, Direction::Inbound];

/// What is doubtful about kinds, levels, rows and channels.
pub(super) fn doubts(view: &View<'_>) -> Vec<Doubt> {
    let mut doubts = of_kinds(view);
    if view.source.detectors.is_empty() {
        doubts.push("detectors: there is none, so nothing is ever found".into());
    }
    doubts.extend(of_levels(view));
    doubts.extend(of_channels(view));
    doubts.extend(of_rows(view));
    doubts
}

/// Patterns that an earlier line has taken, and kinds of which nothing is left.
fn of_kinds(view: &View<'_>) -> Vec<Doubt> {
    let taken = view.table.kinds().taken();
    let mut doubts: Vec<Doubt> = Vec::new();
    for one in taken {
        let (kind, by) = (view.kind(one.kind), view.kind(one.by));
        let doubt = Doubt::from(format!(
            "recipients[{}].{kind}: \"{}\" is never reached, for \"{by}\" above takes it; put the \
             more special line first",
            one.line, one.pattern
        ));
        let to = someone_of(&one.pattern);
        doubts.push(doubt.shown_by(view.example(&to, Direction::Outbound)));
    }
    for (at, name) in view.table.kinds().names().iter().enumerate() {
        let lost = taken.iter().find(|one| one.kind == at);
        if let (Some(one), None) = (lost, view.reach.someone(at)) {
            let doubt = Doubt::from(format!(
                "recipients: nobody can be a \"{name}\", so its rows in decide are never read; name \
                 somebody whom no line above takes"
            ));
            let to = someone_of(&one.pattern);
            doubts.push(doubt.shown_by(view.example(&to, Direction::Outbound)));
        }
    }
    doubts
}

/// True where some message has this level.
fn can_be(view: &View<'_>, level: usize) -> bool {
    let detectors = view.policy.detectors.list();
    // Without any detector the doubt is that, and not each level.
    let is_found = |entity: Entity| {
        let mut found = detectors.iter().map(|one| one.entity);
        FACTS.contains(&entity) || detectors.is_empty() || found.any(|one| one == entity)
    };
    view.policy.levels.can_be(Sensitivity(level), is_found)
}

fn of_levels(view: &View<'_>) -> Vec<Doubt> {
    let levels = &view.policy.levels;
    let mut doubts: Vec<Doubt> = Vec::new();
    for (at, name) in levels.names.iter().enumerate() {
        if !can_be(view, at) {
            let sentence = format!(
                "classify: no line makes a message \"{name}\", so its column in decide is never read"
            );
            doubts.push(sentence.into());
        }
    }
    for one in levels.outdone() {
        let (level, higher) = (levels.name(one.level), levels.name(one.by_level));
        let condition = one.condition;
        let sentence = format!(
            "classify.{level}: \"{condition}\" never decides, for a message with it is \"{higher}\" by \
             \"{}\"; take it out, or ask for more there",
            one.by
        );
        let doubt = Doubt::from(sentence);
        let someone = view.reach.someone(0).map(|one| one.address.clone());
        let example = view.example(&someone.unwrap_or_default(), Direction::Outbound);
        doubts.push(doubt.shown_by(example.of_level(higher)));
    }
    let hiding = FACTS.iter().filter(|fact| **fact != Entity::Picture);
    let hiding = hiding.filter(|fact| !levels.reads(**fact));
    let hiding: Vec<&str> = hiding.map(|fact| fact.as_str()).collect();
    if !hiding.is_empty() {
        let sentence = format!(
            "classify: no line names {}, so such mail counts as \"{}\" whatever it hides",
            hiding.join(", "),
            levels.name(Sensitivity(0))
        );
        doubts.push(sentence.into());
    }
    doubts
}

fn of_channels(view: &View<'_>) -> Vec<Doubt> {
    let (reached, named) = places(view);
    let mut doubts: Vec<Doubt> = Vec::new();
    for (name, actions) in &view.file.channels {
        if reached.contains(name.as_str()) {
            continue;
        }
        let is_relay = |action: &Action| matches!(action, Action::Relay(_));
        let but = match actions.iter().any(is_relay) {
            true => "; at most a mark typed into the subject leads there",
            false => "",
        };
        doubts.push(match named.get(name.as_str()) {
            None => format!(
                "channels.{name}: no cell and no exception uses it{but}; use it, or take it out"
            )
            .into(),
            Some(place) => format!(
                "channels.{name}: no message reaches it, for none reaches {place}{but}; use it elsewhere, \
                 or take it out"
            )
            .into(),
        });
    }
    doubts
}

/// The channels that some message reaches, and one unreached place for each that is named.
fn places<'a>(view: &'a View<'_>) -> (BTreeSet<&'a str>, BTreeMap<&'a str, String>) {
    let (mut reached, mut named) = (BTreeSet::new(), BTreeMap::new());
    for direction in DIRECTIONS {
        for (kind, row) in view.table.rows(direction).iter().enumerate() {
            let is_somebody = view.reach.someone(kind).is_some();
            for (level, channel) in row.cells.iter().enumerate() {
                if is_somebody && can_be(view, level) {
                    reached.insert(channel.as_str());
                }
                let column = view.table.columns().get(level);
                let column = column.map_or("", String::as_str);
                let word = direction.as_str();
                let place = || format!("decide.{word}.{}[{column}]", row.name);
                named.entry(channel.as_str()).or_insert_with(place);
            }
        }
    }
    for (at, one) in view.table.exceptions().iter().enumerate() {
        if view.reach.spoken_for(at).next().is_some() {
            reached.insert(one.channel.as_str());
        }
        let place = || format!("exceptions[{at}]");
        named.entry(one.channel.as_str()).or_insert_with(place);
    }
    (reached, named)
}

/// Rows that nobody has, and rows that protect what is more sensitive less.
fn of_rows(view: &View<'_>) -> Vec<Doubt> {
    let mut doubts: Vec<Doubt> = Vec::new();
    for direction in DIRECTIONS {
        let word = direction.as_str();
        let rows = view.table.rows(direction);
        let written = view.file.decide.rows(direction);
        if written.contains_key("*") && rows.iter().all(|row| row.name != "*") {
            let doubt = Doubt::from(format!(
                "decide.{word}.*: every kind has a row of its own, so this one is never read; take it out"
            ));
            let last = view
                .table
                .kinds()
                .of(&someone_of(&crate::message::Pattern::Any));
            let to = view.reach.someone(last).map(|one| one.address.clone());
            doubts.push(doubt.shown_by(view.example(&to.unwrap_or_default(), direction)));
        }
        for (name, cells) in written {
            doubts.extend(of_cells(view, direction, name, cells));
        }
    }
    doubts
}

/// The first cell of a row that does nothing, while one for a lower level does something.
fn of_cells(view: &View<'_>, direction: Direction, name: &str, cells: &[String]) -> Option<Doubt> {
    let acts = |cell: &String| {
        let actions = view.file.channels.get(cell);
        actions.is_some_and(|list| !list.is_empty())
    };
    let mut pairs = cells.iter().zip(cells.iter().skip(1)).enumerate();
    let (at, (lower, higher)) = pairs.find(|(_, (a, b))| acts(a) && !acts(b))?;
    let columns = view.table.columns();
    let column = |at: usize| columns.get(at).map_or("", String::as_str);
    let (below, above) = (column(at), column(at + 1));
    let doubt = Doubt::from(format!(
        "decide.{}.{name}: \"{above}\" goes by \"{higher}\", which does nothing, but \"{below}\" by \
         \"{lower}\"; the more sensitive should not be protected less",
        direction.as_str()
    ));
    let rows = view.table.rows(direction).iter();
    let kind = rows.enumerate().find(|(_, row)| row.name == name);
    let someone = kind.and_then(|(kind, _)| view.reach.someone(kind));
    Some(match someone {
        Some(one) => doubt.shown_by(view.example(&one.address, direction).of_level(above)),
        None => doubt,
    })
}
