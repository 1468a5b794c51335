// SPDX-License-Identifier: GPL-3.0-or-later
//! F7, F8: the index or a message is damaged, a key is missing or wrong. What is damaged is said and never sent; the
//! rest is saved.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::Connection;

use crate::Fault;
use crate::ledger::{self, letter};
use crate::mta::milter::Milter;
use crate::mta::{PATIENCE, smtp, wait_for};
use crate::site::{Door, Site};

pub const FAULTS: &[Fault] = &[
    ("f7_a_damaged_index_ends_the_start_and_is_repaired", index),
    (
        "f7_a_cut_log_of_changes_loses_no_answered_case_but_those_in_it",
        cut_log,
    ),
    ("f8_without_its_key_it_does_not_start", keys),
    ("what_is_changed_in_the_store_is_not_released", blobs),
    ("the_master_key_changes_and_no_message_is_touched", rotated),
];

/// How many cases wait before something is broken.
const CASES: usize = 8;

/// The exit code of a start that nobody may try again by himself.
const UNUSABLE: Option<i32> = Some(2);

fn filled(door: &Door<'_>, daemon: &Milter, name: &str) {
    for at in 0..CASES {
        let reply = smtp::send(door.port, &letter(&format!("{name}-{at}"), true));
        assert_eq!(reply.code, 250, "{reply:?}\n{}", daemon.log());
    }
    let is_held = || {
        let cases = ledger::cases(daemon);
        (cases.len() == CASES && cases.values().all(|states| states == &["held"])).then_some(())
    };
    assert!(
        wait_for(PATIENCE, is_held).is_some(),
        "{:?}",
        ledger::cases(daemon)
    );
}

/// Starts one over what is there, which ends at once, and gives what it said.
fn refuses(door: &Door<'_>, name: &str) -> (Milter, String) {
    let mut daemon = door.stillborn(name);
    let ended = daemon.ended();
    let log = daemon.log();
    assert_eq!(ended.code(), UNUSABLE, "{log}");
    assert!(!log.contains("panicked"), "{log}");
    (daemon, log)
}

fn index(site: &Site) {
    let door = site.door();
    let name = "damaged";
    let mut daemon = door.daemon(name);
    filled(&door, &daemon, name);
    daemon.kill();
    drop(daemon);
    let place = door.state(name).join("cases.db");
    Connection::open(&place)
        .unwrap()
        .execute_batch("PRAGMA wal_checkpoint(TRUNCATE)")
        .unwrap();
    let mut bytes = fs::read(&place).unwrap();
    // In the middle: the first page has the names of the tables.
    let at = bytes.len() / 2;
    bytes[at..at + 3000].fill(0x5a);
    fs::write(&place, bytes).unwrap();
    let (daemon, log) = refuses(&door, name);
    assert!(
        log.contains("is damaged") && log.contains("cases repair"),
        "{log}"
    );
    let as_root = daemon.try_cases(&["repair"]);
    assert_eq!(as_root.status.code(), UNUSABLE, "{as_root:?}");
    let repaired = daemon.offline(&["repair"]);
    let said = String::from_utf8_lossy(&repaired.stdout).into_owned();
    assert!(said.contains("cases are saved"), "{repaired:?}");
    drop(daemon);
    let daemon = door.daemon(name);
    assert_eq!(
        ledger::sound(&daemon, &door.state(name)),
        Vec::<String>::new(),
        "{said}"
    );
    let saved: usize = said.split(' ').next().unwrap().parse().unwrap();
    assert_eq!(ledger::cases(&daemon).len(), saved, "{said}");
    println!("F7: {saved} of {CASES} cases saved of a damaged index");
    drop(daemon);
    moved(&door, name);
}

/// The messages move to another store while nobody is there.
fn moved(door: &Door<'_>, name: &str) {
    let mut daemon = door.daemon(name);
    let running = daemon.offline(&["migrate", "file:other"]);
    assert_eq!(running.status.code(), UNUSABLE, "{running:?}");
    let before = fs::read_dir(door.state(name).join("held")).unwrap().count();
    daemon.kill();
    for _ in 0..2 {
        let moved = daemon.offline(&["migrate", "file:other", "--json"]);
        assert!(moved.status.success(), "{moved:?}");
        let said: serde_json::Value = serde_json::from_slice(&moved.stdout).unwrap();
        assert_eq!(
            said["messages"].as_u64(),
            u64::try_from(before).ok(),
            "{said}"
        );
    }
    for file in fs::read_dir(door.state(name).join("held"))
        .unwrap()
        .flatten()
    {
        let other = door.state(name).join("other").join(file.file_name());
        assert!(fs::read(file.path()).unwrap() == fs::read(other).unwrap());
    }
}

fn cut_log(site: &Site) {
    let door = site.door();
    let name = "cut-log";
    let mut daemon = door.daemon(name);
    filled(&door, &daemon, name);
    daemon.kill();
    drop(daemon);
    let log = door.state(name).join("cases.db-wal");
    let length = fs::metadata(&log).unwrap().len();
    fs::File::options()
        .write(true)
        .open(&log)
        .unwrap()
        .set_len(length / 2)
        .unwrap();
    // The log ends at its last whole change: what came later is as if the disk had not kept it.
    let daemon = door.daemon(name);
    assert_eq!(
        ledger::sound(&daemon, &door.state(name)),
        Vec::<String>::new()
    );
}

