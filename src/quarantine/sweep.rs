// SPDX-License-Identifier: GPL-3.0-or-later
//! Puts right what a crash left, and takes away what is over.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use tokio::time::sleep;

use super::case::{Act, Case, State};
use super::hold::OURSELVES;
use super::index::{Filter, Seconds};
use super::weeks::WEEK;
use super::{Error, Quarantine, now};
use crate::audit::Record;

/// How often one looks what is over.
const OFTEN: Duration = Duration::from_secs(15 * 60);

/// How long a case waits for its client's second try: clients try again within half an hour, and at least
/// every few hours (RFC 5321, 4.5.4.1).
pub const SECOND_TRY: Seconds = 4 * 3600;

/// A clock that moves so much faster or slower than time was set, in seconds.
const JUMP: Seconds = 600;

/// After the clock was set nothing expires for so long: somebody may set it back.
const DOUBT: Duration = Duration::from_secs(24 * 3600);

/// Where nobody looked for so long, in seconds, the clock is not trusted at once.
const LONG: Seconds = 24 * 3600;

/// When somebody last looked, by the clock: its name in the index.
const LOOKED: &str = "looked";

/// What was put right at a start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Repaired {
    /// Messages in the store that no case knew: their client had no answer.
    pub left_over: usize,
    /// Cases without an answer whose message was not there.
    pub dropped: usize,
    /// Cases whose message is not there, and should be.
    pub lost: usize,
}

impl Quarantine {
    /// Brings files and rows together after a crash. To be called before mail is taken.
    ///
    /// # Errors
    /// When index or store fails.
    pub async fn repair(&self) -> Result<Repaired, Error> {
        self.interrupted().await?;
        let known: HashSet<String> = self.ask(|index| index.blobs()).await?.into_iter().collect();
        let names = self.with_store(|store| store.names()).await?;
        let (there, left): (Vec<_>, Vec<_>) =
            names.into_iter().partition(|name| known.contains(name));
        let there: HashSet<String> = there.into_iter().collect();
        let missing: Vec<String> = known.difference(&there).cloned().collect();
        let mut repaired = Repaired {
            left_over: left.len(),
            ..Repaired::default()
        };
        if !missing.is_empty() {
            let without = missing.clone();
            let dropped = self.ask(move |index| index.drop_prepared(&without)).await?;
            repaired.dropped = dropped.len();
            repaired.lost = missing.len() - dropped.len();
        }
        self.with_store(move |store| left.iter().try_for_each(|name| store.delete(name)))
            .await?;
        if repaired.left_over + repaired.dropped > 0 {
            let (files, rows) = (repaired.left_over, repaired.dropped);
            tracing::info!(
                files,
                rows,
                "cleared away what the last process had no time to finish"
            );
        }
        if repaired.lost > 0 {
            let lost = repaired.lost;
            tracing::error!(
                lost,
                "messages of cases are not in the store; \"pii-milter cases verify\" names them"
            );
        }
        self.shred(None).await?;
        self.room.counted(&self.counts().await?);
        Ok(repaired)
    }

    /// Looks from time to time what is over, for as long as the process lives.
    pub async fn sweep(self: Arc<Self>) {
        let mut clock = Clock::new(Instant::now(), SystemTime::now());
        if let Err(error) = self.look_back(&mut clock).await {
            tracing::warn!("cannot tell how long nobody looked what is over: {error}");
        }
        loop {
            let expires = clock.is_trusted(Instant::now(), SystemTime::now());
            if let Err(error) = self.look(expires).await {
                tracing::warn!("cannot look what is over: {error}");
            }
            sleep(OFTEN).await;
        }
    }

    /// Where nobody looked for long, the clock may be wrong since: a machine that starts without a battery.
    async fn look_back(&self, clock: &mut Clock) -> Result<(), Error> {
        let last = self.ask(|index| index.meta(LOOKED)).await?;
        let last = last.and_then(|last| Some(Seconds::from_be_bytes(last.try_into().ok()?)));
        if last.is_some_and(|last| (now() - last).abs() > LONG) {
            clock.doubts(Instant::now());
        }
        Ok(())
    }

    async fn look(self: &Arc<Self>, expires: bool) -> Result<(), Error> {
        for case in self.unanswered().await? {
            tracing::warn!(
                id = case.id,
                "its client had perhaps no answer and did not try again: it goes its way; another copy may have gone another way"
            );
            self.arm_unanswered(&case).await?;
            self.note_case(by_itself(&case.id, Act::Arm));
        }
        if expires {
            let count = self.expire(now()).await?;
            if count > 0 {
                tracing::info!(count, "cases expired");
            }
            self.ask(|index| index.forget(now())).await?;
        }
        self.shred(None).await?;
        if expires {
            let kept = self.ask(|index| index.periods(WEEK)).await?;
            self.keys.weeks.forget(&kept, now())?;
        }
        self.room.counted(&self.counts().await?);
        let now = now().to_be_bytes();
        self.ask(move |index| index.set_meta(LOOKED, &now)).await
    }

