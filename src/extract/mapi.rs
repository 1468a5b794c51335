// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns the properties of an Outlook item (MS-OXPROPS, MS-OXCDATA) into its texts.

use crate::message::PartPath;

use super::{Source, Why, Work, codepage, rtf};

/// Types of values (MS-OXCDATA, 2.11.1).
pub(super) const STRING8: u16 = 0x1e;
pub(super) const UNICODE: u16 = 0x1f;
pub(super) const BINARY: u16 = 0x102;
pub(super) const OBJECT: u16 = 0x0d;

/// Properties by their number (MS-OXPROPS).
const SUBJECT: u16 = 0x37;
const BODY: u16 = 0x1000;
const COMPRESSED_RTF: u16 = 0x1009;
const HTML: u16 = 0x1013;
pub(super) const DATA: u16 = 0x3701;
const FILE_NAME: u16 = 0x3704;
const LONG_FILE_NAME: u16 = 0x3707;
const MIME_TYPE: u16 = 0x370e;
const INTERNET_PAGE: u16 = 0x3fde;
const MESSAGE_PAGE: u16 = 0x3ffd;

/// Who wrote it, in whose name, and to whom.
const HEAD: &[u16] = &[
    SUBJECT, 0x0c1a, 0x0c1f, 0x5d01, 0x42, 0x0e04, 0x0e03, 0x0e02,
];

/// Strings for programs: class, keys, types of address, identifiers, and the header of a mail, whose
/// fields for people stand in properties of their own.
const NOT_FOR_PEOPLE: &[u16] = &[
    0x001a, 0x0064, 0x0065, 0x0070, 0x0075, 0x0077, 0x007d, 0x0c1e, 0x0e1d, 0x1008, 0x1035, 0x1039,
    0x1042, 0x3002, 0x3613, 0x3703, MIME_TYPE, 0x4022, 0x4023, 0x4030, 0x4031,
];

/// One property of an item, a recipient or an attachment.
#[derive(Debug)]
pub(super) struct Property {
    pub id: u16,
    pub kind: u16,
    pub value: Vec<u8>,
}

/// The strings of an item are in this code page where they are not Unicode.
pub(super) fn page(properties: &[Property]) -> Option<u32> {
    number(properties, MESSAGE_PAGE).or_else(|| number(properties, INTERNET_PAGE))
}

fn number(properties: &[Property], id: u16) -> Option<u32> {
    let value = properties.iter().find(|property| property.id == id)?;
    Some(u32::from_le_bytes(*value.value.first_chunk()?)).filter(|page| *page > 0)
}

/// Reads an item: its text, with those of its recipients, then its HTML and RTF, which say it again.
pub(super) fn read(
    item: &[Property],
    recipients: &[Property],
    page: u32,
    source: &Source<'_>,
    work: &mut Work,
) {
    let head = HEAD.iter().filter_map(|id| find(item, *id, page));
    let mut content: String = head.map(|line| line + "\n").collect();
    if let Some(body) = find(item, BODY, page) {
        content.push('\n');
        content.push_str(&super::plain::with_lf(body));
    }
    let has_body = find(item, BODY, page).is_some();
    content.push('\n');
    let start = content.len();
    let rest = item.iter().filter(|property| {
        !HEAD.contains(&property.id) && property.id != BODY && property.id != HTML
    });
    for line in rest
        .chain(recipients)
        .filter_map(|property| string(property, page))
    {
        content.push_str(&line);
        content.push('\n');
    }
    let places = vec![(start..content.len(), "properties".into())];
    work.text(source.path, content, places);
    for property in item.iter().filter(|property| !property.value.is_empty()) {
        let (kind, bytes) = match property.id {
            HTML if property.kind == BINARY => ("text/html", property.value.clone()),
            HTML => (
                "text/html",
                text(property, page).unwrap_or_default().into_bytes(),
            ),
            COMPRESSED_RTF if property.kind == BINARY => match decompress(&property.value) {
                Some(unpacked) => (rtf::BODY, unpacked),
                None => {
                    let detail = "its RTF body is damaged";
                    work.unreadable(source.path, Why::Partly, detail);
                    continue;
                }
            },
            _ => continue,
        };
        let name = if kind == rtf::BODY { "rtf" } else { "html" };
        let path = source.path.member(name);
        let charset = number(item, INTERNET_PAGE).map(codepage::label);
        let first = work.extract.texts.len();
        work.open(&Source {
            path: &path,
            media_type: kind,
            charset: charset.as_deref(),
            file_name: String::new(),
            bytes: &bytes,
            depth: source.depth + 1,
            is_encrypted: false,
        });
        for text in work.extract.texts.get_mut(first..).unwrap_or_default() {
            text.repeats = has_body.then(|| source.path.clone());
        }
    }
}

