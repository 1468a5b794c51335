// SPDX-License-Identifier: GPL-3.0-or-later
//! Inspects mail in a sandbox for the daemon that started it.

use std::path::Path;

use super::{Stop, UNUSABLE};

/// Inspect mail that comes over standard input (started by serve).
#[derive(Debug, clap::Args)]
pub struct Args {}

/// Runs the verb.
pub fn run(_args: Args, _config: Option<&Path>) -> Result<u8, Stop> {
    Err(Stop(UNUSABLE, "not there yet".into()))
}
