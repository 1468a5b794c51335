// SPDX-License-Identifier: GPL-3.0-or-later
//! Shows the trail of decisions and acts, checks it, and writes it out.

mod csv;
mod row;

use std::collections::VecDeque;
use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::Value;

use super::print::harmless;
use super::{FOUND, LATER, Stop, UNUSABLE, WELL, report};
use crate::audit::chain::PublicKey;
use crate::audit::files::Place;
use crate::audit::read;
use crate::audit::verify::{Verified, Wrong, verify};
use crate::config::Source;
use crate::dirs;
use row::Row;

/// Records that are listed unless said otherwise.
const MOST: usize = 1000;

/// See who and what decided, and prove that nobody changed it since.
///
/// The daemon notes each decision, each thing that somebody asks of it, and what it does by itself, in files
/// that these verbs read (section "audit" of the configuration). Every record holds the hash of the one before
/// it, and every so often one is signed. No record holds a found value or a subject; people who are not ours
/// stand there as a keyed hash and their domain.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  pii-milter audit list --id Q-7F3K2M9A
  pii-milter audit show 4711
  pii-milter audit verify
  pii-milter audit export --csv --since 2026-11-01 > november.csv

Exit codes: 0 all well, 1 a record was changed, is missing, swapped or cut off, 2 usage, 75 the files cannot be read")]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// List records, the newest last.
    List {
        #[command(flatten)]
        narrow: Narrow,
        #[command(flatten)]
        place: Where,
        /// Only the last so many; 1000 unless said otherwise.
        #[arg(long, value_name = "COUNT")]
        most: Option<usize>,
        /// The records as they are written, one JSON object a line.
        #[arg(long)]
        json: bool,
    },
    /// Show one record by its number, or all of a message or case by its id.
    Show {
        /// The number or the id.
        what: String,
        #[command(flatten)]
        place: Where,
        /// The records as they are written, one JSON object a line.
        #[arg(long)]
        json: bool,
    },
    /// Read all of it, and name each record that was changed, is missing, swapped or cut off.
    Verify {
        #[command(flatten)]
        place: Where,
        /// The public keys, one a line, that you have kept elsewhere; without, those that lie beside the trail.
        #[arg(long, value_name = "FILE")]
        keys: Option<PathBuf>,
        /// One JSON object.
        #[arg(long)]
        json: bool,
    },
    /// Write records out: JSON lines as they are, or a table for a spreadsheet.
    Export {
        #[command(flatten)]
        narrow: Narrow,
        #[command(flatten)]
        place: Where,
        /// As CSV; no cell of it can be a formula.
        #[arg(long)]
        csv: bool,
    },
}

/// What narrows the records down.
#[derive(Debug, Default, clap::Args)]
struct Narrow {
    /// Of this message or case.
    #[arg(long, value_name = "ID")]
    id: Option<String>,
    /// By this user, or from this sender.
    #[arg(long, value_name = "NAME")]
    who: Option<String>,
    /// Of this kind: decision, act, failed, denied, case, start, stop, reload, clock, gap, begin, checkpoint,
    /// expired.
    #[arg(long, value_name = "KIND")]
    kind: Option<String>,
    /// From that day on.
    #[arg(long, value_name = "YYYY-MM-DD")]
    since: Option<Date>,
    /// Before that day.
    #[arg(long, value_name = "YYYY-MM-DD")]
    before: Option<Date>,
}

/// Which trail is meant.
#[derive(Debug, clap::Args)]
struct Where {
    /// Another trail than that of the configuration: its file that is written; the older ones lie beside it.
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
}

/// The same, ready to be asked.
struct Filter<'a> {
    narrow: &'a Narrow,
    since: Option<Timestamp>,
    before: Option<Timestamp>,
}

/// Runs the verb.
pub fn run(args: Args, config: Option<&Path>) -> Result<u8, Stop> {
    match args.what {
        What::List {
            narrow,
            place,
            most,
            json,
        } => {
            let most = most.unwrap_or(MOST);
            let mut last = VecDeque::new();
            let damaged = each(&place.of(config)?, &narrow, |text, record| {
                last.push_back((text.to_owned(), record));
                if last.len() > most {
                    last.pop_front();
                }
            })?;
            list(&last, json);
            Ok(damaged)
        }
        What::Show { what, place, json } => show(&what, &place.of(config)?, json),
        What::Verify { place, keys, json } => {
            let place = place.of(config)?;
            let path = keys.unwrap_or_else(|| place.public());
            let failed = |why: String| Stop(LATER, why);
            let text = fs::read_to_string(&path)
                .map_err(|error| failed(format!("{}: {error}", path.display())))?;
            let keys = PublicKey::all(&text)
                .map_err(|why| Stop(UNUSABLE, format!("{}: {why}", path.display())))?;
            verified(&verify(&place, &keys).map_err(failed)?, json)
        }
        What::Export { narrow, place, csv } => {
            if csv {
                println!("{}", csv::line(row::COLUMNS.iter().copied()));
            }
            let mut reads_on = true;
            each(&place.of(config)?, &narrow, |text, record| {
                // Where nobody reads on, there is nobody to write for.
                reads_on = reads_on
                    && match csv {
                        true => super::print::line(format_args!(
                            "{}",
                            csv::line(Row(&record).cells().iter().map(String::as_str))
                        )),
                        false => super::print::line(format_args!("{text}")),
                    };
            })
        }
    }
}

