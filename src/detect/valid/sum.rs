// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps the check sums that several numbers share.

/// Every second digit from the right doubled, digits summed, modulo 10 (ISO/IEC 7812-1, annex B).
pub fn luhn(number: &str) -> bool {
    let mut sum = 0;
    for (at, byte) in number.bytes().rev().enumerate() {
        let Some(digit) = digit(byte) else {
            return false;
        };
        sum += if at % 2 == 0 { digit } else { cross(2 * digit) };
    }
    !number.is_empty() && sum % 10 == 0
}

/// A walk through the dihedral group of order ten (J. Verhoeff, Error Detecting Decimal Codes,
/// 1969).
pub fn verhoeff(number: &str) -> bool {
    let mut check = 0;
    for (at, byte) in number.bytes().rev().enumerate() {
        let Some(mut digit) = digit(byte) else {
            return false;
        };
        for _ in 0..at % 8 {
            digit = PERMUTED.get(digit as usize).copied().unwrap_or(0);
        }
        check = dihedral(check, digit);
    }
    !number.is_empty() && check == 0
}

const PERMUTED: [u32; 10] = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];

/// The product of two elements: 0 to 4 turn, 5 to 9 turn and flip.
fn dihedral(left: u32, right: u32) -> u32 {
    let flip = 5 * u32::from((left >= 5) != (right >= 5));
    let turn = if left < 5 {
        left + right
    } else {
        left + 5 - right % 5
    };
    flip + turn % 5
}

/// 13 digits, weighted 1 and 3 in turn, modulo 10 (GS1 General Specifications, 7.9).
pub fn ean13(number: &str) -> bool {
    let sum = weighted(number, &[1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1]);
    number.len() == 13 && sum.is_some_and(|sum| sum % 10 == 0)
}

/// The whole number, letters as 10 to 35, leaves 1 when divided by 97 (ISO 7064 mod 97-10).
pub fn mod97(number: &str) -> bool {
    let mut rest = 0;
    for byte in number.bytes() {
        rest = match byte {
            b'0'..=b'9' => rest * 10 + u32::from(byte - b'0'),
            b'A'..=b'Z' => rest * 100 + u32::from(byte - b'A') + 10,
            _ => return false,
        } % 97;
    }
    rest == 1
}

/// The hybrid system ISO 7064 mod 11,10.
pub(super) fn mod11_10(number: &str) -> bool {
    let mut check = 5;
    for byte in number.bytes() {
        let Some(digit) = digit(byte) else {
            return false;
        };
        let before = if check == 0 { 10 } else { check };
        check = (2 * before % 11 + digit) % 10;
    }
    check == 1
}

/// The sum of the first digits, each times its weight; none where one of them is no digit.
pub(super) fn weighted(number: &str, weights: &[u32]) -> Option<u32> {
    let bytes = number.as_bytes().get(..weights.len())?;
    let mut sum = 0;
    for (byte, weight) in bytes.iter().zip(weights) {
        sum += digit(*byte)? * weight;
    }
    Some(sum)
}

/// The last digit.
pub(super) fn last(number: &str) -> Option<u32> {
    number.bytes().next_back().and_then(digit)
}

/// The number that a stretch of digits writes; none where it is no such stretch.
pub(super) fn part(number: &str, at: std::ops::Range<usize>) -> Option<u32> {
    number.get(at).and_then(value)?.try_into().ok()
}

/// The number that digits, and only digits, write.
pub(super) fn value(digits: &str) -> Option<u64> {
    is_digits(digits).then(|| digits.parse().ok())?
}

/// True for digits only, of which there is one at least.
pub(super) fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The sum of the digits of a number below 100.
pub(super) fn cross(number: u32) -> u32 {
    number / 10 + number % 10
}

pub(super) fn digit(byte: u8) -> Option<u32> {
    byte.is_ascii_digit().then(|| u32::from(byte - b'0'))
}
