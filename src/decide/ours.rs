// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps what is ours: the networks and logins that prove a mail is outbound, and our domains.

use crate::message::{Address, Direction, Envelope};

/// The `ours` section.
#[derive(Clone, Debug, Default)]
pub struct Ours {}

impl Ours {
    /// Outbound where the client's network or login is ours; a sender address proves nothing.
    pub fn direction(&self, _envelope: &Envelope) -> Direction {
        Direction::Inbound
    }

    /// True for an address in one of our domains.
    pub fn has(&self, _address: &Address) -> bool {
        false
    }
}
