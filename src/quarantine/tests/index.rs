// SPDX-License-Identifier: GPL-3.0-or-later
//! The contract of every index.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::thread;

use super::super::case::{Act, State};
use super::super::index::{By, Entry, Facts, Index, NewRow, Prepared, Tried};
use super::super::{Error, INDEXES};
use super::{Folder, place};

pub(super) fn each_index(test: impl Fn(&str, Arc<dyn Index>)) {
    for (name, make) in INDEXES {
        let folder = Folder::new();
        test(name, make(&place(name, &folder)).unwrap());
    }
}

pub(super) fn new(id: &str, print: &str, to: &[&str]) -> NewRow {
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

pub(super) const BY: By<'static> = By {
    who: "anna",
    text: "because",
    now: 1100,
};

pub(super) fn state(index: &dyn Index, id: &str) -> Vec<State> {
    let row = index.row(id).unwrap().unwrap();
    row.recipients.iter().map(|one| one.state).collect()
}

pub(super) fn held(index: &dyn Index, id: &str, to: &[&str]) {
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
fn a_message_that_is_split_moves_each_recipient_his_own_way() {
    each_index(|name, index| {
        index
            .prepare(&new("Q-1", "p", &["a", "b", "c"]), &[])
            .unwrap();
        assert!(index.due(5000, 10).unwrap().is_empty(), "{name}");
        let own = Some("incamail".to_owned());
        let moves = [
            (Act::Accept, None),
            (Act::Release, own.clone()),
            (Act::Arm, None),
        ];
        index.arm("Q-1", &moves, &BY).unwrap();
        let states = [State::Released, State::Releasing, State::Held];
        assert_eq!(state(index.as_ref(), "Q-1"), states, "{name}");
        let entry = only_due(index.as_ref());
        assert_eq!((entry.place, entry.channel), (1, own), "{name}");
        // A second time is none: nobody gets a second copy.
        assert!(index.arm("Q-1", &moves, &BY).is_err(), "{name}");
        assert_eq!(index.due(5000, 10).unwrap().len(), 1, "{name}");
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
        assert_eq!(unlike, Prepared::default(), "{name}");
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

/// The messages that are of no use any more, five bytes each.
pub(super) fn gone(index: &dyn Index, id: Option<&str>) -> Vec<String> {
    let gone = index.shred(id).unwrap().into_iter();
    gone.inspect(|(_, bytes)| assert_eq!(*bytes, 5))
        .map(|(blob, _)| blob)
        .collect()
}

#[test]
fn what_is_final_is_shredded_unless_the_law_keeps_it() {
    each_index(|name, index| {
        let index = index.as_ref();
        held(index, "Q-1", &["a", "b"]);
        held(index, "Q-2", &["a"]);
        index.act("Q-1", &[0], Act::Delete, &BY).unwrap();
        assert!(
            gone(index, Some("Q-1")).is_empty(),
            "{name}: one recipient waits"
        );
        index.act("Q-1", &[1], Act::Delete, &BY).unwrap();
        index.set_legal_hold("Q-2", true, &BY).unwrap();
        assert!(index.act("Q-2", &[0], Act::Delete, &BY).is_err(), "{name}");
        index.act("Q-2", &[0], Act::Refuse, &BY).unwrap();
        assert!(gone(index, Some("Q-2")).is_empty(), "{name}: by law");
        assert_eq!(gone(index, None), ["blob-Q-1"], "{name}");
        assert!(
            index.row("Q-1").unwrap().unwrap().content.is_none(),
            "{name}"
        );
        assert_eq!(index.blobs().unwrap(), ["blob-Q-2"], "{name}");
        index.set_legal_hold("Q-2", false, &BY).unwrap();
        assert_eq!(gone(index, None), ["blob-Q-2"], "{name}");
        assert_eq!(index.forget(2000).unwrap(), 0, "{name}: too early");
        assert_eq!(index.forget(2001).unwrap(), 2, "{name}");
        assert!(index.history("Q-1").unwrap().is_empty(), "{name}");
    });
}
