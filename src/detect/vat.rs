// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns a VAT number into yes or no: the check digits of each country.
//!
//! The forms are those of the European Commission's VIES and of each tax administration; the sums
//! agree with python-stdnum 2.2, which `tests/vat.tsv` proves.

use super::valid::{Validator, luhn, mod97};

/// The names that `valid:` in a rule may say, of VAT numbers.
pub(super) const VALIDATORS: &[(&str, Validator)] = &[("vat", vat), ("ch-uid", ch_uid)];

/// The Swiss enterprise number `CHE` and nine digits, weighted 5, 4, 3, 2, 7, 6, 5 and 4, modulo 11;
/// MWST, TVA, IVA or HR may follow (UIDG, Art. 3; eCH-0097).
pub(super) fn ch_uid(number: &str) -> bool {
    let Some(rest) = number.strip_prefix("CHE") else {
        return false;
    };
    let (digits, register) = rest.split_at_checked(9).unwrap_or_default();
    let sum = weighted(digits, &[5, 4, 3, 2, 7, 6, 5, 4, 1]);
    sum.is_some_and(|sum| sum % 11 == 0) && matches!(register, "" | "MWST" | "TVA" | "IVA" | "HR")
}

/// A VAT number with its country before it: the European Union, Northern Ireland, Great Britain and
/// Norway.
pub(super) fn vat(number: &str) -> bool {
    let Some((country, rest)) = number.split_at_checked(2) else {
        return false;
    };
    let digits = rest.len() <= 13 && rest.bytes().all(|byte| byte.is_ascii_digit());
    match (country, rest.len()) {
        ("AT", 9) => rest.strip_prefix('U').is_some_and(at),
        ("CY", 9) => cy(rest),
        ("ES", 9) => es(rest),
        ("FR", 11) => fr(rest),
        ("IE", 8 | 9) => ie(rest),
        ("NL", 12) => nl(rest),
        ("NO", 12) => {
            let digits = rest.strip_suffix("MVA").unwrap_or_default();
            zero(digits, &[3, 2, 7, 6, 5, 4, 3, 2, 1], 11)
        }
        _ if !digits => false,
        ("BE", 10) => rest.starts_with(['0', '1']) && pair(rest, 8, |body| 97 - body % 97),
        ("BG", 9) => bg(rest),
        ("BG", 10) => bg_person(rest),
        ("CZ", 8..=10) => cz(rest),
        ("DE", 9) => !rest.starts_with('0') && mod11_10(rest),
        ("DK", 8) => !rest.starts_with('0') && zero(rest, &[2, 7, 6, 5, 4, 3, 2, 1], 11),
        ("EE", 9) => zero(rest, &[3, 7, 1, 3, 7, 1, 3, 7, 1], 10),
        ("EL" | "GR", 9) => ends(rest, &[256, 128, 64, 32, 16, 8, 4, 2], |sum| sum % 11 % 10),
        ("FI", 8) => zero(rest, &[7, 9, 10, 5, 8, 4, 2, 1], 11),
        ("GB" | "XI", 9 | 12) => gb(rest),
        ("HR", 11) => mod11_10(rest),
        ("HU", 8) => zero(rest, &[9, 7, 3, 1, 9, 7, 3, 1], 10),
        ("IT", 11) => it(rest),
        ("LT", 9 | 12) => lt(rest),
        ("LU", 8) => pair(rest, 6, |body| body % 89),
        ("LV", 11) => {
            let sum = weighted(rest, &[9, 1, 4, 8, 3, 10, 2, 5, 7, 6, 1]);
            !rest.starts_with(['0', '1', '2', '3']) && sum.is_some_and(|sum| sum % 11 == 3)
        }
        ("MT", 8) => !rest.starts_with('0') && zero(rest, &[3, 4, 6, 7, 8, 9, 10, 1], 37),
        ("PL", 10) => zero(rest, &[6, 5, 7, 2, 3, 4, 5, 6, 7, 10], 11),
        ("PT", 9) => {
            let digit = |sum| (11 - sum % 11) % 11 % 10;
            !rest.starts_with('0') && ends(rest, &[9, 8, 7, 6, 5, 4, 3, 2], digit)
        }
        ("RO", 4..=10) => {
            let weights = [7, 5, 3, 2, 1, 7, 5, 3, 2];
            let weights = weights.get(10 - rest.len()..).unwrap_or_default();
            !rest.starts_with('0') && ends(rest, weights, |sum| 10 * sum % 11 % 10)
        }
        ("SE", 12) => rest.strip_suffix("01").is_some_and(luhn),
        ("SI", 8) => {
            let digit = |sum| match 11 - sum % 11 {
                10 => 0,
                digit => digit,
            };
            !rest.starts_with('0') && ends(rest, &[8, 7, 6, 5, 4, 3, 2], digit)
        }
        ("SK", 10) => {
            let third = rest.as_bytes().get(2).copied();
            let legal = third.is_some_and(|digit| b"234789".contains(&digit));
            legal
                && !rest.starts_with('0')
                && rest.parse::<u64>().is_ok_and(|number| number % 11 == 0)
        }
        _ => false,
    }
}

