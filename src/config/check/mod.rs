// SPDX-License-Identifier: GPL-3.0-or-later
//! Finds what parses but cannot be meant, in sentences.

mod channels;
mod exceptions;
mod rows;
mod table;

use std::fmt;
use std::time::Duration;

use jiff::civil::Date;

use crate::decide::kind::Who;
use crate::decide::reach::{Case, someone_of};
use crate::decide::{Communication, Party, Reach, Table};
use crate::inspect::Policy;
use crate::message::{Address, Direction, Pattern};
use crate::milter::{Mode, OnError};
use crate::units::Parsed;

use super::{File, Source};

pub use exceptions::{Lowered, lowered};

/// Postfix and Sendmail give a milter five minutes for the end of a message, in their defaults.
const MTA_PATIENCE: Duration = Duration::from_secs(300);

/// What a worker needs before it has seen a mail, and for one of the shipped size, in bytes.
const LEAST_MEMORY: u64 = 256 << 20;

/// A mail with one photograph is larger than this, in bytes.
const SMALL: u64 = 1 << 20;

/// Names that stand for somebody else's: the ones of the shipped file, and those of RFC 2606.
const SAMPLES: [&str; 5] = [
    "example.ch",
    "example",
    "example.com",
    "example.net",
    "example.org",
];

/// Something that can be read but hardly meant.
#[derive(Clone, Debug)]
pub struct Doubt {
    /// What and where, and what to write instead.
    pub sentence: String,
    /// A message that shows it, where one can.
    pub example: Option<Example>,
}

/// A message that shows something.
#[derive(Clone, Debug)]
pub struct Example {
    /// Who sends it.
    pub from: String,
    /// Who gets it.
    pub to: String,
    /// Which way it goes.
    pub direction: Direction,
    /// The type of communication, where that matters.
    pub communication: Option<Communication>,
    /// The name of its level, where that matters.
    pub level: Option<String>,
    /// The first day on which it is so, where that is not today.
    pub on: Option<Date>,
}

/// What is looked at.
struct View<'a> {
    source: &'a Source,
    file: &'a File,
    policy: &'a Policy,
    table: &'a Table,
    reach: &'a Reach<'a>,
    today: Date,
}

/// Everything that can be read but hardly meant, as of a day.
///
/// # Errors
/// As [`Source::policy`], where the file cannot be read at all.
pub fn doubts(source: &Source, policy: &Policy, today: Date) -> Result<Vec<Doubt>, Vec<String>> {
    let file = &source.file()?;
    let table = &policy.table;
    let reach = &Reach::new(table, &policy.ours, today);
    let view = &View {
        source,
        file,
        policy,
        table,
        reach,
        today,
    };
    let mut doubts = Vec::new();
    doubts.extend(of_the_edges(file));
    doubts.extend(of_what_is_ours(policy));
    doubts.extend(of_colleagues(view));
    doubts.extend(of_samples(file, policy));
    doubts.extend(of_empty_lists(source, file));
    doubts.extend(table::doubts(view));
    doubts.extend(channels::doubts(view));
    doubts.extend(rows::doubts(view));
    doubts.extend(exceptions::doubts(view));
    Ok(doubts)
}

impl View<'_> {
    /// A message to somebody, of one of us.
    fn example(&self, to: &Address, direction: Direction) -> Example {
        let ours = self.reach.sender().map(|one| one.address.to_string());
        let ours = ours.unwrap_or_default();
        let stranger = || someone_of(&Pattern::Any).to_string();
        Example {
            from: match direction {
                Direction::Outbound => ours,
                Direction::Inbound => stranger(),
            },
            to: to.to_string(),
            direction,
            communication: None,
            level: None,
            on: None,
        }
    }

    /// A message on a day.
    fn shown(&self, case: Case<'_>) -> Example {
        Example {
            from: case.from.address.to_string(),
            to: case.to.address.to_string(),
            direction: Direction::Outbound,
            communication: None,
            level: None,
            on: (case.day != self.today).then_some(case.day),
        }
    }

    /// The name of a kind, by its place.
    fn kind(&self, at: usize) -> &str {
        self.table.kinds().name(at)
    }
}

impl Doubt {
    fn shown_by(mut self, example: Example) -> Self {
        self.example = Some(example);
        self
    }
}

impl Example {
    fn of_level(mut self, level: &str) -> Self {
        self.level = Some(level.to_owned());
        self
    }
}

impl<T: Into<String>> From<T> for Doubt {
    fn from(sentence: T) -> Self {
        Self {
            sentence: sentence.into(),
            example: None,
        }
    }
}

impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence)?;
        match &self.example {
            Some(example) => write!(f, "; for example: {example}"),
            None => Ok(()),
        }
    }
}

/// `from payroll@example.ch to a@partner.example, confidential`; outbound unless it says inbound.
impl fmt::Display for Example {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "from {} to {}", self.from, self.to)?;
        if self.direction == Direction::Inbound {
            f.write_str(", inbound")?;
        }
        if let Some(communication) = self.communication {
            write!(f, ", {}", communication.as_str())?;
        }
        if let Some(level) = &self.level {
            write!(f, ", {level}")?;
        }
        match self.on {
            Some(day) => write!(f, ", on {day}"),
            None => Ok(()),
        }
    }
}

