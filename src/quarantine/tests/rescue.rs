// SPDX-License-Identifier: GPL-3.0-or-later
//! What is saved of an index that is damaged, for each kind that can be rescued.

use std::fs;

use super::super::case::{Act, State};
use super::super::index::Index;
use super::super::{Error, INDEXES, RESCUES};
use super::Folder;
use super::index::{BY, held, state};

/// Cases in the index that is damaged: enough for some hundred pages.
const CASES: usize = 400;

fn filled(index: &dyn Index) {
    index.set_meta("root key", b"wrapped").unwrap();
    for at in 0..CASES {
        held(index, &format!("Q-{at:03}"), &["a", "b"]);
    }
    index.release("Q-007", &[(0, None)], &BY).unwrap();
}

#[test]
fn of_a_sound_index_everything_is_saved() {
    for (scheme, rescue) in RESCUES {
        let (_, make) = INDEXES.iter().find(|(name, _)| name == scheme).unwrap();
        let folder = Folder::new();
        let place = folder.0.join("index");
        filled(make(&place).unwrap().as_ref());
        let salvage = rescue(&place).unwrap();
        assert_eq!(
            (salvage.saved, salvage.lost.len(), salvage.unknown),
            (CASES, 0, 0),
            "{scheme}"
        );
        let index = make(&place).unwrap();
        assert_eq!(
            index.meta("root key").unwrap().unwrap(),
            b"wrapped",
            "{scheme}"
        );
        assert_eq!(state(index.as_ref(), "Q-399"), [State::Held; 2], "{scheme}");
        assert_eq!(index.due(5000, 10).unwrap().len(), 1, "{scheme}");
        assert_eq!(index.history("Q-007").unwrap().len(), 4, "{scheme}");
        index.act("Q-399", &[0, 1], Act::Refuse, &BY).unwrap();
        assert!(rescue(&folder.0.join("nothing")).is_err(), "{scheme}");
    }
}

/// Wherever a part of it is overwritten, what is saved is whole, and what is lost is said.
#[test]
fn of_a_damaged_index_what_is_saved_is_whole() {
    for (scheme, rescue) in RESCUES {
        let (_, make) = INDEXES.iter().find(|(name, _)| name == scheme).unwrap();
        let folder = Folder::new();
        let sound = folder.0.join("sound");
        filled(make(&sound).unwrap().as_ref());
        let bytes = fs::read(&sound).unwrap();
        assert!(bytes.len() > 200_000, "{scheme}: {}", bytes.len());
        let mut saved = Vec::new();
        for tenth in 0..10 {
            let place = folder.0.join(format!("damaged-{tenth}"));
            let mut damaged = bytes.clone();
            let at = bytes.len() / 10 * tenth;
            damaged[at..at + 10_000].fill(0x5a);
            fs::write(&place, damaged).unwrap();
            let opened = make(&place).err();
            assert!(
                matches!(opened, Some(Error::Damaged(_))),
                "{scheme} {tenth}: {opened:?}"
            );
            let salvage = rescue(&place).unwrap();
            let index = make(&place).unwrap();
            let rows = index.rows(&super::all(), &Default::default()).unwrap();
            assert_eq!(rows.len(), salvage.saved, "{scheme} {tenth}");
            for row in rows {
                assert_eq!(row.recipients.len(), 2, "{scheme} {tenth}");
                assert!(
                    row.content.is_some() && !salvage.lost.contains(&row.facts.id),
                    "{scheme} {tenth}"
                );
            }
            saved.push(salvage.saved);
        }
        // The first page has the names of the tables: without it nothing is found. Elsewhere much is.
        assert_eq!(
            saved.iter().filter(|saved| **saved > CASES / 4).count(),
            9,
            "{scheme}: {saved:?}"
        );
    }
}