/// The digits, each times its weight; none where there are more or fewer of them, or other signs.
fn weighted(digits: &str, weights: &[u32]) -> Option<u32> {
    let mut sum = 0;
    for (byte, weight) in digits.bytes().zip(weights) {
        sum += byte.is_ascii_digit().then(|| u32::from(byte - b'0'))? * weight;
    }
    (digits.len() == weights.len()).then_some(sum)
}

/// True where the weighted sum of all digits leaves nothing.
fn zero(digits: &str, weights: &[u32], modulus: u32) -> bool {
    weighted(digits, weights).is_some_and(|sum| sum % modulus == 0)
}

/// True where the last digit is what the weighted sum of the others says.
fn ends(digits: &str, weights: &[u32], digit: impl Fn(u32) -> u32) -> bool {
    let Some((body, last)) = digits.split_at_checked(digits.len().saturating_sub(1)) else {
        return false;
    };
    let wanted = weighted(body, weights).map(digit);
    wanted.is_some_and(|wanted| last.parse() == Ok(wanted))
}

/// True where the digits from `at` on are what those before say.
fn pair(digits: &str, at: usize, check: impl Fn(u64) -> u64) -> bool {
    let (body, last) = digits.split_at_checked(at).unwrap_or_default();
    let (Ok(body), Ok(last)) = (body.parse::<u64>(), last.parse::<u64>()) else {
        return false;
    };
    body > 0 && check(body) == last
}

/// ISO 7064 mod 11,10.
fn mod11_10(digits: &str) -> bool {
    let mut check = 5;
    for byte in digits.bytes() {
        let twice = if check == 0 { 10 } else { check } * 2 % 11;
        check = (twice + u32::from(byte.wrapping_sub(b'0'))) % 10;
    }
    check == 1
}

fn at(digits: &str) -> bool {
    // As Luhn without its last step: the eighth digit completes the sum to 6, not to 0.
    let mut sum = 4;
    for (at, byte) in digits.bytes().enumerate() {
        let Some(digit) = byte.is_ascii_digit().then(|| u32::from(byte - b'0')) else {
            return false;
        };
        sum += match (at % 2, digit) {
            (1, 5..) if at < 7 => 2 * digit - 9,
            (1, _) if at < 7 => 2 * digit,
            _ => digit,
        };
    }
    digits.len() == 8 && sum % 10 == 0
}

fn bg(digits: &str) -> bool {
    ends(digits, &[1, 2, 3, 4, 5, 6, 7, 8], |sum| sum % 11 % 11)
        || (weighted(
            digits.get(..8).unwrap_or_default(),
            &[1, 2, 3, 4, 5, 6, 7, 8],
        )
        .is_some_and(|sum| sum % 11 == 10)
            && ends(digits, &[3, 4, 5, 6, 7, 8, 9, 10], |sum| sum % 11 % 10))
}

/// A person's: by the sum of foreigners and others, or by that of the civil number.
fn bg_person(digits: &str) -> bool {
    ends(digits, &[4, 3, 2, 7, 6, 5, 4, 3, 2], |sum| {
        (11 - sum % 11) % 11
    }) || (is_birth(digits) && ends(digits, &[2, 4, 8, 5, 10, 9, 7, 3, 6], |sum| sum % 11 % 10))
        || ends(digits, &[21, 19, 17, 13, 11, 9, 7, 3, 1], |sum| sum % 10)
}

