// SPDX-License-Identifier: GPL-3.0-or-later
//! Looks for personal data in files, folders and mailboxes.

use std::collections::BTreeMap;
use std::io::{self, IsTerminal};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

use indicatif::{ProgressBar, ProgressStyle};

use super::language::Language;
use super::report::{self, Report};
use super::{FOUND, Stop, UNUSABLE, WELL, input, print};
use crate::classify::{self, Sensitivity};
use crate::detect;
use crate::extract::{self, Extract, Unreadable, Why};
use crate::inspect::Policy;
use crate::message::{Envelope, Message, PartPath};
use crate::nearest::instead;

/// Look for personal data in files, folders and mailboxes.
///
/// Reads messages (.eml, Maildir), mboxes and documents with the detectors and levels of the
/// configuration, and says what stands where. Found values are masked. It changes nothing.
///
/// Exit code: 0 nothing found, 1 something found, 2 a path cannot be read.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  pii-milter scan ~/Maildir
  pii-milter scan --min confidential /srv/share
  pii-milter scan --json archive.mbox | jq 'select(.level_index > 1) | .path'")]
pub struct Args {
    /// Files and folders; "-" reads one file from standard input.
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// One JSON object a line, one line a file or message.
    #[arg(long)]
    json: bool,
    /// Show, and count as found, only what is of this level or above.
    #[arg(long, value_name = "LEVEL")]
    min: Option<String>,
}

/// Runs the verb.
pub fn run(args: &Args, config: Option<&Path>) -> Result<u8, Stop> {
    let policy = input::policy(config)?;
    let min = least(args.min.as_deref(), &policy)?;
    let mut tally = Tally::default();
    let files = collect_all(&args.paths, &mut tally)?;
    let progress = progress(files.len());
    in_order(&files, &policy, |reports| {
        for report in reports {
            progress.suspend(|| tally.take(report, min, args.json));
        }
        progress.inc(1);
        !tally.is_alone
    });
    progress.finish_and_clear();
    if !args.json {
        tally.print(&policy);
    }
    if tally.failed > 0 {
        return Err(Stop(
            UNUSABLE,
            format!("{} files or folders could not be read", tally.failed),
        ));
    }
    Ok(if tally.found > 0 { FOUND } else { WELL })
}

/// What was seen so far.
#[derive(Default)]
struct Tally {
    levels: BTreeMap<usize, usize>,
    found: usize,
    failed: usize,
    /// True once nobody reads on.
    is_alone: bool,
}

impl Tally {
    fn take(&mut self, report: Result<Report, String>, min: Sensitivity, json: bool) {
        let report = match report {
            Ok(report) => report,
            Err(sentence) => return self.fail(&sentence),
        };
        *self.levels.entry(report.level_index).or_default() += 1;
        if report.level_index < min.0 {
            return;
        }
        self.found += usize::from(report.is_found());
        if json {
            self.is_alone = !report::print_json(&report);
        } else if report.is_found() {
            println!("{}  [{}]", report.path, report.level);
            report.print_findings(Language::default());
            self.is_alone = !print::line(format_args!(""));
        }
    }

    fn fail(&mut self, sentence: &str) {
        self.failed += 1;
        eprintln!("pii-milter: {sentence}");
    }

    fn print(&self, policy: &Policy) {
        let total: usize = self.levels.values().sum();
        println!("{total} looked at");
        for (index, count) in &self.levels {
            let level = policy.levels.name(Sensitivity(*index));
            println!("  {count:>6} {level}");
        }
    }
}

fn least(min: Option<&str>, policy: &Policy) -> Result<Sensitivity, Stop> {
    let Some(word) = min else {
        return Ok(Sensitivity(0));
    };
    let names = policy.table.columns();
    let found = names.iter().position(|name| name == word);
    found.map(Sensitivity).ok_or_else(|| {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let instead = instead(word, &names);
        Stop(UNUSABLE, format!("--min: no level \"{word}\"{instead}"))
    })
}

