// SPDX-License-Identifier: GPL-3.0-or-later
//! Takes old files away, and leaves a signed word of what was in them.

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};

use super::super::chain::Link;
use super::super::files;
use super::super::record::Record;
use super::Writer;

/// How often one looks, and how long the clock must have gone as it should: a machine that starts with a
/// wrong one has put it right by then.
const OFTEN: Duration = Duration::from_secs(3600);

impl Writer {
    /// Removes the files whose time is over, if it is time to look.
    pub(super) fn expire(&mut self) {
        if self.looked_at.elapsed() < OFTEN || self.steady_since.elapsed() < OFTEN {
            return;
        }
        self.looked_at = Instant::now();
        if let Err(error) = self.expire_by(Timestamp::now()) {
            tracing::warn!("old files of the audit trail are still there: {error}");
        }
    }

    /// Removes the files all of whose records are older than the trail is kept.
    pub(in crate::audit) fn expire_by(&mut self, now: Timestamp) -> Result<(), String> {
        let keep = SignedDuration::try_from(self.keep).unwrap_or(SignedDuration::MAX);
        let Ok(limit) = now.checked_sub(keep) else {
            return Ok(());
        };
        let olders = self.place.olders().map_err(|error| error.to_string())?;
        let mut old: Vec<(u64, PathBuf)> = Vec::new();
        let mut last = None;
        for (first, path) in olders {
            let tail =
                files::tail(&path).map_err(|error| format!("{}: {error}", path.display()))?;
            // What is damaged is kept for whoever has to look.
            let Some(tail) = tail.filter(|tail| is_over(&tail.link, limit)) else {
                break;
            };
            old.push((first, path));
            last = Some(tail);
        }
        let (Some((first, _)), Some(last)) = (old.first(), last) else {
            return Ok(());
        };
        let record = Record::Expired {
            first: *first,
            last: last.link.seq,
            hash: last.hash,
        };
        self.commit(&[record])?;
        for (_, path) in &old {
            fs::remove_file(path).map_err(|error| format!("{}: {error}", path.display()))?;
        }
        let count = old.len();
        tracing::info!(count, "old files of the audit trail were removed");
        self.place.sync_folder().map_err(|error| error.to_string())
    }
}

fn is_over(link: &Link, limit: Timestamp) -> bool {
    link.at < limit
}
