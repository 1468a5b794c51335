// SPDX-License-Identifier: GPL-3.0-or-later
//! Hands what was let go to the MTA, until it says 250, says no, or nobody knows what it said.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};

use super::case::{Act, Way};
use super::hold::OURSELVES;
use super::index::{Entry, Seconds, Tried};
use super::review::Opened;
use super::{Current, Error, Quarantine, What, now, release};
use crate::act;
use crate::audit::Record;
use crate::inspect::By as Chooser;
use crate::message::{Envelope, header};
use crate::spool::{Budget, Spool};
use crate::submit::{self, Outcome};
use crate::worker::Job;

/// So many messages are handed over at the same time.
const AT_ONCE: usize = 4;

/// How long nobody looks whether something is due, unless somebody lets a message go.
const REST: Duration = Duration::from_secs(5);

/// How long a worker may take for a message that is let go.
const TIME: Duration = Duration::from_secs(60);

/// The first wait after a try that failed for now, in seconds; it doubles each time up to the longest.
const WAIT: (Seconds, Seconds) = (30, 3600);

/// After so many seconds a message that the MTA does not take goes back to a person.
const PATIENCE: Seconds = 5 * 24 * 3600;

/// A message that is ready to be handed over.
struct Ready {
    message: Vec<u8>,
    envelope: submit::Envelope,
    current: Arc<Current>,
    /// Whether it is a copy of a message that was split, for which nobody has waited.
    is_copy: bool,
}

impl Quarantine {
    /// Empties the outbox, for as long as the process lives.
    pub async fn deliver(self: Arc<Self>) {
        let mut running = JoinSet::new();
        loop {
            let free = AT_ONCE.saturating_sub(running.len());
            let due = self.ask(move |index| index.due(now(), free)).await;
            let due = due.unwrap_or_else(|error| {
                tracing::warn!("cannot read the outbox: {error}");
                Vec::new()
            });
            for entry in due {
                match self.begin(&entry).await {
                    true => drop(running.spawn(Arc::clone(&self).carry(entry))),
                    false => break,
                }
            }
            tokio::select! {
                Some(_) = running.join_next() => (),
                () = self.wake.notified(), if running.len() < AT_ONCE => (),
                () = sleep(REST) => (),
            }
        }
    }

    /// Notes that it is being sent: a process that ends from here on leaves the outcome unknown.
    async fn begin(&self, entry: &Entry) -> bool {
        let id = entry.id;
        let begun = self.ask(move |index| index.begin(id)).await;
        begun.unwrap_or_else(|error| {
            tracing::warn!("cannot begin to send: {error}");
            false
        })
    }

    /// One try for one recipient.
    async fn carry(self: Arc<Self>, mut entry: Entry) {
        entry.attempts += 1;
        let mut has_waited = true;
        let (tried, reply) = match self.ready(&entry).await {
            Ok(ready) => {
                let Ready {
                    message,
                    envelope,
                    current,
                    is_copy,
                } = ready;
                has_waited = !is_copy;
                let handed =
                    submit::hand_over(&current.submit, &envelope, message.as_slice()).await;
                if handed.mended > 0 {
                    let lines = handed.mended;
                    tracing::warn!(
                        id = entry.case,
                        lines,
                        "line ends that no mail may have were put right"
                    );
                }
                let outcome = handed.outcomes.into_iter().next();
                meaning(
                    &entry,
                    outcome.unwrap_or_else(|| Outcome::Deferred {
                        reply: "no answer".into(),
                    }),
                )
            }
            Err((tried, why)) => (tried, why),
        };
        match &tried {
            Tried::Over(Act::Accept, queue) => {
                let queue = queue.as_deref().unwrap_or("-");
                tracing::info!(
                    id = entry.case,
                    recipient = entry.place + 1,
                    queue,
                    "released"
                );
            }
            Tried::Over(Act::Lose, _) => tracing::error!(
                id = entry.case,
                recipient = entry.place + 1,
                "nobody knows whether the MTA has it; look there, then confirm or release it again"
            ),
            Tried::Over(..) => tracing::warn!(
                id = entry.case,
                recipient = entry.place + 1,
                "the MTA does not take it; it is held again"
            ),
            Tried::Again(_) => (),
        }
        if has_waited && matches!(tried, Tried::Over(Act::Accept, _)) {
            // Now: once that is noted it may be shredded.
            self.happens_to(&entry.case, What::Released).await;
        }
        if let Some(record) = record(&entry, &tried, &reply) {
            self.note_case(record);
        }
        self.note(entry, tried, reply).await;
    }

