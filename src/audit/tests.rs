// SPDX-License-Identifier: GPL-3.0-or-later
//! The trail: what is written is there, and what is changed is named.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use jiff::{SignedDuration, Timestamp};

use super::chain::PublicKey;
use super::verify::{Verified, verify};
use super::writer::Writer;
use super::*;

struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("pii-milter-audit-{}-{number}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    fn settings(&self, rotate: u64) -> Settings {
        Settings {
            file: "audit.jsonl".into(),
            syslog: false,
            key: "file:audit.key".parse().unwrap(),
            rotate: Size(rotate),
            keep: Span(Duration::from_secs(3600)),
            checkpoint: Span(Duration::from_secs(3600)),
        }
    }

    fn open(&self) -> Result<Trail, Error> {
        Trail::open(&self.settings(1 << 30), &self.0, Ours::default())
    }

    /// A trail of so many records, in files of so many bytes.
    async fn filled(records: usize, rotate: u64) -> Self {
        let folder = Self::new();
        let trail = Trail::open(&folder.settings(rotate), &folder.0, Ours::default()).unwrap();
        for n in 0..records {
            trail.write(act(n)).await.unwrap();
        }
        trail.close();
        folder
    }

    fn place(&self) -> Place {
        self.settings(1).place(&self.0)
    }

    fn path(&self) -> PathBuf {
        self.0.join("audit.jsonl")
    }

    fn lines(&self) -> Vec<String> {
        let text = fs::read_to_string(self.path()).unwrap();
        text.lines().map(str::to_owned).collect()
    }

    fn put(&self, lines: &[String]) {
        fs::write(self.path(), lines.join("\n") + "\n").unwrap();
    }

    fn verify(&self) -> Verified {
        let keys = fs::read_to_string(self.place().public()).unwrap();
        verify(&self.place(), &PublicKey::all(&keys).unwrap()).unwrap()
    }

    /// What is wrong: record, line, and the beginning of the sentence.
    fn wrong(&self) -> Vec<(u64, u64, String)> {
        let wrong = self.verify().wrong.into_iter();
        wrong.map(|one| (one.seq, one.line, one.what)).collect()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).ok();
    }
}

fn act(n: usize) -> Record {
    Record::Act(Box::new(record::Act {
        who: "anna".into(),
        act: "show".into(),
        id: format!("Q-{n}"),
        ..record::Act::default()
    }))
}

fn is_one(wrong: &[(u64, u64, String)], seq: u64, line: u64, what: &str) {
    let [(own_seq, own_line, own_what)] = wrong else {
        panic!("{wrong:?}");
    };
    assert_eq!((*own_seq, *own_line), (seq, line), "{own_what}");
    assert!(own_what.starts_with(what), "{own_what}");
}

#[tokio::test]
async fn a_trail_that_nobody_touched_is_sound() {
    let folder = Folder::filled(20, 1 << 30).await;
    let verified = folder.verify();
    assert!(verified.wrong.is_empty(), "{verified:?}");
    // The beginning, what was written, the end and its signature.
    assert_eq!((verified.records, verified.last), (23, 23));
    assert_eq!((verified.signatures, verified.signed), (2, 23));
    // It goes on where it ended.
    let trail = folder.open().unwrap();
    assert_eq!(trail.write(act(20)).await, Ok(24));
    assert!(folder.open().is_err(), "two write it");
    trail.close();
    assert!(folder.verify().wrong.is_empty());
}

#[tokio::test]
async fn records_that_wait_together_are_all_written() {
    let folder = Folder::new();
    let trail = std::sync::Arc::new(folder.open().unwrap());
    let mut writing = tokio::task::JoinSet::new();
    for n in 0..500 {
        let trail = std::sync::Arc::clone(&trail);
        writing.spawn(async move { trail.write(act(n)).await.unwrap() });
    }
    let mut numbers = writing.join_all().await;
    numbers.sort_unstable();
    assert_eq!(numbers, (2..502).collect::<Vec<u64>>());
    trail.close();
    assert!(folder.verify().wrong.is_empty());
}

#[tokio::test]
async fn a_changed_record_is_named() {
    let folder = Folder::filled(9, 1 << 30).await;
    let whole = folder.lines();
    for at in 1..whole.len() {
        let mut lines = whole.clone();
        lines[at] = lines[at].replacen("\"at\":\"2", "\"at\":\"3", 1);
        folder.put(&lines);
        let seq = at as u64 + 1;
        let wrong = folder.wrong();
        assert!(
            wrong
                .iter()
                .any(|(own, line, what)| (*own, *line) == (seq, seq)
                    && (what.starts_with("it was changed") || what.starts_with("its signature"))),
            "{at}: {wrong:?}"
        );
    }
    let mut lines = whole.clone();
    lines[4] = lines[4].replace("anna", "bert");
    folder.put(&lines);
    is_one(&folder.wrong(), 5, 5, "it was changed: record 6");
    lines[4] = "no record".into();
    folder.put(&lines);
    is_one(&folder.wrong(), 5, 5, "it is no record any more");
}

