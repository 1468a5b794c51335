// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns a request into the record of who asked for what.

use super::people::Person;
use super::request::Request;
use crate::audit::record::Act;
use crate::audit::{Record, Trail, shortened};
use crate::quarantine::{Choice, Error};

/// The longest reason that is noted, in characters.
const REASON: usize = 2000;

/// What stands in the trail before the request is carried out.
pub fn record(request: &Request, person: &Person, trail: &Trail) -> Record {
    let names = |to: &[String]| to.iter().map(|one| trail.name(one)).collect();
    let mut act = Act {
        who: person.name.clone(),
        role: person.role.map_or("", |role| role.as_str()).to_owned(),
        act: request.word().to_owned(),
        id: shortened(request.case()),
        ..Act::default()
    };
    match request {
        Request::Reveal { reason, .. } => act.reason = cut(reason),
        Request::Release { to, by, text, .. } => {
            act.to = names(to);
            act.reason = cut(text);
            act.channel = match by {
                Choice::Table => None,
                Choice::Channel(name) => Some(shortened(name)),
                Choice::AsIs => Some("as it is".into()),
            };
        }
        Request::Act { to, text, .. } => {
            act.to = names(to);
            act.reason = cut(text);
        }
        Request::Keep { is_held, text, .. } => {
            act.reason = cut(text);
            act.filter = (!is_held).then(|| "no longer".to_owned());
        }
        Request::List(filter) => {
            let mut filter = filter.clone();
            for address in [&mut filter.from, &mut filter.to].into_iter().flatten() {
                *address = trail.name(address);
            }
            // What cannot be written as JSON was not read as such either.
            act.filter = serde_json::to_string(&filter).ok();
        }
        Request::Expire { by, dry_run } => {
            let by = by.map_or_else(|| "now".to_owned(), |by| by.to_string());
            let only = if *dry_run { ", dry run" } else { "" };
            act.filter = Some(format!("by {by}{only}"));
        }
        Request::Show { .. } | Request::Verify | Request::Stats => (),
    }
    Record::Act(Box::new(act))
}

/// The word for why something was not done: the sentence could name somebody.
pub fn word(error: &Error) -> &'static str {
    match error {
        Error::Store(_) => "store",
        Error::Index(_) => "index",
        Error::Key(_) => "key",
        Error::Damaged(_) => "damaged",
        Error::Refused(_) => "refused",
        Error::Missing(_) => "missing",
        Error::Late => "late",
    }
}

fn cut(text: &str) -> String {
    text.chars().take(REASON).collect()
}
