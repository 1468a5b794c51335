// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns the number of a document into yes or no: the check digits of cards and licences, by name.

use super::valid::Validator;

/// The names that `valid:` in a rule may say, of documents.
pub(super) const VALIDATORS: &[(&str, Validator)] = &[
    ("icao-document", icao_document),
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

/// Nine signs and the check digit of ICAO 9303 over them; of the nine, only letters that German
/// passports and identity cards use, and a digit at least (BSI TR-03110; Personalausweisverordnung).
pub(super) fn icao_document(number: &str) -> bool {
    let (Some(body), Some(check)) = (number.get(..9), number.as_bytes().get(9).copied()) else {
        return false;
    };
    let usual = |byte: u8| byte.is_ascii_digit() || b"CFGHJKLMNPRTVWXYZ".contains(&byte);
    let rest_is_country = matches!(number.get(10..), Some("" | "D"));
    body.bytes().all(usual)
        && body.bytes().any(|byte| byte.is_ascii_digit())
        && icao_digit(body) == Some(check)
        && rest_is_country
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
        // Belgian specimen series; DVLA's own example.
        assert_eq!(icao_digit("520727"), Some(b'3'));
        assert_eq!(icao_digit("AB2134<<<"), Some(b'5'));
        let good: [(Validator, &str); 4] = [
            (icao_document, "T220001293"),
            (icao_document, "C01X00T478"),
            (be_card, "591191706458"),
            (gb_driving, "MORGA657054SM9IJ"),
        ];
        let bad: [(Validator, &str); 7] = [
            (icao_document, "T220001294"),
            (icao_document, "ABCDEFGHI3"),
            (icao_document, "T22000129"),
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
