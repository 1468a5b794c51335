// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps who may use a worker next: as many as there are workers, and never all of them for large
//! messages, so that a small one does not wait behind them.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};

/// A message is large from this size on, in bytes: it takes a worker as long as a hundred small ones.
const LARGE: usize = 1 << 20;

/// The turns of a pool.
pub struct Turns {
    workers: usize,
    all: Semaphore,
    large: Semaphore,
    waiting: AtomicUsize,
    /// What a message took lately, in microseconds.
    usual: AtomicU64,
}

/// The right to use one worker.
pub struct Turn<'a>(
    #[expect(dead_code, reason = "held, not read")]
    (SemaphorePermit<'a>, Option<SemaphorePermit<'a>>),
);

/// One that waits; it counts until it is dropped.
struct Waiting<'a>(&'a AtomicUsize);

impl Turns {
    /// Turns for so many workers; two at least, so that one is left beside a large message.
    pub fn new(workers: usize) -> Self {
        Self {
            workers,
            all: Semaphore::new(workers),
            large: Semaphore::new((workers - 1).max(1)),
            waiting: 0.into(),
            usual: 0.into(),
        }
    }

    /// Waits for the turn of a message of so many bytes.
    pub async fn come(&self, bytes: usize) -> Option<Turn<'_>> {
        self.waiting.fetch_add(1, Ordering::Relaxed);
        let _waiting = Waiting(&self.waiting);
        let large = match bytes >= LARGE {
            true => Some(self.large.acquire().await.ok()?),
            false => None,
        };
        Some(Turn((self.all.acquire().await.ok()?, large)))
    }

    /// Takes note of what a message took.
    pub fn took(&self, time: Duration) {
        let time = u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        let usual = self.usual.load(Ordering::Relaxed);
        // One in eight: a burst shows after a few messages, a single large one hardly.
        let usual = usual.saturating_mul(7).saturating_add(time) / 8;
        self.usual.store(usual, Ordering::Relaxed);
    }

    /// How long a message that comes now would wait, as things went lately.
    pub fn wait(&self) -> Duration {
        let waiting = self.waiting.load(Ordering::Relaxed) / self.workers;
        let usual = Duration::from_micros(self.usual.load(Ordering::Relaxed));
        usual.saturating_mul(u32::try_from(waiting).unwrap_or(u32::MAX))
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use std::future::Future;
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use super::*;

    fn comes(turns: &Turns, bytes: usize) -> Option<Turn<'_>> {
        let mut coming = Box::pin(turns.come(bytes));
        match coming
            .as_mut()
            .poll(&mut Context::from_waker(Waker::noop()))
        {
            Poll::Ready(turn) => turn,
            Poll::Pending => None,
        }
    }

    #[test]
    fn large_messages_leave_a_worker_to_the_small() {
        let turns = Turns::new(2);
        let first = comes(&turns, LARGE);
        assert!(first.is_some());
        assert!(comes(&turns, LARGE).is_none(), "a second large one waits");
        let small = comes(&turns, LARGE - 1);
        assert!(small.is_some());
        assert!(comes(&turns, 0).is_none(), "there are two workers");
        drop(first);
        assert!(comes(&turns, LARGE).is_some());
    }

    #[test]
    fn the_wait_follows_who_waits_and_what_they_took() {
        let turns = Turns::new(2);
        for _ in 0..100 {
            turns.took(Duration::from_secs(1));
        }
        assert_eq!(turns.wait(), Duration::ZERO);
        let _busy = (comes(&turns, 0), comes(&turns, 0));
        let mut all = Vec::new();
        for _ in 0..10 {
            let mut coming = Box::pin(turns.come(0));
            assert!(
                pin!(coming.as_mut())
                    .poll(&mut Context::from_waker(Waker::noop()))
                    .is_pending()
            );
            all.push(coming);
        }
        let wait = turns.wait();
        assert!(
            wait > Duration::from_secs(4) && wait <= Duration::from_secs(5),
            "{wait:?}"
        );
        all.clear();
        assert_eq!(turns.wait(), Duration::ZERO);
    }
}
