// SPDX-License-Identifier: GPL-3.0-or-later
//! Shows, checks and renders relay profiles.

use std::path::Path;

use super::{Stop, UNUSABLE};

/// Show, check and render relay profiles.
#[derive(Debug, clap::Args)]
pub struct Args {}

/// Runs the verb.
pub fn run(_args: Args, _config: Option<&Path>) -> Result<u8, Stop> {
    Err(Stop(UNUSABLE, "not there yet".into()))
}
