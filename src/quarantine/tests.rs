// SPDX-License-Identifier: GPL-3.0-or-later
//! The contract of every index and every store, run over each line of their tables.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

use super::case::{Act, State};
use super::index::{By, Entry, Facts, Filter, Hashes, Index, NewRow, Tried};
use super::{Error, INDEXES, STORES};

/// A folder that ends with the test.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("pii-milter-contract-{}-{number}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).ok();
    }
}

fn each_index(test: impl Fn(&str, Arc<dyn Index>)) {
    for (name, make) in INDEXES {
        let folder = Folder::new();
        test(name, make(&folder.0.join("index")).unwrap());
    }
}

fn new(id: &str, print: &str, to: &[&str]) -> NewRow {
    let recipient = |to: &&str| (to.as_bytes().to_vec(), "hold".to_owned());
    NewRow {
        facts: Facts {
            id: id.into(),
            arrived: 1000,
            expires: 2000,
            direction: "outbound".into(),
            level: "restricted".into(),
            rank: 3,
            found: BTreeMap::from([("ch.ahv".into(), 10)]),
            reason: "review".into(),
            policy: "0123456789ab".into(),
            bytes: 5,
            queue: "4F8ABC".into(),
        },
        details: b"sealed".to_vec(),
        blob: format!("blob-{id}"),
        key: b"wrapped".to_vec(),
        fingerprint: print.as_bytes().to_vec(),
        is_named: true,
        sender: b"sender".to_vec(),
        recipients: to.iter().map(recipient).collect(),
    }
}

const BY: By<'static> = By {
    who: "anna",
    text: "because",
    now: 1100,
};

fn state(index: &dyn Index, id: &str) -> Vec<State> {
    let row = index.row(id).unwrap().unwrap();
    row.recipients.iter().map(|one| one.state).collect()
}

fn held(index: &dyn Index, id: &str, to: &[&str]) {
    index.prepare(&new(id, id, to), &[]).unwrap();
    let places: Vec<usize> = (0..to.len()).collect();
    index.act(id, &places, Act::Arm, &BY).unwrap();
}

fn only_due(index: &dyn Index) -> Entry {
    let due = index.due(5000, 10).unwrap();
    assert_eq!(due.len(), 1, "{due:?}");
    due[0].clone()
}

#[test]
fn a_case_is_stored_as_it_was_given() {
    each_index(|name, index| {
        let given = new("Q-1", "p", &["a", "b"]);
        index.prepare(&given, &[]).unwrap();
        let row = index.row("Q-1").unwrap().unwrap();
        assert_eq!(row.facts, given.facts, "{name}");
        let content = row.content.unwrap();
        assert_eq!(
            (&content.blob, &content.key),
            (&given.blob, &given.key),
            "{name}"
        );
        assert_eq!(content.details, given.details, "{name}");
        assert_eq!(state(index.as_ref(), "Q-1"), [State::Prepared; 2], "{name}");
        assert!(index.row("Q-2").unwrap().is_none(), "{name}");
        let twice = index.prepare(&given, &["Q-1".into()]);
        assert!(twice.is_err(), "{name}: an id came twice");
    });
}

