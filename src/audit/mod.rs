// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps the trail: a record of every decision and every act, each chained to the one before it.
//!
//! One thread writes. It takes what waits, writes it, has it on the disk, and only then says so: many
//! messages share one wait for the disk. `audit verify` tells what was changed, removed, swapped or cut.

pub mod chain;
pub mod files;
pub mod read;
pub mod record;
#[cfg(test)]
mod tests;
pub mod verify;
mod writer;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Sender};
use std::sync::{Mutex, PoisonError, RwLock};
use std::thread::JoinHandle;
use std::time::Duration;

use serde::Deserialize;
use tokio::sync::oneshot;
use tokio::time::timeout;

use crate::decide::Ours;
use crate::key::{Key, Source, hex};
use crate::message::Address;
use crate::units::{Size, Span};
use files::Place;
pub use record::Record;
use writer::{Order, Writer};

/// How long one waits for the disk at most.
const PATIENCE: Duration = Duration::from_secs(25);

/// The longest address that is noted, in characters (RFC 5321, 4.5.3.1).
const ADDRESS: usize = 320;

/// Bytes of the keyed hash of an address: enough that two people do not share one.
const SHORT: usize = 10;

/// The `audit` section of the configuration.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The file. A name without `/` in front stands below the state directory.
    pub file: PathBuf,
    /// Whether each record goes to the system log too.
    pub syslog: bool,
    /// What signs, and hides addresses.
    pub key: Source,
    /// From this size on a new file is begun.
    pub rotate: Size,
    /// How long a file is kept once it is no longer written.
    pub keep: Span,
    /// How often the trail is signed, if there is something new.
    pub checkpoint: Span,
}

/// Why there is no trail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// There is no key, or a wrong one.
    Key(String),
    /// The files fail.
    Failed(String),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key(why) | Self::Failed(why) => f.write_str(why),
        }
    }
}

/// The trail of a daemon. Nobody else writes its files.
pub struct Trail {
    to: Sender<Order>,
    /// Hides addresses.
    names: Key,
    ours: RwLock<Ours>,
    writer: Mutex<Option<JoinHandle<()>>>,
}

impl Settings {
    /// Where the trail lies.
    pub fn place(&self, state: &Path) -> Place {
        Place::new(state.join(&self.file))
    }
}

impl Trail {
    /// Opens the trail and goes on where it ended; an empty one makes its key. Waits for the disk, so not
    /// for the runtime.
    ///
    /// # Errors
    /// One sentence: what is missing, wrong or damaged, and what to do.
    pub fn open(settings: &Settings, state: &Path, ours: Ours) -> Result<Self, Error> {
        let (writer, names) = Writer::open(settings, state)?;
        let (to, orders) = mpsc::channel();
        let thread = std::thread::Builder::new().name("audit".into());
        let thread = thread.spawn(move || writer.run(&orders));
        let thread = thread.map_err(|error| Error::Failed(format!("audit: {error}")))?;
        Ok(Self {
            to,
            names,
            ours: RwLock::new(ours),
            writer: Mutex::new(Some(thread)),
        })
    }

    /// Writes a record, and gives its number once it is on the disk.
    ///
    /// # Errors
    /// One sentence: it is not on the disk, and will not be.
    pub async fn write(&self, record: Record) -> Result<u64, String> {
        let (done, written) = oneshot::channel();
        let order = Order::Write(record, Some(done));
        let late = |_| "the audit trail did not answer in time".to_owned();
        self.to.send(order).map_err(|_| ended())?;
        let written = timeout(PATIENCE, written).await.map_err(late)?;
        written.map_err(|_| ended())?
    }

    /// Has a record written as soon as it can be. Returns at once; what fails is tried again.
    pub fn note(&self, record: Record) {
        if self.to.send(Order::Write(record, None)).is_err() {
            tracing::error!("{}", ended());
        }
    }

    /// Writes what waits, signs it, and ends.
    pub fn close(&self) {
        // Where it has ended there is nothing to write.
        self.to.send(Order::Close).ok();
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(writer) = writer.take() {
            writer.join().ok();
        }
    }

    /// Uses this from now on to tell whose addresses are ours.
    pub fn replace(&self, ours: Ours) {
        *self.ours.write().unwrap_or_else(PoisonError::into_inner) = ours;
    }

    /// How an address is noted: one of ours as it is; of another the domain, and a keyed hash for the rest.
    pub fn name(&self, address: &str) -> String {
        let address = Address::new(address);
        let ours = self.ours.read().unwrap_or_else(PoisonError::into_inner);
        if ours.has(&address) {
            return shortened(&address.to_string());
        }
        let folded = address.folded();
        let hash = self.names.mac(&[folded.as_bytes()]);
        let hash = hex(hash.get(..SHORT).unwrap_or_default());
        match folded.rsplit_once('@') {
            Some((_, domain)) => format!("#{hash}@{}", shortened(domain)),
            None => format!("#{hash}"),
        }
    }
}

/// So much of a text as an address may have.
pub fn shortened(text: &str) -> String {
    text.chars().take(ADDRESS).collect()
}

fn ended() -> String {
    "the audit trail has ended by a fault of its own; restart the daemon".into()
}
