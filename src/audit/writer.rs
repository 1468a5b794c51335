// SPDX-License-Identifier: GPL-3.0-or-later
//! Writes records: many at once, on the disk before anybody hears so, and never half of one.

use std::collections::VecDeque;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use rustix::fs::{FlockOperation, flock};
use tokio::sync::oneshot;

use super::chain::{Hash, Signer, line};
use super::files::{self, Head, Place};
use super::record::Record;
use super::{Error, Settings};
use crate::key::Key;
use crate::system_log::{SystemLog, Weight};

mod begin;
mod expire;

/// What the writer is told.
pub enum Order {
    /// Write this, and say its number once it is on the disk.
    Write(Record, Option<oneshot::Sender<Result<u64, String>>>),
    /// Write what waits, and end.
    Close,
}

/// So many records share one wait for the disk at most.
const BATCH: usize = 512;

/// After so many records the trail is signed.
const RECORDS: u64 = 1000;

/// So many records that nobody waits for are kept in memory while the disk does not take them.
const BACKLOG: usize = 10_000;

/// How often one looks whether something is due.
const TICK: Duration = Duration::from_secs(1);

/// A clock that moves so much faster or slower than time was set.
const JUMP: SignedDuration = SignedDuration::from_secs(60);

/// How far the chain goes.
#[derive(Clone, Copy)]
struct End {
    seq: u64,
    hash: Hash,
}

/// What writes the trail.
pub struct Writer {
    place: Place,
    file: File,
    /// Whole records, in bytes; what is behind was not finished.
    length: u64,
    /// The first record of the file.
    first: u64,
    end: End,
    head: File,
    signer: Signer,
    rotate: u64,
    keep: Duration,
    checkpoint: Duration,
    syslog: Option<SystemLog>,
    /// Records that nobody waits for, and that are not written yet.
    backlog: VecDeque<Record>,
    /// How many had no room there.
    lost: u64,
    /// Records since it was signed last, and when that was.
    unsigned: u64,
    signed_at: Instant,
    /// The same moment by both clocks.
    clock: (Instant, Timestamp),
    /// Since when the clock can be believed, as far as expiry goes.
    steady_since: Instant,
    looked_at: Instant,
    /// The trouble that the log was told of.
    trouble: Option<String>,
}

impl Writer {
    /// Writes what it is told, until it is told to end.
    pub fn run(mut self, orders: &Receiver<Order>) {
        while self.step(orders) {}
    }

    /// Takes what waits now, or comes soon; false where that was the end.
    pub(super) fn step(&mut self, orders: &Receiver<Order>) -> bool {
        let first = match orders.recv_timeout(TICK) {
            Ok(order) => Some(order),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => Some(Order::Close),
        };
        let mut waiting = Vec::new();
        for order in first.into_iter().chain(orders.try_iter()) {
            match order {
                Order::Write(record, None) => self.keep_for_later(record),
                Order::Write(record, Some(done)) => waiting.push((record, done)),
                Order::Close => {
                    self.keep_for_later(Record::Stop);
                    self.take(waiting);
                    self.keep_for_later(Record::Checkpoint);
                    self.take(Vec::new());
                    return false;
                }
            }
            if waiting.len() >= BATCH || self.backlog.len() >= BATCH {
                break;
            }
        }
        self.take(waiting);
        self.look();
        true
    }

    /// Writes to another file, and gives the one it wrote to.
    #[cfg(test)]
    pub(super) fn exchange(&mut self, file: File) -> File {
        std::mem::replace(&mut self.file, file)
    }

    fn keep_for_later(&mut self, record: Record) {
        if self.backlog.len() < BACKLOG {
            self.backlog.push_back(record);
        } else {
            self.lost += 1;
        }
    }

    /// Writes the backlog, and then what somebody waits for.
    fn take(&mut self, waiting: Vec<(Record, oneshot::Sender<Result<u64, String>>)>) {
        if waiting.is_empty() && self.backlog.is_empty() {
            return;
        }
        let mut records = self.clock_set();
        if self.lost > 0 {
            let why = format!(
                "{} records were given up while the disk took none",
                self.lost
            );
            records.push(Record::Gap { why });
        }
        records.extend(self.backlog.iter().cloned());
        let before = u64::try_from(records.len()).unwrap_or_default();
        let mut dones = Vec::with_capacity(waiting.len());
        for (record, done) in waiting {
            records.push(record);
            dones.push(done);
        }
        let first = self.end.seq + 1;
        let written = self.commit(&records);
        if written.is_ok() {
            self.backlog.clear();
            self.lost = 0;
        }
        self.tell(written.as_ref().err());
        for (seq, done) in (first + before..).zip(dones) {
            // Who does not wait any more has had his answer.
            done.send(written.clone().map(|()| seq)).ok();
        }
    }

