// SPDX-License-Identifier: GPL-3.0-or-later
//! Messages whose recipients disagree: whatever the table, each gets the mail once, exactly as it was
//! decided for him.

#[path = "../mta/sink.rs"]
#[allow(dead_code, reason = "the tests of real MTAs use the rest of it")]
mod sink;

use std::collections::BTreeMap;
use std::ffi::CString;
use std::thread;
use std::time::{Duration, Instant};

use indymilter_test::{EomAction, Status};
use serde_json::Value;

use crate::chance::Chance;
use crate::daemon::{Daemon, ENFORCE, Mail, begin, show};
use crate::wire::rounds;
use sink::Sink;

/// What mail of each channel looks like: its name, mark, added field, suffix.
const CHANNELS: [(&str, &str, Option<&str>, &str); 4] = [
    ("plain", "", None, ""),
    ("incamail", "<im><c> ", None, ".incamail.ch"),
    ("generic", "[secure] ", Some("X-Secure-Delivery"), ""),
    ("marked", "", Some("X-Marked"), ""),
];

/// The kinds of the shipped table, each with the domain of its people.
const KINDS: [(&str, &str); 4] = [
    ("colleague", "example.ch"),
    ("authority", "amt.admin.ch"),
    ("partner", "partner.example"),
    ("stranger", "kunde.example"),
];

/// A personal number, so that the mail is confidential.
const BODY: &[u8] = b"AHV-Nr. 756.9217.0769.85\r\n.\r\n\xe4\r\n";

const PATIENCE: Duration = Duration::from_secs(60);

/// How the sink is waited for.
fn wait_for<T>(patience: Duration, mut ask: impl FnMut() -> Option<T>) -> Option<T> {
    let end = Instant::now() + patience;
    loop {
        match ask() {
            None if Instant::now() < end => thread::sleep(Duration::from_millis(20)),
            answer => return answer,
        }
    }
}

/// Mail as it looks to its recipient: subject, added field.
type View = (String, Option<String>);

/// A daemon with one channel for each kind, which hands over to the sink.
fn daemon(table: [&str; 4], sink: &Sink) -> Daemon {
    Daemon::over_unix(&borrowed(&changes(table, sink.port())))
}

fn borrowed(changes: &[(String, String)]) -> Vec<(&str, &str)> {
    let pairs = changes.iter();
    pairs.map(|(a, b)| (a.as_str(), b.as_str())).collect()
}

fn changes(table: [&str; 4], port: u16) -> Vec<(String, String)> {
    let shipped = include_str!("../../conf/pii-milter.yaml");
    let line = |start: &str| {
        let mut lines = shipped.lines();
        lines
            .find(|line| line.trim_start().starts_with(start))
            .unwrap()
            .to_owned()
    };
    let channels = "  generic: [ relay: generic ]\n  marked: [ header: \"X-Marked: yes\" ]\n  \
        keep: [ quarantine: review ]\n  no: [ reject: \"5.7.1 Not by mail\" ]\n  plain: []";
    let mut changes = vec![
        (ENFORCE.0.to_owned(), ENFORCE.1.to_owned()),
        (line("mixed:"), "  mixed: split".to_owned()),
        (line("plain:"), channels.to_owned()),
        (line("submit:"), format!("submit: smtp:127.0.0.1:{port}")),
    ];
    let (_, outbound) = shipped.split_once("  outbound:\n").unwrap();
    for ((kind, _), channel) in KINDS.iter().zip(table) {
        let row = outbound
            .lines()
            .find(|line| line.trim_start().starts_with(&format!("{kind}:")));
        let new = format!("    {kind}: [ plain, plain, {channel}, {channel} ]");
        changes.push((row.unwrap().to_owned(), new));
    }
    changes
}

/// One message and what has to come of it.
struct Round {
    id: String,
    to: Vec<String>,
    /// By address, as it is handed on.
    expected: BTreeMap<String, View>,
    held: Vec<String>,
    is_refused: bool,
}

impl Round {
    /// To nobody yet.
    fn empty(number: usize) -> Self {
        Self {
            id: format!("<{number}@split.test>"),
            to: Vec::new(),
            expected: BTreeMap::new(),
            held: Vec::new(),
            is_refused: false,
        }
    }

