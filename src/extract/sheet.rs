// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns a workbook (ECMA-376, 18) into rows of cells as a person sees them.

mod binary;
mod cells;

use std::collections::HashMap;

use super::Work;
use super::grid::Grid;
use super::number::Shape;
use super::ooxml::{Link, Package};
use super::story::Story;
use super::xml::{self, Piece};

pub(super) use cells::{boolean, margin};

/// What all sheets of a workbook share.
#[derive(Default)]
struct Book {
    strings: Strings,
    /// How the cells of each style are shown.
    shapes: Vec<Shape>,
    is_1904: bool,
}

/// The shared strings, in one.
#[derive(Default)]
struct Strings {
    text: String,
    ends: Vec<usize>,
}

impl Strings {
    fn get(&self, at: usize) -> Option<&str> {
        let start = match at.checked_sub(1) {
            Some(before) => *self.ends.get(before)?,
            None => 0,
        };
        self.text.get(start..*self.ends.get(at)?)
    }
}

/// A sheet, by the workbook.
struct Sheet {
    name: String,
    is_hidden: bool,
    id: String,
}

/// Reads the sheets, each with its comments.
pub(super) fn read(package: &mut Package<'_>, main: &str, bytes: &[u8], work: &mut Work) {
    let links = package.relations(main, work);
    let mut book = Book::default();
    let sheets = if binary::is_binary(main) {
        binary::workbook(bytes, &mut book)
    } else {
        workbook(bytes, &mut book)
    };
    if sheets.is_empty() {
        package.damaged(main);
    }
    for link in &links {
        match link.kind.as_str() {
            "sharedStrings" => book.strings = strings(package, &link.target, work),
            "styles" => book.shapes = shapes(package, &link.target, work),
            _ => {}
        }
    }
    let mut targets: HashMap<&str, &Link> = HashMap::new();
    targets.extend(links.iter().map(|link| (link.id.as_str(), link)));
    for sheet in &sheets {
        match targets.get(sheet.id.as_str()) {
            Some(link) if package.is_new(&link.target) => {
                read_sheet(package, &book, sheet, &link.target, work);
            }
            Some(_) => {}
            None => package.damaged(main),
        }
    }
}

/// Reads a part of which only its strings are of use: what a table or a pivot table keeps.
pub(super) fn loose_strings(bytes: &[u8]) -> Story {
    let (text, is_whole) = binary::loose_strings(bytes);
    Story {
        text,
        is_whole,
        ..Story::default()
    }
}

/// The sheets of a workbook, and what it says for all of them.
fn workbook(bytes: &[u8], book: &mut Book) -> Vec<Sheet> {
    let mut sheets = Vec::new();
    xml::walk(&xml::decode(bytes), |piece| match piece {
        Piece::Start("workbookPr", attributes) => {
            let value = attributes.get("date1904");
            book.is_1904 = value.is_some_and(|value| value == "1" || value == "true");
        }
        Piece::Start("sheet", attributes) => sheets.push(Sheet {
            name: attributes.get("name").unwrap_or_default().into_owned(),
            is_hidden: attributes
                .get("state")
                .is_some_and(|state| state != "visible"),
            id: attributes
                .get_prefixed("id")
                .unwrap_or_default()
                .into_owned(),
        }),
        _ => {}
    });
    sheets
}

fn read_sheet(package: &mut Package<'_>, book: &Book, sheet: &Sheet, part: &str, work: &mut Work) {
    let mut grid = Grid::begin(&sheet.name, sheet.is_hidden, &mut package.draft);
    if let Some(unpacked) = package.part(part, work) {
        let room = work.room().saturating_sub(package.draft.len());
        let draft = &mut package.draft;
        let end = if binary::is_binary(part) {
            binary::read(&unpacked.bytes, book, &mut grid, room, draft)
        } else {
            cells::read(&xml::decode(&unpacked.bytes), book, &mut grid, room, draft)
        };
        work.release(unpacked);
        match end {
            cells::End::Whole => {}
            cells::End::Damaged => package.damaged(part),
            cells::End::OverBudget => package.over_budget(work),
        }
    } else {
        package.damaged(part);
    }
    for link in package.relations(part, work) {
        if matches!(link.kind.as_str(), "comments" | "threadedComment")
            && package.is_new(&link.target)
            && let Some(unpacked) = package.part(&link.target, work)
        {
            let draft = &mut package.draft;
            let is_whole = if binary::is_binary(&link.target) {
                binary::read_comments(&unpacked.bytes, &grid, draft)
            } else {
                cells::read_comments(&xml::decode(&unpacked.bytes), grid.place(), draft)
            };
            if !is_whole {
                package.damaged(&link.target);
            }
            work.release(unpacked);
        }
    }
}

fn strings(package: &mut Package<'_>, part: &str, work: &mut Work) -> Strings {
    let mut strings = Strings::default();
    let Some(unpacked) = package.part(part, work) else {
        return strings;
    };
    let is_whole = if binary::is_binary(part) {
        binary::strings(&unpacked.bytes, &mut strings)
    } else {
        xml_strings(&unpacked.bytes, &mut strings)
    };
    work.release(unpacked);
    if !is_whole {
        package.damaged(part);
    }
    strings
}

fn xml_strings(bytes: &[u8], strings: &mut Strings) -> bool {
    // The reading of Japanese words (`rPh`) says the same again.
    let (mut is_text, mut is_reading) = (false, false);
    xml::walk(&xml::decode(bytes), |piece| match piece {
        Piece::Start("t", _) => is_text = !is_reading,
        Piece::End("t") => is_text = false,
        Piece::Start("rPh", _) => is_reading = true,
        Piece::End("rPh") => is_reading = false,
        Piece::End("si") => strings.ends.push(strings.text.len()),
        Piece::Text(text) if is_text => strings.text.push_str(text),
        _ => {}
    })
}

fn shapes(package: &mut Package<'_>, part: &str, work: &mut Work) -> Vec<Shape> {
    let mut shapes = Vec::new();
    let Some(unpacked) = package.part(part, work) else {
        return shapes;
    };
    let is_whole = if binary::is_binary(part) {
        binary::shapes(&unpacked.bytes, &mut shapes)
    } else {
        xml_shapes(&unpacked.bytes, &mut shapes)
    };
    work.release(unpacked);
    if !is_whole {
        package.damaged(part);
    }
    shapes
}

/// The number format of each style of cells (18.8.10, 18.8.30).
fn xml_shapes(bytes: &[u8], shapes: &mut Vec<Shape>) -> bool {
    let mut own: HashMap<u32, Shape> = HashMap::new();
    let mut is_cell_style = false;
    xml::walk(&xml::decode(bytes), |piece| match piece {
        Piece::Start("numFmt", attributes) => {
            let id = attributes.get("numFmtId").and_then(|id| id.parse().ok());
            let code = attributes.get("formatCode");
            own.extend(id.zip(code).map(|(id, code)| (id, Shape::read(&code))));
        }
        Piece::Start("cellXfs", _) => is_cell_style = true,
        Piece::End("cellXfs") => is_cell_style = false,
        Piece::Start("xf", attributes) if is_cell_style => {
            let id = attributes.get("numFmtId").and_then(|id| id.parse().ok());
            let id = id.unwrap_or(0);
            let shape = own.get(&id).cloned();
            shapes.push(shape.unwrap_or_else(|| Shape::built_in(id)));
        }
        _ => {}
    })
}

#[cfg(test)]
mod tests;
