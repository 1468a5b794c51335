// SPDX-License-Identifier: GPL-3.0-or-later
//! Which rules load, which do not, and what is said of them.

use std::cell::Cell;
use std::time::Duration;

use super::*;

const OWN: &str = "\
id: own.ticket
name: Our customers' numbers
entity: national-id
see: our own handbook
pattern: '\\bKD-\\d{6}\\b'
confidence: { alone: high }
matches: [ 'Nr. ‹KD-123456›', '‹KD-000001›, ‹KD-000002›' ]
misses: [ 'KD-1234567', 'AKD-123456' ]
";

pub(super) fn compile(file: &str, text: &str) -> String {
    let rules = [shipped_rules(), vec![(file.to_owned(), text.to_owned())]].concat();
    match Detectors::compile(&rules, &all()) {
        Ok(detectors) => format!("{} more", detectors.list().len() - shipped::DETECTORS.len()),
        Err(wrong) => wrong.join("\n"),
    }
}

#[test]
fn an_admins_rule_has_a_pattern() {
    assert_eq!(compile("own.ticket.yaml", OWN), "1 more");
}

#[test]
fn a_pattern_is_tried_around_every_digit() {
    let own = |pattern: &str| OWN.replace("\\bKD-\\d{6}\\b", pattern);
    for rule in [own("\\bKD-\\d{6}\\b"), own("\\b(KD-\\d{6})?\\b")] {
        let rules = [("own.ticket.yaml".to_owned(), rule)];
        let selection = Selection {
            folders: Vec::new(),
            ..all()
        };
        let detectors = Detectors::compile(&rules, &selection).unwrap();
        for between in [" ", " é ", &"x".repeat(63), &"é ".repeat(40), "\n"] {
            let content = format!("KD-123456 {between} ").repeat(300);
            let findings = scan(&[text("1", &content, None)], &detectors).findings;
            assert_eq!(findings.len(), 300, "{between:?}");
        }
    }
}

#[test]
fn a_bad_rule_does_not_load_and_says_why() {
    for (from, to, says) in [
        ("", "", "1 more"),
        (
            "id: own",
            "id: other",
            "own.ticket.yaml: id: the file of \"other.ticket\" must be called",
        ),
        ("see: our own handbook", "see: ''", "see: say where"),
        ("see:", "seen:", "unknown field `seen`"),
        (
            "pattern: '",
            "pattern: '(",
            "pattern: error: unclosed group",
        ),
        (
            "\\d{6}",
            "\\d{600000}",
            "pattern: Compiled regex exceeds size limit",
        ),
        ("\\bKD-\\d{6}\\b", "x*", "matches an empty text"),
        (
            "pattern:",
            "shape: [ '####' ]\npattern:",
            "write one of shape, words, terms, pattern and engine",
        ),
        (
            "pattern:",
            "valid: lunh\npattern:",
            "valid: there is no \"lunh\"; did you mean \"luhn\"?",
        ),
        (
            "‹KD-000001›",
            "KD-000001",
            "matches[1] must find exactly the marked part of \"KD-000001, ‹KD-000002›\", but found \"‹KD-000001›, ‹KD-000002›\"",
        ),
        ("Nr. ‹KD-123456›", "Nr. ‹KD-12345›", "but found nothing"),
        (
            "AKD-123456",
            "A KD-123456",
            "misses[1] must find nothing in \"A KD-123456\", but found \"A ‹KD-123456›\"",
        ),
        ("Nr. ‹", "Nr. ", "the marks ‹ › do not pair"),
        ("'KD-1234567', ", "", "misses: write at least two"),
    ] {
        let text = OWN.replace(from, to);
        assert!(from.is_empty() || text != OWN, "{from}");
        let error = compile("own.ticket.yaml", &text);
        assert!(error.contains(says), "{to}: {error}");
    }
    let twice = compile(
        "own/iban.yaml",
        shipped::DETECTORS
            .iter()
            .find(|(file, _)| *file == "generic/iban.yaml")
            .unwrap()
            .1,
    );
    assert_eq!(
        twice,
        "own/iban.yaml: generic/iban.yaml has the id \"iban\" already; give it another"
    );
}

