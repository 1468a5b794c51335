// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns the configuration file, with the files it names, into a policy and settings.

use serde::{Deserialize, Serialize};

use crate::inspect::Policy;

/// The text of everything a policy is made of. It is what a worker is sent, and what the digest is of.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Source {
    /// The path of the configuration, for errors.
    pub path: String,
    /// Its text.
    pub text: String,
    /// Detector files: path below the detectors folder, text. Shipped ones first, then the admin's.
    pub detectors: Vec<(String, String)>,
    /// Relay profiles, likewise.
    pub relays: Vec<(String, String)>,
    /// Files named by `file:` in the configuration: name as written, text.
    pub lists: Vec<(String, String)>,
}

impl Source {
    /// Compiles the policy.
    ///
    /// # Errors
    /// One sentence for each thing that is wrong: what, where, what to write instead.
    pub fn policy(&self) -> Result<Policy, Vec<String>> {
        Err(Vec::new())
    }
}
