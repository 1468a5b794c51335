// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps counts of what happens, and when the log hears of what happens again and again.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The log hears of the same trouble at most this often.
const SILENCE: Duration = Duration::from_secs(10);

/// How often something happened since the daemon started.
#[derive(Debug, Default)]
pub struct Counter {
    total: AtomicU64,
    told: Mutex<Option<Instant>>,
}

/// What the daemon counts, one name each.
#[derive(Debug, Default)]
pub struct Metrics {
    /// Connections that were taken.
    pub connections: Counter,
    /// Connections that were closed at once, because there were too many.
    pub refused: Counter,
    /// Connections that could not be accepted.
    pub accept_failures: Counter,
    /// Connections that ended because nothing, or half a packet, came for too long.
    pub timeouts: Counter,
    /// Connections that ended because what came was no milter protocol.
    pub foreign: Counter,
    /// Messages that were shown to us to their end.
    pub messages: Counter,
    /// Messages that were put off, or passed without a look, because there was too much to do.
    pub overload: Counter,
    /// Messages whose worker died or was late.
    pub worker_failures: Counter,
    /// Messages that have no verdict.
    pub without_verdict: Counter,
    /// Messages that should have been kept and could not be.
    pub not_kept: Counter,
    /// Messages that were put off because their decision could not be noted.
    pub not_audited: Counter,
    /// Faults of our own that were caught.
    pub panics: Counter,
}

impl Counter {
    /// Counts one.
    pub fn count(&self) {
        self.total.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts one, and gives the total where it is time that the log hears of it.
    pub fn news(&self) -> Option<u64> {
        self.count();
        let now = Instant::now();
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.is_some_and(|last| now - last < SILENCE) {
            return None;
        }
        *told = Some(now);
        Some(self.total())
    }

    /// The count.
    pub fn total(&self) -> u64 {
        self.total.load(Ordering::Relaxed)
    }
}

impl Metrics {
    /// Writes all counts as one line of the log.
    pub fn tell(&self) {
        tracing::info!(
            connections = self.connections.total(),
            refused = self.refused.total(),
            accept_failures = self.accept_failures.total(),
            timeouts = self.timeouts.total(),
            foreign = self.foreign.total(),
            messages = self.messages.total(),
            overload = self.overload.total(),
            worker_failures = self.worker_failures.total(),
            without_verdict = self.without_verdict.total(),
            not_kept = self.not_kept.total(),
            not_audited = self.not_audited.total(),
            panics = self.panics.total(),
            "counts"
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_hears_of_the_first_and_not_of_the_next() {
        let counter = Counter::default();
        assert_eq!(counter.news(), Some(1));
        assert_eq!(counter.news(), None);
        assert_eq!(counter.total(), 2);
    }
}
