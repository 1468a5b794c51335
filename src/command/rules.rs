// SPDX-License-Identifier: GPL-3.0-or-later
//! Shows detectors, and checks the examples of one's own.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Subcommand;
use comfy_table::{Table, presets};
use serde_json::json;

use super::{FOUND, Stop, UNUSABLE, WELL};
use crate::detect::Detector;
use crate::nearest::did_you_mean;
use crate::shipped;

/// Show and check detectors.
///
/// A detector is a YAML file that says what a number looks like, which check digits it has, which
/// words beside it make it sure, and examples of what it must find and must not. One whose examples
/// fail is not loaded.
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub struct Args {
    #[command(subcommand)]
    verb: Verb,
}

const EXAMPLES: &str = "\
Examples:
  pii-milter rules list                                 what is built in
  pii-milter rules show ch.ahv > own.member.yaml        a file to start from; then change its id
  pii-milter rules check own.member.yaml                do its examples hold?
  pii-milter rules check /etc/pii-milter/detectors.d    do all of mine?

Exit codes: 0 all well, 1 an example fails, 2 a file that cannot be used.";

#[derive(Debug, Subcommand)]
enum Verb {
    /// List the built-in detectors.
    List {
        /// One JSON object a line.
        #[arg(long)]
        json: bool,
        /// A table in Markdown, as in doc/detection.md.
        #[arg(long, conflicts_with = "json")]
        markdown: bool,
    },
    /// Print the file of a built-in detector, and on standard error what its examples do.
    Show {
        /// The id, `ch.ahv`.
        id: String,
    },
    /// Run the examples of your own detector files.
    Check {
        /// Files, or folders whose .yaml files are meant, at any depth.
        #[arg(required = true, value_name = "PATH")]
        paths: Vec<PathBuf>,
    },
}

/// Runs the verb.
pub fn run(args: Args, _config: Option<&Path>) -> Result<u8, Stop> {
    match args.verb {
        Verb::List { markdown: true, .. } => {
            print!("{}", markdown()?);
            Ok(WELL)
        }
        Verb::List { json, .. } => list(json),
        Verb::Show { id } => show(&id),
        Verb::Check { paths } => check(&paths),
    }
}

fn list(as_json: bool) -> Result<u8, Stop> {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(["id", "entity", "confidence", "name"]);
    for (file, text) in shipped::DETECTORS {
        let detector = Detector::read(file, text).map_err(|error| Stop(UNUSABLE, error))?;
        let (id, entity, name) = (&*detector.id, detector.entity.as_str(), &*detector.name);
        let confidence = detector.confidences();
        if as_json {
            println!(
                "{}",
                json!({ "id": id, "entity": entity, "confidence": confidence, "name": name, "file": file })
            );
        } else {
            table.add_row([id, entity, &confidence, name]);
        }
    }
    if !as_json {
        println!("{}", table.trim_fmt());
    }
    Ok(WELL)
}

fn markdown() -> Result<String, Stop> {
    let mut table =
        String::from("| id | finds | sure | described in |\n| --- | --- | --- | --- |\n");
    for (file, text) in shipped::DETECTORS {
        let detector = Detector::read(file, text).map_err(|error| Stop(UNUSABLE, error))?;
        let (id, name, see) = (&*detector.id, &*detector.name, &*detector.see);
        let (entity, confidence) = (detector.entity.as_str(), detector.confidences());
        let row = [id, &format!("{name} ({entity})"), &confidence, see]
            .map(|cell| cell.replace('|', "\\|"));
        table.push_str(&format!("| {} |\n", row.join(" | ")));
    }
    Ok(table)
}

fn show(id: &str) -> Result<u8, Stop> {
    let stem = |file: &'static str| {
        file.rsplit('/')
            .next()
            .unwrap_or_default()
            .trim_end_matches(".yaml")
    };
    let Some((file, text)) = shipped::DETECTORS.iter().find(|(file, _)| stem(file) == id) else {
        let known = shipped::DETECTORS.iter().map(|(file, _)| stem(file));
        let meant = did_you_mean(id, known);
        let sentence = format!("there is no detector \"{id}\"{meant} (pii-milter rules list)");
        return Err(Stop(UNUSABLE, sentence));
    };
    print!("{text}");
    Ok(examine(file, text))
}

fn check(paths: &[PathBuf]) -> Result<u8, Stop> {
    let mut files = Vec::new();
    for path in paths {
        let before = files.len();
        collect(path, &mut files)?;
        if files.len() == before {
            return Err(Stop(
                UNUSABLE,
                format!("{}: there is no .yaml file in it", path.display()),
            ));
        }
    }
    let mut worst = WELL;
    for file in &files {
        let name = file.display().to_string();
        let code = match fs::read_to_string(file) {
            Ok(text) => examine(&name, &text),
            Err(error) => {
                eprintln!("{name}: {error}");
                UNUSABLE
            }
        };
        worst = worst.max(code);
    }
    Ok(worst)
}

/// The files that a path means, in order of their names.
fn collect(path: &Path, files: &mut Vec<PathBuf>) -> Result<(), Stop> {
    let unusable = |error: std::io::Error| Stop(UNUSABLE, format!("{}: {error}", path.display()));
    if !fs::metadata(path).map_err(unusable)?.is_dir() {
        files.push(path.to_owned());
        return Ok(());
    }
    let entries = fs::read_dir(path).map_err(unusable)?;
    let entries: Result<Vec<PathBuf>, _> = entries
        .map(|entry| entry.map(|entry| entry.path()))
        .collect();
    let mut entries = entries.map_err(unusable)?;
    entries.sort();
    for entry in entries {
        let is_link = entry.is_symlink() && entry.is_dir();
        let is_rule = entry
            .extension()
            .is_some_and(|extension| extension == "yaml");
        if (entry.is_dir() && !is_link) || (is_rule && !entry.is_dir()) {
            collect(&entry, files)?;
        }
    }
    Ok(())
}

/// Runs the examples of a file and says on standard error what they do; the exit code it is worth.
fn examine(file: &str, text: &str) -> u8 {
    let detector = match Detector::read(file, text) {
        Ok(detector) => detector,
        Err(error) => {
            eprintln!("{error}");
            return UNUSABLE;
        }
    };
    let failed = detector.run_examples();
    for sentence in &failed {
        eprintln!("{sentence}");
    }
    let count = detector.examples.len();
    if failed.is_empty() {
        eprintln!("{file}: all {count} examples hold");
        return WELL;
    }
    eprintln!("{file}: {} of {count} examples fail", failed.len());
    FOUND
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_page_has_the_table_of_the_rules() {
        const PAGE: &str = include_str!("../../doc/detection.md");
        let table = super::markdown().unwrap_or_else(|stop| panic!("{}", stop.1));
        let begin = PAGE.find("| id | finds |").unwrap();
        let end = begin + PAGE[begin..].find("\n\n").unwrap_or(PAGE.len() - begin);
        assert!(
            PAGE[begin..end].trim_end() == table.trim_end(),
            "the table in doc/detection.md is stale; put there what this prints: pii-milter rules list --markdown"
        );
    }
}