#[test]
fn a_second_try_takes_the_place_of_the_first_and_only_then() {
    each_index(|name, index| {
        index.prepare(&new("Q-1", "p", &["a"]), &[]).unwrap();
        // Its answer is still open: this is another mail of the same content.
        let other = index
            .prepare(&new("Q-2", "p", &["a"]), &["Q-1".into()])
            .unwrap();
        assert_eq!(
            (other.adopted, other.same_as),
            (None, Some("Q-1".into())),
            "{name}"
        );
        let again = index
            .prepare(&new("Q-3", "p", &["a"]), &["Q-2".into()])
            .unwrap();
        assert_eq!(
            again.adopted,
            Some(("Q-1".into(), "blob-Q-1".into())),
            "{name}"
        );
        assert!(index.row("Q-1").unwrap().is_none(), "{name}");
        for id in ["Q-2", "Q-3"] {
            index.act(id, &[0], Act::Arm, &BY).unwrap();
        }
        let third = index.prepare(&new("Q-4", "p", &["a"]), &[]).unwrap();
        assert_eq!(third.adopted, None, "{name}: an answered one was swallowed");
        assert_eq!(third.same_as, Some("Q-3".into()), "{name}");
        // What its client did not name may be another mail alike: both stay.
        let unnamed = |id| NewRow {
            is_named: false,
            ..new(id, "nameless", &["b@example.org"])
        };
        index.prepare(&unnamed("Q-6"), &[]).unwrap();
        let alike = index.prepare(&unnamed("Q-7"), &[]).unwrap();
        assert_eq!(
            alike.adopted, None,
            "{name}: one without a name was swallowed"
        );
        assert_eq!(alike.same_as, Some("Q-6".into()), "{name}");
        let unlike = index.prepare(&new("Q-5", "q", &["a"]), &[]).unwrap();
        assert_eq!(unlike, super::index::Prepared::default(), "{name}");
    });
}

#[test]
fn moves_are_made_as_the_table_has_them_all_or_none() {
    each_index(|name, index| {
        let index = index.as_ref();
        held(index, "Q-1", &["a", "b"]);
        index.act("Q-1", &[1], Act::Refuse, &BY).unwrap();
        let refused = index.act("Q-1", &[0, 1], Act::Delete, &BY);
        assert!(
            matches!(refused, Err(Error::Refused(_))),
            "{name}: {refused:?}"
        );
        assert_eq!(state(index, "Q-1"), [State::Held, State::Refused], "{name}");
        index.act("Q-1", &[0], Act::Claim, &BY).unwrap();
        let other = By { who: "bert", ..BY };
        assert!(
            index.act("Q-1", &[0], Act::Delete, &other).is_err(),
            "{name}: claimed"
        );
        index.act("Q-1", &[0], Act::Delete, &BY).unwrap();
        assert!(matches!(
            index.act("Q-9", &[0], Act::Delete, &BY),
            Err(Error::Missing(_))
        ));
        let acts: Vec<String> = index
            .history("Q-1")
            .unwrap()
            .into_iter()
            .map(|line| line.act)
            .collect();
        assert_eq!(
            acts,
            ["prepared", "arm", "arm", "refuse", "claim", "delete"],
            "{name}"
        );
    });
}

#[test]
fn of_fifty_releases_at_once_one_is_made() {
    each_index(|name, index| {
        held(index.as_ref(), "Q-1", &["a"]);
        let threads: Vec<_> = (0..50)
            .map(|_| {
                let index = Arc::clone(&index);
                thread::spawn(move || index.release("Q-1", &[(0, None)], &BY).is_ok())
            })
            .collect();
        let made = threads.into_iter().filter_map(|one| one.join().ok());
        assert_eq!(made.filter(|made| *made).count(), 1, "{name}");
        let entry = only_due(index.as_ref());
        let begun: Vec<bool> = (0..3).map(|_| index.begin(entry.id).unwrap()).collect();
        assert_eq!(begun, [true, false, false], "{name}");
        assert!(index.due(5000, 10).unwrap().is_empty(), "{name}");
    });
}

