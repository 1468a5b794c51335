// SPDX-License-Identifier: GPL-3.0-or-later
//! Looks for found values in everything that we write about a message: each value of each case
//! folder is a canary, and none may be heard.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic is the report")]

mod case;

use std::path::PathBuf;
use std::process::{Command, Output};

use pii_milter::detect::{self, Entity, Finding};
use pii_milter::extract;
use pii_milter::inspect::inspect;
use pii_milter::message::Message;

/// How a value may be written: as it stands in the mail, and with its separators taken out.
fn canaries(case: &case::Case) -> Vec<String> {
    let policy = case.policy();
    let message = Message::read(case.envelope(), case.raw(), policy.budget.tree);
    let extract = extract::all(&message, &policy.budget);
    let findings = detect::scan(&extract.texts, &policy.detectors).findings;
    // Addresses of sender and recipients are named on purpose, and with them the names in them; all
    // other values are not.
    let envelope = case.envelope();
    let recipients = envelope.recipients.iter().map(|one| one.address.folded());
    let named: Vec<String> = recipients
        .chain([envelope.sender.folded(), "beat@kunde.example".into()])
        .collect();
    let is_named = |finding: &Finding| {
        finding.entity == Entity::PersonName
            && named
                .iter()
                .any(|address| address.contains(finding.value.reveal()))
    };
    let secret = findings
        .iter()
        .filter(|finding| finding.entity != Entity::EmailAddress && !is_named(finding));
    let forms = secret.flat_map(|finding| {
        let text = extract.texts.get(finding.text).unwrap();
        let written = text.content.get(finding.span.clone()).unwrap();
        [written.to_owned(), finding.value.reveal().to_owned()]
    });
    forms.collect()
}

fn assert_silent(case: &case::Case, what: &str, output: &[u8], canaries: &[String]) {
    let output = String::from_utf8_lossy(output);
    for canary in canaries {
        assert!(
            !output.contains(canary),
            "{}: {what} tells a value",
            case.name
        );
    }
}

fn run(arguments: &[&str], mails: &[PathBuf]) -> Output {
    let program = env!("CARGO_BIN_EXE_pii-milter");
    let ran = Command::new(program)
        .args(arguments)
        .args(mails)
        .output()
        .unwrap();
    assert!(ran.status.code().is_some_and(|code| code < 2), "{ran:?}");
    ran
}

#[test]
fn no_verb_tells_a_value() {
    let cases = case::all();
    let mails: Vec<PathBuf> = cases.iter().map(case::Case::message_path).collect();
    let scans = [run(&["scan"], &mails), run(&["scan", "--json"], &mails)];
    let mut heard = 0;
    for (case, mail) in cases.iter().zip(mails) {
        let canaries = canaries(case);
        if canaries.is_empty() {
            continue;
        }
        heard += canaries.len();
        let explain = ["explain", "--to", "beat@kunde.example"];
        let mail = [mail];
        let explained = [
            run(&explain, &mail),
            run(&[&explain[..], &["--json"]].concat(), &mail),
        ];
        for ran in scans.iter().chain(&explained) {
            assert_silent(case, "a verb", &ran.stdout, &canaries);
            assert_silent(case, "a verb", &ran.stderr, &canaries);
        }
    }
    assert!(heard > 60, "only {heard} canaries: the test proves nothing");
}

/// What crosses the pipe from worker to daemon: the verdict. A subject that is edited has to be in
/// it, for the MTA; apart from that it holds no value.
#[test]
fn no_verdict_holds_a_value() {
    for case in case::all() {
        let policy = case.policy();
        let mut verdict = inspect(case.envelope(), case.raw(), None, &policy);
        verdict.plan.actions.clear();
        let verdict = serde_json::to_vec(&verdict).unwrap();
        assert_silent(&case, "the verdict", &verdict, &canaries(&case));
    }
}