fn of_the_edges(file: &File) -> Vec<Doubt> {
    let mut doubts = Vec::new();
    if file.mode == Mode::Enforce && file.milter.on_error == OnError::Accept {
        doubts.push(
            "milter.on_error: \"accept\" lets mail pass that nobody looked into, while mode is \
             \"enforce\"; write tempfail"
                .into(),
        );
    }
    let limits = file.milter.limits;
    if limits.message.0 < SMALL {
        let sentence = format!(
            "milter.limits.message: {} bytes are less than one photograph; did you mean {0}M?",
            limits.message.0
        );
        doubts.push(sentence.into());
    }
    if limits.unpacked < limits.message {
        doubts.push(
            "milter.limits.unpacked: less than milter.limits.message, so a plain mail can be over \
             budget; write more"
                .into(),
        );
    }
    if limits.worker.0 < LEAST_MEMORY {
        let sentence =
            "milter.limits.worker: the lists of a worker alone need more; write 256M at least";
        doubts.push(sentence.to_owned().into());
    }
    if limits.time.0 >= MTA_PATIENCE {
        doubts.push(
            "milter.limits.time: the MTA waits for five minutes at most; write less, such as 60s"
                .into(),
        );
    }
    if file.log.to.is_empty() {
        doubts.push("log.to: nobody will ever read what happened; write stderr or syslog".into());
    }
    doubts
}

fn of_what_is_ours(policy: &Policy) -> Vec<Doubt> {
    let ours = &policy.ours;
    let mut doubts = Vec::new();
    if ours.networks().next().is_none() && !ours.has_login() {
        doubts.push(
            "ours: no network and no login, so no mail is outbound and nothing is held back; \
             name your networks, or write login: true"
                .into(),
        );
    }
    for network in ours.networks().filter(|network| network.is_everything()) {
        let sentence = format!(
            "ours.networks: {network} is the whole internet, so all mail is outbound and anybody \
             can use an exception; name your own networks"
        );
        doubts.push(sentence.into());
    }
    doubts
}

/// Domains of ours whose people nobody named.
fn of_colleagues(view: &View<'_>) -> Vec<Doubt> {
    let kinds = view.table.kinds();
    let others = kinds.of(&Party::default());
    let mut doubts = Vec::new();
    for domain in view.policy.ours.domains() {
        let someone = someone_of(domain);
        if kinds.names().len() > 1 && kinds.of(&Party::new(&someone)) == others {
            let doubt = Doubt::from(format!(
                "ours.domains: \"{domain}\" is ours, but mail to it is to a \"{}\"; name it \
                 under recipients",
                view.kind(others)
            ));
            doubts.push(doubt.shown_by(view.example(&someone, Direction::Outbound)));
        }
    }
    doubts
}

fn of_samples(file: &File, policy: &Policy) -> Vec<Doubt> {
    let mut doubts = Vec::new();
    let mut doubt = |path: String, patterns: Vec<&Pattern>| {
        let samples = patterns.into_iter().filter(|pattern| is_sample(pattern));
        let samples: Vec<String> = samples.map(|one| format!("\"{one}\"")).collect();
        if !samples.is_empty() {
            let samples = samples.join(", ");
            let sentence = format!("{path}: {samples} stands in the example; write your own");
            doubts.push(sentence.into());
        }
    };
    doubt("ours.domains".into(), policy.ours.domains().collect());
    for (at, line) in file.recipients.iter().enumerate() {
        for (kind, whom) in line {
            let patterns = whom.iter().filter_map(|Parsed(who)| match who {
                Who::Pattern(pattern) => Some(pattern),
                Who::Provider(_) | Who::File(_) | Who::Map(_) => None,
            });
            doubt(format!("recipients[{at}].{kind}"), patterns.collect());
        }
    }
    doubts
}

fn is_sample(pattern: &Pattern) -> bool {
    let text = pattern.to_string();
    let domain = text.rsplit('@').next().unwrap_or_default();
    SAMPLES.iter().any(|sample| {
        let above = domain.strip_suffix(sample);
        above.is_some_and(|above| above.is_empty() || above.ends_with('.'))
    })
}

fn of_empty_lists(source: &Source, file: &File) -> Vec<Doubt> {
    let is_empty = |text: &str| {
        let mut lines = text.lines().map(str::trim);
        lines.all(|line| line.is_empty() || line.starts_with('#'))
    };
    let lists = source.lists.iter().filter(|(_, text)| is_empty(text));
    let mut doubts: Vec<Doubt> = lists
        .map(|(name, _)| {
            let remedy = "no pattern in it; write one a line, such as partner.example";
            format!("{name}: {remedy}").into()
        })
        .collect();
    for (at, line) in file.recipients.iter().enumerate() {
        let empty = line.iter().filter(|(_, whom)| whom.is_empty());
        doubts.extend(empty.map(|(kind, _)| {
            let remedy = "nobody is of this kind; name somebody, or take it out";
            format!("recipients[{at}].{kind}: {remedy}").into()
        }));
    }
    doubts
}
