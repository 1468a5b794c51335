// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns a relay profile into edits: subject mark, headers, recipient suffix.

/// A relay profile: how a secure-delivery service is addressed.
#[derive(Clone, Debug)]
pub struct Profile {}

impl Profile {
    /// Reads a profile and runs its examples. `path` is only for the error.
    ///
    /// # Errors
    /// One sentence for each thing that is wrong, beginning with the path.
    pub fn read(_path: &str, _text: &str) -> Result<Self, Vec<String>> {
        Ok(Self {})
    }
}