    /// Has these records on the disk, or nothing of them.
    fn commit(&mut self, records: &[Record]) -> Result<(), String> {
        let at = Timestamp::now();
        let mut end = self.end;
        let mut lines = Vec::with_capacity(records.len());
        for record in records {
            let mut next = line(end.seq + 1, at, end.hash, record)?;
            if record.wants_signature() {
                next = self.signer.sign(&next);
            }
            end = End {
                seq: end.seq + 1,
                hash: Hash::of(next.as_bytes()),
            };
            lines.push(next);
        }
        let mut bytes = lines.join("\n").into_bytes();
        bytes.push(b'\n');
        let written = self.put(&bytes);
        written.map_err(|error| format!("{}: {error}", self.place.path().display()))?;
        self.length += u64::try_from(bytes.len()).unwrap_or_default();
        self.end = end;
        self.unsigned += u64::try_from(records.len()).unwrap_or_default();
        let head = Head {
            seq: end.seq,
            hash: end.hash,
        };
        if let Err(error) = head.write(&self.head, &self.signer) {
            tracing::warn!("cannot note how far the audit trail goes: {error}");
        }
        if let Some(syslog) = &self.syslog {
            for line in &lines {
                syslog.send(Weight::Info, &format!("audit {line}"));
            }
        }
        if records.iter().any(|one| matches!(one, Record::Checkpoint)) {
            self.unsigned = 0;
            self.signed_at = Instant::now();
            // Whoever can write the trail and its key cannot write the log of another machine.
            tracing::info!(seq = end.seq, hash = %end.hash, "checkpoint of the audit trail");
        }
        Ok(())
    }

    /// Appends, and waits for the disk. What fails leaves the file as it was.
    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.file.metadata()?.len() != self.length {
            self.file.set_len(self.length)?;
        }
        let put = self
            .file
            .write_all(bytes)
            .and_then(|()| self.file.sync_data());
        if put.is_err() {
            // Where this fails too, it is tried before the next record.
            self.file.set_len(self.length).ok();
        }
        put
    }

    /// What is due: a signature, a new file, the end of old ones.
    fn look(&mut self) {
        let is_late = self.unsigned > 0 && self.signed_at.elapsed() >= self.checkpoint;
        if self.trouble.is_none() && (is_late || self.unsigned >= RECORDS) {
            let signed = self.commit(&[Record::Checkpoint]);
            self.tell(signed.err().as_ref());
        }
        if self.length >= self.rotate {
            let rotated = self.rotated();
            self.tell(rotated.err().as_ref());
        }
        self.expire();
    }

    /// Ends the file with a signature, and begins the next.
    fn rotated(&mut self) -> Result<(), String> {
        self.commit(&[Record::Checkpoint])?;
        let path = self.place.path().to_owned();
        let wrong = |error: io::Error| format!("{}: {error}", path.display());
        fs::rename(&path, self.place.older(self.first)).map_err(wrong)?;
        let file = files::append(&path).map_err(wrong)?;
        self.place.sync_folder().map_err(wrong)?;
        self.file = file;
        self.length = 0;
        self.first = self.end.seq + 1;
        self.commit(&[self.begin()])
    }

    fn begin(&self) -> Record {
        Record::Begin {
            version: env!("CARGO_PKG_VERSION"),
            key: self.signer.public().to_string(),
        }
    }

    /// A record that the clock was set, if it was.
    fn clock_set(&mut self) -> Vec<Record> {
        let (since, shown) = self.clock;
        let passed = SignedDuration::try_from(since.elapsed()).unwrap_or_default();
        let now = Timestamp::now();
        let was = shown.saturating_add(passed).unwrap_or(now);
        self.clock = (Instant::now(), now);
        if now.duration_since(was).abs() < JUMP {
            return Vec::new();
        }
        self.steady_since = Instant::now();
        tracing::warn!("the clock was set; the audit trail notes it");
        vec![Record::Clock { was }]
    }

    /// Has the log hear of trouble once, and of its end.
    fn tell(&mut self, why: Option<&String>) {
        match why {
            Some(why) if self.trouble.as_ref() != Some(why) => {
                tracing::error!("the audit trail cannot be written: {why}");
            }
            None if self.trouble.is_some() => tracing::info!("the audit trail is written again"),
            _ => (),
        }
        self.trouble = why.cloned();
    }
}

/// Takes the file that says how far the trail goes, and makes this process the only one that has it.
fn lock(path: &Path) -> Result<File, Error> {
    let wrong = |why: String| Error::Failed(format!("{}: {why}", path.display()));
    let file = files::in_place(path).map_err(|error| wrong(error.to_string()))?;
    flock(&file, FlockOperation::NonBlockingLockExclusive)
        .map_err(|_| wrong("another pii-milter writes this audit trail; end it first".into()))?;
    Ok(file)
}

/// The keys of a place, the one in use first; made where there is none and nothing was written.
fn keys(settings: &Settings, state: &Path, is_empty: bool) -> Result<Vec<Key>, Error> {
    let named = |error: crate::key::Error| Error::Key(format!("audit.key: {error}"));
    let keys = settings.key.read(state).map_err(named)?;
    if !keys.is_empty() {
        return Ok(keys);
    }
    if !is_empty {
        return Err(Error::Key(format!(
            "audit.key: {}: the key is missing, and there are records that it has signed; put it back, or move these files away",
            settings.key
        )));
    }
    let (key, path) = settings.key.make(state).map_err(named)?;
    tracing::info!("made the key of the audit trail, {}", path.display());
    Ok(vec![key])
}
