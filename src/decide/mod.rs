// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns sensitivity, recipient and direction into a channel, and says which cell said so.

pub mod channel;
pub mod communication;
pub mod exception;
pub mod features;
pub mod kind;
pub mod ours;
pub mod party;
pub mod reach;
pub mod row;
pub mod table;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::classify::Sensitivity;
use crate::message::{Direction, Envelope};
pub use channel::{Catalogue, Limits, Strictness, Terms};
pub use communication::{Communication, Communications};
pub use exception::Exception;
pub use features::Features;
pub use kind::Kinds;
pub use ours::Ours;
pub use party::Party;
pub use reach::Reach;
pub use table::{Mixed, Table};

/// The channel for one recipient.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// The address as given.
    pub recipient: String,
    /// The kind it matched.
    pub kind: String,
    /// The name of the channel.
    pub channel: String,
    /// The table cell or exception that said so: `decide.outbound.stranger[confidential]`,
    /// `exceptions[0]: salary slips` (counted from 0, as in errors).
    pub because: String,
    /// The sentence with which the message is refused, where the channel does not take it and no
    /// other stands in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
}

/// What a message was found to be, which the table judges.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weight {
    /// Which way it goes.
    pub direction: Direction,
    /// How sensitive it is.
    pub sensitivity: Sensitivity,
    /// True where all that makes it so is strongly encrypted.
    pub is_sealed: bool,
}

/// One decision for each recipient, in the order of the envelope.
pub fn for_each_recipient(
    envelope: &Envelope,
    features: &Features,
    weight: Weight,
    table: &Table,
) -> Vec<Decision> {
    let decided = decide(features, weight, table);
    let recipients = envelope.recipients.iter().zip(decided);
    let named = recipients.map(|(recipient, decision)| Decision {
        recipient: recipient.address.as_str().to_owned(),
        ..decision
    });
    named.collect()
}

/// The same for features alone: nobody is named.
pub fn decide(features: &Features, weight: Weight, table: &Table) -> Vec<Decision> {
    let chosen = features.recipients.iter();
    let chosen: Vec<Chosen<'_>> = chosen
        .map(|to| choose(features, to, weight, table))
        .collect();
    let mut alike: HashMap<&str, usize> = HashMap::new();
    for one in &chosen {
        *alike.entry(one.channel).or_default() += 1;
    }
    let pairs = features.recipients.iter().zip(&chosen);
    let settled = pairs.map(|(to, one)| {
        let alike = alike.get(one.channel).copied().unwrap_or_default();
        settle(features, to, one, alike, weight, table)
    });
    settled.collect()
}

/// What the table says of such a message to each kind, exceptions and limits aside. Nobody is named.
pub fn by_kind(features: &Features, weight: Weight, table: &Table) -> Vec<Decision> {
    let level = weight.sensitivity.0;
    let direction = weight.direction.as_str();
    let column = table.columns().get(level).map_or("", String::as_str);
    let rows = table
        .kinds()
        .names()
        .iter()
        .zip(table.rows(weight.direction));
    let rows = rows.map(|(kind, row)| {
        let strictness = |channel: &str| table.strictness(channel);
        let (channel, name) = row.cell(&features.communications, level, strictness);
        Decision {
            recipient: String::new(),
            kind: kind.clone(),
            channel: channel.to_owned(),
            because: format!("decide.{direction}.{name}[{column}]"),
            refused: None,
        }
    });
    rows.collect()
}

/// What exceptions and table say for a recipient, before it is asked what the channel takes.
struct Chosen<'a> {
    kind: usize,
    channel: &'a str,
    because: String,
}

fn choose<'a>(features: &Features, to: &Party, weight: Weight, table: &'a Table) -> Chosen<'a> {
    let Weight {
        direction,
        sensitivity,
        ..
    } = weight;
    let kind = table.kinds().of(to);
    let strictness = |channel: &str| table.strictness(channel);
    let row = table.rows(direction).get(kind);
    // The table is total, so there is a row.
    let (cell, name) = row.map_or(("", ""), |row| {
        row.cell(&features.communications, sensitivity.0, strictness)
    });
    // A sender address is forged with ease, so exceptions speak only where network or login prove
    // ours, and for less protection only where they prove who of us it is.
    let exceptions = match direction {
        Direction::Outbound => table.exceptions(),
        Direction::Inbound => &[],
    };
    let mut exceptions = exceptions.iter().enumerate();
    let exception = exceptions.find(|(_, one)| {
        one.holds(features.day)
            && one.is_about(&features.sender, to, kind)
            && (strictness(&one.channel) >= strictness(cell) || one.is_proven(features))
    });
    let (channel, because) = match exception {
        Some((at, one)) => (
            one.channel.as_str(),
            format!("exceptions[{at}]: {}", one.because),
        ),
        None => {
            let column = table.columns().get(sensitivity.0);
            let column = column.map_or("", String::as_str);
            let direction = direction.as_str();
            (cell, format!("decide.{direction}.{name}[{column}]"))
        }
    };
    Chosen {
        kind,
        channel,
        because,
    }
}

/// Follows the channels that stand in until one takes the message.
fn settle(
    features: &Features,
    to: &Party,
    chosen: &Chosen<'_>,
    alike: usize,
    weight: Weight,
    table: &Table,
) -> Decision {
    let mut channel = chosen.channel;
    let mut because = chosen.because.clone();
    let mut refused = None;
    while let Some(bound) = table.channel(channel) {
        let Some(unfit) = bound.unfit(features, to, chosen.kind, weight.is_sealed, alike) else {
            break;
        };
        because = format!("{because}, but the channel {channel} {unfit}");
        let Some(next) = &bound.fallback else {
            refused = Some(format!("{} The channel {channel} {unfit}", unfit.status()));
            break;
        };
        channel = next;
    }
    Decision {
        recipient: String::new(),
        kind: table.kinds().name(chosen.kind).to_owned(),
        channel: channel.to_owned(),
        because,
        refused,
    }
}
