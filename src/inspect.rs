// SPDX-License-Identifier: GPL-3.0-or-later
//! The six lines that are the program: a message goes in, what we think of it and would do comes out.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::act::{self, Channels, Plan};
use crate::classify::{self, Classification, Levels};
use crate::decide::{self, Decision, Features, Mixed, Ours, Table, Weight};
use crate::detect::{self, Detectors};
use crate::extract::{self, Budget, Extract, Unreadable, Why};
use crate::message::{Direction, Envelope, Message, PartPath};

/// Everything compiled from the configuration that `inspect` needs. Immutable; swapped whole.
#[derive(Debug)]
pub struct Policy {
    /// The first 12 hex digits of the SHA-256 of the policy's text.
    pub digest: String,
    /// What extraction may spend.
    pub budget: Budget,
    /// Processor time for one message, in whole seconds.
    pub processor: Duration,
    /// What finds.
    pub detectors: Detectors,
    /// What weighs.
    pub levels: Levels,
    /// Who is ours.
    pub ours: Ours,
    /// What decides.
    pub table: Table,
    /// What acts.
    pub channels: Channels,
}

/// What we think of a message, and what we would do with it. Holds no found value.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Verdict {
    /// Which way it goes.
    pub direction: Direction,
    /// How sensitive it is, and why.
    pub classification: Classification,
    /// One decision a recipient, in the order of the envelope.
    pub decisions: Vec<Decision>,
    /// The edits.
    pub plan: Plan,
    /// Whether a program wrote it, by what it says of itself: it is never answered.
    #[serde(default)]
    pub is_automatic: bool,
}

/// Why the content of a message must not, or could not, be looked into.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unread {
    /// Why, as a word that the table knows.
    pub why: Why,
    /// The same for a person.
    pub detail: String,
}

/// Who chooses the channel of each recipient.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum By {
    /// The table and its exceptions.
    #[default]
    Table,
    /// A person who lets a held message go by this channel.
    Channel(String),
    /// A person who lets it go as it is: it gets its labels, and nothing is done to it.
    Nobody,
}

/// Inspects one message. Where `unread` says that its content is out of reach, envelope and header
/// alone decide, with that fact.
pub fn inspect(
    envelope: Envelope,
    raw: Vec<u8>,
    unread: Option<Unread>,
    policy: &Policy,
) -> Verdict {
    inspect_by(envelope, raw, unread, &By::Table, policy)
}

/// The same where somebody else may choose the channels.
pub fn inspect_by(
    envelope: Envelope,
    raw: Vec<u8>,
    unread: Option<Unread>,
    by: &By,
    policy: &Policy,
) -> Verdict {
    // Of what we do not have there are no copies.
    let mixed = match unread {
        Some(_) => Mixed::Strictest,
        None => policy.table.mixed(),
    };
    let message = Message::read(envelope, raw, policy.budget.tree);
    let extract = unread.map_or_else(|| extract::all(&message, &policy.budget), sealed);
    let findings = detect::scan(&extract.texts, &policy.detectors);
    let opened = extract.parts.clone();
    let classification = classify::weigh(&message, extract, findings, &policy.levels);
    let many = policy.levels.bulk.recipients;
    let features = Features::of(&message, &opened, &classification, many);
    let direction = policy.ours.direction(&message.envelope);
    let weight = Weight {
        direction,
        sensitivity: classification.sensitivity,
        is_sealed: policy.levels.is_sealed(&classification.counts),
    };
    let decisions = decide::for_each_recipient(&message.envelope, &features, weight, &policy.table);
    let decisions = match by {
        By::Channel(channel) => chosen(decisions, channel),
        By::Table | By::Nobody => act::raise(
            &message,
            direction,
            decisions,
            &policy.channels,
            &policy.ours,
        ),
    };
    let mut plan = act::plan(
        &message,
        &classification,
        &decisions,
        &policy.channels,
        &policy.ours,
        &policy.digest,
        mixed,
    );
    if *by == By::Nobody {
        plan.actions.clear();
        plan.copies.clear();
    }
    Verdict {
        direction,
        classification,
        decisions,
        plan,
        is_automatic: features.is_automatic(),
    }
}

/// Decisions for this channel alone.
fn chosen(mut decisions: Vec<Decision>, channel: &str) -> Vec<Decision> {
    for decision in &mut decisions {
        channel.clone_into(&mut decision.channel);
        // That was said of another channel.
        decision.refused = None;
        "a person".clone_into(&mut decision.because);
    }
    decisions
}

/// The extract of a message that nobody looks into.
fn sealed(unread: Unread) -> Extract {
    Extract {
        unreadable: vec![Unreadable {
            part: PartPath("1".into()),
            why: unread.why,
            detail: unread.detail,
        }],
        ..Extract::default()
    }
}
