// SPDX-License-Identifier: GPL-3.0-or-later
//! What the detectors find, and how sure they are.

mod hostile;
mod numbers;
mod rules;

use super::*;
use crate::detect::rule::Selection;
use crate::message::PartPath;
use crate::shipped;

fn shipped_rules() -> Vec<(String, String)> {
    let rules = shipped::DETECTORS.iter();
    rules
        .map(|(file, text)| ((*file).to_owned(), (*text).to_owned()))
        .collect()
}

fn all() -> Selection {
    Selection {
        folders: vec!["*".into()],
        skip: Vec::new(),
        at_least: Confidence::Medium,
    }
}

/// The shipped detectors, compiled once.
fn detectors() -> &'static Detectors {
    static SHIPPED: std::sync::OnceLock<Detectors> = std::sync::OnceLock::new();
    SHIPPED.get_or_init(|| {
        let detectors = Detectors::compile(&shipped_rules(), &all());
        detectors.unwrap_or_else(|wrong| panic!("{}", wrong.join("\n")))
    })
}

fn text(part: &str, content: &str, repeats: Option<&str>) -> Text {
    Text {
        part: PartPath(part.into()),
        content: content.into(),
        places: Vec::new(),
        repeats: repeats.map(|part| PartPath(part.into())),
    }
}

/// `id confidence ‹value›` of each finding.
fn found(content: &str) -> Vec<String> {
    let findings = scan(&[text("1", content, None)], detectors()).findings;
    findings
        .iter()
        .map(|finding| {
            let confidence = format!("{:?}", finding.confidence).to_lowercase();
            format!(
                "{} {confidence} {}",
                finding.detector,
                &content[finding.span.clone()]
            )
        })
        .collect()
}

#[test]
fn shipped_examples_hold() {
    let detectors = detectors().list();
    assert_eq!(detectors.len(), shipped::DETECTORS.len());
    let failed: Vec<_> = detectors.iter().flat_map(Detector::run_examples).collect();
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[test]
fn confidence_follows_what_stands_around() {
    assert_eq!(found("85.07.30-033.28"), ["be.nn medium 85.07.30-033.28"]);
    assert_eq!(found("85073003328"), ["be.nn low 85073003328"]);
    assert_eq!(found("NISS 85073003328"), ["be.nn high 85073003328"]);
    assert_eq!(
        found("Nom;NISS\nAnne;85073003328\n"),
        ["be.nn high 85073003328"]
    );
    assert_eq!(
        found("Nom;Réf\nAnne;85073003328\n"),
        ["be.nn low 85073003328"]
    );
    assert_eq!(found("Artikel 7569217076985"), ["ch.ahv low 7569217076985"]);
    assert_eq!(
        found("https://x.example/7569217076985"),
        ["ch.ahv low 7569217076985"]
    );
    assert_eq!(
        found("https://x.example/ahv=7569217076985"),
        ["ch.ahv high 7569217076985"]
    );
    assert_eq!(
        found("3 756 9217 0769 85 1"),
        ["ch.ahv medium 756 9217 0769 85"]
    );
}

#[test]
fn reasons_are_words_of_the_rule() {
    let findings = scan(&[text("1", "n;Avs\nx;756.9217.0769.85", None)], detectors()).findings;
    assert_eq!(
        findings[0].why,
        ["check digit", "usual groups", "column head avs"]
    );
    assert_eq!(findings[0].value.reveal(), "7569217076985");
}

#[test]
fn overlaps_are_settled() {
    assert_eq!(
        found("BE68 5390 0754 7034 und a@b.ch"),
        ["iban high BE68 5390 0754 7034", "email high a@b.ch"]
    );
}

#[test]
fn what_repeats_is_said_once() {
    let texts = [
        text("1.2", "<AHV> 756.9217.0769.85, a@b.ch", Some("1.1")),
        text("1.1", "AHV 756.9217.0769.85", None),
        text("2", "AHV 756.9217.0769.85", None),
    ];
    let findings = scan(&texts, detectors()).findings;
    let places: Vec<_> = findings
        .iter()
        .map(|finding| (finding.text, &*finding.detector))
        .collect();
    assert_eq!(places, [(0, "email"), (1, "ch.ahv"), (2, "ch.ahv")]);
}

#[test]
fn what_is_no_person_does_not_fire() {
    for text in [
        "f7560c1a-4297-4335-a6c7-7569217076985",
        "sha1 48c4187b3dc0ece223024e891fb0cf542acb4ec7",
        "Referenz 46 08102 90321 76094 20275 06830",
        "1757107528717 INFO",
        "DE26 4387 9462 2369 9728 59",
        "FR76 8966 4460 8169 2293 6931 287",
        "12345678901234567569217076985123",
        "978-2-8305-5972-9",
    ] {
        let sure = found(text)
            .into_iter()
            .filter(|found| !found.contains(" low "));
        assert_eq!(sure.collect::<Vec<_>>(), [""; 0], "{text}");
    }
}

#[test]
fn numbers_in_cells_are_joined_only_where_they_belong_together() {
    assert_eq!(
        found("AHV\t756\t9217\t0769\t85"),
        ["ch.ahv high 756\t9217\t0769\t85"]
    );
    assert_eq!(
        found("7\t5\t6\t9\t2\t1\t7\t0\t7\t6\t9\t8\t5"),
        ["ch.ahv high 7\t5\t6\t9\t2\t1\t7\t0\t7\t6\t9\t8\t5"]
    );
    for text in [
        "75692\t17076985",
        "756\t92170769\t85",
        "756.9217\t\t0769.85",
    ] {
        assert_eq!(found(text), [""; 0], "{text}");
    }
}
