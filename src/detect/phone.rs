// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns digits that may be dialled into a telephone number: the shape by hand, the numbering plans
//! by libphonenumber. The only file that knows that library.

use rlibphonenumber::{PhoneNumber, PhoneNumberFormat, Region};

use super::candidate::{Candidate, Form};

/// The plans that a national form is tried with, in this order.
const REGIONS: &[Region] = &[
    Region::CH,
    Region::FR,
    Region::BE,
    Region::DE,
    Region::IT,
    Region::NL,
    Region::GB,
    Region::AT,
    Region::IE,
];
/// The plans without a leading zero.
const WITHOUT_ZERO: &[Region] = &[Region::LU, Region::IT];
/// E.164 allows 15 digits; the international prefix 00 adds two, a (0) one.
const MAX_DIGITS: usize = 18;

/// The telephone number that begins at the token at `at`, by its shape alone. Cheap.
pub(super) fn find(text: &str, at: usize) -> Option<Candidate> {
    let bytes = text.as_bytes();
    let byte = |at: usize| bytes.get(at).copied().unwrap_or(b'\n');
    if !byte(at).is_ascii_digit() {
        return None;
    }
    let mut start = at;
    for sign in [b'(', b'+', b'('] {
        if start > 0 && byte(start - 1) == sign {
            start -= 1;
        }
    }
    let international = byte(at.wrapping_sub(1)) == b'+';
    if !is_begun(bytes, start, international) {
        return None;
    }
    let (digits, end) = dialled(bytes, start)?;
    if matches!(byte(end), b'@' | b'%' | b'+') {
        return None;
    }
    let written = text.get(start..end)?;
    if !slash_is_first(written) {
        return None;
    }
    let digits = if written.contains("(0)") && (international || digits.starts_with("00")) {
        written
            .replace("(0)", "")
            .chars()
            .filter(char::is_ascii_digit)
            .collect()
    } else {
        digits
    };
    let groups: Vec<&str> = groups(written).collect();
    let many = groups.len() >= 3 || written.contains(['(', '/', '-']);
    let (value, form) = if international {
        (format!("+{digits}"), Form::Grouped)
    } else if let Some(rest) = digits
        .strip_prefix("00")
        .filter(|_| groups.first() != Some(&"00"))
    {
        (
            format!("+{rest}"),
            if many { Form::Grouped } else { Form::Bare },
        )
    } else {
        let zero = digits.starts_with('0');
        (
            digits,
            if (many || is_mobile(&groups)) && zero || is_signed(text, &groups, start..end) {
                Form::Bare
            } else {
                Form::NeedsKeyword
            },
        )
    };
    let length = value.trim_start_matches('+').len();
    let fits = if value.starts_with('+') {
        8..=15
    } else {
        8..=13
    };
    (fits.contains(&length) && !is_date(written)).then(|| Candidate {
        span: start..end,
        value,
        form,
        why: Vec::new(),
    })
}

/// Asks the numbering plans, and writes the value as E.164. Dear: some microseconds.
pub(super) fn check(text: &str, candidate: &mut Candidate, has_keyword: bool) -> bool {
    let written = text.get(candidate.span.clone()).unwrap_or_default();
    let regions = match candidate.value.bytes().next() {
        Some(b'+') => &[Region::World],
        Some(b'0') => REGIONS,
        _ => WITHOUT_ZERO,
    };
    for region in regions {
        let Ok(number) = PhoneNumber::parse(&candidate.value, Some(*region)) else {
            continue;
        };
        let valid = number.is_valid();
        if valid && (has_keyword || candidate.value.starts_with('+') || is_usual(&number, written))
        {
            candidate.value = number.format_as(PhoneNumberFormat::E164).into_owned();
            candidate.why.push("numbering plan".into());
            return true;
        }
    }
    false
}

/// The digits from `start` on, over single separators, and where they end.
fn dialled(bytes: &[u8], start: usize) -> Option<(String, usize)> {
    let mut digits = String::new();
    let (mut at, mut end) = (start, start);
    let mut between = 0;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'0'..=b'9' => {
                digits.push(char::from(*byte));
                between = 0;
                end = at + 1;
            }
            b'+' if at < start + 2 => (),
            // One separator, or a bracket with one on its outer side.
            b' ' | b'.' | b'-' | b'/' if between == 0 || bytes.get(at - 1) == Some(&b')') => {
                between += 1;
            }
            b'(' | b')' if between < 3 => between += 1,
            _ => break,
        }
        if digits.len() > MAX_DIGITS {
            return None;
        }
        at += 1;
    }
    // A letter that touches the last digit makes it something else.
    (!super::token::is_word(bytes, end)).then_some((digits, end))
}

/// True where nothing before `start` makes the digits part of something longer.
fn is_begun(bytes: &[u8], start: usize, international: bool) -> bool {
    let before = |back: usize| {
        start
            .checked_sub(back)
            .and_then(|at| bytes.get(at))
            .copied()
    };
    match before(1) {
        None => true,
        Some(b' ') if !international => {
            // "12 044 668 18 00" is one row of digits; two blanks or a letter part.
            !before(2).is_some_and(|byte| byte.is_ascii_digit())
        }
        Some(b'.') => before(2).is_none_or(|byte| !byte.is_ascii_digit()),
        Some(b'-') => before(2).is_none_or(|byte| !byte.is_ascii_alphanumeric()),
        Some(b'_' | b'@' | b'#' | b'$' | b'+') => false,
        Some(b'/') => before(2).is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b' '),
        Some(_) => !super::token::is_word(bytes, start - 1),
    }
}

