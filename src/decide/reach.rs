// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns a table into what messages reach in it, with addresses that show it.
//!
//! Two patterns never cross: one lies within the other, or nobody is in both. So all addresses of
//! a pattern that are in no narrower one are judged alike, and one of them stands for all. The
//! finite list of these addresses proves what no address whatsoever can reach.

use std::collections::{HashMap, HashSet};

use jiff::civil::Date;

use crate::message::{Address, Direction, Pattern};

use super::kind::{key, keys};
use super::{Exception, Ours, Table, exception::Target};

/// What messages reach, as of a day.
#[derive(Debug)]
pub struct Reach<'a> {
    table: &'a Table,
    senders: Vec<Someone>,
    recipients: Vec<Someone>,
    /// Today, and each later day on which an exception has ended.
    days: Vec<Date>,
}

/// An address that stands for all that the table judges alike.
#[derive(Clone, Debug)]
pub struct Someone {
    /// The address.
    pub address: Address,
    /// Its kind as a recipient, by place among the names.
    pub kind: usize,
    /// The exceptions that are about it, in order.
    exceptions: Vec<usize>,
}

/// A message of outbound mail.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    /// Who sends it.
    pub from: &'a Someone,
    /// Who gets it.
    pub to: &'a Someone,
    /// When.
    pub day: Date,
}

impl<'a> Reach<'a> {
    /// Finds the addresses and days that differ. Addresses of ours come first among the senders.
    pub fn new(table: &'a Table, ours: &Ours, today: Date) -> Self {
        let exceptions = table.exceptions();
        let own: Vec<String> = ours.domains().map(key).collect();
        let from = Named::new(exceptions.iter().map(|one| Some(key(&one.from))));
        let senders = everyone(own.iter().chain(&from.keys), |folded| {
            (0, from.about(folded))
        });

        let kinds = table.kinds();
        let to = Named::new(exceptions.iter().map(pattern_key));
        let mut of_kind: Vec<Vec<usize>> = vec![Vec::new(); kinds.names().len()];
        for (at, one) in exceptions.iter().enumerate() {
            if let Target::Kind(kind, _) = &one.to
                && let Some(list) = of_kind.get_mut(*kind)
            {
                list.push(at);
            }
        }
        let recipients = everyone(kinds.keys().chain(&to.keys), |folded| {
            let kind = kinds.of(&Address::new(folded));
            let mut about = to.about(folded);
            about.extend(of_kind.get(kind).into_iter().flatten());
            about.sort_unstable();
            (kind, about)
        });
        let ends = exceptions.iter().filter(|one| one.holds(today));
        let mut days: Vec<Date> = ends.filter_map(|one| one.until.tomorrow().ok()).collect();
        days.push(today);
        days.sort();
        days.dedup();
        Self {
            table,
            senders,
            recipients,
            days,
        }
    }

    /// Somebody of a kind; `None` where nobody can be.
    pub fn someone(&self, kind: usize) -> Option<&Someone> {
        self.recipients.iter().find(|one| one.kind == kind)
    }

    /// Somebody who sends, one of ours where there is a domain of ours.
    pub fn sender(&self) -> Option<&Someone> {
        self.senders.first()
    }

    /// The messages that an exception is about, on days on which it holds, whoever speaks for them.
    pub fn cases(&self, at: usize) -> impl Iterator<Item = Case<'_>> {
        let is_about = move |one: &&Someone| one.exceptions.binary_search(&at).is_ok();
        let until = self.table.exceptions().get(at).map(|one| one.until);
        let days = move |day: &&Date| until.is_some_and(|until| **day <= until);
        self.senders.iter().filter(is_about).flat_map(move |from| {
            let recipients = self.recipients.iter().filter(is_about);
            recipients.flat_map(move |to| {
                let days = self.days.iter().filter(days);
                days.map(move |day| Case {
                    from,
                    to,
                    day: *day,
                })
            })
        })
    }

    /// The exceptions that are about a message, in order. The first one speaks for it.
    pub fn speakers(&self, case: Case<'a>) -> impl Iterator<Item = (usize, &'a Exception)> {
        let exceptions = self.table.exceptions();
        let from = case.from.exceptions.iter().copied();
        from.filter(move |at| case.to.exceptions.binary_search(at).is_ok())
            .filter_map(move |at| exceptions.get(at).map(|one| (at, one)))
            .filter(move |(_, one)| one.holds(case.day))
    }

    /// The messages that an exception speaks for; none where it is never reached.
    pub fn spoken_for(&self, at: usize) -> impl Iterator<Item = Case<'_>> {
        let is_first = move |case: &Case<'_>| {
            let mut speakers = self.speakers(*case);
            speakers.next().is_some_and(|(first, _)| first == at)
        };
        self.cases(at).filter(is_first)
    }

    /// True of an exception without which all messages would go by the same channels.
    pub fn is_idle(&self, at: usize) -> bool {
        let exceptions = self.table.exceptions();
        let channel = exceptions.get(at).map_or("", |one| one.channel.as_str());
        self.spoken_for(at).all(|case| {
            let next = self.speakers(case).nth(1);
            match next {
                Some((_, next)) => next.channel == channel,
                None => self.cells(case).iter().all(|cell| cell == channel),
            }
        })
    }

    /// The channels of the table for a message, one a level.
    pub fn cells(&self, case: Case<'_>) -> &'a [String] {
        let row = self.table.rows(Direction::Outbound).get(case.to.kind);
        row.map_or(&[], |row| &row.cells)
    }
}

