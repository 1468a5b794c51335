// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns the records of a sheet into rows, then its comments, text boxes, charts and links.

use std::collections::HashMap;

use super::record::{Fields, Records};
use super::{Book, Sheet, text};
use crate::extract::draft::Draft;
use crate::extract::grid::Grid;
use crate::extract::number::Shape;
use crate::extract::sheet::{boolean, margin};

/// Records of a sheet that are read (2.3).
mod kind {
    pub const FORMULA: u16 = 0x06;
    pub const END: u16 = 0x0a;
    pub const HEADER: u16 = 0x14;
    pub const FOOTER: u16 = 0x15;
    pub const NOTE: u16 = 0x1c;
    pub const OBJECT: u16 = 0x5d;
    pub const PACKED_ROW: u16 = 0xbd;
    pub const RICH_LABEL: u16 = 0xd6;
    pub const SHARED_LABEL: u16 = 0xfd;
    pub const TEXT: u16 = 0x1b6;
    pub const LINK: u16 = 0x1b8;
    pub const CHOICE: u16 = 0x1be;
    pub const NUMBER: u16 = 0x203;
    pub const LABEL: u16 = 0x204;
    pub const BOOLEAN: u16 = 0x205;
    pub const STRING: u16 = 0x207;
    pub const PACKED: u16 = 0x27e;
    pub const BEGIN: u16 = 0x809;
    pub const SERIES_TEXT: u16 = 0x100d;
}

/// Adds the rows of a sheet, until the text is longer than `most`. False where it is damaged.
pub(super) fn read(
    records: &[u8],
    book: &Book,
    sheet: &Sheet,
    most: usize,
    draft: &mut Draft,
) -> bool {
    let mut rows = Rows {
        book,
        grid: Grid::begin(&sheet.name, sheet.is_hidden, draft),
        draft,
        formula: None,
        object: None,
        texts: HashMap::new(),
        notes: Vec::new(),
        aside: Vec::new(),
    };
    let mut records = Records::of(records);
    // A chart on a sheet has records of its own inside.
    let mut depth = 0_usize;
    while let Some((kind, data)) = records.next() {
        match kind {
            kind::BEGIN => depth += 1,
            kind::END if depth <= 1 => break,
            kind::END => depth -= 1,
            kind::TEXT => rows.text_box(&mut records.continued(data)),
            kind::SERIES_TEXT => {
                let mut fields = Fields::of(data);
                let _id = fields.short();
                let text = text(&mut fields, book, true);
                rows.aside.extend(text);
            }
            _ if depth > 1 => {}
            _ => {
                let mut fields = records.continued(data);
                if rows.record(kind, &mut fields).is_none() {
                    records.is_whole = false;
                    break;
                }
            }
        }
        if rows.draft.len() > most {
            break;
        }
    }
    rows.finish();
    records.is_whole
}

struct Rows<'a> {
    book: &'a Book,
    draft: &'a mut Draft,
    grid: Grid,
    /// The column of a formula whose text comes in a record of its own.
    formula: Option<usize>,
    /// The object that was told last, and the texts of objects.
    object: Option<u16>,
    texts: HashMap<u16, String>,
    /// Cells with a comment, each with its author and the object that holds the text.
    notes: Vec<Note>,
    /// What stands beside the cells.
    aside: Vec<String>,
}

struct Note {
    column: usize,
    row: u64,
    author: String,
    object: u16,
}

