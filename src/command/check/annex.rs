// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns the running policy into the annex that people sign: HTML to print and CSV, in five languages.

mod words;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use super::super::{Stop, UNUSABLE};
use super::{Report, does, terms};
use crate::decide::row::Row;
use crate::message::Direction;
use words::{LANGUAGES, Words};

const DIRECTIONS: [Direction; 2] = [Direction::Outbound, Direction::Inbound];

/// Writes `annex.<language>.html` and `annex.<language>.csv` for each language.
///
/// # Errors
/// A file that cannot be written.
pub(super) fn write(folder: &Path, report: &Report) -> Result<(), Stop> {
    let unusable = |path: &Path, error: std::io::Error| {
        let path = path.display();
        let sentence = format!("cannot write {path}: {error}; name a folder of yours");
        Stop(UNUSABLE, sentence)
    };
    fs::create_dir_all(folder).map_err(|error| unusable(folder, error))?;
    for words in &LANGUAGES {
        for (ending, text) in [("html", html(report, words)), ("csv", csv(report, words))] {
            let path = folder.join(format!("annex.{}.{ending}", words.code));
            fs::write(&path, text).map_err(|error| unusable(&path, error))?;
            println!("{}", path.display());
        }
    }
    Ok(())
}

/// One line of the table: a kind, or one type of communication to it.
struct Line<'a> {
    kind: &'a str,
    communication: Option<&'static str>,
    /// The channel of each level, and whether the kind's own row says it.
    cells: Vec<(&'a str, bool)>,
    owner: Option<&'a str>,
}

fn lines<'a>(kind: &'a str, row: &'a Row) -> Vec<Line<'a>> {
    let own = Line {
        kind,
        communication: None,
        cells: row
            .cells
            .iter()
            .map(|cell| (cell.as_str(), false))
            .collect(),
        owner: row.owner.as_deref(),
    };
    let refined = row.refined.iter().map(|(communication, refined)| {
        let cells = refined.cells.iter().zip(&row.cells);
        let cells =
            cells.map(|(cell, own)| (cell.as_ref().unwrap_or(own).as_str(), cell.is_none()));
        Line {
            kind,
            communication: Some(communication.as_str()),
            cells: cells.collect(),
            owner: refined.owner.as_deref().or(row.owner.as_deref()),
        }
    });
    [own].into_iter().chain(refined).collect()
}

fn all_lines(report: &Report, direction: Direction) -> Vec<Line<'_>> {
    let table = &report.policy.table;
    let kinds = table.kinds().names().iter().zip(table.rows(direction));
    kinds.flat_map(|(kind, row)| lines(kind, row)).collect()
}

fn html(report: &Report, words: &Words) -> String {
    let policy = &report.policy;
    let mut page = format!(
        "<!DOCTYPE html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n<title>{}</title>\n<style>\n{STYLE}\
         </style>\n</head>\n<body>\n<h1>{}</h1>\n<p>{}: <code>{}</code> · {}: {}</p>\n",
        words.code, words.title, words.title, words.policy, policy.digest, words.date, report.today,
    );
    let columns: Vec<String> = policy
        .table
        .columns()
        .iter()
        .map(|one| escaped(one))
        .collect();
    for direction in DIRECTIONS {
        push(
            &mut page,
            format_args!("<h2>{}</h2>\n", words.direction(direction)),
        );
        let head = [words.recipient, words.communication];
        let head: Vec<&str> = head
            .into_iter()
            .chain(columns.iter().map(String::as_str))
            .collect();
        let head: Vec<&str> = head.into_iter().chain([words.owner]).collect();
        let body = all_lines(report, direction).into_iter().map(|line| {
            let cells = line
                .cells
                .iter()
                .map(|(channel, is_inherited)| match is_inherited {
                    true => format!("<i>({})</i>", escaped(channel)),
                    false => escaped(channel),
                });
            let communication = line.communication.map_or("", |word| words.word(word));
            [escaped(line.kind), communication.to_owned()]
                .into_iter()
                .chain(cells)
                .chain([escaped(line.owner.unwrap_or_default())])
                .collect()
        });
        table(&mut page, &head, body);
    }
    push(
        &mut page,
        format_args!("<p>{}</p>\n<h2>{}</h2>\n", words.inherited, words.channels),
    );
    let channels = report.file.channels.iter().map(|(name, entry)| {
        let terms = terms(entry).join("; ");
        vec![escaped(name), escaped(&does(entry)), escaped(&terms)]
    });
    table(
        &mut page,
        &[words.channel, words.does, words.terms],
        channels,
    );
    push(&mut page, format_args!("<h2>{}</h2>\n", words.exceptions));
    let exceptions = policy.table.exceptions().iter().map(|one| {
        let cells = [
            one.from.to_string(),
            one.to.to_string(),
            one.channel.clone(),
        ];
        let rest = [
            one.because.clone(),
            one.owner.clone(),
            one.until.to_string(),
        ];
        cells
            .iter()
            .chain(&rest)
            .map(|cell| escaped(cell))
            .collect()
    });
    let head = [
        words.from,
        words.recipient,
        words.channel,
        words.because,
        words.owner,
        words.until,
    ];
    table(&mut page, &head, exceptions);
    page.push_str("</body>\n</html>\n");
    page
}

const STYLE: &str = "body { font: 11pt sans-serif; margin: 2em }\ntable { border-collapse: collapse; margin: 1em 0 }\n\
    th, td { border: 1px solid #888; padding: .3em .6em; text-align: left; vertical-align: top }\n\
    th { background: #eee }\ni { color: #555 }\n";

fn table(page: &mut String, head: &[&str], body: impl Iterator<Item = Vec<String>>) {
    let head: Vec<String> = head.iter().map(|cell| format!("<th>{cell}</th>")).collect();
    push(page, format_args!("<table>\n<tr>{}</tr>\n", head.concat()));
    for row in body {
        let cells: Vec<String> = row.iter().map(|cell| format!("<td>{cell}</td>")).collect();
        push(page, format_args!("<tr>{}</tr>\n", cells.concat()));
    }
    page.push_str("</table>\n");
}

/// Writing to a String cannot fail.
fn push(page: &mut String, text: std::fmt::Arguments<'_>) {
    page.write_fmt(text).unwrap_or_default();
}

fn escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    text.replace('>', "&gt;").replace('"', "&quot;")
}

/// One line a cell (RFC 4180), the policy's digest on each.
fn csv(report: &Report, words: &Words) -> String {
    let head = [
        words.policy,
        words.way,
        words.recipient,
        words.communication,
        words.level,
        words.channel,
        words.inherits,
        words.owner,
    ];
    let mut text = record(&head);
    let columns = report.policy.table.columns();
    for direction in DIRECTIONS {
        for line in all_lines(report, direction) {
            for ((channel, is_inherited), level) in line.cells.iter().zip(columns) {
                text += &record(&[
                    &report.policy.digest,
                    words.direction(direction),
                    line.kind,
                    line.communication.map_or("", |word| words.word(word)),
                    level,
                    channel,
                    if *is_inherited { words.yes } else { words.no },
                    line.owner.unwrap_or_default(),
                ]);
            }
        }
    }
    text
}

fn record(fields: &[&str]) -> String {
    let quoted = |field: &&str| match field.contains([',', '"', '\n', '\r']) {
        true => format!("\"{}\"", field.replace('"', "\"\"")),
        false => (*field).to_owned(),
    };
    let fields: Vec<String> = fields.iter().map(quoted).collect();
    format!("{}\r\n", fields.join(","))
}
