// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps what is read before the table: an admin's deviations, each with a reason and an end.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use jiff::civil::Date;
use serde::Deserialize;

use crate::message::Pattern;
use crate::units::Parsed;

use super::ours::Network;
use super::party::key;
use super::{Features, Kinds, Party};

/// One item of `exceptions`, as written.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    from: Parsed<Pattern>,
    to: String,
    channel: String,
    because: String,
    owner: String,
    until: Parsed<Day>,
    login: Option<String>,
    client: Option<Parsed<Network>>,
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
    /// Who answers for it.
    pub owner: String,
    /// The last day on which it holds.
    pub until: Date,
    /// The key of `from`.
    pub(super) from_key: String,
    proof: Proof,
}

/// What proves who sends: a sender address proves nothing.
#[derive(Clone, Debug, Default)]
struct Proof {
    /// A login name, `*` for each; the sender's own address where nothing is said.
    login: Option<String>,
    /// Where the client is.
    client: Option<Network>,
}

/// Whom an exception is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// Everybody of a kind: its place among the kinds, and its name.
    Kind(usize, String),
    /// The addresses of a pattern, and its key.
    Pattern(Pattern, String),
}

/// A date, written 2027-12-31.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Day(pub Date);

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
        if entry.owner.trim().is_empty() {
            errors.push(format!(
                "{path}.owner: it is empty; write who answers for it"
            ));
        }
        match to {
            Ok(to) if errors.is_empty() => Ok(Self {
                from_key: key(&entry.from.0),
                from: entry.from.0,
                to,
                channel: entry.channel,
                because: entry.because,
                owner: entry.owner,
                proof: Proof {
                    login: entry.login.map(|name| name.to_lowercase()),
                    client: entry.client.map(|Parsed(network)| network),
                },
                until: entry.until.0.0,
            }),
            _ => Err(errors),
        }
    }

    /// True while it holds.
    pub fn holds(&self, day: Date) -> bool {
        day <= self.until
    }

    /// True for a sender and a recipient it is about.
    pub fn is_about(&self, sender: &Party, to: &Party, kind: usize) -> bool {
        sender.has(&self.from_key) && self.to.is(to, kind)
    }

    /// True where it is proven who sends: by the client, or by a login that is the one named, or
    /// the sender's own address.
    pub fn is_proven(&self, features: &Features) -> bool {
        self.is_proven_by(&features.sender, features.login.as_deref(), features.client)
    }

    /// The same for a sender, a login name in small letters and a client.
    pub(super) fn is_proven_by(
        &self,
        sender: &Party,
        login: Option<&str>,
        client: Option<IpAddr>,
    ) -> bool {
        let Proof {
            login: named,
            client: network,
        } = &self.proof;
        let is_there = network
            .as_ref()
            .map(|network| client.is_some_and(|client| network.has(client)));
        let has_login = login.is_some_and(|login| match named.as_deref() {
            Some("*") => true,
            Some(own) => login == own,
            None => login == sender.mailbox(),
        });
        match is_there {
            Some(is_there) => is_there && (named.is_none() || has_login),
            None => has_login,
        }
    }

    /// The login name that proves who sends, where one is named.
    pub fn login(&self) -> Option<&str> {
        self.proof.login.as_deref()
    }

    /// The client that proves who sends, where one is named.
    pub fn client(&self) -> Option<&Network> {
        self.proof.client.as_ref()
    }
}

impl Target {
    /// True for somebody it is about.
    pub fn is(&self, party: &Party, kind: usize) -> bool {
        match self {
            Self::Kind(own, _) => *own == kind,
            Self::Pattern(_, key) => party.has(key),
        }
    }

    /// The key of the pattern, where it is one.
    pub(super) fn key(&self) -> Option<&String> {
        match self {
            Self::Pattern(_, key) => Some(key),
            Self::Kind(..) => None,
        }
    }

    /// A kind where there is one of that name, else an address pattern.
    pub(super) fn read(text: &str, kinds: &Kinds) -> Result<Self, String> {
        if let Some(kind) = kinds.names().iter().position(|name| name == text) {
            return Ok(Self::Kind(kind, text.to_owned()));
        }
        // A bare word is more likely a misspelt kind than a domain without a dot.
        if text == "*" || text.contains(['.', '@']) {
            let pattern = text.parse()?;
            let key = key(&pattern);
            return Ok(Self::Pattern(pattern, key));
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
            Self::Pattern(pattern, _) => write!(f, "{pattern}"),
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
