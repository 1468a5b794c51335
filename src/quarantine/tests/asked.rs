// SPDX-License-Identifier: GPL-3.0-or-later
//! The contract of every index: what is found, and how it comes back.

use std::collections::BTreeMap;

use super::super::INDEXES;
use super::super::case::{Act, State};
use super::super::index::{By, Filter, Hashes};
use super::index::{BY, each_index, gone, held, new, state};
use super::{Folder, place};

#[test]
fn cases_are_found_by_what_is_asked() {
    each_index(|name, index| {
        let index = index.as_ref();
        held(index, "Q-1", &["a", "b"]);
        let mut low = new("Q-2", "q", &["c"]);
        (low.facts.level, low.facts.rank, low.facts.arrived) = ("internal".into(), 1, 1500);
        low.sender = b"other".to_vec();
        index.prepare(&low, &[]).unwrap();
        let found = |filter: Filter, hashes: Hashes| {
            let rows = index.rows(&filter, &hashes).unwrap().into_iter();
            rows.map(|row| row.facts.id).collect::<Vec<_>>()
        };
        let any = Hashes::default;
        assert_eq!(found(Filter::default(), any()), ["Q-2", "Q-1"], "{name}");
        let states = vec![State::Prepared, State::Deleted];
        assert_eq!(
            found(
                Filter {
                    states,
                    ..Filter::default()
                },
                any()
            ),
            ["Q-2"],
            "{name}"
        );
        let level = |level: &str| Filter {
            level: Some(level.into()),
            ..Filter::default()
        };
        assert_eq!(found(level("internal"), any()), ["Q-2", "Q-1"], "{name}");
        assert_eq!(found(level("restricted"), any()), ["Q-1"], "{name}");
        assert!(found(level("secret"), any()).is_empty(), "{name}");
        let from = Hashes {
            from: Some(b"other".to_vec()),
            to: None,
        };
        assert_eq!(found(Filter::default(), from), ["Q-2"], "{name}");
        let to = Hashes {
            from: None,
            to: Some(b"b".to_vec()),
        };
        assert_eq!(found(Filter::default(), to), ["Q-1"], "{name}");
        let times = Filter {
            since: Some(1001),
            before: Some(1501),
            ..Filter::default()
        };
        assert_eq!(found(times, any()), ["Q-2"], "{name}");
        assert_eq!(
            found(
                Filter {
                    most: Some(1),
                    ..Filter::default()
                },
                any()
            ),
            ["Q-2"],
            "{name}"
        );
        let counts = index.counts().unwrap();
        assert_eq!(
            (counts.cases, counts.stored, counts.bytes),
            (2, 2, 10),
            "{name}"
        );
        assert_eq!(counts.states["held"], 2, "{name}");
        assert_eq!(counts.oldest, Some(1000), "{name}");
    });
}

#[test]
fn an_index_keeps_what_it_has_when_it_is_opened_again() {
    for (name, make) in INDEXES {
        let folder = Folder::new();
        let place = place(name, &folder);
        let index = make(&place).unwrap();
        index.set_meta("root", b"one").unwrap();
        index.set_meta("root", b"two").unwrap();
        held(index.as_ref(), "Q-1", &["a"]);
        drop(index);
        let index = make(&place).unwrap();
        assert_eq!(
            index.meta("root").unwrap().as_deref(),
            Some(b"two".as_slice()),
            "{name}"
        );
        assert_eq!(state(index.as_ref(), "Q-1"), [State::Held], "{name}");
        assert_eq!(
            index.drop_prepared(&["blob-Q-1".into()]).unwrap().len(),
            0,
            "{name}"
        );
        index.prepare(&new("Q-2", "q", &["a"]), &[]).unwrap();
        assert_eq!(
            index.drop_prepared(&["blob-Q-2".into()]).unwrap(),
            ["Q-2"],
            "{name}"
        );
    }
}

/// Whatever a mail or a person brought: it comes back as it was given.
#[test]
fn hostile_text_comes_back_as_it_was_given() {
    let long = "x\u{1b}]0;".repeat(200_000);
    let texts = [
        "a\0b",
        "\u{2028}\u{202e}\u{feff}",
        "'; DROP TABLE cases; --",
        "\u{fffd}\r\n\u{1b}[2J",
        "",
        long.as_str(),
    ];
    each_index(|name, index| {
        let index = index.as_ref();
        for (at, text) in texts.into_iter().enumerate() {
            let id = format!("Q-{at}");
            let mut given = new(&id, &id, &["a"]);
            let facts = &mut given.facts;
            for field in [
                &mut facts.reason,
                &mut facts.queue,
                &mut facts.level,
                &mut facts.policy,
            ] {
                text.clone_into(field);
            }
            facts.found = BTreeMap::from([(text.to_owned(), 1)]);
            given.recipients[0].1 = text.to_owned();
            index.prepare(&given, &[]).unwrap();
            let by = By {
                who: text,
                text,
                now: 1,
            };
            index.act(&id, &[0], Act::Arm, &by).unwrap();
            index.note(&id, text, &by).unwrap();
            let row = index.row(&id).unwrap().unwrap();
            assert!(row.facts == given.facts, "{name} {at}");
            assert!(row.recipients[0].channel == text, "{name} {at}");
            let line = index.history(&id).unwrap().pop().unwrap();
            assert!(
                (line.who, line.act, line.text) == (text.into(), text.into(), text.into()),
                "{name} {at}"
            );
            let filter = Filter {
                level: Some(text.into()),
                ..Filter::default()
            };
            assert!(
                !index.rows(&filter, &Hashes::default()).unwrap().is_empty(),
                "{name} {at}"
            );
        }
        assert!(index.row("Q-1' OR '1'='1").unwrap().is_none(), "{name}");
    });
}

#[test]
fn periods_are_those_in_which_something_is_kept() {
    each_index(|name, index| {
        let index = index.as_ref();
        for (id, arrived) in [("Q-1", 50), ("Q-2", 199), ("Q-3", 100), ("Q-4", -1)] {
            let mut given = new(id, id, &["a"]);
            given.facts.arrived = arrived;
            index.prepare(&given, &[]).unwrap();
        }
        let periods = || {
            let mut periods = index.periods(100).unwrap();
            periods.sort_unstable();
            periods
        };
        assert_eq!(periods(), [-1, 0, 1], "{name}");
        index.act("Q-1", &[0], Act::Arm, &BY).unwrap();
        index.act("Q-1", &[0], Act::Refuse, &BY).unwrap();
        assert_eq!(gone(index, Some("Q-1")), ["blob-Q-1"], "{name}");
        assert_eq!(periods(), [-1, 1], "{name}");
        index.remove(&["Q-4".into(), "Q-9".into()]).unwrap();
        assert_eq!(periods(), [1], "{name}");
        assert!(index.row("Q-4").unwrap().is_none(), "{name}");
        assert_eq!(index.blobs().unwrap().len(), 2, "{name}");
    });
}
