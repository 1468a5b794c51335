// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps notices, a file each, until the MTA says 250; then, or when they are too old, they go.
//!
//! A notice may come twice where the connection breaks at its end. It holds nothing, so that is all.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::{Duration, Instant, SystemTime};

use crate::key::{hex, random};
use crate::message::Address;
use crate::submit::{self, Entry, Outcome};

/// So many wait at most: what is more was too much to read.
const MOST: usize = 10_000;

/// A notice that old says nothing any more.
const OLD: Duration = Duration::from_secs(2 * 24 * 3600);

/// How long to wait after the MTA did not take one.
const WAIT: Duration = Duration::from_secs(60);

/// What the name of a finished notice ends in.
const FINISHED: &str = ".notice";

/// The folder of notices that wait.
pub struct Outbox {
    folder: PathBuf,
    next: Mutex<Option<Instant>>,
}

impl Outbox {
    /// The one below this folder.
    ///
    /// # Errors
    /// One sentence, where it cannot be made.
    pub fn open(folder: PathBuf) -> Result<Self, String> {
        let made = DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&folder);
        made.map_err(|error| format!("cannot make {}: {error}", folder.display()))?;
        Ok(Self {
            folder,
            next: Mutex::new(None),
        })
    }

    /// Keeps one; when this returns it is on the disk.
    ///
    /// # Errors
    /// One sentence, where it is not.
    pub fn put(&self, to: &Address, mail: &[u8]) -> Result<(), String> {
        let wrong = |error: io::Error| format!("{}: {error}", self.folder.display());
        if self.waiting().map_err(wrong)?.len() >= MOST {
            return Err(format!("{MOST} notices wait for the MTA already"));
        }
        let mut name = [0; 12];
        random(&mut name).map_err(|error| error.to_string())?;
        let name = self.folder.join(hex(&name));
        let write = || {
            let mut options = OpenOptions::new();
            let mut file = options
                .write(true)
                .create_new(true)
                .mode(0o600)
                .open(&name)?;
            file.write_all(format!("{to}\n").as_bytes())?;
            file.write_all(mail)?;
            file.sync_all()?;
            let mut finished = name.clone().into_os_string();
            finished.push(FINISHED);
            fs::rename(&name, finished)?;
            File::open(&self.folder)?.sync_all()
        };
        write().map_err(wrong)
    }

    /// Hands to the MTA what waits, unless it did not take any just now.
    pub async fn deliver(&self, entry: &Entry) {
        let rests = {
            let next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
            next.is_some_and(|next| Instant::now() < next)
        };
        if rests {
            return;
        }
        let waiting = self.waiting().unwrap_or_else(|error| {
            tracing::warn!("cannot look for notices that wait: {error}");
            Vec::new()
        });
        for path in waiting {
            match self.carry(&path, entry).await {
                Ok(is_over) if is_over => {
                    if let Err(error) = fs::remove_file(&path) {
                        tracing::warn!("a notice is still there: {error}");
                    }
                }
                Ok(_) => {
                    let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
                    *next = Some(Instant::now() + WAIT);
                    return;
                }
                Err(error) => tracing::warn!("cannot read a notice: {error}"),
            }
        }
    }

    /// One try; true where it is over with that notice.
    async fn carry(&self, path: &PathBuf, entry: &Entry) -> io::Result<bool> {
        let bytes = fs::read(path)?;
        let written = fs::metadata(path)?.modified()?;
        let end = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(0);
        let (to, mail) = bytes.split_at(end);
        let mail = mail.get(1..).unwrap_or_default();
        let envelope = submit::Envelope {
            // Nobody: what cannot be delivered comes back to nobody (RFC 3834, 3.3).
            sender: String::new(),
            recipients: vec![submit::Recipient {
                address: String::from_utf8_lossy(to).into_owned(),
                // Nor does anybody want to know.
                notify: Some("NEVER".into()),
                original: None,
            }],
            ..submit::Envelope::default()
        };
        let handed = submit::hand_over(entry, &envelope, mail).await;
        Ok(match handed.outcomes.into_iter().next() {
            Some(Outcome::Accepted { .. }) => true,
            Some(Outcome::Refused { reply }) => {
                tracing::warn!("the MTA does not take a notice: {}", codes(&reply));
                true
            }
            Some(Outcome::Deferred { .. } | Outcome::Unknown { .. }) | None => {
                let age = SystemTime::now().duration_since(written);
                age.is_ok_and(|age| age > OLD)
            }
        })
    }

    /// True where the last digest is so long ago; then the next is counted from now. The first start
    /// begins to count.
    pub fn is_digest_due(&self, every: Duration) -> bool {
        let path = self.folder.join("digest");
        let last = fs::metadata(&path).and_then(|file| file.modified());
        let is_due = last
            .as_ref()
            .is_ok_and(|last| last.elapsed().is_ok_and(|passed| passed >= every));
        if (is_due || last.is_err())
            && let Err(error) = fs::write(&path, b"the last digest is as old as this file\n")
        {
            tracing::warn!("{}: {error}", path.display());
            return false;
        }
        is_due
    }

    fn waiting(&self) -> io::Result<Vec<PathBuf>> {
        let mut waiting = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            let path = entry?.path();
            if path.to_string_lossy().ends_with(FINISHED) {
                waiting.push(path);
            }
        }
        waiting.sort();
        Ok(waiting)
    }
}

/// The codes of a reply; its text may name somebody.
fn codes(reply: &str) -> String {
    let is_code = |word: &&str| word.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let words = reply.split([' ', '-']).take_while(is_code).take(2);
    words.collect::<Vec<_>>().join(" ")
}
