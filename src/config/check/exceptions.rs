// SPDX-License-Identifier: GPL-3.0-or-later
//! Finds exceptions that are never reached, contradict or change nothing, and those that protect less.

use jiff::civil::Date;

use crate::decide::Strictness;
use crate::decide::exception::Target;
use crate::decide::reach::{meet, someone_of};
use crate::decide::{Exception, Reach};
use crate::inspect::Policy;
use crate::message::{Direction, Pattern};

use super::{Doubt, Example, View};

/// A message that an exception protects less than the table would.
#[derive(Clone, Debug)]
pub struct Lowered {
    /// The exception, by its place.
    pub exception: usize,
    /// The message for which the difference is largest.
    pub example: Example,
    /// The channel of the table.
    pub instead_of: String,
}

/// The exceptions that lower protection, which is what many are for; each with a message.
pub fn lowered(policy: &Policy, today: Date) -> Vec<Lowered> {
    let table = &policy.table;
    let reach = Reach::new(table, &policy.ours, today);
    let strict = |channel: &str| policy.channels.strictness(channel);
    let mut lowered = Vec::new();
    for (at, one) in table.exceptions().iter().enumerate() {
        let mut worst: Option<(Option<Strictness>, Lowered)> = None;
        for case in reach.spoken_for(at) {
            let strictness = strict(case.cell);
            let is_worse = worst.as_ref().is_none_or(|(worst, _)| strictness > *worst);
            if strictness > strict(&one.channel) && is_worse {
                let example = Example {
                    from: case.from.address.to_string(),
                    to: case.to.address.to_string(),
                    direction: Direction::Outbound,
                    communication: None,
                    level: table.columns().get(case.level).cloned(),
                    on: (case.day != today).then_some(case.day),
                };
                let shown = Lowered {
                    exception: at,
                    example,
                    instead_of: case.cell.to_owned(),
                };
                worst = Some((strictness, shown));
            }
        }
        lowered.extend(worst.map(|(_, shown)| shown));
    }
    lowered
}

/// What is doubtful about exceptions.
pub(super) fn doubts(view: &View<'_>) -> Vec<Doubt> {
    let mut doubts = Vec::new();
    for (at, one) in view.table.exceptions().iter().enumerate() {
        if !one.holds(view.today) {
            let doubt = Doubt::from(format!(
                "exceptions[{at}]: it ended on {}; take it out, or give it a new end",
                one.until
            ));
            doubts.push(doubt.shown_by(about(view, one)));
            continue;
        }
        let unreached = unreached(view, at, one);
        if unreached.is_none() {
            doubts.extend(contradicting(view, at, one));
            doubts.extend(idle(view, at, one));
        }
        doubts.extend(unreached);
        doubts.extend(not_ours(view, at, one));
        doubts.extend(unproven(view, at, one));
    }
    doubts
}

/// A message that an exception is about, whether it is ever read or not.
fn about(view: &View<'_>, one: &Exception) -> Example {
    let to = match &one.to {
        Target::Kind(kind, _) => view.reach.someone(*kind).map(|one| one.address.clone()),
        Target::Pattern(pattern, _) => Some(someone_of(pattern)),
    };
    let mut example = view.example(&to.unwrap_or_default(), Direction::Outbound);
    if one.from != Pattern::Any {
        example.from = someone_of(&one.from).to_string();
    }
    example
}

/// Why no message reaches an exception, if so.
fn unreached(view: &View<'_>, at: usize, one: &Exception) -> Option<Doubt> {
    if view.reach.spoken_for(at).next().is_some() {
        return None;
    }
    // Its last day is the one on which the fewest others hold.
    let case = view.reach.cases(at).max_by_key(|case| case.day);
    let Some(case) = case else {
        return Some(Doubt::from(format!(
            "exceptions[{at}]: never read, for nobody can be a \"{}\"; take it out, or name somebody \
             under recipients whom no line above takes",
            one.to
        )));
    };
    let others = view.table.exceptions().iter().take(at).enumerate();
    let others = others.filter(|(before, _)| {
        let mut cases = view.reach.cases(at).filter(|other| other.day == case.day);
        cases.any(|case| {
            view.reach
                .speakers(case)
                .next()
                .is_some_and(|(first, _)| first == *before)
        })
    });
    let others: Vec<(usize, &Exception)> = others.collect();
    let names: Vec<String> = others
        .iter()
        .map(|(at, _)| format!("exceptions[{at}]"))
        .collect();
    let (speaks, them) = match names.len() {
        1 => ("speaks", "one of them"),
        _ => ("speak", "it"),
    };
    let differs = others
        .iter()
        .find(|(_, other)| other.channel != one.channel);
    let but = differs.map_or_else(String::new, |(_, other)| {
        format!(" and says \"{}\", not \"{}\"", other.channel, one.channel)
    });
    let doubt = Doubt::from(format!(
        "exceptions[{at}]: never read, for {} {speaks} for the same mail{but}; take {them} out, or put \
         the more special one first",
        names.join(", ")
    ));
    Some(doubt.shown_by(view.shown(case)))
}

/// An earlier exception for the same mail with another channel, which ends earlier.
fn contradicting(view: &View<'_>, at: usize, one: &Exception) -> Option<Doubt> {
    let mut earlier = view.table.exceptions().iter().take(at).enumerate();
    let (before, other) = earlier.find(|(_, other)| {
        other.holds(view.today)
            && other.from == one.from
            && other.to == one.to
            && other.channel != one.channel
    })?;
    let doubt = Doubt::from(format!(
        "exceptions[{at}]: contradicts exceptions[{before}], which says \"{}\" for the same mail and is \
         the one that is read until {}; keep one of them",
        other.channel, other.until
    ));
    Some(doubt.shown_by(about(view, one)))
}

/// An exception without which all mail would go by the same channels.
fn idle(view: &View<'_>, at: usize, one: &Exception) -> Option<Doubt> {
    let case = view.reach.spoken_for(at).next()?;
    let doubt = Doubt::from(format!(
        "exceptions[{at}]: changes nothing, for without it such mail goes by \"{}\" as well; take it out",
        one.channel
    ));
    let doubt = doubt.shown_by(view.shown(case));
    view.reach.is_idle(at).then_some(doubt)
}

/// A sender who is in none of our domains.
fn not_ours(view: &View<'_>, at: usize, one: &Exception) -> Option<Doubt> {
    let mut domains = view.policy.ours.domains().peekable();
    domains.peek()?;
    if domains.any(|domain| meet(domain, &one.from)) {
        return None;
    }
    let doubt = Doubt::from(format!(
        "exceptions[{at}].from: \"{}\" is in none of ours.domains, so nobody of us sends such mail; \
         write an address of ours",
        one.from
    ));
    Some(doubt.shown_by(about(view, one)))
}

/// One that protects less, of whose sender nothing can be proven.
fn unproven(view: &View<'_>, at: usize, one: &Exception) -> Option<Doubt> {
    let can_be_proven = match one.client() {
        Some(_) => true,
        None => view.policy.ours.has_login(),
    };
    if can_be_proven {
        return None;
    }
    let strict = |channel: &str| view.table.strictness(channel);
    let case = view.reach.spoken_for(at);
    let mut lowered = case.filter(|case| strict(case.cell) > strict(&one.channel));
    let doubt = Doubt::from(format!(
        "exceptions[{at}]: it protects less, and nothing proves who sends, since ours.login is false; \
         name the client: network whose mail it is"
    ));
    Some(doubt.shown_by(view.shown(lowered.next()?)))
}