impl Where {
    fn of(&self, config: Option<&Path>) -> Result<Place, Stop> {
        if let Some(file) = &self.file {
            return Ok(Place::new(file.clone()));
        }
        let source = Source::read(config).map_err(|errors| Stop(UNUSABLE, errors.join("\n")))?;
        let settings = source.settings();
        let settings = settings.map_err(|errors| Stop(UNUSABLE, errors.join("\n")))?;
        let audit = settings.audit.ok_or_else(|| {
            let why = "the configuration has no section audit: nothing is noted; name a trail with --file";
            Stop(UNUSABLE, why.into())
        })?;
        let state = dirs::packaged_state().ok_or_else(|| {
            let why =
                "there is no state directory; set STATE_DIRECTORY, or name the trail with --file";
            Stop(UNUSABLE, why.into())
        })?;
        Ok(audit.place(&state))
    }
}

impl Filter<'_> {
    fn lets(&self, record: &Value) -> bool {
        let text = |name: &str| record.get(name).and_then(Value::as_str);
        let is = |wanted: &Option<String>, names: &[&str]| {
            wanted
                .as_deref()
                .is_none_or(|wanted| names.iter().any(|name| text(name) == Some(wanted)))
        };
        let at = || text("at").and_then(|at| at.parse::<Timestamp>().ok());
        is(&self.narrow.id, &["id"])
            && is(&self.narrow.kind, &["kind"])
            && is(&self.narrow.who, &["who", "sender"])
            && self
                .since
                .is_none_or(|since| at().is_some_and(|at| at >= since))
            && self
                .before
                .is_none_or(|before| at().is_some_and(|at| at < before))
    }
}

/// Gives each record that the conditions leave; 1 where a line is none.
fn each(place: &Place, narrow: &Narrow, mut take: impl FnMut(&str, Value)) -> Result<u8, Stop> {
    let begin = |day: Option<Date>| {
        let begin = day.map(|day| day.to_zoned(TimeZone::system())).transpose();
        let begin = begin.map_err(|error| Stop(UNUSABLE, error.to_string()))?;
        Ok(begin.map(|begin| begin.timestamp()))
    };
    let filter = Filter {
        narrow,
        since: begin(narrow.since)?,
        before: begin(narrow.before)?,
    };
    let wrong = |why: String| Stop(LATER, why);
    let files = place.all();
    let files = files.map_err(|error| wrong(format!("{}: {error}", place.folder().display())))?;
    if files.is_empty() {
        let path = place.path().display();
        return Err(wrong(format!(
            "{path}: there is no audit trail yet, or it is another user's"
        )));
    }
    let mut code = WELL;
    read::each(&files, |line| {
        let text = std::str::from_utf8(line.bytes).ok();
        let record = text.and_then(|text| serde_json::from_str(text).ok());
        match (text, record) {
            (Some(text), Some(record)) if filter.lets(&record) => take(text, record),
            (Some(_), Some(_)) => (),
            _ => {
                code = FOUND;
                let (path, number) = (line.file.display(), line.number);
                eprintln!(
                    "pii-milter: {path}:{number}: no record; see \"pii-milter audit verify\""
                );
            }
        }
    })
    .map_err(wrong)?;
    Ok(code)
}

fn list(records: &VecDeque<(String, Value)>, json: bool) {
    if json {
        for (text, _) in records {
            println!("{}", harmless(text));
        }
        return;
    }
    let mut table = report::table(&["record", "at", "kind", "id", "who", "what"]);
    for (_, record) in records {
        let row = Row(record);
        table.add_row([
            row.cell("seq"),
            row.cell("at"),
            row.cell("kind"),
            row.cell("id"),
            row.who(),
            row.what(),
        ]);
    }
    if records.is_empty() {
        println!("no record");
    } else {
        println!("{table}");
    }
}

fn show(what: &str, place: &Place, json: bool) -> Result<u8, Stop> {
    let number: Option<u64> = what.parse().ok();
    let narrow = Narrow {
        id: number.is_none().then(|| what.to_owned()),
        ..Narrow::default()
    };
    let mut count = 0;
    let code = each(place, &narrow, |text, record| {
        if number.is_some() && record.get("seq").and_then(Value::as_u64) != number {
            return;
        }
        count += 1;
        if json {
            println!("{}", harmless(text));
            return;
        }
        if count > 1 {
            println!();
        }
        for (name, value) in Row(&record).all() {
            println!("{name:<10} {value}");
        }
    })?;
    match count {
        0 => Err(Stop(UNUSABLE, format!("there is no record {what:?}"))),
        _ => Ok(code),
    }
}

fn verified(verified: &Verified, json: bool) -> Result<u8, Stop> {
    if json {
        println!("{}", serde_json::to_string(verified).unwrap_or_default());
    } else {
        let Verified {
            files,
            records,
            first,
            last,
            signatures,
            signed,
            ..
        } = verified;
        println!(
            "{records} records ({first} to {last}) in {files} files, {signatures} signatures hold, the last at record {signed}"
        );
        let say = |one: &Wrong| {
            let path = one.file.display().to_string();
            let line = match one.line {
                0 => String::new(),
                line => format!(":{line}"),
            };
            println!(
                "record {} ({}{line}): {}",
                one.seq,
                row::one_line(&path),
                row::one_line(&one.what)
            );
        };
        verified.wrong.iter().for_each(say);
        if !verified.gaps.is_empty() {
            println!("the trail itself says:");
            verified.gaps.iter().for_each(say);
        }
    }
    Ok(
        match verified.wrong.is_empty() && verified.gaps.is_empty() {
            true => WELL,
            false => FOUND,
        },
    )
}
