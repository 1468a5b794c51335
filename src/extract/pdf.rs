// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns a PDF (ISO 32000) into the text of its pages, forms, comments and properties, and opens
//! the files attached to it.

mod attached;
mod drawn;
mod ends;
mod form;
mod lines;
mod notes;
mod tree;

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};

use memchr::memmem;
use pdf_oxide::document::PdfDocument;
use pdf_oxide::object::Object;

use super::{Format, Place, Source, Why, Work};
use notes::Note;

/// The head stands in the first bytes, behind whatever a server put there (ISO 32000-1, annex H.3.4.1).
const HEAD: usize = 1024;

/// Pages beyond this are not read.
const MOST_PAGES: usize = 5_000;

/// Text beyond this is not read. A page may be drawn from the same bytes again and again.
const MOST_TEXT: usize = 64 << 20;

/// Annotations beyond this are not read.
const MOST_NOTES: usize = 100_000;

/// Objects that are drawn: operators that stand in the content of a page (ISO 32000-1, annex A).
const DRAWS: &[&[u8]] = &[b" Do", b"\nDo", b" EI", b"\nEI"];

/// A PDF.
pub(super) struct Pdf;

impl Format for Pdf {
    fn name(&self) -> &'static str {
        "PDF"
    }

    fn takes(&self, source: &Source<'_>) -> bool {
        let head = source
            .bytes
            .get(..source.bytes.len().min(HEAD))
            .unwrap_or_default();
        let start = head.trim_ascii_start();
        let is_typed = source.media_type == "application/pdf" || source.is_named(&[".pdf"]);
        start.starts_with(b"%PDF-") || is_typed && memmem::find(head, b"%PDF-").is_some()
    }

    fn read(&self, source: &Source<'_>, work: &mut Work) {
        // The library is young: what breaks it is not read, but the rest of the mail is.
        let read = catch_unwind(AssertUnwindSafe(|| read(source, work)));
        if read.is_err() {
            work.unreadable(source.path, Why::Unreadable, "the PDF broke its reader");
        }
    }
}

/// Lists and dictionaries in each other that a program writes; the library follows them without bound.
const MOST_NESTED: usize = 200;

/// True for content in which so many lists or dictionaries begin one behind the other, streams left out.
fn nests(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    while !rest.is_empty() {
        let end = memmem::find(rest, b"stream").unwrap_or(rest.len());
        let (objects, behind) = rest.split_at(end);
        let mut row = 0;
        for byte in objects {
            row = match byte {
                b'[' | b'<' => row + 1,
                b' ' | b'\t' | b'\r' | b'\n' => row,
                _ => 0,
            };
            if row > MOST_NESTED {
                return true;
            }
        }
        let end = memmem::find(behind, b"endstream").map(|end| end + b"endstream".len());
        rest = behind
            .get(end.unwrap_or(behind.len())..)
            .unwrap_or_default();
    }
    false
}

