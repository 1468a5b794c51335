// SPDX-License-Identifier: GPL-3.0-or-later
//! Proves by brute force what the analyser says of a table: on random small tables, with every
//! address that their patterns can tell apart, judged by the decision that mail gets.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a panic is the report"
)]

use jiff::civil::{Date, date};
use pii_milter::classify::Sensitivity;
use pii_milter::decide::{
    self, Catalogue, Communication, Features, Kinds, Ours, Reach, Strictness, Table, Terms, Weight,
};
use pii_milter::message::{Address, Direction, Envelope, Recipient};
use pii_milter::yaml;

const TABLES: usize = 24;
/// What a message is, each on its own; one of them is what every message is.
const COMMUNICATIONS: [Communication; 4] = [
    Communication::New,
    Communication::Reply,
    Communication::Forward,
    Communication::AutoReply,
];
const KINDS: [&str; 3] = ["one", "two", "three"];
/// The least strict first.
const CHANNELS: [&str; 3] = ["plain", "mark", "refuse"];
const DAYS: [Date; 3] = [date(2026, 11, 25), date(2026, 11, 26), date(2026, 11, 27)];

/// The names that the analyser tries first (`a@`, `sub.`) stand in patterns, so that it must look on.
/// Domains in patterns of senders, and in those of recipients.
const FLAT: [&str; 2] = ["sub", "b"];
const DEEP: [&str; 6] = ["sub", "b", "sub.sub", "b.sub", "sub.b", "gmail.sub"];

/// xorshift64: the same tables in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 20).unwrap() % most
    }

    fn of<'a>(&mut self, list: &[&'a str]) -> &'a str {
        list[self.below(list.len())]
    }

    /// A pattern over the labels `sub` and `b` and the mailbox `a`.
    fn pattern(&mut self, domains: &[&str]) -> String {
        let domain = self.of(domains);
        match self.below(8) {
            0 => "\"*\"".into(),
            7 => format!(".{domain}"),
            1 | 2 => format!("a@{domain}"),
            3 | 4 => format!(".{domain}"),
            _ => domain.into(),
        }
    }

    fn recipients(&mut self) -> String {
        let mut text = String::new();
        for _ in 0..=self.below(3) {
            let mut patterns: Vec<String> =
                (0..=self.below(2)).map(|_| self.pattern(&DEEP)).collect();
            if self.below(3) == 0 {
                patterns.push(self.of(&["freemail", "isp"]).into());
            }
            text += &format!("- {}: [ {} ]\n", self.of(&KINDS), patterns.join(", "));
        }
        text + &format!("- {}: [ \"*\" ]\n", self.of(&KINDS))
    }

    /// Exceptions to kinds that are there; a bare word would be no pattern.
    fn exceptions(&mut self, kinds: &[String]) -> Vec<String> {
        let mut lines = Vec::new();
        for _ in 0..=self.below(4) {
            let to = match self.below(2) {
                0 => kinds[self.below(kinds.len())].clone(),
                _ => self.pattern(&DEEP),
            };
            let to = match to.as_str() {
                "sub" | "b" => "sub.sub".into(),
                _ => to,
            };
            let proof = self.of(&["", ", login: erp", ", client: 192.0.2.0/28"]);
            lines.push(format!(
                "- {{ from: {}, to: {to}, channel: {}, because: x, owner: x, until: {}{proof} }}\n",
                self.pattern(&FLAT),
                self.of(&CHANNELS),
                DAYS[self.below(2)]
            ));
        }
        lines
    }

    /// Rows of both levels, those of types of communication at least as strict as the kind's own.
    fn rows(&mut self) -> String {
        let own = [self.below(2), self.below(3)];
        let mut text = format!("  \"*\": [ {}, {} ]\n", CHANNELS[own[0]], CHANNELS[own[1]]);
        // Where what is new and all that follows have rows, nothing is left for the row above.
        let all = self.below(4) == 0;
        for communication in ["new", "reply", "forward", "auto-reply"] {
            let cells = own.map(|least| match self.below(3) {
                0 if !all => "same",
                _ => CHANNELS[least + self.below(CHANNELS.len() - least)],
            });
            if self.below(3) > 0 || all {
                text += &format!("  \"* {communication}\": [ {}, {} ]\n", cells[0], cells[1]);
            }
        }
        text
    }

    /// Channels of which one may be for some only.
    fn catalogue(&mut self, kinds: &[String]) -> Catalogue {
        let mut catalogue = Catalogue::new();
        let strictness = [Strictness::Plain, Strictness::Header, Strictness::Reject];
        for (name, strictness) in CHANNELS.into_iter().zip(strictness) {
            let terms = Terms {
                strictness,
                ..Terms::default()
            };
            catalogue.insert(name.into(), terms);
        }
        let mark = catalogue.get_mut("mark").unwrap();
        mark.fallback = Some("refuse".into());
        mark.to = match self.below(3) {
            0 => Vec::new(),
            1 => vec![kinds[self.below(kinds.len())].clone()],
            _ => vec!["a@sub.sub".into()],
        };
        catalogue
    }
}

