// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns the number of a day and time into what a person sees of it.

use jiff::ToSpan;
use jiff::civil::{Date, date};

use super::code::Token;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// A day and time, counted in days; none where no calendar has it.
pub(super) fn moment(tokens: &[Token], value: f64, is_1904: bool) -> Option<String> {
    let seconds = (value * 86_400.0).round();
    if !(0.0..2_958_466.0 * 86_400.0).contains(&seconds) {
        return None;
    }
    // It is in the range of an i64; Rust has no conversion that says so.
    let seconds: i64 = format!("{seconds:.0}").parse().ok()?;
    let days = seconds / 86_400;
    let base: Date = if is_1904 {
        date(1904, 1, 1)
    } else {
        date(1899, 12, 30)
    };
    // 1900 is a leap year here, as it was in Lotus 1-2-3.
    let days_since = if !is_1904 && days < 60 {
        days + 1
    } else {
        days
    };
    let day = base.checked_add(days_since.days()).ok()?;
    let (hour, minute, second) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    let mut text = String::new();
    let mut is_time = false;
    for (at, token) in tokens.iter().enumerate() {
        let next = tokens.get(at + 1..).unwrap_or_default();
        let next = next
            .iter()
            .find(|token| !matches!(token, Token::Literal(_)));
        let before_seconds = matches!(next, Some(Token::Part('s', _)));
        match token {
            Token::Part('y', _) => text.push_str(&day.year().to_string()),
            Token::Part('m', 1 | 2) if is_time || before_seconds => {
                text.push_str(&format!("{minute:02}"));
            }
            Token::Part('m', 1 | 2) => text.push_str(&format!("{:02}", day.month())),
            Token::Part('m', _) => {
                let month = usize::try_from(day.month()).unwrap_or(1);
                text.push_str(MONTHS.get(month - 1).copied().unwrap_or_default());
            }
            Token::Part('d', 1 | 2) => text.push_str(&format!("{:02}", day.day())),
            Token::Part('h', _) => text.push_str(&format!("{hour:02}")),
            Token::Part('s', _) => text.push_str(&format!("{second:02}")),
            Token::Elapsed('h') => text.push_str(&(seconds / 3600).to_string()),
            Token::Elapsed('m') => text.push_str(&(seconds / 60).to_string()),
            Token::Elapsed(_) => text.push_str(&seconds.to_string()),
            Token::Literal(literal) => text.push_str(literal),
            Token::Point => text.push('.'),
            Token::Part(..) | Token::Digit(_) | Token::Percent => {}
        }
        is_time = match token {
            Token::Part('h', _) | Token::Elapsed(_) => true,
            Token::Part(..) => false,
            _ => is_time,
        };
    }
    Some(text)
}
