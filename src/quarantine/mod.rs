// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps held messages: sealed in a store, found by an index, moved by one table of transitions.
//!
//! `doc/quarantine-states.md` says which states there are, and what is true of the files and rows at any
//! moment, a crash included.

pub mod case;
mod files;
mod fingerprint;
mod guard;
mod happened;
mod hold;
pub mod index;
pub mod keep;
mod open;
mod outbox;
mod release;
mod rescue;
mod review;
mod seal;
mod sqlite;
pub mod store;
mod sweep;
#[cfg(test)]
mod tests;
mod weeks;

use std::collections::HashSet;
use std::fmt;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, RwLock};
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer};
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::{Notify, Semaphore};
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use crate::audit::{Record, Trail};
use crate::key::{self, Key};
use crate::nearest::instead;
use crate::submit::Entry;
use crate::units::{Parsed, Span};
use crate::worker::Pool;
pub use happened::{Happened, What};
pub use hold::{Message, Receipt};
use index::{By, Index, Seconds};
use keep::{Kept, Room};
pub use rescue::{Moved, Rescued, migrate, rescue};
pub use review::{Choice, Shown, Verified};
use store::Store;
use weeks::Weeks;

/// Makes an index of what stands behind the colon.
type MakeIndex = fn(&Path) -> Result<Arc<dyn Index>, Error>;

/// Puts aside an index that is damaged, and makes a new one of what can be read of it.
type RescueIndex = fn(&Path) -> Result<index::Salvage, Error>;

/// Makes a store of what stands behind the colon.
type MakeStore = fn(&Path) -> Result<Arc<dyn Store>, Error>;

/// The kinds of index, by the word before the colon.
pub const INDEXES: &[(&str, MakeIndex)] =
    &[("sqlite", |path| Ok(Arc::new(sqlite::Sqlite::open(path)?)))];

/// Those of them that can be rescued by us; other kinds have means of their own.
const RESCUES: &[(&str, RescueIndex)] = &[("sqlite", sqlite::rescue)];

/// The kinds of store, by the word before the colon.
pub const STORES: &[(&str, MakeStore)] = &[("file", |path| {
    Ok(Arc::new(files::Files::open(path.to_owned())?))
})];

/// So many messages are written or read at the same time.
const HANDS: usize = 4;

/// How long one waits for the index at most.
const PATIENCE: Duration = Duration::from_secs(25);

/// The `quarantine` section of the configuration.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The table of cases.
    pub index: IndexPlace,
    /// The sealed messages.
    pub store: StorePlace,
    /// The master key.
    pub key: key::Source,
    /// How long a case is kept.
    pub keep: Span,
    /// How long others are kept, by level and domain; the first line that fits holds.
    #[serde(default)]
    pub keep_by: Vec<keep::Line>,
    /// How much may be kept.
    #[serde(default)]
    pub limits: keep::Limits,
}

impl Settings {
    /// A sentence for each line of `keep_by` that names a level of which there is none.
    pub fn unknown_levels(&self, levels: &[String]) -> Vec<String> {
        let known: Vec<&str> = levels.iter().map(String::as_str).collect();
        let lines = self.keep_by.iter().enumerate();
        let wrong = lines.filter_map(|(at, line)| {
            let level = line
                .level
                .as_deref()
                .filter(|level| !known.contains(level))?;
            let instead = instead(level, &known);
            Some(format!(
                "quarantine.keep_by[{at}].level: there is no level \"{level}\"{instead}"
            ))
        });
        wrong.collect()
    }
}

/// Where something of the quarantine is: one of the words of its table, a colon, and what that takes.
macro_rules! place {
    ($name:ident, $make:ident, $table:ident, $what:literal, $example:literal) => {
        #[doc = concat!("Where the ", $what, " is: `", $example, "`. A name without `/` in front stands below the state directory.")]
        #[derive(Clone, Debug)]
        pub struct $name {
            scheme: &'static str,
            make: $make,
            rest: PathBuf,
        }

        impl PartialEq for $name {
            fn eq(&self, other: &Self) -> bool {
                (self.scheme, &self.rest) == (other.scheme, &other.rest)
            }
        }

        impl Eq for $name {}

        impl FromStr for $name {
            type Err = String;

            /// # Errors
            /// One sentence that says what to write instead.
            fn from_str(text: &str) -> Result<Self, String> {
                let found = text.split_once(':').and_then(|(word, rest)| {
                    let (scheme, make) = $table.iter().find(|(scheme, _)| *scheme == word)?;
                    (!rest.is_empty()).then(|| Self { scheme, make: *make, rest: rest.into() })
                });
                found.ok_or_else(|| format!(concat!("\"{}\" is no ", $what, "; write ", $example), text))
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Parsed::deserialize(deserializer).map(|Parsed(place)| place)
            }
        }
    };
}

place!(
    IndexPlace,
    MakeIndex,
    INDEXES,
    "index of cases",
    "sqlite:cases.db"
);
place!(
    StorePlace,
    MakeStore,
    STORES,
    "store of held messages",
    "file:held"
);

