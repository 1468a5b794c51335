// SPDX-License-Identifier: GPL-3.0-or-later
//! Finds channels that no message reaches, and those that nobody can use.

use std::collections::{BTreeMap, BTreeSet};

use super::table::{DIRECTIONS, can_be};
use super::{Doubt, View};
use crate::act::Action;
use crate::message::Direction;

/// What is doubtful about channels.
pub(super) fn doubts(view: &View<'_>) -> Vec<Doubt> {
    let (reached, named) = places(view);
    let unusable: Vec<&str> = view.reach.unusable().collect();
    let mut doubts: Vec<Doubt> = Vec::new();
    for (name, entry) in &view.file.channels {
        if unusable.contains(&name.as_str()) {
            let sentence = format!(
                "channels.{name}: nobody can use it, for nobody is among those that \"from\" or \"to\" name; \
                 name somebody, or take it out"
            );
            doubts.push(Doubt::from(sentence).shown_by(somebody(view)));
            continue;
        }
        if reached.contains(name.as_str()) {
            continue;
        }
        let is_relay = |action: &Action| matches!(action, Action::Relay(_));
        let but = match entry.actions.iter().any(is_relay) {
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
    doubts.extend(of_cells(view, &unusable));
    doubts
}

/// The channels that some message reaches, and one unreached place for each that is named.
fn places<'a>(view: &'a View<'_>) -> (BTreeSet<&'a str>, BTreeMap<&'a str, String>) {
    let (mut reached, mut named) = (BTreeSet::new(), BTreeMap::new());
    let columns = view.table.columns();
    for direction in DIRECTIONS {
        let word = direction.as_str();
        for kind in 0..view.table.kinds().names().len() {
            let is_somebody = view.reach.someone(kind).is_some();
            for (level, channel, row) in view.reach.cells(direction, kind) {
                if is_somebody && can_be(view, level) {
                    reached.insert(channel);
                }
                let column = columns.get(level).map_or("", String::as_str);
                let place = || format!("decide.{word}.{row}[{column}]");
                named.entry(channel).or_insert_with(place);
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
    // What stands in for a channel is reached by what that one does not take.
    for (name, entry) in &view.file.channels {
        let Some(fallback) = &entry.fallback else {
            continue;
        };
        let place = || format!("channels.{name}.else");
        named.entry(fallback.as_str()).or_insert_with(place);
    }
    let follow = |name: &&str| {
        let entry = view.file.channels.get(*name);
        entry.and_then(|entry| entry.fallback.as_deref())
    };
    let ways: Vec<Vec<&str>> = reached
        .iter()
        .map(|first| {
            let most = view.file.channels.len() + 1;
            std::iter::successors(Some(*first), follow)
                .take(most)
                .collect()
        })
        .collect();
    reached.extend(ways.into_iter().flatten());
    (reached, named)
}

/// Cells whose channel reaches nobody of the kind, so that another one always stands in.
fn of_cells(view: &View<'_>, unusable: &[&str]) -> Vec<Doubt> {
    let mut doubts = Vec::new();
    for direction in DIRECTIONS {
        let word = direction.as_str();
        for kind in 0..view.table.kinds().names().len() {
            let Some(someone) = view.reach.someone(kind) else {
                continue;
            };
            let mut told = BTreeSet::new();
            for (level, channel, row) in view.reach.cells(direction, kind) {
                let is_reached = view.reach.can_reach(kind, channel);
                if is_reached || unusable.contains(&channel) || !told.insert(channel) {
                    continue;
                }
                let column = view.table.columns().get(level).map_or("", String::as_str);
                let entry = view.file.channels.get(channel);
                let instead = match entry.and_then(|entry| entry.fallback.as_ref()) {
                    Some(other) => format!("such mail always goes by \"{other}\"; write that here"),
                    None => "such mail is always refused; name a channel that reaches them".into(),
                };
                let doubt = Doubt::from(format!(
                    "decide.{word}.{row}[{column}]: \"{channel}\" reaches no \"{}\", so {instead}",
                    view.kind(kind)
                ));
                let example = view.example(&someone.address, direction).of_level(column);
                doubts.push(doubt.shown_by(example));
            }
        }
    }
    doubts
}

/// A message that shows nothing but that it does not matter.
fn somebody(view: &View<'_>) -> super::Example {
    let someone = view.reach.recipients().first();
    let address = someone.map(|one| one.address.clone());
    view.example(&address.unwrap_or_default(), Direction::Outbound)
}
