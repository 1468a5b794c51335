// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns decisions into one plan of edits.

use serde::{Deserialize, Serialize};

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
