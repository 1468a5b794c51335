// SPDX-License-Identifier: GPL-3.0-or-later
//! Runs every folder of `tests/cases` through `inspect`: `message.eml`, what is expected of it in
//! `expect.yaml`, and in `config.yaml`, where there is one, the sections that replace the shipped ones.
//!
//! `tests/mta` sends those with `arrives` or `refused` through a real Postfix as well.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic is the report")]

mod case;

use std::collections::BTreeMap;

use case::Expected;
use pii_milter::act::Edit;
use pii_milter::inspect::{Verdict, inspect};
use pii_milter::message::words::decode_words;

#[test]
fn every_case_holds() {
    let cases = case::all();
    assert!(cases.len() >= 30, "only {} cases", cases.len());
    let mut failed = Vec::new();
    for case in &cases {
        let policy = case.policy();
        let verdict = inspect(case.envelope(), case.raw(), None, &policy);
        let wrong = differences(&case.expected, &verdict);
        failed.extend(
            wrong
                .into_iter()
                .map(|wrong| format!("{}: {wrong}", case.name)),
        );
    }
    assert!(failed.is_empty(), "\n{}", failed.join("\n"));
}

/// Every line of the expectation that the verdict does not meet.
fn differences(expected: &Expected, verdict: &Verdict) -> Vec<String> {
    let mut wrong = Vec::new();
    let classification = &verdict.classification;
    let evidence = &classification.evidence;
    let counted = || evidence.iter().filter(|evidence| evidence.counted);
    check(
        &mut wrong,
        "direction",
        expected.direction.as_deref(),
        verdict.direction.as_str(),
    );
    check(
        &mut wrong,
        "level",
        expected.level.as_deref(),
        &classification.level,
    );
    check(
        &mut wrong,
        "found",
        expected.found.as_ref(),
        &classification.found,
    );
    let unreadable = classification.unreadable.iter();
    let unreadable: Vec<String> = unreadable.map(|part| word(&part.why)).collect();
    check(
        &mut wrong,
        "unreadable",
        expected.unreadable.as_ref(),
        &unreadable,
    );
    let parts = counted()
        .map(|evidence| evidence.part.to_string())
        .collect();
    check(&mut wrong, "parts", expected.parts.as_ref(), &parts);
    let places = counted().map(|evidence| evidence.place.clone()).collect();
    check(&mut wrong, "places", expected.places.as_ref(), &places);
    let aside = evidence.iter().filter(|evidence| !evidence.counted);
    let aside = aside.map(|evidence| evidence.detector.clone()).collect();
    check(&mut wrong, "set_aside", expected.set_aside.as_ref(), &aside);
    wrong.extend(differing_decisions(expected, verdict));
    wrong.extend(differing_edits(expected, verdict));
    wrong
}

fn differing_decisions(expected: &Expected, verdict: &Verdict) -> Vec<String> {
    let mut wrong = Vec::new();
    let by = |of: fn(&pii_milter::decide::Decision) -> &String| -> BTreeMap<String, String> {
        let decisions = verdict.decisions.iter();
        decisions
            .map(|decision| (decision.recipient.clone(), of(decision).clone()))
            .collect()
    };
    check(
        &mut wrong,
        "decisions",
        expected.decisions.as_ref(),
        &by(|decision| &decision.channel),
    );
    check(
        &mut wrong,
        "kinds",
        expected.kinds.as_ref(),
        &by(|decision| &decision.kind),
    );
    check(
        &mut wrong,
        "because",
        expected.because.as_ref(),
        &by(|decision| &decision.because),
    );
    wrong
}

