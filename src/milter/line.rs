// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns what became of a message into its one line of the log.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;

use tokio::time::Instant;

use super::answer::Answer;
use super::session::Complete;
use crate::inspect::Verdict;

/// What the log says of each message. No value, no subject, no address of sender or recipient.
pub struct Line {
    /// Our name of it.
    pub id: String,
    queue: String,
    client: Option<IpAddr>,
    bytes: usize,
    read: Duration,
    /// How long it was inspected.
    pub inspect: Duration,
    complete: Instant,
}

impl Line {
    /// Of this message, which has just become complete.
    pub fn of(complete: &Complete) -> Self {
        let now = Instant::now();
        let mail = &complete.mail;
        Self {
            id: mail.id.clone(),
            queue: complete.queue.clone(),
            client: complete.client,
            bytes: mail.bytes,
            read: now - mail.began,
            inspect: Duration::ZERO,
            complete: now,
        }
    }

    /// How long ago the message was complete.
    pub fn begun(&self) -> Duration {
        self.complete.elapsed()
    }

    /// Writes it.
    pub fn write(&self, verdict: Option<&Verdict>, answer: &Answer) {
        let client = self
            .client
            .map_or_else(|| "-".into(), |client| client.to_string());
        let (direction, level, found, decisions) = match verdict {
            Some(verdict) => (
                verdict.direction.as_str(),
                verdict.classification.level.as_str(),
                list(
                    verdict
                        .classification
                        .found
                        .iter()
                        .map(|(k, n)| (k.as_str(), *n)),
                ),
                list(channels(verdict)),
            ),
            None => ("-", "-", "-".into(), "-".into()),
        };
        let copies = verdict.map_or(0, |verdict| match answer {
            Answer::Pass | Answer::Hold => verdict.plan.leaving(),
            Answer::Keep | Answer::Refuse { .. } => 0,
        });
        tracing::info!(
            id = %self.id,
            queue = %self.queue,
            client = %client,
            direction = %direction,
            level = %level,
            found = %found,
            decisions = %decisions,
            copies,
            answer = %answer.word(),
            read_ms = millis(self.read),
            inspect_ms = millis(self.inspect),
            total_ms = millis(self.read + self.complete.elapsed()),
            bytes = self.bytes,
            "message"
        );
    }
}

fn channels(verdict: &Verdict) -> impl Iterator<Item = (&str, usize)> {
    let mut counts = BTreeMap::new();
    for decision in &verdict.decisions {
        *counts.entry(decision.channel.as_str()).or_insert(0) += 1;
    }
    counts.into_iter()
}

fn list<'a>(counts: impl Iterator<Item = (&'a str, usize)>) -> String {
    let items: Vec<String> = counts
        .map(|(name, count)| format!("{name}:{count}"))
        .collect();
    if items.is_empty() {
        "-".into()
    } else {
        items.join(",")
    }
}

fn millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}
