// SPDX-License-Identifier: GPL-3.0-or-later
//! Finds what parses but cannot be meant, in sentences.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::civil::Date;

use crate::classify::Sensitivity;
use crate::decide::exception::Target;
use crate::decide::kind::Who;
use crate::decide::{Exception, Table};
use crate::detect::Entity;
use crate::inspect::Policy;
use crate::message::{Address, Direction, Pattern};
use crate::milter::{Mode, OnError};
use crate::units::Parsed;

use super::{File, Source};

/// Postfix and Sendmail give a milter five minutes for the end of a message, in their defaults.
const MTA_PATIENCE: Duration = Duration::from_secs(300);

/// A mail with one photograph is larger than this, in bytes.
const SMALL: u64 = 1 << 20;

/// Names that stand for somebody else's: the ones of the shipped file, and those of RFC 2606.
const SAMPLES: [&str; 5] = [
    "example.ch",
    "example",
    "example.com",
    "example.net",
    "example.org",
];

/// The facts that hide content: mail with one of them may hold anything.
const HIDING: [Entity; 6] = [
    Entity::Unreadable,
    Entity::Encrypted,
    Entity::WeaklyEncrypted,
    Entity::Partly,
    Entity::OverBudget,
    Entity::Ambiguous,
];

/// One sentence for each thing that can be read but hardly meant, as of a day.
///
/// # Errors
/// As [`Source::policy`], where the file cannot be read at all.
pub fn doubts(source: &Source, policy: &Policy, today: Date) -> Result<Vec<String>, Vec<String>> {
    let file = source.file()?;
    let mut doubts = Vec::new();
    doubts.extend(of_the_edges(&file));
    doubts.extend(of_what_is_ours(policy));
    doubts.extend(of_colleagues(policy));
    doubts.extend(of_samples(&file, policy));
    doubts.extend(policy.table.kinds().unreachable().iter().cloned());
    doubts.extend(of_empty_lists(source, &file));
    if source.detectors.is_empty() {
        doubts.push("detectors: there is none, so nothing is ever found".into());
    }
    doubts.extend(of_levels(policy));
    doubts.extend(of_channels(&file, &policy.table));
    doubts.extend(of_rows(&file, &policy.table));
    doubts.extend(of_exceptions(policy.table.exceptions(), today));
    Ok(doubts)
}

fn of_the_edges(file: &File) -> Vec<String> {
    let mut doubts = Vec::new();
    if file.mode == Mode::Enforce && file.milter.on_error == OnError::Accept {
        doubts.push(
            "milter.on_error: \"accept\" lets mail pass that nobody looked into, while mode is \
             \"enforce\"; write tempfail"
                .into(),
        );
    }
    let limits = file.milter.limits;
    if limits.message.0 < SMALL {
        doubts.push(format!(
            "milter.limits.message: {} bytes are less than one photograph; did you mean {0}M?",
            limits.message.0
        ));
    }
    if limits.unpacked < limits.message {
        doubts.push(
            "milter.limits.unpacked: less than milter.limits.message, so a plain mail can be over \
             budget; write more"
                .into(),
        );
    }
    if limits.time.0 >= MTA_PATIENCE {
        doubts.push(
            "milter.limits.time: the MTA waits for five minutes at most; write less, such as 60s"
                .into(),
        );
    }
    if file.log.to.is_empty() {
        doubts.push("log.to: nobody will ever read what happened; write stderr or syslog".into());
    }
    doubts
}

fn of_what_is_ours(policy: &Policy) -> Vec<String> {
    let ours = &policy.ours;
    let mut doubts = Vec::new();
    if ours.networks().next().is_none() && !ours.has_login() {
        doubts.push(
            "ours: no network and no login, so no mail is outbound and nothing is held back; \
             name your networks, or write login: true"
                .into(),
        );
    }
    for network in ours.networks().filter(|network| network.is_everything()) {
        doubts.push(format!(
            "ours.networks: {network} is the whole internet, so all mail is outbound and anybody \
             can use an exception; name your own networks"
        ));
    }
    doubts
}

/// Domains of ours whose people nobody named.
fn of_colleagues(policy: &Policy) -> Vec<String> {
    let kinds = policy.table.kinds();
    let others = kinds.of(&Address::default());
    let mut doubts = Vec::new();
    for domain in policy.ours.domains() {
        let someone = match domain {
            Pattern::Below(suffix) => Address::new(&format!("x@x{suffix}")),
            _ => Address::new(&format!("x@{domain}")),
        };
        if kinds.names().len() > 1 && kinds.of(&someone) == others {
            let kind = kinds.names().get(others).map_or("", String::as_str);
            doubts.push(format!(
                "ours.domains: \"{domain}\" is ours, but mail to it is to a \"{kind}\"; name it \
                 under recipients"
            ));
        }
    }
    doubts
}

fn of_samples(file: &File, policy: &Policy) -> Vec<String> {
    let mut doubts = Vec::new();
    let mut doubt = |path: String, patterns: Vec<&Pattern>| {
        let samples = patterns.into_iter().filter(|pattern| is_sample(pattern));
        let samples: Vec<String> = samples.map(|one| format!("\"{one}\"")).collect();
        if !samples.is_empty() {
            let samples = samples.join(", ");
            doubts.push(format!(
                "{path}: {samples} stands in the example; write your own"
            ));
        }
    };
    doubt("ours.domains".into(), policy.ours.domains().collect());
    for (at, line) in file.recipients.iter().enumerate() {
        for (kind, whom) in line {
            let patterns = whom.iter().filter_map(|Parsed(who)| match who {
                Who::Pattern(pattern) => Some(pattern),
                Who::File(_) => None,
            });
            doubt(format!("recipients[{at}].{kind}"), patterns.collect());
        }
    }
    doubts
}

