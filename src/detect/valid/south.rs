// SPDX-License-Identifier: GPL-3.0-or-later
//! Checks the numbers of Italy, Spain, Portugal, Romania, Bulgaria, Croatia and Greece.

use super::date::{is_date, is_short_date, three};
use super::sum::{digit, is_digits, last, luhn, mod11_10, part, value, weighted};

/// The Italian codice fiscale of a person: letters of the names, year, month as a letter, day (plus
/// 40 for women), municipality, check letter; where two would be the same, letters stand for digits
/// (decreto of the Ministero delle Finanze, 23 December 1976, Art. 7).
pub fn codice_fiscale(number: &str) -> bool {
    let Ok(code) = <[u8; 16]>::try_from(number.as_bytes()) else {
        return false;
    };
    let [
        _,
        _,
        _,
        _,
        _,
        _,
        y1,
        y2,
        month,
        d1,
        d2,
        place,
        p1,
        p2,
        p3,
        check,
    ] = code;
    let names = code.iter().take(6).chain([&place, &check]);
    let two = |tens, ones| Some(omocode(tens)? * 10 + omocode(ones)?);
    let (Some(year), Some(day)) = (two(y1, y2), two(d1, d2)) else {
        return false;
    };
    let month = b"ABCDEHLMPRST".iter().position(|letter| *letter == month);
    let Some(month) = month.and_then(|month| u32::try_from(month + 1).ok()) else {
        return false;
    };
    let day = if day > 40 { day - 40 } else { day };
    let mut sum = 0;
    for (at, byte) in code.iter().take(15).enumerate() {
        let Some(value) = char::from(*byte).to_digit(36) else {
            return false;
        };
        let value = if value < 10 { value } else { value - 10 };
        sum += match at % 2 {
            0 => ODD.get(value as usize).copied().unwrap_or(0),
            _ => value,
        };
    }
    names.into_iter().all(u8::is_ascii_uppercase)
        && [p1, p2, p3].into_iter().all(|byte| omocode(byte).is_some())
        && is_short_date(year, month, day)
        && sum % 26 == u32::from(check - b'A')
}

/// What a digit or its letter counts at the first, third, fifth ... place.
const ODD: [u32; 26] = [
    1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23,
];

/// The digit that a digit or a letter in its place means.
fn omocode(byte: u8) -> Option<u32> {
    let letter = || b"LMNPQRSTUV".iter().position(|letter| *letter == byte);
    digit(byte).or_else(|| letter().and_then(|place| u32::try_from(place).ok()))
}

/// The Spanish DNI: eight digits and a letter, modulo 23 (Real Decreto 1553/2005, Art. 11).
pub fn dni(number: &str) -> bool {
    let (Some(digits), Some(letter)) = (number.get(..8), number.get(8..)) else {
        return false;
    };
    number.len() == 9 && value(digits).is_some_and(|body| spanish(body) == letter.chars().next())
}

/// The Spanish NIE: X, Y or Z, seven digits and a letter, as the DNI with 0, 1 or 2 in front (Real
/// Decreto 557/2011, Art. 206; Orden INT/2058/2008).
pub fn nie(number: &str) -> bool {
    let first = match number.get(..1) {
        Some("X") => '0',
        Some("Y") => '1',
        Some("Z") => '2',
        _ => return false,
    };
    dni(&format!("{first}{}", number.get(1..).unwrap_or_default()))
}

fn spanish(body: u64) -> Option<char> {
    "TRWAGMYFPDXBNJZSQVHLCKE"
        .chars()
        .nth(usize::try_from(body % 23).ok()?)
}

/// The Portuguese tax number of a person (first digits 1 to 3, or 45 for who does not live there):
/// weights 9 to 2, modulo 11 (Decreto-Lei 14/2013).
pub fn pt_nif(number: &str) -> bool {
    let person = number.starts_with(['1', '2', '3']) || number.starts_with("45");
    let sum = weighted(number, &[9, 8, 7, 6, 5, 4, 3, 2]);
    let check = sum.is_some_and(|sum| last(number) == Some((11 - sum % 11) % 11 % 10));
    number.len() == 9 && person && check
}

/// The Portuguese citizen card: number, its check digit, two characters, check digit over all, by
/// Luhn with letters as 10 to 35 (Autenticação.gov, Validação de número de documento do Cartão de
/// Cidadão).
pub fn pt_cc(number: &str) -> bool {
    let shape = number.len() == 12
        && number.get(..9).is_some_and(is_digits)
        && number.get(11..).is_some_and(is_digits);
    let mut sum = 0;
    for (at, c) in number.chars().rev().enumerate() {
        let Some(value) = c.to_digit(36).filter(|_| !c.is_ascii_lowercase()) else {
            return false;
        };
        sum += match (at % 2, 2 * value) {
            (0, _) => value,
            (_, double @ 0..=9) => double,
            (_, double) => double - 9,
        };
    }
    shape && sum % 10 == 0
}

/// The Romanian CNP: sex and century, date of birth, county, serial number; weights 2 7 9 1 4 6 3 5
/// 8 2 7 9, modulo 11 (Ordonanța de urgență 97/2005, Art. 6; Legea 105/1996, annex).
pub fn cnp(number: &str) -> bool {
    let (Some(first), Some((year, month, day)), Some(county)) =
        (part(number, 0..1), three(number, 1), part(number, 7..9))
    else {
        return false;
    };
    let century = match first {
        1 | 2 | 7..=9 => 1900, // 7 to 9, foreigners, say nothing of the century
        3 | 4 => 1800,
        5 | 6 => 2000,
        _ => return false,
    };
    let county = matches!(county, 1..=48 | 51 | 52 | 70 | 80..=83);
    let rest = weighted(number, &[2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]).map(|sum| sum % 11);
    let check = rest.map(|rest| if rest == 10 { 1 } else { rest }) == last(number);
    number.len() == 13 && county && is_date(century + year, month, day) && check
}

/// The Bulgarian EGN: date of birth, month plus 20 for 18xx and 40 for 20xx, weights 2 4 8 5 10 9 7
/// 3 6, modulo 11 (Civil Registration Act, Art. 11; Ordinance RD-02-20-9 of 2012).
pub fn egn(number: &str) -> bool {
    let Some((year, month, day)) = three(number, 0) else {
        return false;
    };
    let date = match month {
        0..=20 => is_date(1900 + year, month, day),
        21..=40 => is_date(1800 + year, month - 20, day),
        _ => is_date(2000 + year, month - 40, day),
    };
    let sum = weighted(number, &[2, 4, 8, 5, 10, 9, 7, 3, 6]);
    let check = sum.is_some_and(|sum| last(number) == Some(sum % 11 % 10));
    number.len() == 10 && date && check
}

/// The Croatian OIB: eleven digits, ISO 7064 mod 11,10 (Zakon o osobnom identifikacijskom broju).
pub fn oib(number: &str) -> bool {
    number.len() == 11 && mod11_10(number)
}

/// The Greek AMKA: date of birth and Luhn (Law 3655/2008, Art. 153).
pub fn amka(number: &str) -> bool {
    let date = three(number, 0);
    let date = date.is_some_and(|(day, month, year)| is_short_date(year, month, day));
    number.len() == 11 && date && luhn(number)
}
