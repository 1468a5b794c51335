// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps what clients were told, and compares it with what there is.
//!
//! The invariant L: of each mail that was answered 250 there is one copy, in the sink where it is clean, in the
//! quarantine where it has to wait; of the others there is none, but for a case without an answer.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::Connection;
use serde_json::Value;

use crate::mta::milter::Milter;
use crate::mta::sink::Sink;
use crate::mta::smtp::{self, Letter};
use crate::mta::{PATIENCE, wait_for};

/// How often a client tries, and how long it rests between.
const TRIES: u32 = 60;
const REST: Duration = Duration::from_millis(500);

/// What a client knows of one mail.
pub struct Entry {
    pub id: String,
    /// Whether the table holds it.
    pub waits: bool,
    /// When it was answered 250, if it was.
    pub taken: Option<Instant>,
    pub tries: u32,
}

/// What clients know together.
pub struct Ledger {
    pub entries: Vec<Entry>,
    begin: Instant,
}

/// A letter of that name; one that waits holds ten numbers, made up.
pub fn letter(id: &str, waits: bool) -> Letter {
    let body = if waits {
        numbers()
    } else {
        "Guten Tag\r\n".into()
    };
    let text = format!(
        "Date: Mon, 5 Oct 2026 09:30:00 +0200\r\nFrom: {id}@example.ch\r\nTo: anna@kunde.example\r\n\
         Message-ID: <{id}@example.ch>\r\nSubject: Post\r\n\r\n{body}"
    );
    Letter {
        from: format!("{id}@example.ch"),
        to: vec![("anna@kunde.example".into(), String::new())],
        bytes: text.into_bytes(),
        ..Letter::default()
    }
}

/// Ten national numbers with their check digits (EAN-13).
fn numbers() -> String {
    let line = |n: u64| {
        let twelve = format!("756{:09}", (2_000_000_017 - n * 131_313) % 1_000_000_000);
        let digits = twelve.bytes().map(|byte| u32::from(byte - b'0'));
        let sum: u32 = digits
            .enumerate()
            .map(|(at, digit)| digit * [1, 3][at % 2])
            .sum();
        let (a, b, c) = (&twelve[3..7], &twelve[7..11], &twelve[11..]);
        format!("AHV-Nr. 756.{a}.{b}.{c}{}\r\n", (10 - sum % 10) % 10)
    };
    (0..10).map(line).collect()
}

/// Sends `count` mails over so many connections at once, each until it is taken; every third has to wait.
pub fn send(port: u16, name: &str, count: usize, connections: usize) -> Ledger {
    let begin = Instant::now();
    let next = Mutex::new(0..count);
    let one = || -> Option<Entry> {
        let at = next.lock().unwrap().next()?;
        let waits = at % 3 == 0;
        let id = format!("{name}-{at}");
        let letter = letter(&id, waits);
        for tries in 1..=TRIES {
            let reply = smtp::send(port, &letter);
            if reply.code == 250 {
                let taken = Some(Instant::now());
                return Some(Entry {
                    id,
                    waits,
                    taken,
                    tries,
                });
            }
            assert!(reply.code / 100 == 4, "{id}: {reply:?}");
            thread::sleep(REST);
        }
        Some(Entry {
            id,
            waits,
            taken: None,
            tries: TRIES,
        })
    };
    let client = || std::iter::from_fn(one).collect::<Vec<_>>();
    let entries = thread::scope(|scope| {
        let clients: Vec<_> = (0..connections).map(|_| scope.spawn(client)).collect();
        clients
            .into_iter()
            .flat_map(|client| client.join().unwrap())
            .collect()
    });
    Ledger { entries, begin }
}

impl Ledger {
    /// The longest time in which no mail was taken.
    pub fn outage(&self) -> Duration {
        let mut times: Vec<Instant> = self
            .entries
            .iter()
            .filter_map(|entry| entry.taken)
            .collect();
        times.push(self.begin);
        times.sort();
        let gaps = times.windows(2).map(|two| two[1] - two[0]);
        gaps.max().unwrap_or_default()
    }

    /// Tries beyond the first, of all mails.
    pub fn retries(&self) -> u32 {
        self.entries.iter().map(|entry| entry.tries - 1).sum()
    }

    /// Where L does not hold, a sentence each.
    pub fn violations(&self, sink: &Sink, daemon: &Milter, state: &Path) -> Vec<String> {
        let clean = |entry: &&Entry| entry.taken.is_some() && !entry.waits;
        // Postfix delivers in its own time.
        wait_for(PATIENCE, || {
            let there = copies(sink);
            let mut all = self.entries.iter().filter(clean);
            all.all(|entry| there.contains_key(&entry.id)).then_some(())
        });
        let (there, cases) = (copies(sink), cases(daemon));
        let mut wrong = sound(daemon, state);
        for Entry {
            id, waits, taken, ..
        } in &self.entries
        {
            let delivered = there.get(id).copied().unwrap_or(0);
            let states = cases.get(id).map(Vec::as_slice).unwrap_or_default();
            let is_right = match (taken.is_some(), *waits) {
                (true, false) => delivered == 1 && states.is_empty(),
                (true, true) => delivered == 0 && states.len() == 1,
                (false, _) => delivered == 0 && (states.is_empty() || states == ["prepared"]),
            };
            if !is_right {
                let told = if taken.is_some() { "250" } else { "no 250" };
                wrong.push(format!(
                    "{id}: {told}, waits {waits}: in the sink {delivered} times, cases {states:?}"
                ));
            }
        }
        wrong
    }
}

/// How often each mail is in the sink.
fn copies(sink: &Sink) -> BTreeMap<String, usize> {
    let mut copies = BTreeMap::new();
    for mail in sink.mails() {
        let id = mail.only("Message-ID").unwrap_or_default();
        let id = id
            .trim_start_matches('<')
            .split('@')
            .next()
            .unwrap_or_default();
        *copies.entry(id.to_owned()).or_default() += 1;
    }
    copies
}

/// The states of the cases of each mail.
pub fn cases(daemon: &Milter) -> BTreeMap<String, Vec<String>> {
    let listed = daemon.cases(&["list", "--json", "--most", "1000000"]);
    let mut cases: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for line in listed.lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let id = case["from"].as_str().unwrap().split('@').next().unwrap();
        let state = case["recipients"][0]["state"].as_str().unwrap();
        cases
            .entry(id.to_owned())
            .or_default()
            .push(state.to_owned());
    }
    cases
}

/// What of the store is not as it must be: each row has its message and each message its row, nothing is half
/// written, the index is sound, and every message opens.
pub fn sound(daemon: &Milter, state: &Path) -> Vec<String> {
    let index = Connection::open(state.join("cases.db")).unwrap();
    let check: String = index
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .unwrap();
    let mut wrong: Vec<String> = (check != "ok").then_some(check).into_iter().collect();
    let mut rows = index
        .prepare("SELECT name FROM blobs ORDER BY name")
        .unwrap();
    let rows: Vec<String> = rows
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    let files = fs::read_dir(state.join("held")).unwrap().flatten();
    let mut files: Vec<String> = files
        .map(|file| file.file_name().into_string().unwrap())
        .collect();
    files.sort();
    if rows != files {
        wrong.push(format!("rows {rows:?}, files {files:?}"));
    }
    let verified = daemon.try_cases(&["verify"]);
    if !verified.status.success() {
        wrong.push(String::from_utf8_lossy(&verified.stdout).into_owned());
    }
    wrong
}
