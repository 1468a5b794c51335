// SPDX-License-Identifier: GPL-3.0-or-later
//! Finds the head of the column that a candidate stands in: tables by tabs, `;` or `,`.
//!
//! A table is two or more lines on end with the same separator, as many of them where it is a comma,
//! which prose has too. It is read along with the candidates, each line once, so that a table of a million lines costs what its text costs.

use std::ops::Range;

/// A head is not looked for further out than this, in columns and in bytes of the first line.
const MAX_COLUMNS: usize = 200;
const MAX_HEAD: usize = 8192;

/// The reader. Positions asked for must not decrease.
#[derive(Debug)]
pub(super) struct Heads<'a> {
    text: &'a str,
    /// The line reached, and the first line of the table it is in.
    line: Range<usize>,
    separator: Option<u8>,
    head: Range<usize>,
    /// How many columns the two have.
    columns: usize,
    head_columns: usize,
    /// How far the line has been counted, and the columns there.
    counted: usize,
    column: usize,
}

impl<'a> Heads<'a> {
    pub fn of(text: &'a str) -> Self {
        let mut heads = Self {
            text,
            line: 0..0,
            separator: None,
            head: 0..0,
            columns: 0,
            head_columns: 0,
            counted: 0,
            column: 0,
        };
        heads.enter(0);
        heads
    }

    /// The head of the column at `at`; none outside tables and on their first line.
    pub fn above(&mut self, at: usize) -> Option<&'a str> {
        while at > self.line.end && self.line.end < self.text.len() {
            self.enter(self.line.end + 1);
        }
        let separator = self.separator?;
        let even = separator != b',' || self.columns == self.head_columns;
        if self.head == self.line || !even {
            return None;
        }
        let passed = self
            .text
            .as_bytes()
            .get(self.counted..at)
            .unwrap_or_default();
        self.column += memchr::memchr_iter(separator, passed).count();
        self.counted = self.counted.max(at);
        if self.column >= MAX_COLUMNS {
            return None;
        }
        let head = self.text.get(self.head.clone())?;
        head.split(char::from(separator)).nth(self.column)
    }

    fn enter(&mut self, start: usize) {
        let rest = self.text.as_bytes().get(start..).unwrap_or_default();
        let end = start + memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        self.line = start..end;
        self.counted = start;
        self.column = 0;
        let line = self
            .text
            .as_bytes()
            .get(self.line.clone())
            .unwrap_or_default();
        // A comma parts columns where there are two and more; prose has them too.
        let separator = [(b'\t', 1), (b';', 1), (b',', 2)]
            .into_iter()
            .find(|(byte, least)| memchr::memchr_iter(*byte, line).take(*least).count() == *least);
        let separator = separator.map(|(byte, _)| byte);
        let count = |byte| memchr::memchr_iter(byte, line).count();
        self.columns = separator.map_or(0, count);
        if separator != self.separator || self.head.is_empty() {
            self.separator = separator;
            self.head = start..end;
            self.head_columns = self.columns;
        }
        if self.head.len() > MAX_HEAD {
            self.separator = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_head_of_the_same_column() {
        let text = "Liste:\nName;AHV;Ort\nAnna;756;Bern\nBeat;757;Chur\n\nx;y\n1;2\n";
        let mut heads = Heads::of(text);
        let mut above = |part: &str| heads.above(text.find(part).unwrap());
        assert_eq!(above("AHV"), None);
        assert_eq!(above("756"), Some("AHV"));
        assert_eq!(above("Bern"), Some("Ort"));
        assert_eq!(above("757"), Some("AHV"));
        assert_eq!(above("1;"), Some("x"));
    }

    #[test]
    fn prose_is_no_table() {
        let text = "Hallo Anna, hier\ndie Nummer, 756\n";
        assert_eq!(Heads::of(text).above(text.find("756").unwrap()), None);
    }
}
