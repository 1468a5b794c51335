// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns a PowerPoint presentation (MS-PPT) into text: that of its slides, notes and comments.

use std::path::Path;

use super::codepage::{self, WESTERN};
use super::ole::{self, Ole};
use super::{Source, Why, Work, object};

/// Records with text (MS-PPT, 2.13.24).
const CHARS: u16 = 0x0fa0;
const BYTES: u16 = 0x0fa8;
const STRING: u16 = 0x0fba;

/// A record with an embedded object.
const OBJECT: u16 = 0x1011;

/// The token of a `Current User` stream of an encrypted presentation (MS-PPT, 2.3.2).
const ENCRYPTED: [u8; 4] = 0xf3d1_c4df_u32.to_le_bytes();

/// Reads the presentation.
pub(super) fn read(ole: &mut Ole<'_>, source: &Source<'_>, work: &mut Work) {
    let user = ole.stream(Path::new("/Current User")).unwrap_or_default();
    if user.get(12..16) == Some(&ENCRYPTED) {
        let detail = "a presentation encrypted with a password";
        return work.unreadable(source.path, Why::Encrypted, detail);
    }
    let slides = ole
        .stream(Path::new("/PowerPoint Document"))
        .unwrap_or_default();
    let (text, objects) = read_records(&slides);
    ole::finish(text, "PowerPoint", source, work);
    for (at, (data, is_packed)) in objects.into_iter().enumerate() {
        object::on_slide(at + 1, data, is_packed, source, work);
    }
}

/// The text of records, one after the other, and the objects among them, with whether they are
/// packed. Those in another record begin behind its head.
fn read_records(mut records: &[u8]) -> (String, Vec<(&[u8], bool)>) {
    let mut text = String::new();
    let mut objects = Vec::new();
    while let Some((head, rest)) = records.split_first_chunk::<8>() {
        let [kind0, kind1, id0, id1, size @ ..] = *head;
        records = rest;
        if kind0 & 0x0f == 0x0f {
            continue;
        }
        let size = usize::try_from(u32::from_le_bytes(size)).unwrap_or(usize::MAX);
        let data = rest.get(..size).unwrap_or(rest);
        let instance = u16::from_le_bytes([kind0, kind1]) >> 4;
        let page = match u16::from_le_bytes([id0, id1]) {
            CHARS => 1200,
            // The string of a program's own is not shown.
            STRING if instance != 0x2bc => 1200,
            BYTES => WESTERN,
            OBJECT => {
                objects.push((data, instance == 1));
                0
            }
            _ => 0,
        };
        if page > 0 {
            text += &codepage::decode(data, page).replace(['\r', '\u{b}'], "\n");
            text.push('\n');
        }
        records = rest.get(data.len()..).unwrap_or_default();
    }
    (text, objects)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_records_in_records() {
        let inner = [
            &[0, 0, 0xa8, 0x0f, 4, 0, 0, 0][..],
            b"M\xfcll",
            &[0, 0, 0xa0, 0x0f, 2, 0, 0, 0],
            b"x\0",
        ];
        let records = [&[0x0f, 0, 0xe8, 3, 99, 0, 0, 0][..], &inner.concat()].concat();
        assert_eq!(read_records(&records).0, "Müll\nx\n");
        assert_eq!(read_records(&records[..18]).0, "Mü\n");
    }
}
