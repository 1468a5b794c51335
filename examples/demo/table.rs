// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns outcomes into the table that the demo prints.

use std::collections::BTreeMap;

use comfy_table::{ContentArrangement, Table, presets};
use serde_json::Value;

use super::sample::{Outcome, address, flat};
use crate::mta::sink::Delivery;

/// Columns of a terminal that does not say how wide it is.
const WIDTH: u16 = 150;

/// The whole table.
pub fn of(outcomes: &[Outcome]) -> String {
    let width = std::env::var("COLUMNS")
        .ok()
        .and_then(|text| text.parse().ok());
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY);
    table.set_content_arrangement(ContentArrangement::Dynamic);
    table.set_width(width.unwrap_or(WIDTH));
    table.set_header([
        "mail",
        "from, to",
        "found",
        "level",
        "decision",
        "what really arrived where",
    ]);
    for outcome in outcomes {
        table.add_row([
            outcome.name(),
            people(outcome),
            found(&outcome.explained),
            text(&outcome.explained["level"]),
            decisions(&outcome.explained),
            end(outcome),
        ]);
    }
    table.to_string()
}

/// One mail as it arrived, in one line.
pub fn arrival(mail: &Delivery) -> String {
    let to: Vec<String> = mail.to.iter().map(|path| address(path)).collect();
    let subject = mail.only("Subject").unwrap_or_default();
    let level = mail.only("X-PII-Level").unwrap_or_else(|| "none".into());
    format!(
        "{}; Subject: {}; X-PII-Level: {level}",
        to.join(", "),
        flat(&subject)
    )
}

fn people(outcome: &Outcome) -> String {
    let to = outcome
        .letter
        .to
        .iter()
        .map(|(recipient, _)| format!("→ {recipient}"));
    let from = std::iter::once(outcome.letter.from.clone());
    from.chain(to).collect::<Vec<_>>().join("\n")
}

/// Each detector with the masks of what it found and what counts, then what could not be read.
fn found(explained: &Value) -> String {
    let mut masks: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for finding in list(&explained["findings"]).filter(|finding| finding["counted"] == true) {
        masks
            .entry(text(&finding["detector"]))
            .or_default()
            .push(text(&finding["masked"]));
    }
    let found = masks.into_iter().map(|(detector, masks)| match &masks[..] {
        [mask] => format!("{detector} {mask}"),
        many => format!("{detector} × {}", many.len()),
    });
    let unread = list(&explained["unreadable"]);
    let unread = unread.map(|part| format!("{} ({})", text(&part["why"]), text(&part["part"])));
    let all: Vec<String> = found.chain(unread).collect();
    if all.is_empty() {
        "nothing".into()
    } else {
        all.join("\n")
    }
}

fn decisions(explained: &Value) -> String {
    let line = |decision: &Value| {
        let [channel, because] = ["channel", "because"].map(|key| text(&decision[key]));
        format!("{channel}: {because}")
    };
    list(&explained["decisions"])
        .map(line)
        .collect::<Vec<_>>()
        .join("\n")
}

fn end(outcome: &Outcome) -> String {
    let reply = &outcome.reply;
    if reply.code != 250 {
        return format!("nothing; the sender reads: {} {}", reply.code, reply.text);
    }
    let lines = outcome
        .arrived
        .iter()
        .map(|(sink, mail)| format!("{sink}: {}", arrival(mail)));
    let lines: Vec<String> = lines.collect();
    if let Some(case) = &outcome.case {
        format!("nothing yet; it waits as case {case}")
    } else if lines.is_empty() {
        "nothing arrived".into()
    } else {
        lines.join("\n")
    }
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}
