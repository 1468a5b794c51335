// SPDX-License-Identifier: GPL-3.0-or-later
//! Puts requests to the daemon, and turns what it says into exit codes.

use std::io::{self, BufRead};

use serde_json::json;

use super::super::print::harmless;
use super::super::{LATER, Stop, UNUSABLE, WELL};
use super::Which;
use super::{Reply, Request};
use crate::control::client::{Client, Error};
use crate::quarantine::case::Case;

/// A connection to the daemon.
fn connect() -> Result<Client, Stop> {
    Client::connect().map_err(stop)
}

/// How an error ends the program.
fn stop(error: Error) -> Stop {
    match error {
        Error::Unreachable(why) | Error::Later(why) => Stop(LATER, harmless(&why)),
        Error::Refused(why) => Stop(UNUSABLE, harmless(&why)),
    }
}

/// The cases that a request gives.
pub fn cases(request: &Request) -> Result<Vec<Case>, Stop> {
    let mut cases = Vec::new();
    let asked = connect()?.ask(request, |reply| {
        if let Reply::Case(case) = reply {
            cases.push(*case);
        }
    });
    asked.map(|_| cases).map_err(stop)
}

/// The one thing that a request gives.
pub fn one(request: &Request) -> Result<Reply, Stop> {
    let mut given = None;
    let asked = connect()?.ask(request, |reply| given = Some(reply));
    asked.map_err(stop)?;
    given.ok_or_else(|| Stop(LATER, "the daemon said nothing".into()))
}

/// Asks for each case that is meant. Several at once want their number typed. What is refused for one is told, and
/// the others go on; where the daemon cannot do it now, nobody goes on.
pub fn each(
    done: &str,
    which: &Which,
    request: impl Fn(String, Vec<String>) -> Request,
) -> Result<u8, Stop> {
    let ids = which.ids()?;
    if !which.is_sure(&ids)? {
        return Ok(WELL);
    }
    let mut client = connect()?;
    let mut code = WELL;
    for id in ids {
        let asked = client.ask(&request(id.clone(), which.recipients.clone()), drop);
        match asked {
            Ok(count) if which.json => {
                println!(
                    "{}",
                    json!({ "case": id, "done": done, "recipients": count })
                );
            }
            Ok(count) => println!("{id}: {done} ({count})"),
            Err(Error::Refused(why)) => {
                code = UNUSABLE;
                match which.json {
                    true => println!("{}", json!({ "case": id, "refused": why })),
                    false => eprintln!("pii-milter: {}", harmless(&why)),
                }
            }
            Err(other) => return Err(stop(other)),
        }
    }
    Ok(code)
}

/// A line that somebody types.
pub fn typed() -> String {
    let mut line = String::new();
    // Where nothing can be read, nothing was typed.
    io::stdin().lock().read_line(&mut line).unwrap_or_default();
    line.trim().to_owned()
}