    /// Notes what a try came to. As long as that fails nothing else may happen to it.
    async fn note(&self, entry: Entry, tried: Tried, reply: String) {
        let case = entry.case.clone();
        loop {
            let (entry, tried, reply) = (entry.clone(), tried.clone(), reply.clone());
            let noted = self.note_of(OURSELVES, &reply, move |index, by| {
                index.end(&entry, &tried, by)
            });
            match noted.await {
                Ok(()) => break,
                Err(error) => {
                    tracing::error!("cannot note what became of a message: {error}; trying again");
                }
            }
            sleep(REST).await;
        }
        if matches!(tried, Tried::Over(Act::Accept, _))
            && let Err(error) = self.shred(Some(&case)).await
        {
            tracing::warn!("cannot shred what was released: {error}");
        }
    }

    /// What is to be handed over, or what it means that there is nothing.
    async fn ready(self: &Arc<Self>, entry: &Entry) -> Result<Ready, (Tried, String)> {
        let current = self
            .current()
            .map_err(|error| later(entry, error.to_string()))?;
        let back = |error: Error| match error {
            Error::Damaged(why) => {
                tracing::error!(id = entry.case, "it is not released: {why}");
                (Tried::Over(Act::Reject, None), why)
            }
            other => later(entry, other.to_string()),
        };
        let opened = self.opened(&entry.case).await.map_err(back)?;
        let Opened {
            blob,
            key,
            mut details,
        } = opened;
        let raw = self.message(blob, key).await.map_err(back)?;
        let envelope = for_one(&details.envelope, entry.place);
        let job = Job {
            envelope: envelope.clone(),
            unread: None,
            by: entry
                .channel
                .clone()
                .map_or(Chooser::Nobody, Chooser::Channel),
        };
        let spool = spooled(&raw).map_err(|why| later(entry, why))?;
        let judged = current.pool.inspect(job, &spool, Instant::now() + TIME);
        let judged = timeout(2 * TIME, judged).await;
        let verdict = match judged {
            Ok(Ok(verdict)) => verdict,
            Ok(Err(error)) => return Err(later(entry, error.to_string())),
            Err(_) => return Err(later(entry, "no worker was free in time".into())),
        };
        let mut edits: Vec<_> = verdict.plan.edits().cloned().collect();
        if !details.ways.is_empty() {
            // The message that it is a copy of has the same one.
            edits.extend(act::message_id(&header::split(&raw).0, &envelope));
        }
        let name = self.name_for(&entry.case, &release::goes_to(&envelope, &edits));
        let message = release::compose(&raw, &edits, &envelope, &name)
            .map_err(|why| (Tried::Over(Act::Reject, None), why))?;
        let is_copy = details.ways.get(entry.place) == Some(&Way::Copy);
        details.envelope.recipients.clear();
        let envelope = release::transaction(&details, &envelope, &edits, &message);
        Ok(Ready {
            message,
            envelope,
            current,
            is_copy,
        })
    }

    /// What was being sent when the last process ended: the MTA may have it or not.
    pub(super) async fn interrupted(&self) -> Result<(), Error> {
        for entry in self.ask(|index| index.interrupted()).await? {
            tracing::error!(
                id = entry.case,
                recipient = entry.place + 1,
                "it was being sent when the last process ended; look at the MTA, then confirm or release it again"
            );
            let text = "the process ended while it was being sent";
            self.note_of(OURSELVES, text, move |index, by| {
                index.end(&entry, &Tried::Over(Act::Lose, None), by)
            })
            .await?;
        }
        Ok(())
    }
}

