// SPDX-License-Identifier: GPL-3.0-or-later
//! Checks the numbers of France, Belgium, Luxembourg, the Netherlands, the United
//! Kingdom and Ireland.

use super::date::{LAST_BIRTH, is_date, three};
use super::sum::{is_digits, luhn, part, value, verhoeff, weighted};

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
    let (Some((year, month, day)), Some(body), Some(key)) = (
        three(number, 0),
        number.get(..9).and_then(value),
        number.get(9..).and_then(value),
    ) else {
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
    let century = if after { 2000 } else { 1900 };
    // After month 0 stands a counter, not a day; day 0 is one that is not known.
    let date = match month {
        0 => day <= 9,
        _ => day == 0 || is_date(century + year, month, day),
    };
    number.len() == 11 && body > 0 && (before || after) && date
}

/// The French tax number (SPI): first digit 0 to 3, and the first ten modulo 511 as the last three
/// (Direction générale des Finances publiques; OECD, TIN sheet France).
pub fn fr_spi(number: &str) -> bool {
    let body = number.get(..10).and_then(value);
    let key = number.get(10..).and_then(value);
    number.len() == 13
        && number.starts_with(['0', '1', '2', '3'])
        && body.is_some_and(|body| key == Some(body % 511))
}

/// The Luxembourg matricule: date of birth, three digits, and two check digits over these eleven,
/// one by Luhn, one by Verhoeff (règlement grand-ducal of 28 November 2013, Art. 1). Month or day
/// are 00 where they are not known.
pub fn lu_matricule(number: &str) -> bool {
    let (Some(body), Some(one), Some(two)) =
        (number.get(..11), number.get(11..12), number.get(12..))
    else {
        return false;
    };
    let (Some(year), Some(month), Some(day)) =
        (part(body, 0..4), part(body, 4..6), part(body, 6..8))
    else {
        return false;
    };
    let date = is_date(year, month.max(1), day.max(1));
    let born = (1850..=2000 + LAST_BIRTH).contains(&year);
    let checks = luhn(&format!("{body}{one}")) && verhoeff(&format!("{body}{two}"));
    number.len() == 13 && date && born && checks
}

/// The Dutch BSN: eight or nine digits, weights 9 to 2 and -1, modulo 11 (Logisch Ontwerp GBA; Wet
/// algemene bepalingen burgerservicenummer).
pub fn bsn(number: &str) -> bool {
    let padded = format!("{number:0>9}");
    // 10 is -1 modulo 11.
    let sum = weighted(&padded, &[9, 8, 7, 6, 5, 4, 3, 2, 10]);
    let some = number.bytes().any(|byte| byte != b'0');
    matches!(number.len(), 8 | 9) && some && sum.is_some_and(|sum| sum % 11 == 0)
}

/// The NHS number, and the Scottish CHI and Northern Irish number of the same form: weights 10 to
/// 1, modulo 11 (NHS Data Dictionary).
pub fn nhs(number: &str) -> bool {
    let sum = weighted(number, &[10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
    let some = number.bytes().any(|byte| byte != b'0');
    number.len() == 10 && some && sum.is_some_and(|sum| sum % 11 == 0)
}

/// The British National Insurance number: two letters of those that are given out, six digits, A to
/// D (HMRC, National Insurance Manual, NIM39110).
pub fn nino(number: &str) -> bool {
    let (Some(prefix), Some(digits), Some(suffix)) =
        (number.get(..2), number.get(2..8), number.get(8..))
    else {
        return false;
    };
    let letters = prefix.bytes().all(|byte| byte.is_ascii_uppercase())
        && !prefix.contains(['D', 'F', 'I', 'Q', 'U', 'V'])
        && !prefix.ends_with('O');
    let given = !["BG", "GB", "KN", "NK", "NT", "TN", "ZZ"].contains(&prefix);
    letters && given && is_digits(digits) && matches!(suffix, "A" | "B" | "C" | "D")
}

/// The British UTR: the first digit checks the nine others, weights 6 7 8 9 10 5 4 3 2, modulo 11
/// (HMRC; OECD, TIN sheet United Kingdom).
pub fn utr(number: &str) -> bool {
    let body = number.get(1..).unwrap_or_default();
    let rest = weighted(body, &[6, 7, 8, 9, 10, 5, 4, 3, 2]).map(|sum| sum % 11);
    let key = match rest {
        Some(0) => 2,
        Some(1) => 1,
        Some(rest) => 11 - rest,
        None => return false,
    };
    number.len() == 10 && part(number, 0..1) == Some(key)
}

/// The Irish PPSN: seven digits and a letter, weights 8 to 2, modulo 23; from 2013 a second letter
/// A, B or H counts nine times; an old W, T or X does not (Department of Social Protection).
pub fn pps(number: &str) -> bool {
    let letters = number.as_bytes().get(7..).unwrap_or_default();
    let (check, second) = match *letters {
        [check] | [check, b'W' | b'T' | b'X'] => (check, 0),
        [check, second @ (b'A' | b'B' | b'H')] => (check, u32::from(second - b'A') + 1),
        _ => return false,
    };
    let sum = weighted(number, &[8, 7, 6, 5, 4, 3, 2]);
    sum.is_some_and(|sum| {
        let key = (sum + 9 * second) % 23;
        let letter = if key == 0 {
            'W'
        } else {
            char::from_digit(key + 9, 36).unwrap_or(' ')
        };
        letter.to_ascii_uppercase() == char::from(check)
    })
}
