// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps the shape of a test case folder.
#![allow(
    dead_code,
    reason = "the whole path and the real MTA each look at their part of it"
)]

use std::collections::BTreeMap;
use std::fs;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use pii_milter::config::Source;
use pii_milter::inspect::Policy;
use pii_milter::message::{Address, Envelope, Recipient};
use serde::Deserialize;

/// One folder of `tests/cases`.
pub struct Case {
    /// The name of the folder.
    pub name: String,
    /// What `expect.yaml` says.
    pub expected: Expected,
    folder: PathBuf,
}

/// What is expected of a message. What is not written is not checked.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    /// Who sends to whom, from where.
    pub envelope: Transaction,
    pub direction: Option<String>,
    pub level: Option<String>,
    /// Distinct counted values by detector, facts included.
    pub found: Option<BTreeMap<String, usize>>,
    /// Why parts were not wholly read, in order.
    pub unreadable: Option<Vec<String>>,
    /// The parts of the counted findings, in order.
    pub parts: Option<Vec<String>>,
    /// The places of the counted findings, in order.
    pub places: Option<Vec<String>>,
    /// The detectors of findings that were seen and set aside, in order.
    pub set_aside: Option<Vec<String>>,
    /// Channel by recipient.
    pub decisions: Option<BTreeMap<String, String>>,
    /// Kind by recipient.
    pub kinds: Option<BTreeMap<String, String>>,
    /// Cell or exception by recipient.
    pub because: Option<BTreeMap<String, String>>,
    /// All edits as `explain --json` writes them, deletions of forged fields left out.
    pub edits: Option<Vec<serde_json::Value>>,
    /// Recipients of copies by channel.
    pub copies: Option<BTreeMap<String, Vec<String>>>,
    /// The names of our own fields that are added.
    pub headers: Option<Vec<String>>,
    /// The names of forged fields that are deleted, sorted.
    pub deleted: Option<Vec<String>>,
    /// The subject as it will read.
    pub subject: Option<String>,
    /// A second one.
    pub second_subject: Option<String>,
    /// Words of the sentence with which it is refused.
    pub refused: Option<String>,
    /// Subject by recipient, as the next hop of a real MTA gets them.
    pub arrives: Option<BTreeMap<String, String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Transaction {
    pub from: String,
    pub to: Vec<String>,
    #[serde(default = "loopback")]
    pub client: IpAddr,
    pub login: Option<String>,
}

fn loopback() -> IpAddr {
    [127, 0, 0, 1].into()
}

/// All cases, sorted by name.
pub fn all() -> Vec<Case> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut folders: Vec<PathBuf> = fs::read_dir(root)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    folders.sort();
    folders.into_iter().map(read).collect()
}

fn read(folder: PathBuf) -> Case {
    let name = folder.file_name().unwrap().to_str().unwrap().to_owned();
    let text = fs::read_to_string(folder.join("expect.yaml"))
        .unwrap_or_else(|error| panic!("{name}: {error}"));
    let expected = serde_yaml::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
    Case {
        name,
        expected,
        folder,
    }
}

impl Case {
    /// Where the mail is.
    pub fn message_path(&self) -> PathBuf {
        self.folder.join("message.eml")
    }

    /// The mail with CRLF line ends, as an MTA hands it over.
    pub fn raw(&self) -> Vec<u8> {
        let text = fs::read(self.message_path()).unwrap();
        text.split_inclusive(|byte| *byte == b'\n')
            .flat_map(|line| match line {
                [rest @ .., b'\n'] => [rest, b"\r\n"].concat(),
                rest => rest.to_vec(),
            })
            .collect()
    }

    /// The shipped configuration, with the sections of `config.yaml` in place of its own.
    pub fn source(&self) -> Source {
        let mut source = Source::built_in();
        if let Ok(text) = fs::read_to_string(self.folder.join("config.yaml")) {
            let mut whole: serde_yaml::Mapping = serde_yaml::from_str(&source.text).unwrap();
            let sections: serde_yaml::Mapping = serde_yaml::from_str(&text).unwrap();
            whole.extend(sections);
            whole.retain(|_, section| !section.is_null());
            source.text = serde_yaml::to_string(&whole).unwrap();
        }
        source
    }

    /// The same compiled; cases with the same configuration share it.
    pub fn policy(&self) -> Arc<Policy> {
        static KNOWN: Mutex<BTreeMap<String, Arc<Policy>>> = Mutex::new(BTreeMap::new());
        let source = self.source();
        let mut known = KNOWN.lock().unwrap();
        let policy = known.entry(source.digest()).or_insert_with(|| {
            let policy = source.policy();
            Arc::new(policy.unwrap_or_else(|wrong| panic!("{}: {wrong:?}", self.name)))
        });
        Arc::clone(policy)
    }

    /// The envelope that `expect.yaml` gives.
    pub fn envelope(&self) -> Envelope {
        let given = &self.expected.envelope;
        let recipients = given.to.iter().map(|to| Recipient {
            address: Address::new(to),
            as_given: format!("<{to}>").into_bytes(),
            notify: None,
            original: None,
        });
        Envelope {
            client: Some(given.client),
            login: given.login.clone(),
            sender: Address::new(&given.from),
            recipients: recipients.collect(),
            received: jiff::civil::date(2026, 11, 25),
            host: "mail.example.ch".into(),
            id: "Q-TEST01".into(),
        }
    }
}
