// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns the number of a document into yes or no: the check digits of cards and licences, by name.

use super::valid::Validator;

/// The names that `valid:` in a rule may say, of documents.
pub(super) const VALIDATORS: &[(&str, Validator)] = &[
    ("de-document", de_document),
    ("pl-document", pl_document),
    ("be-card", be_card),
    ("gb-driving", gb_driving),
];

/// The check digit over signs of a machine-readable zone: values 0 to 35, `<` for 0, weighted 7, 3
/// and 1 in turn, modulo 10 (ICAO 9303, part 3, 4.9).
pub(super) fn icao_digit(signs: &str) -> Option<u8> {
    let mut sum = 0;
    for (sign, weight) in signs.bytes().zip([7, 3, 1].into_iter().cycle()) {
        let value = match sign {
            b'0'..=b'9' => sign - b'0',
            b'A'..=b'Z' => sign - b'A' + 10,
            b'<' => 0,
            _ => return None,
        };
        sum += u32::from(value) * weight;
    }
    u8::try_from(sum % 10).ok().map(|digit| b'0' + digit)
}

/// The number of a German passport or identity card: nine signs, a digit among them, and where more
/// follows, the check digit of ICAO 9303 over them and D or not (BSI TR-03127).
pub(super) fn de_document(number: &str) -> bool {
    let Some((body, rest)) = number.split_at_checked(9) else {
        return false;
    };
    let rest = rest.strip_suffix('D').unwrap_or(rest).as_bytes();
    let check = icao_digit(body);
    body.bytes().any(|byte| byte.is_ascii_digit())
        && check.is_some()
        && (number.len() == 9 || rest == check.as_slice())
}

/// The number of a Polish identity card or passport: letters, a check digit over all others as in
/// ICAO 9303, digits (the laws on identity cards and on passport documents).
pub(super) fn pl_document(number: &str) -> bool {
    let digits = number.trim_start_matches(|c: char| c.is_ascii_uppercase());
    let letters = number.strip_suffix(digits).unwrap_or_default();
    let Some((check, rest)) = digits.as_bytes().split_first() else {
        return false;
    };
    let rest = String::from_utf8_lossy(rest);
    number.len() == 9 && icao_digit(&format!("{letters}{rest}")) == Some(*check)
}

/// The number of a Belgian identity card: ten digits and their remainder modulo 97, 97 for none
/// (royal decree of 25 March 2003).
pub(super) fn be_card(number: &str) -> bool {
    let part = |range: std::ops::Range<usize>| number.get(range)?.parse::<u64>().ok();
    let (Some(body), Some(check)) = (part(0..10), part(10..12)) else {
        return false;
    };
    let rest = if body % 97 == 0 { 97 } else { body % 97 };
    number.len() == 12 && body > 0 && rest == check
}

/// The number of a British driving licence: five of the surname (9 for none), the decade, month and
/// year of birth with 50 more of the month for women, initials, and three more (DVLA, INF1P).
pub(super) fn gb_driving(number: &str) -> bool {
    let part = |range: std::ops::Range<usize>| number.get(range)?.parse::<u32>().ok();
    let (Some(name), Some(month), Some(day)) = (number.get(..5), part(6..8), part(8..10)) else {
        return false;
    };
    let letters = name.trim_end_matches('9');
    let named = !letters.is_empty() && letters.bytes().all(|byte| byte.is_ascii_uppercase());
    number.len() == 16
        && named
        && matches!(month, 1..=12 | 51..=62)
        && (1..=31).contains(&day)
        && number
            .as_bytes()
            .get(5)
            .copied()
            .is_some_and(|byte| byte.is_ascii_digit())
        && number
            .as_bytes()
            .get(10)
            .copied()
            .is_some_and(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn specimens_hold_and_their_neighbours_do_not() {
        // ICAO 9303, part 3, appendix A; the German specimens of the Bundesdruckerei; a card of the
        // Belgian specimen series; DVLA's own example; the
        // Polish ones of the ministry's pages.
        assert_eq!(icao_digit("520727"), Some(b'3'));
        assert_eq!(icao_digit("AB2134<<<"), Some(b'5'));
        let good: [(Validator, &str); 8] = [
            (de_document, "T220001293"),
            (de_document, "C01X00T478"),
            (de_document, "C01X00T478D"),
            (de_document, "C01X00T47"),
            (pl_document, "ABA300000"),
            (pl_document, "ZS0000177"),
            (be_card, "591191706458"),
            (gb_driving, "MORGA657054SM9IJ"),
        ];
        let bad: [(Validator, &str); 9] = [
            (de_document, "T220001294"),
            (de_document, "CFGHJKLMN3"),
            (de_document, "T22000129D"),
            (pl_document, "ABA400000"),
            (pl_document, "ZS1000177"),
            (be_card, "591191706459"),
            (be_card, "000000000097"),
            (gb_driving, "MORGA667054SM9IJ"),
            (gb_driving, "99999657054SM9IJ"),
        ];
        for (valid, number) in good {
            assert!(valid(number), "{number}");
        }
        for (valid, number) in bad {
            assert!(!valid(number), "{number}");
        }
    }

    #[test]
    fn nothing_is_valid_that_is_no_number() {
        for (name, valid) in VALIDATORS {
            for text in ["", "é", "ééééé", "7", "59119170640é", &"9".repeat(5001)] {
                assert!(!valid(text), "{name} takes {text:?}");
            }
        }
    }
}
