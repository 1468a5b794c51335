// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps how many notices each address heard within the hour.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use crate::message::Address;

const HOUR: Duration = Duration::from_secs(3600);

/// When each address heard something.
#[derive(Default)]
pub struct Limit(HashMap<String, Vec<Instant>>);

impl Limit {
    /// True where the address may hear one more; then that one counts.
    pub fn lets(&mut self, address: &Address, most: usize) -> bool {
        self.lets_at(address.folded(), most, Instant::now())
    }

    fn lets_at(&mut self, address: String, most: usize, now: Instant) -> bool {
        self.0.retain(|_, heard| {
            heard.retain(|at| now.saturating_duration_since(*at) < HOUR);
            !heard.is_empty()
        });
        let heard = self.0.entry(address).or_default();
        let lets = heard.len() < most;
        if lets {
            heard.push(now);
        }
        lets
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_hears_so_many_in_an_hour() {
        let (mut limit, now) = (Limit::default(), Instant::now());
        let mut lets = |who: &str, after| limit.lets_at(who.into(), 2, now + after);
        let minute = Duration::from_secs(60);
        assert!(lets("a", minute) && lets("a", minute) && !lets("a", minute));
        assert!(lets("b", minute), "another one may");
        assert!(!lets("a", HOUR));
        assert!(lets("a", HOUR + minute));
    }
}
