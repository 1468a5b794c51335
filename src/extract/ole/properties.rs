// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns the property sets of an Office file of before 2007 (MS-OLEPS) into lines: title, author,
//! company, and those of the user's own.

use std::path::Path;

use super::{Ole, long};
use crate::extract::codepage::{self, WESTERN};
use crate::extract::{Source, Work};

/// The streams that hold the sets.
const STREAMS: [&str; 2] = [
    "/\u{5}SummaryInformation",
    "/\u{5}DocumentSummaryInformation",
];

/// The set of which some properties are for no reader (MS-OLEPS, 3.1.2): template, revision, program.
const SUMMARY: &[u8] = b"\xe0\x85\x9f\xf2\xf9\x4f\x68\x10";
const FURNITURE: [usize; 3] = [7, 9, 18];

const CODE_PAGE: usize = 1;

/// Adds the properties.
pub(super) fn read(ole: &mut Ole<'_>, source: &Source<'_>, work: &mut Work) {
    let mut lines = Vec::new();
    for name in STREAMS {
        let stream = ole.stream(Path::new(name)).unwrap_or_default();
        for at in 0..long(&stream, 24).unwrap_or(0).min(2) {
            lines.extend(set(&stream, 28 + at * 20).unwrap_or_default());
        }
    }
    let text = lines.join("\n");
    let places = vec![(0..text.len(), "properties".into())];
    work.text(source.path, text, places);
}

/// The strings of the set whose identifier and offset stand at `head` (2.21).
fn set(stream: &[u8], head: usize) -> Option<Vec<String>> {
    let is_summary = stream.get(head..)?.starts_with(SUMMARY);
    let set = stream.get(long(stream, head + 16)?..)?;
    // Its size bounds the number of its properties.
    let properties = (0..long(set, 4)?.min(set.len() / 8)).map_while(|at| {
        let entry = 8 + at * 8;
        Some((long(set, entry)?, set.get(long(set, entry + 4)?..)?))
    });
    let properties: Vec<(usize, &[u8])> = properties.collect();
    let page = properties.iter().find(|(id, _)| *id == CODE_PAGE);
    let page = page.and_then(|(_, value)| value.get(4..)?.first_chunk());
    let page = page.map_or(WESTERN, |page| u16::from_le_bytes(*page).into());
    let is_written = |id: &usize| !is_summary || !FURNITURE.contains(id);
    let written = properties.iter().filter(|(id, _)| is_written(id));
    let texts = written.filter_map(|(_, value)| string(value, page));
    Some(texts.filter(|text| !text.trim().is_empty()).collect())
}

/// A property that is a string (2.5, 2.7).
fn string(value: &[u8], page: u32) -> Option<String> {
    let size = long(value, 4)?;
    let (size, page) = match value.first()? {
        0x1e => (size, page),
        0x1f => (size.checked_mul(2)?, 1200),
        _ => return None,
    };
    let bytes = value.get(8..8_usize.checked_add(size)?)?;
    let text = codepage::decode(bytes, page);
    Some(text.trim_end_matches('\0').replace(['\r', '\n'], " "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_read_in_their_code_page() {
        let mut stream = vec![0; 28];
        stream.extend([0; 16]);
        stream.extend(48_u32.to_le_bytes());
        let entries: [u32; 8] = [99, 3, 1, 32, 2, 40, 18, 56];
        stream.extend(entries.iter().flat_map(|entry| entry.to_le_bytes()));
        stream.extend([2, 0, 0, 0, 0xe3, 4, 0, 0]);
        stream.extend(b"\x1e\0\0\0\x04\0\0\0\xcf\xf0\xe8\0\0\0\0\0\x1f\0\0\0\x02\0\0\0A\0\0\0");
        assert_eq!(set(&stream, 28).unwrap(), ["При", "A"]);
        assert_eq!(set(&stream[..60], 28), Some(Vec::new()));
        assert_eq!(set(&[0xff; 64], 28), None);
    }
}
