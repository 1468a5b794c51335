// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns a candidate into yes or no: check digits and structure, by name.
//!
//! A validator is given the significant characters only, letters as capitals. Each is compared with
//! python-stdnum by `tests/validators.tsv`.

use super::iban;

/// A check on a candidate.
pub type Validator = fn(&str) -> bool;

/// The names that `valid:` in a rule may say. A new one is a function below and a line here.
pub const VALIDATORS: &[(&str, Validator)] = &[
    ("luhn", luhn),
    ("ean13", ean13),
    ("mod97", mod97),
    ("iban", iban::is_valid),
    ("card", card),
    ("nir", nir),
    ("be-nn", be_nn),
];

/// Every second digit from the right doubled, digits summed, modulo 10 (ISO/IEC 7812-1, annex B).
pub fn luhn(number: &str) -> bool {
    let mut sum = 0;
    for (at, byte) in number.bytes().rev().enumerate() {
        let Some(digit) = digit(byte) else {
            return false;
        };
        sum += match (at % 2, digit) {
            (0, digit) => digit,
            (_, digit @ 0..=4) => 2 * digit,
            (_, digit) => 2 * digit - 9,
        };
    }
    !number.is_empty() && sum % 10 == 0
}

/// 13 digits, weighted 1 and 3 in turn, modulo 10 (GS1 General Specifications, 7.9).
pub fn ean13(number: &str) -> bool {
    let mut sum = 0;
    for (at, byte) in number.bytes().enumerate() {
        let Some(digit) = digit(byte) else {
            return false;
        };
        sum += if at % 2 == 0 { digit } else { 3 * digit };
    }
    number.len() == 13 && sum % 10 == 0
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

/// A payment card: first digits and length of a brand, and Luhn (ISO/IEC 7812-1; the brands' own
/// lists of ranges).
pub fn card(number: &str) -> bool {
    let Some(head) = number.get(..4).and_then(|head| head.parse::<u32>().ok()) else {
        return false;
    };
    let lengths: &[usize] = match head {
        4000..=4999 => &[13, 16, 19],                                   // Visa
        5100..=5599 | 2221..=2720 => &[16],                             // Mastercard
        3400..=3499 | 3700..=3799 => &[15],                             // American Express
        3000..=3059 | 3095 | 3600..=3699 | 3800..=3999 => &[14],        // Diners Club
        3528..=3589 => &[16],                                           // JCB
        6011 | 6440..=6599 => &[16, 19],                                // Discover
        6200..=6299 => &[16, 17, 18, 19],                               // UnionPay
        5018 | 5020 | 5038 | 5893 | 6304 | 6759 | 6761..=6763 => &[16], // Maestro
        2200..=2204 => &[16],                                           // Mir
        _ => return false,
    };
    lengths.contains(&number.len()) && luhn(number)
}

/// The French registration number (INSEE): sex 1 or 2, year, month, department, commune, order, and
/// the key 97 - (13 digits mod 97), where 2A counts as 19 and 2B as 18. Month 20 stands for one
/// that is not known.
pub fn nir(number: &str) -> bool {
    if number.len() != 15 || !number.starts_with(['1', '2']) {
        return false;
    }
    let part = |range: std::ops::Range<usize>| number.get(range).unwrap_or_default();
    let month = matches!(value(part(3..5)), Some(1..=12 | 20));
    let department = match part(5..7) {
        "2A" => "19",
        "2B" => "18",
        "00" => return false,
        other => other,
    };
    let body = format!("{}{department}{}", part(0..5), part(7..13));
    let key = value(part(13..15));
    month && value(&body).is_some_and(|body| key == Some(97 - body % 97))
}

/// The Belgian national number and its BIS form (month plus 20 or 40): date of birth, order, and
/// 97 - (9 digits mod 97), with a 2 before the digits for births from 2000 (law of 8 August 1983;
/// instructions of the Rijksregister, IT000). A month of 0 stands for a date that is not known.
pub fn be_nn(number: &str) -> bool {
    let part = |range: std::ops::Range<usize>| number.get(range).and_then(value);
    let (Some(year), Some(month), Some(day)) = (part(0..2), part(2..4), part(4..6)) else {
        return false;
    };
    let (Some(body), Some(key)) = (part(0..9), part(9..11)) else {
        return false;
    };
    let before = key == 97 - body % 97;
    let after = year <= LAST_BIRTH && key == 97 - (2_000_000_000 + body) % 97;
    let month = match month {
        0..=12 => month,
        20..=32 => month - 20,
        40..=52 => month - 40,
        _ => return false,
    };
    let leap = year % 4 == 0 && (after || year != 0);
    let last = match month {
        0 => 9, // a counter, not a day
        2 => 28 + u64::from(leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    number.len() == 11 && body > 0 && (before || after) && day <= last
}

/// Births are taken to be of this year of the century at most; a pure function has no clock.
const LAST_BIRTH: u64 = 40;

fn digit(byte: u8) -> Option<u32> {
    byte.is_ascii_digit().then(|| u32::from(byte - b'0'))
}

/// The number that digits, and only digits, write.
fn value(digits: &str) -> Option<u64> {
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values and verdicts of another program; `tests/oracle/validators.py` says how it was made.
    const ORACLE: &str = include_str!("../../tests/validators.tsv");

    #[test]
    fn agrees_with_the_oracle() {
        let mut wrong = Vec::new();
        let mut seen = std::collections::BTreeMap::<&str, [usize; 2]>::new();
        for line in ORACLE.lines().filter(|line| !line.starts_with('#')) {
            let [name, number, verdict] = line.split('\t').collect::<Vec<_>>()[..] else {
                panic!("not three columns: {line}");
            };
            let (_, valid) = VALIDATORS.iter().find(|(own, _)| *own == name).unwrap();
            let expected = verdict == "valid";
            seen.entry(name).or_default()[usize::from(expected)] += 1;
            if valid(number) != expected {
                wrong.push(line);
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        assert_eq!(seen.len(), VALIDATORS.len());
        for (name, [bad, good]) in seen {
            assert!(bad >= 100 && good >= 100, "{name}: {bad} bad, {good} good");
        }
    }

    #[test]
    fn nothing_is_valid_that_is_no_number() {
        let odd = [
            "",
            "é",
            "7",
            "é756921707698",
            "756921707698é",
            "ＣＨ93",
            "\u{0}",
        ];
        for (name, valid) in VALIDATORS {
            for text in odd {
                assert!(!valid(text), "{name} takes {text:?}");
            }
            assert!(!valid(&"9".repeat(5001)), "{name} takes a long one");
        }
    }
}
