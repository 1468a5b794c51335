// SPDX-License-Identifier: GPL-3.0-or-later
//! Shows, checks and renders relay profiles.

mod file;
mod postfix;
mod sendmail;

use std::fs;
use std::path::{Path, PathBuf};

use comfy_table::{Table, presets};
use serde_json::json;

use self::file::File;
use super::{FOUND, Stop, UNUSABLE, WELL, input};
use crate::act::Action;
use crate::act::relay::Profile;
use crate::config::{Settings, Source};
use crate::nearest::did_you_mean;

/// Show, check and render relay profiles.
///
/// A relay profile says how a secure-delivery service is addressed: the mark in the subject, header
/// fields, the suffix of the recipient, the next hop. A channel uses it by `relay: ID`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// List the profiles: what each adds, where it sends, and the document it follows.
    List {
        /// One JSON object a line.
        #[arg(long)]
        json: bool,
    },
    /// Print a profile as it is written, to be copied to relays.d/ and changed.
    Show {
        /// The profile.
        id: String,
    },
    /// Run a profile's examples and print each mail before and after. Ends with 1 where one fails.
    Check {
        /// The profile.
        id: String,
    },
    /// Print the lines that an MTA needs: the filter, the entry for what it sends, and the profiles that the
    /// configuration's channels use.
    #[command(subcommand)]
    Render(Mta),
}

#[derive(Debug, clap::Subcommand)]
enum Mta {
    /// Postfix: transport map, transports with verified TLS, header checks, main.cf.
    Postfix {
        /// Write the files into DIR, and have the lines name them there, instead of printing them.
        #[arg(long, value_name = "DIR")]
        dir: Option<PathBuf>,
        /// The milter's socket as Postfix names it: relative to the queue directory for a chrooted
        /// smtpd, or inet:127.0.0.1:8894.
        #[arg(
            long,
            value_name = "SOCKET",
            default_value = "unix:pii-milter/milter.sock"
        )]
        milter: String,
    },
    /// Sendmail: lines of sendmail.mc, mailertable and access map.
    Sendmail {
        /// Write the files into DIR, and have the lines name them there, instead of printing them.
        #[arg(long, value_name = "DIR")]
        dir: Option<PathBuf>,
    },
}

/// Runs the verb.
pub fn run(args: Args, config: Option<&Path>) -> Result<u8, Stop> {
    match args.what {
        What::List { json } => list(&profiles(config)?, json),
        What::Show { id } => {
            print!("{}", find(&id, &files(config)?)?.1);
            Ok(WELL)
        }
        What::Check { id } => check(find(&id, &files(config)?)?),
        What::Render(Mta::Postfix { dir, milter }) => {
            let (profiles, settings) = (used(config)?, settings(config)?);
            if !milter.starts_with("unix:") && !milter.starts_with("inet:") {
                let told = format!(
                    "--milter {milter} is no socket; write unix:pii-milter/milter.sock or inet:127.0.0.1:8894"
                );
                return Err(Stop(UNUSABLE, told));
            }
            render(dir.as_deref(), "$config_directory", |dir| {
                postfix::files(&profiles, dir, &milter, settings.submit.as_ref())
            })
        }
        What::Render(Mta::Sendmail { dir }) => {
            let (profiles, settings) = (used(config)?, settings(config)?);
            let listen = &settings.milter.listen;
            render(dir.as_deref(), "/etc/mail", |dir| {
                sendmail::files(&profiles, dir, listen, settings.submit.as_ref())
            })
        }
    }
}

/// The profiles' files: path, text; the admin's behind the shipped ones.
fn files(config: Option<&Path>) -> Result<Vec<(String, String)>, Stop> {
    let source = Source::read(config).map_err(input::unusable)?;
    Ok(source.relays)
}

/// All of them, read; of two with one id the later one.
fn profiles(config: Option<&Path>) -> Result<Vec<Profile>, Stop> {
    let mut profiles: Vec<Profile> = Vec::new();
    for (path, text) in files(config)? {
        let profile =
            Profile::read(&path, &text).map_err(|wrong| Stop(UNUSABLE, wrong.join("\n")))?;
        profiles.retain(|other| other.id != profile.id);
        profiles.push(profile);
    }
    Ok(profiles)
}

/// Those of them that a channel names: an MTA needs no way to a service that nobody uses.
fn used(config: Option<&Path>) -> Result<Vec<Profile>, Stop> {
    let source = Source::read(config).map_err(input::unusable)?;
    let file = source.file().map_err(input::unusable)?;
    let actions: Vec<&Action> = file
        .channels
        .values()
        .flat_map(|entry| &entry.actions)
        .collect();
    let is_used = |id: &str| {
        let mut actions = actions.iter();
        actions.any(|action| matches!(action, Action::Relay(used) if used == id))
    };
    let mut profiles = profiles(config)?;
    profiles.retain(|profile| is_used(&profile.id));
    Ok(profiles)
}

