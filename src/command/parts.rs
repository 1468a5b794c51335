// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns an extraction into the list of parts that `explain` prints, with what happened to each.

use comfy_table::Table;
use serde::Serialize;

use super::{print, report};
use crate::extract::{Extract, Unreadable};

/// The parts of a message, in the order in which they were opened.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub struct Parts(Vec<Part>);

/// A part that was opened.
#[derive(Debug, Serialize)]
struct Part {
    part: String,
    /// What it is by its content.
    format: &'static str,
    /// Characters of text that it gave.
    characters: usize,
    /// What was not read of it, as words of the table.
    unreadable: Vec<&'static str>,
}

impl Parts {
    /// Lists the parts of an extraction.
    pub fn of(extract: &Extract) -> Self {
        let mut parts: Vec<Part> = Vec::new();
        for opened in &extract.parts {
            parts.push(Part::new(opened.part.to_string(), opened.format));
        }
        // What could not be opened at all is a part too.
        for unread in &extract.unreadable {
            let path = unread.part.to_string();
            if !parts.iter().any(|part| part.part == path) {
                parts.push(Part::new(path, "unknown"));
            }
        }
        for part in &mut parts {
            part.fill(extract);
        }
        Self(parts)
    }

    /// The parts as a table.
    pub fn table(&self) -> Table {
        let mut table = report::table(&["part", "is", "characters", "not read"]);
        for part in &self.0 {
            let not_read = part.unreadable.join(", ");
            let path = print::harmless(&part.part);
            table.add_row([
                path,
                part.format.to_owned(),
                part.characters.to_string(),
                not_read,
            ]);
        }
        table
    }
}

impl Part {
    fn new(part: String, format: &'static str) -> Self {
        Self {
            part,
            format,
            characters: 0,
            unreadable: Vec::new(),
        }
    }

    fn fill(&mut self, extract: &Extract) {
        let is_own = |unread: &&Unreadable| unread.part.0 == self.part;
        let texts = extract.texts.iter().filter(|text| text.part.0 == self.part);
        self.characters = texts.map(|text| text.content.chars().count()).sum();
        let unread = extract.unreadable.iter().filter(is_own);
        self.unreadable = unread.map(|unread| unread.why.as_str()).collect();
    }
}
