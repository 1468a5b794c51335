// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps the sealed bytes of held messages, wherever that is.

use std::io::Read;

use super::Error;

/// A place for sealed messages. It sees noise only: keys are the index's matter.
pub trait Store: Send + Sync {
    /// Keeps what `bytes` gives under this name. When this returns it is safe, also from a loss of power.
    ///
    /// # Errors
    /// Where it cannot be kept; nothing of it is there then, or what is there counts as left over.
    fn put(&self, name: &str, bytes: &mut dyn Read) -> Result<(), Error>;

    /// The bytes of that name.
    ///
    /// # Errors
    /// Where there are none, or they cannot be read.
    fn get(&self, name: &str) -> Result<Box<dyn Read + Send>, Error>;

    /// Forgets the bytes of that name; well where there are none.
    ///
    /// # Errors
    /// Where they cannot be removed.
    fn delete(&self, name: &str) -> Result<(), Error>;

    /// The names of all that is there, what was left half written included.
    ///
    /// # Errors
    /// Where the place cannot be read.
    fn names(&self) -> Result<Vec<String>, Error>;
}
