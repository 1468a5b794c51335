// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps what others hear of a case when something happens to it.

use jiff::Timestamp;

use super::Quarantine;
use super::review::Shown;

/// What happened to a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// It waits for a person.
    Held,
    /// The MTA has taken it for a recipient.
    Released,
    /// A person refuses it.
    Refused,
    /// Its time was over.
    Expired,
}

/// The same with what may be said of it: nothing of its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Happened {
    /// The case.
    pub id: String,
    /// Its envelope sender.
    pub from: String,
    /// Whether network or login prove that it came from us.
    pub is_outbound: bool,
    /// Whether a program wrote it.
    pub is_automatic: bool,
    /// Its level.
    pub level: String,
    /// When it came in.
    pub arrived: Timestamp,
    /// What happened.
    pub what: What,
}

impl Quarantine {
    /// Has others hear of this.
    pub(super) fn happens(&self, shown: Shown, what: What) {
        let Some(to) = self.hears.get() else {
            return;
        };
        let case = shown.case;
        let happened = Happened {
            is_outbound: case.direction == "outbound",
            // A case that cannot be opened any more could be anything.
            is_automatic: shown.verdict.is_none_or(|verdict| verdict.is_automatic),
            id: case.id,
            from: case.from,
            level: case.level,
            arrived: case.arrived,
            what,
        };
        if to.send(happened).is_err() {
            tracing::warn!("nobody hears any more what happens to cases");
        }
    }

    /// Looks the case up, and has others hear of this.
    pub(super) async fn happens_to(self: &std::sync::Arc<Self>, id: &str, what: What) {
        if self.hears.get().is_none() {
            return;
        }
        match self.show(id).await {
            Ok(shown) => self.happens(shown, what),
            Err(error) => tracing::warn!(id, "nobody is told what happened to it: {error}"),
        }
    }
}
