// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns what came in into how long it is kept, and says how much may be kept at all.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;

use jiff::Timestamp;
use serde::Deserialize;

use super::Error;
use super::index::{Counts, Seconds};
use crate::message::{Envelope, Pattern};
use crate::units::{Parsed, Size, Span};

/// How full it is when one is told of it, in percent, once each.
const WARNINGS: [u64; 3] = [80, 90, 95];

/// A line of `keep_by`: a level, a domain or both, and how long such cases are kept.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// Of this level.
    pub level: Option<String>,
    /// From or to an address of this domain.
    pub domain: Option<Parsed<Pattern>>,
    /// So long.
    pub keep: Span,
}

/// How much may be kept at most.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Cases that have their message.
    pub cases: Option<u64>,
    /// Bytes of their messages.
    pub bytes: Option<Size>,
}

/// How long cases are kept.
pub struct Kept {
    /// Where no line says otherwise.
    pub usual: Span,
    /// The first line that fits holds.
    pub lines: Vec<Line>,
}

impl Kept {
    /// From when on what came in then may expire.
    pub fn until(&self, arrived: Seconds, level: &str, envelope: &Envelope) -> Seconds {
        let mut lines = self.lines.iter();
        let line = lines.find(|line| line.fits(level, envelope));
        let Span(span) = line.map_or(self.usual, |line| line.keep);
        // No later than a calendar can write.
        arrived
            .saturating_add(seconds(span))
            .min(Timestamp::MAX.as_second())
    }
}

impl Line {
    fn fits(&self, wanted: &str, envelope: &Envelope) -> bool {
        let people = envelope.recipients.iter().map(|one| &one.address);
        let mut people = people.chain([&envelope.sender]);
        self.level.as_ref().is_none_or(|level| level == wanted)
            && (self.domain.as_ref())
                .is_none_or(|Parsed(domain)| people.any(|one| domain.matches(one)))
    }
}

/// How much is kept, as far as we know without asking the index each time.
pub struct Room {
    limits: Limits,
    now: Mutex<Used>,
}

#[derive(Default)]
struct Used {
    cases: u64,
    bytes: u64,
    /// The highest warning that was given.
    warned: u64,
}

impl Room {
    /// Nothing is kept yet.
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            now: Mutex::default(),
        }
    }

    /// One more message of so many bytes.
    ///
    /// # Errors
    /// Where there is no room for it: it is to be put off.
    pub fn take(&self, bytes: u64) -> Result<(), Error> {
        let mut now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        let (cases, bytes) = (now.cases + 1, now.bytes.saturating_add(bytes));
        let percent = self.percent(cases, bytes);
        if percent > 100 {
            let (cases, bytes) = (now.cases, now.bytes);
            return Err(Error::Store(format!(
                "the quarantine is full: {cases} cases, {bytes} bytes (quarantine.limits)"
            )));
        }
        (now.cases, now.bytes) = (cases, bytes);
        let due = WARNINGS.into_iter().rfind(|warning| *warning <= percent);
        if due > Some(now.warned) {
            now.warned = due.unwrap_or_default();
            tracing::warn!(
                cases,
                bytes,
                "the quarantine is {percent} % full; past quarantine.limits what has to wait is put off"
            );
        }
        Ok(())
    }

    /// These are gone: the name of each, and its bytes.
    pub fn give(&self, gone: &[(String, u64)]) {
        let mut now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        for (_, bytes) in gone {
            now.cases = now.cases.saturating_sub(1);
            now.bytes = now.bytes.saturating_sub(*bytes);
        }
    }

    /// What the index counts.
    pub fn counted(&self, counts: &Counts) {
        let mut now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        (now.cases, now.bytes) = (counts.stored, counts.bytes);
        let percent = self.percent(now.cases, now.bytes);
        let reached = WARNINGS.into_iter().rfind(|warning| *warning <= percent);
        now.warned = now.warned.min(reached.unwrap_or_default());
    }

    /// How much of what may be kept this would be, in percent.
    fn percent(&self, cases: u64, bytes: u64) -> u64 {
        let part = |used: u64, most: Option<u64>| {
            let most = most.unwrap_or(u64::MAX).max(1);
            let percent = u128::from(used) * 100 / u128::from(most);
            // Anything above is too much, however little.
            let percent = if used > most {
                percent.max(101)
            } else {
                percent
            };
            u64::try_from(percent).unwrap_or(u64::MAX)
        };
        let most = self.limits.bytes.map(|Size(bytes)| bytes);
        part(cases, self.limits.cases).max(part(bytes, most))
    }
}

fn seconds(span: Duration) -> Seconds {
    Seconds::try_from(span.as_secs()).unwrap_or(Seconds::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{Address, Recipient};
    use crate::yaml;

    fn envelope(from: &str, to: &str) -> Envelope {
        let mut envelope = Envelope::nobody(jiff::civil::Date::default());
        envelope.sender = Address::new(from);
        envelope.recipients.push(Recipient {
            address: Address::new(to),
            as_given: Vec::new(),
            notify: None,
            original: None,
        });
        envelope
    }

    #[test]
    fn the_first_line_that_fits_says_how_long() {
        let lines = "
- { level: restricted, domain: hr.example.ch, keep: 90d }
- { level: restricted, keep: 14d }
- { domain: .example.org, keep: 1d }";
        let kept = Kept {
            usual: "30d".parse().unwrap(),
            lines: yaml::read(lines).unwrap(),
        };
        let days = |level, from, to| kept.until(0, level, &envelope(from, to)) / 86400;
        assert_eq!(days("restricted", "a@hr.example.ch", "b@x.test"), 90);
        assert_eq!(days("restricted", "a@example.ch", "b@hr.example.ch"), 90);
        assert_eq!(days("restricted", "a@example.ch", "b@x.test"), 14);
        assert_eq!(days("internal", "a@example.ch", "b@mail.example.org"), 1);
        assert_eq!(days("internal", "a@example.ch", "b@x.test"), 30);
        let end = Timestamp::MAX.as_second();
        assert_eq!(
            kept.until(Seconds::MAX, "internal", &envelope("", "b@x.test")),
            end
        );
    }

    #[test]
    fn past_a_limit_nothing_is_taken_until_something_is_gone() {
        let room = Room::new(Limits {
            cases: Some(10),
            bytes: Some(Size(1000)),
        });
        for _ in 0..10 {
            room.take(10).unwrap();
        }
        assert!(matches!(room.take(10), Err(Error::Store(_))), "too many");
        let counts = |stored, bytes| Counts {
            stored,
            bytes,
            ..Counts::default()
        };
        room.counted(&counts(1, 950));
        assert!(room.take(51).is_err(), "too much");
        room.take(50).unwrap();
        assert!(room.take(1).is_err());
        room.give(&[(String::new(), 900)]);
        room.take(900).unwrap();
        room.counted(&counts(0, 0));
        room.take(1).unwrap();
        let any = Room::new(Limits::default());
        any.counted(&counts(u64::MAX - 1, u64::MAX - 1));
        any.take(1).unwrap();
    }
}
