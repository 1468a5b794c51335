// SPDX-License-Identifier: GPL-3.0-or-later
//! Opens the quarantine: index, store and keys, or one clear line why not.

use std::collections::HashSet;
use std::fs::{DirBuilder, File, OpenOptions};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, RwLock};

use rustix::fs::{FlockOperation, flock};
use tokio::sync::{Notify, Semaphore};

use super::index::Index;
use super::keep::{Kept, Room};
use super::store::Store;
use super::weeks::{self, Weeks};
use super::{Error, HANDS, Keys, Quarantine, Settings};
use crate::dirs;
use crate::key::{self, Key, Source};

/// The name of the root key in the index, and what it is bound to.
pub(super) const ROOT: &str = "root key";

impl Quarantine {
    /// Opens the quarantine; an empty one makes its key. Waits for the disk, so not for the runtime.
    ///
    /// # Errors
    /// One sentence: what is missing, wrong or damaged, and what to do.
    pub fn open(settings: &Settings) -> Result<Arc<Self>, Error> {
        let state = state()?;
        let lock = lock(&state)?;
        let store = (settings.store.make)(&state.join(&settings.store.rest))?;
        let index = (settings.index.make)(&state.join(&settings.index.rest))?;
        let root = match index.meta(ROOT)? {
            Some(wrapped) => root(index.as_ref(), &wrapped, &settings.key, &state)?,
            None => first(index.as_ref(), store.as_ref(), &settings.key, &state)?,
        };
        let weeks = Weeks::open(state.join(weeks::FOLDER), &root)?;
        has_weeks(index.as_ref(), &weeks)?;
        weeks.keep_root(&index.meta(ROOT)?.unwrap_or_default())?;
        Ok(Arc::new(Self {
            index,
            store,
            keys: Keys {
                weeks,
                search: root.for_purpose("search"),
                fingerprint: root.for_purpose("fingerprint"),
                guard: root.for_purpose("guard"),
            },
            kept: Kept {
                usual: settings.keep,
                lines: settings.keep_by.clone(),
            },
            room: Room::new(settings.limits),
            turn: Semaphore::new(1),
            hands: Semaphore::new(HANDS),
            open: Arc::new(Mutex::new(HashSet::new())),
            wake: Notify::new(),
            current: RwLock::new(None),
            trail: OnceLock::new(),
            hears: OnceLock::new(),
            _lock: lock,
        }))
    }
}

/// Whether each week of which something is kept has its key.
fn has_weeks(index: &dyn Index, weeks: &Weeks) -> Result<(), Error> {
    let there = weeks.all()?;
    let kept = index.periods(weeks::WEEK)?;
    let missing = kept.iter().filter(|week| !there.contains(week)).count();
    match missing {
        0 => Ok(()),
        _ => Err(Error::Key(format!(
            "{}: the keys of {missing} weeks are missing, and without them their messages cannot be opened; put the \
             folder back, or give these messages up by \"pii-milter cases repair\"",
            weeks::FOLDER
        ))),
    }
}

/// The state directory, made where it is not there.
pub(super) fn state() -> Result<PathBuf, Error> {
    let state = dirs::state().ok_or_else(|| {
        Error::Index("there is no state directory; set STATE_DIRECTORY or HOME".into())
    })?;
    let made = DirBuilder::new().recursive(true).mode(0o700).create(&state);
    made.map_err(|error| Error::Index(format!("cannot make {}: {error}", state.display())))?;
    Ok(state)
}

/// Makes this process the only one that keeps the quarantine.
pub(super) fn lock(state: &Path) -> Result<File, Error> {
    let path = state.join("lock");
    let wrong = |why: String| Error::Index(format!("{}: {why}", path.display()));
    let mut options = OpenOptions::new();
    let file = options
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(&path);
    let file = file.map_err(|error| wrong(error.to_string()))?;
    flock(&file, FlockOperation::NonBlockingLockExclusive)
        .map_err(|_| wrong("another pii-milter keeps this quarantine; end it first".into()))?;
    Ok(file)
}

/// The root key, opened by the master key.
pub(super) fn root(
    index: &dyn Index,
    wrapped: &[u8],
    source: &Source,
    state: &Path,
) -> Result<Key, Error> {
    let masters = source.read(state).map_err(|error| named(&error))?;
    let Some(newest) = masters.first() else {
        return Err(Error::Key(format!(
            "quarantine.key: {source}: the key is missing, and without it no held message can be opened; put it back"
        )));
    };
    if let Some(root) = newest.unwrap_key(wrapped, ROOT) {
        return Ok(root);
    }
    let older = masters
        .iter()
        .find_map(|master| master.unwrap_key(wrapped, ROOT));
    let root = older.ok_or_else(|| {
        Error::Key(format!(
            "quarantine.key: {source}: this is not the key of the messages that are held; put the right one back"
        ))
    })?;
    index.set_meta(ROOT, &newest.wrap(root.bytes(), ROOT)?)?;
    tracing::info!("the master key of the quarantine was changed");
    Ok(root)
}

/// The first root key of an empty quarantine.
fn first(
    index: &dyn Index,
    store: &dyn Store,
    source: &Source,
    state: &Path,
) -> Result<Key, Error> {
    let left = store.names()?.len();
    if left > 0 {
        return Err(Error::Damaged(format!(
            "the store holds {left} messages and the index is new; put the index back from a backup, or move the messages away"
        )));
    }
    let master = match source
        .read(state)
        .map_err(|error| named(&error))?
        .into_iter()
        .next()
    {
        Some(master) => master,
        None => {
            let (master, path) = source.make(state).map_err(|error| named(&error))?;
            tracing::info!(
                "made the master key of the quarantine, {}: keep a copy in a safe place",
                path.display()
            );
            master
        }
    };
    let root = Key::random()?;
    index.set_meta(ROOT, &master.wrap(root.bytes(), ROOT)?)?;
    Ok(root)
}

/// The same with the name of the key that is meant.
fn named(error: &key::Error) -> Error {
    Error::Key(format!("quarantine.key: {error}"))
}
