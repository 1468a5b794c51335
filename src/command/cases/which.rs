// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns options into the cases that are meant.

use jiff::civil::Date;
use serde_json::json;

use super::super::{Stop, UNUSABLE};
use super::{Request, ask, seconds};
use crate::nearest::did_you_mean;
use crate::quarantine::case::State;
use crate::quarantine::index::Filter;

/// What narrows the cases down.
#[derive(Debug, Default, clap::Args)]
pub struct Narrow {
    /// Some recipient is in this state: prepared, held, claimed, releasing, released, refused, deleted,
    /// expired, unknown-outcome. May be said more than once.
    #[arg(long = "state", value_name = "STATE")]
    states: Vec<String>,
    /// Of this level or a higher one.
    #[arg(long, value_name = "LEVEL")]
    level: Option<String>,
    /// From this sender.
    #[arg(long, value_name = "ADDRESS")]
    from: Option<String>,
    /// To this recipient, and perhaps others.
    #[arg(long, value_name = "ADDRESS")]
    to: Option<String>,
    /// Came in on that day or later.
    #[arg(long, value_name = "YYYY-MM-DD")]
    since: Option<Date>,
    /// Came in before that day.
    #[arg(long, value_name = "YYYY-MM-DD")]
    before: Option<Date>,
}

/// Which cases something is done to: those named, or all that the conditions leave.
#[derive(Debug, clap::Args)]
pub struct Which {
    /// The cases.
    #[arg(value_name = "CASE")]
    cases: Vec<String>,
    /// For this recipient only; may be said more than once. Without, for all to whom it can be done.
    #[arg(long = "recipient", value_name = "ADDRESS")]
    pub recipients: Vec<String>,
    #[command(flatten)]
    narrow: Narrow,
    /// Several cases are meant, namely so many: their number is not asked for.
    #[arg(long, value_name = "COUNT")]
    count: Option<usize>,
    /// Only say how many cases are meant, and which.
    #[arg(long)]
    dry_run: bool,
    /// One JSON object a line, for each case what became of it. Nothing is asked then: say --count.
    #[arg(long)]
    pub json: bool,
}

impl Narrow {
    /// The same for the daemon.
    pub fn filter(&self) -> Result<Filter, Stop> {
        let state = |word: &String| {
            State::of(word).ok_or_else(|| {
                let near = did_you_mean(word, State::ALL.iter().map(|state| state.as_str()));
                Stop(
                    UNUSABLE,
                    format!("--state: there is no state {word:?}{near}"),
                )
            })
        };
        Ok(Filter {
            states: self.states.iter().map(state).collect::<Result<_, _>>()?,
            level: self.level.clone(),
            from: self.from.clone(),
            to: self.to.clone(),
            since: self.since.map(seconds).transpose()?,
            before: self.before.map(seconds).transpose()?,
            ..Filter::default()
        })
    }

    fn is_empty(&self) -> bool {
        self.states.is_empty()
            && (&self.level, &self.from, &self.to) == (&None, &None, &None)
            && (self.since, self.before) == (None, None)
    }
}

impl Which {
    /// The ids of the cases that are meant.
    pub fn ids(&self) -> Result<Vec<String>, Stop> {
        match (self.cases.is_empty(), self.narrow.is_empty()) {
            (false, true) => Ok(self.cases.clone()),
            (true, false) => {
                let mut filter = self.narrow.filter()?;
                filter.most = Some(u32::MAX);
                let cases = ask::cases(&Request::List(filter))?;
                Ok(cases.into_iter().map(|case| case.id).collect())
            }
            (true, true) => Err(Stop(
                UNUSABLE,
                "name a case, or say which are meant, such as --state held".into(),
            )),
            (false, false) => Err(Stop(
                UNUSABLE,
                "name cases, or say which are meant, but not both".into(),
            )),
        }
    }

    /// Whether somebody has said how many cases these are; several want that.
    ///
    /// # Errors
    /// Where he said another number: nothing is done.
    pub fn is_sure(&self, ids: &[String]) -> Result<bool, Stop> {
        let count = ids.len();
        if self.dry_run {
            match self.json {
                true => println!("{}", json!({ "meant": count, "cases": ids })),
                false => println!("{count} cases are meant: {}", ids.join(" ")),
            }
            return Ok(false);
        }
        let said = match self.count {
            Some(said) => said.to_string(),
            None if count == 1 && !self.cases.is_empty() => return Ok(true),
            None if self.json => {
                let told =
                    format!("{count} cases are meant: say --count {count}; nothing was done");
                return Err(Stop(UNUSABLE, told));
            }
            None if count == 0 => {
                println!("no case is meant");
                return Ok(false);
            }
            None => {
                println!("{count} cases are meant; type their number to go on:");
                ask::typed()
            }
        };
        match said == count.to_string() {
            true => Ok(true),
            false => {
                let told = format!("{count} cases are meant, not \"{said}\"; nothing was done");
                Err(Stop(UNUSABLE, told))
            }
        }
    }
}
