// SPDX-License-Identifier: GPL-3.0-or-later
//! Checks the configuration and prints the decision table as a person reads it.

mod annex;
mod mta;

use std::path::{Path, PathBuf};

use comfy_table::Table;
use jiff::civil::Date;
use serde_json::{Value, json};

use super::{FOUND, Stop, UNUSABLE, WELL, input, report};
use crate::act::entry::Carrier;
use crate::act::{Action, Entry};
use crate::config::{self, Doubt, Example, File, Lowered, Source};
use crate::decide::Exception;
use crate::inspect::Policy;
use crate::message::Direction;
use crate::units::Parsed;

/// Check the configuration and print the decision table.
///
/// Reads the configuration with everything it names, runs the examples of detectors and relay
/// profiles, and says what can be read but hardly meant. Exit code: 0 all well, 1 doubts, 2 unusable.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Args {
    #[command(subcommand)]
    what: Option<What>,
    /// The configuration to check; without it the one that `serve` would use.
    path: Option<PathBuf>,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
    /// Write the table as an annex into this folder: HTML and CSV in five languages.
    #[arg(long, value_name = "FOLDER", conflicts_with = "json")]
    annex: Option<PathBuf>,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    Mta(mta::Args),
}

/// What there is to say about a configuration that can be used.
struct Report {
    source: Source,
    file: File,
    policy: Policy,
    doubts: Vec<Doubt>,
    lowered: Vec<Lowered>,
    today: Date,
}

/// Runs the verb.
pub fn run(args: Args, config: Option<&Path>) -> Result<u8, Stop> {
    let Args {
        what,
        path,
        json,
        annex,
    } = args;
    if let Some(What::Mta(args)) = what {
        return mta::run(args, config);
    }
    let report = match read(path.as_deref().or(config)) {
        Ok(report) => report,
        Err(errors) if json => {
            println!("{}", json!({ "errors": errors }));
            return Ok(UNUSABLE);
        }
        Err(errors) => return Err(input::unusable(errors)),
    };
    if let Some(folder) = annex {
        annex::write(&folder, &report)?;
    } else if json {
        println!("{}", as_json(&report));
    } else {
        print(&report);
    }
    Ok(if report.doubts.is_empty() {
        WELL
    } else {
        FOUND
    })
}

fn read(path: Option<&Path>) -> Result<Report, Vec<String>> {
    let today = input::today();
    let source = Source::read(path)?;
    let policy = source.policy()?;
    let doubts = config::doubts(&source, &policy, today)?;
    let lowered = config::lowered(&policy, today);
    let file = source.file()?;
    Ok(Report {
        source,
        file,
        policy,
        doubts,
        lowered,
        today,
    })
}

fn print(report: &Report) {
    let Report {
        source,
        file,
        policy,
        doubts,
        ..
    } = report;
    let mode = word(&file.mode);
    println!("{}: mode {mode}, policy {}", source.path, policy.digest);
    for direction in [Direction::Outbound, Direction::Inbound] {
        println!("\n{}", title(direction, policy));
        println!("{}", matrix(direction, policy).trim_fmt());
    }
    println!("\nChannels");
    for (name, entry) in &file.channels {
        println!("  {name}: {}", does(entry));
        terms(entry).iter().for_each(|line| println!("    {line}"));
    }
    println!("\nExceptions, read before the table, for outbound mail");
    let exceptions = policy.table.exceptions();
    for (at, one) in exceptions.iter().enumerate() {
        print_exception(report, at, one);
    }
    if exceptions.is_empty() {
        println!("  none");
    }
    println!("\nDoubts");
    for Doubt { sentence, example } in doubts {
        println!("  {sentence}");
        if let Some(example) = example {
            println!("    for example: {example}");
        }
    }
    if doubts.is_empty() {
        println!("  none");
    }
}

fn print_exception(report: &Report, at: usize, one: &Exception) {
    let has = match one.holds(report.today) {
        true => "until",
        false => "ended on",
    };
    println!(
        "  exceptions[{at}]: from {} to {} by {}, {has} {}: {}, says {}",
        one.from, one.to, one.channel, one.until, one.because, one.owner
    );
    if let Some(lowered) = report.lowered.iter().find(|one| one.exception == at) {
        println!(
            "    lowers protection, for example: {}: by {} instead of {}",
            lowered.example, one.channel, lowered.instead_of
        );
    }
}

/// `Outbound: the client is in loopback, or logged in`.
fn title(direction: Direction, policy: &Policy) -> String {
    let ours = &policy.ours;
    let networks: Vec<String> = ours.networks().map(ToString::to_string).collect();
    let networks = (!networks.is_empty()).then(|| format!("in {}", networks.join(", ")));
    let login = ours.has_login().then(|| "logged in".to_owned());
    let proof: Vec<String> = networks.into_iter().chain(login).collect();
    match direction {
        Direction::Outbound if proof.is_empty() => "Outbound: never".into(),
        Direction::Outbound => format!("Outbound: the client is {}", proof.join(", or ")),
        Direction::Inbound => "Inbound: all other mail".into(),
    }
}