/// True where a slash parts the area code and nothing else: `044/668 18 00`.
fn slash_is_first(written: &str) -> bool {
    let mut parts = written.split('/');
    let area = parts.next().unwrap_or_default();
    let rest = parts.next();
    rest.is_none() || (area.starts_with('0') && groups(area).count() == 1 && parts.next().is_none())
}

/// True for the usual groups of a British mobile number, `07700 900123`.
fn is_mobile(groups: &[&str]) -> bool {
    matches!(groups, [area, rest] if area.starts_with("07") && area.len() == 5 && rest.len() == 6)
}

/// True for the usual groups of Luxembourg and of Italian mobiles, which have no zero before them,
/// where they stand as in a signature or a list of people: at the end of a line, beside a mail address.
fn is_signed(text: &str, groups: &[&str], span: std::ops::Range<usize>) -> bool {
    let lengths: Vec<usize> = groups.iter().map(|group| group.len()).collect();
    let begins = |with: char| groups.first().is_some_and(|first| first.starts_with(with));
    let usual = match lengths[..] {
        [2, 2, 2, 2] => begins('2'),
        [3, 3, 3] => begins('6'),
        [3, 3, 4] => begins('3'),
        _ => false,
    };
    if !usual {
        return false;
    }
    let near = text.get(span.end..text.ceil_char_boundary((span.end + 80).min(text.len())));
    let line = near.unwrap_or_default().split('\n').next();
    let line = line.unwrap_or_default().trim_matches(BESIDE);
    let is_last = line.is_empty();
    let is_listed = line
        .split(' ')
        .next()
        .is_some_and(|next| next.contains('@'));
    if begins('3') {
        return is_last || is_listed;
    }
    let low = text.ceil_char_boundary(span.start.saturating_sub(80));
    let before = text.get(low..span.start).unwrap_or_default();
    let before = before.rsplit('\n').next().unwrap_or_default();
    let address = before.trim_end_matches(BESIDE).rsplit(' ').next();
    let is_address = |address: &str| address.contains('@') && address.ends_with(".lu");
    is_last && address.is_some_and(|address| address.is_empty() || is_address(address))
}

/// What may stand between the parts of a signature's line.
const BESIDE: [char; 6] = [' ', ',', '|', ';', '-', '.'];

/// The digits between separators.
fn groups(written: &str) -> impl Iterator<Item = &str> + Clone {
    let parts = written.split(|c: char| !c.is_ascii_digit());
    parts.filter(|part| !part.is_empty())
}

/// True where the area code stands apart as the country has it, and the rest in pieces of two digits
/// and more; without a zero before it, only as a whole.
fn is_usual(number: &PhoneNumber, written: &str) -> bool {
    let national = number.format_as(PhoneNumberFormat::National);
    let (mut usual, mut own) = (groups(&national), groups(written));
    let area = own.next();
    let apart = area == usual.next() && area.is_some_and(|area| area.starts_with('0'));
    if apart && own.clone().all(|group| group.len() > 1) {
        return own.next().is_some();
    }
    groups(&national).eq(groups(written))
}

/// True for `31.12.1999`, `31/12/1999`, `1999-12-31`.
fn is_date(written: &str) -> bool {
    let lengths: Vec<usize> = groups(written).map(str::len).collect();
    matches!(lengths[..], [1..=2, 1..=2, 4] | [4, 1..=2, 1..=2]) && !written.contains(['+', '('])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Option<(&str, String)> {
        let mut candidate = find(text, text.find(|c: char| c.is_ascii_digit())?)?;
        let keyword = text.contains("Tel");
        let sure = candidate.form != Form::NeedsKeyword || keyword;
        (sure && check(text, &mut candidate, keyword))
            .then(|| (&text[candidate.span], candidate.value))
    }

    #[test]
    fn reads_international_and_national_forms() {
        for (text, written, value) in [
            (
                "ruf +41 44 668 18 00 an",
                "+41 44 668 18 00",
                "+41446681800",
            ),
            ("(+41) 44 668 18 00", "(+41) 44 668 18 00", "+41446681800"),
            (
                "+44 (0)20 7031 3000.",
                "+44 (0)20 7031 3000",
                "+442070313000",
            ),
            ("0041 44 668 18 00", "0041 44 668 18 00", "+41446681800"),
            ("Tel 0446681800", "0446681800", "+41446681800"),
            ("044 668 18 00, Zürich", "044 668 18 00", "+41446681800"),
            ("Tel. 26 39 36 06", "26 39 36 06", "+35226393606"),
        ] {
            assert_eq!(found(text), Some((written, value.to_owned())), "{text}");
        }
    }

    #[test]
    fn passes_over_what_is_none() {
        for text in [
            "0446681800",
            "v62.27.508-9503",
            "Tel. 31.12.1999",
            "+3.238277",
            "12 044 668 18 00",
            "044 668 18 00a",
            "+41 44 668 18 00 11 22 33",
        ] {
            assert_eq!(found(text), None, "{text}");
        }
    }
}
