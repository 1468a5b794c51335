// SPDX-License-Identifier: GPL-3.0-or-later
//! Shows held messages and does with them what a person decides, through the daemon that has them.

mod ask;
mod print;
mod which;

use std::path::Path;

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::{Stop, UNUSABLE, WELL, input};
use crate::config::Source;
use crate::control::request::{Reply, Request};
use crate::quarantine::case::Act;
use crate::quarantine::{self, Choice, StorePlace};
use ask::each;
use which::{Narrow, Which};

/// See held messages, and let them go, refuse, delete or keep them.
///
/// The daemon has the messages and their keys, and does what it is asked over its control socket for those
/// who may (the section "roles" of the configuration; root may do everything). Each step is noted in the
/// case's history. What a mail brought never reaches the terminal as it came: control characters are replaced.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  pii-milter cases list --state held
  pii-milter cases show Q-7F3K2M9A
  pii-milter cases release Q-7F3K2M9A --recipient anna@example.org --channel incamail
  pii-milter cases refuse Q-7F3K2M9A --text \"Please use the customer portal\"
  pii-milter cases expire --dry-run

Exit codes: 0 done, 1 something is damaged, 2 it cannot be done, 75 try again later")]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// List cases, the newest first.
    List {
        #[command(flatten)]
        narrow: Narrow,
        /// At most so many; 1000 unless said otherwise.
        #[arg(long, value_name = "COUNT")]
        most: Option<u32>,
        /// One JSON object a line.
        #[arg(long)]
        json: bool,
    },
    /// Show one case: envelope, evidence, decisions and history, masked.
    Show {
        /// The case.
        case: String,
        /// Print the message itself, every control character but line ends replaced. It takes the role of an officer;
        /// who looked, when and why is noted in the case's history before anything is shown.
        #[arg(long, requires = "reason")]
        reveal: bool,
        /// Why the message must be seen.
        #[arg(long, value_name = "TEXT", requires = "reveal")]
        reason: Option<String>,
        /// One JSON object.
        #[arg(long)]
        json: bool,
    },
    /// Let cases go. Each recipient gets the message by the channel that the table chose for him, or as it
    /// is where that channel holds.
    Release {
        #[command(flatten)]
        which: Which,
        /// By this channel instead: the secure one, say.
        #[arg(long, value_name = "CHANNEL", conflicts_with = "as_is")]
        channel: Option<String>,
        /// As it is, whatever the table says.
        #[arg(long)]
        as_is: bool,
        /// Only note that it did arrive: for cases whose outcome is unknown.
        #[arg(long, conflicts_with_all = ["channel", "as_is"])]
        arrived: bool,
        /// Why; it goes into the history.
        #[arg(long, value_name = "TEXT", default_value = "")]
        text: String,
    },
    /// Refuse cases: they will not be delivered.
    Refuse {
        #[command(flatten)]
        which: Which,
        /// Why; it goes into the history.
        #[arg(long, value_name = "TEXT")]
        text: String,
    },
    /// Delete cases: they will not be delivered, and their content is destroyed.
    Delete {
        #[command(flatten)]
        which: Which,
        /// Why; it goes into the history.
        #[arg(long, value_name = "TEXT")]
        text: String,
    },
    /// Claim cases, so that nobody else decides them.
    Claim {
        #[command(flatten)]
        which: Which,
        /// Lay them down again.
        #[arg(long)]
        off: bool,
    },
    /// Keep cases by law: until this is lifted they neither expire nor can be deleted.
    Hold {
        #[command(flatten)]
        which: Which,
        /// Lift it.
        #[arg(long)]
        off: bool,
        /// Why; it goes into the history.
        #[arg(long, value_name = "TEXT")]
        text: String,
    },
    /// Let cases expire whose time is over. The daemon does so by itself every quarter of an hour.
    Expire {
        /// Those whose time is over on that day.
        #[arg(long, value_name = "YYYY-MM-DD")]
        before: Option<Date>,
        /// Only list them.
        #[arg(long)]
        dry_run: bool,
        /// One JSON object a line.
        #[arg(long)]
        json: bool,
    },
    /// Read every stored message to its end; ends with 1 where one is damaged, changed or missing.
    Verify {
        /// One JSON object.
        #[arg(long)]
        json: bool,
    },
    /// Count cases by state and level, bytes, and what is on its way.
    Stats {
        /// One JSON object.
        #[arg(long)]
        json: bool,
    },
    /// Put a damaged index aside and make a new one of what can be read; says what is lost. For a daemon that does not
    /// start; it must not run.
    Repair {
        /// One JSON object.
        #[arg(long)]
        json: bool,
    },
    /// Copy every message to another store and compare it there; then write that one into the configuration. The
    /// daemon must not run.
    Migrate {
        /// The other store, as quarantine.store takes it.
        #[arg(value_name = "STORE")]
        store: StorePlace,
        /// One JSON object.
        #[arg(long)]
        json: bool,
    },
}