/// True where a Bulgarian civil number begins with a date: 20 or 40 more in the month by century.
fn is_birth(digits: &str) -> bool {
    let part = |range: std::ops::Range<usize>| digits.get(range)?.parse::<u32>().ok();
    let month = part(2..4).map(|month| month % 20);
    matches!((month, part(4..6)), (Some(1..=12), Some(1..=31))) && part(2..4) < Some(53)
}

fn cy(number: &str) -> bool {
    const ODD: [u32; 10] = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21];
    let mut sum = 0;
    for (at, byte) in number.bytes().take(8).enumerate() {
        let Some(digit) = byte.is_ascii_digit().then(|| usize::from(byte - b'0')) else {
            return false;
        };
        let odd = ODD.get(digit).copied().unwrap_or_default();
        sum += if at % 2 == 0 {
            odd
        } else {
            u32::from(byte - b'0')
        };
    }
    let letter = u8::try_from(sum % 26).ok().map(|at| b'A' + at);
    !number.starts_with("12") && number.as_bytes().get(8).copied() == letter
}

fn cz(digits: &str) -> bool {
    match digits.len() {
        8 => {
            let digit = |sum| match (11 - sum % 11) % 11 {
                0 => 1,
                check => check % 10,
            };
            !digits.starts_with('9') && ends(digits, &[8, 7, 6, 5, 4, 3, 2], digit)
        }
        9 => {
            let digit = |sum: u32| (8 + 11 - (10 + 11 - sum % 11) % 11) % 11 % 10;
            let rest = digits.strip_prefix('6').unwrap_or_default();
            rest.len() == 8 && ends(rest, &[8, 7, 6, 5, 4, 3, 2], digit)
        }
        _ => digits.parse::<u64>().is_ok_and(|number| number % 11 == 0),
    }
}

fn es(number: &str) -> bool {
    const LETTERS: &str = "TRWAGMYFPDXBNJZSQVHLCKE";
    let (Some(first), Some(body), Some(last)) =
        (number.get(..1), number.get(1..8), number.get(8..))
    else {
        return false;
    };
    let person = |digits: &str| {
        let place = digits.parse::<usize>().ok().map(|number| number % 23);
        place.and_then(|at| LETTERS.get(at..=at)) == Some(last)
    };
    if !body.bytes().all(|byte| byte.is_ascii_digit()) {
        return false;
    }
    match first {
        "K" | "L" | "M" | "X" => person(body),
        "Y" => person(&format!("1{body}")),
        "Z" => person(&format!("2{body}")),
        "0" | "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9" => {
            person(&format!("{first}{body}"))
        }
        _ => {
            let digit = (0..10).find(|digit| luhn(&format!("{body}{digit}")));
            let letter = digit.and_then(|at| "JABCDEFGHI".get(at..=at));
            "ABCDEFGHJNPQRSUVW".contains(first)
                && (letter == Some(last) || digit.is_some_and(|digit| last.parse() == Ok(digit)))
        }
    }
}

fn fr(number: &str) -> bool {
    const SIGNS: &str = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ";
    let Some((key, siren)) = number.split_at_checked(2) else {
        return false;
    };
    let Ok(body) = siren.parse::<u64>() else {
        return false;
    };
    // Monaco's have no check digit of their own.
    if !siren.bytes().all(|byte| byte.is_ascii_digit())
        || !(siren.starts_with("000") || luhn(siren))
    {
        return false;
    }
    if let Ok(key) = key.parse::<u64>() {
        return (body * 100 + 12) % 97 == key;
    }
    let mut places = key.chars().map(|c| SIGNS.find(c).map(|at| at as u64));
    let (Some(Some(first)), Some(Some(second))) = (places.next(), places.next()) else {
        return false;
    };
    let check = match first {
        0..=9 => (first * 24 + second).checked_sub(10),
        _ => (first * 34 + second).checked_sub(100),
    };
    check.is_some_and(|check| (body + 1 + check / 11) % 11 == check % 11)
}