/// Reads an attachment of an item, the `at`th one, if there is room for it.
pub(super) fn attach(
    at: usize,
    properties: &[Property],
    page: u32,
    bytes: &[u8],
    source: &Source<'_>,
    work: &mut Work,
) {
    let path = PartPath(format!("{}.{at}", source.path));
    let limits = work.left().tree;
    if at > limits.parts || source.depth >= limits.depth {
        return work.unreadable(
            &path,
            Why::OverBudget,
            "it is nested too deep, or one of too many",
        );
    }
    let name = find(properties, LONG_FILE_NAME, page).or_else(|| find(properties, FILE_NAME, page));
    let name = name.unwrap_or_default().replace(['\r', '\n'], " ");
    work.text(&PartPath::name(&path.0), name.clone(), Vec::new());
    let media_type = find(properties, MIME_TYPE, page)
        .unwrap_or_default()
        .to_lowercase();
    let is_typed = !media_type.is_empty();
    work.open(&Source {
        path: &path,
        media_type: if is_typed {
            &media_type
        } else {
            "application/octet-stream"
        },
        charset: None,
        file_name: name.to_lowercase(),
        bytes,
        depth: source.depth + 1,
        is_encrypted: false,
    });
}

fn find(properties: &[Property], id: u16, page: u32) -> Option<String> {
    let mut found = properties.iter().filter(|property| property.id == id);
    found.find_map(|property| text(property, page))
}

/// A string that is for people.
fn string(property: &Property, page: u32) -> Option<String> {
    if NOT_FOR_PEOPLE.contains(&property.id) {
        return None;
    }
    text(property, page)
}

fn text(property: &Property, page: u32) -> Option<String> {
    let text = match property.kind {
        UNICODE => codepage::decode(&property.value, 1200),
        STRING8 => codepage::decode(&property.value, page),
        _ => return None,
    };
    let text = text.trim_matches('\0').replace('\0', "\n");
    (!text.trim().is_empty()).then_some(text)
}

/// What the dictionary of a compressed RTF begins with (MS-OXRTFCP, 2.1.2.1).
const DICTIONARY: &[u8] = b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \
\\fswiss \\fmodern \\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\
\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";

/// The RTF in a compressed one (MS-OXRTFCP). What is missing at its end is missing.
fn decompress(bytes: &[u8]) -> Option<Vec<u8>> {
    let (_, rest) = bytes.split_first_chunk::<4>()?;
    let (size, rest) = rest.split_first_chunk::<4>()?;
    let size = usize::try_from(u32::from_le_bytes(*size)).ok()?;
    let (kind, rest) = rest.split_first_chunk::<4>()?;
    let mut input = rest.get(4..)?.iter().copied();
    if kind == b"MELA" {
        return Some(input.take(size).collect());
    }
    if kind != b"LZFu" {
        return None;
    }
    let mut out = DICTIONARY.to_vec();
    let end = size.saturating_add(DICTIONARY.len());
    'all: while let Some(control) = input.next() {
        for bit in 0..8 {
            let Some(byte) = input.next() else {
                break 'all;
            };
            if out.len() >= end {
                break 'all;
            }
            if control & (1 << bit) == 0 {
                out.push(byte);
                continue;
            }
            let low = input.next()?;
            let offset = usize::from(byte) << 4 | usize::from(low >> 4);
            // The window is a ring of 4,096 bytes: how far back the offset lies in it.
            let back = (out.len() + 4096 - offset) % 4096;
            if back == 0 {
                break 'all;
            }
            for _ in 0..usize::from(low & 15) + 2 {
                let from = out.len().checked_sub(back);
                out.push(from.and_then(|from| out.get(from)).copied().unwrap_or(b' '));
            }
        }
    }
    Some(out.split_off(DICTIONARY.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decompresses_the_specimens_of_the_specification() {
        // MS-OXRTFCP, 3.1.
        let packed =
            b"\x2d\0\0\0\x2b\0\0\0LZFu\xf1\xc5\xc7\xa7\x03\0\x0a\0rcpg125\x42\x32\x0a\xf3 hel\
            \x09\0\x20bw\x05\xb0ld\x7d\x0a\x80\x0f\xa0";
        let rtf = decompress(packed).unwrap();
        assert_eq!(rtf, b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n");
        let packed =
            b"\x1a\0\0\0\x1c\0\0\0LZFu\xe2\xd4\x4b\x51\x41\0\x04\x20WXYZ\x0d\x6e\x7d\x01\x0e\xb0";
        assert_eq!(
            decompress(packed).unwrap(),
            b"{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}"
        );
        assert_eq!(decompress(b"short"), None);
    }
}
