// SPDX-License-Identifier: GPL-3.0-or-later
//! Looks for personal data in files, folders and mailboxes.

use std::path::Path;

use super::{Stop, UNUSABLE};

/// Look for personal data in files, folders and mailboxes.
#[derive(Debug, clap::Args)]
pub struct Args {}

/// Runs the verb.
pub fn run(_args: Args, _config: Option<&Path>) -> Result<u8, Stop> {
    Err(Stop(UNUSABLE, "not there yet".into()))
}