/// Kinds down, levels across; below a kind its types of communication. What a type leaves to its
/// kind stands in brackets.
fn matrix(direction: Direction, policy: &Policy) -> Table {
    let table = &policy.table;
    let columns = table.columns().iter().map(String::as_str);
    let head: Vec<&str> = ["to"].into_iter().chain(columns).collect();
    let mut matrix = report::table(&head);
    for (kind, row) in table.kinds().names().iter().zip(table.rows(direction)) {
        matrix.add_row([kind].into_iter().chain(&row.cells));
        for (communication, refined) in &row.refined {
            let cells = refined.cells.iter().zip(&row.cells);
            let cells = cells.map(|(cell, own)| match cell {
                Some(cell) => cell.clone(),
                None => format!("({own})"),
            });
            let name = format!("  {}", communication.as_str());
            matrix.add_row([name].into_iter().chain(cells));
        }
    }
    matrix
}

/// What a channel does, in words.
fn does(entry: &Entry) -> String {
    let actions: Vec<String> = entry.actions.iter().map(action).collect();
    match actions.is_empty() {
        true => "the message goes as it is".into(),
        false => actions.join("; "),
    }
}

/// What a channel takes and who can use it, a line each.
fn terms(entry: &Entry) -> Vec<String> {
    let mut lines = Vec::new();
    let list = |items: Vec<String>| (!items.is_empty()).then(|| items.join(", "));
    if entry.carrier != Carrier::Mail {
        lines.push(format!("kind {}", word(&entry.carrier)));
    }
    let from = entry.from.iter().map(|Parsed(one)| one.to_string());
    lines.extend(list(from.collect()).map(|from| format!("from {from}")));
    lines.extend(list(entry.to.clone()).map(|to| format!("to {to}")));
    let limits = &entry.limits;
    lines.extend(limits.size.map(|most| format!("{most} at most")));
    lines.extend(
        limits
            .encrypted
            .map(|most| format!("{most} at most once encrypted")),
    );
    lines.extend(
        limits
            .recipients
            .map(|most| format!("{most} recipients at most")),
    );
    let refuses = limits.refuses.iter().map(|Parsed(one)| one.to_string());
    lines.extend(list(refuses.collect()).map(|types| format!("no files of the types {types}")));
    lines.extend(
        entry
            .needs
            .map(|_| "only what is strongly encrypted".to_owned()),
    );
    lines.extend(
        entry
            .fallback
            .iter()
            .map(|other| format!("else by {other}")),
    );
    lines.extend(
        entry
            .contact
            .iter()
            .map(|contact| format!("contact: {contact}")),
    );
    lines
}

fn action(action: &Action) -> String {
    match action {
        Action::Relay(id) => format!("relay {id}"),
        Action::Header(field) => format!("header {field}"),
        Action::Reject(sentence) => format!("reject {sentence}"),
        Action::MtaHold(reason) => format!("mta-hold {reason}"),
        Action::Quarantine(reason) => format!("quarantine {reason}"),
    }
}

/// The word of the file for a value that is one.
fn word(value: &impl serde::Serialize) -> String {
    let value = serde_json::to_value(value).unwrap_or_default();
    value.as_str().unwrap_or_default().to_owned()
}

fn as_json(report: &Report) -> Value {
    let table = &report.policy.table;
    let rows = |direction| -> Value {
        let kinds = table.kinds().names().iter().zip(table.rows(direction));
        let mut rows = serde_json::Map::new();
        for (kind, row) in kinds {
            rows.insert(kind.clone(), json!(row.cells));
            for (communication, refined) in &row.refined {
                let name = format!("{kind} {}", communication.as_str());
                rows.insert(name, json!(refined.cells));
            }
        }
        Value::Object(rows)
    };
    let exceptions = table.exceptions().iter().enumerate().map(|(at, one)| {
        let lowered = report.lowered.iter().find(|one| one.exception == at);
        let lowered = lowered
            .map(|one| json!({ "instead_of": one.instead_of, "example": example(&one.example) }));
        json!({
            "lowers": lowered,
            "from": one.from.to_string(),
            "to": one.to.to_string(),
            "channel": one.channel,
            "because": one.because,
            "owner": one.owner,
            "until": one.until.to_string(),
        })
    });
    let doubts = report.doubts.iter();
    let doubts = doubts
        .map(|one| json!({ "doubt": one.sentence, "example": one.example.as_ref().map(example) }));
    json!({
        "config": report.source.path,
        "policy": report.policy.digest,
        "mode": report.file.mode,
        "columns": table.columns(),
        "outbound": rows(Direction::Outbound),
        "inbound": rows(Direction::Inbound),
        "exceptions": exceptions.collect::<Vec<_>>(),
        "doubts": doubts.collect::<Vec<_>>(),
        "errors": [],
    })
}

fn example(example: &Example) -> Value {
    json!({
        "from": example.from,
        "to": example.to,
        "direction": example.direction,
        "communication": example.communication,
        "level": example.level,
        "on": example.on.map(|day| day.to_string()),
    })
}
