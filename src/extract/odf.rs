// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns OpenDocument texts, sheets and slides (ODF 1.3, part 3) into text.

use std::borrow::Cow;

use memchr::memmem;

use super::draft::Draft;
use super::flow::Flow;
use super::grid::Grid;
use super::number::Shape;
use super::xml::{self, Attributes, Piece};
use super::zip::Archive;
use super::{Source, Why, Work};

const MANIFEST: &str = "META-INF/manifest.xml";

/// Files in which nothing stands that a person reads.
const FURNITURE: &[&str] = &[
    "meta-inf/",
    "configurations2/",
    "thumbnails/",
    "objectreplacements/",
    "layout-cache",
    "mimetype",
    "settings.xml",
    "manifest.rdf",
    "basic/",
    "dialogs/",
    "fonts/",
];

/// True for an archive that is an OpenDocument document.
pub(super) fn is_document(archive: &Archive<'_>) -> bool {
    let has = |name| archive.find(name).is_some();
    has(MANIFEST) && (has("content.xml") || has("encrypted-package"))
}

/// Reads a document.
pub(super) fn read(archive: &Archive<'_>, source: &Source<'_>, work: &mut Work) {
    work.is_rather("OpenDocument");
    if is_encrypted(archive, source, work) {
        let detail = "an OpenDocument document encrypted with a password";
        return work.unreadable(source.path, Why::Encrypted, detail);
    }
    let mut reader = Reader::default();
    let (mut others, mut pictures) = (Vec::new(), 0_usize);
    // The text proper first, what stands around it behind.
    let rank = |name: &str| match name {
        "content.xml" => 0,
        "styles.xml" => 1,
        "meta.xml" => 3,
        _ => 2,
    };
    let mut entries: Vec<_> = archive
        .entries
        .iter()
        .filter(|entry| !entry.is_folder())
        .collect();
    entries.sort_by_key(|entry| rank(&entry.name.to_lowercase()));
    for entry in entries {
        let name = entry.name.to_lowercase();
        let file = name.rsplit('/').next().unwrap_or_default();
        let is_xml = matches!(file, "content.xml" | "styles.xml" | "meta.xml");
        if name.starts_with("pictures/") || name.starts_with("media/") {
            pictures += 1;
        } else if is_xml {
            if name == "meta.xml" {
                say_what_is_missing(&reader, pictures, source, work);
            }
            if let Some(unpacked) = archive.unpack(entry, source.path, work) {
                reader.room = work.room().saturating_sub(reader.draft.len());
                reader.is_damaged |= unpacked.fault.is_some();
                reader.part(&name, &xml::decode(&unpacked.bytes));
                work.release(unpacked);
            } else {
                reader.is_damaged = true;
            }
        } else if !FURNITURE
            .iter()
            .any(|start| name.starts_with(start) || file == *start)
        {
            others.push(entry);
        }
    }
    if archive.find("meta.xml").is_none() {
        say_what_is_missing(&reader, pictures, source, work);
    }
    let (text, places) = reader.draft.finish();
    work.text(source.path, text, places);
    let container = source.as_container();
    for entry in others {
        if !work.admits(source.path, source.depth + 1) {
            return;
        }
        archive.open(entry, source, &container.member(&entry.name), work);
    }
}

/// The manifest says how each file of it was encrypted (part 2, 4.8).
fn is_encrypted(archive: &Archive<'_>, source: &Source<'_>, work: &mut Work) -> bool {
    let Some(entry) = archive.find(MANIFEST) else {
        return false;
    };
    let Some(unpacked) = archive.unpack(entry, source.path, work) else {
        return false;
    };
    let is_encrypted = memmem::find(&unpacked.bytes, b"encryption-data").is_some();
    work.release(unpacked);
    is_encrypted
}

fn say_what_is_missing(reader: &Reader, pictures: usize, source: &Source<'_>, work: &mut Work) {
    let is_blank = reader.draft.is_blank();
    if reader.is_over {
        let detail = "its cells are more than a message may hold";
        work.unreadable(source.path, Why::OverBudget, detail);
    } else if reader.is_damaged {
        let why = if is_blank {
            Why::Unreadable
        } else {
            Why::Partly
        };
        work.unreadable(source.path, why, "it is damaged");
    } else if pictures > 0 {
        let why = if is_blank {
            Why::Unreadable
        } else {
            Why::Picture
        };
        let only = if is_blank { "nothing but " } else { "" };
        let detail = format!("holds {only}pictures ({pictures})");
        work.unreadable(source.path, why, detail);
    }
}

/// A document being read.
#[derive(Default)]
struct Reader {
    draft: Draft,
    /// Text that has no place in `draft` yet.
    flow: Flow,
    /// Elements around, in which text stands.
    texts: usize,
    place: String,
    slide: usize,
    /// The sheet, in a spreadsheet; the cell that is open.
    is_spreadsheet: bool,
    grid: Option<Grid>,
    column: usize,
    next_row: u64,
    repeated: usize,
    value: Option<String>,
    links: Vec<String>,
    /// Bytes of text that may still come.
    room: usize,
    is_damaged: bool,
    is_over: bool,
}

