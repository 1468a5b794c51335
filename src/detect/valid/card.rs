// SPDX-License-Identifier: GPL-3.0-or-later
//! Checks payment cards and bank accounts without a country code.

use super::sum::{is_digits, luhn};

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

/// The French RIB: bank, branch, account and key; with letters as 1 to 9 by the keys of a
/// telephone, the whole is divisible by 97 (CFONB).
pub fn rib(number: &str) -> bool {
    let shape = number.len() == 23
        && number.get(..10).is_some_and(is_digits)
        && number.get(21..).is_some_and(is_digits);
    let mut rest = 0;
    for byte in number.bytes() {
        let digit = match byte {
            b'0'..=b'9' => byte - b'0',
            b'A'..=b'I' => byte - b'A' + 1,
            b'J'..=b'R' => byte - b'J' + 1,
            b'S'..=b'Z' => byte - b'S' + 2,
            _ => return false,
        };
        rest = (rest * 10 + u32::from(digit)) % 97;
    }
    shape && rest == 0
}
