// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps the five answers: from flags, else asked.

use std::io::{self, BufRead, Write};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use clap::ValueEnum;

use super::super::{Stop, UNUSABLE};
use super::Args;
use crate::decide::ours::Network;
use crate::nearest::instead;

/// The mail server on this machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Mta {
    /// Postfix.
    Postfix,
    /// Sendmail.
    Sendmail,
    /// Another, or none yet.
    None,
}

/// The secure-delivery relay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Relay {
    /// IncaMail of Swiss Post.
    Incamail,
    /// None.
    None,
}

/// Where log lines go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Log {
    /// Standard error, which the journal keeps.
    Stderr,
    /// syslog, facility mail.
    Syslog,
}

/// The answers.
#[derive(Clone, Debug)]
pub struct Answers {
    /// Our domains.
    pub domains: Vec<String>,
    /// Our networks.
    pub networks: Vec<String>,
    /// The mail server.
    pub mta: Mta,
    /// The folder of Postfix's main.cf.
    pub postfix: PathBuf,
    /// The relay.
    pub relay: Relay,
    /// Who reads the log.
    pub log: Log,
}

impl Answers {
    /// Takes what the flags say, and asks for the rest.
    ///
    /// # Errors
    /// One sentence for an answer that cannot be used, or where there is nobody to ask.
    pub fn ask(args: &Args) -> Result<Self, Stop> {
        let usual = match () {
            () if args.postfix.join("main.cf").exists() => Mta::Postfix,
            () if Path::new("/etc/mail/sendmail.cf").exists() => Mta::Sendmail,
            () => Mta::None,
        };
        let domains = list(&args.domains, "1. Your domains", "--domains example.ch", "")?;
        let networks = "2. Networks whose mail is yours";
        let networks = list(&args.networks, networks, "--networks loopback", "loopback")?;
        let answers = Self {
            domains: domains
                .iter()
                .map(|one| domain(one))
                .collect::<Result<_, _>>()?,
            networks,
            mta: one(args.mta, "3. The mail server here", usual)?,
            postfix: args.postfix.clone(),
            relay: one(
                args.relay,
                "4. The secure relay that you have a contract with",
                Relay::None,
            )?,
            log: one(
                args.log,
                "5. Where the log goes, of which stderr is the journal",
                Log::Stderr,
            )?,
        };
        for network in &answers.networks {
            let wrong = |error: String| Stop(UNUSABLE, format!("--networks: {error}"));
            Network::from_str(network).map_err(wrong)?;
        }
        Ok(answers)
    }
}

/// A domain as the configuration wants it.
fn domain(text: &str) -> Result<String, Stop> {
    let bare = text.trim_start_matches(['.', '@']).to_ascii_lowercase();
    let is_label = |label: &str| {
        let is_sound = |c: char| c.is_ascii_alphanumeric() || c == '-';
        !label.is_empty() && label.len() <= 63 && label.chars().all(is_sound)
    };
    let is_number = bare.chars().all(|c| c.is_ascii_digit() || c == '.');
    if bare.contains('.') && bare.split('.').all(is_label) && !is_number {
        return Ok(bare);
    }
    let told =
        format!("\"{text}\" is no domain; write example.ch, and one with an umlaut as xn--...");
    Err(Stop(UNUSABLE, format!("--domains: {told}")))
}

fn list(given: &[String], question: &str, flag: &str, usual: &str) -> Result<Vec<String>, Stop> {
    let answer = match given {
        [] => line(question, usual)?,
        given => given.join(","),
    };
    let items = answer.split([',', ' ']).map(str::trim);
    let items: Vec<String> = items
        .filter(|item| !item.is_empty())
        .map(str::to_owned)
        .collect();
    match items.is_empty() {
        true => Err(Stop(
            UNUSABLE,
            format!("there is no answer to \"{question}\"; write {flag}"),
        )),
        false => Ok(items),
    }
}

fn one<T: ValueEnum + Copy>(given: Option<T>, question: &str, usual: T) -> Result<T, Stop> {
    if let Some(given) = given {
        return Ok(given);
    }
    let word = |one: &T| {
        one.to_possible_value()
            .map_or_else(String::new, |v| v.get_name().to_owned())
    };
    let words: Vec<String> = T::value_variants().iter().map(word).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let answer = line(&format!("{question}: {}", words.join(", ")), &word(&usual))?;
    T::from_str(&answer, true).map_err(|_| {
        let told = format!(
            "\"{answer}\" is no answer to \"{question}\"{}",
            instead(&answer, &words)
        );
        Stop(UNUSABLE, told)
    })
}

/// Asks, and takes the usual answer for an empty line or where nobody is there to answer.
fn line(question: &str, usual: &str) -> Result<String, Stop> {
    let hint = match usual {
        "" => String::new(),
        usual => format!(" [{usual}]"),
    };
    print!("{question}{hint}? ");
    let cannot = |error: io::Error| {
        let told = format!("cannot read the answer: {error}; save it as UTF-8, or use the flags");
        Stop(UNUSABLE, told)
    };
    io::stdout().flush().map_err(cannot)?;
    let mut answer = String::new();
    let read = io::stdin().lock().read_line(&mut answer).map_err(cannot)?;
    if read == 0 {
        println!();
    }
    let answer = answer.trim();
    Ok(if answer.is_empty() { usual } else { answer }.to_owned())
}