/// Every recipient that such patterns can tell apart: two mailboxes, with and without a pattern, and
/// labels that stand in a pattern and one that stands in none, one deeper than any pattern; providers'
/// domains below each of them.
fn universe() -> Vec<Address> {
    let labels = ["sub", "b", "c"];
    let mut domains: Vec<String> = labels.map(String::from).to_vec();
    for _ in 0..2 {
        let below = domains
            .iter()
            .flat_map(|above| labels.map(|one| format!("{one}.{above}")));
        domains = below.chain(labels.map(String::from)).collect();
    }
    let provided = labels
        .iter()
        .flat_map(|top| [format!("gmail.{top}"), format!("c.gmail.{top}")]);
    domains.extend(provided.chain(["bluewin.ch".into(), "web.de".into()]));
    addresses(&domains)
}

/// The same of senders, whose patterns are flat.
fn senders() -> Vec<Address> {
    addresses(&["sub", "b", "c", "c.sub", "c.b"].map(String::from))
}

fn addresses(domains: &[String]) -> Vec<Address> {
    let addresses = domains
        .iter()
        .flat_map(|domain| ["a", "y"].map(|one| format!("{one}@{domain}")));
    let addresses = addresses.chain([String::new()]);
    addresses.map(|one| Address::new(&one)).collect()
}

fn envelope(sender: &Address, day: Date, recipients: &[Address]) -> Envelope {
    let recipient = |address: &Address| Recipient {
        address: address.clone(),
        as_given: Vec::new(),
        notify: None,
        original: None,
    };
    Envelope {
        sender: sender.clone(),
        recipients: recipients.iter().map(recipient).collect(),
        ..Envelope::nobody(day)
    }
}

/// Who proves to send: nobody, the sender by his own login, a program by its login or its place.
const PROOFS: [(&str, &str); 4] = [("", ""), ("own", ""), ("erp", ""), ("", "192.0.2.1")];

/// Channel and reason of each recipient, before it is asked what the channel takes.
fn judge(
    table: &Table,
    envelope: &mut Envelope,
    proof: (&str, &str),
    level: usize,
    communication: Communication,
) -> Vec<(String, String)> {
    envelope.login = match proof.0 {
        "" => None,
        "own" => Some(envelope.sender.folded()),
        login => Some(login.to_owned()),
    };
    envelope.client = proof.1.parse().ok();
    let mut features = Features::of_envelope(envelope);
    features.communications = [communication].into();
    let weight = Weight {
        direction: Direction::Outbound,
        sensitivity: Sensitivity(level),
        is_sealed: false,
    };
    let decided = decide::for_each_recipient(envelope, &features, weight, table);
    let parts = decided.into_iter().map(|one| {
        let because = one.because.split(", but").next().unwrap().to_owned();
        (one.channel, because)
    });
    parts.collect()
}

/// Channel and reason for each sender, day, proof, level, type of communication and recipient.
fn decisions(table: &Table, all: &[Address]) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for sender in &senders() {
        for day in DAYS {
            let mut envelope = envelope(sender, day, all);
            for proof in PROOFS {
                for level in 0..2 {
                    for communication in COMMUNICATIONS {
                        found.extend(judge(table, &mut envelope, proof, level, communication));
                    }
                }
            }
        }
    }
    found
}

/// The parts of a table.
struct Parts {
    recipients: String,
    rows: String,
    catalogue: Catalogue,
    exceptions: Vec<String>,
}

impl Parts {
    fn table(&self) -> Table {
        let kinds = Kinds::new(&yaml::read::<Vec<_>>(&self.recipients).unwrap(), &[]).unwrap();
        let section = format!(
            "columns: [ low, high ]\noutbound:\n{}inbound: {{ \"*\": [ plain, plain ] }}\nmixed: strictest\n",
            self.rows
        );
        let exceptions = match self.exceptions.is_empty() {
            true => "[]".into(),
            false => self.exceptions.concat(),
        };
        let section = yaml::read(&section).unwrap();
        let exceptions = yaml::read(&exceptions).unwrap();
        Table::new(&section, kinds, exceptions, &self.catalogue).unwrap()
    }

    fn told(&self) -> String {
        format!(
            "{}{}{}",
            self.recipients,
            self.rows,
            self.exceptions.concat()
        )
    }
}

#[derive(Debug, Default)]
struct Seen {
    nobody: usize,
    shadowed: usize,
    idle: usize,
    unreached: usize,
    unusable: usize,
}

