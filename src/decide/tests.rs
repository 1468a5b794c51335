// SPDX-License-Identifier: GPL-3.0-or-later
//! Tests of deciding.

mod terms;

use super::*;
use crate::message::{Address, Recipient};

/// Four channels, each stricter than the one before.
fn catalogue() -> Catalogue {
    let channels = [
        ("plain", Strictness::Plain),
        ("incamail", Strictness::Relay),
        ("hold", Strictness::Hold),
        ("refuse", Strictness::Reject),
    ];
    let terms = |strictness| Terms {
        strictness,
        ..Terms::default()
    };
    let channels = channels.into_iter();
    channels
        .map(|(name, strictness)| (name.to_owned(), terms(strictness)))
        .collect()
}

const TABLE: &str = "
columns: [ public, internal, confidential ]
outbound:
  colleague: [ plain, plain, plain ]
  \"*\":     [ plain, incamail, refuse ]
inbound:
  \"*\":     [ plain, plain, plain ]
mixed: strictest
";

const EXCEPTIONS: &str = "
- { from: payroll@example.ch, to: partner, channel: incamail, because: salary slips, owner: ann, until: 2027-12-31 }
- { from: example.ch, to: anna@stranger.example, channel: hold, because: a friend, owner: ann, until: 2026-11-25 }
- { from: \"*\", to: .stranger.example, channel: plain, because: a test, owner: ann, login: \"*\", until: 2030-01-01 }
";

fn kinds() -> Kinds {
    let lines: Vec<kind::Line> = crate::yaml::read(
        "- colleague: [ example.ch ]\n- partner: [ partner.example ]\n- stranger: [ \"*\" ]",
    )
    .unwrap();
    Kinds::new(&lines, &[]).unwrap()
}

fn table(table: &str, exceptions: &str) -> Result<Table, Vec<String>> {
    let section: table::Section = crate::yaml::read(table).map_err(|one| vec![one.to_string()])?;
    let exceptions = crate::yaml::read(exceptions).map_err(|one| vec![one.to_string()])?;
    Table::new(&section, kinds(), exceptions, &catalogue())
}

fn envelope(sender: &str, received: &str, recipients: &[&str]) -> Envelope {
    let recipient = |text: &&str| Recipient {
        address: Address::new(text),
        as_given: text.as_bytes().to_vec(),
        notify: None,
        original: None,
    };
    Envelope {
        client: None,
        login: Some(match Address::new(sender).folded() {
            nobody if nobody.is_empty() => "erp".into(),
            own => own,
        }),
        sender: Address::new(sender),
        recipients: recipients.iter().map(recipient).collect(),
        received: received.parse().unwrap(),
        host: String::new(),
        id: String::new(),
    }
}

/// The decisions of a message of which nothing is known but envelope, direction and level.
fn judged(envelope: &Envelope, direction: Direction, level: usize, table: &Table) -> Vec<Decision> {
    let weight = Weight {
        direction,
        sensitivity: Sensitivity(level),
        is_sealed: false,
    };
    for_each_recipient(envelope, &Features::of_envelope(envelope), weight, table)
}

/// `channel because` for each recipient of confidential mail.
fn decided(sender: &str, day: &str, direction: Direction, recipients: &[&str]) -> Vec<String> {
    let table = table(TABLE, EXCEPTIONS).unwrap();
    let envelope = envelope(sender, day, recipients);
    let decisions = judged(&envelope, direction, 2, &table);
    let said = |one: &Decision| format!("{} {}", one.channel, one.because);
    decisions.iter().map(said).collect()
}

#[test]
fn each_recipient_has_the_cell_of_its_kind() {
    let all = ["<b@example.ch>", "<c@partner.example>", "<D@else.example>"];
    assert_eq!(
        decided("<a@example.ch>", "2026-11-25", Direction::Outbound, &all),
        [
            "plain decide.outbound.colleague[confidential]",
            "refuse decide.outbound.*[confidential]",
            "refuse decide.outbound.*[confidential]",
        ]
    );
    assert_eq!(
        decided(
            "<a@example.ch>",
            "2026-11-25",
            Direction::Inbound,
            &all[2..]
        ),
        ["plain decide.inbound.*[confidential]"]
    );
    let table = table(TABLE, "[]").unwrap();
    let envelope = envelope("<>", "2026-11-25", &all[2..]);
    let decisions = judged(&envelope, Direction::Outbound, 1, &table);
    assert_eq!(
        decisions,
        [Decision {
            recipient: "D@else.example".into(),
            kind: "stranger".into(),
            channel: "incamail".into(),
            because: "decide.outbound.*[internal]".into(),
            refused: None,
        }]
    );
}

#[test]
fn exceptions_speak_first_until_their_day() {
    let out = |sender, day, to| decided(sender, day, Direction::Outbound, &[to]).remove(0);
    let partner = "<x@partner.example>";
    assert_eq!(
        out("<PAYROLL@example.ch>", "2027-12-31", partner),
        "incamail exceptions[0]: salary slips"
    );
    assert_eq!(
        out("<payroll@example.ch>", "2028-01-01", partner),
        "refuse decide.outbound.*[confidential]"
    );
    assert_eq!(
        out("<other@example.ch>", "2027-01-01", partner),
        "refuse decide.outbound.*[confidential]"
    );
    let anna = "<Anna@stranger.example>";
    assert_eq!(
        out("<a@example.ch>", "2026-11-25", anna),
        "hold exceptions[1]: a friend"
    );
    assert!(out("<a@example.ch>", "2026-11-26", anna).starts_with("refuse"));
    assert_eq!(
        out("<>", "2026-11-25", "<b@sub.stranger.example>"),
        "plain exceptions[2]: a test"
    );
}

#[test]
fn exceptions_are_not_for_inbound_mail() {
    assert_eq!(
        decided(
            "<payroll@example.ch>",
            "2027-01-01",
            Direction::Inbound,
            &["<x@partner.example>"]
        ),
        ["plain decide.inbound.*[confidential]"]
    );
}

#[test]
fn a_table_that_is_not_total_is_refused() {
    for (from, to, expected) in [
        (
            "\"*\":     [ plain, incamail, refuse ]",
            "stranger: [ plain, incamail, refuse ]",
            "decide.outbound: no row for \"partner\"; write one, or a row \"*\" for all kinds that have none",
        ),
        (
            "[ plain, incamail, refuse ]",
            "[ plain, incamail ]",
            "decide.outbound.*: cells: 2, columns: 3; write one channel for each of public, internal, confidential",
        ),
        (
            "[ plain, incamail, refuse ]",
            "[ plain, incamail, hodl ]",
            "decide.outbound.*[confidential]: no channel \"hodl\"; did you mean \"hold\"?",
        ),
        (
            "colleague:",
            "colleage:",
            "decide.outbound.colleage: no recipient kind \"colleage\"; did you mean \"colleague\"?",
        ),
        (
            "[ public, internal, confidential ]",
            "[ public, internal, public ]",
            "decide.columns[2]: \"public\" stands twice; keep one of them",
        ),
        (
            "strictest",
            "spilt",
            "line 8 column 8: mixed: \"spilt\" is no way to settle recipients that disagree; write split or strictest; did you mean \"split\"?",
        ),
    ] {
        assert!(TABLE.contains(from));
        let errors = table(&TABLE.replacen(from, to, 1), "[]").unwrap_err();
        assert_eq!(errors, [expected]);
    }
}

#[test]
fn all_errors_are_told_at_once() {
    let wrong = TABLE.replace("refuse", "refuze").replace("colleague", "x");
    let exceptions = "- { from: a@x.ch, to: partnr, channel: plan, because: ' ', owner: ann, until: 2027-01-01 }";
    assert_eq!(table(&wrong, exceptions).unwrap_err().len(), 5);
}

#[test]
fn an_exception_says_everything() {
    for (exception, expected) in [
        (
            "- { from: a@x.ch, to: partner, channel: plain, because: x, owner: ann }",
            "line 1 column 3: .[0]: missing field `until`",
        ),
        (
            "- { from: a@x.ch, to: partner, channel: plain, because: x, owner: ann, until: 31.12.2027 }",
            "\"31.12.2027\" is no date; write year, month and day, such as 2027-12-31",
        ),
        (
            "- { from: a@x.ch, to: partner, channel: plain, because: x, owner: ann, until: 2027-02-30 }",
            "\"2027-02-30\" is no date",
        ),
        (
            "- { from: a@x.ch, to: partner, channel: plain, because: '', owner: ann, until: 2027-01-01 }",
            "exceptions[0].because: it is empty",
        ),
        (
            "- { from: a@x.ch, to: partner, channel: plain, because: x, owner: ' ', until: 2027-01-01 }",
            "exceptions[0].owner: it is empty; write who answers for it",
        ),
        (
            "- { from: a@x.ch, to: partnr, channel: plain, because: x, owner: ann, until: 2027-01-01 }",
            "exceptions[0].to: \"partnr\" is no recipient kind and no address pattern; did you mean \"partner\"?",
        ),
        (
            "- { from: a@x.ch, to: a b.ch, channel: plain, because: x, owner: ann, until: 2027-01-01 }",
            "exceptions[0].to: \"a b.ch\" is no address pattern",
        ),
        (
            "- { from: a@x.ch, to: partner, channel: plan, because: x, owner: ann, until: 2027-01-01 }",
            "exceptions[0].channel: no channel \"plan\"; did you mean \"plain\"?",
        ),
    ] {
        let errors = table(TABLE, exception).unwrap_err();
        assert!(errors[0].contains(expected), "{errors:?}");
    }
}

#[test]
fn a_thousand_recipients_and_long_lists_take_a_moment() {
    let list: String = (0..100_000).map(|n| format!("p{n}.example\n")).collect();
    let lines: Vec<kind::Line> =
        crate::yaml::read("- partner: [ file:p.list ]\n- stranger: [ \"*\" ]").unwrap();
    let kinds = Kinds::new(&lines, &[("p.list".into(), list)]).unwrap();
    let began = std::time::Instant::now();
    for n in 0..10_000 {
        assert_eq!(
            kinds.of(&Party::new(&Address::new(&format!("a@p{n}.example")))),
            0
        );
    }
    assert!(began.elapsed() < std::time::Duration::from_secs(2));
}
