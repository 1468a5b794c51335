// SPDX-License-Identifier: GPL-3.0-or-later
//! Opens a trail where it ended, and says what is not as it was left.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Instant;

use jiff::Timestamp;
use std::collections::VecDeque;
use std::os::unix::fs::DirBuilderExt;

use super::super::chain::{Hash, PublicKey, Signer, is_signed};
use super::super::files::{self, Head, Place, Tail};
use super::super::record::Record;
use super::super::{Error, Settings};
use super::{End, Writer, keys, lock};
use crate::key::Key;
use crate::system_log::SystemLog;

/// Where a trail ends.
struct Found {
    end: End,
    at: Option<Timestamp>,
    /// The first record of the file that is written; none where a new one is to be begun.
    first: Option<u64>,
    length: u64,
    /// What is not as it was left.
    gap: Option<String>,
}

impl Writer {
    /// Opens the trail, and gives the key that hides addresses besides.
    ///
    /// # Errors
    /// One sentence: what is missing, wrong or damaged, and what to do.
    pub fn open(settings: &Settings, state: &Path) -> Result<(Self, Key), Error> {
        let place = settings.place(state);
        let wrong = |path: &Path, error: io::Error| {
            Error::Failed(format!("audit.file: {}: {error}", path.display()))
        };
        let mut folder = fs::DirBuilder::new();
        let made = folder.recursive(true).mode(0o700).create(place.folder());
        made.map_err(|error| wrong(place.folder(), error))?;
        let head = lock(&place.head())?;
        let all = place.all().map_err(|error| wrong(place.path(), error))?;
        let keys = keys(settings, state, all.is_empty())?;
        let signers: Result<Vec<Signer>, String> = keys.iter().map(Signer::new).collect();
        let signers = signers.map_err(|why| Error::Key(format!("audit.key: {why}")))?;
        let publics: Vec<PublicKey> = signers.iter().map(Signer::public).collect();
        let mut signers = signers.into_iter();
        let (Some(signer), Some(key)) = (signers.next(), keys.first()) else {
            return Err(Error::Key("audit.key: there is no key".into()));
        };
        is_ours(&all, &publics, settings)?;
        let found = found(&place, &publics).map_err(|error| wrong(place.path(), error))?;
        let text: Vec<String> = publics.iter().map(|key| format!("{key}\n")).collect();
        let public = place.public();
        fs::write(&public, text.concat()).map_err(|error| wrong(&public, error))?;
        let file = files::append(place.path()).map_err(|error| wrong(place.path(), error))?;
        let syslog = settings.syslog.then(SystemLog::connect).transpose();
        let syslog = syslog.map_err(|error| {
            Error::Failed(format!(
                "cannot reach the system log ({error}); start one, or write audit.syslog: false"
            ))
        })?;
        let now = Instant::now();
        let mut writer = Self {
            file,
            length: found.length,
            first: found.first.unwrap_or(found.end.seq + 1),
            end: found.end,
            head,
            signer,
            rotate: settings.rotate.0,
            keep: settings.keep.0,
            checkpoint: settings.checkpoint.0,
            syslog,
            backlog: VecDeque::new(),
            lost: 0,
            unsigned: 0,
            signed_at: now,
            clock: (now, Timestamp::now()),
            steady_since: now,
            looked_at: now,
            trouble: None,
            place,
        };
        writer.go_on(found)?;
        Ok((writer, key.for_purpose("audit address")))
    }

    /// Writes what a start has to say.
    fn go_on(&mut self, found: Found) -> Result<(), Error> {
        let mut records = Vec::new();
        let now = Timestamp::now();
        // Before all else, so that the next record is not older than the last.
        records.extend(
            found
                .at
                .filter(|at| *at > now)
                .map(|was| Record::Clock { was }),
        );
        if found.first.is_none() {
            records.insert(0, self.begin());
        }
        if let Some(why) = found.gap {
            tracing::error!(
                "the audit trail is not as it was left: {why}; see \"pii-milter audit verify\""
            );
            records.push(Record::Gap { why });
        }
        if records.is_empty() {
            return Ok(());
        }
        self.commit(&records).map_err(Error::Failed)?;
        self.place
            .sync_folder()
            .map_err(|error| Error::Failed(format!("audit.file: {error}")))
    }
}

/// Refuses to go on with another key than that of what is there.
fn is_ours(all: &[PathBuf], keys: &[PublicKey], settings: &Settings) -> Result<(), Error> {
    let Some(newest) = all.last() else {
        return Ok(());
    };
    let first = files::first(newest)
        .map_err(|error| Error::Failed(format!("audit.file: {}: {error}", newest.display())))?;
    match first.and_then(|line| is_signed(&line, keys)) {
        Some(false) => Err(Error::Key(format!(
            "audit.key: {}: this is not the key that has signed {}; put the right one back, below a new one if there is one",
            settings.key,
            newest.display()
        ))),
        // What is not signed was damaged: that is told, and stops no mail.
        Some(true) | None => Ok(()),
    }
}

/// Looks where the trail ends, and compares that with where it was left.
fn found(place: &Place, keys: &[PublicKey]) -> io::Result<Found> {
    let olders = place.olders()?;
    let current = match place.path().try_exists()? {
        true => files::tail(place.path())?,
        false => None,
    };
    let mut gap = None;
    if current.is_none()
        && let Ok(left) = fs::metadata(place.path())
        && left.len() > 0
    {
        gap = Some("the first record of a file was not finished".to_owned());
    }
    let last: Option<Tail> = match (&current, olders.last()) {
        (Some(tail), _) => Some(tail.clone()),
        (None, Some((_, path))) => files::tail(path)?,
        (None, None) => None,
    };
    let mut end = last.as_ref().map_or_else(End::zero, |tail| End {
        seq: tail.link.seq,
        hash: tail.hash,
    });
    match Head::read(&place.head(), keys)? {
        Some((Some(head), true)) => {
            let is_cut = head.seq > end.seq;
            let is_changed = head.seq == end.seq && head.hash != end.hash;
            if is_cut {
                gap = Some(format!("records {} to {} are gone", end.seq + 1, head.seq));
            } else if is_changed {
                gap = Some(format!("record {} was changed", head.seq));
            } else if head.seq < end.seq {
                // The machine went down between the two, or somebody wrote them.
                gap = Some(format!(
                    "records {} to {} were written, and not noted as such",
                    head.seq + 1,
                    end.seq
                ));
            }
            if is_cut || is_changed {
                // The chain goes on from what was there, so that what is gone stays gone for everybody.
                end = End {
                    seq: head.seq,
                    hash: head.hash,
                };
            }
        }
        Some(_) => gap = Some("the note of how far it goes was changed".into()),
        None if last.is_some() => gap = Some("the note of how far it goes is gone".into()),
        None => (),
    }
    let first = match &current {
        Some(_) => files::first(place.path())?
            .and_then(|line| serde_json::from_str::<super::super::chain::Link>(&line).ok())
            .map(|link| link.seq),
        None => None,
    };
    Ok(Found {
        end,
        at: last.map(|tail| tail.link.at),
        // A file whose first line cannot be read is gone on with all the same.
        first: first.or(current.as_ref().map(|_| end.seq)),
        length: current.map_or(0, |tail| tail.length),
        gap,
    })
}

impl End {
    /// Before the first record.
    fn zero() -> Self {
        Self {
            seq: 0,
            hash: Hash::default(),
        }
    }
}
