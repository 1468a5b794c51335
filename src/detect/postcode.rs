// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns digits and letters into a postcode.

/// A postcode, in bytes of the view.
pub(super) struct Postcode {
    pub start: usize,
    pub end: usize,
    /// True where the town stands before it.
    pub is_british: bool,
}

/// The postcode at `at`: `8004`, `CH-8004`, `L-2652`, `1017 AB`, `75011`, `E5 4GE`, `D02 X285`.
pub(super) fn postcode(text: &str, at: usize) -> Option<Postcode> {
    let bytes = text.as_bytes();
    let byte = |at: usize| bytes.get(at).copied().unwrap_or(b'\n');
    let digits = bytes
        .get(at..)?
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    if digits == 0 {
        return british(bytes, at);
    }
    let mut end = at + digits;
    if !(4..=5).contains(&digits) || byte(end).is_ascii_alphabetic() {
        return None;
    }
    let letters = [byte(end + 1), byte(end + 2)];
    if digits == 4
        && byte(end) == b' '
        && letters.iter().all(u8::is_ascii_uppercase)
        && !byte(end + 3).is_ascii_alphanumeric()
    {
        end += 3;
    }
    let mut start = at;
    if at > 1 && byte(at - 1) == b'-' {
        let land = bytes
            .get(..at - 1)?
            .iter()
            .rev()
            .take_while(|byte| byte.is_ascii_uppercase())
            .count();
        if !(1..=2).contains(&land) {
            return None;
        }
        start = at - 1 - land;
    }
    let before = byte(start.wrapping_sub(1));
    (start == 0 || matches!(before, b' ' | b',' | b'\n' | b'\t' | b';' | b'|' | b'>')).then_some(
        Postcode {
            start,
            end,
            is_british: false,
        },
    )
}

/// `E5 4GE`, `D02 X285`.
fn british(bytes: &[u8], at: usize) -> Option<Postcode> {
    let shape: Vec<u8> = bytes.get(at..)?.iter().take(9).copied().collect();
    let blank = shape.iter().position(|byte| *byte == b' ')?;
    let (out, inner) = (shape.get(..blank)?, shape.get(blank + 1..)?);
    let sound = out
        .iter()
        .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
        && (2..=4).contains(&out.len());
    let inner_length = inner
        .iter()
        .take_while(|byte| byte.is_ascii_alphanumeric())
        .count();
    let is_inner = match inner.get(..inner_length)? {
        [a, b, c] => a.is_ascii_digit() && b.is_ascii_uppercase() && c.is_ascii_uppercase(),
        // The Eircode of Ireland.
        [a, b, c, d] => {
            out.len() == 3
                && a.is_ascii_uppercase()
                && [b, c, d]
                    .iter()
                    .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
        }
        _ => false,
    };
    let begins = out.first()?.is_ascii_uppercase() && out.iter().any(u8::is_ascii_digit);
    (sound && begins && is_inner).then_some(Postcode {
        start: at,
        end: at + blank + 1 + inner_length,
        is_british: true,
    })
}