/// Runs the verb. The daemon has read the configuration; who works without it reads it here.
pub fn run(args: Args, config: Option<&Path>) -> Result<u8, Stop> {
    match args.what {
        What::List { narrow, most, json } => {
            let mut filter = narrow.filter()?;
            filter.most = most;
            print::cases(&ask::cases(&Request::List(filter))?, json);
            Ok(WELL)
        }
        What::Show {
            case,
            reveal: _,
            reason: Some(reason),
            json,
        } => print::message(&ask::one(&Request::Reveal { case, reason })?, json),
        What::Show { case, json, .. } => print::shown(&ask::one(&Request::Show { case })?, json),
        What::Release {
            which,
            arrived: true,
            text,
            ..
        } => each("confirmed", &which, |case, to| {
            act(case, to, Act::Confirm, &text)
        }),
        What::Release {
            which,
            channel,
            as_is,
            text,
            ..
        } => {
            let by = match channel {
                Some(name) => Choice::Channel(name),
                None if as_is => Choice::AsIs,
                None => Choice::Table,
            };
            each("on its way", &which, |case, to| Request::Release {
                case,
                to,
                by: by.clone(),
                text: text.clone(),
            })
        }
        What::Refuse { which, text } => each("refused", &which, |case, to| {
            act(case, to, Act::Refuse, &text)
        }),
        What::Delete { which, text } => each("deleted", &which, |case, to| {
            act(case, to, Act::Delete, &text)
        }),
        What::Claim { which, off: false } => {
            each("claimed", &which, |case, to| act(case, to, Act::Claim, ""))
        }
        What::Claim { which, .. } => each("laid down", &which, |case, to| {
            act(case, to, Act::Leave, "")
        }),
        What::Hold { which, off, text } => {
            let done = if off { "no longer kept" } else { "kept" };
            each(done, &which, |case, _| Request::Keep {
                case,
                is_held: !off,
                text: text.clone(),
            })
        }
        What::Expire {
            before,
            dry_run,
            json,
        } => {
            let by = before.map(seconds).transpose()?;
            print::cases(&ask::cases(&Request::Expire { by, dry_run })?, json);
            Ok(WELL)
        }
        What::Verify { json } => print::verified(&ask::one(&Request::Verify)?, json),
        What::Stats { json } => print::counts(&ask::one(&Request::Stats)?, json),
        What::Repair { json } => {
            let rescued = quarantine::rescue(&settings(config)?).map_err(|error| stop(&error))?;
            Ok(print::rescued(&rescued, json))
        }
        What::Migrate { store, json } => {
            let moved =
                quarantine::migrate(&settings(config)?, &store).map_err(|error| stop(&error))?;
            print::moved(&moved, json);
            Ok(WELL)
        }
    }
}

/// The section of the configuration.
fn settings(config: Option<&Path>) -> Result<quarantine::Settings, Stop> {
    let source = Source::read(config).map_err(input::unusable)?;
    let settings = source.settings().map_err(input::unusable)?;
    let told = "the configuration has no section quarantine";
    settings
        .quarantine
        .ok_or_else(|| Stop(UNUSABLE, told.into()))
}

fn stop(error: &quarantine::Error) -> Stop {
    Stop(UNUSABLE, error.to_string())
}

fn act(case: String, to: Vec<String>, act: Act, text: &str) -> Request {
    Request::Act {
        case,
        to,
        act,
        text: text.to_owned(),
    }
}

/// The beginning of a day, in seconds since 1970.
fn seconds(day: Date) -> Result<i64, Stop> {
    let begin = day.to_zoned(TimeZone::system());
    let begin = begin.map_err(|error| Stop(UNUSABLE, format!("{day}: {error}")))?;
    Ok(begin.timestamp().as_second())
}
