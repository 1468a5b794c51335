// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns digits into a date on which someone may be born: `31.12.1999`, `1999-12-31`, `31 décembre
//! 1999`, `December 31, 1999`.
//!
//! Any date is found; whether it is of birth the words around it say, or the name before it in a list.

use super::candidate::{Candidate, Form};
use super::token::is_word;

/// Years of birth; a pure function has no clock.
const YEARS: std::ops::RangeInclusive<u32> = 1900..=2029;
/// Who is born later than this is hardly in a list with no word about birth; letters and bills are.
const LAST_IN_LIST: u32 = 2012;
/// The longest date, and the longest name before one in a list, in bytes.
const MAX_DATE: usize = 40;
const MAX_NAME: usize = 80;

/// The months in English, French, German, Italian, Dutch, Spanish and Portuguese. Three letters and
/// more of one are it too.
const MONTHS: [&[&str]; 12] = [
    &[
        "january", "janvier", "januar", "jänner", "gennaio", "januari", "enero", "janeiro",
    ],
    &[
        "february",
        "février",
        "fevrier",
        "februar",
        "feber",
        "febbraio",
        "februari",
        "febrero",
        "fevereiro",
    ],
    &[
        "march", "mars", "märz", "maerz", "marzo", "maart", "mrt", "março",
    ],
    &["april", "avril", "aprile", "abril"],
    &["may", "mai", "maggio", "mei", "mayo", "maio"],
    &["june", "juin", "juni", "giugno", "junio", "junho"],
    &["july", "juillet", "juli", "luglio", "julio", "julho"],
    &["august", "août", "aout", "agosto", "augustus"],
    &[
        "september",
        "septembre",
        "settembre",
        "septiembre",
        "setembro",
    ],
    &[
        "october", "octobre", "oktober", "ottobre", "octubre", "outubro",
    ],
    &["november", "novembre", "noviembre", "novembro"],
    &[
        "december",
        "décembre",
        "decembre",
        "dezember",
        "dicembre",
        "diciembre",
        "dezembro",
    ],
];

/// The date that begins at the token at `at`, or whose day stands there behind its month.
pub(super) fn find(text: &str, at: usize) -> Option<Candidate> {
    let bytes = text.as_bytes();
    if !bytes.get(at)?.is_ascii_digit() || !is_begun(bytes, at) {
        return None;
    }
    let rest = text.get(at..text.floor_char_boundary(at + MAX_DATE))?;
    let mut read = Reader { rest };
    let (first, digits) = read.number()?;
    let (date, start) = match digits {
        4 => (read.year_first(first)?, at),
        1 | 2 => {
            let month = month_before(text, at);
            let behind = read.rest;
            let date =
                month.and_then(|(start, month)| Some((read.day_after_month(first, month)?, start)));
            match date {
                Some(date) => date,
                None => {
                    read.rest = behind;
                    (read.day_first(first)?, at)
                }
            }
        }
        _ => return None,
    };
    let (year, month, day) = date;
    let end = at + (rest.len() - read.rest.len());
    let goes_on = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let is_part = is_word(bytes, end)
        || (matches!(bytes.get(end), Some(b'.' | b'-' | b'/')) && goes_on(end + 1));
    if is_part || !YEARS.contains(&year) || !is_day(year, month, day) {
        return None;
    }
    let in_list = year <= LAST_IN_LIST && follows_name(text, start);
    Some(Candidate {
        span: start..end,
        value: format!("{year:04}-{month:02}-{day:02}"),
        form: if in_list {
            Form::Grouped
        } else {
            Form::NeedsCloseKeyword
        },
        why: if in_list {
            vec!["behind a name in a list".into()]
        } else {
            Vec::new()
        },
    })
}