#[test]
fn a_selection_names_what_there_is() {
    let select = |folders: &[&str], skip: &[&str]| {
        let selection = Selection {
            folders: folders.iter().map(|name| (*name).into()).collect(),
            skip: skip.iter().map(|name| (*name).into()).collect(),
            at_least: Confidence::Medium,
        };
        Detectors::compile(&shipped_rules(), &selection)
    };
    let files = shipped::DETECTORS.iter().map(|(file, _)| *file);
    let named = files.filter(|file| file.starts_with("ch/") || file.starts_with("eu/"));
    assert_eq!(
        select(&["ch", "eu"], &["be.nn"]).unwrap().list().len(),
        named.count() - 1
    );
    assert_eq!(
        select(&["generic", "cg"], &["be.mn"]).unwrap_err(),
        [
            "detectors.use: there is no folder \"cg\"; did you mean \"ch\"?",
            "detectors.skip: there is no detector \"be.mn\"; did you mean \"be.nn\"?"
        ]
    );
}

#[test]
fn words_of_ones_own_are_found() {
    let own = |body: &str| {
        format!(
            "id: own.falcon\nname: Falcon\nentity: secret\nsee: the board\n{body}\nconfidence: {{ alone: high }}\n\
             matches: [ 'on ‹Projet Élan›', '‹PROJET  ELAN›.' ]\nmisses: [ 'elan', 'projet elans' ]\n"
        )
    };
    let words = "words: [ Projet Élan, Falke ]";
    assert_eq!(compile("own.falcon.yaml", &own(words)), "1 more");
    let both = "words: [ Élan ]\npattern: '(?i)\\bprojet +[eé]lan\\b'";
    assert_eq!(compile("own.falcon.yaml", &own(both)), "1 more");
    for (body, says) in [
        ("pattern: '(?i)projet +[eé]lan'", "matches[0] must find"),
        (
            "words: [ '--' ]",
            "words: \"--\" has no letter and no digit",
        ),
        (
            "words: [ a ]\nshape: [ '####' ]",
            "only a pattern may have words too",
        ),
        (
            &format!("words: [ {} ]", "x".repeat(97)),
            "is longer than 96 bytes",
        ),
    ] {
        let error = compile("own.falcon.yaml", &own(body));
        assert!(error.contains(says), "{body}: {error}");
    }
}

#[test]
fn own_patterns_stop_at_their_budget() {
    let rules = [("own.ticket.yaml".to_owned(), OWN.to_owned())];
    let selection = Selection {
        folders: Vec::new(),
        ..all()
    };
    let detectors = Detectors::compile(&rules, &selection).unwrap();
    let small = scan(&[text("1", &"KD-123456 ".repeat(1000), None)], &detectors);
    assert_eq!((small.findings.len(), small.cut), (1000, Vec::new()));
    let large = text("1", &"1 2 3 4 5 ".repeat(30_000), None);
    assert_eq!(scan(&[large], &detectors).cut, [0]);
}

/// A clock that goes on by a second whenever it is asked.
fn by_seconds() -> Duration {
    thread_local! { static SECONDS: Cell<u64> = const { Cell::new(0) } }
    SECONDS.set(SECONDS.get() + 1);
    Duration::from_secs(SECONDS.get())
}

#[test]
fn own_patterns_stop_when_they_take_too_long() {
    let rules = [("own.ticket.yaml".to_owned(), OWN.to_owned())];
    let selection = Selection {
        folders: Vec::new(),
        ..all()
    };
    let mut detectors = Detectors::compile(&rules, &selection).unwrap();
    detectors.patience = Some(Patience {
        clock: by_seconds,
        time: Duration::from_secs(50),
    });
    // A search a finding, and one that finds no more; each of them takes a second.
    let forty = |part| text(part, &"KD-123456 ".repeat(40), None);
    let found = scan(&[forty("1"), forty("2"), forty("3")], &detectors);
    assert_eq!((found.findings.len(), found.cut), (50, vec![1, 2]));
}

#[test]
fn the_manuals_examples_load() {
    let manual = include_str!("../../../man/pii-milter-detector.5");
    let blocks = manual.split(".Bd -literal -offset indent\n").skip(1);
    let blocks: Vec<String> = blocks
        .map(|block| block.split(".Ed").next().unwrap())
        .map(|block| block.replace("\\(fo", "‹").replace("\\(fc", "›"))
        .collect();
    assert_eq!(blocks.len(), 3);
    for block in blocks {
        let id = block
            .lines()
            .next()
            .unwrap()
            .strip_prefix("id: ")
            .unwrap()
            .to_owned();
        assert_eq!(compile(&format!("{id}.yaml"), &block), "1 more");
    }
}
