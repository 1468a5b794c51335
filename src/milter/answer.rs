// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns a message that is complete into edits, one answer and one line of the log.

use std::collections::BTreeMap;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use indymilter::{ActionError, Actions, ContextActions, EomActions};
use tokio::time::{Instant, MissedTickBehavior, interval_at};

use super::edits::{self, Script};
use super::keep::Keeping;
use super::line::Line;
use super::noted::Noting;
use super::session::Complete;
use super::{Mode, OnError, Settings};
use crate::act::Edit;
use crate::inspect::{By, Verdict};
use crate::message::Recipient;
use crate::metrics::Metrics;
use crate::quarantine::case::Held;
use crate::spool::Spool;
use crate::worker::{Job, Pool};

/// How often the MTA hears that we still work: well below the shortest timeout it may have set.
const PROGRESS: Duration = Duration::from_secs(5);

/// What the MTA hears at the end of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Go on.
    Pass,
    /// Go on into the hold queue.
    Hold,
    /// It is kept: say that it was taken, and forget it.
    Keep,
    /// Do not take it.
    Refuse {
        /// The reply code (RFC 5321, 4.2).
        code: String,
        /// The enhanced status code (RFC 3463).
        status: String,
        /// The text, with our name of the message.
        text: String,
    },
}

/// What to say of a message that has no verdict.
pub struct Trouble {
    id: String,
    settings: Settings,
    metrics: Arc<Metrics>,
}

/// Inspects the message, writes the edits, and says what to answer.
pub async fn give(complete: Complete, to: &EomActions) -> Answer {
    complete.metrics.messages.count();
    let trouble = Trouble::of(&complete);
    let mut line = Line::of(&complete);
    let Complete {
        mut mail,
        current,
        client,
        host,
        actions,
        keeps_space,
        quarantine,
        trail,
        answered,
        metrics,
        queue,
        ..
    } = complete;
    let foreign = std::mem::take(&mut mail.foreign);
    let arguments = std::mem::take(&mut mail.arguments);
    let failed = mail.failed;
    let settings = current.settings;
    let (envelope, raw, unread) = mail.complete(client, host);
    let noting = trail.map(|trail| {
        let noting = Noting::of(trail, &envelope, settings);
        noting.about(&queue, current.pool.digest(), raw.len())
    });
    let is_whole = unread.is_none();
    let job = Job {
        envelope: envelope.clone(),
        unread,
        by: By::Table,
    };
    let is_back = settings.mode == Mode::Enforce
        && quarantine.as_ref().is_some_and(|quarantine| {
            let head = raw.header();
            head.is_ok_and(|head| quarantine.has_sent(&head, &envelope.recipients))
        });
    let inspected = match failed {
        _ if is_back => {
            Err("the MTA's entry for what we send (submit) asks the filter again".to_owned())
        }
        Some(why) => Err(why.to_owned()),
        None => inspect(&current.pool, job, &raw, settings, to).await,
    };
    line.inspect = line.begun();
    let script = inspected.as_ref().map_err(Clone::clone);
    let script = script.and_then(|verdict| {
        let recipients = &envelope.recipients;
        edits::script(&verdict.plan, settings.mode, keeps_space, recipients).map_err(str::to_owned)
    });
    // Whoever leaves the message, or waits, is safe before the MTA hears of an edit.
    let kept = match (&script, &inspected) {
        (Ok(script), Ok(verdict)) => {
            let held = script.keeps(&verdict.plan).map(|(reason, ways)| Held {
                envelope: envelope.clone(),
                verdict: verdict.clone(),
                queue,
                reason,
                policy: current.pool.digest().to_owned(),
                arguments,
                ways,
            });
            let keeping = Keeping {
                quarantine: quarantine.as_ref(),
                deadline: Instant::now() + settings.time / 2,
                metrics: &metrics,
            };
            keeping.keep_if(held, raw, is_whole, to).await
        }
        _ => Ok(None),
    };
    let mut receipt = None;
    let answer = match (script, kept) {
        (_, Err(answer)) => Ok(answer),
        (Ok(Script::Refuse(code, status, text)), _) => Ok(Answer::Refuse { code, status, text }),
        (Ok(Script::Keep(_)), Ok(kept)) => {
            receipt = kept;
            Ok(Answer::Keep)
        }
        (Ok(Script::Write(edits, _)), Ok(kept)) => {
            let recipients = &envelope.recipients;
            match write(&edits, settings.mode, actions, recipients, to).await {
                // Some of them would get it in a way that was not decided.
                Err(why) if kept.is_some() => Ok(trouble.put_off(&why)),
                written => {
                    receipt = kept;
                    written
                }
            }
        }
        (Err(why), _) => Err(why),
    };
    let answer = match answer {
        Ok(answer) => answer,
        Err(why) if is_back => trouble.put_off(&why),
        Err(why) => {
            let answer = trouble.answer(&why);
            if answer == Answer::Pass {
                remove(&foreign, actions, to).await;
            }
            answer
        }
    };
    let mut answer = named(answer, &line.id);
    if let Some(noting) = noting {
        answer = noting.note(&inspected, answer, &metrics, to).await;
    }
    line.write(inspected.as_ref().ok(), &answer);
    // Last, and behind everything that can fail: from here on the next thing written is the answer.
    let is_taken = !matches!(answer, Answer::Refuse { .. });
    if let Some(receipt) = receipt.filter(|_| is_taken) {
        answered.expect(receipt);
    }
    answer
}

