// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps whether workers can be trusted with mail: after failures in series no message is begun until
//! a trial has gone well.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// So many messages in series without a worker that lives to judge them: it is not the mail.
const SERIES: u32 = 10;

/// The shortest and the longest time to the next trial.
const REST: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(30));

/// Failures in series, and what follows from them.
#[derive(Debug)]
pub struct Breaker(Mutex<State>);

#[derive(Debug)]
struct State {
    failures: u32,
    /// While it is open: when the next trial may begin.
    trial: Option<Instant>,
    rest: Duration,
}

impl Default for Breaker {
    fn default() -> Self {
        Self(Mutex::new(State {
            failures: 0,
            trial: None,
            rest: REST.0,
        }))
    }
}

impl Breaker {
    /// True while no message may begin.
    pub fn is_open(&self) -> bool {
        self.state().trial.is_some()
    }

    /// True for the one who asks when a trial is due; the next is due after a longer rest.
    pub fn wants_trial(&self) -> bool {
        let mut state = self.state();
        let now = Instant::now();
        let is_due = state.trial.is_some_and(|at| at <= now);
        if is_due {
            state.rest = (state.rest * 2).min(REST.1);
            state.trial = Some(now + state.rest);
        }
        is_due
    }

    /// A worker judged its message.
    pub fn succeeded(&self) {
        let mut state = self.state();
        if state.trial.is_none() {
            state.failures = 0;
            state.rest = REST.0;
        }
    }

    /// A worker failed on its message.
    pub fn failed(&self) {
        let mut state = self.state();
        state.failures = state.failures.saturating_add(1);
        if state.failures >= SERIES && state.trial.is_none() {
            state.trial = Some(Instant::now() + state.rest);
            drop(state);
            tracing::error!(
                "{SERIES} messages in series had no worker that lived; no mail is taken until a trial goes well"
            );
        }
    }

    /// A trial went well. The next failure opens it again, unless a message is judged first.
    pub fn recovered(&self) {
        let mut state = self.state();
        state.failures = SERIES - 1;
        state.trial = None;
        drop(state);
        tracing::info!("a trial went well: mail is taken again");
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_series_opens_it_and_a_trial_closes_it() {
        let breaker = Breaker::default();
        for _ in 0..3 {
            (1..SERIES).for_each(|_| breaker.failed());
            assert!(!breaker.is_open());
            breaker.succeeded();
        }
        (0..SERIES).for_each(|_| breaker.failed());
        assert!(breaker.is_open());
        breaker.succeeded();
        assert!(breaker.is_open(), "an old message proves nothing");
        assert!(!breaker.wants_trial());
        tokio::time::advance(REST.0).await;
        assert!(breaker.wants_trial() && !breaker.wants_trial());
        breaker.recovered();
        assert!(!breaker.is_open());
        breaker.failed();
        assert!(breaker.is_open(), "the first message after it failed");
        tokio::time::advance(REST.0).await;
        assert!(!breaker.wants_trial(), "the rest grows");
        tokio::time::advance(REST.1).await;
        assert!(breaker.wants_trial());
        breaker.recovered();
        breaker.succeeded();
        (1..SERIES).for_each(|_| breaker.failed());
        assert!(!breaker.is_open());
    }
}
