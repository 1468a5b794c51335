// SPDX-License-Identifier: GPL-3.0-or-later
//! Tells whether the pages of a PDF hang in a tree (ISO 32000-1, 7.7.3): the library follows them as if.

use std::collections::HashSet;

use pdf_oxide::document::PdfDocument;
use pdf_oxide::object::{Object, ObjectRef};

/// False where a node of pages stands in two places, or in itself: then there may be pages without end.
pub(super) fn is_sound(document: &PdfDocument) -> bool {
    let catalog = document.catalog().ok();
    let entries = catalog.as_ref().and_then(Object::as_dict);
    let root = entries.and_then(|entries| entries.get("Pages")?.as_reference());
    let mut nodes: HashSet<ObjectRef> = HashSet::new();
    let mut pages: HashSet<ObjectRef> = HashSet::new();
    let mut ahead: Vec<ObjectRef> = root.into_iter().collect();
    while let Some(node) = ahead.pop() {
        if pages.contains(&node) {
            continue;
        }
        let kids = document.load_object(node).ok();
        let kids = kids.as_ref().and_then(Object::as_dict);
        let kids = kids.and_then(|entries| document.resolve_object(entries.get("Kids")?).ok());
        match kids.as_ref().and_then(Object::as_array) {
            Some(_) if !nodes.insert(node) => return false,
            Some(kids) => ahead.extend(kids.iter().filter_map(Object::as_reference)),
            None => drop(pages.insert(node)),
        }
    }
    true
}