#[test]
fn the_analyser_says_what_brute_force_finds() {
    let all = universe();
    let ours: Ours = yaml::read("networks: []\nlogin: true\ndomains: [ sub ]").unwrap();
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let mut seen = Seen::default();
    for _ in 0..TABLES {
        let recipients = dice.recipients();
        let lines = yaml::read::<Vec<_>>(&recipients).unwrap();
        let names = Kinds::new(&lines, &[]).unwrap().names().to_vec();
        let mut parts = Parts {
            recipients,
            rows: dice.rows(),
            catalogue: dice.catalogue(&names),
            exceptions: Vec::new(),
        };
        of_kinds_and_cells(&parts, &ours, &all, &mut seen);
        parts.exceptions = dice.exceptions(&names);
        of_exceptions(parts, &ours, &all, &mut seen);
    }
    // The tables must hold enough of what is looked for, or nothing was proven.
    let Seen {
        nobody,
        shadowed,
        idle,
        unreached,
        unusable,
    } = seen;
    let least = [nobody, shadowed, idle, unreached, unusable]
        .into_iter()
        .min();
    assert!(least > Some(5), "{seen:?}");
}

fn of_kinds_and_cells(parts: &Parts, ours: &Ours, all: &[Address], seen: &mut Seen) {
    let (table, told) = (parts.table(), parts.told());
    let reach = Reach::new(&table, ours, DAYS[0]);
    let kinds = table.kinds();
    let of = |address: &Address| kinds.of(&decide::Party::new(address));
    for kind in 0..kinds.names().len() {
        let someone: Vec<Address> = all.iter().filter(|one| of(one) == kind).cloned().collect();
        let is_somebody = !someone.is_empty();
        assert_eq!(
            reach.someone(kind).is_some(),
            is_somebody,
            "kind {kind}\n{told}"
        );
        seen.nobody += usize::from(!is_somebody);
        if !is_somebody {
            continue;
        }
        // What the table says before the channel is asked is in the reason.
        let mut envelope = envelope(&Address::default(), DAYS[2], &someone);
        let mut cells = std::collections::BTreeSet::new();
        let mut reaches = false;
        for level in 0..2 {
            for communications in Communication::coherent() {
                let mut features = Features::of_envelope(&envelope);
                features.communications = communications;
                let weight = Weight {
                    direction: Direction::Outbound,
                    sensitivity: Sensitivity(level),
                    is_sealed: false,
                };
                for one in decide::decide(&features, weight, &table) {
                    let because = one.because.split(", but").next().unwrap();
                    cells.insert((level, because.to_owned()));
                    reaches |= one.channel == "mark";
                }
            }
        }
        let column = ["low", "high"];
        let said = reach.cells(Direction::Outbound, kind).into_iter();
        let said: std::collections::BTreeSet<(usize, String)> = said
            .map(|(level, _, row)| (level, format!("decide.outbound.{row}[{}]", column[level])))
            .collect();
        assert_eq!(said, cells, "cells of {kind}\n{told}");
        let written = parts.rows.lines().count() * 2 - parts.rows.matches("same").count();
        seen.unreached += written - said.len();
        // Some mail must come by this channel, or nothing is known of whom it reaches.
        let comes = reach
            .cells(Direction::Outbound, kind)
            .iter()
            .any(|cell| cell.1 == "mark");
        if comes {
            assert_eq!(
                reach.can_reach(kind, "mark"),
                reaches,
                "mark to {kind}\n{told}"
            );
            seen.unusable += usize::from(!reaches);
        }
        envelope.recipients.clear();
    }
}

fn of_exceptions(mut parts: Parts, ours: &Ours, all: &[Address], seen: &mut Seen) {
    let (whole, told) = (parts.table(), parts.told());
    let reach = Reach::new(&whole, ours, DAYS[0]);
    let brute = decisions(&whole, all);
    for at in 0..parts.exceptions.len() {
        let because = format!("exceptions[{at}]: x");
        let is_read = brute.iter().any(|(_, one)| *one == because);
        let cases: Vec<_> = reach.spoken_for(at).collect();
        assert_eq!(!cases.is_empty(), is_read, "exception {at}\n{told}");
        for case in cases {
            let to = [case.to.address.clone()];
            let mut envelope = envelope(&case.from.address, case.day, &to);
            let mut communications = COMMUNICATIONS.into_iter();
            let is_so = communications.any(|one| {
                let mut proofs = PROOFS.into_iter();
                proofs.any(|proof| {
                    judge(&whole, &mut envelope, proof, case.level, one)[0].1 == because
                })
            });
            assert!(is_so, "{case:?}\n{told}");
        }
        let left = parts.exceptions.remove(at);
        let without = decisions(&parts.table(), all);
        parts.exceptions.insert(at, left);
        let mut both = brute.iter().zip(&without);
        let is_same = both.all(|(one, other)| one.0 == other.0);
        // Of two channels one may stand in for the other: then all goes alike, though it says otherwise.
        if reach.is_idle(at) {
            assert!(is_same, "exception {at} changes nothing?\n{told}");
        } else if parts.catalogue["mark"].to.is_empty() {
            assert!(!is_same, "exception {at} changes something?\n{told}");
        }
        seen.shadowed += usize::from(!is_read);
        seen.idle += usize::from(is_read && is_same);
    }
}
