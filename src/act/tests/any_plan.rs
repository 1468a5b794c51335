// SPDX-License-Identifier: GPL-3.0-or-later
//! What holds for every plan: nobody lost, nobody twice, nothing done again.

use std::collections::BTreeSet;

use super::*;

#[test]
fn each_recipient_has_exactly_its_edits() {
    let mut random = Random(3);
    for _ in 0..2000 {
        let chosen = ["plain", "incamail", "generic", "marked", "hold"];
        // A channel is a function of the address, as in life; case and suffixes collide on purpose.
        let pool: Vec<(String, &str)> = (0..6)
            .map(|n| {
                let suffix = random.pick(&["", "", ".incamail.ch", ".IncaMail.CH"]);
                let local = random.pick(&["a", "A", "b"]);
                (
                    format!("<{local}@x{}.test{suffix}>", n % 2),
                    random.pick(&chosen),
                )
            })
            .collect();
        let pool: BTreeMap<String, &str> = pool.into_iter().collect();
        let pool: Vec<(&str, &str)> = pool.iter().map(|(a, c)| (a.as_str(), *c)).collect();
        let count = 1 + random.below(8);
        let (to, by): (Vec<_>, Vec<_>) = (0..count).map(|_| random.pick(&pool)).unzip();
        let message = message("Subject: x\n", &to);
        let (_, left) = apply(&message, &actions_of(&message, &by));

        let wanted = |(to, by): (&&str, &&str)| {
            let folded = to.to_lowercase();
            match *by == "incamail" && !folded.ends_with(".incamail.ch>") {
                true => folded.replace('>', ".incamail.ch>"),
                false => folded,
            }
        };
        let wanted: BTreeSet<String> = to.iter().zip(&by).map(wanted).collect();
        let got: Vec<String> = left.iter().map(|one| one.to_lowercase()).collect();
        assert_eq!(
            got.iter().cloned().collect::<BTreeSet<_>>(),
            wanted,
            "{to:?} {by:?}"
        );
        let added: Vec<&String> = left
            .iter()
            .filter(|one| !to.contains(&one.as_str()))
            .collect();
        let distinct: BTreeSet<String> = added.iter().map(|one| one.to_lowercase()).collect();
        assert_eq!(added.len(), distinct.len(), "{left:?}");
        assert!(added.iter().all(|one| {
            got.iter()
                .filter(|other| **other == one.to_lowercase())
                .count()
                == 1
        }));
    }
}

#[test]
fn a_plan_over_its_own_result_changes_nothing() {
    let mut random = Random(5);
    for _ in 0..300 {
        let subject = super::super::field::clean(&random.text(120)).replace("=?", "");
        let subject = if subject.is_ascii() {
            subject
        } else {
            "plain".into()
        };
        let head = format!("From: a\nSubject: {subject}\nX-PII-Level: x\n");
        let by = [
            random.pick(&["incamail", "generic", "marked", "hold"]),
            "incamail",
        ];
        let first = message(&head, &["<a@x.test>", "<b@x.test>"]);
        let edits = |message: &Message| {
            let (channels, ours) = (shipped_channels(), Ours::default());
            let decisions = decisions(message, &by);
            let plan = plan(
                message,
                &classification(),
                &decisions,
                channels,
                &ours,
                "d",
                Mixed::Strictest,
            );
            [plan.labels, plan.actions].concat()
        };
        let (head, mut to) = apply(&first, &edits(&first));
        // In the order of the decisions again: additions were appended.
        to.sort();
        let to: Vec<&str> = to.iter().map(String::as_str).collect();
        let second = message(&head, &to);
        let (again, mut to_again) = apply(&second, &edits(&second));
        to_again.sort();
        let sorted = |head: &str| {
            let mut lines: Vec<String> = head
                .replace("\n ", " ")
                .lines()
                .map(str::to_owned)
                .collect();
            lines.sort();
            lines
        };
        assert_eq!(sorted(&head), sorted(&again));
        assert_eq!(to, to_again);
    }
}
