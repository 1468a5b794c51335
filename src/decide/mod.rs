// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns sensitivity, recipient and direction into a channel, and says which cell said so.

pub mod ours;
pub mod table;

use serde::{Deserialize, Serialize};

use crate::classify::Sensitivity;
use crate::message::{Direction, Envelope};
pub use ours::Ours;
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
    /// The table cell or exception that said so.
    pub because: String,
}

/// One decision for each recipient, in the order of the envelope.
pub fn for_each_recipient(
    _envelope: &Envelope,
    _direction: Direction,
    _sensitivity: Sensitivity,
    _table: &Table,
) -> Vec<Decision> {
    Vec::new()
}
