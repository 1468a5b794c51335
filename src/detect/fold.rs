// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns letters into the form in which words are compared: lower case, without accents, a stretch of
//! blanks as one blank.

/// What an ASCII byte is to words: 1 to 26 for a letter, 27 to 31 for a digit, 0 for what parts words.
/// `HIGH` for a byte of any other character.
pub(super) const CODES: [u8; 256] = codes();
pub(super) const HIGH: u8 = 0xff;

const fn codes() -> [u8; 256] {
    let mut codes = [0; 256];
    let mut rest: &mut [u8] = &mut codes;
    let mut byte = 0_u8;
    while let Some((own, more)) = rest.split_first_mut() {
        *own = match byte {
            letter @ b'a'..=b'z' => letter - b'a' + 1,
            letter @ b'A'..=b'Z' => letter - b'A' + 1,
            digit @ b'0'..=b'9' => 27 + (digit - b'0') % 5,
            0x80.. => HIGH,
            _ => 0,
        };
        byte = byte.wrapping_add(1);
        rest = more;
    }
    codes
}

/// What a byte is to words: see `CODES`.
pub(super) fn code(byte: u8) -> u8 {
    CODES.get(usize::from(byte)).copied().unwrap_or(0)
}

/// The letters from U+00C0 to U+00FF without their accents; `?` for what is two letters or none of ours.
const LATIN: &[u8; 64] = b"aaaaaa?ceeeeiiii?nooooo ouuuuy??aaaaaa?ceeeeiiii?nooooo ouuuuy?y";

/// What one of these letters is to words, by its second byte; none where that takes a longer look.
pub(super) fn latin(second: u8) -> Option<u8> {
    let base = LATIN.get(usize::from(second & 63)).copied()?;
    (base != b'?').then(|| code(base))
}

/// True for the letters and digits of words, and for the marks put over them.
pub(super) fn is_of_word(c: char) -> bool {
    match c {
        'À'..='ʯ' => !matches!(c, '×' | '÷'),
        c => c.is_alphanumeric() || is_mark(c),
    }
}

/// A mark put over the letter before it.
fn is_mark(c: char) -> bool {
    ('\u{300}'..='\u{36f}').contains(&c)
}

/// True for what counts as a blank.
pub(super) fn is_blank(c: char) -> bool {
    c == '_' || c.is_whitespace()
}

/// Pushes a character as words are compared by it; blanks are the caller's.
pub(super) fn push(c: char, out: &mut Vec<u8>) {
    if let Ok(byte) = u8::try_from(c)
        && byte.is_ascii()
    {
        out.push(byte.to_ascii_lowercase());
    } else if ('ß'..='ÿ').contains(&c) {
        push_base(c, out);
    } else if !is_mark(c) {
        c.to_lowercase().for_each(|c| push_base(c, out));
    }
}

/// A word as it is compared.
pub(super) fn folded(word: &str) -> Vec<u8> {
    let mut out = Vec::new();
    for c in word.chars() {
        if !is_blank(c) {
            push(c, &mut out);
        } else if out.last() != Some(&b' ') {
            out.push(b' ');
        }
    }
    out
}

/// Pushes a lower-case letter without its accent.
pub(super) fn push_base(c: char, out: &mut Vec<u8>) {
    let base: &str = match c {
        'à'..='å' | 'ā' | 'ă' | 'ą' => "a",
        'ç' | 'ć' | 'ĉ' | 'ċ' | 'č' => "c",
        'ď' | 'đ' => "d",
        'è'..='ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' => "e",
        'ì'..='ï' | 'ĩ' | 'ī' | 'ĭ' | 'į' | 'ı' => "i",
        'ł' | 'ľ' | 'ĺ' => "l",
        'ñ' | 'ń' | 'ň' => "n",
        'ò'..='ö' | 'ø' | 'ō' | 'ŏ' | 'ő' => "o",
        'ŕ' | 'ř' => "r",
        'ś' | 'ŝ' | 'ş' | 'š' | 'ș' => "s",
        'ţ' | 'ť' | 'ț' => "t",
        'ù'..='ü' | 'ũ' | 'ū' | 'ŭ' | 'ů' | 'ű' | 'ų' => "u",
        'ý' | 'ÿ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        '’' => "'",
        '\u{300}'..='\u{36f}' => "",
        c => return out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
    };
    out.extend_from_slice(base.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_short_look_sees_what_the_long_one_does() {
        for c in '\u{c0}'..='\u{ff}' {
            let [_, second] = c.to_string().into_bytes()[..] else {
                panic!("{c} is not two bytes");
            };
            let mut folded = Vec::new();
            push(c, &mut folded);
            let is_one = is_of_word(c) && folded.len() == 1;
            match latin(second) {
                Some(0) => assert!(!is_of_word(c), "{c}"),
                short => assert_eq!(short, is_one.then(|| code(folded[0])), "{c}"),
            }
        }
    }
}
