// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns a record into cells for people, without control characters.

use serde_json::Value;

use super::super::print::harmless;

/// The columns of a table for a spreadsheet.
pub const COLUMNS: &[&str] = &[
    "seq",
    "at",
    "kind",
    "id",
    "who",
    "role",
    "act",
    "sender",
    "to",
    "channel",
    "because",
    "direction",
    "level",
    "why",
    "found",
    "answer",
    "trouble",
    "reason",
    "filter",
    "recipient",
    "policy",
    "mode",
    "queue",
    "client",
    "login",
    "bytes",
    "of",
    "was",
    "first",
    "last",
    "version",
];

/// A record.
pub struct Row<'a>(pub &'a Value);

impl Row<'_> {
    /// Its cells, in the order of the columns.
    pub fn cells(&self) -> Vec<String> {
        COLUMNS.iter().map(|name| self.cell(name)).collect()
    }

    /// One of them; what each recipient has stands there one after the other.
    pub fn cell(&self, name: &str) -> String {
        let own = self.0.get(name);
        let recipients = self.0.get("recipients").and_then(Value::as_array);
        match (own, recipients) {
            (None, Some(all)) if ["to", "channel", "because"].contains(&name) => {
                let each = all.iter().filter_map(|one| one.get(name));
                each.map(flat).collect::<Vec<_>>().join("; ")
            }
            (Some(value), _) => flat(value),
            (None, _) => String::new(),
        }
    }

    /// Who did it, or who sent it.
    pub fn who(&self) -> String {
        match self.cell("who") {
            nobody if nobody.is_empty() => self.cell("sender"),
            who => who,
        }
    }

    /// What it was, in short.
    pub fn what(&self) -> String {
        let names: &[&str] = match self.0.get("kind").and_then(Value::as_str) {
            Some("decision") => &[
                "direction",
                "level",
                "found",
                "channel",
                "answer",
                "trouble",
            ],
            Some("act" | "denied") => &["act", "to", "channel", "filter", "reason"],
            Some("case") => &["act", "recipient", "answer", "queue"],
            Some("failed") => &["of", "why"],
            Some("start" | "reload") => &["version", "mode", "policy"],
            Some("expired") => &["first", "last"],
            Some("clock") => &["was"],
            Some("gap") => &["why"],
            _ => &[],
        };
        let cells = names.iter().map(|name| self.cell(name));
        let cells: Vec<String> = cells.filter(|cell| !cell.is_empty()).collect();
        cells.join(", ")
    }

    /// All that it has, name by name.
    pub fn all(&self) -> Vec<(String, String)> {
        let members = self.0.as_object().into_iter().flatten();
        let members = members.map(|(name, value)| (one_line(name), flat(value)));
        members.collect()
    }
}

/// A value on one line.
fn flat(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => one_line(text),
        Value::Array(all) => {
            let each: Vec<String> = all.iter().map(flat).collect();
            each.join("; ")
        }
        Value::Object(members) => {
            let each = members
                .iter()
                .map(|(name, value)| format!("{}:{}", one_line(name), flat(value)));
            each.collect::<Vec<_>>().join(" ")
        }
        other => other.to_string(),
    }
}

/// Text on one line, without control characters.
pub fn one_line(text: &str) -> String {
    harmless(text).replace(['\n', '\t', '\u{2028}', '\u{2029}'], " ")
}
