// SPDX-License-Identifier: GPL-3.0-or-later
//! Finds kinds and levels that no message reaches.

use super::{Doubt, View};
use crate::classify::Sensitivity;
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

pub(super) const DIRECTIONS: [Direction; 2] = [Direction::Outbound, Direction::Inbound];

/// What is doubtful about kinds and levels.
pub(super) fn doubts(view: &View<'_>) -> Vec<Doubt> {
    let mut doubts = of_kinds(view);
    if view.source.detectors.is_empty() {
        doubts.push("detectors: there is none, so nothing is ever found".into());
    }
    doubts.extend(of_levels(view));
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
        let to = &one.someone;
        doubts.push(doubt.shown_by(view.example(to, Direction::Outbound)));
    }
    for (at, name) in view.table.kinds().names().iter().enumerate() {
        let lost = taken.iter().find(|one| one.kind == at);
        if let (Some(one), None) = (lost, view.reach.someone(at)) {
            let doubt = Doubt::from(format!(
                "recipients: nobody can be a \"{name}\", so its rows in decide are never read; name \
                 somebody whom no line above takes"
            ));
            let to = &one.someone;
            doubts.push(doubt.shown_by(view.example(to, Direction::Outbound)));
        }
    }
    doubts
}

/// True where some message has this level.
pub(super) fn can_be(view: &View<'_>, level: usize) -> bool {
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
