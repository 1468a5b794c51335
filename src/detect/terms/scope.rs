// SPDX-License-Identifier: GPL-3.0-or-later
//! Finds the sentence or the row of a table around a place.

use std::ops::Range;

use super::word;

/// A sentence is looked at so far to each side, in bytes.
const REACH: usize = 400;
/// A line shorter than this is not broken for its length: it ends what it says.
const SHORT: usize = 50;
/// How far above a row the head of its table is looked for, in bytes.
const ABOVE: usize = 16_384;
/// Cells of a row parted by commas are no longer than this, in bytes.
const CELL: usize = 40;

/// Short words before a dot that ends no sentence.
const SHORTENED: &str = " dr prof med m mr mrs ms mme mlle st sig sigg dott avv geb nr no art abs al bzw ca dhr mevr mw \
    inkl evtl tel str pr me hr fr jr sr ing rag vgl usw ggf resp rev sen vs env ref cf op lt sgt pol insp ";

/// Rows of a table.
#[derive(Clone, Debug)]
pub(super) struct Table {
    pub rows: Range<usize>,
    pub head: Range<usize>,
    pub by: char,
}

/// Where one thing is said.
#[derive(Clone, Debug)]
pub(super) struct Scope {
    pub range: Range<usize>,
    /// The table, where it is a row of one.
    pub table: Option<Table>,
}

impl Scope {
    /// The scope around a place; `last` is the table looked at last.
    pub fn around(text: &str, span: &Range<usize>, last: Option<&Table>) -> Self {
        let line = line(text, span.start);
        if let Some(by) = parted_by(text, &line) {
            let known = last
                .filter(|table| table.rows.contains(&line.start))
                .cloned();
            let table = known.unwrap_or_else(|| table(text, &line, by));
            return Self {
                range: line,
                table: Some(table),
            };
        }
        let from = text.floor_char_boundary(span.start.saturating_sub(REACH));
        let to = text.floor_char_boundary((span.end + REACH).min(text.len()));
        let (before, behind) = (from..span.start, span.end..to);
        let start = ends(text, &before).last().unwrap_or(from);
        let end = ends(text, &behind).next().unwrap_or(to);
        Self {
            range: start..end.max(span.end),
            table: None,
        }
    }
}

/// The places in a stretch at which a sentence ends.
fn ends<'a>(text: &'a str, range: &Range<usize>) -> impl Iterator<Item = usize> + 'a {
    let stretch = text.get(range.clone()).unwrap_or_default();
    let from = range.start;
    stretch
        .match_indices(['.', '!', '?', '\n', '\t'])
        .filter_map(move |(at, sign)| {
            let at = from + at;
            let is_end = match sign {
                "\n" => breaks(text, at),
                "\t" => true,
                _ => stops(text, at, sign),
            };
            is_end.then_some(at + 1)
        })
}

/// True for a line end that is not made for the width of the page.
fn breaks(text: &str, at: usize) -> bool {
    let above = line(text, at.saturating_sub(1));
    let below = line(text, at + 1);
    let (own, next) = (get(text, &above).trim(), get(text, &below).trim());
    let is_listed = next.starts_with(['-', '*', '•', '>']) || next.contains(['\t']);
    let goes_on =
        next.chars().next().is_some_and(char::is_lowercase) && !own.ends_with([',', ':', ';']);
    own.is_empty()
        || next.is_empty()
        || is_listed
        || own.contains('\t')
        || (own.len() < SHORT && !goes_on)
        || own.ends_with(':')
}

/// True for a dot, or another such sign, that ends a sentence.
fn stops(text: &str, at: usize, sign: &str) -> bool {
    let mut next = text.get(at + 1..).unwrap_or_default().chars();
    if !next.next().is_none_or(char::is_whitespace) {
        return false;
    }
    let next = next.find(|c| !c.is_whitespace());
    if sign != "." {
        return true;
    }
    if next.is_some_and(char::is_lowercase) {
        return false;
    }
    let Some(last) = word::before(text, at).filter(|last| last.end == at) else {
        return true;
    };
    let last = get(text, &last).to_lowercase();
    let is_short = last.chars().count() == 1 || SHORTENED.contains(&format!(" {last} "));
    !is_short && !last.bytes().all(|byte| byte.is_ascii_digit())
}

/// The line of a place.
fn line(text: &str, at: usize) -> Range<usize> {
    let at = at.min(text.len());
    let start = memchr::memrchr(b'\n', text.as_bytes().get(..at).unwrap_or_default());
    let end = memchr::memchr(b'\n', text.as_bytes().get(at..).unwrap_or_default());
    start.map_or(0, |start| start + 1)..end.map_or(text.len(), |end| at + end)
}

fn get<'a>(text: &'a str, range: &Range<usize>) -> &'a str {
    text.get(range.clone()).unwrap_or_default()
}

/// What parts the cells of a line; none where it is no row.
fn parted_by(text: &str, own: &Range<usize>) -> Option<char> {
    let content = get(text, own);
    if own.len() > 4 * ABOVE {
        return None;
    }
    for by in ['\t', ';', '|'] {
        let least = if by == '\t' { 1 } else { 2 };
        if content.matches(by).count() >= least {
            return Some(by);
        }
    }
    let cells = content.matches(',').count();
    let is_tight = |content: &str| {
        content.split(',').all(|cell| cell.len() <= CELL) && !content.contains(". ")
    };
    let beside = [
        (own.start > 0).then(|| line(text, own.start - 1)),
        (own.end < text.len()).then(|| line(text, own.end + 1)),
    ];
    let has_twin = beside.into_iter().flatten().any(|other| {
        let other = get(text, &other);
        other.matches(',').count() == cells && is_tight(other)
    });
    (cells >= 2 && is_tight(content) && has_twin).then_some(',')
}

/// The table that a row is of.
fn table(text: &str, row: &Range<usize>, by: char) -> Table {
    let mut head = row.clone();
    while head.start > 0 && row.start - head.start < ABOVE {
        let above = line(text, head.start - 1);
        if parted_by(text, &above) != Some(by) {
            break;
        }
        head = above;
    }
    let mut end = row.end;
    while end < text.len() && end - row.end < ABOVE {
        let below = line(text, end + 1);
        if parted_by(text, &below) != Some(by) {
            break;
        }
        end = below.end;
    }
    Table {
        rows: head.start..end + 1,
        head,
        by,
    }
}
