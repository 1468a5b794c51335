// SPDX-License-Identifier: GPL-3.0-or-later
//! Inspects mail in a sandbox for the daemon that started it.

use std::path::Path;

use super::{LATER, Stop, WELL};
use crate::config::Source;
use crate::inspect::Policy;
use crate::worker::child;

/// Inspect mail that comes over standard input (started by serve).
#[derive(Debug, clap::Args)]
pub struct Args {}

/// Runs the verb. The policy comes from the daemon, so no configuration is read.
pub fn run(_args: Args, _config: Option<&Path>) -> Result<u8, Stop> {
    let ended = child::run(compile);
    ended
        .map(|()| WELL)
        .map_err(|error| Stop(LATER, error.to_string()))
}

fn compile(text: &[u8]) -> Result<Policy, String> {
    let source: Source = serde_json::from_slice(text).map_err(|error| error.to_string())?;
    source.policy().map_err(|errors| errors.join("; "))
}
