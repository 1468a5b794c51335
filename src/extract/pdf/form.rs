// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns the form of a PDF into lines of name and value.

use pdf_oxide::document::PdfDocument;
use pdf_oxide::extractors::forms::{FieldValue, FormExtractor, FormField};
use pdf_oxide::object::Object;
use pdf_oxide::xfa::XfaExtractor;

use super::{get, string};
use crate::extract::story;

/// Fields deeper than this, or more, are not read: the library follows them without bound.
const MOST_DEPTH: usize = 64;
const MOST_FIELDS: usize = 50_000;

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
        let value = value(document, &field);
        if !value.trim().is_empty() {
            lines += &format!("{}\t{value}\n", field.full_name);
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

fn value(document: &PdfDocument, field: &FormField) -> String {
    let values = match &field.value {
        FieldValue::Text(value) | FieldValue::Name(value) => std::slice::from_ref(value),
        FieldValue::Array(values) => values.as_slice(),
        FieldValue::Boolean(_) | FieldValue::None => &[],
    };
    let shown = shown(document, field);
    let values = values.iter().map(|value| {
        let same = shown.iter().find(|(written, _)| written == value);
        same.map_or(value.as_str(), |(_, shown)| shown.as_str())
    });
    values.collect::<Vec<_>>().join(", ")
}

/// What the values of a choice are for the form, and for who fills it in (12.7.4.4).
fn shown(document: &PdfDocument, field: &FormField) -> Vec<(String, String)> {
    let own = field
        .object_ref
        .and_then(|id| document.load_object(id).ok());
    let options = own.and_then(|own| get(document, &own, "Opt"));
    let options = options.as_ref().and_then(Object::as_array);
    let pairs = options.into_iter().flatten().filter_map(|option| {
        let option = document.resolve_object(option).ok()?;
        let [written, shown] = option.as_array()?.as_slice() else {
            return None;
        };
        Some((string(written.as_string()?), string(shown.as_string()?)))
    });
    pairs.collect()
}

/// True where each field stands in one other at most, and not too deep.
fn is_sound(document: &PdfDocument, form: &Object) -> bool {
    let mut known = std::collections::HashSet::new();
    let mut ahead: Vec<(Object, usize)> = Vec::new();
    let push = |list: Option<Object>, depth, ahead: &mut Vec<(Object, usize)>| {
        let list = list.as_ref().and_then(Object::as_array);
        ahead.extend(
            list.into_iter()
                .flatten()
                .map(|field| (field.clone(), depth)),
        );
    };
    push(get(document, form, "Fields"), 0, &mut ahead);
    while let Some((field, depth)) = ahead.pop() {
        let is_again = field.as_reference().is_some_and(|id| !known.insert(id));
        if is_again || depth > MOST_DEPTH || known.len() + ahead.len() > MOST_FIELDS {
            return false;
        }
        if let Ok(field) = document.resolve_object(&field) {
            push(get(document, &field, "Kids"), depth + 1, &mut ahead);
        }
    }
    true
}
