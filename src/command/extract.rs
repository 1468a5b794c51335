// SPDX-License-Identifier: GPL-3.0-or-later
//! Prints the text that the detectors see.

use std::path::Path;

use super::{Stop, UNUSABLE};

/// Print the text that the detectors see.
#[derive(Debug, clap::Args)]
pub struct Args {}

/// Runs the verb.
pub fn run(_args: Args, _config: Option<&Path>) -> Result<u8, Stop> {
    Err(Stop(UNUSABLE, "not there yet".into()))
}
