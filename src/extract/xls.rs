// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns an Excel workbook of before 2007 (MS-XLS) into the text of its cells.

use std::ops::Range;

use undoc::Block;

use super::{Source, Why, Work};

/// Reads the workbook.
pub(super) fn read(source: &Source<'_>, work: &mut Work) {
    let book = match undoc::parse_bytes(source.bytes) {
        Ok(book) => book,
        Err(undoc::Error::Encrypted) => {
            let detail = "a workbook encrypted with a password";
            return work.unreadable(source.path, Why::Encrypted, detail);
        }
        Err(_) => return work.unreadable(source.path, Why::Unreadable, "a damaged workbook"),
    };
    let mut text = String::new();
    let mut places: Vec<(Range<usize>, String)> = Vec::new();
    for sheet in &book.sections {
        let start = text.len();
        for block in &sheet.content {
            match block {
                Block::Paragraph(line) => text.push_str(&line.plain_text()),
                Block::Table(table) => {
                    for row in &table.rows {
                        let cells = row.cells.iter().map(undoc::Cell::plain_text);
                        text.push_str(&cells.collect::<Vec<_>>().join("\t"));
                        text.push('\n');
                    }
                }
                _ => continue,
            }
            text.push('\n');
        }
        for line in [&sheet.header, &sheet.footer, &sheet.notes]
            .into_iter()
            .flatten()
            .flatten()
        {
            text.push_str(&line.plain_text());
            text.push('\n');
        }
        if let Some(name) = sheet.name.as_deref().filter(|_| text.len() > start) {
            places.push((start..text.len(), format!("sheet {name}")));
        }
    }
    if text.trim().is_empty() {
        let detail = "a workbook in which no text was found";
        return work.unreadable(source.path, Why::Unreadable, detail);
    }
    work.text(source.path, text, places);
}
