// SPDX-License-Identifier: GPL-3.0-or-later
//! Prints the text that the detectors see.

use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

use super::print::harmless;
use super::{LATER, Stop, UNUSABLE, WELL, input};
use crate::extract::{self, Budget, Extract, Text};
use crate::message::{Envelope, Message};
use crate::nearest::did_you_mean;

/// Print the text that the detectors see, part by part.
///
/// FILE is a mail, or a document. Of a mail, the headers that a person reads, the names of its
/// files and each part are printed, decoded, with LF line ends: the offsets that `scan --json`
/// reports count characters of that text. What cannot be read is named on standard error.
///
/// A name that ends with .eml is a mail, one that ends with .txt, .csv, .md or .html is not, and
/// any other file is a mail if it starts like one.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  pii-milter extract mail.eml                         every text of a mail
  pii-milter extract mail.eml --part 1.2              only the second part of the first one
  pii-milter extract mail.eml --part header:Subject   only the subject
  pii-milter extract list.xlsx --places               a document, with the cell before each text
  pii-milter extract - < mail.eml                     from standard input

Exit codes: 0 printed, 2 the file cannot be read or has no such part.")]
pub struct Args {
    /// The mail or document; - is standard input.
    file: PathBuf,
    /// Print this part only, without anything around it: 1, 2.1, header:Subject, name:2.
    #[arg(long, value_name = "PART")]
    part: Option<String>,
    /// Print each stretch on lines of its own, behind the place where a person finds it: a page, a
    /// cell. Offsets are not those of --part then.
    #[arg(long)]
    places: bool,
}

/// Runs the verb.
pub fn run(args: Args, _config: Option<&Path>) -> Result<u8, Stop> {
    let Args { file, part, places } = args;
    let bytes = input::read(&file)?;
    let name = file.to_string_lossy();
    let budget = Budget::default();
    let (extract, kinds) = if extract::is_mail(&name, &bytes) {
        let message = Message::read(Envelope::nobody(input::today()), bytes, budget.tree);
        let kinds = message.parts.iter();
        let kinds = kinds.map(|part| (part.path.to_string(), part.media_type.clone()));
        (extract::all(&message, &budget), kinds.collect())
    } else {
        (extract::document(&name, &bytes, &budget), Vec::new())
    };
    let texts: Vec<&Text> = match &part {
        Some(part) => vec![of_part(&extract, part)?],
        None => extract.texts.iter().collect(),
    };
    let printed = if places {
        print_places(&texts)
    } else {
        print(&texts, &kinds, part.is_none() && texts.len() > 1)
    };
    // Who reads may stop when it likes.
    let printed = printed.or_else(|error| match error.kind() {
        io::ErrorKind::BrokenPipe => Ok(()),
        _ => Err(error),
    });
    printed.map_err(|error| Stop(LATER, format!("cannot write the output: {error}")))?;
    for part in &extract.unreadable {
        let line = format!("{}: {}", part.part, part.detail);
        eprintln!("pii-milter: part {}", harmless(&line));
    }
    Ok(WELL)
}

fn of_part<'a>(extract: &'a Extract, part: &str) -> Result<&'a Text, Stop> {
    let found = extract.texts.iter().find(|text| text.part.0 == part);
    found.ok_or_else(|| {
        if let Some(unread) = extract
            .unreadable
            .iter()
            .find(|unread| unread.part.0 == part)
        {
            let detail = harmless(&unread.detail);
            return Stop(UNUSABLE, format!("part {part} has no text: {detail}"));
        }
        let known: Vec<&str> = extract
            .texts
            .iter()
            .map(|text| text.part.0.as_str())
            .collect();
        let near = did_you_mean(part, known.iter().copied());
        let list = harmless(&known.join(", "));
        Stop(
            UNUSABLE,
            format!("there is no text of a part \"{part}\"{near}; there are: {list}"),
        )
    })
}

fn print(texts: &[&Text], kinds: &[(String, String)], titled: bool) -> io::Result<()> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    let to_person = io::stdout().is_terminal();
    for text in texts {
        let path = &text.part.0;
        if titled {
            let kind = kinds.iter().find(|(part, _)| part == path);
            let kind = kind.map_or_else(String::new, |(_, kind)| format!(" {kind}"));
            writeln!(out, "── {} ──", harmless(&format!("{path}{kind}")))?;
        }
        // A program gets the text as it is; a terminal is not to be steered by it.
        if to_person {
            out.write_all(harmless(&text.content).as_bytes())?;
        } else {
            out.write_all(text.content.as_bytes())?;
        }
        if (titled || to_person) && !text.content.ends_with('\n') {
            writeln!(out)?;
        }
    }
    out.flush()
}

/// Prints each stretch behind its part and place, blank ones left out.
fn print_places(texts: &[&Text]) -> io::Result<()> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    for text in texts {
        let mut end = 0;
        let places = text
            .places
            .iter()
            .map(|(range, place)| (range.clone(), place.to_string()));
        for (range, place) in
            places.chain([(text.content.len()..text.content.len(), String::new())])
        {
            // What stands between two places is simply the part.
            for (range, place) in [(end..range.start, ""), (range.clone(), place.as_str())] {
                let stretch = text.content.get(range).unwrap_or_default().trim();
                if !stretch.is_empty() {
                    let comma = if place.is_empty() { "" } else { ", " };
                    let place = harmless(&format!("{}{comma}{place}", text.part));
                    writeln!(out, "[{place}] {}", harmless(stretch))?;
                }
            }
            end = range.end;
        }
    }
    out.flush()
}
