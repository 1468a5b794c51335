// SPDX-License-Identifier: GPL-3.0-or-later
//! Checks the numbers of Sweden, Denmark, Finland, Norway, Iceland, Estonia, Lithuania and Latvia.

use super::date::{LAST_BIRTH, is_date, three};
use super::sum::{is_digits, last, luhn, part, weighted};

/// The Swedish personnummer, ten digits or twelve with the century, and the samordningsnummer (day
/// plus 60): date of birth, and Luhn over the ten (Folkbokföringslag 1991:481, section 18).
pub fn personnummer(number: &str) -> bool {
    let (century, short) = match number.len() {
        10 => ("20", number),
        12 => match number.split_at_checked(2) {
            Some(parts) => parts,
            None => return false,
        },
        _ => return false,
    };
    let (Some(century @ 18..=20), Some((year, month, day))) =
        (part(century, 0..2), three(short, 0))
    else {
        return false;
    };
    let day = if day > 60 { day - 60 } else { day };
    is_date(100 * century + year, month, day) && luhn(short)
}

/// The Danish CPR number: date of birth and four digits, of which the first, with the year, says
/// the century. Its check digit is not sure since 2007 (CPR-loven; CPR-kontoret, Personnummeret i
/// CPR).
pub fn cpr(number: &str) -> bool {
    let (Some((day, month, year)), Some(seventh)) = (three(number, 0), part(number, 6..7)) else {
        return false;
    };
    let century = match (seventh, year) {
        (5..=8, 58..) => 1800,
        (0..=3, _) | (4 | 9, 37..) => 1900,
        _ => 2000,
    };
    let born = century < 2000 || year <= LAST_BIRTH;
    number.len() == 10 && is_digits(number) && born && is_date(century + year, month, day)
}

/// The Finnish HETU: date of birth, sign of the century (a hyphen is no part of a candidate),
/// number from 002 to 899, the nine digits modulo 31 (Väestötietojärjestelmälaki 661/2009; asetus
/// 128/2010).
pub fn hetu(number: &str) -> bool {
    let (century, tail) = match (number.as_bytes().get(6), number.len()) {
        (Some(_), 10) => (1900, number.get(6..)),
        (Some(b'U'..=b'Y'), 11) => (1900, number.get(7..)),
        (Some(b'A'..=b'F'), 11) => (2000, number.get(7..)),
        _ => return false,
    };
    let (Some(head), Some(tail)) = (number.get(..6), tail) else {
        return false;
    };
    let (Some((day, month, year)), Some(order)) = (three(head, 0), part(tail, 0..3)) else {
        return false;
    };
    let Some(body) = part(head, 0..6).and_then(|head| usize::try_from(head * 1000 + order).ok())
    else {
        return false;
    };
    let key = "0123456789ABCDEFHJKLMNPRSTUVWXY".get(body % 31..=body % 31);
    (2..900).contains(&order) && is_date(century + year, month, day) && tail.get(3..) == key
}

/// The Norwegian fødselsnummer, the D-number (day plus 40) and the H-number (month plus 40): date
/// of birth, number that says the century, two check digits modulo 11 (Folkeregisterforskriften,
/// 2-2-1).
pub fn fodselsnummer(number: &str) -> bool {
    let (Some((day, month, year)), Some(order)) = (three(number, 0), part(number, 6..9)) else {
        return false;
    };
    let day = if (41..80).contains(&day) {
        day - 40
    } else {
        day
    };
    let month = if month > 40 { month - 40 } else { month };
    let century = match (order, year) {
        (0..=499, _) | (900..=999, 40..) => 1900,
        (500..=749, 54..) => 1800,
        (500..=999, 0..40) => 2000,
        _ => return false,
    };
    let first = weighted(number, &[3, 7, 6, 1, 8, 9, 4, 5, 2, 1]);
    let second = weighted(number, &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]);
    let check = [first, second]
        .iter()
        .all(|sum| sum.is_some_and(|sum| sum % 11 == 0));
    number.len() == 11 && is_date(century + year, month, day) && check
}

/// The Icelandic kennitala of a person: date of birth, two digits, check digit by weights 3 2 7 6 5
/// 4 3 2, modulo 11, and the century, 9 or 0 (Lög um skráningu einstaklinga 140/2019; Þjóðskrá).
pub fn kennitala(number: &str) -> bool {
    let Some((day, month, year)) = three(number, 0) else {
        return false;
    };
    let century = match last(number) {
        Some(9) => 1900,
        Some(0) => 2000,
        _ => return false,
    };
    let sum = weighted(number, &[3, 2, 7, 6, 5, 4, 3, 2, 1]);
    let check = sum.is_some_and(|sum| sum % 11 == 0);
    number.len() == 10 && is_date(century + year, month, day) && check
}

/// The Estonian isikukood: sex and century, date of birth, serial number, check digit by two rows
/// of weights modulo 11 (Rahvastikuregistri seadus, section 39; EVS 585).
pub fn isikukood(number: &str) -> bool {
    let (Some(first), Some((year, month, day))) = (part(number, 0..1), three(number, 1)) else {
        return false;
    };
    let century = match first {
        3 | 4 => 1900,
        5 | 6 => 2000,
        _ => return false,
    };
    baltic(number) && is_date(century + year, month, day)
}

/// The Lithuanian asmens kodas, as the Estonian; those that begin with 9 have no date (Gyventojų
/// registro įstatymas, Art. 8).
pub fn asmens_kodas(number: &str) -> bool {
    isikukood(number) || (number.starts_with('9') && baltic(number))
}

/// Eleven digits with the check digit of Estonia and Lithuania.
fn baltic(number: &str) -> bool {
    let rest = |weights| weighted(number, weights).map(|sum| sum % 11);
    let first = rest(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 1]);
    let key = match first {
        Some(10) => rest(&[3, 4, 5, 6, 7, 8, 9, 1, 2, 3]).map(|rest| rest % 10),
        first => first,
    };
    number.len() == 11 && key.is_some() && key == last(number)
}

/// The Latvian personas kods: date of birth, century, serial number, or since July 2017 32 and
/// digits that say nothing; check digit 1 plus weights 10 5 8 4 2 1 6 3 7 9, modulo 11 and 10
/// (Fizisko personu reģistra likums).
pub fn personas_kods(number: &str) -> bool {
    let (Some((day, month, year)), Some(century)) = (three(number, 0), part(number, 6..7)) else {
        return false;
    };
    let date = century <= 2 && is_date(1800 + 100 * century + year, month, day);
    let sum = weighted(number, &[10, 5, 8, 4, 2, 1, 6, 3, 7, 9]);
    let check = sum.is_some_and(|sum| last(number) == Some((1 + sum) % 11 % 10));
    number.len() == 11 && (day == 32 || date) && check
}
