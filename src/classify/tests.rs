// SPDX-License-Identifier: GPL-3.0-or-later
//! Tests of weighing.

use std::net::IpAddr;
use std::time::{Duration, Instant};

use indexmap::IndexMap;

use super::*;
use crate::message::{Address, Envelope, Field, Recipient};
use crate::secret::Secret;

const HEADER: &str = "Anna Muster <anna@example.ch>\r\n";

fn message() -> Message {
    Message {
        envelope: Envelope {
            client: None::<IpAddr>,
            login: None,
            sender: Address::new("<bounce@example.ch>"),
            recipients: vec![Recipient {
                address: Address::new("<Bob@Partner.example>"),
                as_given: b"<Bob@Partner.example>".to_vec(),
                notify: None,
                original: None,
            }],
            received: "2026-11-25".parse().unwrap(),
            host: String::new(),
            id: String::new(),
        },
        raw: HEADER.into(),
        fields: vec![Field {
            name: "From".into(),
            value: 0..HEADER.len(),
        }],
        body_start: HEADER.len(),
        parts: Vec::new(),
        left_out: Vec::new(),
    }
}

pub(in crate::classify) fn levels() -> Levels {
    let lines: IndexMap<String, Vec<Condition>> = crate::yaml::read(
        "internal: [ personal, 5 contact ]\n\
         restricted: [ special-category, 10 national-id ]\n\
         confidential: [ national-id, unreadable ]\n",
    )
    .unwrap();
    let names = ["public", "internal", "confidential", "restricted"];
    Levels::new(
        names.map(String::from).into(),
        &lines,
        Confidence::Medium,
        Bulk::default(),
    )
    .unwrap()
}

pub(in crate::classify) fn text(content: &str) -> Text {
    Text {
        part: PartPath("1".into()),
        content: content.into(),
        places: Vec::new(),
        repeats: None,
    }
}

pub(in crate::classify) fn finding(
    text: usize,
    content: &str,
    value: &str,
    entity: Entity,
) -> Finding {
    let start = content.find(value).unwrap();
    Finding {
        detector: format!("test.{}", entity.as_str()).into(),
        entity,
        confidence: Confidence::High,
        text,
        span: start..start + value.len(),
        value: Secret::new(value),
        why: vec!["check digit".into()],
    }
}

fn all(findings: Vec<Finding>) -> Found {
    Found {
        findings,
        ..Found::default()
    }
}

fn weighed(content: &str, findings: &[(&str, Entity)]) -> Classification {
    let findings = findings.iter();
    let findings = findings.map(|(value, entity)| finding(0, content, value, *entity));
    let extract = Extract {
        texts: vec![text(content)],
        unreadable: Vec::new(),
        ..Extract::default()
    };
    weigh(&message(), extract, all(findings.collect()), &levels())
}

#[test]
fn the_highest_line_that_holds_gives_the_level() {
    let empty = weighed("", &[]);
    assert_eq!(
        (empty.sensitivity, empty.level.as_str()),
        (Sensitivity(0), "public")
    );
    assert_eq!(empty.because, "");
    let one = weighed("né 1234567", &[("1234567", Entity::NationalId)]);
    assert_eq!(one.because, "confidential: national-id");
    assert_eq!(one.sensitivity, Sensitivity(2));
    let both = weighed(
        "asthma 1234567",
        &[("1234567", Entity::NationalId), ("asthma", Entity::Health)],
    );
    assert_eq!(both.because, "restricted: special-category");
}

#[test]
fn a_value_counts_once() {
    let twice = weighed("1234567", &[("1234567", Entity::NationalId); 12]);
    assert_eq!(twice.level, "confidential");
    assert_eq!(twice.found["test.national-id"], 1);
    assert_eq!(twice.evidence.len(), 12);
    let content = "1000 1001 1002 1003 1004 1005 1006 1007 1008 1009";
    let ten: Vec<_> = content
        .split(' ')
        .map(|one| (one, Entity::NationalId))
        .collect();
    assert_eq!(weighed(content, &ten).because, "restricted: 10 national-id");
    assert_eq!(weighed(content, &ten[1..]).level, "confidential");
}

