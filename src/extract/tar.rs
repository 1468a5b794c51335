// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns a tar archive into its members.

/// A number in a tar header: octal digits between blanks and NUL (POSIX.1-2017, pax, ustar).
pub(super) fn octal(field: &[u8]) -> Option<u64> {
    let is_filler = |byte: &u8| matches!(byte, b' ' | 0);
    let start = field.iter().position(|byte| !is_filler(byte))?;
    let digits = field.get(start..)?.split(is_filler).next()?;
    digits.iter().try_fold(0_u64, |sum, digit| match digit {
        b'0'..=b'7' => sum.checked_mul(8)?.checked_add(u64::from(digit - b'0')),
        _ => None,
    })
}
