// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns what was decided about a message into its record, which is on the disk before the answer.

use std::sync::Arc;

use indymilter::EomActions;

use super::answer::{Answer, meanwhile, refusal};
use super::{Mode, Settings};
use crate::audit::record::{Decision, Recipient};
use crate::audit::{Record, Trail, shortened};
use crate::inspect::Verdict;
use crate::message::Envelope;
use crate::metrics::Metrics;

/// A record that is being made.
pub struct Noting {
    trail: Arc<Trail>,
    settings: Settings,
    decision: Decision,
}

impl Noting {
    /// Of a message with this envelope.
    pub fn of(trail: Arc<Trail>, envelope: &Envelope, settings: Settings) -> Self {
        let recipients = envelope.recipients.iter().map(|one| Recipient {
            to: trail.name(one.address.as_str()),
            ..Recipient::default()
        });
        let unknown = || "-".to_owned();
        let decision = Decision {
            id: envelope.id.clone(),
            client: envelope.client,
            login: envelope.login.as_deref().map(shortened),
            sender: shortened(envelope.sender.as_str()),
            direction: unknown(),
            level: unknown(),
            recipients: recipients.collect(),
            mode: match settings.mode {
                Mode::Monitor => "monitor".into(),
                Mode::Enforce => "enforce".into(),
            },
            ..Decision::default()
        };
        Self {
            trail,
            settings,
            decision,
        }
    }

    /// The same with the MTA's name of it, the digest of the policy, and its length.
    pub fn about(mut self, queue: &str, policy: &str, bytes: usize) -> Self {
        queue.clone_into(&mut self.decision.queue);
        policy.clone_into(&mut self.decision.policy);
        self.decision.bytes = bytes;
        self
    }

    /// Has it written, and gives the answer: another one, where the record is not on the disk and the
    /// message must not pass without. Who lets mail pass in spite of our faults does not wait for it.
    pub async fn note(
        mut self,
        inspected: &Result<Verdict, String>,
        answer: Answer,
        metrics: &Metrics,
        to: &EomActions,
    ) -> Answer {
        match inspected {
            Ok(verdict) => self.decided(verdict),
            Err(why) => self.decision.trouble = Some(why.clone()),
        }
        self.decision.answer = answer.word();
        let id = self.decision.id.clone();
        let record = Record::Decision(Box::new(self.decision));
        if self.settings.lets_pass() {
            self.trail.note(record);
            return answer;
        }
        let written = meanwhile(to, self.trail.write(record)).await;
        let Err(why) = written.and_then(|written| written) else {
            return answer;
        };
        if let Some(total) = metrics.not_audited.news() {
            tracing::error!(id, total, "{why}: messages are put off");
        }
        let text = format!("This message cannot be taken now, please try again later ({id})");
        refusal("451", "4.3.0", &text)
    }

    fn decided(&mut self, verdict: &Verdict) {
        let decision = &mut self.decision;
        let classification = &verdict.classification;
        verdict
            .direction
            .as_str()
            .clone_into(&mut decision.direction);
        decision.level.clone_from(&classification.level);
        decision.why.clone_from(&classification.because);
        decision.found.clone_from(&classification.found);
        for (one, decided) in decision.recipients.iter_mut().zip(&verdict.decisions) {
            one.kind.clone_from(&decided.kind);
            one.channel.clone_from(&decided.channel);
            one.because.clone_from(&decided.because);
        }
    }
}
