// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns the parts of a mail into texts, each in every way that programs may read it.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::message::{Part, PartPath, header, mime, transfer};

use super::{Source, Text, Why, Work, uuencode, views};

/// Reads the parts of a mail, one level of messages; `raw` is what their ranges count in.
pub(super) fn read(raw: &[u8], parts: &[Part], left_out: &[(PartPath, String)], work: &mut Work) {
    work.count(parts.len());
    for part in parts {
        read_head(raw, part, work);
    }
    let first = work.extract.texts.len();
    let encrypted: Vec<&PartPath> = parts
        .iter()
        .filter(|part| part.is_container && part.media_type == "multipart/encrypted")
        .map(|part| &part.path)
        .collect();
    for part in parts {
        let mut containers = encrypted.iter();
        let is_encrypted = containers.any(|container| holds(container, &part.path));
        if !part.is_container {
            read_part(raw, part, is_encrypted, work);
        }
        views::others(raw, part, work);
    }
    for (path, why) in left_out {
        work.unreadable(path, Why::OverBudget, why.as_str());
    }
    let texts = work.extract.texts.get_mut(first..).unwrap_or_default();
    link_alternatives(parts, texts);
}

/// Reads what stands in the header of a part, and of the message in it.
fn read_head(raw: &[u8], part: &Part, work: &mut Work) {
    if let Some(doubt) = part.doubt {
        work.unreadable(&part.path, Why::Ambiguous, doubt);
    }
    for name in &part.names {
        let name = name.replace(['\r', '\n'], " ");
        work.text(&PartPath::name(&part.path.0), name, Vec::new());
    }
    if !part.remarks.is_empty() {
        let path = part.path.member("header:Content-Type");
        work.text(&path, part.remarks.join("\n"), Vec::new());
    }
    super::header::read(&part.fields, raw, Some(&part.path), work);
    if part.is_container && mime::is_message(&part.media_type) {
        let inner = raw.get(part.content.clone()).unwrap_or_default();
        let (fields, _) = header::split(inner);
        super::header::read(&fields, inner, Some(&part.path), work);
    }
}

/// Reads one leaf.
fn read_part(raw: &[u8], part: &Part, is_encrypted: bool, work: &mut Work) {
    let encoded = raw.get(part.content.clone()).unwrap_or_default();
    if !transfer::is_known(&part.encoding) {
        let detail = format!("the transfer encoding \"{}\" is unknown", part.encoding);
        work.unreadable(&part.path, Why::Partly, detail);
    }
    // Decoding takes no more room than what is decoded.
    if !work.spend(&part.path, encoded.len()) {
        return;
    }
    let bytes = decode(encoded, &part.encoding);
    let source = Source {
        bytes: &bytes,
        is_encrypted,
        ..source(part)
    };
    work.open_paid(&source);
    views::of(&source, work);
    if part.encoding == transfer::BASE64 {
        let clear = transfer::in_clear(encoded, bytes.len());
        views::otherwise(&source, "in clear", &clear, work);
    }
}

/// A part, its content left out.
pub(super) fn source(part: &Part) -> Source<'_> {
    let name = part.names.first().map(String::as_str);
    Source {
        path: &part.path,
        media_type: &part.media_type,
        charset: part.charset.as_deref(),
        file_name: name.unwrap_or_default().to_lowercase(),
        bytes: &[],
        depth: part.depth,
        is_encrypted: false,
    }
}

/// The content behind a transfer encoding.
pub(super) fn decode<'a>(encoded: &'a [u8], encoding: &str) -> Cow<'a, [u8]> {
    if encoding == transfer::UUENCODE {
        let mut files = uuencode::files(&String::from_utf8_lossy(encoded));
        if files.len() == 1 {
            return Cow::Owned(files.remove(0).1);
        }
    }
    transfer::decode(encoded, encoding)
}

/// True where the part stands in the container: `2.1` in `2`, everything of a message in its `0`.
fn holds(container: &PartPath, part: &PartPath) -> bool {
    if let Some(prefix) = container.0.strip_suffix('0')
        && (prefix.is_empty() || prefix.ends_with('.'))
    {
        return part.0.starts_with(prefix);
    }
    let rest = part.0.strip_prefix(&container.0);
    rest.is_some_and(|rest| rest.starts_with('.'))
}

/// Names, in the texts of an alternative, the text part that they say again.
fn link_alternatives(parts: &[Part], texts: &mut [Text]) {
    let members = || parts.iter().filter(|part| part.alternative_of.is_some());
    let members = || members().filter(|part| !part.is_attachment && !part.is_container);
    if members().next().is_none() {
        return;
    }
    let mut places = HashMap::new();
    for (at, text) in texts.iter().enumerate() {
        places.entry(text.part.clone()).or_insert(at);
    }
    // Of each alternative the first text part that was read.
    let mut plain = HashMap::new();
    for part in members().filter(|part| part.media_type == "text/plain") {
        if places.contains_key(&part.path) {
            plain.entry(&part.alternative_of).or_insert(&part.path);
        }
    }
    for part in members() {
        if let Some(path) = plain.get(&part.alternative_of)
            && **path != part.path
            && let Some(text) = places.get(&part.path).and_then(|at| texts.get_mut(*at))
        {
            text.repeats = Some((*path).clone());
        }
    }
}