/// What is still to be read.
struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    /// A number, and of how many digits.
    fn number(&mut self) -> Option<(u32, usize)> {
        let digits = self.rest.bytes().take_while(u8::is_ascii_digit).count();
        let number = self.rest.get(..digits)?.parse().ok()?;
        self.rest = self.rest.get(digits..)?;
        (digits <= 4).then_some((number, digits))
    }

    /// A separator, blanks beside it or not.
    fn separator(&mut self) -> Option<char> {
        let rest = self.rest.trim_start_matches(' ');
        let sign = rest
            .chars()
            .next()
            .filter(|c| matches!(c, '.' | '/' | '-'))?;
        self.rest = rest.get(1..)?.trim_start_matches(' ');
        Some(sign)
    }

    /// `-12-31`, behind the year.
    fn year_first(&mut self, year: u32) -> Option<(u32, u32, u32)> {
        let sign = self.separator()?;
        let (month, _) = self.number()?;
        let same = self.separator()? == sign;
        let (day, _) = self.number()?;
        same.then_some((year, month, day))
    }

    /// `.12.1999` or ` décembre 1999`, behind the day. A slash may part month and day in that order.
    fn day_first(&mut self, day: u32) -> Option<(u32, u32, u32)> {
        let before = self.rest;
        if let Some(sign) = self.separator()
            && let Some((month, _)) = self.number()
        {
            let same = self.separator()? == sign;
            let year = self.year()?;
            let (month, day) = if sign == '/' && month > 12 {
                (day, month)
            } else {
                (month, day)
            };
            return same.then_some((year, month, day));
        }
        self.rest = before;
        self.skip(&["st", "nd", "rd", "th", "er", "º", "."]);
        self.blanks()?;
        self.skip(&["of ", "de "]);
        let month = self.month()?;
        self.skip(&[".", ","]);
        self.blanks()?;
        self.skip(&["de "]);
        Some((self.year()?, month, day))
    }

    /// `, 1999`, behind month and day.
    fn day_after_month(&mut self, day: u32, month: u32) -> Option<(u32, u32, u32)> {
        self.skip(&["st", "nd", "rd", "th"]);
        self.skip(&[","]);
        self.blanks()?;
        let year = self.number().filter(|(_, digits)| *digits == 4)?.0;
        Some((year, month, day))
    }

    /// Four digits, or two: of this century up to 29.
    fn year(&mut self) -> Option<u32> {
        match self.number()? {
            (year, 4) => Some(year),
            (year @ 0..=29, 2) => Some(2000 + year),
            (year, 2) => Some(1900 + year),
            _ => None,
        }
    }

    fn month(&mut self) -> Option<u32> {
        let end = self
            .rest
            .find(|c: char| !c.is_alphabetic())
            .unwrap_or(self.rest.len());
        let word = self.rest.get(..end)?;
        self.rest = self.rest.get(end..)?;
        month(word)
    }

    fn blanks(&mut self) -> Option<()> {
        let rest = self.rest.trim_start_matches([' ', '-']);
        let some = rest.len() < self.rest.len();
        self.rest = rest;
        some.then_some(())
    }

    fn skip(&mut self, words: &[&str]) {
        let rest = words.iter().find_map(|word| self.rest.strip_prefix(*word));
        self.rest = rest.unwrap_or(self.rest);
    }
}

/// The month that a word names.
fn month(word: &str) -> Option<u32> {
    if !(3..=12).contains(&word.len()) || word.chars().count() > 10 {
        return None;
    }
    let lower = word.to_lowercase();
    let first = lower.as_bytes().first();
    let named = |name: &&str| name.as_bytes().first() == first && name.starts_with(&lower);
    let mut months = (1..).zip(&MONTHS);
    let month = months.find(|(_, names)| names.iter().any(&named));
    month.map(|(month, _)| month)
}

/// The month that stands just before a day, and where it begins: `December 31`.
fn month_before(text: &str, at: usize) -> Option<(usize, u32)> {
    let low = text.ceil_char_boundary(at.saturating_sub(12));
    let before = text.get(low..at)?.strip_suffix(' ')?;
    let word = before.rsplit(|c: char| !c.is_alphabetic()).next()?;
    let start = at - 1 - word.len();
    if word.chars().nth(1).is_none_or(char::is_uppercase) {
        return None;
    }
    Some((
        start,
        month(word).filter(|_| word.chars().next().is_some_and(char::is_uppercase))?,
    ))
}

/// True where nothing before makes the digits part of something longer.
fn is_begun(bytes: &[u8], at: usize) -> bool {
    let before = |back: usize| at.checked_sub(back).and_then(|at| bytes.get(at)).copied();
    match before(1) {
        Some(b'.' | b'-' | b'/' | b':') => !before(2).is_some_and(|byte| byte.is_ascii_digit()),
        Some(b'+' | b'@' | b'#' | b'_' | b'$') => false,
        _ => at == 0 || !is_word(bytes, at - 1),
    }
}

