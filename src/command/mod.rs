// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns the command line into an exit code; one file for each verb.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "only the verbs speak to the terminal"
)]

// First, for its macros hold in what follows.
#[macro_use]
mod print;

mod audit;
mod cases;
mod check;
mod completions;
mod explain;
mod extract;
mod input;
mod language;
mod parts;
mod recipients;
mod relays;
mod report;
mod rules;
mod scan;
mod serve;
mod setup;
mod worker;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

/// Nothing found, or all well.
pub const WELL: u8 = 0;
/// Findings or doubts.
pub const FOUND: u8 = 1;
/// Usage, or input that cannot be used.
pub const UNUSABLE: u8 = 2;
/// Try again later.
pub const LATER: u8 = 75;

/// Keeps personal data from leaving in plain e-mail.
#[derive(Debug, Parser)]
#[command(name = "pii-milter", version, about, disable_help_subcommand = true)]
struct Cli {
    /// The configuration; without it /etc/pii-milter/pii-milter.yaml, else the built-in one.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    verb: Verb,
}

/// The verbs. A new one is a file here and a line below.
#[derive(Debug, Subcommand)]
enum Verb {
    Serve(serve::Args),
    Check(check::Args),
    Explain(explain::Args),
    Scan(scan::Args),
    Extract(extract::Args),
    Rules(rules::Args),
    Recipients(recipients::Args),
    Relays(relays::Args),
    Cases(cases::Args),
    Audit(audit::Args),
    Setup(setup::Args),
    #[command(hide = true)]
    Completions(completions::Args),
    #[command(hide = true)]
    Worker(worker::Args),
}

/// Why a verb ended early: the exit code, and one sentence that says what to do.
#[derive(Debug)]
pub struct Stop(pub u8, pub String);

/// The command line as it is declared, which the manual page must match.
pub fn cli() -> clap::Command {
    Cli::command()
}

/// Reads the command line and does what it says.
pub fn run() -> ExitCode {
    let Cli { config, verb } = Cli::parse();
    let config = config.as_deref();
    let done = match verb {
        Verb::Serve(args) => serve::run(args, config),
        Verb::Check(args) => check::run(args, config),
        Verb::Explain(args) => explain::run(&args, config),
        Verb::Scan(args) => scan::run(&args, config),
        Verb::Extract(args) => extract::run(args, config),
        Verb::Rules(args) => rules::run(args, config),
        Verb::Recipients(args) => recipients::run(&args, config),
        Verb::Relays(args) => relays::run(args, config),
        Verb::Cases(args) => cases::run(args, config),
        Verb::Audit(args) => audit::run(args, config),
        Verb::Completions(args) => completions::run(&args),
        Verb::Setup(args) => setup::run(&args, config),
        Verb::Worker(args) => worker::run(args, config),
    };
    match done {
        Ok(code) => ExitCode::from(code),
        Err(Stop(code, sentence)) => {
            eprintln!("pii-milter: {sentence}");
            ExitCode::from(code)
        }
    }
}
