// SPDX-License-Identifier: GPL-3.0-or-later
//! Finds what stands over a candidate: the head of its column, the line above its list.
//!
//! A table is two or more lines on end with the same separator: a tab, `;`, `|`, `,` or a gap of two
//! blanks, of the last two as many in each line, since prose has them too. A list is what follows a
//! line that ends with a colon, up to an empty line. Both are read along with the candidates, each
//! line once, so that a table of a million lines costs what its text costs.

use std::ops::Range;
use std::rc::Rc;

use super::dictionary::Dictionary;
use super::words::{Said, Words};

/// A head is not looked for further out than this, in columns and in bytes of the first line.
const MAX_COLUMNS: usize = 200;
const MAX_HEAD: usize = 8192;
/// The longest line above a list, and the longest item of one, in bytes.
const MAX_LIST_HEAD: usize = 200;
const MAX_ITEM: usize = 160;

/// The words of a head, if there is one.
pub(super) type Head = Option<Rc<[Said]>>;

/// What parts the cells of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Separator {
    Sign(u8),
    /// Two blanks or more.
    Gap,
}

/// The reader. Positions asked for must not go back to an earlier line.
#[derive(Debug)]
pub(super) struct Heads<'a> {
    text: &'a str,
    dictionary: &'a Dictionary,
    /// The line reached, what parts its cells, how many there are.
    line: Range<usize>,
    separator: Option<Separator>,
    columns: usize,
    /// The first line of the table that the line is in, and how many cells that has.
    head: Range<usize>,
    head_columns: usize,
    /// The words of each cell of the head, once they were asked for.
    cells: Option<Vec<Rc<[Said]>>>,
    /// How far the line has been counted, and the columns there.
    counted: usize,
    column: usize,
    quoted: bool,
    /// The words of the line above the list that the line is in; whether the list has begun.
    list: Head,
    has_items: bool,
}

impl<'a> Heads<'a> {
    pub fn of(text: &'a str, dictionary: &'a Dictionary) -> Self {
        let mut heads = Self {
            text,
            dictionary,
            line: 0..0,
            separator: None,
            columns: 0,
            head: 0..0,
            head_columns: 0,
            cells: None,
            counted: 0,
            column: 0,
            quoted: false,
            list: None,
            has_items: false,
        };
        heads.enter(0);
        heads
    }

    /// The words of the head of the column at `at`, none outside tables and on their first line; and
    /// those of the line above the list.
    pub fn above(&mut self, at: usize) -> (Head, Head) {
        while at > self.line.end && self.line.end < self.text.len() {
            self.enter(self.line.end + 1);
        }
        if at < self.line.start {
            return (None, None);
        }
        (self.column(at), self.list.clone())
    }

    fn column(&mut self, at: usize) -> Head {
        let separator = self.separator?;
        let strict = matches!(separator, Separator::Sign(b',') | Separator::Gap);
        let even = !strict || self.columns == self.head_columns;
        let is_first = self.head.start >= self.line.start;
        if is_first || self.head.len() > MAX_HEAD || !even {
            return None;
        }
        if at > self.counted {
            let passed = self.text.as_bytes().get(self.counted..at);
            self.column += count(passed.unwrap_or_default(), separator, &mut self.quoted);
            self.counted = at;
        }
        let (text, dictionary) = (self.text.get(self.head.clone())?, self.dictionary);
        let cells = self.cells.get_or_insert_with(|| {
            let cells = split(text, separator).into_iter().take(MAX_COLUMNS);
            cells
                .map(|cell| Words::all(cell, dictionary).into())
                .collect()
        });
        cells.get(self.column).cloned()
    }

    fn enter(&mut self, start: usize) {
        let rest = self.text.as_bytes().get(start..).unwrap_or_default();
        let end = start + memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        self.line = start..end;
        let line = self.text.get(start..end).unwrap_or_default();
        let indent = line.len() - line.trim_start_matches([' ', '>']).len();
        self.counted = start + indent;
        self.column = 0;
        let inside = line.get(indent..).unwrap_or_default().trim_end();
        let separator = separator(inside.as_bytes());
        self.columns = separator.map_or(0, |separator| {
            count(inside.as_bytes(), separator, &mut false)
        });
        if separator != self.separator || separator.is_none() {
            self.separator = separator;
            self.head = start + indent..start + indent + inside.len();
            self.head_columns = self.columns;
            self.cells = None;
        }
        self.enter_list(inside);
    }