fn read(source: &Source<'_>, work: &mut Work) {
    if nests(source.bytes) {
        let detail = "a PDF whose lists hold each other too deep";
        return work.unreadable(source.path, Why::Unreadable, detail);
    }
    // In no PDF is the dictionary that says so compressed or encrypted itself.
    let may_be_encrypted = memmem::find(source.bytes, b"/Encrypt").is_some();
    let mut document = match PdfDocument::from_bytes(ends::hidden(source.bytes)) {
        Ok(document) => document,
        Err(_) if may_be_encrypted => return encrypted(None, source, work),
        Err(_) => return work.unreadable(source.path, Why::Unreadable, "a damaged PDF"),
    };
    // One that opens with the empty password is protected from nobody.
    let opens = |word: &[u8]| document.authenticate(word).unwrap_or(false).then_some(());
    if opens(b"").is_none()
        && document.is_encrypted()
        && work
            .unlock(source.path, |word| {
                opens(word.as_bytes()).or_else(|| opens(&western(word)))
            })
            .is_none()
    {
        return encrypted(Some(&document), source, work);
    }
    if !tree::is_sound(&document) {
        let detail = "a PDF whose pages hold each other";
        return work.unreadable(source.path, Why::Unreadable, detail);
    }
    let count = document.page_count().unwrap_or(0);
    let mut pages = Pages {
        // Its tags may say what a letter stands for, and in which order it is read.
        is_tagged: document.mark_info().is_ok_and(|info| info.marked),
        ..Pages::default()
    };
    for page in 0..count.min(MOST_PAGES) {
        if pages.is_full() {
            break;
        }
        pages.add(page, &document);
    }
    if count > MOST_PAGES || pages.is_full() {
        let detail = format!("{count} pages are more than are read");
        work.unreadable(source.path, Why::OverBudget, detail);
    }
    if pages.text.trim().is_empty() {
        // The library says nothing of content that it could not decrypt.
        if document.is_encrypted() {
            return encrypted(Some(&document), source, work);
        }
        let detail = match count {
            0 => "a PDF in which no page was found",
            _ => "a PDF without text: a scan, or drawn letters",
        };
        work.unreadable(source.path, Why::Unreadable, detail);
    } else if !pages.pictures.is_empty() {
        let detail = format!("nothing but pictures on {}", list(&pages.pictures));
        work.unreadable(source.path, Why::Partly, detail);
    }
    match form::read(&mut document) {
        Some(form) => pages.put("form", form),
        None => {
            let detail = "the fields of its form are not as a program writes them";
            work.unreadable(source.path, Why::Partly, detail);
        }
    }
    pages.put("properties", properties(&document));
    work.text(source.path, pages.text, pages.places);
    attached::open(&document, pages.files, source, work);
}

fn encrypted(document: Option<&PdfDocument>, source: &Source<'_>, work: &mut Work) {
    if document.and_then(version) == Some(1) {
        let detail = "a PDF encrypted with RC4 of 40 bits";
        return work.unreadable(source.path, Why::WeaklyEncrypted, detail);
    }
    work.unreadable(
        source.path,
        Why::Encrypted,
        "a PDF encrypted with a password",
    );
}

/// The algorithm of the encryption: 1 is RC4 with a key of 40 bits (ISO 32000-1, table 20).
fn version(document: &PdfDocument) -> Option<i64> {
    let entry = document.trailer().as_dict()?.get("Encrypt")?;
    let entry = document.resolve_object(entry).ok()?;
    entry.as_dict()?.get("V")?.as_integer()
}

/// The text of the pages so far.
#[derive(Default)]
struct Pages {
    text: String,
    places: Vec<(Range<usize>, Place)>,
    is_tagged: bool,
    /// The numbers of pages on which something was drawn, and nothing written.
    pictures: Vec<usize>,
    /// The files that are attached to pages.
    files: Vec<Object>,
    /// How many annotations were read: pages may share them.
    notes: usize,
    /// From what the last page was drawn, and where its text stands.
    last: Option<(String, Range<usize>)>,
}

impl Pages {
    fn is_full(&self) -> bool {
        self.text.len() > MOST_TEXT || self.notes > MOST_NOTES
    }

    fn add(&mut self, page: usize, document: &PdfDocument) {
        let object = document.get_page(page).unwrap_or(Object::Null);
        let notes = notes::read(document, &object);
        let source = drawn_from(&object);
        let text = match &self.last {
            // The same is not drawn again and again.
            Some((known, text)) if notes.is_empty() && *known == source => {
                self.text.get(text.clone()).unwrap_or_default().to_owned()
            }
            _ => self.draw(page, &object, &notes, document),
        };
        if text.trim().is_empty() {
            let content = document.get_page_content_data(page).unwrap_or_default();
            if DRAWS
                .iter()
                .any(|draw| memmem::find(&content, draw).is_some())
            {
                self.pictures.push(page + 1);
            }
        }
        let start = self.text.len();
        self.put(&format!("page {}", page + 1), text);
        self.last = notes.is_empty().then_some((source, start..self.text.len()));
        let lines = notes.iter().flat_map(|note| &note.lines);
        let lines: Vec<&str> = lines.map(String::as_str).collect();
        self.put(&format!("page {} comments", page + 1), lines.join("\n"));
        self.notes += notes.len();
        self.files
            .extend(notes.into_iter().filter_map(|note| note.file));
    }