/// Where the filter listens, and where it hands messages over.
fn settings(config: Option<&Path>) -> Result<Settings, Stop> {
    let source = Source::read(config).map_err(input::unusable)?;
    source.settings().map_err(input::unusable)
}

fn stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.trim_end_matches(".yaml")
}

fn find<'a>(id: &str, files: &'a [(String, String)]) -> Result<&'a (String, String), Stop> {
    files
        .iter()
        .rfind(|(path, _)| stem(path) == id)
        .ok_or_else(|| {
            let near = did_you_mean(id, files.iter().map(|(path, _)| stem(path)));
            Stop(
                UNUSABLE,
                format!("no relay profile \"{id}\"{near}; pii-milter relays list shows all"),
            )
        })
}

fn list(profiles: &[Profile], as_json: bool) -> Result<u8, Stop> {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header([
        "id", "subject", "headers", "suffix", "next hop", "read on", "name",
    ]);
    for profile in profiles {
        let subject = profile.subject.as_ref().map(|mark| mark.add.as_str());
        let suffix = profile.recipient.as_ref().map(|r| r.suffix.as_str());
        let next_hop = profile.route.as_ref().map(|route| route.next_hop.as_str());
        if as_json {
            let line = json!({
                "id": profile.id, "name": profile.name, "subject": subject,
                "headers": profile.headers, "suffix": suffix, "next_hop": next_hop,
                "source": profile.see.source, "date": profile.see.date,
            });
            println!("{line}");
        }
        let headers: Vec<&str> = profile.headers.keys().map(String::as_str).collect();
        let headers = if headers.is_empty() {
            "-".into()
        } else {
            headers.join(" ")
        };
        let date = profile.see.date.to_string();
        table.add_row([
            profile.id.as_str(),
            subject.unwrap_or("-"),
            &headers,
            suffix.unwrap_or("-"),
            next_hop.unwrap_or("-"),
            &date,
            &profile.name,
        ]);
    }
    if !as_json {
        println!("{table}");
    }
    Ok(WELL)
}

fn check((path, text): &(String, String)) -> Result<u8, Stop> {
    let profile = match Profile::read(path, text) {
        Ok(profile) => profile,
        Err(wrong) => {
            wrong.iter().for_each(|sentence| println!("{sentence}"));
            return Ok(FOUND);
        }
    };
    for example in &profile.examples {
        println!(
            "before  {}\nafter   {}\n",
            example.before,
            profile.apply(&example.before)
        );
    }
    println!(
        "{path}: {} examples, all as written",
        profile.examples.len()
    );
    Ok(WELL)
}

/// Prints the files, which name each other below `printed`, or writes them into a folder.
fn render(
    dir: Option<&Path>,
    printed: &str,
    files: impl Fn(&str) -> Vec<File>,
) -> Result<u8, Stop> {
    let Some(dir) = dir else {
        for file in files(printed) {
            println!("{}", file.text());
        }
        return Ok(WELL);
    };
    let cannot = |error: &std::io::Error| {
        Stop(
            UNUSABLE,
            format!("cannot write into {}: {error}", dir.display()),
        )
    };
    fs::create_dir_all(dir).map_err(|error| cannot(&error))?;
    let dir = dir.canonicalize().map_err(|error| cannot(&error))?;
    let name = dir
        .to_str()
        .filter(|name| !name.contains([' ', ',', '$', '\'', '`', '\n']));
    let name = name.ok_or_else(|| {
        let told = format!(
            "{} cannot stand in an MTA's files; take a directory without blanks, commas, quotes and $",
            dir.display()
        );
        Stop(UNUSABLE, told)
    })?;
    for file in files(name) {
        let path = dir.join(&file.name);
        fs::write(&path, file.text()).map_err(|error| cannot(&error))?;
        println!("{}", path.display());
    }
    Ok(WELL)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shipped;

    /// The shipped profiles, and one more where there is one.
    pub(super) fn profiles(own: &str) -> Vec<Profile> {
        let shipped = shipped::RELAYS.iter().copied();
        let own = Some(("own-gate.yaml", own)).filter(|(_, text)| !text.is_empty());
        let all = shipped.chain(own);
        all.map(|(path, text)| Profile::read(path, text).unwrap())
            .collect()
    }
}