/// What is answered to an end of message without a message: no MTA sends it.
pub fn without_message() -> Answer {
    refusal("451", "4.7.1", "No message was begun")
}

/// What is answered to MAIL where there is too much to do. The log hears why, now and then.
pub fn put_off(id: &str, why: &str, metrics: &Metrics) -> Answer {
    if let Some(total) = metrics.overload.news() {
        tracing::warn!(total, "{why}: messages are put off");
    }
    let text = "There is too much to do just now, please try again later";
    named(refusal("451", "4.3.2", text), id)
}

impl Trouble {
    /// Of this message.
    pub fn of(complete: &Complete) -> Self {
        Self {
            id: complete.mail.id.clone(),
            settings: complete.current.settings,
            metrics: Arc::clone(&complete.metrics),
        }
    }

    /// The answer where passing would be against a decision, whatever is done on other errors.
    fn put_off(&self, why: &str) -> Answer {
        tracing::error!(id = self.id, "{why}: the message is not taken");
        let text = "This message could not be taken now, please try again later";
        named(refusal("451", "4.3.0", text), &self.id)
    }

    /// The answer that the admin wants, and the reason for the log. Who only monitors does not stop
    /// mail for a fault of ours.
    pub fn answer(&self, why: &str) -> Answer {
        self.metrics.without_verdict.count();
        let answer = match self.settings.on_error {
            _ if self.settings.lets_pass() => Answer::Pass,
            OnError::Refuse => refusal("550", "5.7.1", "This message could not be checked"),
            OnError::Tempfail | OnError::Accept => refusal(
                "451",
                "4.7.1",
                "This message could not be checked now, please try again later",
            ),
        };
        let passes = if answer == Answer::Pass {
            "passes unchecked"
        } else {
            "is not taken"
        };
        tracing::error!(
            id = self.id,
            "{why}: the message cannot be inspected and {passes}"
        );
        named(answer, &self.id)
    }
}

impl Answer {
    /// Its word, for log and audit.
    pub fn word(&self) -> String {
        match self {
            Self::Pass => "pass".into(),
            Self::Hold => "hold".into(),
            Self::Keep => "keep".into(),
            Self::Refuse { code, status, .. } => format!("{code}/{status}"),
        }
    }
}

