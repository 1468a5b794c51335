// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns XML into its elements and texts, without entities of its own making.

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::escape::{resolve_xml_entity, unescape};
use quick_xml::events::{BytesStart, Event};

use crate::message::charset;

/// A piece of XML. Names are local: prefixes mean nothing here.
pub(super) enum Piece<'a> {
    /// An element begins. An empty one begins and ends.
    Start(&'a str, &'a Attributes<'a>),
    /// An element ends.
    End(&'a str),
    /// Text; a text may come in several pieces.
    Text(&'a str),
}

/// The attributes of an element.
pub(super) struct Attributes<'a>(&'a BytesStart<'a>);

impl<'a> Attributes<'a> {
    /// The value of the first attribute of this local name.
    pub fn get(&self, name: &str) -> Option<Cow<'a, str>> {
        let mut all = self.all();
        all.find(|(key, _)| *key == name).map(|(_, value)| value)
    }

    /// The value of the first attribute of this local name that has a prefix: `r:id` beside `id`.
    pub fn get_prefixed(&self, name: &str) -> Option<Cow<'a, str>> {
        let is_meant = |key: &str| key.split_once(':').is_some_and(|(_, local)| local == name);
        let mut all = self.0.attributes();
        let mut all = all.with_checks(false).flatten();
        let found = all.find(|attribute| is_meant(attribute.key.as_ref()));
        found.map(|attribute| unescaped(attribute.value))
    }

    /// The local names and values of all attributes, but for declarations of names.
    pub fn all(&self) -> impl Iterator<Item = (&'a str, Cow<'a, str>)> {
        let mut attributes = self.0.attributes();
        attributes.with_checks(false);
        let found = attributes.flatten();
        let found = found.filter(|attribute| !attribute.key.as_ref().starts_with("xmlns"));
        found.map(|attribute| {
            let name = attribute.key.into_inner();
            let (_, local) = name.rsplit_once(':').unwrap_or(("", name));
            (local, unescaped(attribute.value))
        })
    }
}

fn unescaped(value: Cow<'_, str>) -> Cow<'_, str> {
    if memchr::memchr(b'&', value.as_bytes()).is_none() {
        return value;
    }
    match unescape(&value) {
        Ok(text) => Cow::Owned(text.into_owned()),
        Err(_) => value,
    }
}

/// XML as text, in the encoding that its first bytes tell.
pub(super) fn decode(bytes: &[u8]) -> Cow<'_, str> {
    let label = declared(bytes).unwrap_or("utf-8");
    let marked = bytes.strip_prefix(b"\xef\xbb\xbf");
    // What has a NUL may be UTF-16, whatever it says.
    let start = bytes.get(..bytes.len().min(4096)).unwrap_or_default();
    let is_utf8 = label.eq_ignore_ascii_case("utf-8") && !start.contains(&0);
    match str::from_utf8(marked.unwrap_or(bytes)) {
        Ok(text) if is_utf8 || marked.is_some() => Cow::Borrowed(text),
        _ => Cow::Owned(charset::decode(bytes, Some(label))),
    }
}

/// The encoding that the declaration names (XML 1.0, 4.3.3).
fn declared(bytes: &[u8]) -> Option<&str> {
    let declaration = bytes.strip_prefix(b"<?xml")?;
    let end = memchr::memmem::find(declaration, b"?>")?;
    let declaration = str::from_utf8(declaration.get(..end)?).ok()?;
    let (_, value) = declaration.split_once("encoding")?;
    value.split(['"', '\'']).nth(1)
}

/// The local name of the outermost element.
pub(super) fn root(xml: &str) -> String {
    // Before it stand a declaration and comments.
    let mut reader = Reader::from_str(xml);
    loop {
        match reader.read_event() {
            Ok(Event::Start(tag) | Event::Empty(tag)) => {
                return tag.local_name().as_ref().to_owned();
            }
            Ok(Event::Eof) | Err(_) => return String::new(),
            Ok(_) => {}
        }
    }
}

/// Hands over the pieces in their order. False where some of it could not be read: it breaks off, or
/// declares a type of document, whose entities are not followed.
pub(super) fn walk(xml: &str, mut each: impl FnMut(Piece<'_>)) -> bool {
    let mut reader = Reader::from_str(xml);
    let config = reader.config_mut();
    config.check_end_names = false;
    config.allow_unmatched_ends = true;
    config.allow_dangling_amp = true;
    config.expand_empty_elements = true;
    let mut is_whole = true;
    loop {
        match reader.read_event() {
            Ok(Event::Start(tag)) => {
                each(Piece::Start(tag.local_name().as_ref(), &Attributes(&tag)));
            }
            Ok(Event::End(tag)) => each(Piece::End(tag.local_name().as_ref())),
            Ok(Event::Text(text)) => each(Piece::Text(&text.xml10_content())),
            Ok(Event::CData(text)) => each(Piece::Text(&text.xml10_content())),
            Ok(Event::GeneralRef(name)) => {
                let text = match name.resolve_char_ref() {
                    Ok(Some(c)) => Cow::Owned(c.to_string()),
                    _ => Cow::Borrowed(resolve_xml_entity(&name).unwrap_or_default()),
                };
                each(Piece::Text(&text));
            }
            Ok(Event::DocType(_)) => is_whole = false,
            Ok(Event::Eof) => return is_whole,
            Ok(_) => {}
            Err(_) => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(xml: &str) -> (String, bool) {
        let mut text = String::new();
        let is_whole = walk(xml, |piece| match piece {
            Piece::Start(name, attributes) => {
                text.push_str(name);
                text.push_str(&attributes.get("v").unwrap_or_default());
            }
            Piece::End(name) => text.push_str(&format!("/{name}")),
            Piece::Text(piece) => text.push_str(piece),
        });
        (text, is_whole)
    }

    #[test]
    fn entities_and_lone_ampersands_are_text() {
        let (text, is_whole) =
            texts("<a:b v='1&amp;2'>M&#252;ller &amp; Co &lt;x&gt; & <![CDATA[&y]]></a:b><c/>");
        assert_eq!(text, "b1&2Müller & Co <x> & &y/bc/c");
        assert!(is_whole);
    }

    #[test]
    fn what_breaks_off_is_said() {
        assert_eq!(texts("<a>b"), ("ab".into(), true));
        assert_eq!(texts("<a>b<c"), ("ab".into(), false));
        let (text, is_whole) = texts("<!DOCTYPE a [<!ENTITY x \"secret\">]><a>&x;b</a>");
        assert_eq!((text.as_str(), is_whole), ("ab/a", false));
    }
}
