// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns the form of a PDF into lines of name and value.

use pdf_oxide::document::PdfDocument;
use pdf_oxide::extractors::forms::{FieldValue, FormExtractor, FormField};
use pdf_oxide::object::Object;
use pdf_oxide::xfa::XfaExtractor;

use super::{get, items, string};
use crate::extract::story;

/// Fields deeper than this, or more, are not read: the library follows them without bound.
const MOST_DEPTH: usize = 64;
const MOST_FIELDS: usize = 50_000;

/// Past so many bytes of lines, what may be chosen is left out.
const MOST_LINES: usize = 1 << 20;

/// Parts of an XFA form in which something was filled in; the others say how it looks.
const FILLED: &str = "datasets";

/// Names and values of the fields (ISO 32000-1, 12.7), then the data of an XFA form. None where the
/// fields hang together in a way that no program writes.
pub(super) fn read(document: &mut PdfDocument) -> Option<String> {
    let mut lines = String::new();
    let Some(form) = document
        .catalog()
        .ok()
        .and_then(|catalog| get(document, &catalog, "AcroForm"))
    else {
        return Some(lines);
    };
    if !is_sound(document, &form) {
        return None;
    }
    for field in FormExtractor::extract_fields(document).unwrap_or_default() {
        let options = options(document, &field);
        let value = value(&field, &options);
        if !value.trim().is_empty() {
            lines += &format!("{}\t{value}\n", field.full_name);
        }
        // What may be chosen is seen too; fields may share it.
        for option in options {
            if lines.len() < MOST_LINES {
                lines += &format!("{}\n", option.shown);
            }
        }
    }
    let packets = XfaExtractor::extract_xfa_packets(document).unwrap_or_default();
    let mut data: Vec<Vec<u8>> = packets
        .into_iter()
        .filter(|(name, _)| name == FILLED)
        .map(|(_, data)| data)
        .collect();
    if data.is_empty() && XfaExtractor::has_xfa(document).unwrap_or(false) {
        data.extend(XfaExtractor::extract_xfa(document).ok());
    }
    for data in data {
        lines += &story::read_all(&data).text;
        lines.push('\n');
    }
    Some(lines)
}

fn value(field: &FormField, options: &[Choice]) -> String {
    let values = match &field.value {
        FieldValue::Text(value) | FieldValue::Name(value) => std::slice::from_ref(value),
        FieldValue::Array(values) => values.as_slice(),
        FieldValue::Boolean(_) | FieldValue::None => &[],
    };
    let values = values.iter().map(|value| {
        let same = options.iter().find(|option| option.written == *value);
        same.map_or(value.as_str(), |option| option.shown.as_str())
    });
    values.collect::<Vec<_>>().join(", ")
}

/// An option of a choice (12.7.4.4): what it is for the form, and for who fills it in.
struct Choice {
    written: String,
    shown: String,
}

fn options(document: &PdfDocument, field: &FormField) -> Vec<Choice> {
    let own = field
        .object_ref
        .and_then(|id| document.load_object(id).ok());
    let options = own.map(|own| items(document, &own, "Opt"));
    let options = options.into_iter().flatten().filter_map(|option| {
        let option = document.resolve_object(&option).ok()?;
        let (written, shown) = match option.as_array().map(Vec::as_slice) {
            Some([written, shown]) => (string(written.as_string()?), string(shown.as_string()?)),
            Some(_) => return None,
            None => (string(option.as_string()?), string(option.as_string()?)),
        };
        Some(Choice { written, shown })
    });
    options.collect()
}

/// True where each field stands in one other at most, and not too deep.
fn is_sound(document: &PdfDocument, form: &Object) -> bool {
    let mut known = std::collections::HashSet::new();
    let mut ahead: Vec<(Object, usize)> = Vec::new();
    let fields = items(document, form, "Fields").into_iter();
    ahead.extend(fields.map(|field| (field, 0)));
    while let Some((field, depth)) = ahead.pop() {
        let is_again = field.as_reference().is_some_and(|id| !known.insert(id));
        if is_again || depth > MOST_DEPTH || known.len() + ahead.len() > MOST_FIELDS {
            return false;
        }
        if let Ok(field) = document.resolve_object(&field) {
            let kids = items(document, &field, "Kids").into_iter();
            ahead.extend(kids.map(|kid| (kid, depth + 1)));
        }
    }
    true
}
