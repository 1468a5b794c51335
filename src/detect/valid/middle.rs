// SPDX-License-Identifier: GPL-3.0-or-later
//! Checks the numbers of Germany, Austria, Poland, Czechia and Slovakia, Slovenia and Hungary.

use super::date::{LAST_BIRTH, is_date, is_short_date, three};
use super::sum::{cross, digit, is_digits, last, mod11_10, part, value, weighted};

/// The German tax number for life (IdNr): no 0 in front, among the first ten digits one that stands
/// two or three times and no other that stands twice, ISO 7064 mod 11,10 (Abgabenordnung, section
/// 139b; Steueridentifikationsnummerverordnung).
pub fn de_idnr(number: &str) -> bool {
    if number.len() != 11 || number.starts_with('0') || !mod11_10(number) {
        return false;
    }
    let mut counts = [0_u8; 10];
    for digit in number.bytes().take(10).filter_map(digit) {
        if let Some(count) = counts.get_mut(digit as usize) {
            *count += 1;
        }
    }
    let repeated: Vec<u8> = counts.into_iter().filter(|count| *count > 1).collect();
    matches!(repeated[..], [2 | 3])
}

/// The German pension insurance number: area, date of birth, letter, serial number; the letter as
/// two digits, weights, sums of digits, modulo 10 (VKVV, section 2 and annex). Day or month are 00
/// where they are not known.
pub fn de_rvnr(number: &str) -> bool {
    let (Some(head), Some(letter), Some(tail)) =
        (number.get(..8), number.get(8..9), number.get(9..))
    else {
        return false;
    };
    let Some(letter) = place(letter) else {
        return false;
    };
    let (Some(area), Some((day, month, _))) = (part(head, 0..2), three(head, 2)) else {
        return false;
    };
    let area = match area {
        // Deutsche Rentenversicherung Bund adds 40 to the region's number.
        42..=69 => area - 40,
        area => area,
    };
    let known = matches!(area, 2..=4 | 8..=21 | 23..=26 | 28 | 29 | 38..=40 | 80..=82 | 89);
    let date = month <= 12 && day <= 31;
    let whole = format!("{head}{letter:02}{tail}");
    let sum = crossed(&whole, &[2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1]);
    let check = sum.is_some_and(|sum| last(tail) == Some(sum % 10));
    number.len() == 12 && known && date && check
}

/// The ten characters of the German health insurance number that stay for life: the letter as two
/// digits, weights 1 and 2, sums of digits, modulo 10 (SGB V, section 290).
pub fn de_kvnr(number: &str) -> bool {
    let (Some(letter), Some(digits)) = (number.get(..1).and_then(place), number.get(1..)) else {
        return false;
    };
    let sum = crossed(
        &format!("{letter:02}{digits}"),
        &[1, 2, 1, 2, 1, 2, 1, 2, 1, 2],
    );
    digits.len() == 9 && sum.is_some_and(|sum| last(digits) == Some(sum % 10))
}

/// The German tax number of a tax office: ten or eleven digits as the Land writes it, or thirteen
/// with the number of the Land and a 0 at the fifth place (ELSTER, Prüfung der Steuernummer).
pub fn de_stnr(number: &str) -> bool {
    let land = match (part(number, 0..1), part(number, 0..2)) {
        (Some(5 | 9), _) => true, // North Rhine-Westphalia and Bavaria have one digit
        (_, land) => matches!(land, Some(10 | 11 | 21..=24 | 26..=28 | 30..=32 | 40 | 41)),
    };
    let whole = number.len() == 13 && land && number.get(4..5) == Some("0");
    is_digits(number) && (whole || matches!(number.len(), 10 | 11))
}

