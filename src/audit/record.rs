// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps what the trail says of a decision or an act: metadata, never a found value, never a subject.

use std::collections::BTreeMap;
use std::net::IpAddr;

use jiff::Timestamp;
use serde::Serialize;

use super::chain::Hash;

/// One record.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Record {
    /// A file begins; signed.
    Begin {
        /// The version of the program.
        version: &'static str,
        /// What checks signatures from here on, hexadecimal.
        key: String,
    },
    /// The daemon starts.
    Start {
        /// The version of the program.
        version: &'static str,
        /// The digest of the policy.
        policy: String,
        /// `monitor` or `enforce`.
        mode: String,
    },
    /// It ends.
    Stop,
    /// The configuration was read again.
    Reload {
        /// The digest of the policy from now on; none where the old one stays.
        policy: Option<String>,
    },
    /// What was decided about a message.
    Decision(Box<Decision>),
    /// What somebody asks the daemon to do. It stands here before it is done.
    Act(Box<Act>),
    /// That was not done.
    Failed {
        /// The number of its record.
        of: u64,
        /// Why, in one word: the sentence that he was told could name somebody.
        why: String,
    },
    /// Somebody may not do what he asked for.
    Denied {
        /// Who.
        who: String,
        /// What.
        act: String,
        /// The case.
        id: String,
    },
    /// What the daemon did with a case by itself.
    Case {
        /// The case.
        id: String,
        /// `arm`, `accept`, `reject`, `lose`, `expire`, `adopt`.
        act: String,
        /// The recipient it is about, counted from 1; none: all.
        #[serde(skip_serializing_if = "Option::is_none")]
        recipient: Option<usize>,
        /// The reply code of the MTA, and its enhanced one.
        #[serde(skip_serializing_if = "Option::is_none")]
        answer: Option<String>,
        /// The id under which the MTA has it.
        #[serde(skip_serializing_if = "Option::is_none")]
        queue: Option<String>,
    },
    /// The clock was set.
    Clock {
        /// What it would have shown.
        was: Timestamp,
    },
    /// What the trail lacks: found at a start, or given up while it could not be written.
    Gap {
        /// What is missing, in words.
        why: String,
    },
    /// Everything up to here is as it was written; signed.
    Checkpoint,
    /// Old files were removed; signed.
    Expired {
        /// The first record that is gone.
        first: u64,
        /// The last record that is gone.
        last: u64,
        /// The hash of that one.
        hash: Hash,
    },
}

/// What was decided about a message.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Decision {
    /// Our name of it, and of its case if it waits.
    pub id: String,
    /// The MTA's name of it.
    pub queue: String,
    /// The client.
    pub client: Option<IpAddr>,
    /// His login.
    pub login: Option<String>,
    /// The envelope sender.
    pub sender: String,
    /// Outbound or inbound; `-` where it was not inspected, here and below.
    pub direction: String,
    /// Its level.
    pub level: String,
    /// The line of `classify` that holds.
    pub why: String,
    /// Distinct values by detector.
    pub found: BTreeMap<String, usize>,
    /// The decision for each recipient.
    pub recipients: Vec<Recipient>,
    /// The digest of the policy.
    pub policy: String,
    /// `monitor` or `enforce`.
    pub mode: String,
    /// What the MTA was told: `pass`, `hold`, `keep`, or a reply code with its enhanced one.
    pub answer: String,
    /// Why it was not inspected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trouble: Option<String>,
    /// Its length.
    pub bytes: usize,
}

/// The decision for one recipient.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Recipient {
    /// One of ours by address; another by a keyed hash and the domain.
    pub to: String,
    /// His kind.
    pub kind: String,
    /// The channel.
    pub channel: String,
    /// The cell or exception that said so.
    pub because: String,
}

/// What somebody asks for.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Act {
    /// The user at the other end of the control socket.
    pub who: String,
    /// His role.
    pub role: String,
    /// What he asks for.
    pub act: String,
    /// The case; `-` where it is about none.
    pub id: String,
    /// For these recipients only, as in decisions.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub to: Vec<String>,
    /// The channel he chose.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// What he looked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filter: Option<String>,
    /// His reason.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

impl Record {
    /// True for those that are signed.
    pub fn wants_signature(&self) -> bool {
        matches!(
            self,
            Self::Begin { .. } | Self::Checkpoint | Self::Expired { .. }
        )
    }
}
