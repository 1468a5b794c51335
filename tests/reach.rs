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
use pii_milter::decide::{self, Kinds, Ours, Reach, Table};
use pii_milter::message::{Address, Direction, Envelope, Recipient};
use pii_milter::yaml;

const TABLES: usize = 60;
const KINDS: [&str; 3] = ["one", "two", "three"];
const CHANNELS: [&str; 2] = ["plain", "refuse"];
const DAYS: [Date; 3] = [date(2026, 11, 25), date(2026, 11, 26), date(2026, 11, 27)];

/// The names that the analyser tries first (`a@`, `sub.`) stand in patterns, so that it must look on.
/// Domains in patterns of senders, and in those of recipients.
const FLAT: [&str; 2] = ["sub", "b"];
const DEEP: [&str; 5] = ["sub", "b", "sub.sub", "b.sub", "sub.b"];

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
        match self.below(7) {
            0 => "\"*\"".into(),
            1 | 2 => format!("a@{domain}"),
            3 | 4 => format!(".{domain}"),
            _ => domain.into(),
        }
    }

    fn recipients(&mut self) -> String {
        let mut text = String::new();
        for _ in 0..=self.below(3) {
            let patterns: Vec<String> = (0..=self.below(2)).map(|_| self.pattern(&DEEP)).collect();
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
            lines.push(format!(
                "- {{ from: {}, to: {to}, channel: {}, because: x, until: {} }}\n",
                self.pattern(&FLAT),
                self.of(&CHANNELS),
                DAYS[self.below(2)]
            ));
        }
        lines
    }
}

/// Every address that such patterns can tell apart: two mailboxes, with and without a pattern, and
/// labels that stand in a pattern and one that stands in none, one deeper than any pattern.
fn universe(deepest_pattern: usize) -> Vec<Address> {
    let labels = ["sub", "b", "c"];
    let mut domains: Vec<String> = labels.map(String::from).to_vec();
    for _ in 0..deepest_pattern {
        let below = domains
            .iter()
            .flat_map(|above| labels.map(|one| format!("{one}.{above}")));
        domains = below.chain(labels.map(String::from)).collect();
    }
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

/// Channel and reason for each sender, day, recipient and level.
fn decisions(table: &Table, senders: &[Address], all: &[Address]) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for sender in senders {
        for day in DAYS {
            let envelope = envelope(sender, day, all);
            for level in 0..2 {
                let decided = decide::for_each_recipient(
                    &envelope,
                    Direction::Outbound,
                    Sensitivity(level),
                    table,
                );
                found.extend(decided.into_iter().map(|one| (one.channel, one.because)));
            }
        }
    }
    found
}

fn table(recipients: &str, cells: &str, exceptions: &[String]) -> Table {
    let kinds = Kinds::new(&yaml::read::<Vec<_>>(recipients).unwrap(), &[]).unwrap();
    let section = format!(
        "columns: [ low, high ]\noutbound: {{ \"*\": {cells} }}\ninbound: {{ \"*\": [ plain, plain ] }}\n\
         mixed: strictest\n"
    );
    let exceptions = match exceptions.is_empty() {
        true => "[]".into(),
        false => exceptions.concat(),
    };
    let section = yaml::read(&section).unwrap();
    let exceptions = yaml::read(&exceptions).unwrap();
    Table::new(&section, kinds, exceptions, &CHANNELS).unwrap()
}

#[test]
fn the_analyser_says_what_brute_force_finds() {
    let (senders, all) = (universe(1), universe(2));
    let ours: Ours = yaml::read("networks: []\nlogin: true\ndomains: [ sub ]").unwrap();
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let (mut nobody, mut shadowed, mut idle) = (0, 0, 0);
    for _ in 0..TABLES {
        let recipients = dice.recipients();
        let cells = format!("[ {}, {} ]", dice.of(&CHANNELS), dice.of(&CHANNELS));
        let names = table(&recipients, &cells, &[]).kinds().names().to_vec();
        let exceptions = dice.exceptions(&names);
        let whole = table(&recipients, &cells, &exceptions);
        let reach = Reach::new(&whole, &ours, DAYS[0]);
        let told = format!("{recipients}{cells}\n{}", exceptions.concat());

        for kind in 0..names.len() {
            let is_somebody = all.iter().any(|one| whole.kinds().of(one) == kind);
            assert_eq!(
                reach.someone(kind).is_some(),
                is_somebody,
                "kind {kind}\n{told}"
            );
            nobody += usize::from(!is_somebody);
        }
        let brute = decisions(&whole, &senders, &all);
        for at in 0..exceptions.len() {
            let because = format!("exceptions[{at}]: x");
            let is_read = brute.iter().any(|(_, one)| *one == because);
            let cases: Vec<_> = reach.spoken_for(at).collect();
            assert_eq!(!cases.is_empty(), is_read, "exception {at}\n{told}");
            for case in cases {
                let to = [case.to.address.clone()];
                let envelope = envelope(&case.from.address, case.day, &to);
                let decided = decide::for_each_recipient(
                    &envelope,
                    Direction::Outbound,
                    Sensitivity(1),
                    &whole,
                );
                assert_eq!(decided[0].because, because, "{case:?}\n{told}");
            }
            let mut others = exceptions.clone();
            others.remove(at);
            let without = decisions(&table(&recipients, &cells, &others), &senders, &all);
            let is_same = brute
                .iter()
                .zip(&without)
                .all(|(one, other)| one.0 == other.0);
            assert_eq!(
                reach.is_idle(at),
                is_same,
                "exception {at} changes nothing?\n{told}"
            );
            shadowed += usize::from(!is_read);
            idle += usize::from(is_read && is_same);
        }
    }
    // The tables must hold enough of what is looked for, or nothing was proven.
    assert!(
        nobody > 10 && shadowed > 10 && idle > 10,
        "{nobody} {shadowed} {idle}"
    );
}
