// SPDX-License-Identifier: GPL-3.0-or-later
//! Has every notice, in every language, scanned by our own scanner: `public`, and read as it was written.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic is the report")]

use jiff::civil::date;
use pii_milter::config::Source;
use pii_milter::extract;
use pii_milter::inspect::inspect;
use pii_milter::message::{Address, Envelope, Message, Recipient};
use pii_milter::notice::mail::compose;
use pii_milter::notice::template::{Language, Templates, Which, Words};

fn filled() -> Words {
    Words {
        case: "Q-7F3K2M9A".into(),
        date: "2026-11-28 14:30 UTC".into(),
        level: "restricted".into(),
        count: "12".into(),
        cases: "Q-7F3K2M9A  2026-11-28 14:30 UTC  restricted\nQ-7F3K2M9B  2026-11-28 14:31 UTC  confidential".into(),
        contact: "Help desk, help@example.ch, +41 31 000 00 00".into(),
        hours: "Mon-Fri 08:00-17:00".into(),
    }
}

/// Every template in every language: complete, readable by our own reader, and `public` to our own scanner.
#[test]
fn every_notice_is_public_and_reads_as_it_was_written() {
    let templates = Templates::read(&Source::built_in().notices).unwrap();
    let policy = Source::built_in().policy().unwrap();
    for (language, which) in Language::ALL
        .iter()
        .flat_map(|language| Which::ALL.map(|which| (*language, which)))
    {
        let name = format!("{} {}", language.as_str(), which.as_str());
        let text = templates.text(language, which, &filled());
        assert!(!text.subject.is_empty() && !text.text.is_empty(), "{name}");
        assert!(!text.text.contains(['{', '}']), "{name}");
        if which < Which::Case {
            assert!(
                text.text.contains("Help desk") && text.text.contains("08:00"),
                "{name}"
            );
        }
        let (from, to) = ("postmaster@example.ch", "anna@example.ch");
        let raw = compose(&Address::new(from), &Address::new(to), &text, "Q-7F3K2M9A").unwrap();
        for line in String::from_utf8(raw.clone()).unwrap().split("\r\n") {
            assert!(line.len() <= 76 && line.is_ascii(), "{name}: {line}");
        }
        let mut envelope = Envelope::nobody(date(2026, 11, 28));
        envelope.client = Some([127, 0, 0, 1].into());
        envelope.recipients.push(Recipient {
            address: Address::new("anna@example.ch"),
            as_given: b"<anna@example.ch>".to_vec(),
            notify: None,
            original: None,
        });
        let message = Message::read(envelope.clone(), raw.clone(), policy.budget.tree);
        let extract = extract::all(&message, &policy.budget);
        let read = |part: &str| {
            let mut texts = extract.texts.iter();
            let found = texts.find(|text| text.part.to_string() == part);
            found
                .unwrap_or_else(|| panic!("{name}: no {part}"))
                .content
                .clone()
        };
        assert_eq!(read("header:Subject").trim(), text.subject, "{name}");
        assert_eq!(read("1").trim(), text.text.trim(), "{name}");
        let verdict = inspect(envelope, raw, None, &policy);
        assert_eq!(
            verdict.classification.level, "public",
            "{name}: {:?}",
            verdict.classification.found
        );
        assert!(
            verdict.is_automatic,
            "{name}: another filter would answer it"
        );
    }
}