    /// Up to eight recipients; some twice, in other letters.
    fn new(number: usize, table: [&str; 4], chance: &mut Chance) -> Self {
        let mut round = Self::empty(number);
        for _ in 0..1 + chance.below(8) {
            let kind = chance.below(KINDS.len());
            let name = ["a", "b", "A", "B.C"][chance.below(4)];
            round.add(&format!("{name}.{number}@{}", KINDS[kind].1), table[kind]);
        }
        round
    }

    fn add(&mut self, address: &str, channel: &str) {
        self.to.push(format!("<{address}>"));
        let folded = address.to_lowercase();
        match CHANNELS.iter().find(|one| one.0 == channel) {
            Some((_, mark, field, suffix)) => {
                let view = (format!("{mark}Vertrag"), field.map(str::to_owned));
                self.expected.insert(format!("{folded}{suffix}"), view);
            }
            None if channel == "no" => self.is_refused = true,
            None if !self.held.contains(&folded) => self.held.push(folded),
            None => (),
        }
    }

    /// Shows it; what the MTA itself then delivers, by address.
    async fn show(&self, daemon: &Daemon) -> (Status, Vec<(String, View)>) {
        let mut conn = daemon.connect().await;
        let to: Vec<[&str; 1]> = self.to.iter().map(|one| [one.as_str()]).collect();
        let to: Vec<&[&str]> = to.iter().map(<[&str; 1]>::as_slice).collect();
        let mail = Mail {
            sender: &["<anna@example.ch>", "BODY=8BITMIME"],
            recipients: &to,
            fields: &[("Subject", "Vertrag"), ("Message-ID", &self.id)],
            body: &[BODY],
        };
        let (actions, status) = show(&mut conn, &mail).await;
        let is_accepted = matches!(status, Status::Continue | Status::Accept);
        let left = if is_accepted {
            self.after(&actions.actions)
        } else {
            Vec::new()
        };
        (status, left)
    }

    /// What an MTA makes of these actions. It delivers once to a mailbox, whatever its letters.
    fn after(&self, actions: &[EomAction]) -> Vec<(String, View)> {
        let text = |text: &CString| text.to_str().unwrap().trim().to_owned();
        let (mut to, mut subject, mut fields) = (self.to.clone(), "Vertrag".to_owned(), Vec::new());
        for action in actions {
            match action {
                EomAction::AddHeader { name, .. } => fields.push(text(name)),
                EomAction::ChangeHeader { name, value, .. } if text(name) == "Subject" => {
                    subject = text(value);
                }
                EomAction::AddRecipient { rcpt, .. } => to.push(format!("<{}>", text(rcpt))),
                EomAction::DeleteRecipient { rcpt } => to.retain(|one| *one != text(rcpt)),
                EomAction::Progress => (),
                other => panic!("{other:?}"),
            }
        }
        assert!(!to.is_empty(), "the MTA would forget the message");
        let view = (subject, added(&fields));
        let mut all: Vec<String> = to
            .iter()
            .map(|one| one.trim_matches(['<', '>']).to_lowercase())
            .collect();
        all.sort();
        all.dedup();
        all.into_iter().map(|one| (one, view.clone())).collect()
    }
}

/// The field that a channel added, of all that were.
fn added(fields: &[String]) -> Option<String> {
    let known = CHANNELS.iter().filter_map(|one| one.2);
    let found: Vec<&str> = known
        .filter(|name| fields.iter().any(|field| field == name))
        .collect();
    assert!(found.len() < 2, "{fields:?}");
    found.first().map(|name| (*name).to_owned())
}

/// What the sink has got, by Message-ID: address and view.
fn arrived(sink: &Sink) -> BTreeMap<String, Vec<(String, View)>> {
    let mut all: BTreeMap<String, Vec<(String, View)>> = BTreeMap::new();
    for mail in sink.mails() {
        let [to] = &mail.to[..] else {
            panic!("who it is for is seen by others: {:?}", mail.to);
        };
        let to = to.split(' ').next().unwrap().trim_matches(['<', '>']);
        assert!(mail.bytes.ends_with(BODY), "the body is another");
        assert!(mail.from.contains("BODY=8BITMIME"), "{}", mail.from);
        let fields: Vec<String> = mail.fields().into_iter().map(|(name, _)| name).collect();
        let view = (mail.only("Subject").unwrap(), added(&fields));
        let id = mail.only("Message-ID").unwrap();
        all.entry(id).or_default().push((to.to_lowercase(), view));
    }
    all
}

