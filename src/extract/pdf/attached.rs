// SPDX-License-Identifier: GPL-3.0-or-later
//! Opens the files that are attached to a PDF (ISO 32000-1, 7.11.4), to it as a whole or to a page.

use std::collections::HashSet;

use pdf_oxide::document::PdfDocument;
use pdf_oxide::object::{Object, ObjectRef};

use super::{ends, get, items, string};
use crate::extract::{Source, Why, Work};

/// Nodes of the tree of names that are looked at: more than a message may have parts.
const MOST_NODES: usize = 20_000;

/// Opens the files, those too that the annotations in `notes` hold.
pub(super) fn open(
    document: &PdfDocument,
    notes: Vec<Object>,
    source: &Source<'_>,
    work: &mut Work,
) {
    if document.is_encrypted() {
        // Only the library has the key, and it gives what the document as a whole holds.
        let files = document.extract_embedded_files().unwrap_or_default();
        for (name, bytes) in files {
            work.open_named(source, &name, &bytes);
        }
        return;
    }
    let Ok(catalog) = document.catalog() else {
        return;
    };
    let mut files = notes;
    files.extend(items(document, &catalog, "AF"));
    let names = get(document, &catalog, "Names");
    let tree = names.and_then(|names| get(document, &names, "EmbeddedFiles"));
    let mut ahead: Vec<Object> = tree.into_iter().collect();
    let mut nodes = 0;
    while let Some(node) = ahead.pop().filter(|_| nodes < MOST_NODES) {
        nodes += 1;
        let pairs = items(document, &node, "Names").into_iter();
        files.extend(pairs.skip(1).step_by(2));
        ahead.extend(items(document, &node, "Kids"));
    }
    let mut known: HashSet<ObjectRef> = HashSet::new();
    for file in files {
        let Some((name, stream)) = specified(document, &file) else {
            continue;
        };
        if !known.insert(stream) {
            continue;
        }
        let stream = document.load_object(stream);
        if let Ok(bytes) = stream.and_then(|stream| stream.decode_stream_data()) {
            work.open_named(source, &name, &ends::shown(bytes));
        } else {
            let detail = "a file that is attached to it cannot be read";
            work.unreadable(source.path, Why::Partly, detail);
        }
    }
}

/// Name and stream of a file by its specification (7.11.3).
fn specified(document: &PdfDocument, file: &Object) -> Option<(String, ObjectRef)> {
    let name = ["UF", "F"].iter().find_map(|key| {
        let name = get(document, file, key)?;
        Some(string(name.as_string()?))
    });
    let streams = get(document, file, "EF")?;
    let streams = streams.as_dict()?;
    let stream = streams.get("F").or_else(|| streams.get("UF"))?;
    Some((name.unwrap_or_default(), stream.as_reference()?))
}
