// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns a table into what messages reach in it, with addresses that show it.
//!
//! Two patterns never cross: one lies within the other, or nobody is in both. So all addresses of
//! a pattern that are in no narrower one are judged alike, and one of them stands for all. The
//! finite list of these addresses proves what no address whatsoever can reach. The mailboxes of
//! providers cross patterns; where the table names them, their domains count as patterns of their own.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::net::IpAddr;

use jiff::civil::Date;

use crate::detect::{Provider, provider_domains};
use crate::message::{Address, Direction, Pattern};

use super::exception::Target;
use super::ours::Network;
use super::party::{key, keys};
use super::{Communication, Communications, Exception, Ours, Party, Table};

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
    /// Its keys.
    pub party: Party,
    /// Its kind as a recipient, by place among the names.
    pub kind: usize,
    /// The channels that it may use, or be reached by, by place.
    channels: Vec<usize>,
    /// The exceptions that are about it, in order.
    exceptions: Vec<usize>,
    /// As a sender: the exceptions that can be proven together, one list for each way.
    proven: Vec<Vec<usize>>,
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
    /// Its level, by place.
    pub level: usize,
    /// The channel of the table.
    pub cell: &'a str,
    /// The exceptions for which it is proven who sends.
    proven: &'a [usize],
}

impl<'a> Reach<'a> {
    /// Finds the addresses and days that differ. Addresses of ours come first among the senders.
    pub fn new(table: &'a Table, ours: &Ours, today: Date) -> Self {
        let exceptions = table.exceptions();
        let usable = |can_use: &dyn Fn(&super::channel::Bound) -> bool| -> Vec<usize> {
            let channels = table.channels().enumerate();
            let usable = channels.filter(|(_, (_, bound))| can_use(bound));
            usable.map(|(at, _)| at).collect()
        };
        let own: Vec<String> = ours.domains().map(key).collect();
        let from = Named::new(exceptions.iter().map(|one| Some(one.from_key.clone())));
        let of_channels = table.channels().flat_map(|(_, bound)| bound.keys().0);
        let senders = everyone(own.iter().chain(&from.keys).chain(of_channels), |party| {
            let channels = usable(&|bound| bound.is_from(party));
            (0, from.about(party), channels)
        });

        let senders = senders.into_iter().map(|mut one| {
            one.proven = provable(table, &one.party);
            one
        });
        let senders = senders.collect();
        let kinds = table.kinds();
        let to = Named::new(exceptions.iter().map(|one| one.to.key().cloned()));
        let mut of_kind: Vec<Vec<usize>> = vec![Vec::new(); kinds.names().len()];
        for (at, one) in exceptions.iter().enumerate() {
            if let Target::Kind(kind, _) = &one.to
                && let Some(list) = of_kind.get_mut(*kind)
            {
                list.push(at);
            }
        }
        let of_channels = table.channels().flat_map(|(_, bound)| bound.keys().1);
        let recipients = everyone(kinds.keys().chain(&to.keys).chain(of_channels), |party| {
            let kind = kinds.of(party);
            let mut about = to.about(party);
            about.extend(of_kind.get(kind).into_iter().flatten());
            about.sort_unstable();
            let channels = usable(&|bound| bound.is_to(party, kind));
            (kind, about, channels)
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

    /// Everybody who differs from the others as a recipient.
    pub fn recipients(&self) -> &[Someone] {
        &self.recipients
    }

    /// Somebody who sends, one of ours where there is a domain of ours.
    pub fn sender(&self) -> Option<&Someone> {
        self.senders.first()
    }

    /// The messages that an exception is about, on days on which it holds, whoever speaks for them.
    pub fn cases(&self, at: usize) -> impl Iterator<Item = Case<'_>> {
        let is_about = move |one: &&Someone| one.exceptions.binary_search(&at).is_ok();
        let until = self.table.exceptions().get(at).map(|one| one.until);
        let days = self.days.iter().copied();
        let days: Vec<Date> = days
            .filter(|day| until.is_some_and(|until| *day <= until))
            .collect();
        let mut cases = Vec::new();
        for from in self.senders.iter().filter(is_about) {
            for to in self.recipients.iter().filter(is_about) {
                for (level, cell, _) in self.cells(Direction::Outbound, to.kind) {
                    for proven in &from.proven {
                        cases.extend(days.iter().map(|day| Case {
                            from,
                            to,
                            day: *day,
                            level,
                            cell,
                            proven,
                        }));
                    }
                }
            }
        }
        cases.into_iter()
    }

    /// The exceptions that speak for a message, in order; all but the first are not asked.
    pub fn speakers(&self, case: Case<'a>) -> impl Iterator<Item = (usize, &'a Exception)> {
        let table = self.table;
        let exceptions = table.exceptions();
        let cell = table.strictness(case.cell);
        let from = case.from.exceptions.iter().copied();
        from.filter(move |at| case.to.exceptions.binary_search(at).is_ok())
            .filter_map(move |at| exceptions.get(at).map(|one| (at, one)))
            .filter(move |(at, one)| {
                one.holds(case.day)
                    && (table.strictness(&one.channel) >= cell || case.proven.contains(at))
            })
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
            next.map_or(case.cell, |(_, next)| next.channel.as_str()) == channel
        })
    }

