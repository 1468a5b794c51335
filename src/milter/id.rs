// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns time into short names of messages, `Q-7F3K2M9A`, that a person can read out on the phone.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// Digits and capitals without I, L, O and U (Crockford's base 32).
const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// 2026-01-01, in seconds since 1970.
const BEGINNING: u64 = 1_767_225_600;

/// 40 bits, eight letters: milliseconds for 34 years.
const BITS: u32 = 40;

/// An odd factor: no two numbers below 2^40 share a product modulo 2^40, and neighbours look different.
const SPREAD: u64 = 0x9E_3779_B97F;

/// The numbers given out: each the time in milliseconds, or one more than the last, so a name comes
/// twice neither within a run nor after a restart.
#[derive(Debug, Default)]
pub struct Ids(AtomicU64);

impl Ids {
    /// A name that was not given out before.
    pub fn next(&self) -> String {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        let millis = since.map_or(0, |since| u64::try_from(since.as_millis()).unwrap_or(0));
        let now = millis.saturating_sub(BEGINNING * 1000);
        let after = |last: u64| now.max(last + 1);
        let update = |last| Some(after(last));
        let last = self
            .0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, update);
        name(after(last.unwrap_or_else(|last| last)))
    }
}

fn name(number: u64) -> String {
    let spread = number.wrapping_mul(SPREAD);
    let letters = (0..BITS / 5).rev().map(|at| {
        let index = usize::try_from(spread >> (at * 5) & 31).unwrap_or(0);
        char::from(LETTERS.get(index).copied().unwrap_or(b'0'))
    });
    "Q-".chars().chain(letters).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn a_name_comes_once() {
        let ids = Ids::default();
        let names: HashSet<String> = (0..10_000).map(|_| ids.next()).collect();
        assert_eq!(names.len(), 10_000);
        assert!(names.iter().all(|name| name.len() == 10), "{names:?}");
    }

    #[test]
    fn neighbours_look_different() {
        let (one, two) = (name(1000), name(1001));
        let same = one.chars().zip(two.chars()).filter(|(a, b)| a == b).count();
        assert!(same < 7, "{one} {two}");
    }
}