#[tokio::test]
async fn a_missing_a_swapped_and_a_doubled_record_are_named() {
    let folder = Folder::filled(9, 1 << 30).await;
    let whole = folder.lines();
    let mut lines = whole.clone();
    lines.remove(4);
    folder.put(&lines);
    is_one(&folder.wrong(), 5, 5, "record 5 is missing here");
    lines.drain(5..7);
    folder.put(&lines);
    let wrong = folder.wrong();
    assert!(
        wrong[1].2.starts_with("records 7 to 8 are missing"),
        "{wrong:?}"
    );
    let mut lines = whole.clone();
    lines.swap(4, 5);
    folder.put(&lines);
    is_one(
        &folder.wrong(),
        5,
        6,
        "it stands behind record 6: they were swapped",
    );
    let mut lines = whole.clone();
    lines.insert(5, whole[2].clone());
    folder.put(&lines);
    is_one(&folder.wrong(), 3, 6, "it stands there a second time");
}

#[tokio::test]
async fn a_cut_end_is_named() {
    let folder = Folder::filled(9, 1 << 30).await;
    let whole = folder.lines();
    // The last checkpoint alone, the last records, all of it.
    for left in [whole.len() - 1, whole.len() - 4, 1] {
        folder.put(&whole[..left]);
        let what = match whole.len() - left {
            1 => "record 12 is cut off at the end".to_owned(),
            _ => format!("records {} to 12 are cut off at the end", left + 1),
        };
        is_one(&folder.wrong(), left as u64 + 1, 0, &what);
    }
    fs::remove_file(folder.path()).unwrap();
    is_one(
        &folder.wrong(),
        1,
        0,
        "records 1 to 12 are cut off at the end",
    );
    folder.put(&whole);
    let head = fs::read_to_string(folder.place().head()).unwrap();
    fs::write(folder.place().head(), head.replace("12,", "11,")).unwrap();
    assert!(folder.wrong()[0].2.starts_with("it was changed"));
    fs::remove_file(folder.place().head()).unwrap();
    is_one(&folder.wrong(), 0, 1, "it is gone");
}

/// Somebody changes a record and writes all hashes anew; he has no key.
#[tokio::test]
async fn a_chain_that_was_written_anew_has_no_signature() {
    let folder = Folder::filled(5, 1 << 30).await;
    let mut lines = folder.lines();
    lines[3] = lines[3].replace("anna", "bert");
    for at in 4..lines.len() {
        let old = lines[at].split("\"prev\":\"").nth(1).unwrap()[..64].to_owned();
        let new = chain::Hash::of(lines[at - 1].as_bytes()).to_string();
        lines[at] = lines[at].replace(&old, &new);
    }
    folder.put(&lines);
    let wrong = folder.wrong();
    assert!(
        wrong
            .iter()
            .any(|(.., what)| what.contains("nothing vouches for records 2 to 8")),
        "{wrong:?}"
    );
}

#[tokio::test]
async fn a_start_says_what_is_not_as_it_was_left() {
    let folder = Folder::filled(9, 1 << 30).await;
    let whole = folder.lines();
    folder.put(&whole[..8]);
    folder.open().unwrap().close();
    let verified = folder.verify();
    assert!(
        verified.gaps[0].what.contains("records 9 to 12 are gone"),
        "{verified:?}"
    );
    // However long it goes on, these stay missing.
    assert!(
        verified.wrong[0]
            .what
            .starts_with("records 9 to 12 are missing"),
        "{verified:?}"
    );
    let folder = Folder::filled(9, 1 << 30).await;
    let mut text = fs::read_to_string(folder.path()).unwrap();
    text.push_str("{\"seq\":13,\"at\"");
    fs::write(folder.path(), text).unwrap();
    assert!(
        folder.wrong()[0]
            .2
            .starts_with("it is cut off in the middle")
    );
    folder.open().unwrap().close();
    assert!(
        folder.verify().wrong.is_empty(),
        "what was not finished is gone"
    );
}