/// The verdict of a worker.
async fn inspect(
    pool: &Pool,
    job: Job,
    raw: &Spool,
    settings: Settings,
    to: &EomActions,
) -> Result<Verdict, String> {
    let verdict = pool.inspect(job, raw, Instant::now() + settings.time);
    meanwhile(to, verdict)
        .await?
        .map_err(|error| error.to_string())
}

/// What a long work comes to. The MTA hears meanwhile that we are at it; one that has gone is noticed so.
///
/// # Errors
/// Where the MTA has gone.
pub async fn meanwhile<T>(to: &EomActions, work: impl Future<Output = T>) -> Result<T, String> {
    let mut work = pin!(work);
    let mut ticks = interval_at(Instant::now() + PROGRESS, PROGRESS);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            done = &mut work => return Ok(done),
            _ = ticks.tick() => {
                to.progress().await.map_err(|_| "the MTA went away".to_owned())?;
            }
        }
    }
}

/// Writes the edits, and says with what the message goes on.
///
/// # Errors
/// Where one cannot be made.
async fn write(
    edits: &[Edit],
    mode: Mode,
    available: Actions,
    recipients: &[Recipient],
    to: &EomActions,
) -> Result<Answer, String> {
    let mut answer = Answer::Pass;
    for edit in edits {
        let written = edits::write(to, edit, available, recipients).await;
        match written {
            // The MTA lacks what monitoring needs; negotiation has logged it.
            Err(ActionError::NotAvailable) if mode == Mode::Monitor => (),
            Err(error) => return Err(format!("an edit cannot be made ({error})")),
            Ok(()) => (),
        }
        if matches!(edit, Edit::Hold(_)) {
            answer = Answer::Hold;
        }
    }
    Ok(answer)
}

/// Takes off labels that are not ours: a message without a label was not inspected.
async fn remove(foreign: &BTreeMap<String, u32>, available: Actions, to: &EomActions) {
    for (name, count) in foreign {
        // From the last, because each removal moves those behind it.
        for at in (1..=*count).rev() {
            let edit = Edit::DeleteHeader(name.clone(), at);
            if edits::write(to, &edit, available, &[]).await.is_err() {
                return;
            }
        }
    }
}

/// A refusal.
pub fn refusal(code: &str, status: &str, text: &str) -> Answer {
    Answer::Refuse {
        code: code.into(),
        status: status.into(),
        text: text.into(),
    }
}

/// A refusal carries our name of the message, so that the sender can ask about it.
fn named(answer: Answer, id: &str) -> Answer {
    match answer {
        Answer::Refuse { code, status, text } if !text.contains(id) => Answer::Refuse {
            code,
            status,
            text: format!("{text} ({id})"),
        },
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trouble(mode: Mode, on_error: OnError) -> Answer {
        let settings = Settings {
            mode,
            on_error,
            message: 1,
            memory: 1,
            time: PROGRESS,
        };
        Trouble {
            id: "Q-1".into(),
            settings,
            metrics: Arc::default(),
        }
        .answer("a reason")
    }

    #[test]
    fn a_message_without_verdict_gets_what_the_admin_wants() {
        let Answer::Refuse { code, text, .. } = trouble(Mode::Enforce, OnError::Tempfail) else {
            panic!("it passed");
        };
        assert_eq!(code, "451");
        assert!(text.ends_with("(Q-1)"), "{text}");
        assert!(!text.contains("reason"), "{text}");
        assert_eq!(trouble(Mode::Enforce, OnError::Refuse).word(), "550/5.7.1");
        assert_eq!(trouble(Mode::Enforce, OnError::Accept), Answer::Pass);
        assert_eq!(trouble(Mode::Monitor, OnError::Tempfail), Answer::Pass);
    }

    #[test]
    fn a_refusal_is_named_once() {
        let answer = named(named(refusal("550", "5.7.1", "No"), "Q-1"), "Q-1");
        assert_eq!(answer, refusal("550", "5.7.1", "No (Q-1)"));
    }
}
