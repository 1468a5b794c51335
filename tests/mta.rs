// SPDX-License-Identifier: GPL-3.0-or-later
//! Sends mail through a real Postfix, and a real Sendmail, with pii-milter beside it, and looks at what
//! arrives.
//!
//! Needs root and what `make test` installs and unpacks. All cases share one Postfix and one Sendmail.
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

use cases::{Server, Site};
use libtest_mimic::{Arguments, Trial};

fn main() -> ExitCode {
    let mut sites = Vec::new();
    let mut trials = Vec::new();
    for server in [Server::Postfix, Server::Sendmail] {
        let site = Arc::new(LazyLock::new(move || Site::start(server)));
        for ((name, case), why_not) in cases::all(server) {
            let site = Arc::clone(&site);
            let trial = Trial::test(format!("{server:?}::{name}").to_lowercase(), move || {
                case(&site);
                Ok(())
            });
            trials.push(match why_not {
                Some(why) => trial.with_ignored_flag(true).with_kind(why),
                None => trial,
            });
        }
        sites.push(site);
    }
    let conclusion = libtest_mimic::run(&Arguments::from_args(), trials);
    // Here, and not with the process: a site waits until its server has stopped.
    drop(sites);
    conclusion.exit_code()
}
