// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns a Word document (MS-DOC) into text: body, notes, headers, comments and text boxes, which
//! stand one after the other in its pieces.

use std::path::Path;

use super::codepage::{self, WESTERN};
use super::ole::{self, Ole, long};
use super::{Source, Why, Work};

/// Reads the document.
pub(super) fn read(ole: &mut Ole<'_>, source: &Source<'_>, work: &mut Work) {
    let main = ole.stream(Path::new("/WordDocument")).unwrap_or_default();
    let flags = short(&main, 0x0a).unwrap_or(0);
    let name = if flags & 0x0200 != 0 {
        "/1Table"
    } else {
        "/0Table"
    };
    let table = ole.stream(Path::new(name)).unwrap_or_default();
    if flags & 0x0100 != 0 {
        let (why, detail) = encryption(flags, &table);
        return work.unreadable(source.path, why, detail);
    }
    // Word 97 and later; before, the text stands in one piece.
    let is_new = short(&main, 2).is_some_and(|version| version >= 0xc1);
    let text = if is_new { pieces(&main, &table) } else { None };
    let text = text.or_else(|| one_piece(&main)).unwrap_or_default();
    ole::finish(readable(&text), "Word", source, work);
}

/// What protects the document (MS-DOC, 2.5.2; MS-OFFCRYPTO, 2.3.6.1): the old ways are broken in
/// seconds.
fn encryption(flags: u16, table: &[u8]) -> (Why, &'static str) {
    if flags & 0x8000 != 0 {
        return (Why::WeaklyEncrypted, "a Word document obscured with XOR");
    }
    if table.starts_with(&[1, 0, 1, 0]) {
        return (
            Why::WeaklyEncrypted,
            "a Word document encrypted with RC4 of 40 bits",
        );
    }
    (Why::Encrypted, "a Word document encrypted with a password")
}

/// The text by the table of pieces (MS-DOC, 2.8.35 and 2.9.73).
fn pieces(main: &[u8], table: &[u8]) -> Option<String> {
    let (start, size) = (long(main, 0x01a2)?, long(main, 0x01a6)?);
    let mut clx = table.get(start..)?;
    clx = clx.get(..size).unwrap_or(clx);
    while let [1, rest @ ..] = clx {
        clx = rest.get(usize::from(short(rest, 0)?) + 2..)?;
    }
    let [2, rest @ ..] = clx else {
        return None;
    };
    let size = long(rest, 0)?;
    let plc = rest.get(4..)?;
    let plc = plc.get(..size).unwrap_or(plc);
    let count = plc.len().checked_sub(4)? / 12;
    let mut text = String::new();
    // In a sound file each byte is in one piece.
    let mut left = main.len();
    for piece in 0..count {
        let (from, to) = (long(plc, piece * 4)?, long(plc, piece * 4 + 4)?);
        let at = long(plc, (count + 1) * 4 + piece * 8 + 2)?;
        let is_narrow = at & 0x4000_0000 != 0;
        let at = at & 0x3fff_ffff;
        let length = to.saturating_sub(from);
        let (at, length) = if is_narrow {
            (at / 2, length)
        } else {
            (at, length.saturating_mul(2))
        };
        let bytes = main.get(at..).unwrap_or_default();
        let bytes = bytes.get(..length).unwrap_or(bytes);
        let Some(rest) = left.checked_sub(bytes.len()) else {
            break;
        };
        left = rest;
        text += &codepage::decode(bytes, if is_narrow { WESTERN } else { 1200 });
    }
    Some(text)
}

/// The text of a document without pieces, from its first character to its last.
fn one_piece(main: &[u8]) -> Option<String> {
    let text = main.get(long(main, 0x18)?..long(main, 0x1c)?)?;
    Some(codepage::decode(text, WESTERN))
}

/// Text with the marks of Word (MS-DOC, 2.4.1 and 2.8.25) as a person sees them.
fn readable(text: &str) -> String {
    let shown = text.chars().filter_map(|c| match c {
        '\r' | '\u{b}' | '\u{c}' | '\u{e}' => Some('\n'),
        '\u{7}' => Some('\t'),
        '\t' => Some('\t'),
        '\u{1e}' => Some('-'),
        // A field: what it is made from, then what it shows.
        '\u{13}'..='\u{15}' => Some(' '),
        c if c.is_control() => None,
        c => Some(c),
    });
    shown.collect()
}

fn short(bytes: &[u8], at: usize) -> Option<u16> {
    let bytes = bytes.get(at..)?.first_chunk()?;
    Some(u16::from_le_bytes(*bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_not_read() {
        assert_eq!(readable("a\rb\u{7}c\u{1}\u{1e}d\n"), "a\nb\tc-d");
        assert_eq!(readable("\u{13} LINK\u{14}x\u{15}"), "  LINK x ");
    }

    #[test]
    fn a_broken_table_is_no_text() {
        assert_eq!(pieces(&[0xff; 0x200], &[0xff; 0x200]), None);
        assert_eq!(pieces(&[0; 0x200], &[2, 0, 0]), None);
        // One piece, from beyond the file.
        let mut main = vec![0; 0x200];
        main[0x1a6] = 21;
        let mut table = vec![2, 16, 0, 0, 0];
        table.extend([0_u8; 4].iter().chain(&[0xff; 12]));
        assert_eq!(pieces(&main, &table).as_deref(), Some(""));
        assert_eq!(one_piece(&[0xff; 0x40]), None);
    }

    #[test]
    fn old_ways_of_encryption_are_weak() {
        assert_eq!(encryption(0x8100, &[]).0, Why::WeaklyEncrypted);
        assert_eq!(encryption(0x0100, &[1, 0, 1, 0]).0, Why::WeaklyEncrypted);
        assert_eq!(encryption(0x0100, &[2, 0, 2, 0]).0, Why::Encrypted);
    }
}
