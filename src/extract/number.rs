// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns the number in a cell into what a person sees (ECMA-376, 18.8.30 and 18.8.31).
//!
//! Groups of thousands, scientific notation and rounding of what somebody typed in are left out: they
//! hide what a number says.

mod code;
mod moment;

use std::borrow::Cow;

use code::{Token, tokens};
use moment::moment;

/// A number format, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// As short as it can be written.
    General,
    Number(Vec<Token>),
    Date(Vec<Token>),
}

impl Shape {
    /// The built-in formats (18.8.30); those that follow the user's country as most of Europe has
    /// them.
    pub fn built_in(id: u32) -> Self {
        Self::read(match id {
            1 | 3 | 37 | 38 => "0",
            2 | 4 | 39 | 40 | 43 | 44 => "0.00",
            9 => "0%",
            10 => "0.00%",
            14 => "dd.mm.yyyy",
            15 | 27..=31 | 36 | 50..=58 => "d-mmm-yyyy",
            16 => "d-mmm",
            17 => "mmm-yyyy",
            18..=21 | 32..=35 | 45 | 47 => "hh:mm:ss",
            22 => "dd.mm.yyyy hh:mm",
            46 => "[h]:mm:ss",
            _ => "",
        })
    }

    /// Reads a format code; what is not understood is general.
    pub fn read(code: &str) -> Self {
        let tokens = tokens(code);
        let is_date = |token: &Token| matches!(token, Token::Part(..) | Token::Elapsed(_));
        let is_digit = |token: &Token| matches!(token, Token::Digit(_));
        if tokens.iter().any(is_date) {
            Self::Date(tokens)
        } else if tokens.iter().any(is_digit) {
            Self::Number(tokens)
        } else {
            Self::General
        }
    }

    /// The number as this format shows it; what is no number stays as it is. `is_1904` tells from
    /// which day dates count (18.17.4.1).
    pub fn show<'a>(&self, raw: &'a str, is_1904: bool) -> Cow<'a, str> {
        if *self == Self::General && is_short(raw) {
            return Cow::Borrowed(raw);
        }
        let Some(value) = raw
            .trim()
            .parse::<f64>()
            .ok()
            .filter(|value| value.is_finite())
        else {
            return Cow::Borrowed(raw);
        };
        let general = || general(raw.trim(), value);
        match self {
            Self::General => general(),
            Self::Number(tokens) => Cow::Owned(number(tokens, value)),
            Self::Date(tokens) => moment(tokens, value, is_1904).map_or_else(general, Cow::Owned),
        }
    }
}

/// Digits that a cell keeps.
const DIGITS: usize = 15;

/// True for a number that is written as short as it can be: whole, or of no more digits than a cell
/// keeps and without a zero at its end.
fn is_short(raw: &str) -> bool {
    let is_whole = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match raw.split_once('.') {
        None => is_whole(raw),
        Some((whole, fraction)) => {
            let has_no_zeros =
                (whole == "0" || !whole.starts_with('0')) && !fraction.ends_with('0');
            has_no_zeros && raw.len() <= DIGITS + 1 && is_whole(whole) && is_whole(fraction)
        }
    }
}

/// The number that a workbook keeps in 30 bits (MS-XLS, 2.5.217; MS-XLSB, 2.5.121).
pub(super) fn packed(bits: u32) -> f64 {
    let number = if bits & 2 == 0 {
        f64::from_bits(u64::from(bits & !3) << 32)
    } else {
        f64::from(bits.cast_signed() >> 2)
    };
    if bits & 1 == 0 {
        number
    } else {
        number / 100.0
    }
}

/// A number as short as it can be written, of the digits that a cell keeps.
fn general(raw: &str, value: f64) -> Cow<'_, str> {
    if is_short(raw) {
        return Cow::Borrowed(raw);
    }
    Cow::Owned(kept(value).to_string())
}

/// The number in the digits that a cell keeps.
fn kept(value: f64) -> f64 {
    format!("{value:.*e}", DIGITS - 1).parse().unwrap_or(value)
}

fn number(tokens: &[Token], value: f64) -> String {
    let is_point = |token: &Token| *token == Token::Point;
    let point = tokens.iter().position(is_point).unwrap_or(tokens.len());
    let (whole, rest) = tokens.split_at(point);
    let decimals = rest
        .iter()
        .filter(|token| matches!(token, Token::Digit(_)))
        .count();
    let is_percent = tokens.contains(&Token::Percent);
    let value = if is_percent { value * 100.0 } else { value };
    let decimals = decimals.max(typed_decimals(value));
    // A half is rounded up, as a spreadsheet does; Rust rounds it to the even digit.
    let up = if value.fract() == 0.0 {
        1.0
    } else {
        1.0 + 1e-15
    };
    let digits = format!("{:.*}", decimals.min(30), value.abs() * up);
    let (digits, fraction) = digits.split_once('.').unwrap_or((&digits, ""));
    let is_digit = |token: &Token| matches!(token, Token::Digit(_));
    // What the format has no place for stands behind its last digit.
    let last = rest.iter().rposition(is_digit);
    let tail = match last {
        None if !fraction.is_empty() => format!(".{fraction}"),
        _ => String::new(),
    };
    let mut text = fill(whole, digits.trim_start_matches('0'), &tail);
    let mut fraction = fraction.chars();
    for (at, token) in rest.iter().enumerate() {
        match token {
            Token::Point if last.is_none() => {}
            Token::Point => text.push('.'),
            Token::Digit(_) if Some(at) == last => text.extend(fraction.by_ref()),
            Token::Digit(_) => text.extend(fraction.next()),
            Token::Literal(literal) => text.push_str(literal),
            Token::Percent => text.push('%'),
            Token::Part(..) | Token::Elapsed(_) => {}
        }
    }
    if value < 0.0 && text.contains(|c: char| ('1'..='9').contains(&c)) {
        text.insert(0, '-');
    }
    text
}

