// SPDX-License-Identifier: GPL-3.0-or-later
//! Checks the configuration and prints the decision table.

use std::path::Path;

use super::{Stop, UNUSABLE};

/// Check the configuration and print the decision table.
#[derive(Debug, clap::Args)]
pub struct Args {}

/// Runs the verb.
pub fn run(_args: Args, _config: Option<&Path>) -> Result<u8, Stop> {
    Err(Stop(UNUSABLE, "not there yet".into()))
}
