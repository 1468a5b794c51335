// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns the binary parts of an XLSB workbook (MS-XLSB) into what the XML of an XLSX would give.

use std::borrow::Cow;

use super::cells::{self, End};
use super::{Book, Sheet, Strings};
use crate::extract::codepage;
use crate::extract::draft::Draft;
use crate::extract::grid::Grid;
use crate::extract::number::{self, Shape};

/// Records that are read (MS-XLSB, 2.3.2).
mod kind {
    pub const ROW: u32 = 0;
    pub const RK: u32 = 2;
    pub const BOOL: u32 = 4;
    pub const REAL: u32 = 5;
    pub const STRING: u32 = 6;
    pub const SHARED_STRING: u32 = 7;
    pub const FORMULA_STRING: u32 = 8;
    pub const FORMULA_NUMBER: u32 = 9;
    pub const FORMULA_BOOL: u32 = 10;
    pub const SHARED_ITEM: u32 = 19;
    pub const FORMAT: u32 = 44;
    pub const STYLE: u32 = 47;
    pub const RICH_STRING: u32 = 62;
    pub const BOOK: u32 = 153;
    pub const SHEET: u32 = 156;
    pub const MARGINS: u32 = 479;
    pub const STYLES: u32 = 617;
    pub const STYLES_END: u32 = 618;
    pub const AUTHOR: u32 = 632;
    pub const COMMENT: u32 = 635;
    pub const COMMENT_TEXT: u32 = 637;
}

/// True for the name of a part that is binary.
pub(super) fn is_binary(part: &str) -> bool {
    part.to_ascii_lowercase().ends_with(".bin")
}

/// Records, one after the other; [`Records::is_whole`] tells whether the last was there to its end.
struct Records<'a> {
    rest: &'a [u8],
    is_whole: bool,
}

impl<'a> Records<'a> {
    fn of(bytes: &'a [u8]) -> Self {
        Self {
            rest: bytes,
            is_whole: true,
        }
    }

    /// A number of seven bits a byte, the low ones first (MS-XLSB, 2.1.4).
    fn number(&mut self, most: u32) -> Option<u32> {
        let mut number = 0;
        for place in 0..most {
            let (byte, rest) = self.rest.split_first()?;
            self.rest = rest;
            number |= u32::from(byte & 0x7f) << (7 * place);
            if byte & 0x80 == 0 {
                break;
            }
        }
        Some(number)
    }

    fn record(&mut self) -> Option<(u32, Fields<'a>)> {
        let kind = self.number(2)?;
        let size = usize::try_from(self.number(4)?).ok()?;
        let (data, rest) = self.rest.split_at_checked(size)?;
        self.rest = rest;
        Some((kind, Fields(data)))
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = (u32, Fields<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let record = self.record();
        self.is_whole = record.is_some();
        record
    }
}

/// The fields of a record, taken from its front.
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (field, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*field)
    }

    fn byte(&mut self) -> Option<u8> {
        self.take::<1>().map(|[byte]| byte)
    }

    fn short(&mut self) -> Option<u16> {
        self.take().map(u16::from_le_bytes)
    }

    fn long(&mut self) -> Option<u32> {
        self.take().map(u32::from_le_bytes)
    }

    fn size(&mut self) -> Option<usize> {
        usize::try_from(self.long()?).ok()
    }

    fn real(&mut self) -> Option<f64> {
        self.take().map(f64::from_le_bytes)
    }

    /// A string behind its length (2.5.168); the length of all ones says that there is none.
    fn string(&mut self) -> Option<String> {
        let length = self.long()?;
        if length == u32::MAX {
            return Some(String::new());
        }
        let size = usize::try_from(length).ok()?.checked_mul(2)?;
        let (bytes, rest) = self.0.split_at_checked(size)?;
        self.0 = rest;
        Some(codepage::decode(bytes, 1200))
    }

    /// A string with its formats (2.5.122), which are left out.
    fn rich(&mut self) -> Option<String> {
        self.byte()?;
        self.string()
    }

    /// A number in 30 bits (2.5.121).
    fn packed(&mut self) -> Option<f64> {
        self.long().map(number::packed)
    }
}

/// The sheets of a workbook, and what it says for all of them.
pub(super) fn workbook(bytes: &[u8], book: &mut Book) -> Vec<Sheet> {
    let mut sheets = Vec::new();
    for (kind, mut fields) in Records::of(bytes) {
        match kind {
            kind::BOOK => book.is_1904 = fields.long().is_some_and(|flags| flags & 1 != 0),
            kind::SHEET => sheets.extend(sheet(&mut fields)),
            _ => {}
        }
    }
    sheets
}

fn sheet(fields: &mut Fields<'_>) -> Option<Sheet> {
    let state = fields.long()?;
    let _tab = fields.long()?;
    Some(Sheet {
        is_hidden: state != 0,
        id: fields.string()?,
        name: fields.string()?,
    })
}

/// The shared strings. False where they are not all there.
pub(super) fn strings(bytes: &[u8], strings: &mut Strings) -> bool {
    let mut records = Records::of(bytes);
    for (kind, mut fields) in &mut records {
        if kind == kind::SHARED_ITEM {
            strings.text += &fields.rich().unwrap_or_default();
            strings.ends.push(strings.text.len());
        }
    }
    records.is_whole
}