    /// The cells that messages to a kind reach: level, channel, name of the row.
    pub fn cells(&self, direction: Direction, kind: usize) -> BTreeSet<(usize, &'a str, &'a str)> {
        let row = self.table.rows(direction).get(kind);
        let mut cells = BTreeSet::new();
        let Some(row) = row else { return cells };
        let strictness = |channel: &str| self.table.strictness(channel);
        let ways = match row.refined.is_empty() {
            true => vec![Communications::new()],
            false => Communication::coherent(),
        };
        for level in 0..row.cells.len() {
            cells.extend(ways.iter().map(|way| {
                let refined = row.refined.keys().filter(|one| way.contains(one));
                let (channel, name) = row.cell(refined, level, strictness);
                (level, channel, name)
            }));
        }
        cells
    }

    /// The channels by which nobody can send, or that can reach nobody, with what they ask for.
    pub fn unusable(&self) -> impl Iterator<Item = &'a str> {
        let channels = self.table.channels().enumerate();
        let unusable = channels.filter(|(at, _)| {
            let uses = |one: &Someone| one.channels.contains(at);
            !self.senders.iter().any(uses) || !self.recipients.iter().any(uses)
        });
        unusable.map(|(_, (name, _))| name)
    }

    /// True where somebody of a kind can be reached by a channel.
    pub fn can_reach(&self, kind: usize, channel: &str) -> bool {
        let at = self.table.channels().position(|(name, _)| name == channel);
        let mut someone = self.recipients.iter().filter(|one| one.kind == kind);
        at.is_some_and(|at| someone.any(|one| one.channels.contains(&at)))
    }
}

/// The exceptions that can be proven together for a sender, one list for each way to prove.
fn provable(table: &Table, sender: &Party) -> Vec<Vec<usize>> {
    let exceptions = table.exceptions();
    let named = exceptions.iter().filter_map(Exception::login);
    let mut logins: Vec<Option<String>> = named.map(|name| Some(name.to_owned())).collect();
    logins.extend([None, Some(sender.mailbox().to_owned()), Some("else".into())]);
    let networks = exceptions.iter().filter_map(Exception::client);
    let mut clients: Vec<Option<IpAddr>> = networks.flat_map(Network::edges).map(Some).collect();
    clients.push(None);
    let mut ways = BTreeSet::new();
    for login in &logins {
        for client in &clients {
            let proven = exceptions.iter().enumerate();
            let proven = proven.filter(|(_, one)| {
                one.is_proven_by(
                    sender,
                    login.as_deref().filter(|name| *name != "*"),
                    *client,
                )
            });
            ways.insert(proven.map(|(at, _)| at).collect::<Vec<_>>());
        }
    }
    ways.into_iter().collect()
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

    /// The exceptions that name somebody, in order.
    fn about(&self, party: &Party) -> Vec<usize> {
        let found = party.keys().filter_map(|key| self.by_key.get(key));
        let mut found: Vec<usize> = found.flatten().copied().collect();
        found.sort_unstable();
        found
    }
}

/// One address for each way in which addresses are judged: kind, exceptions, channels.
fn everyone<'a>(
    patterns: impl Iterator<Item = &'a String>,
    judge: impl Fn(&Party) -> (usize, Vec<usize>, Vec<usize>),
) -> Vec<Someone> {
    let mut all: Vec<String> = patterns.cloned().collect();
    all.push("*".into());
    let words = [Provider::Freemail, Provider::Access].map(Provider::as_str);
    let has_providers = all.iter().any(|key| words.contains(&key.as_str()));
    all.retain(|key| !words.contains(&key.as_str()));
    if has_providers {
        let below = |key: &String| match key.as_str() {
            "*" => Some(".".to_owned()),
            key => (key.starts_with('.') && !key.contains('@')).then(|| key.to_owned()),
        };
        let domains: Vec<String> = all
            .iter()
            .filter_map(below)
            .flat_map(|below| provider_domains(&below).collect::<Vec<_>>())
            .collect();
        all.extend(domains.iter().map(|domain| format!("@{domain}")));
        all.extend(domains.iter().map(|domain| format!(".{domain}")));
    }
    let known: HashSet<&str> = all.iter().map(String::as_str).collect();
    let (mut found, mut tried) = (HashSet::new(), HashSet::new());
    let mut everyone = Vec::new();
    for key in all.iter().filter(|key| tried.insert(key.as_str())) {
        let address = outside_narrower(key, &known);
        let party = Party::new(&address);
        let judged = judge(&party);
        if found.insert(judged.clone()) {
            let (kind, exceptions, channels) = judged;
            everyone.push(Someone {
                address,
                party,
                kind,
                channels,
                exceptions,
                proven: Vec::new(),
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
