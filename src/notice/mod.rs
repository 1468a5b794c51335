// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps what our own people hear of messages that wait: what happened, what to do, whom to ask.
//!
//! No notice says what a message holds, none leaves the house, and none answers a program: not a bounce, a
//! list, an automatic reply, another notice.

mod limit;
pub mod mail;
mod outbox;
pub mod template;
#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use indexmap::IndexMap;
use jiff::Timestamp;
use serde::Deserialize;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::task::spawn_blocking;
use tokio::time::{Instant, interval_at};

use crate::decide::Ours;
use crate::message::{Address, Pattern};
use crate::quarantine::case::{Case, State};
use crate::quarantine::index::Filter;
use crate::quarantine::{Happened, Quarantine, What};
use crate::submit::Entry;
use crate::units::{Parsed, Span};
use limit::Limit;
use outbox::Outbox;
use template::{Language, Templates, Which, Words};

/// How often one looks whether a notice is to be tried again.
const OFTEN: Duration = Duration::from_secs(5);

/// So many cases are named in a digest; the others are counted.
const NAMED: usize = 50;

/// The `notices` section of the configuration.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The address in From. The envelope has none, so that nothing comes back.
    pub from: Mailbox,
    /// Whether senders of ours hear what becomes of their messages.
    pub senders: bool,
    /// Who hears of each new case.
    pub team: Vec<Mailbox>,
    /// Who hears from time to time what waits.
    pub officer: Vec<Mailbox>,
    /// How often that is.
    pub digest: Span,
    /// Whom people can ask.
    pub contact: String,
    /// When they can.
    pub hours: String,
    /// The language of those for whom no other is said.
    pub language: Language,
    /// The language of the people of these domains.
    #[serde(default)]
    pub languages: IndexMap<Language, Vec<Parsed<Domain>>>,
    /// So many notices an address hears in an hour at most; what is more is left to the digest.
    pub limit: usize,
}

/// One mail address, without a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mailbox(pub Address);

/// `example.ch`, or `.example.ch` for all domains below.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Domain(Pattern);

/// What a reload may change.
#[derive(Clone)]
pub struct Current {
    /// The section.
    pub settings: Settings,
    /// Its texts.
    pub templates: Templates,
    /// Whose addresses are ours.
    pub ours: Ours,
    /// Where mail is handed to the MTA.
    pub submit: Entry,
}

/// What tells people.
pub struct Notices {
    current: RwLock<Option<Arc<Current>>>,
    outbox: Arc<Outbox>,
    quarantine: Arc<Quarantine>,
}

/// A notice on its way to the outbox.
struct Letter {
    to: Address,
    /// Its case; empty for a digest.
    id: String,
    which: Which,
    mail: Result<Vec<u8>, String>,
}

impl std::str::FromStr for Mailbox {
    type Err = String;

    /// # Errors
    /// One sentence that says what to write instead.
    fn from_str(text: &str) -> Result<Self, String> {
        let is_plain = |c: char| c.is_ascii_graphic() && !"<>()[]\\,;:\"".contains(c);
        let parts = text.split_once('@');
        match parts {
            Some((local, domain))
                if !local.is_empty()
                    && domain.contains('.')
                    && !domain.contains('@')
                    && text.chars().all(is_plain) =>
            {
                Ok(Self(Address::new(text)))
            }
            _ => Err(format!(
                "\"{text}\" is no mail address; write one such as security@example.ch"
            )),
        }
    }
}

impl<'de> Deserialize<'de> for Mailbox {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Parsed::deserialize(deserializer).map(|Parsed(mailbox)| mailbox)
    }
}

impl std::str::FromStr for Domain {
    type Err = String;

    /// # Errors
    /// One sentence that says what to write instead.
    fn from_str(text: &str) -> Result<Self, String> {
        match text.contains(['@', '*']) {
            false => text.parse().map(Self),
            true => Err(format!(
                "\"{text}\" is no domain; write example.ch, or .example.ch for all below it"
            )),
        }
    }
}

impl Settings {
    /// What parses and cannot be meant, in sentences.
    ///
    /// # Errors
    /// One sentence for each.
    pub fn check(&self, ours: &Ours) -> Result<(), Vec<String>> {
        let mut errors = Vec::new();
        for (name, list) in [("team", &self.team), ("officer", &self.officer)] {
            for one in list.iter().filter(|one| !ours.has(&one.0)) {
                let address = one.0.to_string();
                errors.push(format!(
                    "notices.{name}: {address} is in none of the domains of \"ours\", and notices stay in the house; name a mailbox of ours"
                ));
            }
        }
        for (name, text) in [("contact", &self.contact), ("hours", &self.hours)] {
            if text.trim().is_empty() || text.chars().any(|c| c.is_control() && c != '\n') {
                errors.push(format!(
                    "notices.{name}: every notice says whom to ask and when; write it"
                ));
            }
        }
        match errors.is_empty() {
            true => Ok(()),
            false => Err(errors),
        }
    }

    /// The language of an address.
    fn language(&self, address: &Address) -> Language {
        let mut languages = self.languages.iter();
        let own = languages.find(|(_, domains)| {
            let mut domains = domains.iter();
            domains.any(|Parsed(Domain(pattern))| pattern.matches(address))
        });
        own.map_or(self.language, |(language, _)| *language)
    }
}

impl Notices {
    /// Notices that are kept below this folder until the MTA has them.
    ///
    /// # Errors
    /// One sentence, where the folder cannot be used.
    pub fn open(folder: PathBuf, quarantine: Arc<Quarantine>) -> Result<Self, String> {
        Ok(Self {
            current: RwLock::new(None),
            outbox: Arc::new(Outbox::open(folder)?),
            quarantine,
        })
    }

