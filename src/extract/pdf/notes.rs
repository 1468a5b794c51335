// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns the annotations of a page (ISO 32000-1, 12.5) into what is written in them, where they lead,
//! and the files they hold.

use pdf_oxide::document::PdfDocument;
use pdf_oxide::object::Object;

use super::{get, items, string};

/// An annotation.
pub(super) struct Note {
    /// It leads elsewhere, and has no look of its own.
    pub is_link: bool,
    /// Who wrote it, about what, what it says, where it leads.
    pub lines: Vec<String>,
    /// The file it holds.
    pub file: Option<Object>,
}

/// The annotations of a page. Fields of a form are not among them.
pub(super) fn read(document: &PdfDocument, page: &Object) -> Vec<Note> {
    let all = items(document, page, "Annots");
    all.iter()
        .filter_map(|note| note_of(document, note))
        .collect()
}

fn note_of(document: &PdfDocument, note: &Object) -> Option<Note> {
    let note = document.resolve_object(note).ok()?;
    let entries = note.as_dict()?;
    let text = |of: &Object, name: &str| Some(string(get(document, of, name)?.as_string()?));
    let kind = get(document, &note, "Subtype");
    let kind = kind.as_ref().and_then(Object::as_name).unwrap_or_default();
    let action = get(document, &note, "A");
    let mut lines: Vec<String> = action
        .and_then(|action| text(&action, "URI"))
        .into_iter()
        .collect();
    if kind != "Widget" {
        lines.extend(
            ["T", "Subj", "Contents"]
                .iter()
                .filter_map(|name| text(&note, name)),
        );
    }
    Some(Note {
        is_link: kind == "Link",
        lines,
        file: entries.get("FS").cloned(),
    })
}
