// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps the key of each week, which wraps the keys of the messages that came in then.
//!
//! They lie beside the index and not in it, wrapped by the root key, and go when the last message of their week is
//! gone: from then on no backup of the index opens a message of that week. A copy of the wrapped root key
//! lies there too, for an index that is damaged.

use std::collections::BTreeMap;
use std::fs::{self, DirBuilder};
use std::io::ErrorKind;
use std::os::unix::fs::DirBuilderExt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use super::Error;
use super::index::Seconds;
use crate::key::{self, Key};

/// A week, in seconds.
pub const WEEK: Seconds = 7 * 24 * 3600;

/// The name of the folder, below the state directory.
pub const FOLDER: &str = "keys";

/// The file of the root key's copy.
const ROOT: &str = "root";

/// The keys of all weeks.
pub struct Weeks {
    folder: PathBuf,
    wrap: Key,
    known: Mutex<BTreeMap<i64, Arc<Key>>>,
}

impl Weeks {
    /// Uses this folder, and makes it where it is not there.
    ///
    /// # Errors
    /// One sentence with what the system says.
    pub fn open(folder: PathBuf, root: &Key) -> Result<Self, Error> {
        let made = DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&folder);
        let weeks = Self {
            folder,
            wrap: root.for_purpose("week"),
            known: Mutex::default(),
        };
        made.map_err(|error| weeks.wrong("make", &error))?;
        Ok(weeks)
    }

    /// The key for what comes in now; made, and safe on the disk, where it is the first of its week.
    ///
    /// # Errors
    /// Where it cannot be read or written.
    pub fn at(&self, arrived: Seconds) -> Result<Arc<Key>, Error> {
        let week = arrived.div_euclid(WEEK);
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(key) = known.get(&week) {
            return Ok(Arc::clone(key));
        }
        let key = match self.read(week)? {
            Some(key) => key,
            None => {
                let key = Key::random()?;
                let wrapped = self.wrap.wrap(key.bytes(), &name(week))?;
                let path = self.folder.join(week.to_string());
                let written = key::write_file(&path, &key::hex(&wrapped));
                written.map_err(|error| self.wrong("write to", &error))?;
                key
            }
        };
        let key = Arc::new(key);
        known.insert(week, Arc::clone(&key));
        Ok(key)
    }

    /// The key for what came in then.
    ///
    /// # Errors
    /// Where it is not there, or cannot be read.
    pub fn of(&self, arrived: Seconds) -> Result<Arc<Key>, Error> {
        let week = arrived.div_euclid(WEEK);
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(key) = known.get(&week) {
            return Ok(Arc::clone(key));
        }
        drop(known);
        match self.read(week)? {
            Some(_) => self.at(arrived),
            None => Err(Error::Damaged(format!(
                "the key of its week, {}, is not there any more",
                self.folder.join(week.to_string()).display()
            ))),
        }
    }

    /// The weeks that have a key.
    ///
    /// # Errors
    /// Where the folder cannot be read.
    pub fn all(&self) -> Result<Vec<i64>, Error> {
        let entries = fs::read_dir(&self.folder).map_err(|error| self.wrong("read", &error))?;
        let names = entries.flatten().map(|entry| entry.file_name());
        Ok(names
            .filter_map(|name| name.to_str()?.parse().ok())
            .collect())
    }

    /// Destroys the keys of weeks of which nothing is kept any more; the last two weeks stay.
    ///
    /// # Errors
    /// Where one cannot be removed.
    pub fn forget(&self, kept: &[i64], now: Seconds) -> Result<(), Error> {
        // What is being stored just now may have begun last week.
        let last = now.div_euclid(WEEK) - 1;
        for week in self
            .all()?
            .into_iter()
            .filter(|week| *week < last && !kept.contains(week))
        {
            let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            known.remove(&week);
            let removed = fs::remove_file(self.folder.join(week.to_string()));
            removed.map_err(|error| self.wrong("remove from", &error))?;
            tracing::info!(
                week,
                "the key of a week was destroyed: nothing of it is kept"
            );
        }
        Ok(())
    }

    /// Keeps a copy of the wrapped root key.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn keep_root(&self, wrapped: &[u8]) -> Result<(), Error> {
        let (path, text) = (self.folder.join(ROOT), key::hex(wrapped));
        if fs::read_to_string(&path).is_ok_and(|there| there.trim() == text) {
            return Ok(());
        }
        let new = path.with_extension("new");
        fs::remove_file(&new).ok();
        let written = key::write_file(&new, &text).and_then(|()| fs::rename(&new, &path));
        written.map_err(|error| self.wrong("write to", &error))
    }

    fn read(&self, week: i64) -> Result<Option<Key>, Error> {
        let path = self.folder.join(week.to_string());
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(self.wrong("read from", &error)),
        };
        let key = key::bytes_of_hex(text.trim())
            .and_then(|wrapped| self.wrap.unwrap_key(&wrapped, &name(week)));
        let damaged = || Error::Damaged(format!("{} is damaged", path.display()));
        key.map(Some).ok_or_else(damaged)
    }

    fn wrong(&self, what: &str, error: &std::io::Error) -> Error {
        Error::Key(format!("cannot {what} {}: {error}", self.folder.display()))
    }
}