/// An address of a pattern.
pub fn someone_of(pattern: &Pattern) -> Address {
    outside_narrower(&key(pattern), &HashSet::new())
}

/// True where some address is in both patterns.
pub fn meet(one: &Pattern, other: &Pattern) -> bool {
    one.matches(&someone_of(other)) || other.matches(&someone_of(one))
}

/// The exceptions by the key that they name.
struct Named {
    keys: Vec<String>,
    by_key: HashMap<String, Vec<usize>>,
}

impl Named {
    fn new(named: impl Iterator<Item = Option<String>>) -> Self {
        let mut by_key: HashMap<String, Vec<usize>> = HashMap::new();
        let mut keys = Vec::new();
        for (at, key) in named.enumerate() {
            let Some(key) = key else { continue };
            by_key.entry(key.clone()).or_default().push(at);
            keys.push(key);
        }
        Self { keys, by_key }
    }

    /// The exceptions that name a folded address, in order.
    fn about(&self, folded: &str) -> Vec<usize> {
        let found = keys(folded).filter_map(|key| self.by_key.get(key));
        let mut found: Vec<usize> = found.flatten().copied().collect();
        found.sort_unstable();
        found
    }
}

/// The key of an exception's recipients, where they are a pattern.
fn pattern_key(exception: &Exception) -> Option<String> {
    match &exception.to {
        Target::Pattern(pattern) => Some(key(pattern)),
        Target::Kind(..) => None,
    }
}

/// One address for each way in which addresses are judged: kind, and exceptions.
fn everyone<'a>(
    patterns: impl Iterator<Item = &'a String>,
    judge: impl Fn(&str) -> (usize, Vec<usize>),
) -> Vec<Someone> {
    let mut all: Vec<&str> = patterns.map(String::as_str).collect();
    all.push("*");
    let known: HashSet<&str> = all.iter().copied().collect();
    let mut found = HashSet::new();
    let mut everyone = Vec::new();
    for key in all {
        let address = outside_narrower(key, &known);
        let judged = judge(&address.folded());
        if found.insert(judged.clone()) {
            let (kind, exceptions) = judged;
            everyone.push(Someone {
                address,
                kind,
                exceptions,
            });
        }
    }
    everyone
}

/// An address of a pattern that none of the known patterns within it takes.
fn outside_narrower(own: &str, known: &HashSet<&str>) -> Address {
    let is_outside = |address: &Address| {
        let folded = address.folded();
        let mut narrower = keys(&folded).skip_while(|key| *key != own).skip(1);
        !narrower.any(|key| known.contains(key))
    };
    let mut tries = (1_u32..).map(|number| candidate(own, number));
    tries.find(is_outside).unwrap_or_default()
}

/// Ever other addresses of a pattern; a mailbox has one.
fn candidate(key: &str, number: u32) -> Address {
    let number = match number {
        1 => String::new(),
        _ => number.to_string(),
    };
    Address::new(&match key {
        "*" => format!("a@else{number}.example{number}"),
        _ if key.starts_with('@') => format!("a{number}{key}"),
        _ if key.starts_with('.') && !key.contains('@') => format!("a@sub{number}{key}"),
        mailbox => mailbox.to_owned(),
    })
}
