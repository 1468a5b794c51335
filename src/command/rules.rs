// SPDX-License-Identifier: GPL-3.0-or-later
//! Shows and checks detectors.

use std::path::Path;

use super::{Stop, UNUSABLE};

/// Show and check detectors.
#[derive(Debug, clap::Args)]
pub struct Args {}

/// Runs the verb.
pub fn run(_args: Args, _config: Option<&Path>) -> Result<u8, Stop> {
    Err(Stop(UNUSABLE, "not there yet".into()))
}