fn gb(digits: &str) -> bool {
    let sum = weighted(
        digits.get(..9).unwrap_or_default(),
        &[8, 7, 6, 5, 4, 3, 2, 10, 1],
    );
    let young = !digits.starts_with('0');
    sum.is_some_and(|sum| sum % 97 == 0 || (young && matches!(sum % 97, 42 | 55)))
}

fn ie(number: &str) -> bool {
    const LETTERS: &str = "WABCDEFGHIJKLMNOPQRSTUV";
    let (Some(first), Some(middle), Some(five)) =
        (number.get(..1), number.get(1..2), number.get(2..7))
    else {
        return false;
    };
    let old = middle.bytes().all(|byte| byte.is_ascii_uppercase());
    let digits = match old {
        true => format!("0{five}{first}"),
        false => number.get(..7).unwrap_or_default().to_owned(),
    };
    let more = if old {
        ""
    } else {
        number.get(8..).unwrap_or_default()
    };
    let ninth = match more {
        "" => Some(0),
        letter => LETTERS.find(letter).map(|at| 9 * at),
    };
    let sum = weighted(&digits, &[8, 7, 6, 5, 4, 3, 2]).zip(ninth);
    let place = sum.map(|(sum, ninth)| (sum as usize + ninth) % 23);
    place.and_then(|at| LETTERS.get(at..=at)) == number.get(7..8)
}

fn it(digits: &str) -> bool {
    let office = digits
        .get(7..10)
        .and_then(|office| office.parse::<u32>().ok());
    luhn(digits)
        && !digits.starts_with("0000000")
        && matches!(office, Some(1..=100 | 120 | 121 | 888 | 999))
}

fn lt(digits: &str) -> bool {
    let body = digits.len() - 1;
    let weights = |shift: u32| {
        (0..)
            .take(body)
            .map(move |at: u32| 1 + (at + shift) % 9)
            .collect::<Vec<_>>()
    };
    let kind = digits.as_bytes().get(body - 1).copied();
    let first = weighted(digits.get(..body).unwrap_or_default(), &weights(0));
    let shift = if first.is_some_and(|sum| sum % 11 == 10) {
        2
    } else {
        0
    };
    kind == Some(b'1') && ends(digits, &weights(shift), |sum| sum % 11 % 10)
}

fn nl(number: &str) -> bool {
    let (Some(body), Some(b'B'), Some(branch)) = (
        number.get(..9),
        number.as_bytes().get(9).copied(),
        number.get(10..),
    ) else {
        return false;
    };
    let eleven = weighted(body, &[9, 8, 7, 6, 5, 4, 3, 2, 10]);
    let digits = body
        .bytes()
        .chain(branch.bytes())
        .all(|byte| byte.is_ascii_digit());
    digits
        && body != "000000000"
        && branch != "00"
        && (eleven.is_some_and(|sum| sum % 11 == 0) || mod97(&format!("NL{number}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values and verdicts of python-stdnum 2.2.
    const ORACLE: &str = include_str!("../../tests/vat.tsv");

    #[test]
    fn agrees_with_the_oracle() {
        let (mut wrong, mut seen) = (
            Vec::new(),
            std::collections::BTreeMap::<&str, [usize; 2]>::new(),
        );
        for line in ORACLE.lines().filter(|line| !line.starts_with('#')) {
            let (number, verdict) = line.split_once('\t').unwrap();
            let expected = verdict == "valid";
            seen.entry(&number[..2]).or_default()[usize::from(expected)] += 1;
            let found = if number.starts_with("CHE") {
                ch_uid(number)
            } else {
                vat(number)
            };
            if found != expected {
                wrong.push(line);
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        for (country, [bad, good]) in seen {
            assert!(bad >= 20 && good >= 20, "{country}: {bad} bad, {good} good");
        }
    }

    #[test]
    fn nothing_is_valid_that_is_no_number() {
        for text in [
            "",
            "é",
            "CHE",
            "ATU",
            "FR",
            "XX123456789",
            "IEé23456789",
            "ESé2345678",
            "NLéééééé",
        ] {
            assert!(!vat(text) && !ch_uid(text), "{text}");
        }
        assert!(!vat(&"9".repeat(5001)));
    }
}
