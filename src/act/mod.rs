// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns decisions into one plan of edits.

pub mod relay;

use serde::{Deserialize, Serialize};

use crate::classify::Classification;
use crate::decide::{Decision, Ours};
use crate::message::Message;

/// One change in milter terms. Serialised as in `explain --json`, for example
/// `{"add_header":["X-PII-Level","confidential"]}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Edit {
    /// Add a field: name, value. The value is ASCII, folded with LF and a blank.
    AddHeader(String, String),
    /// Change the n-th field of that name (from 1): name, value, n.
    ChangeHeader(String, String, u32),
    /// Delete the n-th field of that name (from 1).
    DeleteHeader(String, u32),
    /// Add a recipient with its ESMTP arguments (`NOTIFY=… ORCPT=…`, may be empty).
    AddRecipient(String, String),
    /// Take a recipient off: the string of RCPT as given.
    DeleteRecipient(String),
    /// Put the message into the MTA's hold queue, with a reason.
    Hold(String),
    /// Answer the end of the message with this: code, enhanced status code, text.
    Reply(String, String, String),
}

/// All edits for one message, in the order in which they are written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// What is done in every mode: our own header fields, and the removal of forged ones.
    pub labels: Vec<Edit>,
    /// What is done in `enforce` only.
    pub actions: Vec<Edit>,
}

/// What a channel does: one item of a list under `channels`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// `relay: incamail`: mark and address the message as this relay profile says.
    Relay(String),
    /// `header: "X-PII-Route: secure"`: add this field.
    Header(String),
    /// `reject: "5.7.1 a sentence"`: refuse the message.
    Reject(String),
    /// `mta-hold: reason`: leave it in the MTA's hold queue.
    MtaHold(String),
}

/// The channels, each a name for a list of actions, with the relay profiles they use.
#[derive(Debug, Default)]
pub struct Channels {}

impl Channels {
    /// Binds channels to relay profiles.
    ///
    /// # Errors
    /// One sentence for each channel that cannot work, beginning with its path (`channels.x[0]`).
    pub fn new(
        _channels: &indexmap::IndexMap<String, Vec<Action>>,
        _profiles: &[relay::Profile],
    ) -> Result<Self, Vec<String>> {
        Ok(Self::default())
    }
}

/// The plan for one message: the labels that every message gets, and what the channels of its
/// recipients ask for, merged.
pub fn plan(
    _message: &Message,
    _classification: &Classification,
    _decisions: &[Decision],
    _channels: &Channels,
    _ours: &Ours,
    _policy_digest: &str,
) -> Plan {
    Plan::default()
}