fn differing_edits(expected: &Expected, verdict: &Verdict) -> Vec<String> {
    let mut wrong = Vec::new();
    let edits: Vec<&Edit> = verdict
        .plan
        .labels
        .iter()
        .chain(&verdict.plan.actions)
        .collect();
    let added = |edit: &&Edit| match edit {
        Edit::AddHeader(name, _) => Some(name.clone()),
        _ => None,
    };
    let deleted = |edit: &&Edit| match edit {
        Edit::DeleteHeader(name, _) => Some(name.clone()),
        _ => None,
    };
    let labels: Vec<String> = edits
        .iter()
        .filter_map(added)
        .filter(|name| name.starts_with("X-PII-"))
        .collect();
    check(&mut wrong, "headers", expected.headers.as_ref(), &labels);
    let mut deleted: Vec<String> = edits
        .iter()
        .filter_map(deleted)
        .map(|name| canonical(&name))
        .collect();
    deleted.sort();
    check(&mut wrong, "deleted", expected.deleted.as_ref(), &deleted);
    check(
        &mut wrong,
        "subject",
        expected.subject.as_deref(),
        &subject(&edits, 1),
    );
    check(
        &mut wrong,
        "second_subject",
        expected.second_subject.as_deref(),
        &subject(&edits, 2),
    );
    let seen: Vec<serde_json::Value> = edits
        .iter()
        .filter(|edit| !matches!(edit, Edit::DeleteHeader(..)))
        .map(|edit| edit.as_json())
        .collect();
    check(&mut wrong, "edits", expected.edits.as_ref(), &seen);
    let copies = verdict.plan.copies.iter().map(|copies| {
        let places = copies.places.iter();
        let to = places.filter_map(|place| verdict.decisions.get(*place));
        let to = to.map(|decision| decision.recipient.clone());
        (copies.channel.clone(), to.collect())
    });
    check(
        &mut wrong,
        "copies",
        expected.copies.as_ref(),
        &copies.collect(),
    );
    let reply = edits.iter().find_map(|edit| match edit {
        Edit::Reply(code, _, text) => Some(format!("{code} {text}")),
        _ => None,
    });
    let refused = reply.unwrap_or_default();
    if let Some(sentence) = expected
        .refused
        .as_deref()
        .filter(|sentence| !refused.contains(sentence))
    {
        wrong.push(format!("refused: expected {sentence:?}, got {refused:?}"));
    }
    for edit in edits {
        let (Edit::AddHeader(_, value) | Edit::ChangeHeader(_, value, _)) = edit else {
            continue;
        };
        let unfolded = value.replace("\n ", "").replace("\n\t", "");
        if unfolded.contains(|c: char| c.is_control() && c != '\t')
            || value.split('\n').any(|line| line.len() > 78)
        {
            wrong.push(format!("a header value that no header may have: {value:?}"));
        }
    }
    wrong
}

/// The n-th subject as it will read, where an edit touches it.
fn subject(edits: &[&Edit], n: u32) -> String {
    let value = edits.iter().find_map(|edit| match edit {
        Edit::ChangeHeader(name, value, index) if name == "Subject" && *index == n => Some(value),
        Edit::AddHeader(name, value) if name == "Subject" && n == 1 => Some(value),
        _ => None,
    });
    value.map_or_else(String::new, |value| {
        decode_words(value.as_bytes()).trim().to_owned()
    })
}

fn canonical(name: &str) -> String {
    let words = name
        .split('-')
        .map(|word| match word.to_lowercase().as_str() {
            "pii" => "PII".to_owned(),
            word => word
                .chars()
                .take(1)
                .flat_map(char::to_uppercase)
                .chain(word.chars().skip(1))
                .collect(),
        });
    words.collect::<Vec<String>>().join("-")
}

fn word(why: &pii_milter::extract::Why) -> String {
    serde_json::to_value(why)
        .unwrap()
        .as_str()
        .unwrap()
        .to_owned()
}

fn check<T: PartialEq + std::fmt::Debug + ?Sized>(
    wrong: &mut Vec<String>,
    what: &str,
    expected: Option<&T>,
    got: &T,
) {
    if let Some(expected) = expected.filter(|expected| *expected != got) {
        wrong.push(format!("{what}: expected {expected:?}, got {got:?}"));
    }
}