fn keys(site: &Site) {
    let door = site.door();
    let name = "keys";
    let mut daemon = door.daemon(name);
    filled(&door, &daemon, name);
    daemon.kill();
    drop(daemon);
    let state = door.state(name);
    let (key, away) = (state.join("store.key"), state.join("store.key.away"));
    fs::rename(&key, &away).unwrap();
    let (_, log) = refuses(&door, name);
    assert!(log.contains("the key is missing"), "{log}");
    fs::write(&key, format!("{}\n", "07".repeat(32))).unwrap();
    let (_, log) = refuses(&door, name);
    assert!(
        log.contains("this is not the key of the messages that are held"),
        "{log}"
    );
    fs::rename(&away, &key).unwrap();
    fs::rename(state.join("keys"), state.join("away")).unwrap();
    let (_, log) = refuses(&door, name);
    assert!(log.contains("the keys of 1 weeks are missing"), "{log}");
    fs::remove_dir_all(state.join("keys")).unwrap();
    fs::rename(state.join("away"), state.join("keys")).unwrap();
    let daemon = door.daemon(name);
    assert_eq!(ledger::sound(&daemon, &state), Vec::<String>::new());
}

/// The case of each mail, and the file of its message.
fn files(daemon: &Milter, state: &Path) -> Vec<(String, PathBuf)> {
    let index = Connection::open(state.join("cases.db")).unwrap();
    let mut cases = index
        .prepare("SELECT id, blob FROM cases ORDER BY id")
        .unwrap();
    let rows = cases
        .query_map([], |row| Ok((row.get(0)?, row.get::<_, String>(1)?)))
        .unwrap();
    let held = state.join("held");
    let all: Vec<(String, PathBuf)> = rows
        .map(Result::unwrap)
        .map(|(id, blob)| (id, held.join(blob)))
        .collect();
    assert_eq!(all.len(), CASES, "{}", daemon.log());
    all
}

fn blobs(site: &Site) {
    let door = site.door();
    let name = "blobs";
    let daemon = door.daemon(name);
    filled(&door, &daemon, name);
    let files = files(&daemon, &door.state(name));
    let bytes = |at: usize| fs::read(&files[at].1).unwrap();
    let (one, two, mut changed, mut cut, mut longer) =
        (bytes(0), bytes(1), bytes(2), bytes(3), bytes(4));
    fs::write(&files[0].1, two).unwrap();
    fs::write(&files[1].1, one).unwrap();
    let middle = changed.len() / 2;
    changed[middle] ^= 1;
    fs::write(&files[2].1, changed).unwrap();
    cut.truncate(cut.len() - 1);
    fs::write(&files[3].1, cut).unwrap();
    longer.push(0);
    fs::write(&files[4].1, longer).unwrap();
    fs::remove_file(&files[5].1).unwrap();
    let verified = daemon.try_cases(&["verify", "--json"]);
    assert_eq!(verified.status.code(), Some(1), "{verified:?}");
    let said: serde_json::Value = serde_json::from_slice(&verified.stdout).unwrap();
    assert_eq!(
        (
            said["whole"].as_u64(),
            said["wrong"].as_array().unwrap().len()
        ),
        (Some(2), 6),
        "{said}"
    );

    let before = site.sink.mails().len();
    for (id, _) in &files {
        daemon.cases(&["release", id]);
    }
    for (at, (id, _)) in files.iter().enumerate() {
        let expected = if at < 6 { "held" } else { "released" };
        let reached = wait_for(PATIENCE, || {
            let shown = daemon.cases(&["show", id, "--json"]);
            let shown: serde_json::Value = serde_json::from_str(&shown).unwrap();
            let one = &shown["case"]["recipients"][0];
            (one["state"] == expected && one["reply"].is_string()).then(|| one.clone())
        });
        let one = reached
            .unwrap_or_else(|| panic!("{at}: {}\n{}", daemon.cases(&["show", id]), daemon.log()));
        assert_eq!(
            one["reply"].as_str().unwrap().starts_with("250 "),
            at >= 6,
            "{one}"
        );
    }
    let refused = daemon.log().matches("it is not released: ").count();
    assert_eq!(refused, 6, "{}", daemon.log());
    std::thread::sleep(Duration::from_millis(500));
    let arrived = site.sink.mails().into_iter().skip(before);
    let ours = arrived.filter(|mail| {
        mail.only("Message-ID")
            .is_some_and(|id| id.starts_with("<blobs-"))
    });
    assert_eq!(ours.count(), 2);
}

fn rotated(site: &Site) {
    let door = site.door();
    let name = "rotated";
    let daemon = door.daemon(name);
    filled(&door, &daemon, name);
    let state = door.state(name);
    let before: Vec<Vec<u8>> = files(&daemon, &state)
        .iter()
        .map(|(_, file)| fs::read(file).unwrap())
        .collect();
    drop(daemon);
    let key = state.join("store.key");
    let (old, new) = (fs::read_to_string(&key).unwrap(), "1f".repeat(32));
    fs::write(&key, format!("{new}\n{old}")).unwrap();
    let daemon = door.daemon(name);
    assert!(
        daemon
            .log()
            .contains("the master key of the quarantine was changed"),
        "{}",
        daemon.log()
    );
    drop(daemon);
    fs::write(&key, format!("{new}\n")).unwrap();
    let daemon = door.daemon(name);
    let after: Vec<Vec<u8>> = files(&daemon, &state)
        .iter()
        .map(|(_, file)| fs::read(file).unwrap())
        .collect();
    assert!(before == after, "a message was touched");
    assert_eq!(ledger::sound(&daemon, &state), Vec::<String>::new());
    drop(daemon);
    fs::write(&key, old).unwrap();
    let (_, log) = refuses(&door, name);
    assert!(log.contains("this is not the key"), "{log}");
}
