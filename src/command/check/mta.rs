// SPDX-License-Identifier: GPL-3.0-or-later
//! Checks the MTA: is there a way round the filter?

use std::path::{Path, PathBuf};

use serde_json::json;

use super::super::{FOUND, Stop, UNUSABLE, WELL, input, report};
use crate::act::Action;
use crate::act::relay::Profile;
use crate::config::{File, Source};
use crate::decide::Mixed;
use crate::mta::{self, Filter, Report, Severity};
use crate::units::Endpoint;

/// Check the MTA: name every way round the filter, each with the line to write.
///
/// Reads the real configuration, Postfix's through its own postconf, and compares it with the
/// configuration of the filter. A hole lets mail leave unseen or against a decision, a doubt may, a note
/// is worth knowing. Exit code: 0 all well or notes, 1 holes or doubts, 2 unusable.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The folder of main.cf and master.cf.
    #[arg(long, value_name = "DIR")]
    postfix: Option<PathBuf>,
    /// The sendmail.cf; a submit.cf beside it is read as well.
    #[arg(long, value_name = "CF")]
    sendmail: Option<PathBuf>,
    /// Print one JSON object for each MTA.
    #[arg(long)]
    json: bool,
}

/// Where the two usually keep their configuration.
const POSTFIX: &str = "/etc/postfix";
const SENDMAIL: &str = "/etc/mail/sendmail.cf";

/// The filter as its configuration has it, read once.
struct Own {
    file: File,
    listen: Endpoint,
    relays: Vec<Profile>,
}

/// Runs the verb.
pub fn run(args: Args, config: Option<&Path>) -> Result<u8, Stop> {
    let own = read(config).map_err(input::unusable)?;
    let relays: Vec<&Profile> = own.relays.iter().collect();
    let filter = Filter {
        listen: &own.listen,
        message: own.file.milter.limits.message.0,
        time: own.file.milter.limits.time.0,
        ours: &own.file.ours,
        relays: &relays,
        submit: own.file.submit.as_ref(),
        splits: own.file.decide.mixed == Mixed::Split,
    };
    let mut reports = Vec::new();
    for (is_postfix, path) in sites(args.postfix, args.sendmail)? {
        let report = match is_postfix {
            true => mta::postfix(&path, &filter),
            false => mta::sendmail(&path, &filter),
        };
        reports.push(report.map_err(|error| Stop(UNUSABLE, error))?);
    }
    for report in &reports {
        if args.json {
            report::print_json(&json!({
                "mta": report.mta, "config": report.config, "findings": report.findings,
            }));
        } else {
            print(report, &filter);
        }
    }
    let mut findings = reports.iter().flat_map(|report| &report.findings);
    let is_bad = findings.any(|finding| finding.severity != Severity::Note);
    Ok(if is_bad { FOUND } else { WELL })
}

fn read(config: Option<&Path>) -> Result<Own, Vec<String>> {
    let source = Source::read(config)?;
    let listen = source.settings()?.milter.listen;
    let file = source.file()?;
    let used = |id: &str| {
        let mut actions = file.channels.values().flat_map(|entry| &entry.actions);
        actions.any(|action| matches!(action, Action::Relay(relay) if relay == id))
    };
    let mut relays: Vec<Profile> = Vec::new();
    for (path, text) in &source.relays {
        let profile = Profile::read(path, text)?;
        relays.retain(|other| other.id != profile.id);
        relays.push(profile);
    }
    relays.retain(|profile| used(&profile.id));
    Ok(Own {
        file,
        listen,
        relays,
    })
}

/// What to look at: what was named, else what stands in the usual places. True for Postfix.
fn sites(
    postfix: Option<PathBuf>,
    sendmail: Option<PathBuf>,
) -> Result<Vec<(bool, PathBuf)>, Stop> {
    let named = postfix.map(|path| (true, path)).into_iter();
    let mut sites: Vec<_> = named.chain(sendmail.map(|path| (false, path))).collect();
    if sites.is_empty() {
        let usual = [(true, POSTFIX, "main.cf"), (false, SENDMAIL, "")];
        let there = usual
            .into_iter()
            .filter(|(_, path, file)| Path::new(path).join(file).exists());
        sites.extend(there.map(|(is_postfix, path, _)| (is_postfix, path.into())));
    }
    if sites.is_empty() {
        let told = format!(
            "neither {POSTFIX}/main.cf nor {SENDMAIL} is there; name the MTA by --postfix DIR or --sendmail CF"
        );
        return Err(Stop(UNUSABLE, told));
    }
    Ok(sites)
}

fn print(report: &Report, filter: &Filter<'_>) {
    println!(
        "{}, {}: is there a way round {}?",
        report.mta, report.config, filter.listen
    );
    for finding in &report.findings {
        let severity = finding.severity.as_str();
        println!("\n{severity:<5}  {} ({})", finding.at, finding.rule);
        println!("       {}", finding.what);
        if !finding.write.is_empty() {
            println!("       write  {}", finding.write);
        }
    }
    let count = |severity| {
        report
            .findings
            .iter()
            .filter(|one| one.severity == severity)
            .count()
    };
    let [holes, doubts, notes] = [Severity::Hole, Severity::Doubt, Severity::Note].map(count);
    let counted = |count: usize, word: &str| match count {
        1 => format!("1 {word}"),
        count => format!("{count} {word}s"),
    };
    let (holes, doubts) = (counted(holes, "hole"), counted(doubts, "doubt"));
    println!("\n{holes}, {doubts}, {}", counted(notes, "note"));
}
