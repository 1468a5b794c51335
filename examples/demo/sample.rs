// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns a sample mail into what `explain` says of it and what became of it.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use super::Site;
use crate::mta::milter;
use crate::mta::sink::{Delivery, Sink};
use crate::mta::smtp::{self, Letter, Reply};
use crate::mta::{PATIENCE, wait_for};

/// One file, sent as its header says.
pub struct Sample {
    path: PathBuf,
    letter: Letter,
}

/// What was said of a sample, and what happened to it.
pub struct Outcome {
    /// The file.
    pub path: PathBuf,
    /// What was sent.
    pub letter: Letter,
    /// The object of `explain --json`.
    pub explained: Value,
    /// What Postfix answered.
    pub reply: Reply,
    /// What arrived where, "plain" or "relay".
    pub arrived: Vec<(&'static str, Delivery)>,
    /// The case that it waits as.
    pub case: Option<String>,
}

/// All samples, in the order of their names.
pub fn all() -> Vec<Sample> {
    let files = fs::read_dir(super::samples())
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let mut mails: Vec<_> = files
        .filter(|path| path.extension().is_some_and(|e| e == "eml"))
        .collect();
    mails.sort();
    mails.into_iter().map(read).collect()
}

/// A letter with CRLF line ends, whatever the file has.
pub fn letter(from: &str, to: &[&str], file: &[u8]) -> Letter {
    let mut bytes = Vec::with_capacity(file.len() + file.len() / 40);
    for line in file.split_inclusive(|byte| *byte == b'\n') {
        bytes.extend_from_slice(
            line.strip_suffix(b"\r\n")
                .or(line.strip_suffix(b"\n"))
                .unwrap_or(line),
        );
        bytes.extend_from_slice(b"\r\n");
    }
    let to = to
        .iter()
        .map(|address| ((*address).to_owned(), String::new()))
        .collect();
    let from_args = if bytes.is_ascii() {
        ""
    } else {
        "BODY=8BITMIME"
    };
    Letter {
        from: from.to_owned(),
        from_args: from_args.into(),
        to,
        bytes,
    }
}

impl Sample {
    /// Explains it, sends it, and waits for what becomes of it.
    pub fn run(&self, site: &Site) -> Outcome {
        let Self { path, letter } = self;
        let explained = self.explain(site);
        let reply = smtp::send(site.port, letter);
        let mut outcome = Outcome {
            path: path.clone(),
            letter: letter.clone(),
            explained,
            reply,
            arrived: Vec::new(),
            case: None,
        };
        if outcome.reply.code == 250 {
            // One that goes another way than explained is told of, not waited for without end.
            wait_for(PATIENCE / 3, || {
                outcome.arrived = arrived(site, &letter.id());
                if outcome.edits("quarantine").next().is_some() {
                    outcome.case = case_from(site, &letter.from);
                }
                outcome.is_as_explained().then_some(())
            });
        }
        outcome
    }

    fn explain(&self, site: &Site) -> Value {
        let mut command = Command::new(milter::program());
        command
            .arg("--config")
            .arg(site.milter.config())
            .arg("explain")
            .arg(&self.path);
        command.args([
            "--json",
            "--client",
            "127.0.0.1",
            "--from",
            &self.letter.from,
        ]);
        for (recipient, _) in &self.letter.to {
            command.args(["--to", recipient]);
        }
        let said = command.output().unwrap();
        serde_json::from_slice(&said.stdout).unwrap_or_else(|e| {
            panic!(
                "{command:?}: {e}: {}",
                String::from_utf8_lossy(&said.stderr)
            );
        })
    }
}

impl Outcome {
    /// The name of the sample.
    pub fn name(&self) -> String {
        self.path
            .file_stem()
            .unwrap()
            .to_string_lossy()
            .into_owned()
    }

    /// The edits of that name that `explain` announced.
    pub fn edits<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Value> {
        let all = self.explained["edits"].as_array().into_iter().flatten();
        all.filter_map(move |edit| edit.get(name))
    }