/// What an outcome means for the recipient, and the reply.
fn meaning(entry: &Entry, outcome: Outcome) -> (Tried, String) {
    match outcome {
        Outcome::Accepted { reply, queue_id } => (Tried::Over(Act::Accept, queue_id), reply),
        Outcome::Refused { reply } => (Tried::Over(Act::Reject, None), reply),
        Outcome::Unknown { why } => (Tried::Over(Act::Lose, None), why),
        Outcome::Deferred { reply } => later(entry, reply),
    }
}

/// What the trail says of a try that ended something. Of the reply only its codes: the text may name somebody.
fn record(entry: &Entry, tried: &Tried, reply: &str) -> Option<Record> {
    let Tried::Over(act, queue) = tried else {
        return None;
    };
    let is_code = |word: &&str| word.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let codes: Vec<&str> = reply
        .split([' ', '-'])
        .take_while(is_code)
        .take(2)
        .collect();
    Some(Record::Case {
        id: entry.case.clone(),
        act: act.as_str().into(),
        recipient: Some(entry.place + 1),
        answer: (!codes.is_empty()).then(|| codes.join(" ")),
        queue: queue.clone(),
    })
}

/// It is tried again, unless it was tried for too long.
fn later(entry: &Entry, why: String) -> (Tried, String) {
    let now = now();
    if now.saturating_sub(entry.since) > PATIENCE {
        return (
            Tried::Over(Act::Reject, None),
            format!("tried for five days; the last time: {why}"),
        );
    }
    (Tried::Again(now.saturating_add(wait(entry.attempts))), why)
}

/// How long to wait after so many tries, in seconds.
fn wait(attempts: u32) -> Seconds {
    let (first, longest) = WAIT;
    let doubled = 1 << attempts.saturating_sub(1).min(20);
    first.saturating_mul(doubled).min(longest)
}

/// The envelope with this recipient alone.
fn for_one(envelope: &Envelope, place: usize) -> Envelope {
    let one = envelope.recipients.get(place).cloned();
    Envelope {
        recipients: one.into_iter().collect(),
        ..envelope.clone()
    }
}

fn spooled(raw: &[u8]) -> Result<Spool, String> {
    let mut spool = Spool::new(Budget::new(u64::MAX, 0));
    let (_, body) = header::split(raw);
    let (head, body) = raw.split_at_checked(body).unwrap_or((raw, &[]));
    let appended = spool.append(head).and_then(|()| {
        spool.end_header();
        spool.append(body)
    });
    appended.map_err(|_| "there is no room for the message now".to_owned())?;
    Ok(spool)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(since: Seconds, attempts: u32) -> Entry {
        Entry {
            id: 1,
            case: "Q-1".into(),
            place: 0,
            channel: None,
            since,
            attempts,
        }
    }

    #[test]
    fn the_wait_doubles_to_an_hour() {
        let waits: Vec<_> = (1..10).map(wait).collect();
        assert_eq!(waits, [30, 60, 120, 240, 480, 960, 1920, 3600, 3600]);
        assert_eq!(wait(u32::MAX), 3600);
    }

    #[test]
    fn only_250_ends_well_and_only_time_ends_a_4xx() {
        let young = entry(now(), 1);
        let deferred = || Outcome::Deferred {
            reply: "452 full".into(),
        };
        assert!(matches!(meaning(&young, deferred()).0, Tried::Again(_)));
        let old = entry(now() - PATIENCE - 1, 9);
        assert_eq!(meaning(&old, deferred()).0, Tried::Over(Act::Reject, None));
        let unknown = Outcome::Unknown { why: "cut".into() };
        assert_eq!(meaning(&young, unknown).0, Tried::Over(Act::Lose, None));
        let refused = Outcome::Refused {
            reply: "550 no".into(),
        };
        assert_eq!(
            meaning(&young, refused),
            (Tried::Over(Act::Reject, None), "550 no".into())
        );
    }
}
