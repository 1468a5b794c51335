// SPDX-License-Identifier: GPL-3.0-or-later
//! Measures the quarantine: cases held a second, each safe on the disk, and the time to list and search among many.
//!
//! `cargo bench --bench quarantine`; with `-- 1000`, so many cases instead of 100,000. They lie below `TMPDIR`.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a measurement prints, and has no input"
)]

use std::sync::Arc;
use std::time::{Duration, Instant};

use pii_milter::config::Source;
use pii_milter::inspect::{Verdict, inspect};
use pii_milter::message::{Address, Envelope, Recipient};
use pii_milter::quarantine::case::{Held, State};
use pii_milter::quarantine::index::Filter;
use pii_milter::quarantine::{Message, Quarantine};
use pii_milter::spool::{Budget, Spool};
use tokio::task::JoinSet;

/// Messages that are stored at the same time: as many as connections of a busy MTA.
const AT_ONCE: [u32; 3] = [1, 8, 50];

fn main() {
    let count = std::env::args().find_map(|argument| argument.parse().ok());
    let count: u32 = count.unwrap_or(100_000);
    let folder = std::env::temp_dir().join(format!("pii-milter-bench-{}", std::process::id()));
    // Nobody else runs here yet, and who comes later is told by this where to look.
    let Some(state) = std::env::var_os("STATE_DIRECTORY") else {
        let mut again = std::process::Command::new(std::env::current_exe().unwrap());
        again
            .args(std::env::args().skip(1))
            .env("STATE_DIRECTORY", &folder);
        again.status().unwrap();
        std::fs::remove_dir_all(&folder).unwrap();
        return;
    };
    println!("{} cases in {}", count, state.display());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(measure(count));
}

async fn measure(count: u32) {
    let source = Source::built_in();
    let settings = source.settings().unwrap().quarantine.unwrap();
    let raw = mail();
    let verdict = inspect(envelope(0), raw.clone(), None, &source.policy().unwrap());
    let settings = pii_milter::quarantine::Settings {
        limits: Default::default(),
        ..settings
    };
    let quarantine = Quarantine::open(&settings).unwrap();
    quarantine.repair().await.unwrap();
    let mut at = 0;
    for at_once in AT_ONCE {
        let few = (count / 20).max(1);
        let begin = Instant::now();
        hold(&quarantine, at..at + few, at_once, &verdict, &raw).await;
        tell(&format!("held, {at_once} at once"), few, begin.elapsed());
        at += few;
    }
    let begin = Instant::now();
    hold(&quarantine, at..count, 50, &verdict, &raw).await;
    tell("held, 50 at once", count - at, begin.elapsed());
    quarantine.settle(Duration::from_secs(60)).await;
    search(&quarantine).await;
}

async fn search(quarantine: &Arc<Quarantine>) {
    let filters = [
        ("list, the newest 1000", Filter::default()),
        (
            "list, the newest 50",
            Filter {
                most: Some(50),
                ..Filter::default()
            },
        ),
        (
            "search by sender",
            Filter {
                from: Some("clerk777@example.ch".into()),
                ..Filter::default()
            },
        ),
        (
            "search by recipient",
            Filter {
                to: Some("anna42@kunde.example".into()),
                ..Filter::default()
            },
        ),
        (
            "search by state, 50",
            Filter {
                states: vec![State::Held],
                most: Some(50),
                ..Filter::default()
            },
        ),
        (
            "search by a state that none has",
            Filter {
                states: vec![State::Refused],
                ..Filter::default()
            },
        ),
        (
            "search by level, 50",
            Filter {
                level: Some("restricted".into()),
                most: Some(50),
                ..Filter::default()
            },
        ),
    ];
    for (name, filter) in filters {
        let begin = Instant::now();
        let found = quarantine.list(filter).await.unwrap().len();
        println!(
            "{name}: {found} cases, {:.1} ms",
            begin.elapsed().as_secs_f64() * 1e3
        );
    }
    let begin = Instant::now();
    let counts = quarantine.counts().await.unwrap();
    println!(
        "stats of {} cases: {:.1} ms",
        counts.cases,
        begin.elapsed().as_secs_f64() * 1e3
    );
}

/// Holds these, so many at once, each to the point at which its client may hear 250.
async fn hold(
    quarantine: &Arc<Quarantine>,
    numbers: std::ops::Range<u32>,
    at_once: u32,
    verdict: &Verdict,
    raw: &[u8],
) {
    let mut running = JoinSet::new();
    for number in numbers {
        if running.len() >= usize::try_from(at_once).unwrap() {
            running.join_next().await.unwrap().unwrap();
        }
        let mut spool = Spool::new(Budget::new(u64::MAX, 0));
        spool.append(raw).unwrap();
        let held = Held {
            envelope: envelope(number),
            verdict: verdict.clone(),
            queue: format!("4F8{number:08}"),
            reason: "review".into(),
            policy: "0123456789ab".into(),
            arguments: Vec::new(),
            ways: Vec::new(),
        };
        let quarantine = Arc::clone(quarantine);
        running.spawn(async move {
            quarantine
                .hold(Message { held, raw: spool })
                .await
                .unwrap()
                .answered();
        });
    }
    while running.join_next().await.is_some() {}
}

fn tell(what: &str, count: u32, time: Duration) {
    let rate = f64::from(count) / time.as_secs_f64();
    println!(
        "{what}: {count} in {:.1} s, {rate:.0} a second",
        time.as_secs_f64()
    );
}

fn envelope(number: u32) -> Envelope {
    let mut envelope = Envelope::nobody(jiff::civil::date(2026, 11, 28));
    envelope.id = format!("Q-{number:08}");
    envelope.client = Some([127, 0, 0, 1].into());
    envelope.sender = Address::new(&format!("clerk{}@example.ch", number % 1000));
    envelope.recipients.push(Recipient {
        address: Address::new(&format!("anna{}@kunde.example", number % 5000)),
        as_given: b"<anna@kunde.example>".to_vec(),
        notify: None,
        original: None,
    });
    envelope
}

/// A mail of some 4 KB with a card number, published as a specimen.
fn mail() -> Vec<u8> {
    let line = "Vielen Dank für Ihre Anfrage, wir melden uns in den nächsten Tagen wieder.\r\n";
    let text = line.repeat(50);
    format!("From: clerk@example.ch\r\nSubject: Anfrage\r\nMessage-ID: <1@x>\r\n\r\nKarte 4111 1111 1111 1111\r\n{text}").into_bytes()
}
