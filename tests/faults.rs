// SPDX-License-Identifier: GPL-3.0-or-later
//! Breaks what the quarantine stands on, with a real Postfix in front and behind, and counts what is lost or doubled.
//!
//! Needs root. `make test` runs each fault once and small; `make faults` at full size (`PII_MILTER_FAULTS=20`: rounds).
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test reports by panicking, and by what it prints"
)]

#[path = "faults/crash.rs"]
mod crash;
#[path = "faults/damage.rs"]
mod damage;
#[path = "faults/handing.rs"]
mod handing;
#[path = "faults/ledger.rs"]
mod ledger;
#[path = "mta/mod.rs"]
mod mta;
#[path = "faults/room.rs"]
mod room;
#[path = "faults/site.rs"]
mod site;

use std::process::ExitCode;
use std::sync::{Arc, LazyLock};

use libtest_mimic::{Arguments, Trial};
use site::Site;

/// A fault: its number in the list of faults and what must be true, and what proves it.
type Fault = (&'static str, fn(&Site));

/// Each has an entrance of its own, so that they run beside each other.
const FAULTS: &[&[Fault]] = &[crash::FAULTS, room::FAULTS, damage::FAULTS, handing::FAULTS];

/// Those that take their time: at full size only.
const SLOW: &[&[Fault]] = &[crash::SLOW, room::SLOW];

fn main() -> ExitCode {
    let faults: Vec<Fault> = FAULTS.iter().copied().flatten().copied().collect();
    let slow = if is_full() { SLOW } else { &[] };
    let site = Arc::new(LazyLock::new(Site::start));
    let trial = |(name, fault): Fault| {
        let site = Arc::clone(&site);
        Trial::test(name, move || {
            fault(&site);
            Ok(())
        })
    };
    let trials = faults
        .into_iter()
        .chain(slow.iter().copied().flatten().copied());
    let conclusion = libtest_mimic::run(&Arguments::from_args(), trials.map(trial).collect());
    // Here, and not with the process: a site waits until its server has stopped.
    drop(site);
    conclusion.exit_code()
}

/// Whether this is `make faults`.
fn is_full() -> bool {
    rounds().is_some()
}

/// So many rounds of each kill are asked for, at full size; none for the short form.
fn rounds() -> Option<u32> {
    std::env::var("PII_MILTER_FAULTS").ok()?.parse().ok()
}