    fn enter_list(&mut self, line: &str) {
        if line.ends_with(':') && line.len() <= MAX_LIST_HEAD {
            self.list = Some(Words::all(line, self.dictionary).into());
            self.has_items = false;
        } else if line.is_empty() {
            self.list = self.list.take().filter(|_| !self.has_items);
        } else {
            self.has_items = true;
            self.list = self.list.take().filter(|_| line.len() <= MAX_ITEM);
        }
    }
}

/// What parts the cells of a line, if it seems to have any.
fn separator(line: &[u8]) -> Option<Separator> {
    // Sums of a byte, so that the compiler makes them wide.
    let count = |sign: u8| {
        let some = |part: &[u8]| {
            part.iter()
                .fold(0, |sum, byte| sum + u8::from(*byte == sign))
        };
        line.chunks(255)
            .map(|part| usize::from(some(part)))
            .sum::<usize>()
    };
    let gaps = || {
        let pairs = line.iter().zip(line.get(1..).unwrap_or_default());
        pairs.fold(0, |any, (one, next)| {
            any | (u8::from(*one == b' ') & u8::from(*next == b' '))
        })
    };
    // A bar or comma parts columns where there are two and more; prose has them too.
    match () {
        () if count(b'\t') > 0 => Some(Separator::Sign(b'\t')),
        () if count(b';') > 0 => Some(Separator::Sign(b';')),
        () if count(b'|') > 1 => Some(Separator::Sign(b'|')),
        () if count(b',') > 1 => Some(Separator::Sign(b',')),
        () => (gaps() > 0).then_some(Separator::Gap),
    }
}

/// How often cells are parted; `quoted` says whether the line stands between `"` where it begins,
/// and then where it ends.
fn count(line: &[u8], separator: Separator, quoted: &mut bool) -> usize {
    match separator {
        Separator::Sign(sign @ (b';' | b','))
            if *quoted || memchr::memchr(b'"', line).is_some() =>
        {
            let parts = |byte: &&u8| {
                *quoted ^= **byte == b'"';
                **byte == sign && !*quoted
            };
            line.iter().filter(parts).count()
        }
        Separator::Sign(sign) => memchr::memchr_iter(sign, line).count(),
        // Of a longer gap, the first two blanks.
        Separator::Gap => memchr::memmem::find_iter(line, b"  ")
            .filter(|at| at.checked_sub(1).and_then(|at| line.get(at)) != Some(&b' '))
            .count(),
    }
}

/// The cells of a head.
fn split(line: &str, separator: Separator) -> Vec<&str> {
    match separator {
        Separator::Sign(sign) => line.split(char::from(sign)).collect(),
        Separator::Gap => line
            .split("  ")
            .map(str::trim)
            .filter(|cell| !cell.is_empty())
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::dictionary::Use;
    use super::*;

    /// The words of the head over a part of the text.
    fn heads(text: &str, parts: &[&str]) -> Vec<Option<String>> {
        let words = ["AHV", "Ort", "x", "Name", "Geb"];
        let dictionary = Dictionary::of(words.iter().map(|word| (0, Use::For, *word)));
        let mut heads = Heads::of(text, &dictionary);
        let above = |part: &&str| {
            let (column, _) = heads.above(text.find(*part).unwrap());
            column.map(|said| {
                let words = said.iter().map(|said| dictionary.written(*said));
                words.collect::<Vec<_>>().join("+")
            })
        };
        parts.iter().map(above).collect()
    }

    #[test]
    fn reads_the_head_of_the_same_column() {
        let text = "Liste:\nName;AHV;Ort\nAnna;756;Bern\nBeat;757;Chur\n\nx;y\n1;2\n";
        let wanted = [None, Some("AHV"), Some("Ort"), Some("AHV"), Some("x")];
        let wanted = wanted.map(|head| head.map(str::to_owned));
        assert_eq!(heads(text, &["AHV", "756", "Bern", "757", "1;"]), wanted);
    }

    #[test]
    fn reads_tables_of_every_kind() {
        for text in [
            "Name\tGeb\tAHV\nAnna\t1.1.\t756",
            "Name,Geb,AHV\n\"Muster, Anna\",1.1.,756",
            "| Name | Geb | AHV |\n|---|---|---|\n| Anna | 1.1. | 756 |",
            "Name       Geb     AHV\nAnna Muster  1.1.  756",
            "> Name;Geb;AHV\n> Anna;1.1.;756",
        ] {
            assert_eq!(heads(text, &["756"]), [Some("AHV".to_owned())], "{text}");
        }
    }

    #[test]
    fn prose_is_no_table() {
        let text = "Hallo Anna, hier\ndie Nummer, 756\n";
        assert_eq!(heads(text, &["756"]), [None]);
        assert_eq!(heads("> AHV 756, 1, 2 \n", &["756"]), [None]);
    }
}
