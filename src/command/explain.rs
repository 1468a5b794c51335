// SPDX-License-Identifier: GPL-3.0-or-later
//! Says what would happen to a message, and why.

use std::path::Path;

use super::{Stop, UNUSABLE};

/// Say what would happen to a message, and why.
#[derive(Debug, clap::Args)]
pub struct Args {}

/// Runs the verb.
pub fn run(_args: Args, _config: Option<&Path>) -> Result<u8, Stop> {
    Err(Stop(UNUSABLE, "not there yet".into()))
}