/// The files below all paths. A folder below them that cannot be read is told, and the others are read.
fn collect_all(paths: &[PathBuf], tally: &mut Tally) -> Result<Vec<PathBuf>, Stop> {
    let cannot = |path: &Path, error| format!("cannot read {}: {error}", path.display());
    let mut files = Vec::new();
    for path in paths {
        let is_input = path == Path::new("-");
        if is_input || !is_folder(path).map_err(|error| Stop(UNUSABLE, cannot(path, error)))? {
            files.push(path.clone());
            continue;
        }
        let mut waiting = vec![path.clone()];
        while let Some(folder) = waiting.pop() {
            if let Err(error) = collect(&folder, &mut files, &mut waiting) {
                tally.fail(&cannot(&folder, error));
            }
        }
    }
    Ok(files)
}

fn is_folder(path: &Path) -> io::Result<bool> {
    path.metadata().map(|data| data.is_dir())
}

/// The files of a folder, in order, and its folders, the first one last. Symbolic links to folders
/// are not followed.
fn collect(folder: &Path, files: &mut Vec<PathBuf>, folders: &mut Vec<PathBuf>) -> io::Result<()> {
    let entries = folder.read_dir()?.collect::<Result<Vec<_>, _>>()?;
    let mut entries: Vec<PathBuf> = entries.iter().map(std::fs::DirEntry::path).collect();
    entries.sort();
    let mut below = Vec::new();
    for entry in entries {
        if entry.is_dir() && !entry.is_symlink() {
            below.push(entry);
        } else if entry.is_file() {
            files.push(entry);
        }
    }
    folders.extend(below.into_iter().rev());
    Ok(())
}

fn progress(files: usize) -> ProgressBar {
    if files < 2 || !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len}, {eta} to go");
    ProgressBar::new(files as u64)
        .with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

/// Scans on every processor, and hands the reports over in the order of the files, for as long as
/// they are wanted.
fn in_order(
    files: &[PathBuf],
    policy: &Policy,
    mut hand: impl FnMut(Vec<Result<Report, String>>) -> bool,
) {
    let next = AtomicUsize::new(0);
    let (done, reports) = mpsc::channel();
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            let (next, done) = (&next, done.clone());
            scope.spawn(move || {
                while let Some((at, file)) = take(next, files) {
                    if done.send((at, scan(file, policy))).is_err() {
                        return;
                    }
                }
            });
        }
        drop(done);
        let mut early = BTreeMap::new();
        let mut due = 0;
        for (at, report) in reports {
            early.insert(at, report);
            while let Some(report) = early.remove(&due) {
                if !hand(report) {
                    return;
                }
                due += 1;
            }
        }
    });
}

fn take<'a>(next: &AtomicUsize, files: &'a [PathBuf]) -> Option<(usize, &'a Path)> {
    let at = next.fetch_add(1, Ordering::Relaxed);
    files.get(at).map(|file| (at, file.as_path()))
}

/// Scans one file; an mbox gives a report a message.
fn scan(file: &Path, policy: &Policy) -> Vec<Result<Report, String>> {
    let name = file.display().to_string();
    let bytes = match input::read(file) {
        Ok(bytes) => bytes,
        Err(Stop(_, sentence)) => return vec![Err(sentence)],
    };
    if bytes.starts_with(b"From ") {
        let messages = extract::messages(&bytes).into_iter().enumerate();
        return messages
            .map(|(at, raw)| Ok(weigh(format!("{name}:{}", at + 1), raw, true, policy)))
            .collect();
    }
    let is_message = extract::is_mail(&name, &bytes);
    vec![Ok(weigh(name, &bytes, is_message, policy))]
}

fn weigh(path: String, bytes: &[u8], is_message: bool, policy: &Policy) -> Report {
    let raw = if is_message {
        bytes.to_vec()
    } else {
        Vec::new()
    };
    let message_id = input::message_id(&raw);
    let message = Message::read(Envelope::nobody(input::today()), raw, policy.budget.tree);
    let extract = || {
        if is_message {
            extract::all(&message, &policy.budget)
        } else {
            extract::document(&path, bytes, &policy.budget)
        }
    };
    // A panic on one file must not end the walk over the others.
    let extract = catch_unwind(AssertUnwindSafe(extract)).unwrap_or_else(|_| Extract {
        unreadable: vec![Unreadable {
            part: PartPath("1".into()),
            why: Why::Unreadable,
            detail: "reading it failed".into(),
        }],
        ..Extract::default()
    });
    let findings = detect::scan(&extract.texts, &policy.detectors);
    let classification = classify::weigh(&message, extract, findings, &policy.levels);
    Report::new(path, message_id, classification)
}