#[test]
fn a_release_follows_the_replies_of_the_mta() {
    each_index(|name, index| {
        let index = index.as_ref();
        held(index, "Q-1", &["a"]);
        let channel = Some("incamail".to_owned());
        index.release("Q-1", &[(0, channel.clone())], &BY).unwrap();
        let entry = only_due(index);
        assert_eq!((&entry.channel, entry.attempts), (&channel, 0), "{name}");
        assert!(index.begin(entry.id).unwrap());
        assert_eq!(index.interrupted().unwrap().len(), 1, "{name}");
        index.end(&entry, &Tried::Again(3000), &BY).unwrap();
        assert!(index.due(2999, 10).unwrap().is_empty(), "{name}: too early");
        assert_eq!(only_due(index).attempts, 1, "{name}");
        index
            .end(&entry, &Tried::Over(Act::Lose, None), &BY)
            .unwrap();
        assert_eq!(state(index, "Q-1"), [State::UnknownOutcome], "{name}");
        assert!(index.due(5000, 10).unwrap().is_empty(), "{name}");
        index.release("Q-1", &[(0, None)], &BY).unwrap();
        let entry = only_due(index);
        let accepted = Tried::Over(Act::Accept, Some("ABC".into()));
        index
            .end(
                &entry,
                &accepted,
                &By {
                    text: "250 ok",
                    ..BY
                },
            )
            .unwrap();
        let row = index.row("Q-1").unwrap().unwrap();
        let place = &row.recipients[0];
        assert_eq!(place.state, State::Released, "{name}");
        assert_eq!(place.queue.as_deref(), Some("ABC"), "{name}");
        assert_eq!(place.reply.as_deref(), Some("250 ok"), "{name}");
        assert!(
            index.end(&entry, &accepted, &BY).is_err(),
            "{name}: released twice"
        );
    });
}

#[test]
fn what_is_final_is_shredded_unless_the_law_keeps_it() {
    each_index(|name, index| {
        let index = index.as_ref();
        held(index, "Q-1", &["a", "b"]);
        held(index, "Q-2", &["a"]);
        index.act("Q-1", &[0], Act::Delete, &BY).unwrap();
        assert!(
            index.shred().unwrap().is_empty(),
            "{name}: one recipient waits"
        );
        index.act("Q-1", &[1], Act::Delete, &BY).unwrap();
        index.set_legal_hold("Q-2", true, &BY).unwrap();
        assert!(index.act("Q-2", &[0], Act::Delete, &BY).is_err(), "{name}");
        index.act("Q-2", &[0], Act::Refuse, &BY).unwrap();
        assert_eq!(index.shred().unwrap(), ["blob-Q-1"], "{name}");
        assert!(
            index.row("Q-1").unwrap().unwrap().content.is_none(),
            "{name}"
        );
        assert_eq!(index.blobs().unwrap(), ["blob-Q-2"], "{name}");
        index.set_legal_hold("Q-2", false, &BY).unwrap();
        assert_eq!(index.shred().unwrap(), ["blob-Q-2"], "{name}");
        assert_eq!(index.forget(2000).unwrap(), 0, "{name}: too early");
        assert_eq!(index.forget(2001).unwrap(), 2, "{name}");
        assert!(index.history("Q-1").unwrap().is_empty(), "{name}");
    });
}

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
        let place = folder.0.join("index");
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

#[test]
fn a_store_keeps_bytes_under_names() {
    for (name, make) in STORES {
        let folder = Folder::new();
        let store = make(&folder.0.join("store")).unwrap();
        let bytes = vec![b'x'; 200_000];
        store.put("a", &mut bytes.as_slice()).unwrap();
        store.put("b", &mut b"".as_slice()).unwrap();
        let mut read = Vec::new();
        store.get("a").unwrap().read_to_end(&mut read).unwrap();
        assert!(read == bytes, "{name}");
        let mut names = store.names().unwrap();
        names.sort();
        assert_eq!(names, ["a", "b"], "{name}");
        for _ in 0..2 {
            store.delete("a").unwrap();
        }
        assert!(store.get("a").is_err(), "{name}");
        let mut broken = std::io::repeat(b'x').take(100_000).chain(Broken);
        assert!(store.put("c", &mut broken).is_err(), "{name}");
        assert!(store.get("c").is_err(), "{name}: half of it is there");
    }
}

struct Broken;

impl Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
        Err(std::io::Error::other("broken"))
    }
}
