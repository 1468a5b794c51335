// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns header fields into the texts that a person reads: subject, remarks and display names.

use memchr::memmem;

use crate::message::{Field, PartPath, words};

use super::Work;

/// Fields whose value is text (RFC 5322, 3.6.5).
const TEXTS: &[&str] = &["Subject", "Comments", "Keywords"];

/// Fields that hold addresses, of which mail clients show the names (RFC 5322, 3.6.2 and 3.6.3).
const ADDRESSES: &[&str] = &["From", "Sender", "Reply-To", "To", "Cc", "Bcc"];

/// Reads the fields of a mail, or of the message in part `of`: one text for each name of a field,
/// a line for each of its values. Lines of the header section that have no name are read as well.
pub(super) fn read(fields: &[Field], raw: &[u8], of: Option<&PartPath>, work: &mut Work) {
    let readers = TEXTS
        .iter()
        .map(|name| (*name, words::decode_words as fn(&[u8]) -> String));
    let addresses = ADDRESSES
        .iter()
        .map(|name| (*name, words::display_names as fn(&[u8]) -> String));
    let nameless = ("", words::decode_words as fn(&[u8]) -> String);
    for (name, decode) in readers.chain(addresses).chain([nameless]) {
        let values = fields.iter().filter(|field| field.is(name));
        let values = values.filter_map(|field| raw.get(field.value.clone()));
        let lines: Vec<String> = values.map(decode).filter(|line| !line.is_empty()).collect();
        let path = PartPath::header(name);
        let path = of.map_or_else(|| path.clone(), |message| message.member(&path.0));
        work.text(&path, lines.join("\n"), Vec::new());
    }
    others(fields, raw, of, work);
}

/// Reads what stands encoded in any other field: a person wrote it (RFC 2047, 5).
fn others(fields: &[Field], raw: &[u8], of: Option<&PartPath>, work: &mut Work) {
    let is_read = |field: &Field| {
        let mut known = TEXTS.iter().chain(ADDRESSES);
        field.name.is_empty() || known.any(|name| field.is(name))
    };
    for field in fields.iter().filter(|field| !is_read(field)) {
        let value = raw.get(field.value.clone()).unwrap_or_default();
        if memmem::find(value, b"=?").is_some() {
            let path = PartPath::header(&field.name);
            let path = of.map_or_else(|| path.clone(), |message| message.member(&path.0));
            work.text(&path, words::decode_words(value), Vec::new());
        }
    }
}