#[tokio::test]
async fn without_its_key_a_trail_is_not_gone_on_with() {
    let folder = Folder::filled(1, 1 << 30).await;
    let key = folder.0.join("audit.key");
    let old = fs::read_to_string(&key).unwrap();
    fs::remove_file(&key).unwrap();
    let Err(Error::Key(why)) = folder.open() else {
        panic!("it went on");
    };
    assert!(why.contains("the key is missing"), "{why}");
    let new = "7".repeat(64);
    fs::write(&key, &new).unwrap();
    let Err(Error::Key(why)) = folder.open() else {
        panic!("it went on");
    };
    assert!(why.contains("this is not the key"), "{why}");
    fs::write(&key, format!("{new}\n{old}")).unwrap();
    folder.open().unwrap().close();
    assert!(
        folder.verify().wrong.is_empty(),
        "a new key before the old one"
    );
}

#[tokio::test]
async fn files_follow_each_other_and_the_oldest_end() {
    let folder = Folder::new();
    let settings = folder.settings(2000);
    let (writer, _) = Writer::open(&settings, &folder.0).unwrap();
    let (to, orders) = mpsc::channel();
    let thread = std::thread::spawn(move || writer.run(&orders));
    for n in 0..40 {
        let (done, written) = oneshot::channel();
        to.send(writer::Order::Write(act(n), Some(done))).unwrap();
        written.await.unwrap().unwrap();
    }
    to.send(writer::Order::Close).unwrap();
    thread.join().unwrap();
    let files = folder.place().all().unwrap();
    assert!(files.len() > 3, "{files:?}");
    assert!(folder.verify().wrong.is_empty(), "{:?}", folder.verify());
    // One in the middle is missing.
    let away = folder.0.join("away");
    fs::rename(&files[1], &away).unwrap();
    let wrong = folder.wrong();
    assert!(wrong[0].2.contains("missing here"), "{wrong:?}");
    fs::rename(&away, &files[1]).unwrap();
    // The first is, and nobody signed for that.
    fs::rename(&files[0], &away).unwrap();
    let wrong = folder.wrong();
    assert!(wrong[0].2.contains("no signed record says"), "{wrong:?}");
    fs::rename(&away, &files[0]).unwrap();
    let (mut writer, _) = Writer::open(&settings, &folder.0).unwrap();
    writer.expire_by(Timestamp::now()).unwrap();
    assert_eq!(
        folder.place().all().unwrap().len(),
        files.len(),
        "too early"
    );
    let later = Timestamp::now() + SignedDuration::from_hours(2);
    writer.expire_by(later).unwrap();
    assert_eq!(folder.place().all().unwrap(), [folder.path()]);
    assert!(folder.verify().wrong.is_empty(), "{:?}", folder.verify());
}

/// Fault F4: a disk that is full. /dev/full takes nothing, as one would.
#[tokio::test]
async fn what_the_disk_does_not_take_is_said_and_tried_again() {
    if !Path::new("/dev/full").exists() {
        return;
    }
    let folder = Folder::new();
    let (mut writer, _) = Writer::open(&folder.settings(1 << 30), &folder.0).unwrap();
    let real = writer.exchange(
        fs::OpenOptions::new()
            .write(true)
            .open("/dev/full")
            .unwrap(),
    );
    let (to, orders) = mpsc::channel();
    let (done, written) = oneshot::channel();
    to.send(writer::Order::Write(act(1), Some(done))).unwrap();
    to.send(writer::Order::Write(act(2), None)).unwrap();
    writer.step(&orders);
    let why = written.await.unwrap().unwrap_err();
    assert!(why.contains("audit.jsonl"), "{why}");
    writer.exchange(real);
    to.send(writer::Order::Close).unwrap();
    writer.run(&orders);
    let lines = folder.lines();
    assert!(
        lines[1].contains("Q-2"),
        "what nobody waited for is written: {lines:?}"
    );
    assert!(
        !lines.iter().any(|line| line.contains("Q-1")),
        "it was said that it is not"
    );
    assert!(folder.verify().wrong.is_empty(), "{:?}", folder.verify());
}

#[test]
fn strangers_are_hidden_and_found_again() {
    let folder = Folder::new();
    let ours: Ours =
        crate::yaml::read("networks: []\nlogin: true\ndomains: [ example.ch ]\n").unwrap();
    let trail = Trail::open(&folder.settings(1 << 30), &folder.0, ours).unwrap();
    assert_eq!(trail.name("Anna@Example.ch"), "Anna@Example.ch");
    let stranger = trail.name("Beat@Kunde.example");
    assert!(
        stranger.starts_with('#') && stranger.ends_with("@kunde.example"),
        "{stranger}"
    );
    assert_eq!(stranger.len(), 1 + 20 + 14);
    assert_eq!(stranger, trail.name("beat@kunde.example"));
    assert!(!stranger.contains("eat"));
    trail.close();
}