impl Rows<'_> {
    /// Takes a record. None where it breaks off.
    fn record(&mut self, kind: u16, fields: &mut Fields<'_>) -> Option<()> {
        match kind {
            kind::SHARED_LABEL => {
                let (column, _) = self.cell(fields)?;
                let at = usize::try_from(fields.long()?).ok()?;
                let text = self.book.strings.get(at).map_or("", String::as_str);
                self.grid.cell(column, text, self.draft);
            }
            kind::LABEL | kind::RICH_LABEL => {
                let (column, _) = self.cell(fields)?;
                let text = text(fields, self.book, false)?;
                self.grid.cell(column, &text, self.draft);
            }
            kind::NUMBER => {
                let (column, style) = self.cell(fields)?;
                self.number(column, style, fields.real()?);
            }
            kind::PACKED => {
                let (column, style) = self.cell(fields)?;
                self.number(column, style, fields.packed()?);
            }
            kind::PACKED_ROW => {
                self.row(fields.short()?);
                let mut column = usize::from(fields.short()?) + 1;
                // Behind the last one stands its column.
                while fields.rest().len() >= 6 {
                    let (style, number) = (fields.short()?, fields.packed()?);
                    self.number(column, style, number);
                    column += 1;
                }
            }
            kind::FORMULA => {
                let (column, style) = self.cell(fields)?;
                self.formula(column, style, fields)?;
            }
            kind::STRING => {
                let text = text(fields, self.book, false)?;
                if let Some(column) = self.formula.take() {
                    self.grid.cell(column, &text, self.draft);
                }
            }
            kind::BOOLEAN => {
                let (column, _) = self.cell(fields)?;
                let (value, is_error) = (fields.byte()?, fields.byte()?);
                if is_error == 0 {
                    self.grid.cell(column, boolean(value != 0), self.draft);
                }
            }
            kind::HEADER | kind::FOOTER if !fields.rest().is_empty() => {
                let text = text(fields, self.book, !self.book.is_new)?;
                self.grid.end_row(self.draft);
                margin(&text, &self.grid, self.draft);
            }
            kind::OBJECT => self.object = object(fields),
            kind::NOTE => self.note(fields)?,
            kind::CHOICE => self.choice(fields).unwrap_or_default(),
            kind::LINK => self.aside.extend(wide_runs(fields.rest())),
            _ => {}
        }
        Some(())
    }

    /// Goes to the cell; gives its column, from 1, and its style.
    fn cell(&mut self, fields: &mut Fields<'_>) -> Option<(usize, u16)> {
        self.row(fields.short()?);
        Some((usize::from(fields.short()?) + 1, fields.short()?))
    }

    fn row(&mut self, row: u16) {
        let row = u64::from(row) + 1;
        if row != self.grid.row() {
            self.grid.end_row(self.draft);
            self.grid.begin_row(row);
        }
    }

    fn number(&mut self, column: usize, style: u16, value: f64) {
        let shape = self.book.shapes.get(usize::from(style));
        let raw = value.to_string();
        let shown = shape
            .unwrap_or(&Shape::General)
            .show(&raw, self.book.is_1904);
        self.grid.cell(column, &shown, self.draft);
    }

    /// The value of a formula (2.5.133): a number, or what it is where it is none.
    fn formula(&mut self, column: usize, style: u16, fields: &mut Fields<'_>) -> Option<()> {
        let value = fields.real()?;
        match value.to_le_bytes() {
            [0, .., 0xff, 0xff] => self.formula = Some(column),
            [1, _, value, .., 0xff, 0xff] => {
                self.grid.cell(column, boolean(value != 0), self.draft);
            }
            [.., 0xff, 0xff] => {}
            _ => self.number(column, style, value),
        }
        Some(())
    }

    /// A comment: since Excel 97 its text is that of an object (2.4.179).
    fn note(&mut self, fields: &mut Fields<'_>) -> Option<()> {
        let row = u64::from(fields.short()?) + 1;
        let column = usize::from(fields.short()?) + 1;
        if !self.book.is_new {
            let text = text(fields, self.book, false)?;
            self.aside.push(text);
            return Some(());
        }
        let (_flags, object) = (fields.short()?, fields.short()?);
        let author = text(fields, self.book, false)?;
        self.notes.push(Note {
            column,
            row,
            author,
            object,
        });
        Some(())
    }

    /// What is said to who fills in a cell, and a list to choose from that stands in its formula (2.4.95).
    fn choice(&mut self, fields: &mut Fields<'_>) -> Option<()> {
        const STRING: u8 = 0x17;
        let _flags = fields.long()?;
        for _ in 0..4 {
            let hint = text(fields, self.book, false)?;
            self.aside.push(hint.replace('\0', ""));
        }
        let (_size, _unused) = (fields.short()?, fields.short()?);
        if fields.byte()? == STRING {
            let list = text(fields, self.book, true)?;
            self.aside.push(list.replace('\0', ", "));
        }
        Some(())
    }

    /// The text of an object (2.4.329), which stands in the records behind.
    fn text_box(&mut self, fields: &mut Fields<'_>) {
        let count = fields.skip(10).and_then(|()| fields.short()).unwrap_or(0);
        if count == 0 || !fields.next_record() {
            return;
        }
        let text = fields.characters(usize::from(count)).unwrap_or_default();
        match self.object.take() {
            Some(object) => drop(self.texts.insert(object, text)),
            None => self.aside.push(text),
        }
    }

    fn finish(mut self) {
        self.grid.end_row(self.draft);
        self.draft.gap();
        for note in std::mem::take(&mut self.notes) {
            let text = self.texts.remove(&note.object).unwrap_or_default();
            let place = self.grid.place_of(note.column, note.row);
            self.draft.at(format!("{place} comment"));
            self.draft.push(&format!("{} {text}", note.author));
            self.draft.leave();
            self.draft.line();
        }
        let mut texts: Vec<(u16, String)> = self.texts.into_iter().collect();
        texts.sort();
        self.aside.extend(texts.into_iter().map(|(_, text)| text));
        self.draft
            .at(format!("{} objects and links", self.grid.place()));
        self.draft.push(&self.aside.join("\n"));
        self.draft.leave();
        self.draft.line();
    }
}

/// The number of an object (2.5.143).
fn object(fields: &mut Fields<'_>) -> Option<u16> {
    let (kind, _size, _object) = (fields.short()?, fields.short()?, fields.short()?);
    (kind == 0x15).then(|| fields.short()).flatten()
}

/// What is written in UTF-16 among other things: the addresses of a link (2.4.140).
fn wide_runs(data: &[u8]) -> Vec<String> {
    let mut runs = Vec::new();
    let mut rest = data;
    while rest.len() > 1 {
        let (units, _) = rest.as_chunks::<2>();
        let units = units.iter().map(|unit| u16::from_le_bytes(*unit));
        let text = units.map_while(|unit| char::from_u32(unit.into()).filter(|c| is_written(*c)));
        let text: String = text.collect();
        let length = text.chars().count();
        if length > 4 {
            runs.push(text);
            rest = rest.get(length * 2..).unwrap_or_default();
        } else {
            rest = rest.get(1..).unwrap_or_default();
        }
    }
    runs
}

fn is_written(c: char) -> bool {
    ('\u{20}'..'\u{250}').contains(&c)
}