impl Reader {
    fn part(&mut self, name: &str, xml: &str) {
        let most = self.draft.len().saturating_add(self.room);
        let is_meta = name == "meta.xml";
        self.texts = usize::from(is_meta);
        self.turn_to(match name {
            "meta.xml" => "properties".to_owned(),
            "styles.xml" => "header, footer or style".to_owned(),
            _ => String::new(),
        });
        let is_whole = xml::walk(xml, |piece| {
            self.is_over |= self.draft.len() > most;
            if self.is_over {
                return;
            }
            match piece {
                Piece::Start(_, _) | Piece::End(_) if is_meta => self.flow.block(),
                Piece::Start(name, attributes) => self.start(name, attributes),
                Piece::End(name) => self.end(name),
                Piece::Text(text) if self.texts > 0 => self.flow.add(text),
                Piece::Text(_) => {}
            }
        });
        self.is_damaged |= !is_whole;
        self.turn_to("links".to_owned());
        let links = std::mem::take(&mut self.links);
        self.draft.push(&links.join("\n"));
        self.is_spreadsheet = false;
        self.draft.leave();
    }

    /// Writes what was read so far; what comes stands elsewhere.
    fn turn_to(&mut self, place: String) {
        let text = std::mem::take(&mut self.flow).finish();
        self.draft.push(&text);
        self.draft.leave();
        self.draft.gap();
        self.draft.at(place.as_str());
        self.place = place;
    }

    fn start(&mut self, name: &str, attributes: &Attributes<'_>) {
        match name {
            "spreadsheet" => self.is_spreadsheet = true,
            "table" if self.is_spreadsheet => {
                let name = attributes.get("name").unwrap_or_default();
                self.turn_to(String::new());
                self.grid = Some(Grid::begin(&name, false, &mut self.draft));
                self.next_row = 1;
            }
            "table-row" if self.grid.is_some() => self.start_row(attributes),
            "table-cell" | "covered-table-cell" if self.grid.is_some() => {
                let repeated = attributes.get("number-columns-repeated");
                self.repeated = repeated.and_then(|n| n.parse().ok()).unwrap_or(1);
                self.value = attributes.get("value").map(Cow::into_owned);
                self.flow = Flow::default();
            }
            "table" => self.flow.table(),
            "table-row" => self.flow.row(),
            "table-cell" => self.flow.cell(),
            "page" => {
                self.slide += 1;
                self.turn_to(format!("slide {}", self.slide));
            }
            "notes" => self.turn_to(format!("slide {} notes", self.slide)),
            "p" | "h" | "desc" | "title" | "creator" => {
                self.flow.block();
                self.texts += 1;
            }
            "hidden-text" => {
                let text = attributes.get("string-value");
                self.flow.add(&text.unwrap_or_default());
            }
            "s" => self.flow.add(" "),
            "tab" => self.flow.add_as_is("\t"),
            "line-break" => self.flow.line_break(),
            "a" | "event-listener" => self
                .links
                .extend(attributes.get("href").map(Cow::into_owned)),
            // What may be chosen for a cell, and what is said there (part 3, 9.4.5).
            "content-validation" | "help-message" | "error-message" => {
                for name in ["condition", "title"] {
                    self.flow.block();
                    self.flow.add(&attributes.get(name).unwrap_or_default());
                }
            }
            _ => {}
        }
    }

    fn end(&mut self, name: &str) {
        match name {
            "table" if self.grid.is_some() => self.grid = None,
            "table-row" if self.grid.is_some() => {
                if let Some(grid) = &mut self.grid {
                    grid.end_row(&mut self.draft);
                }
            }
            "table-cell" | "covered-table-cell" if self.grid.is_some() => self.end_cell(),
            "table" => self.flow.end_table(),
            "table-row" => self.flow.row(),
            "table-cell" => self.flow.end_cell(),
            "notes" => self.turn_to(format!("slide {}", self.slide)),
            "page" => self.turn_to(String::new()),
            "p" | "h" | "desc" | "title" | "creator" => {
                self.flow.block();
                self.texts = self.texts.saturating_sub(1);
            }
            _ => {}
        }
    }

    fn start_row(&mut self, attributes: &Attributes<'_>) {
        let repeated = attributes.get("number-rows-repeated");
        let repeated: u64 = repeated.and_then(|n| n.parse().ok()).unwrap_or(1);
        if let Some(grid) = &mut self.grid {
            grid.begin_row(self.next_row);
        }
        self.next_row = self.next_row.saturating_add(repeated);
        self.column = 1;
    }

    fn end_cell(&mut self) {
        let shown = std::mem::take(&mut self.flow).finish();
        let value = self.value.take();
        // What is shown in scientific notation hides what it is.
        let text = match value {
            Some(value) if shown.contains("E+") => Shape::General.show(&value, false).into_owned(),
            _ => shown,
        };
        if let Some(grid) = &mut self.grid {
            grid.cell(self.column, &text, &mut self.draft);
        }
        self.column = self.column.saturating_add(self.repeated);
    }
}

#[cfg(test)]
mod tests;