    /// Cases whose client was perhaps not answered, and that is long ago.
    async fn unanswered(self: &Arc<Self>) -> Result<Vec<Case>, Error> {
        let filter = Filter {
            states: vec![State::Prepared],
            before: Some(now() - SECOND_TRY),
            ..Filter::default()
        };
        let mut cases = self.list(filter).await?;
        let open = self.open_cases();
        cases.retain(|case| !open.contains(&case.id));
        Ok(cases)
    }

    /// Cases whose time is over by then: expiry would take them.
    ///
    /// # Errors
    /// When the index fails.
    pub async fn overdue(self: &Arc<Self>, by: Seconds) -> Result<Vec<Case>, Error> {
        let filter = Filter {
            states: vec![State::Held, State::Claimed, State::UnknownOutcome],
            expires: Some(by),
            most: Some(u32::MAX),
            ..Filter::default()
        };
        let mut cases = self.list(filter).await?;
        cases.retain(|case| !case.legal_hold);
        Ok(cases)
    }

    /// Has those cases expire; their content is gone then. How many they were.
    ///
    /// # Errors
    /// When the index fails.
    pub async fn expire(self: &Arc<Self>, by: Seconds) -> Result<usize, Error> {
        let cases = self.overdue(by).await?;
        for case in &cases {
            match self.act(&case.id, &[], Act::Expire, OURSELVES, "").await {
                Ok(_) => self.note_case(by_itself(&case.id, Act::Expire)),
                // Somebody was faster.
                Err(Error::Refused(_) | Error::Missing(_)) => (),
                Err(error) => return Err(error),
            }
        }
        Ok(cases.len())
    }

    /// Destroys the keys of what nobody can do anything with any more, then the messages: of this case, or of all.
    pub(super) async fn shred(&self, id: Option<&str>) -> Result<(), Error> {
        let id = id.map(str::to_owned);
        let gone = self.ask(move |index| index.shred(id.as_deref())).await?;
        self.room.give(&gone);
        self.remove(gone.into_iter().map(|(blob, _)| blob).collect())
            .await;
        Ok(())
    }
}

/// What the trail says of a case to which this happened.
fn by_itself(id: &str, act: Act) -> Record {
    Record::Case {
        id: id.to_owned(),
        act: act.as_str().into(),
        recipient: None,
        answer: None,
        queue: None,
    }
}

/// Sees whether the clock was set: it moves apart from time.
struct Clock {
    steady: Instant,
    wall: SystemTime,
    doubt: Option<Instant>,
}

impl Clock {
    fn new(steady: Instant, wall: SystemTime) -> Self {
        Self {
            steady,
            wall,
            doubt: None,
        }
    }

    fn doubts(&mut self, steady: Instant) {
        tracing::warn!("the clock was set, or nobody looked for long; nothing expires for a day");
        self.doubt = Some(steady);
    }

    /// Whether what is over by the clock may expire now.
    fn is_trusted(&mut self, steady: Instant, wall: SystemTime) -> bool {
        let seconds = |span: Duration| Seconds::try_from(span.as_secs()).unwrap_or(Seconds::MAX);
        let passed = seconds(steady.saturating_duration_since(self.steady));
        let shown = match wall.duration_since(self.wall) {
            Ok(forward) => seconds(forward),
            Err(back) => -seconds(back.duration()),
        };
        if shown.saturating_sub(passed).abs() > JUMP {
            self.doubts(steady);
        }
        (self.steady, self.wall) = (steady, wall);
        let doubted = |since| steady.saturating_duration_since(since) <= DOUBT;
        !self.doubt.is_some_and(doubted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_the_clock_was_set_nothing_expires_for_a_day() {
        const HOUR: Duration = Duration::from_secs(3600);
        let (steady, wall) = (Instant::now(), SystemTime::now());
        for (is_forward, jump) in [
            (true, 400 * 24 * HOUR),
            (false, 24 * HOUR),
            (true, HOUR / 5),
        ] {
            let mut clock = Clock::new(steady, wall);
            let set = |time: SystemTime| match is_forward {
                true => time + jump,
                false => time - jump,
            };
            assert!(clock.is_trusted(steady + HOUR, wall + HOUR));
            assert!(!clock.is_trusted(steady + 2 * HOUR, set(wall + 2 * HOUR)));
            assert!(!clock.is_trusted(steady + 26 * HOUR, set(wall + 26 * HOUR)));
            assert!(clock.is_trusted(steady + 27 * HOUR, set(wall + 27 * HOUR)));
            // Set back, it is doubted anew.
            assert!(!clock.is_trusted(steady + 28 * HOUR, wall + 28 * HOUR));
        }
        let mut clock = Clock::new(steady, wall);
        let drifting = wall + HOUR + Duration::from_secs(500);
        assert!(
            clock.is_trusted(steady + HOUR, drifting),
            "a clock that is put right by little"
        );
    }
}