    /// Uses this from now on; nothing is said where there is nothing.
    pub fn replace(&self, current: Option<Current>) {
        let mut place = self.current.write().unwrap_or_else(PoisonError::into_inner);
        *place = current.map(Arc::new);
    }

    fn current(&self) -> Option<Arc<Current>> {
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        current.clone()
    }

    /// Says what happens, for as long as the process lives.
    pub async fn run(self: Arc<Self>, mut events: UnboundedReceiver<Happened>) {
        let mut limit = Limit::default();
        let mut ticks = interval_at(Instant::now() + OFTEN, OFTEN);
        loop {
            tokio::select! {
                Some(happened) = events.recv() => {
                    if let Some(current) = self.current() {
                        self.keep(tell(&current, &mut limit, &happened)).await;
                    }
                }
                _ = ticks.tick() => (),
            }
            let Some(current) = self.current() else {
                continue;
            };
            if self.outbox.is_digest_due(current.settings.digest.0) {
                self.keep(self.digest(&current).await).await;
            }
            self.outbox.deliver(&current.submit).await;
        }
    }

    /// What waits, for whoever hears that from time to time. Nothing, where nothing waits.
    async fn digest(&self, current: &Current) -> Vec<Letter> {
        if current.settings.officer.is_empty() {
            return Vec::new();
        }
        let filter = Filter {
            states: vec![State::Held, State::Claimed, State::UnknownOutcome],
            most: Some(u32::MAX),
            ..Filter::default()
        };
        let cases = match self.quarantine.list(filter).await {
            Ok(cases) if cases.is_empty() => return Vec::new(),
            Ok(cases) => cases,
            Err(error) => {
                tracing::warn!("cannot say what waits: {error}");
                return Vec::new();
            }
        };
        let words = Words {
            count: cases.len().to_string(),
            cases: listed(&cases),
            ..Words::default()
        };
        let officers = current.settings.officer.iter();
        officers
            .map(|one| Letter::new(current, &one.0, Which::Digest, &words))
            .collect()
    }

    /// Has them on the disk.
    async fn keep(&self, letters: Vec<Letter>) {
        if letters.is_empty() {
            return;
        }
        let outbox = Arc::clone(&self.outbox);
        let kept = spawn_blocking(move || {
            for Letter {
                to,
                id,
                which,
                mail,
            } in letters
            {
                let notice = which.as_str();
                match mail.and_then(|mail| outbox.put(&to, &mail)) {
                    Ok(()) => tracing::info!(id, notice, "a notice goes out"),
                    Err(why) => tracing::error!(id, notice, "a notice is lost: {why}"),
                }
            }
        });
        if kept.await.is_err() {
            tracing::error!("notices are lost by a fault of ours");
        }
    }
}

impl Letter {
    fn new(current: &Current, to: &Address, which: Which, words: &Words) -> Self {
        let settings = &current.settings;
        let words = Words {
            contact: settings.contact.clone(),
            hours: settings.hours.clone(),
            ..words.clone()
        };
        let text = current.templates.text(settings.language(to), which, &words);
        Self {
            mail: mail::compose(&settings.from.0, to, &text, &words.case),
            to: to.clone(),
            id: words.case,
            which,
        }
    }
}

/// What one event has people hear.
fn tell(current: &Current, limit: &mut Limit, happened: &Happened) -> Vec<Letter> {
    let Current { settings, ours, .. } = current;
    let mut letters = Vec::new();
    let which = match happened.what {
        What::Held => Which::Held,
        What::Released => Which::Released,
        What::Refused => Which::Refused,
        What::Expired => Which::Expired,
    };
    let sender = Address::new(&happened.from);
    let may_hear = settings.senders && happened.is_outbound && is_person(&sender, happened);
    if may_hear && ours.has(&sender) && limit.lets(&sender, settings.limit) {
        letters.push(Letter::new(current, &sender, which, &words(happened)));
    }
    let team = settings.team.iter().filter(|_| happened.what == What::Held);
    for one in team {
        if limit.lets(&one.0, settings.limit) {
            letters.push(Letter::new(current, &one.0, Which::Case, &words(happened)));
        }
    }
    letters
}

/// True where a person sent it: what a program wrote has nobody to read an answer (RFC 3834, 2).
fn is_person(sender: &Address, happened: &Happened) -> bool {
    let folded = sender.folded();
    let local = folded.split('@').next().unwrap_or_default();
    let is_program = [
        "mailer-daemon",
        "postmaster",
        "root",
        "listserv",
        "majordomo",
        "noreply",
        "no-reply",
        "do-not-reply",
        "donotreply",
    ];
    !happened.is_automatic
        && !local.is_empty()
        && !is_program.contains(&local)
        && !local.starts_with("owner-")
        && !local.ends_with("-request")
        && !local.ends_with("-bounces")
        && !local.contains("-bounces+")
}

fn words(happened: &Happened) -> Words {
    Words {
        case: happened.id.clone(),
        level: happened.level.clone(),
        date: date(happened.arrived),
        ..Words::default()
    }
}

/// A line a case, the oldest first.
fn listed(cases: &[Case]) -> String {
    let mut lines: Vec<String> = cases
        .iter()
        .rev()
        .take(NAMED)
        .map(|case| format!("{}  {}  {}", case.id, date(case.arrived), case.level))
        .collect();
    if let Some(more) = cases.len().checked_sub(NAMED).filter(|more| *more > 0) {
        lines.push(format!("+ {more}"));
    }
    lines.join("\n")
}

fn date(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}
