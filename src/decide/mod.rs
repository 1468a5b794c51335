// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns sensitivity, recipient and direction into a channel, and says which cell said so.

pub mod exception;
pub mod kind;
pub mod ours;
pub mod reach;
pub mod table;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use crate::classify::Sensitivity;
use crate::message::{Direction, Envelope};
pub use exception::Exception;
pub use kind::Kinds;
pub use ours::Ours;
pub use reach::Reach;
pub use table::Table;

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
}

/// One decision for each recipient, in the order of the envelope.
pub fn for_each_recipient(
    envelope: &Envelope,
    direction: Direction,
    sensitivity: Sensitivity,
    table: &Table,
) -> Vec<Decision> {
    // A sender address is forged with ease, so exceptions speak only where network or login prove ours.
    let exceptions = match direction {
        Direction::Outbound => table.exceptions(),
        Direction::Inbound => &[],
    };
    let exceptions: Vec<(usize, &Exception)> = exceptions
        .iter()
        .enumerate()
        .filter(|(_, one)| one.holds(envelope.received) && one.from.matches(&envelope.sender))
        .collect();
    let decide = |recipient: &crate::message::Recipient| {
        let address = &recipient.address;
        let kind = table.kinds().of(address);
        let mut exceptions = exceptions.iter();
        let (channel, because) = match exceptions.find(|(_, one)| one.is_about(address, kind)) {
            Some((at, one)) => (
                one.channel.clone(),
                format!("exceptions[{at}]: {}", one.because),
            ),
            None => cell(table, direction, kind, sensitivity),
        };
        let kind = table.kinds().names().get(kind);
        Decision {
            recipient: address.as_str().to_owned(),
            kind: kind.cloned().unwrap_or_default(),
            channel,
            because,
        }
    };
    envelope.recipients.iter().map(decide).collect()
}

/// The channel of a cell, and its path. The table is total, so there is one.
fn cell(
    table: &Table,
    direction: Direction,
    kind: usize,
    sensitivity: Sensitivity,
) -> (String, String) {
    let row = table.rows(direction).get(kind).cloned().unwrap_or_default();
    let channel = row.cells.get(sensitivity.0).cloned();
    let column = table.columns().get(sensitivity.0);
    let path = format!(
        "decide.{}.{}[{}]",
        direction.as_str(),
        row.name,
        column.map_or("", String::as_str)
    );
    (channel.unwrap_or_default(), path)
}
