// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns JSON (RFC 8259) into the same with its strings as they read: escapes hide letters.

use crate::message::charset;

use super::{Format, Source, Work, plain};

/// A JSON file, or lines of JSON.
pub(super) struct Json;

impl Format for Json {
    fn name(&self) -> &'static str {
        "JSON"
    }

    fn takes(&self, source: &Source<'_>) -> bool {
        source.media_type == "application/json"
            || source.media_type.ends_with("+json")
            || source.is_named(&[".json", ".jsonl", ".ndjson", ".geojson"])
            || source.bytes.trim_ascii_start().starts_with(b"{\"")
    }

    fn may_be_empty(&self, _source: &Source<'_>) -> bool {
        true
    }

    fn read(&self, source: &Source<'_>, work: &mut Work) {
        let text = charset::decode(source.bytes, source.charset);
        work.text(source.path, plain::with_lf(unescaped(&text)), Vec::new());
    }
}

/// The text with the escapes of its strings decoded (RFC 8259, 7).
fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        out.push_str(before);
        let mut chars = escape.chars();
        let _backslash = chars.next();
        match chars.next() {
            Some('u') => {
                let (decoded, length) = unicode(escape);
                out.push_str(&decoded);
                rest = escape.get(length..).unwrap_or_default();
                continue;
            }
            Some('n' | 'r') => out.push('\n'),
            Some('t') => out.push('\t'),
            Some('b' | 'f') => out.push(' '),
            Some(other) => out.push(other),
            None => {}
        }
        rest = chars.as_str();
    }
    out + rest
}

/// What a run of `\uXXXX` says in UTF-16, and its length.
fn unicode(escapes: &str) -> (String, usize) {
    let mut units = Vec::new();
    let mut rest = escapes;
    while let Some(digits) = rest.strip_prefix("\\u").and_then(|rest| rest.get(..4))
        && let Ok(unit) = u16::from_str_radix(digits, 16)
    {
        units.push(unit);
        rest = rest.get(6..).unwrap_or_default();
    }
    if units.is_empty() {
        return ("\\u".to_owned(), 2);
    }
    (String::from_utf16_lossy(&units), escapes.len() - rest.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_letters() {
        let json = r#"{"name":"M\u00fcller \ud83d\ude00","path":"a\/b","text":"1\n2\t3\\"}"#;
        assert_eq!(
            unescaped(json),
            "{\"name\":\"Müller 😀\",\"path\":\"a/b\",\"text\":\"1\n2\t3\\\"}"
        );
        assert_eq!(unescaped(r"\u00 \uzzzz \"), r"\u00 \uzzzz ");
    }
}