fn cases(daemon: &Daemon) -> Vec<Value> {
    let listed = daemon.cases(&["list", "--json"]);
    assert!(listed.status.success(), "{listed:?}");
    let text = String::from_utf8(listed.stdout).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// The addresses that wait for a person.
fn held(daemon: &Daemon) -> Vec<String> {
    let all = cases(daemon);
    let people = all
        .iter()
        .flat_map(|case| case["recipients"].as_array().unwrap());
    let held = people.filter(|one| one["state"] == "held");
    let mut held: Vec<String> = held
        .map(|one| one["address"].as_str().unwrap().to_lowercase())
        .collect();
    held.sort();
    // A message that all wait for is kept as the client gave it, a mailbox in two spellings twice.
    held.dedup();
    held
}

/// Waits until everything that leaves has left.
fn settle(daemon: &Daemon) {
    let is_over = || {
        let all = cases(daemon);
        let people = all
            .iter()
            .flat_map(|case| case["recipients"].as_array().unwrap());
        let over = ["released", "held"];
        let states: Vec<_> = people
            .filter(|one| !over.contains(&one["state"].as_str().unwrap()))
            .collect();
        states.is_empty().then_some(())
    };
    assert!(
        wait_for(PATIENCE, is_over).is_some(),
        "{:?}\n{}",
        cases(daemon),
        daemon.log()
    );
}

/// Sends them, and holds what came of each against what had to.
async fn run(daemon: &Daemon, sink: &Sink, all: &[Round]) {
    let mut got: BTreeMap<&str, Vec<(String, View)>> = BTreeMap::new();
    for round in all {
        let (status, left) = round.show(daemon).await;
        let is_kept = !round.is_refused && round.expected.is_empty();
        match &status {
            Status::Reject { .. } => assert!(round.is_refused, "{:?}", round.to),
            Status::Discard => assert!(is_kept, "{:?}", round.to),
            _ => assert!(!round.is_refused && !is_kept, "{status:?} {:?}", round.to),
        }
        got.insert(&round.id, left);
    }
    settle(daemon);
    let mut sent = arrived(sink);
    let mut waiting = Vec::new();
    for round in all {
        let mut views = got.remove(round.id.as_str()).unwrap();
        views.extend(sent.remove(&round.id).unwrap_or_default());
        views.sort();
        let (expected, held) = match round.is_refused {
            true => (Vec::new(), Vec::new()),
            false => (
                round.expected.clone().into_iter().collect(),
                round.held.clone(),
            ),
        };
        assert_eq!(views, expected, "{:?}", round.to);
        waiting.extend(held);
    }
    waiting.sort();
    assert!(sent.is_empty(), "{sent:?}");
    assert_eq!(held(daemon), waiting);
}

/// A property, 10,000 messages in `make long`: random tables, and fifty messages to random recipients for each.
#[tokio::test]
async fn each_recipient_gets_exactly_what_was_decided_for_him() {
    let mut chance = Chance::new();
    let names = ["plain", "incamail", "generic", "marked", "keep", "no"];
    // A refusal is for all: mostly there is none.
    let pick = |chance: &mut Chance| names[chance.below(41) / 8];
    for _ in 0..rounds(2) {
        let table = [(); 4].map(|()| pick(&mut chance));
        let sink = Sink::start();
        let daemon = daemon(table, &sink);
        let all: Vec<Round> = (0..50)
            .map(|number| Round::new(number, table, &mut chance))
            .collect();
        run(&daemon, &sink, &all).await;
    }
}

#[tokio::test]
async fn a_thousand_recipients_and_one_mailbox_in_two_spellings() {
    let table = ["plain", "incamail", "keep", "generic"];
    let sink = Sink::start();
    let daemon = daemon(table, &sink);
    let mut round = Round::empty(0);
    for number in 0..rounds(20).min(1000) / 2 {
        round.add(&format!("x{number}@example.ch"), "plain");
        round.add(&format!("X{number}@Example.CH"), "plain");
        if number % 10 == 0 {
            round.add(&format!("y{number}@amt.admin.ch"), "incamail");
            round.add(&format!("Y{number}@amt.admin.ch"), "incamail");
        }
    }
    run(&daemon, &sink, &[round]).await;
}

/// Fault F1 for a message that is split: wherever the daemon ends, the client's second try gives each
/// recipient one mail.
#[tokio::test]
async fn a_crash_at_any_point_gives_each_recipient_one_mail() {
    let table = ["plain", "incamail", "keep", "generic"];
    for point in [
        "before-blob",
        "after-rename",
        "after-commit",
        "before-reply",
    ] {
        let sink = Sink::start();
        let changes = changes(table, sink.port());
        let changes = borrowed(&changes);
        let daemon = Daemon::after(&format!("export PII_MILTER_CRASH={point}:1"), &changes);
        let mut round = Round::empty(0);
        for (kind, domain) in KINDS {
            let at = KINDS.iter().position(|one| one.0 == kind).unwrap();
            round.add(&format!("z@{domain}"), table[at]);
        }
        let to: Vec<[&str; 1]> = round.to.iter().map(|one| [one.as_str()]).collect();
        let to: Vec<&[&str]> = to.iter().map(<[&str; 1]>::as_slice).collect();
        let mail = Mail {
            sender: &["<anna@example.ch>", "BODY=8BITMIME"],
            recipients: &to,
            fields: &[("Subject", "Vertrag"), ("Message-ID", &round.id)],
            body: &[BODY],
        };
        let mut conn = daemon.connect().await;
        begin(&mut conn, &mail).await;
        assert!(conn.eom().await.is_err(), "{point}: it answered");
        let daemon = daemon.again("true", &changes);
        thread::sleep(Duration::from_millis(200));
        assert!(
            sink.mails().is_empty(),
            "{point}: a copy left without an answer"
        );
        run(&daemon, &sink, &[round]).await;
    }
}

/// The entry for what we send asks the filter again: nothing is judged twice, and the mail waits until
/// somebody puts it right. Who forges the trace field is judged as ever.
#[tokio::test]
async fn a_copy_that_comes_back_is_known_and_a_forged_one_is_not() {
    let table = ["plain", "incamail", "keep", "generic"];
    let sink = Sink::start();
    let daemon = daemon(table, &sink);
    let mut round = Round::empty(0);
    round.add("one@amt.admin.ch", "incamail");
    round.add("two@example.ch", "plain");
    round.add("three@example.ch", "plain");
    round.show(&daemon).await;
    settle(&daemon);
    let copies = sink.mails();
    let copy = copies
        .iter()
        .find(|mail| mail.to[0].starts_with("<one@"))
        .unwrap();
    let trace = copy.all("Received").remove(0);
    let back = |to: &'static str, trace: String| {
        let daemon = &daemon;
        async move {
            let mail = Mail {
                sender: &["<anna@example.ch>"],
                recipients: &[&[to]],
                fields: &[("Received", &trace), ("Subject", "Vertrag")],
                body: &[BODY],
            };
            show(&mut daemon.connect().await, &mail).await.1
        }
    };
    let own = "<one@amt.admin.ch.incamail.ch>";
    let status = back(own, trace.clone()).await;
    assert!(matches!(status, Status::Tempfail { .. }), "{status:?}");
    daemon.wait_for("asks the filter again");
    // To another recipient it was redirected, and with another name it is forged.
    let other = back("<two@example.ch>", trace.clone()).await;
    assert_eq!(other, Status::Continue);
    let end = trace.find(';').unwrap();
    let forged = format!("{}0{}", &trace[..end - 1], &trace[end..]);
    let forged = if forged == trace {
        trace.replacen(';', "1;", 1)
    } else {
        forged
    };
    assert_eq!(back(own, forged).await, Status::Continue);
}

/// Without a Message-ID of the client's, all of them get the same one.
#[tokio::test]
async fn a_message_and_its_copies_have_one_message_id() {
    let sink = Sink::start();
    let daemon = daemon(["plain", "generic", "keep", "plain"], &sink);
    let mail = Mail {
        sender: &["<anna@example.ch>"],
        recipients: &[
            &["<a@example.ch>"],
            &["<b@amt.admin.ch>"],
            &["<c@example.ch>"],
        ],
        fields: &[("Subject", "Vertrag")],
        body: &[BODY],
    };
    let (actions, _) = show(&mut daemon.connect().await, &mail).await;
    let ids = actions.actions.iter().filter_map(|action| match action {
        EomAction::AddHeader { name, value } if name.to_bytes() == b"Message-ID" => {
            Some(value.to_str().unwrap().trim().to_owned())
        }
        _ => None,
    });
    let ids: Vec<String> = ids.collect();
    settle(&daemon);
    let copy = sink.mails().remove(0);
    assert_eq!(ids, [copy.only("Message-ID").unwrap()]);
}
