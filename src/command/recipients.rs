// SPDX-License-Identifier: GPL-3.0-or-later
//! Says of an address which kind it is, by which line, and which channels reach it.

use std::path::Path;

use serde_json::{Value, json};

use super::{Stop, UNUSABLE, WELL, input, report};
use crate::decide::{Communication, Party};
use crate::inspect::Policy;
use crate::message::{Address, Direction};

/// Explain recipients.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Say which kind an address is, by which line, and which channels can reach it.
    ///
    /// The row of its kind is shown for each direction, below it the rows of types of communication,
    /// then the exceptions that hold for it today. What a channel asks of size, files or encryption
    /// depends on the message, and is not looked at.
    Explain {
        /// The address, such as anna@example.ch.
        address: String,
        /// Print one JSON object.
        #[arg(long)]
        json: bool,
    },
}

/// Runs the verb.
pub fn run(args: &Args, config: Option<&Path>) -> Result<u8, Stop> {
    let What::Explain { address, json } = &args.what;
    let policy = input::policy(config)?;
    let address = Address::new(address);
    if address.domain().is_empty() {
        let sentence =
            format!("\"{address}\" is no mail address; write one such as anna@example.ch");
        return Err(Stop(UNUSABLE, sentence));
    }
    let told = Told::of(&address, &policy);
    if *json {
        report::print_json(&told.as_json(&address));
    } else {
        told.print(&address, &policy);
    }
    Ok(WELL)
}

/// What there is to say of an address.
struct Told {
    kind: String,
    /// The line that makes it so.
    line: String,
    /// Rows: direction, name, the channel of each level, and the channels among them that do not
    /// reach it.
    rows: Vec<(Direction, String, Vec<String>, Vec<String>)>,
    exceptions: Vec<String>,
}

impl Told {
    fn of(address: &Address, policy: &Policy) -> Self {
        let table = &policy.table;
        let party = Party::new(address);
        let kind = table.kinds().of(&party);
        let name = table.kinds().name(kind).to_owned();
        let origin = table.kinds().origin(&party);
        let line = origin.map_or_else(String::new, |(_, origin)| origin.place(&name));
        let mut rows = Vec::new();
        let mut tell = |direction, name: &str, cells: Vec<String>| {
            let mut unfit: Vec<String> = cells.clone();
            unfit.retain(|channel| !table.reaches(channel, &party, kind));
            unfit.dedup();
            rows.push((direction, name.to_owned(), cells, unfit));
        };
        for direction in [Direction::Outbound, Direction::Inbound] {
            let Some(row) = table.rows(direction).get(kind) else {
                continue;
            };
            tell(direction, &name, row.cells.clone());
            for (communication, refined) in &row.refined {
                let cells = refined.cells.iter().zip(&row.cells);
                let cells = cells.map(|(cell, own)| cell.as_ref().unwrap_or(own).clone());
                let name = format!("{name} {}", Communication::as_str(*communication));
                tell(direction, &name, cells.collect());
            }
        }
        let today = input::today();
        let exceptions = table.exceptions().iter().enumerate();
        let about = exceptions.filter(|(_, one)| one.holds(today) && one.to.is(&party, kind));
        let exceptions = about.map(|(at, one)| {
            format!(
                "exceptions[{at}]: from {} by {} until {}: {}",
                one.from, one.channel, one.until, one.because
            )
        });
        Self {
            kind: name,
            line,
            rows,
            exceptions: exceptions.collect(),
        }
    }

    fn print(&self, address: &Address, policy: &Policy) {
        println!("address  {address}");
        println!("kind     {}", self.kind);
        println!("because  {}\n", self.line);
        let columns = policy.table.columns().iter().map(String::as_str);
        let head: Vec<&str> = ["", "row"].into_iter().chain(columns).collect();
        let mut table = report::table(&head);
        for (direction, name, cells, _) in &self.rows {
            let start = [direction.as_str(), name];
            table.add_row(start.into_iter().chain(cells.iter().map(String::as_str)));
        }
        println!("{}", table.trim_fmt());
        for (direction, name, _, unfit) in &self.rows {
            for channel in unfit {
                let direction = direction.as_str();
                println!("{direction} {name}: the channel {channel} is not for this recipient");
            }
        }
        for exception in &self.exceptions {
            println!("{exception}");
        }
    }

    fn as_json(&self, address: &Address) -> Value {
        let rows = self.rows.iter().map(|(direction, name, cells, unfit)| {
            json!({ "direction": direction, "row": name, "channels": cells, "unfit": unfit })
        });
        json!({
            "address": address.as_str(),
            "kind": self.kind,
            "because": self.line,
            "rows": rows.collect::<Vec<_>>(),
            "exceptions": self.exceptions,
        })
    }
}
