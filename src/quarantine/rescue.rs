// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns a quarantine that does not open into one that does, and says what is lost; moves one to another store.
//!
//! Both are done without the daemon: who has the lock is alone.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;

use rustix::process::geteuid;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::index::{Filter, Hashes, Index, Seconds};
use super::open::{ROOT, lock, root, state};
use super::store::Store;
use super::weeks::{self, Weeks};
use super::{Error, RESCUES, Settings, StorePlace};

/// How much is read at once, in bytes.
const PIECE: usize = 64 << 10;

/// What a rescue came to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Rescued {
    /// Where the damaged index lies now.
    pub aside: String,
    /// Cases that are whole.
    pub saved: usize,
    /// Cases of which something was read, and not enough: they are gone.
    pub lost: Vec<String>,
    /// Cases that were whole, but the key of their week is not there: they are gone.
    pub without_key: Vec<String>,
    /// Cases that are kept although their message is not in the store.
    pub without_message: Vec<String>,
    /// Messages of which the index knows nothing any more: without their keys nobody opens them.
    pub without_case: usize,
    /// Recipients that were on their way, and of which nobody knows what became.
    pub unknown: usize,
    /// Whether the root key was taken from its copy.
    pub root_from_copy: bool,
}

/// What moving messages came to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Moved {
    /// Messages that are in the new store.
    pub messages: usize,
    /// Their sealed bytes.
    pub bytes: u64,
}

/// Puts a damaged index aside, and makes a new one of what can be read.
///
/// # Errors
/// One sentence: why nothing could be done.
pub fn rescue(settings: &Settings) -> Result<Rescued, Error> {
    let (state, _lock) = alone()?;
    let rescues = RESCUES
        .iter()
        .find(|(scheme, _)| *scheme == settings.index.scheme);
    let Some((scheme, rescue)) = rescues else {
        let scheme = settings.index.scheme;
        return Err(Error::Refused(format!(
            "{scheme}: an index of that kind is repaired by its own means"
        )));
    };
    let path = state.join(&settings.index.rest);
    let salvage = rescue(&path).map_err(|error| match error {
        Error::Index(why) => Error::Index(format!("{scheme}:{}: {why}", path.display())),
        other => other,
    })?;
    let index = (settings.index.make)(&path)?;
    let folder = state.join(weeks::FOLDER);
    let root_from_copy = index.meta(ROOT)?.is_none();
    if root_from_copy {
        let copy = weeks::root_of(&folder).ok_or_else(|| {
            let why = "the root key is lost, and there is no copy of it: put a backup of the index in its place";
            Error::Key(why.into())
        })?;
        index.set_meta(ROOT, &copy)?;
    }
    let wrapped = index.meta(ROOT)?.unwrap_or_default();
    let store = (settings.store.make)(&state.join(&settings.store.rest))?;
    let root = root(index.as_ref(), &wrapped, &settings.key, &state)?;
    let weeks = Weeks::open(folder, &root)?;
    let without_key = give_up(index.as_ref(), &weeks)?;
    let names: HashSet<String> = store.names()?.into_iter().collect();
    let known: HashSet<String> = index.blobs()?.into_iter().collect();
    let stored = stored(index.as_ref())?.into_iter();
    let without_message = stored.filter(|(_, _, blob)| !names.contains(blob));
    Ok(Rescued {
        aside: salvage.aside,
        saved: salvage.saved,
        lost: salvage.lost,
        without_message: without_message.map(|(id, ..)| id).collect(),
        without_key,
        without_case: names.difference(&known).count(),
        unknown: salvage.unknown,
        root_from_copy,
    })
}

/// Takes out the cases that nobody can open any more, so that the others can be used.
fn give_up(index: &dyn Index, weeks: &Weeks) -> Result<Vec<String>, Error> {
    let stored = stored(index)?.into_iter();
    let lost = stored.filter(|(_, arrived, _)| weeks.of(*arrived).is_err());
    let lost: Vec<String> = lost.map(|(id, ..)| id).collect();
    index.remove(&lost)?;
    Ok(lost)
}

/// The cases that have their message: id, when it came in, the message's name.
fn stored(index: &dyn Index) -> Result<Vec<(String, Seconds, String)>, Error> {
    let all = Filter {
        most: Some(u32::MAX),
        ..Filter::default()
    };
    let rows = index.rows(&all, &Hashes::default())?.into_iter();
    let stored = rows.filter_map(|row| Some((row.facts.id, row.facts.arrived, row.content?.blob)));
    Ok(stored.collect())
}

/// Copies every message to another store, and compares it there. The old store stays as it is.
///
/// # Errors
/// One sentence: what could not be read or written. Done again, it goes on where it was.
pub fn migrate(settings: &Settings, to: &StorePlace) -> Result<Moved, Error> {
    let (state, _lock) = alone()?;
    if *to == settings.store {
        return Err(Error::Refused(
            "this is the store that is in use; name another".into(),
        ));
    }
    let index = (settings.index.make)(&state.join(&settings.index.rest))?;
    let from = (settings.store.make)(&state.join(&settings.store.rest))?;
    let to = (to.make)(&state.join(&to.rest))?;
    let there: HashSet<String> = to.names()?.into_iter().collect();
    let mut moved = Moved::default();
    for name in index.blobs()? {
        if !there.contains(&name) {
            to.put(&name, from.get(&name)?.as_mut())?;
        }
        let (sum, bytes) = digest(from.as_ref(), &name)?;
        if digest(to.as_ref(), &name)?.0 != sum {
            let why =
                format!("{name} is not the same in the new store; remove it there and try again");
            return Err(Error::Damaged(why));
        }
        moved.messages += 1;
        moved.bytes += bytes;
    }
    Ok(moved)
}

/// The state directory, and nobody else in it. What somebody else made there the daemon could not use.
fn alone() -> Result<(PathBuf, File), Error> {
    let state = state()?;
    let owner = fs::metadata(&state).map(|state| state.uid());
    let owner = owner.map_err(|error| Error::Index(format!("{}: {error}", state.display())))?;
    if owner != geteuid().as_raw() {
        return Err(Error::Refused(format!(
            "{} belongs to another user; run this as him, by sudo -u pii-milter or su",
            state.display()
        )));
    }
    let lock = lock(&state)?;
    Ok((state, lock))
}

/// The digest of what lies in the store, and its length.
fn digest(store: &dyn Store, name: &str) -> Result<([u8; 32], u64), Error> {
    let (mut from, mut sum) = (store.get(name)?, Sha256::new());
    let (mut space, mut bytes) = (vec![0; PIECE], 0);
    loop {
        let read = from.read(&mut space);
        let read = read.map_err(|error| Error::Store(format!("cannot read {name}: {error}")))?;
        if read == 0 {
            return Ok((sum.finalize().into(), bytes));
        }
        sum.update(space.get(..read).unwrap_or_default());
        bytes += u64::try_from(read).unwrap_or_default();
    }
}