    /// The text of a page.
    fn draw(&self, page: usize, object: &Object, notes: &[Note], document: &PdfDocument) -> String {
        // What is written in notes other than links is drawn apart from the page.
        let is_plain = !self.is_tagged && notes.iter().all(|note| note.is_link);
        let plain = is_plain
            .then(|| drawn::read(page, object, document))
            .flatten();
        plain.unwrap_or_else(|| document.extract_text(page).unwrap_or_default())
    }

    fn put(&mut self, place: &str, text: String) {
        if text.trim().is_empty() {
            return;
        }
        let start = self.text.len();
        self.text.push_str(&super::plain::with_lf(text));
        if !self.text.ends_with('\n') {
            self.text.push('\n');
        }
        self.places.push((start..self.text.len(), place.into()));
    }
}

/// What a page is drawn from: its content and the fonts for it, by their names in the file.
fn drawn_from(page: &Object) -> String {
    let entry = |name| page.as_dict().and_then(|entries| entries.get(name));
    format!("{:?} {:?}", entry("Contents"), entry("Resources"))
}

/// Title, author and the like (ISO 32000-1, 14.3.3).
fn properties(document: &PdfDocument) -> String {
    let info = document
        .trailer()
        .as_dict()
        .and_then(|trailer| trailer.get("Info"));
    let Some(info) = info.and_then(|info| document.resolve_object(info).ok()) else {
        return String::new();
    };
    let Some(entries) = info.as_dict() else {
        return String::new();
    };
    let dates = |key: &&String| !matches!(key.as_str(), "CreationDate" | "ModDate" | "Trapped");
    let mut keys: Vec<&String> = entries.keys().filter(dates).collect();
    keys.sort();
    let values = keys.iter().filter_map(|key| entries.get(*key));
    let values = values.filter_map(|value| document.resolve_object(value).ok());
    let lines = values.filter_map(|value| value.as_string().map(string));
    lines.map(|line| line + "\n").collect()
}

/// A password as it was written before PDF 2.0 (7.6.3.3).
fn western(word: &str) -> Vec<u8> {
    let bytes = word
        .chars()
        .map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?'));
    bytes.collect()
}

/// A text string: UTF-16 behind its mark, else a charset much like windows-1252 (ISO 32000-1, 7.9.2.2).
fn string(bytes: &[u8]) -> String {
    crate::message::charset::decode(bytes, Some("windows-1252")).replace('\0', "")
}

/// What stands in a dictionary under a name, for a reference what it leads to.
fn get(document: &PdfDocument, object: &Object, name: &str) -> Option<Object> {
    let object = document.resolve_object(object).ok()?;
    let entry = object.as_dict()?.get(name)?;
    document.resolve_object(entry).ok()
}

/// The members of the array that stands in a dictionary under a name.
fn items(document: &PdfDocument, object: &Object, name: &str) -> Vec<Object> {
    match get(document, object, name) {
        Some(Object::Array(items)) => items,
        _ => Vec::new(),
    }
}

/// The first pages of a list, for a person.
fn list(pages: &[usize]) -> String {
    let shown: Vec<String> = pages.iter().take(5).map(usize::to_string).collect();
    let more = if pages.len() > shown.len() {
        " and more"
    } else {
        ""
    };
    let word = if pages.len() == 1 { "page" } else { "pages" };
    format!("{word} {}{more}", shown.join(", "))
}
