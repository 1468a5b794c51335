// SPDX-License-Identifier: GPL-3.0-or-later
//! Hides one identifier in each of more than nine hundred mails (`tests/evasion/make.py`) and looks for it:
//! what a mail program shows is found, what cannot be read is said, and mail that hides nothing is left
//! alone.
//!
//! `MANGLE_SEED` repeats a run that failed.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test reports by panicking, and by what it prints before"
)]

#[allow(dead_code, reason = "other tests use the rest of it")]
mod chance;

use std::fs;
use std::path::Path;
use std::process::Command;

use chance::Chance;
use pii_milter::classify;
use pii_milter::config::Source;
use pii_milter::detect;
use pii_milter::extract::{self, Why};
use pii_milter::inspect::Policy;
use pii_milter::message::{Envelope, Message};
use serde::Deserialize;

/// A line of the manifest.
#[derive(Deserialize)]
struct Row {
    file: String,
    tier: String,
    must: String,
    detector: String,
    value: String,
}

/// What came of a mail.
struct Seen {
    /// The value itself counts.
    is_found: bool,
    /// Some of it is said to be unread, for another reason than that programs differ.
    is_unread: bool,
    /// Nothing at all is said of it.
    is_clean: bool,
}

#[test]
fn what_a_program_shows_is_found() {
    let seed = Chance::new().below(1 << 30).to_string();
    let folder = std::env::temp_dir().join(format!("pii-milter-evasion-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let make = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/evasion/make.py");
    let made = Command::new("python3")
        .arg("-B")
        .arg(make)
        .arg(&seed)
        .arg(&folder)
        .status();
    assert!(made.unwrap().success());
    let rows = fs::read_to_string(folder.join("manifest.jsonl")).unwrap();
    let rows: Vec<Row> = rows
        .lines()
        .map(|row| serde_json::from_str(row).unwrap())
        .collect();
    let policy = Source::built_in().policy().unwrap();
    let mut missed: Vec<&Row> = Vec::new();
    let mut silent = Vec::new();
    for row in &rows {
        let seen = look(fs::read(folder.join(&row.file)).unwrap(), row, &policy);
        let is_well = match row.must.as_str() {
            "detect" => seen.is_found,
            "uninspectable" => seen.is_found || seen.is_unread,
            "any" => !seen.is_clean,
            "clean" => seen.is_clean,
            other => panic!("{other}"),
        };
        if !is_well {
            missed.push(row);
        }
        if !is_well && seen.is_clean && row.tier == "base" {
            silent.push(&row.file);
        }
    }
    fs::remove_dir_all(&folder).unwrap();
    let of = |tier: &str, alarms: bool| {
        let is_one = |row: &&Row| row.tier == tier && (row.must == "clean") == alarms;
        let all = rows.iter().filter(is_one).count();
        let bad: Vec<&str> = missed
            .iter()
            .filter(|row| is_one(row))
            .map(|row| &*row.file)
            .collect();
        println!(
            "{tier}, controls {alarms}: {} of {all}; not: {bad:?}",
            all - bad.len()
        );
        (all, bad.len())
    };
    let (base, hard, controls) = (of("base", false), of("hard", false), of("base", true));
    assert!(base.0 >= 600 && hard.0 >= 280 && controls.0 >= 35);
    assert!(
        base.1 * 100 <= base.0,
        "more than one in a hundred plain tricks hide a value"
    );
    assert!(
        hard.1 * 100 <= hard.0 * 15,
        "more than 15 in a hundred hard tricks hide a value"
    );
    assert_eq!(controls.1, 0, "false alarms");
    assert_eq!(
        silent,
        Vec::<&String>::new(),
        "plain tricks of which nothing is said"
    );
}

fn look(raw: Vec<u8>, row: &Row, policy: &Policy) -> Seen {
    let envelope = Envelope::nobody(jiff::civil::date(2026, 11, 25));
    let message = Message::read(envelope, raw, policy.budget.tree);
    let extract = extract::all(&message, &policy.budget);
    let found = detect::scan(&extract.texts, &policy.detectors);
    let is_right: Vec<bool> = found
        .findings
        .iter()
        .map(|one| *one.detector == *row.detector && one.value.reveal() == row.value)
        .collect();
    let weighed = classify::weigh(&message, extract, found, &policy.levels);
    let mut evidence = weighed.evidence.iter().zip(&is_right);
    let mut unread = weighed.unreadable.iter();
    Seen {
        is_found: evidence.any(|(one, is_right)| one.counted && *is_right),
        is_unread: unread.any(|part| !matches!(part.why, Why::Ambiguous | Why::Picture)),
        is_clean: weighed.found.is_empty(),
    }
}