/// The copy of the wrapped root key below that folder, if there is one.
pub fn root_of(folder: &std::path::Path) -> Option<Vec<u8>> {
    let text = fs::read_to_string(folder.join(ROOT)).ok()?;
    key::bytes_of_hex(text.trim())
}

/// What the key of a week is bound to.
fn name(week: i64) -> String {
    format!("week {week}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_week_keeps_its_key_until_nothing_of_it_is_kept() {
        let folder = std::env::temp_dir().join(format!("pii-milter-weeks-{}", std::process::id()));
        let root = Key::random().unwrap();
        let weeks = Weeks::open(folder.clone(), &root).unwrap();
        let now = 3000 * WEEK + 5;
        let first = weeks.at(now).unwrap();
        assert_eq!(first.bytes(), weeks.at(now + 60).unwrap().bytes());
        assert_ne!(first.bytes(), weeks.at(now + WEEK).unwrap().bytes());
        // Before 1970 the clock is wrong, and the key still one.
        weeks.at(-1).unwrap();
        assert_eq!(weeks.all().unwrap().len(), 3);

        let again = Weeks::open(folder.clone(), &root).unwrap();
        assert_eq!(first.bytes(), again.of(now).unwrap().bytes());
        assert!(matches!(again.of(now + 9 * WEEK), Err(Error::Damaged(_))));
        again.forget(&[3000], now + 3 * WEEK).unwrap();
        assert_eq!(again.all().unwrap(), [3000], "one that is kept");
        again.forget(&[], now + WEEK).unwrap();
        assert_eq!(again.all().unwrap(), [3000], "last week's");
        again.forget(&[], now + 2 * WEEK).unwrap();
        assert!(again.of(now).is_err());

        let other = Weeks::open(folder.clone(), &Key::random().unwrap()).unwrap();
        weeks.at(now + 20 * WEEK).unwrap();
        assert!(matches!(other.of(now + 20 * WEEK), Err(Error::Damaged(_))));
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn the_root_key_has_a_copy() {
        let folder = std::env::temp_dir().join(format!("pii-milter-root-{}", std::process::id()));
        assert!(root_of(&folder).is_none());
        let weeks = Weeks::open(folder.clone(), &Key::random().unwrap()).unwrap();
        for wrapped in [&b"one"[..], b"two", b"two"] {
            weeks.keep_root(wrapped).unwrap();
            assert_eq!(root_of(&folder).as_deref(), Some(wrapped));
        }
        assert!(weeks.all().unwrap().is_empty());
        fs::remove_dir_all(&folder).unwrap();
    }
}
