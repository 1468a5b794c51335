// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns the escapes of links, pages and programs that stand in a text (`%37`, `&#55;`, `\u0037`) into
//! the characters that they stand for.

use std::borrow::Cow;

/// So many digits that are written so are none by chance.
const MARKS: usize = 3;

/// The text with such escapes resolved, where digits are written so.
pub(super) fn resolved(text: &str) -> Option<String> {
    let mut text = Cow::Borrowed(text);
    let mut marks = 0;
    for (start, end, radix) in [
        ("%", "", 16),
        ("&#x", ";", 16),
        ("&#", ";", 10),
        ("\\u", "", 16),
    ] {
        if text.contains(start) {
            let (read, digits) = replaced(&text, start, end, radix);
            if digits >= MARKS {
                (text, marks) = (Cow::Owned(read), marks + digits);
            }
        }
    }
    (marks > 0).then(|| text.into_owned())
}

/// The text with escapes of one manner resolved, and how many of them are digits. One that is no ASCII
/// character stays.
fn replaced(text: &str, start: &str, end: &str, radix: u32) -> (String, usize) {
    let (mut out, mut digits) = (String::with_capacity(text.len()), 0);
    let mut pieces = text.split(start);
    out.push_str(pieces.next().unwrap_or_default());
    for piece in pieces {
        let length = match (start, end) {
            ("%", _) => 2,
            (_, "") => 4,
            _ => piece
                .bytes()
                .take(7)
                .take_while(u8::is_ascii_hexdigit)
                .count(),
        };
        let code = piece.get(..length).filter(|code| !code.starts_with('+'));
        let code = code.and_then(|code| u32::from_str_radix(code, radix).ok());
        let sign = code
            .and_then(char::from_u32)
            .filter(|c| matches!(c, ' '..='~'));
        let Some(sign) = sign else {
            out.push_str(start);
            out.push_str(piece);
            continue;
        };
        digits += usize::from(sign.is_ascii_digit());
        out.push(sign);
        let rest = piece.get(length..).unwrap_or_default();
        out.push_str(rest.strip_prefix(end).unwrap_or(rest));
    }
    (out, digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_that_are_escaped_are_read() {
        for text in [
            "AHV%3A%20%37%35%36",
            "AHV: &#55;&#53;&#54;",
            "AHV: &#x37;&#x35;&#x36;",
            "AHV: \\u0037\\u0035\\u0036",
        ] {
            assert_eq!(resolved(text).as_deref(), Some("AHV: 756"), "{text}");
        }
        for sound in [
            "100%",
            "50%37 %20",
            "AT&#38;T",
            "\\user\\uploads",
            "%+1%+2%+3%é",
        ] {
            assert_eq!(resolved(sound), None, "{sound}");
        }
    }
}