/// The Austrian insurance number: serial number from 100, check digit, date of birth; weights 3 7 9
/// 5 8 4 2 1 6, modulo 11 (ASVG, section 30c; Parlament, 4690/AB XXIII. GP). Months
/// 13 to 15 are given where a day has no serial numbers left, or is not known.
pub fn at_vnr(number: &str) -> bool {
    let Some((day, month, year)) = three(number, 4) else {
        return false;
    };
    let date = match month {
        13..=15 => (1..=31).contains(&day),
        _ => is_short_date(year, month, day),
    };
    let sum = weighted(number, &[3, 7, 9, 0, 5, 8, 4, 2, 1, 6]);
    let check = sum.is_some_and(|sum| part(number, 3..4) == Some(sum % 11));
    number.len() == 10 && !number.starts_with('0') && date && check
}

/// The Polish PESEL: date of birth, the century added to the month (80 for 18xx, 20 for 20xx),
/// weights 1 3 7 9, modulo 10 (Ustawa o ewidencji ludności, Art. 15).
pub fn pesel(number: &str) -> bool {
    let Some((year, month, day)) = three(number, 0) else {
        return false;
    };
    let date = match month {
        1..=12 => is_date(1900 + year, month, day),
        21..=32 => is_date(2000 + year, month - 20, day),
        81..=92 => is_date(1800 + year, month - 80, day),
        _ => false,
    };
    let sum = weighted(number, &[1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]);
    number.len() == 11 && date && sum.is_some_and(|sum| sum % 10 == 0)
}

/// The Czech and Slovak birth number: date of birth, for women month plus 50, plus 20 where a day
/// has no numbers left; the first nine digits modulo 11 (Act 133/2000, section 13; Act 301/1995).
/// Until 1953 it had nine digits and no check.
pub fn rodne_cislo(number: &str) -> bool {
    let Some((year, month, day)) = three(number, 0) else {
        return false;
    };
    let month = match month {
        1..=12 => month,
        21..=32 => month - 20,
        51..=62 => month - 50,
        71..=82 => month - 70,
        _ => return false,
    };
    match number.len() {
        9 => year <= 53 && is_date(1900 + year, month, day) && is_digits(number),
        10 => {
            let century = if year <= 53 { 2000 } else { 1900 };
            let body = number.get(..9).and_then(value);
            let check =
                body.is_some_and(|body| last(number).map(u64::from) == Some(body % 11 % 10));
            is_date(century + year, month, day) && check
        }
        _ => false,
    }
}

/// The Slovenian EMŠO, and the JMBG of the other successors of Yugoslavia: day, month, three digits
/// of the year, region, serial number; weights 7 to 2 twice, modulo 11 (Zakon o centralnem registru
/// prebivalstva).
pub fn emso(number: &str) -> bool {
    let (Some(day), Some(month), Some(year)) =
        (part(number, 0..2), part(number, 2..4), part(number, 4..7))
    else {
        return false;
    };
    let year = match year {
        850..=999 => 1000 + year,
        0..=LAST_BIRTH => 2000 + year,
        _ => return false,
    };
    let sum = weighted(number, &[7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]);
    let check = sum.is_some_and(|sum| last(number) == Some((11 - sum % 11) % 11 % 10));
    number.len() == 13 && is_date(year, month, day) && check
}

/// The Hungarian social security number (TAJ): weights 3 and 7, modulo 10 (Act XX of 1996, annex
/// 2).
pub fn taj(number: &str) -> bool {
    let sum = weighted(number, &[3, 7, 3, 7, 3, 7, 3, 7]);
    let some = number.bytes().any(|byte| byte != b'0');
    number.len() == 9 && some && sum.is_some_and(|sum| last(number) == Some(sum % 10))
}

/// The place of a letter in the alphabet, from 1.
fn place(letter: &str) -> Option<u8> {
    match letter.as_bytes() {
        [byte @ b'A'..=b'Z'] => Some(byte - b'A' + 1),
        _ => None,
    }
}

/// Like `weighted`, of each product the sum of its digits.
fn crossed(number: &str, weights: &[u32]) -> Option<u32> {
    let bytes = number.as_bytes().get(..weights.len())?;
    let products = bytes.iter().zip(weights);
    products
        .map(|(byte, weight)| Some(cross(digit(*byte)? * weight)))
        .sum()
}
