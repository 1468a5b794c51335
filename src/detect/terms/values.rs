// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns what stands behind a label, or in its column, into findings, whatever words it is said in.

use std::ops::Range;

use super::Found;
use super::cues::Cue;
use super::index::Hit;
use super::language::LANGUAGES;
use super::lexicon::Tier;
use super::scope::{Scope, Table};
use super::weigh::Term;
use super::whole::Whole;
use super::word;
use crate::detect::Confidence;

/// The value behind a label is no longer than this, in bytes.
pub(super) const VALUE: usize = 80;

impl Whole<'_> {
    /// A label with a value behind its colon: a fact of whoever the letter is about.
    pub fn label(&self, term: &Term<'_>, scope: &Scope, found: &mut Vec<Found>) {
        let rest = self.text.get(term.hit.span.end..).unwrap_or_default();
        let line = rest.split(['\n', ';', '\t']).next().unwrap_or_default();
        let Some(value) = line
            .trim_start_matches([' ', '*', ')', 'n'])
            .strip_prefix(':')
        else {
            return;
        };
        if scope.table.is_some() || self.names_nobody() {
            return;
        }
        let start = term.hit.span.end + line.len() - value.trim_start().len();
        let value = value.trim().trim_end_matches(['.', ',']);
        self.value(
            term.hit.pattern,
            start,
            value,
            "the value of a label",
            found,
        );
    }

    /// The cells below a label, in a table of persons.
    pub fn columns(&self, table: &Table, hits: &[Hit], found: &mut Vec<Found>) {
        if !self.has_persons(&table.head) {
            return;
        }
        let head = self.text.get(table.head.clone()).unwrap_or_default();
        for (column, cell) in cells(head, table.head.start, table.by).enumerate() {
            let label = hits.iter().find(|hit| {
                let is_label = self.pattern(hit).is_some_and(|own| own.tier == Tier::Label);
                is_label && cell.start <= hit.span.start && hit.span.end <= cell.end
            });
            let Some(label) = label else { continue };
            let mut at = table.head.end + 1;
            while at < table.rows.end {
                let row = self.text.get(at..table.rows.end).unwrap_or_default();
                let row = row.split('\n').next().unwrap_or_default();
                if let Some(cell) = cells(row, at, table.by).nth(column) {
                    let written = self.text.get(cell.clone()).unwrap_or_default();
                    let start = cell.start + written.len() - written.trim_start().len();
                    self.value(
                        label.pattern,
                        start,
                        written.trim(),
                        "a column about persons",
                        found,
                    );
                }
                at += row.len() + 1;
            }
        }
    }

    /// Notes a value that a label says to be one, unless it says that there is none.
    fn value(&self, pattern: usize, start: usize, value: &str, why: &str, found: &mut Vec<Found>) {
        let end = self
            .text
            .floor_char_boundary(start + value.len().min(VALUE));
        let words = word::all(self.text, &(start..end), self.cues);
        let says = words.first().is_some_and(|first| {
            let written = self.text.get(first.span.clone()).unwrap_or_default();
            let is_nothing = first.cue(&[true; LANGUAGES]).is(Cue::NOTHING);
            !is_nothing && written.contains(char::is_alphabetic)
        });
        if says && value.chars().filter(|c| c.is_alphabetic()).count() >= 2 {
            found.push(Found {
                pattern,
                span: start..end,
                confidence: Confidence::High,
                why: vec![why.to_owned()],
            });
        }
    }
}

/// The cells of a row.
fn cells(row: &str, start: usize, by: char) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut at = start;
    row.split(by).map(move |cell| {
        let own = at..at + cell.len();
        at = own.end + by.len_utf8();
        own
    })
}