/// The number format of each style of cells. False where they are not all there.
pub(super) fn shapes(bytes: &[u8], shapes: &mut Vec<Shape>) -> bool {
    let mut own = std::collections::HashMap::new();
    let mut is_cell_style = false;
    let mut records = Records::of(bytes);
    for (kind, mut fields) in &mut records {
        match kind {
            kind::FORMAT => own.extend(fields.short().zip(fields.string())),
            kind::STYLES => is_cell_style = true,
            kind::STYLES_END => is_cell_style = false,
            kind::STYLE if is_cell_style => {
                let _parent = fields.short();
                let id = fields.short().unwrap_or(0);
                let code = own.get(&id).map(|code| Shape::read(code));
                shapes.push(code.unwrap_or_else(|| Shape::built_in(u32::from(id))));
            }
            _ => {}
        }
    }
    records.is_whole
}

/// Adds the rows of a sheet, `room` bytes of text at most.
pub(super) fn read(
    bytes: &[u8],
    book: &Book,
    grid: &mut Grid,
    room: usize,
    draft: &mut Draft,
) -> End {
    let most = draft.len().saturating_add(room);
    let mut records = Records::of(bytes);
    for (kind, mut fields) in &mut records {
        if draft.len() > most {
            return End::OverBudget;
        }
        match kind {
            kind::ROW => {
                grid.end_row(draft);
                let row = fields.long().unwrap_or(0);
                grid.begin_row(u64::from(row).saturating_add(1));
            }
            kind::MARGINS => {
                grid.end_row(draft);
                let _flags = fields.short();
                let texts = std::iter::from_fn(|| fields.string());
                for text in texts.filter(|text| !text.is_empty()) {
                    cells::margin(&text, grid, draft);
                }
            }
            _ => {
                if let Some((column, text)) = cell(kind, &mut fields, book) {
                    grid.cell(column.saturating_add(1), &text, draft);
                }
            }
        }
    }
    grid.end_row(draft);
    if records.is_whole {
        End::Whole
    } else {
        End::Damaged
    }
}

/// Column, from 0, and text of a cell (2.5.9).
fn cell<'a>(kind: u32, fields: &mut Fields<'_>, book: &'a Book) -> Option<(usize, Cow<'a, str>)> {
    if !(kind::RK..=kind::FORMULA_BOOL).contains(&kind) && kind != kind::RICH_STRING {
        return None;
    }
    let column = fields.size()?;
    let style = fields.size()? & 0x00ff_ffff;
    let number = |value: f64| {
        let shape = book.shapes.get(style).unwrap_or(&Shape::General);
        let shown = shape.show(&value.to_string(), book.is_1904).into_owned();
        Cow::Owned(shown)
    };
    let text = match kind {
        kind::RK => number(fields.packed()?),
        kind::REAL | kind::FORMULA_NUMBER => number(fields.real()?),
        kind::BOOL | kind::FORMULA_BOOL => Cow::Borrowed(cells::boolean(fields.byte()? == 1)),
        kind::STRING | kind::FORMULA_STRING => Cow::Owned(fields.string()?),
        kind::RICH_STRING => Cow::Owned(fields.rich()?),
        kind::SHARED_STRING => Cow::Borrowed(book.strings.get(fields.size()?)?),
        _ => return None,
    };
    Some((column, text))
}

/// The strings of a part whose records are not known, a line each; and whether it was all there.
pub(super) fn loose_strings(bytes: &[u8]) -> (String, bool) {
    let mut text = String::new();
    let mut records = Records::of(bytes);
    for (_, mut fields) in &mut records {
        while !fields.0.is_empty() {
            let mut ahead = Fields(fields.0);
            match ahead.string().filter(|string| is_written(string)) {
                Some(string) => {
                    text += &string;
                    text.push('\n');
                    fields = ahead;
                }
                None => fields.0 = fields.0.get(1..).unwrap_or_default(),
            }
        }
    }
    (text, records.is_whole)
}

/// True for what was most likely written as text: numbers make characters of all kinds.
fn is_written(string: &str) -> bool {
    let is_odd = |c: char| c.is_control() || c == char::REPLACEMENT_CHARACTER;
    string.len() > 1 && !string.contains(is_odd)
}

/// Adds the comments of a sheet, a line each. False where they are not all there.
pub(super) fn read_comments(bytes: &[u8], grid: &Grid, draft: &mut Draft) -> bool {
    let mut records = Records::of(bytes);
    draft.leave();
    draft.gap();
    for (kind, mut fields) in &mut records {
        match kind {
            kind::AUTHOR => {
                draft.line();
                draft.at(format!("{} comments", grid.place()));
                draft.push(&fields.string().unwrap_or_default());
            }
            kind::COMMENT => {
                let _author = fields.long();
                let (row, _) = (fields.long().unwrap_or(0), fields.long());
                let column = fields.size().unwrap_or(0);
                draft.line();
                draft.at(format!(
                    "{} comment",
                    grid.place_of(column.saturating_add(1), u64::from(row) + 1)
                ));
            }
            kind::COMMENT_TEXT => draft.push(&fields.rich().unwrap_or_default()),
            _ => {}
        }
    }
    draft.leave();
    records.is_whole
}
