// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps what is read before the table: an admin's deviations, each with a reason and an end.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use serde::Deserialize;

use crate::message::{Address, Pattern};
use crate::units::Parsed;

use super::Kinds;

/// One item of `exceptions`, as written.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    from: Parsed<Pattern>,
    to: String,
    channel: String,
    because: String,
    until: Parsed<Day>,
}

/// An exception. It speaks for outbound mail only, since only there is it known who sends.
#[derive(Clone, Debug)]
pub struct Exception {
    /// Whose mail.
    pub from: Pattern,
    /// To whom.
    pub to: Target,
    /// The name of the channel.
    pub channel: String,
    /// Why; it goes to log and audit.
    pub because: String,
    /// The last day on which it holds.
    pub until: Date,
}

/// Whom an exception is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// Everybody of a kind: its place among the kinds, and its name.
    Kind(usize, String),
    /// The addresses of a pattern.
    Pattern(Pattern),
}

/// A date, written 2027-12-31.
#[derive(Clone, Copy, Debug)]
struct Day(Date);

impl Exception {
    /// Binds an entry to kinds and channels. `at` is its place, for the errors.
    ///
    /// # Errors
    /// One sentence for each thing that is wrong.
    pub fn new(
        at: usize,
        entry: Entry,
        kinds: &Kinds,
        channels: &[&str],
    ) -> Result<Self, Vec<String>> {
        let mut errors = Vec::new();
        let path = format!("exceptions[{at}]");
        let to = Target::read(&entry.to, kinds);
        if let Err(wrong) = &to {
            errors.push(format!("{path}.to: {wrong}"));
        }
        if let Err(wrong) = super::table::known(&entry.channel, channels) {
            errors.push(format!("{path}.channel: {wrong}"));
        }
        if entry.because.trim().is_empty() {
            errors.push(format!(
                "{path}.because: it is empty; write the reason, which log and audit will show"
            ));
        }
        match to {
            Ok(to) if errors.is_empty() => Ok(Self {
                from: entry.from.0,
                to,
                channel: entry.channel,
                because: entry.because,
                until: entry.until.0.0,
            }),
            _ => Err(errors),
        }
    }

    /// True while it holds.
    pub fn holds(&self, day: Date) -> bool {
        day <= self.until
    }

    /// True for a recipient it is about.
    pub fn is_about(&self, address: &Address, kind: usize) -> bool {
        match &self.to {
            Target::Kind(own, _) => *own == kind,
            Target::Pattern(pattern) => pattern.matches(address),
        }
    }
}

impl Target {
    /// A kind where there is one of that name, else an address pattern.
    fn read(text: &str, kinds: &Kinds) -> Result<Self, String> {
        if let Some(kind) = kinds.names().iter().position(|name| name == text) {
            return Ok(Self::Kind(kind, text.to_owned()));
        }
        // A bare word is more likely a misspelt kind than a domain without a dot.
        if text == "*" || text.contains(['.', '@']) {
            return text.parse().map(Self::Pattern);
        }
        Err(format!(
            "\"{text}\" is no recipient kind and no address pattern{}",
            kinds.instead(text)
        ))
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Kind(_, name) => f.write_str(name),
            Self::Pattern(pattern) => write!(f, "{pattern}"),
        }
    }
}

impl FromStr for Day {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        text.parse().map(Self).map_err(|_| {
            format!("\"{text}\" is no date; write year, month and day, such as 2027-12-31")
        })
    }
}