    /// The lines about it in Postfix's log.
    pub fn logged(&self, log: &str) -> String {
        let id = self.reply.text.rsplit(' ').next().unwrap_or_default();
        let lines = log.lines().filter(|line| line.contains(id));
        lines.collect::<Vec<_>>().join("\n")
    }

    /// Whether answer, recipients and subject are those that `explain` announced.
    pub fn is_as_explained(&self) -> bool {
        if let Some(reply) = self.edits("reply").next() {
            return reply[0].as_str() == Some(&self.reply.code.to_string())
                && self.arrived.is_empty();
        }
        if self.edits("quarantine").next().is_some() {
            return self.reply.code == 250 && self.arrived.is_empty() && self.case.is_some();
        }
        let paths = self.arrived.iter().flat_map(|(_, mail)| &mail.to);
        let recipients: BTreeSet<String> = paths.map(|path| address(path)).collect();
        let subject = self
            .edits("change_header")
            .find(|edit| edit[0] == "Subject");
        let subject = subject.and_then(|edit| edit[1].as_str());
        recipients == self.announced()
            && subject.is_none_or(|subject| {
                let mut mails = self.arrived.iter();
                mails.all(|(_, mail)| mail.only("Subject").map(|s| flat(&s)) == Some(flat(subject)))
            })
    }

    /// The recipients after the edits that `explain` announced.
    fn announced(&self) -> BTreeSet<String> {
        let sent = self
            .letter
            .to
            .iter()
            .map(|(recipient, _)| recipient.clone());
        let mut recipients: BTreeSet<String> = sent.collect();
        for deleted in self.edits("delete_recipient").filter_map(first) {
            recipients.remove(&address(deleted));
        }
        recipients.extend(self.edits("add_recipient").filter_map(first).map(address));
        recipients
    }
}

fn read(path: PathBuf) -> Sample {
    let file = fs::read(&path).unwrap();
    let header = letter("", &[], &file);
    let header = Delivery {
        from: String::new(),
        to: Vec::new(),
        bytes: header.bytes,
    };
    let addresses = |name: &str| -> Vec<String> {
        let fields = header.all(name);
        fields
            .iter()
            .flat_map(|field| field.split(','))
            .map(address)
            .collect()
    };
    let to = [addresses("To"), addresses("Cc")].concat();
    let to: Vec<&str> = to.iter().map(String::as_str).collect();
    let letter = letter(&addresses("From")[0], &to, &file);
    Sample { path, letter }
}

/// What arrived under that Message-ID.
fn arrived(site: &Site, id: &str) -> Vec<(&'static str, Delivery)> {
    let id = Some(format!("<{id}>"));
    let of = |sink: &Sink| {
        sink.mails()
            .into_iter()
            .filter(|mail| mail.only("Message-ID") == id)
            .collect()
    };
    let (plain, relay): (Vec<_>, Vec<_>) = (of(&site.sink), of(&site.relay));
    let plain = plain.into_iter().map(|mail| ("plain", mail));
    plain
        .chain(relay.into_iter().map(|mail| ("relay", mail)))
        .collect()
}

/// The id of the case that waits from that sender.
fn case_from(site: &Site, from: &str) -> Option<String> {
    let listed = site.milter.cases(&["list", "--from", from, "--json"]);
    let case: Value = serde_json::from_str(listed.lines().next()?).unwrap();
    case["id"].as_str().map(str::to_owned)
}

/// An edit is a string, or a list that begins with one.
fn first(edit: &Value) -> Option<&str> {
    edit.as_str().or_else(|| edit[0].as_str())
}

/// The address in `Name <address> ARGUMENTS`, or the text itself.
pub fn address(text: &str) -> String {
    let inner = text
        .split_once('<')
        .and_then(|(_, rest)| rest.split_once('>'));
    inner.map_or(text.trim(), |(address, _)| address).to_owned()
}

/// A header value without its folds.
pub fn flat(value: &str) -> String {
    value.split_whitespace().collect::<Vec<_>>().join(" ")
}
