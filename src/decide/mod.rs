// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns sensitivity, recipient and direction into a channel, and says which cell said so.

use serde::{Deserialize, Serialize};

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