/// True for a day that the month has.
fn is_day(year: u32, month: u32, day: u32) -> bool {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let last = match month {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    (1..=last).contains(&day)
}

/// True where all of the line before `at` is a name, and a gap, a tab or a sign that parts cells.
fn follows_name(text: &str, at: usize) -> bool {
    let low = text.ceil_char_boundary(at.saturating_sub(MAX_NAME));
    let before = text.get(low..at).unwrap_or_default();
    let line = match before.rsplit_once('\n') {
        Some((_, line)) => line,
        None if low == 0 => before,
        None => return false,
    };
    let line = line.trim_start_matches([' ', '>', '-', '*', '|', '\t']);
    let name = line.trim_end_matches([' ', '\t', ';', ',', '|', '*']);
    let parted = line.get(name.len()..).unwrap_or_default();
    // A comma and a blank are prose: `On Mon, 7 October 2002`.
    let is_parted = parted.contains(['\t', ';', '|']) || parted == "," || parted.starts_with("  ");
    let words: Vec<&str> = name
        .split([' ', ','])
        .filter(|word| !word.is_empty())
        .collect();
    let is_name = |word: &&str| {
        word.chars()
            .all(|c| c.is_alphabetic() || matches!(c, '-' | '\'' | '’' | '.'))
    };
    let capitals = words
        .iter()
        .filter(|word| word.chars().next().is_some_and(char::is_uppercase));
    is_parted
        && (2..=6).contains(&words.len())
        && words.iter().all(is_name)
        && capitals.count() >= 2
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Option<(&str, String, bool)> {
        let digit = text.find(|c: char| c.is_ascii_digit())?;
        let found = find(text, digit)?;
        Some((&text[found.span], found.value, found.form == Form::Grouped))
    }

    #[test]
    fn reads_dates_as_people_write_them() {
        for (text, written, value) in [
            ("né le 31.12.1999.", "31.12.1999", "1999-12-31"),
            ("geb. 1. 2. 1970", "1. 2. 1970", "1970-02-01"),
            ("31/12/1999", "31/12/1999", "1999-12-31"),
            ("12/31/1999", "12/31/1999", "1999-12-31"),
            ("am 1999-12-31,", "1999-12-31", "1999-12-31"),
            ("le 1er mars 1980", "1er mars 1980", "1980-03-01"),
            ("11. Jänner 2000", "11. Jänner 2000", "2000-01-11"),
            ("8 août 2003", "8 août 2003", "2003-08-08"),
            ("the 3rd of May 1980", "3rd of May 1980", "1980-05-03"),
            ("on December 31, 1999", "December 31, 1999", "1999-12-31"),
            ("29-02-72", "29-02-72", "1972-02-29"),
        ] {
            let date = found(text).map(|(written, value, _)| (written, value));
            assert_eq!(date, Some((written, value.to_owned())), "{text}");
        }
    }

    #[test]
    fn passes_over_what_is_none() {
        for text in [
            "31.12.19990",
            "1.31.12.1999",
            "31.12.1999.1",
            "29.02.1970",
            "31.13.1999",
            "10.1.2.3",
            "31.12-1999",
            "1999",
            "12 marbles 1999",
            "12 hours",
            "31.12.1855",
            "v3.12.1999",
        ] {
            assert_eq!(found(text), None, "{text}");
        }
    }

    #[test]
    fn stands_behind_a_name_in_a_list() {
        for text in [
            "Team:\nAnna de Meier  12.3.1970  079",
            "Anna Meier;12.3.1970",
            "> Anna Meier\t12.3.1970",
            "| Anna Meier | 12.3.1970 |",
            "Meier, Anna,12.3.1970",
        ] {
            assert!(found(text).unwrap().2, "{text}");
        }
        for text in [
            "Anna Meier 12.3.1970",
            "Bern, 12.3.1970",
            "On Mon, 12.3.1970",
            "Anna Meier;12.3.2023",
            "bis  12.3.1970",
        ] {
            assert!(!found(text).unwrap().2, "{text}");
        }
    }
}