/// A number of more digits than this was computed, not typed in.
const TYPED: usize = 12;

/// The decimals of a number that was typed in; none of one that was computed.
fn typed_decimals(value: f64) -> usize {
    if value.fract() == 0.0 {
        return 0;
    }
    let kept = kept(value).to_string();
    let digits = kept.bytes().filter(u8::is_ascii_digit).count();
    let fraction = kept
        .split_once('.')
        .map_or(0, |(_, fraction)| fraction.len());
    if digits > TYPED { 0 } else { fraction }
}

/// Fills the digits before the point into their places, from the right, `tail` behind the last.
fn fill(tokens: &[Token], digits: &str, tail: &str) -> String {
    let mut pieces = Vec::new();
    let mut left = digits;
    let is_digit = |token: &Token| matches!(token, Token::Digit(_));
    let first = tokens.iter().position(is_digit);
    let last = tokens.iter().rposition(is_digit);
    for (at, token) in tokens.iter().enumerate().rev() {
        if Some(at) == last {
            pieces.push(tail.to_owned());
        }
        match token {
            Token::Digit(_) if Some(at) == first && !left.is_empty() => {
                pieces.push(left.to_owned());
                left = "";
            }
            Token::Digit(shows_zero) => match left.char_indices().next_back() {
                Some((at, digit)) => {
                    pieces.push(digit.to_string());
                    left = left.get(..at).unwrap_or_default();
                }
                None if *shows_zero => pieces.push("0".to_owned()),
                None => {}
            },
            Token::Literal(literal) => pieces.push(literal.clone()),
            Token::Percent => pieces.push("%".to_owned()),
            Token::Point | Token::Part(..) | Token::Elapsed(_) => {}
        }
    }
    if first.is_none() {
        pieces.insert(0, digits.to_owned());
    }
    pieces.into_iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(code: &str, raw: &str) -> String {
        Shape::read(code).show(raw, false).into_owned()
    }

    #[test]
    fn numbers_are_written_out() {
        assert_eq!(show("General", "7.5692170769850003E12"), "7569217076985");
        assert_eq!(show("0.00E+00", "7.569217076985E12"), "7569217076985");
        assert_eq!(show("General", "0.30000000000000004"), "0.3");
        assert_eq!(show("General", "4111111111111111"), "4111111111111111");
        assert_eq!(show("General", "73.40"), "73.4");
        assert_eq!(show("General", "0.1234567890123456"), "0.123456789012346");
        assert_eq!(show("General", "-12.50"), "-12.5");
        assert_eq!(show("General", "text"), "text");
        assert_eq!(show("#,##0.00", "1234567.5"), "1234567.50");
        assert_eq!(show("0%", "0.125"), "12.5%");
        assert_eq!(show("0.00%", "0.125"), "12.50%");
        assert_eq!(show("0", "-0.2"), "-0.2");
        assert_eq!(show("0.00", "13.024681"), "13.024681");
        assert_eq!(show("0.00 \"kg\"", "0.3333333333333333"), "0.33 kg");
        assert_eq!(show("0 \"kg\"", "12.5"), "12.5 kg");
        assert_eq!(show("\"CHF\" #,##0;[Red]\\-#,##0", "85000"), "CHF 85000");
        assert_eq!(show("[$CHF-807] 0.0", "-85000.25"), "-CHF 85000.25");
        assert_eq!(show(";;;", "12"), "12");
    }

    #[test]
    fn packed_numbers_are_numbers() {
        assert_eq!(packed(5 << 2 | 2), 5.0);
        assert_eq!(packed(1234 << 2 | 3), 12.34);
        assert_eq!(packed(0x3ff0_0000), 1.0);
    }

    #[test]
    fn leading_zeros_and_points_are_shown() {
        assert_eq!(show("00000", "1234"), "01234");
        assert_eq!(
            show("000\".\"0000\".\"0000\".\"00", "7569217076985"),
            "756.9217.0769.85"
        );
        assert_eq!(show("000\\.0000", "17569217"), "1756.9217");
        assert_eq!(show("##0", "0"), "0");
    }

    #[test]
    fn dates_are_dates() {
        assert_eq!(show("dd.mm.yyyy", "29221"), "01.01.1980");
        assert_eq!(
            show("yyyy-mm-dd hh:mm:ss", "29221.75"),
            "1980-01-01 18:00:00"
        );
        assert_eq!(show("[$-807]d. mmmm yy;@", "29221"), "01. January 1980");
        assert_eq!(show("h:mm AM/PM", "0.5"), "12:00 ");
        assert_eq!(show("mm:ss", "0.5"), "00:00");
        assert_eq!(show("[h]:mm", "2.5"), "60:00");
        assert_eq!(Shape::built_in(14).show("29221", false), "01.01.1980");
        assert_eq!(Shape::built_in(14).show("27759", true), "01.01.1980");
        assert_eq!(show("dd.mm.yyyy", "99999999999"), "99999999999");
        assert_eq!(show("dd.mm.yyyy", "1"), "01.01.1900");
    }
}