/// Why something could not be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// The store of messages fails.
    Store(String),
    /// The table of cases fails.
    Index(String),
    /// There is no key, or a wrong one.
    Key(String),
    /// What is there is damaged.
    Damaged(String),
    /// It must not be done.
    Refused(String),
    /// There is no case of that id.
    Missing(String),
    /// It was not done in time.
    Late,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Store(why)
            | Self::Index(why)
            | Self::Key(why)
            | Self::Damaged(why)
            | Self::Refused(why) => f.write_str(why),
            Self::Missing(id) => write!(f, "there is no case {id}"),
            Self::Late => f.write_str("the quarantine did not answer in time"),
        }
    }
}

impl std::error::Error for Error {}

impl From<key::Error> for Error {
    fn from(error: key::Error) -> Self {
        Self::Key(error.0)
    }
}

/// The keys that the root key gives.
struct Keys {
    /// Wrap the keys of messages.
    weeks: Weeks,
    /// Hashes addresses, so that they are found and not read.
    search: Key,
    /// Hashes messages, so that a second try is known.
    fingerprint: Key,
    /// Names what we hand over, so that it is known when it comes back.
    guard: Key,
}

/// The quarantine of a daemon. Nobody else opens its files.
pub struct Quarantine {
    index: Arc<dyn Index>,
    store: Arc<dyn Store>,
    keys: Keys,
    kept: Kept,
    room: Room,
    /// The index takes one at a time; the others wait here, and hold no thread.
    turn: Semaphore,
    /// So many messages are written or read at once: each holds a thread and a descriptor.
    hands: Semaphore,
    /// Cases whose answer is not written yet.
    open: Arc<Mutex<HashSet<String>>>,
    /// Told when there is something to send.
    wake: Notify,
    /// What is in force.
    current: RwLock<Option<Arc<Current>>>,
    /// Where is noted what happens to a case by itself.
    trail: OnceLock<Arc<Trail>>,
    /// Who hears what happens to cases.
    hears: OnceLock<UnboundedSender<Happened>>,
    /// Held for as long as this process keeps the quarantine.
    _lock: File,
}

/// What a reload may change.
pub struct Current {
    /// The workers of the policy in force.
    pub pool: Arc<Pool>,
    /// The channels by which a message leaves, neither held nor refused.
    pub passing: Vec<String>,
    /// Where messages are handed to the MTA.
    pub submit: Entry,
}

impl Quarantine {
    /// Uses this from now on.
    pub fn replace(&self, current: Current) {
        let mut place = self.current.write().unwrap_or_else(PoisonError::into_inner);
        *place = Some(Arc::new(current));
        drop(place);
        self.wake.notify_one();
    }

    /// Notes there what happens to a case by itself, from now on and for ever.
    pub fn note_in(&self, trail: Arc<Trail>) {
        self.trail.get_or_init(|| trail);
    }

    /// Has somebody hear what happens to cases, from now on and for ever.
    pub fn tell_of(&self, to: UnboundedSender<Happened>) {
        self.hears.get_or_init(|| to);
    }

    fn note_case(&self, record: Record) {
        if let Some(trail) = self.trail.get() {
            trail.note(record);
        }
    }

    fn current(&self) -> Result<Arc<Current>, Error> {
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        current.clone().ok_or(Error::Late)
    }

    /// Asks the index, on a thread that may wait for the disk.
    async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&dyn Index) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let turn = timeout(PATIENCE, self.turn.acquire()).await;
        let _turn = turn.map_err(|_| Error::Late)?;
        let index = Arc::clone(&self.index);
        let asked = spawn_blocking(move || question(index.as_ref())).await;
        asked.unwrap_or_else(|_| Err(Error::Index("the index of cases: a fault of ours".into())))
    }

    /// Has the index note what somebody does, and why. Every act of a person comes by here.
    async fn note_of<T: Send + 'static>(
        &self,
        who: &str,
        text: &str,
        work: impl FnOnce(&dyn Index, &By<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let (who, text) = (who.to_owned(), text.to_owned());
        self.ask(move |index| {
            let (who, text) = (&who, &text);
            work(
                index,
                &By {
                    who,
                    text,
                    now: now(),
                },
            )
        })
        .await
    }

    /// Does something with the store, on a thread that may wait for the disk.
    async fn with_store<T: Send + 'static>(
        &self,
        work: impl FnOnce(&dyn Store) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let hand = timeout(PATIENCE, self.hands.acquire()).await;
        let _hand = hand.map_err(|_| Error::Late)?;
        let store = Arc::clone(&self.store);
        let done = spawn_blocking(move || work(store.as_ref())).await;
        done.unwrap_or_else(|_| Err(Error::Store("the store: a fault of ours".into())))
    }

    /// Removes messages that nothing points to any more. What stays is found at the next start.
    async fn remove(&self, blobs: Vec<String>) {
        if blobs.is_empty() {
            return;
        }
        let removed =
            self.with_store(move |store| blobs.iter().try_for_each(|blob| store.delete(blob)));
        if let Err(error) = removed.await {
            tracing::warn!("messages of no use are still there: {error}");
        }
    }

    fn open_cases(&self) -> MutexGuard<'_, HashSet<String>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until each answer that was written is noted, for so long at most.
    pub async fn settle(&self, patience: Duration) {
        let settled = async {
            while !self.open_cases().is_empty() {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        timeout(patience, settled).await.ok();
    }
}

/// Now, in seconds since 1970.
fn now() -> Seconds {
    Timestamp::now().as_second()
}

/// A moment of the index.
fn moment(seconds: Seconds) -> Timestamp {
    Timestamp::from_second(seconds).unwrap_or_default()
}
