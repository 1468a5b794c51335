// SPDX-License-Identifier: GPL-3.0-or-later
//! Finds rows and cells that no message reaches, and rows that protect less for more.

use std::collections::BTreeSet;

use super::table::{DIRECTIONS, can_be};
use super::{Doubt, Example, View};
use crate::act::Entry;
use crate::decide::Communication;
use crate::decide::row::SAME;
use crate::message::Direction;

/// What is doubtful about rows.
pub(super) fn doubts(view: &View<'_>) -> Vec<Doubt> {
    let mut doubts: Vec<Doubt> = Vec::new();
    for direction in DIRECTIONS {
        let word = direction.as_str();
        let reached = reached(view, direction);
        for (name, row) in view.file.decide.rows(direction) {
            let used = users(view, direction, name);
            if used.is_empty() {
                let doubt = Doubt::from(format!(
                    "decide.{word}.{name}: every kind has a row of its own, so this one is never read; take it out"
                ));
                let last = view.table.kinds().names().len().saturating_sub(1);
                doubts.push(doubt.shown_by(example(view, direction, last)));
                continue;
            }
            // Of kinds that nobody can be another doubt tells.
            let Some(kind) = used
                .into_iter()
                .find(|kind| view.reach.someone(*kind).is_some())
            else {
                continue;
            };
            for (level, (cell, column)) in row.cells.iter().zip(view.table.columns()).enumerate() {
                let is_reached = reached.contains(&(level, name.as_str()));
                if cell != SAME && !is_reached && can_be(view, level) {
                    let doubt = Doubt::from(format!(
                        "decide.{word}.{name}[{column}]: no message reaches it, for rows of types of \
                         communication speak for all such mail; write same, or take a row out"
                    ));
                    let mut example = example(view, direction, kind).of_level(column);
                    example.communication = communication(name);
                    doubts.push(doubt.shown_by(example));
                }
            }
            doubts.extend(less_for_more(view, direction, name, &row.cells, kind));
        }
    }
    doubts
}

/// The type of communication that the name of a row gives.
fn communication(name: &str) -> Option<Communication> {
    let word = name.split_whitespace().nth(1);
    word.and_then(|word| word.parse().ok())
}

/// The cells of all rows that some message reaches: level, name of the row.
fn reached<'a>(view: &View<'a>, direction: Direction) -> BTreeSet<(usize, &'a str)> {
    let kinds = 0..view.table.kinds().names().len();
    let somebodies = kinds.filter(|kind| view.reach.someone(*kind).is_some());
    let cells = somebodies.flat_map(|kind| view.reach.cells(direction, kind));
    cells.map(|(level, _, row)| (level, row)).collect()
}

/// The kinds that a row of this name is bound to.
fn users(view: &View<'_>, direction: Direction, name: &str) -> Vec<usize> {
    let rows = view.table.rows(direction).iter().enumerate();
    let users = rows.filter(|(_, row)| {
        row.name == name || row.refined.values().any(|refined| refined.name == name)
    });
    users.map(|(kind, _)| kind).collect()
}

fn example(view: &View<'_>, direction: Direction, kind: usize) -> Example {
    let someone = view.reach.someone(kind);
    let address = someone.map(|one| one.address.clone());
    view.example(&address.unwrap_or_default(), direction)
}

/// The first cell of a row that does nothing, while one for a lower level does something.
fn less_for_more(
    view: &View<'_>,
    direction: Direction,
    name: &str,
    cells: &[String],
    kind: usize,
) -> Option<Doubt> {
    let acts = |cell: &String| {
        let entry = view.file.channels.get(cell);
        let acts = |entry: &Entry| !entry.actions.is_empty() || entry.needs.is_some();
        cell == SAME || entry.is_some_and(acts)
    };
    let mut pairs = cells.iter().zip(cells.iter().skip(1)).enumerate();
    let (at, (lower, higher)) = pairs.find(|(_, (a, b))| acts(a) && *a != SAME && !acts(b))?;
    let columns = view.table.columns();
    let column = |at: usize| columns.get(at).map_or("", String::as_str);
    let (below, above) = (column(at), column(at + 1));
    let doubt = Doubt::from(format!(
        "decide.{}.{name}: \"{above}\" goes by \"{higher}\", which does nothing, but \"{below}\" by \
         \"{lower}\"; the more sensitive should not be protected less",
        direction.as_str()
    ));
    Some(doubt.shown_by(example(view, direction, kind).of_level(above)))
}
