// SPDX-License-Identifier: GPL-3.0-or-later
//! Sends mail through a real Postfix with pii-milter beside it, and looks at what arrives.
//!
//! Needs root and Postfix's package; see `make test`. All cases share one Postfix.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test reports by panicking"
)]

mod case;
#[path = "mta/cases/mod.rs"]
mod cases;
#[path = "mta/mod.rs"]
mod mta;

use std::process::ExitCode;
use std::sync::{Arc, LazyLock};

use libtest_mimic::{Arguments, Trial};

fn main() -> ExitCode {
    let site = Arc::new(LazyLock::new(cases::Site::start as fn() -> cases::Site));
    let trials = cases::all().map(|(name, case)| {
        let site = Arc::clone(&site);
        Trial::test(name, move || {
            case(&site);
            Ok(())
        })
    });
    let conclusion = libtest_mimic::run(&Arguments::from_args(), trials.collect());
    // Here, and not with the process: the site waits until Postfix has stopped.
    drop(site);
    conclusion.exit_code()
}
