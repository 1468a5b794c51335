// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns a classification into the lines that `scan` and `explain` print.

use std::collections::BTreeMap;
use std::io::IsTerminal;

use comfy_table::{ContentArrangement, Table, presets};
use serde::Serialize;

use super::language::Language;
use super::print;
use crate::classify::{Classification, Evidence};
use crate::extract::Unreadable;

/// What was found in one file or message, as `scan --json` prints it.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The file, for a message in an mbox with its number (`in/box:3`).
    pub path: String,
    /// The Message-ID, where it is a message that has one.
    pub message_id: Option<String>,
    /// The name of the level.
    pub level: String,
    /// Its index, 0 the lowest.
    pub level_index: usize,
    /// Every finding, without its value.
    pub findings: Vec<Evidence>,
    /// Of each detector, how many findings there are besides those that are kept.
    pub left_out: BTreeMap<String, usize>,
    /// Parts that were not wholly read.
    pub unreadable: Vec<Unreadable>,
}

impl Report {
    /// Makes a report of a classification.
    pub fn new(path: String, message_id: Option<String>, of: Classification) -> Self {
        Self {
            path,
            message_id,
            level: of.level,
            level_index: of.sensitivity.0,
            findings: of.evidence,
            left_out: of.left_out,
            unreadable: of.unreadable,
        }
    }

    /// True where something counts: a finding, or a part that was not read.
    pub fn is_found(&self) -> bool {
        !self.unreadable.is_empty() || self.findings.iter().any(|evidence| evidence.counted)
    }

    /// Prints what was found, for a person.
    pub fn print_findings(&self, language: Language) {
        let words = language.sentences();
        if !self.findings.is_empty() {
            let mut table = table(&words.heads);
            for evidence in &self.findings {
                let set_aside = if evidence.counted {
                    ""
                } else {
                    words.not_counted
                };
                let why = evidence.why.iter().map(|why| language.reason(why));
                let why: Vec<String> = why.collect();
                let place = if evidence.place.is_empty() {
                    evidence.part.to_string()
                } else {
                    format!("{}, {}", evidence.part, evidence.place)
                };
                table.add_row([
                    evidence.detector.clone(),
                    language.entity(evidence.entity).to_owned(),
                    language.confidence(evidence.confidence).to_owned(),
                    place,
                    evidence.masked.clone(),
                    format!("{set_aside}{}", why.join(", ")),
                ]);
            }
            println!("{}", table.trim_fmt());
        }
        for (detector, count) in &self.left_out {
            println!("not listed: {count} more of {detector}");
        }
        for part in &self.unreadable {
            println!(
                "{}: {} ({}): {}",
                words.not_read,
                part.part,
                part.why.as_str(),
                part.detail
            );
        }
    }
}

/// A table without lines that fits the terminal.
pub fn table(head: &[&str]) -> Table {
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_header(head);
    if !std::io::stdout().is_terminal() {
        table.set_width(160);
    }
    table
}

/// Prints one JSON object on a line of its own; false where nobody reads on.
pub fn print_json(object: &impl Serialize) -> bool {
    match serde_json::to_string(object) {
        Ok(line) => print::line(format_args!("{line}")),
        Err(error) => {
            eprintln!("pii-milter: cannot write JSON: {error}");
            true
        }
    }
}
