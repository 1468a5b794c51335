// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns an Excel workbook of before 2007 (MS-XLS) into rows of cells as a person sees them.

mod record;
mod sheet;

use std::collections::HashMap;
use std::path::Path;

use super::codepage::{self, WESTERN};
use super::draft::Draft;
use super::number::Shape;
use super::ole::Ole;
use super::{Source, Why, Work};
use record::{Fields, Records};

/// Records of the workbook that are read (2.3).
mod kind {
    pub const DATE_MODE: u16 = 0x22;
    pub const FILE_PASS: u16 = 0x2f;
    pub const CODE_PAGE: u16 = 0x42;
    pub const SHEET: u16 = 0x85;
    pub const STYLE: u16 = 0xe0;
    pub const STRINGS: u16 = 0xfc;
    pub const FORMAT: u16 = 0x41e;
    pub const BEGIN: u16 = 0x809;
    pub const CACHED_STRING: u16 = 0xcd;
    pub const END: u16 = 0x0a;
}

/// The version of Excel 97 to 2003; before, strings are in a code page.
const BIFF_8: u16 = 0x600;

/// Where the data of pivot tables are kept.
const PIVOTS: &str = "/_SX_DB_CUR";

/// What all sheets of a workbook share.
struct Book {
    is_new: bool,
    page: u32,
    is_1904: bool,
    strings: Vec<String>,
    /// How the cells of each style are shown.
    shapes: Vec<Shape>,
    sheets: Vec<Sheet>,
    /// It could be read to its end.
    is_whole: bool,
}

/// A sheet, by the workbook.
struct Sheet {
    name: String,
    is_hidden: bool,
    /// Where its records begin.
    start: usize,
}

/// Reads the workbook.
pub(super) fn read(ole: &mut Ole<'_>, source: &Source<'_>, work: &mut Work) {
    let stream = ["/Workbook", "/Book"].map(|name| ole.stream(Path::new(name)));
    let stream = stream.into_iter().flatten().next().unwrap_or_default();
    let book = match book(&stream) {
        Ok(book) => book,
        Err((why, detail)) => return work.unreadable(source.path, why, detail),
    };
    let mut draft = Draft::default();
    let room = work.room();
    let mut is_whole = book.is_whole;
    for sheet in &book.sheets {
        let records = stream.get(sheet.start..).unwrap_or_default();
        is_whole &= sheet::read(records, &book, sheet, room, &mut draft);
    }
    let is_over = draft.len() > room;
    for path in ole.children(Path::new(PIVOTS), false) {
        let cache = ole.stream(&path).unwrap_or_default();
        draft.gap();
        draft.at("data of a pivot table");
        for line in cached(&cache) {
            draft.push_line(&line);
            draft.line();
        }
        draft.leave();
    }
    let is_blank = draft.is_blank();
    if is_over {
        let detail = "its cells are more than a message may hold";
        work.unreadable(source.path, Why::OverBudget, detail);
    } else if is_blank {
        let detail = "a workbook in which no text was found";
        work.unreadable(source.path, Why::Unreadable, detail);
    } else if !is_whole {
        work.unreadable(source.path, Why::Partly, "the workbook is damaged");
    }
    let (text, places) = draft.finish();
    work.text(source.path, text, places);
}

/// What the first records say, or what protects them.
fn book(stream: &[u8]) -> Result<Book, (Why, &'static str)> {
    let mut book = Book {
        is_new: true,
        page: WESTERN,
        is_1904: false,
        strings: Vec::new(),
        shapes: Vec::new(),
        sheets: Vec::new(),
        is_whole: true,
    };
    let mut formats: HashMap<u16, Shape> = HashMap::new();
    let mut records = Records::of(stream);
    while let Some((kind, data)) = records.next() {
        let mut fields = Fields::of(data);
        match kind {
            kind::BEGIN => book.is_new = fields.short() == Some(BIFF_8),
            kind::FILE_PASS => return Err(protection(&mut fields)),
            kind::CODE_PAGE => book.page = page(fields.short()),
            kind::DATE_MODE => book.is_1904 = fields.short() == Some(1),
            kind::SHEET => book.sheets.extend(sheet(&mut fields, &book)),
            kind::FORMAT => {
                let format = fields.short().zip(text(&mut fields, &book, !book.is_new));
                formats.extend(format.map(|(id, code)| (id, Shape::read(&code))));
            }
            kind::STYLE => {
                let (_font, id) = (fields.short(), fields.short().unwrap_or(0));
                let own = formats.get(&id).cloned();
                book.shapes
                    .push(own.unwrap_or_else(|| Shape::built_in(u32::from(id))));
            }
            kind::STRINGS => strings(&mut records.continued(data), &mut book),
            kind::END => break,
            _ => {}
        }
    }
    book.is_whole &= records.is_whole && !book.sheets.is_empty();
    Ok(book)
}

/// How the workbook is protected (2.4.117): the old ways are broken in seconds.
fn protection(fields: &mut Fields<'_>) -> (Why, &'static str) {
    match (fields.short(), fields.short()) {
        (Some(0), _) => (Why::WeaklyEncrypted, "a workbook obscured with XOR"),
        (Some(1), Some(1)) => (
            Why::WeaklyEncrypted,
            "a workbook encrypted with RC4 of 40 bits",
        ),
        _ => (Why::Encrypted, "a workbook encrypted with a password"),
    }
}

/// The code page, of which Excel writes some numbers its own way (2.4.52).
fn page(told: Option<u16>) -> u32 {
    match told {
        Some(0x8000) => 10_000,
        Some(0x8001) | None => WESTERN,
        Some(page) => u32::from(page),
    }
}

fn sheet(fields: &mut Fields<'_>, book: &Book) -> Option<Sheet> {
    let start = usize::try_from(fields.long()?).ok()?;
    let state = fields.short()?;
    Some(Sheet {
        start,
        is_hidden: state & 3 != 0,
        name: text(fields, book, true)?,
    })
}

/// The shared strings (2.4.265).
fn strings(fields: &mut Fields<'_>, book: &mut Book) {
    let (_uses, count) = (fields.long(), fields.long().unwrap_or(0));
    for _ in 0..count {
        let Some(text) = fields.rich() else {
            book.is_whole = false;
            break;
        };
        book.strings.push(text);
    }
}

/// A string behind the number of its characters, which is one byte where it `is_short`.
fn text(fields: &mut Fields<'_>, book: &Book, is_short: bool) -> Option<String> {
    let count = if is_short {
        usize::from(fields.byte()?)
    } else {
        usize::from(fields.short()?)
    };
    if book.is_new {
        return fields.characters(count);
    }
    let rest = fields.rest();
    let text = rest.get(..count).unwrap_or(rest);
    fields.skip(text.len())?;
    Some(codepage::decode(text, book.page))
}

/// The strings that a pivot table keeps of its source.
fn cached(stream: &[u8]) -> Vec<String> {
    let records = Records::of(stream).filter(|(kind, _)| *kind == kind::CACHED_STRING);
    let strings = records.filter_map(|(_, data)| {
        let mut fields = Fields::of(data);
        let count = usize::from(fields.short()?);
        fields.characters(count)
    });
    strings.collect()
}
