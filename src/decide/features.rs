// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps all that decisions depend on, and no content.

use std::collections::BTreeSet;
use std::net::IpAddr;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::channel::FileType;
use super::{Communication, Communications, Party};
use crate::classify::{Classification, Counts};
use crate::extract::Opened;
use crate::message::{Envelope, Message};

/// What a message is for decisions. With hashed keys it is kept, so that other policies can judge it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Features {
    /// Who sends it.
    pub sender: Party,
    /// Who receives it, in the order of the envelope.
    pub recipients: Vec<Party>,
    /// The address of the client.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client: Option<IpAddr>,
    /// The login name, in small letters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub login: Option<String>,
    /// The day it came in.
    pub day: Date,
    /// Its bytes.
    pub size: u64,
    /// What it says to be.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub communications: Communications,
    /// The types of its files, in archives too.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub files: BTreeSet<FileType>,
    /// What was found, in numbers.
    pub counts: Counts,
}

impl Features {
    /// What decisions depend on of a message. It is collective from `many` recipients on.
    pub fn of(
        message: &Message,
        opened: &[Opened],
        classification: &Classification,
        many: usize,
    ) -> Self {
        Self {
            size: u64::try_from(message.raw.len()).unwrap_or(u64::MAX),
            communications: Communication::of(message, classification, many),
            files: files(message, opened),
            counts: classification.counts.clone(),
            ..Self::of_envelope(&message.envelope)
        }
    }

    /// True where a program or a list says that it wrote or passed it on.
    pub fn is_automatic(&self) -> bool {
        let programs = [
            Communication::Application,
            Communication::List,
            Communication::AutoReply,
        ];
        programs.iter().any(|one| self.communications.contains(one))
    }

    /// What they depend on of an envelope alone.
    pub fn of_envelope(envelope: &Envelope) -> Self {
        let recipients = envelope.recipients.iter();
        let login = envelope.login.as_ref().filter(|name| !name.is_empty());
        Self {
            sender: Party::new(&envelope.sender),
            recipients: recipients.map(|one| Party::new(&one.address)).collect(),
            client: envelope.client,
            login: login.map(|name| name.to_lowercase()),
            day: envelope.received,
            size: 0,
            communications: Communications::new(),
            files: BTreeSet::new(),
            counts: Counts::default(),
        }
    }
}

/// The types of all files: by the names that the mail gives, those in containers, and the content.
fn files(message: &Message, opened: &[Opened]) -> BTreeSet<FileType> {
    let mut files = BTreeSet::new();
    for part in &message.parts {
        files.extend(part.names.iter().flat_map(|name| FileType::of(name)));
    }
    for one in opened {
        let path = one
            .part
            .0
            .split_once('/')
            .map_or("", |(_, members)| members);
        files.extend(path.split('/').flat_map(FileType::of));
        if one.format == crate::extract::PROGRAM {
            files.insert(FileType::program());
        }
    }
    files
}
