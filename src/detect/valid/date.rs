// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps what the dates inside numbers have in common.

use super::sum::part;

/// Births are taken to be of this year of the century at most; a pure function has no clock.
pub(super) const LAST_BIRTH: u32 = 40;

/// True for a day of the Gregorian calendar.
pub(super) fn is_date(year: u32, month: u32, day: u32) -> bool {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let last = match month {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        _ => return false,
    };
    (1..=last).contains(&day)
}

/// True for a day of the year of either century that ends in these two digits.
pub(super) fn is_short_date(year: u32, month: u32, day: u32) -> bool {
    is_date(2000 + year % 100, month, day)
}

/// The three two-digit numbers that begin at `at`.
pub(super) fn three(number: &str, at: usize) -> Option<(u32, u32, u32)> {
    let two = |at| part(number, at..at + 2);
    Some((two(at)?, two(at + 2)?, two(at + 4)?))
}
