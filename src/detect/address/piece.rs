// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns the text before a postcode into its pieces, the last one first: what stands between commas, cells,
//! labels and line ends.

/// The signs between two pieces.
const SIGNS: [char; 10] = [',', ';', '|', '\t', '\n', ':', '(', '·', '•', '"'];
/// Signs that belong to no piece.
const LOOSE: [char; 15] = [
    ' ', '\u{a0}', ',', ';', '|', '\t', '\n', '\r', '>', '-', '–', '·', '•', '*', '"',
];

/// A piece, without blanks at either end.
#[derive(Clone, Copy, Debug)]
pub(super) struct Piece<'a> {
    /// Its first byte in the text.
    pub start: usize,
    pub text: &'a str,
    /// True where a line, a cell or a label ends before it.
    pub is_first: bool,
    /// True where a comma or a line end parts it from what follows.
    pub is_apart: bool,
    /// True where a line ends behind it.
    pub ends_line: bool,
}

/// The last piece that ends before `end`, not further back than `low`; none behind a blank line.
pub(super) fn last(text: &str, low: usize, end: usize) -> Option<Piece<'_>> {
    let before = text.get(low..end)?;
    let own = before.trim_end_matches(LOOSE);
    let between = before.get(own.len()..).unwrap_or_default();
    if own.is_empty() || between.matches('\n').count() > 1 {
        return None;
    }
    let sign = own.char_indices().rev().find(|(at, c)| {
        let dash = matches!(c, '-' | '–') && own.get(..*at).is_some_and(|own| own.ends_with(' '));
        SIGNS.contains(c) || dash
    });
    let (from, by) = sign.map_or((0, None), |(at, c)| (at + c.len_utf8(), Some(c)));
    let piece = own.get(from..)?;
    let text = piece.trim_start_matches(LOOSE);
    let is_begun = by.is_none() && low == 0;
    (!text.is_empty()).then_some(Piece {
        start: low + from + (piece.len() - text.len()),
        text,
        is_first: is_begun || matches!(by, Some('\n' | '\t' | '|' | ';' | ':' | '"')),
        is_apart: !between.trim().is_empty() || between.contains(['\n', '\t']),
        ends_line: between.contains(['\n', '\t', '|', ';']),
    })
}
