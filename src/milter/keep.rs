// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns a message that has to wait into a case of the quarantine, or into the answer why not.

use std::sync::Arc;

use indymilter::EomActions;
use tokio::time::{Instant, timeout_at};

use super::answer::{Answer, meanwhile, refusal};
use crate::metrics::Metrics;
use crate::quarantine::case::Held;
use crate::quarantine::{Message, Quarantine, Receipt};
use crate::spool::Spool;

/// What keeping needs.
pub struct Keeping<'a> {
    /// Where messages wait.
    pub quarantine: Option<&'a Arc<Quarantine>>,
    /// Until when it must be done.
    pub deadline: Instant,
    /// The daemon's counts.
    pub metrics: &'a Metrics,
}

impl Keeping<'_> {
    /// Stores the message, if it is to be kept.
    ///
    /// # Errors
    /// As [`Self::keep`].
    pub async fn keep_if(
        self,
        held: Option<Held>,
        raw: Spool,
        is_whole: bool,
        to: &EomActions,
    ) -> Result<Option<Receipt>, Answer> {
        match held {
            Some(held) => self
                .keep(Message { held, raw }, is_whole, to)
                .await
                .map(Some),
            None => Ok(None),
        }
    }

    /// Stores the message. When this returns a receipt, it is safe.
    ///
    /// # Errors
    /// The answer: it never passes, whatever is done on other errors, because the table says that it waits.
    async fn keep(
        self,
        message: Message,
        is_whole: bool,
        to: &EomActions,
    ) -> Result<Receipt, Answer> {
        let id = message.held.envelope.id.clone();
        if !is_whole {
            tracing::warn!(
                id,
                "it is too long to be kept for a person, and is not taken"
            );
            return Err(refusal("552", "5.3.4", "This message is too large"));
        }
        let stored = async {
            let quarantine = self.quarantine.ok_or("there is no quarantine")?;
            let holding = timeout_at(self.deadline, quarantine.hold(message));
            let held = meanwhile(to, holding).await?;
            let held = held.map_err(|_| "the quarantine did not answer in time")?;
            held.map_err(|error| error.to_string())
        };
        stored.await.map_err(|why: String| {
        if let Some(total) = self.metrics.not_kept.news() {
            tracing::error!(id, total, "{why}: messages that have to wait are put off");
        }
        let text = "This message has to wait, and there is no place for it now; please try again later";
        refusal("451", "4.3.0", text)
    })
    }
}