#[test]
fn evidence_tells_the_place_in_characters_and_no_value() {
    let content = "Prénom «Zoë», né: 1234567, Krebs";
    let all = weighed(
        content,
        &[("1234567", Entity::NationalId), ("Krebs", Entity::Health)],
    );
    let evidence = &all.evidence[0];
    let characters: Vec<char> = content.chars().collect();
    let said: String = characters[evidence.start..evidence.end].iter().collect();
    assert_eq!(said, "1234567");
    assert_eq!(evidence.masked, "•••••67");
    assert_eq!(all.evidence[1].masked, "•••••");
    let json = serde_json::to_string(&all).unwrap();
    assert!(
        !json.contains("1234567") && !json.contains("Krebs"),
        "{json}"
    );
}

#[test]
fn participants_own_addresses_do_not_count() {
    let content = "anna@example.ch BOB@partner.example bounce@example.ch other@gmx.ch";
    let found: Vec<_> = content
        .split(' ')
        .map(|one| (one, Entity::EmailAddress))
        .collect();
    let all = weighed(content, &found);
    let counted: Vec<bool> = all.evidence.iter().map(|one| one.counted).collect();
    assert_eq!(counted, [false, false, false, true]);
    assert_eq!(
        all.evidence[0].why,
        ["check digit", "address of a participant"]
    );
    assert_eq!(all.found["test.email-address"], 1);
    assert_eq!(all.level, "internal");
}

#[test]
fn low_confidence_is_noted_only() {
    let content = "1234567";
    let mut low = finding(0, content, content, Entity::NationalId);
    low.confidence = Confidence::Low;
    let extract = Extract {
        texts: vec![text(content)],
        unreadable: Vec::new(),
        ..Extract::default()
    };
    let all = weigh(&message(), extract, all(vec![low]), &levels());
    assert_eq!((all.level.as_str(), all.found.len()), ("public", 0));
    assert_eq!(
        all.evidence[0].why[1],
        "confidence below detectors.at_least"
    );
}

#[test]
fn what_cannot_be_read_is_a_fact_that_counts() {
    let unreadable = |why| Unreadable {
        part: PartPath("2".into()),
        why,
        detail: "broken".into(),
    };
    let extract = Extract {
        texts: Vec::new(),
        unreadable: vec![unreadable(Why::Unreadable), unreadable(Why::Picture)],
        ..Extract::default()
    };
    let all = weigh(&message(), extract, Found::default(), &levels());
    assert_eq!(all.because, "confidential: unreadable");
    assert_eq!((all.found["unreadable"], all.found["picture"]), (1, 1));
    assert_eq!(all.unreadable.len(), 2);
}

#[test]
fn a_hundred_thousand_findings_in_a_moment() {
    let content: String = (0..100_000).map(|n| format!("é{n:06} ")).collect();
    let findings = (0..100_000).map(|n| {
        let start = n * 9 + 2;
        Finding {
            detector: "test".into(),
            entity: Entity::NationalId,
            confidence: Confidence::High,
            text: 0,
            span: start..start + 6,
            value: Secret::new(&content[start..start + 6]),
            why: Vec::new(),
        }
    });
    let findings: Vec<Finding> = findings.collect();
    let extract = Extract {
        texts: vec![text(&content)],
        unreadable: Vec::new(),
        ..Extract::default()
    };
    let began = Instant::now();
    let all = weigh(&message(), extract, all(findings), &levels());
    assert!(began.elapsed() < Duration::from_secs(10));
    assert_eq!(all.found["test"], 100_000);
    assert_eq!(
        (all.evidence[99_999].start, all.evidence[99_999].end),
        (799_993, 799_999)
    );
}

#[test]
fn lines_must_name_levels() {
    let lines = |text: &str| crate::yaml::read::<IndexMap<String, Vec<Condition>>>(text).unwrap();
    let new = |text| {
        let names = vec!["public".to_owned(), "internal".to_owned()];
        Levels::new(names, &lines(text), Confidence::Low, Bulk::default())
    };
    let errors = new("intern: [ salary ]\npublic: [ contact ]").unwrap_err();
    assert_eq!(
        errors,
        [
            "classify.intern: decide.columns has no level \"intern\"; did you mean \"internal\"?",
            "classify.public: \"public\" is the lowest level, which needs no line; take it out",
        ]
    );
    let levels = new("internal: [ special-category ]").unwrap();
    assert!(levels.reads(Entity::Health) && !levels.reads(Entity::Salary));
    let can_be = |level, is_found: bool| levels.can_be(Sensitivity(level), |_| is_found);
    assert!(can_be(1, true) && can_be(0, true) && can_be(0, false) && !can_be(1, false));
}