fn is_sample(pattern: &Pattern) -> bool {
    let text = pattern.to_string();
    let domain = text.rsplit('@').next().unwrap_or_default();
    SAMPLES.iter().any(|sample| {
        let above = domain.strip_suffix(sample);
        above.is_some_and(|above| above.is_empty() || above.ends_with('.'))
    })
}

fn of_empty_lists(source: &Source, file: &File) -> Vec<String> {
    let is_empty = |text: &str| {
        let mut lines = text.lines().map(str::trim);
        lines.all(|line| line.is_empty() || line.starts_with('#'))
    };
    let lists = source.lists.iter().filter(|(_, text)| is_empty(text));
    let mut doubts: Vec<String> = lists
        .map(|(name, _)| {
            format!("{name}: no pattern in it; write one a line, such as partner.example")
        })
        .collect();
    for (at, line) in file.recipients.iter().enumerate() {
        let empty = line.iter().filter(|(_, whom)| whom.is_empty());
        doubts.extend(empty.map(|(kind, _)| {
            format!(
                "recipients[{at}].{kind}: nobody is of this kind; name somebody, or take it out"
            )
        }));
    }
    doubts
}

fn of_levels(policy: &Policy) -> Vec<String> {
    let levels = &policy.levels;
    let mut doubts = Vec::new();
    for (at, name) in levels.names.iter().enumerate() {
        if !levels.can_be(Sensitivity(at)) {
            doubts.push(format!(
                "classify: no line makes a message \"{name}\", so its column in decide is never read"
            ));
        }
    }
    let hiding = HIDING.iter().filter(|fact| !levels.reads(**fact));
    let hiding: Vec<&str> = hiding.map(|fact| fact.as_str()).collect();
    if !hiding.is_empty() {
        doubts.push(format!(
            "classify: no line names {}, so such mail counts as \"{}\" whatever it hides",
            hiding.join(", "),
            levels.name(Sensitivity(0))
        ));
    }
    doubts
}

fn of_channels(file: &File, table: &Table) -> Vec<String> {
    let rows = [Direction::Outbound, Direction::Inbound].map(|direction| table.rows(direction));
    let cells = rows.into_iter().flatten().flat_map(|row| &row.cells);
    let exceptions = table.exceptions().iter().map(|one| &one.channel);
    let used: BTreeSet<&String> = cells.chain(exceptions).collect();
    let unused = file.channels.keys().filter(|name| !used.contains(name));
    unused
        .map(|name| {
            format!("channels.{name}: no cell and no exception uses it; use it, or take it out")
        })
        .collect()
}

/// Rows that nobody has, and rows that protect what is more sensitive less.
fn of_rows(file: &File, table: &Table) -> Vec<String> {
    let mut doubts = Vec::new();
    for direction in [Direction::Outbound, Direction::Inbound] {
        let word = direction.as_str();
        let rows = table.rows(direction);
        let written = file.decide.rows(direction);
        if written.contains_key("*") && rows.iter().all(|row| row.name != "*") {
            doubts.push(format!(
                "decide.{word}.*: every kind has a row of its own, so this one is never read; take it out"
            ));
        }
        for (name, cells) in written {
            let acts = |cell: &String| file.channels.get(cell).is_some_and(|list| !list.is_empty());
            let mut pairs = cells.iter().zip(cells.iter().skip(1)).enumerate();
            if let Some((at, (lower, higher))) = pairs.find(|(_, (a, b))| acts(a) && !acts(b)) {
                let column = |at: usize| table.columns().get(at).map_or("", String::as_str);
                doubts.push(format!(
                    "decide.{word}.{name}: \"{}\" goes by \"{higher}\", which does nothing, but \"{}\" by \
                     \"{lower}\"; the more sensitive should not be protected less",
                    column(at + 1),
                    column(at)
                ));
            }
        }
    }
    doubts
}

fn of_exceptions(exceptions: &[Exception], today: Date) -> Vec<String> {
    let mut doubts = Vec::new();
    for (at, one) in exceptions.iter().enumerate() {
        if !one.holds(today) {
            doubts.push(format!(
                "exceptions[{at}]: it ended on {}; take it out, or give it a new end",
                one.until
            ));
        }
        let mut earlier = exceptions.iter().take(at);
        if let Some(before) = earlier.position(|earlier| shadows(earlier, one)) {
            doubts.push(format!(
                "exceptions[{at}]: never read, for exceptions[{before}] speaks for the same mail; \
                 take one of them out"
            ));
        }
    }
    doubts
}

/// True where an earlier exception speaks for all mail of a later one, as long as that holds.
fn shadows(earlier: &Exception, later: &Exception) -> bool {
    let covers = |wide: &Pattern, narrow: &Pattern| *wide == Pattern::Any || wide == narrow;
    let is_to_all = earlier.to == Target::Pattern(Pattern::Any);
    covers(&earlier.from, &later.from)
        && (is_to_all || earlier.to == later.to)
        && earlier.until >= later.until
}
