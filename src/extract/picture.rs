// SPDX-License-Identifier: GPL-3.0-or-later
//! Names pictures, of which nothing is read but what was written beside them: EXIF, XMP, notes.

use std::collections::HashSet;
use std::io::{Cursor, Read};

use exif::{In, Tag, Value};
use memchr::memmem;

use crate::message::PartPath;

use super::sniff::{self, Kind};
use super::{Extract, Format, Source, Why, Work, codepage, plain, story};

/// Descriptions that a program of Windows writes, in UTF-16 (tags that Microsoft added to EXIF).
const WINDOWS: &[u16] = &[0x9c9b, 0x9c9c, 0x9c9d, 0x9c9e, 0x9c9f];

/// What a camera notes of itself, for no reader.
const OF_CAMERA: &[Tag] = &[
    Tag::ComponentsConfiguration,
    Tag::ExifVersion,
    Tag::FlashpixVersion,
    Tag::InteroperabilityIndex,
    Tag::MakerNote,
];

/// How a packet of XMP begins and ends (ISO 16684-1, 7.3).
const XMP: (&[u8], &[u8]) = (b"<x:xmpmeta", b"</x:xmpmeta>");

/// Packets and notes that are looked for.
const MOST_PACKETS: usize = 16;

/// How long a packed note may be, in bytes.
const MOST_NOTE: u64 = 64 << 10;

/// A picture.
pub(super) struct Picture;

impl Format for Picture {
    fn name(&self) -> &'static str {
        "picture"
    }

    fn takes(&self, source: &Source<'_>) -> bool {
        sniff::kind(source.bytes) == Kind::Picture
            || source.media_type.starts_with("image/") && !plain::is_text(source.bytes)
    }

    fn read(&self, source: &Source<'_>, work: &mut Work) {
        let mut lines = exif(source.bytes);
        lines.extend(notes(source.bytes));
        lines.extend(comments(source.bytes));
        lines.extend(packets(source.bytes));
        lines.extend(behind(source.bytes));
        work.text(source.path, plain::with_lf(lines.join("\n")), Vec::new());
        let detail = format!("a picture ({})", source.media_type);
        work.unreadable(source.path, Why::Picture, detail);
    }
}

/// Where pictures are all there is in a mail, they are what it says: a scan, which was not read.
pub(super) fn tell_scans(extract: &mut Extract) {
    let pictures: HashSet<PartPath> = extract
        .unreadable
        .iter()
        .filter(|part| part.why == Why::Picture)
        .map(|part| part.part.clone())
        .collect();
    let mut texts = extract.texts.iter().map(|text| &text.part);
    let is_said = texts.any(|part| part.is_content() && !pictures.contains(part));
    if is_said || pictures.is_empty() {
        return;
    }
    for part in extract
        .unreadable
        .iter_mut()
        .filter(|part| part.why == Why::Picture)
    {
        part.why = Why::Unreadable;
        part.detail += ", and nothing else was sent";
    }
}

/// The texts of the fields that a camera or its owner wrote (CIPA DC-008).
fn exif(bytes: &[u8]) -> Vec<String> {
    let mut reader = exif::Reader::new();
    reader.continue_on_error(true);
    let read = reader.read_from_container(&mut Cursor::new(bytes));
    let read = read.or_else(|error| error.distill_partial_result(|_| ()));
    let Ok(read) = read else {
        return Vec::new();
    };
    let fields = read.fields().filter(|field| field.ifd_num == In::PRIMARY);
    let lines = fields
        .filter(|field| !OF_CAMERA.contains(&field.tag))
        .filter_map(|field| {
            let text = match &field.value {
                Value::Ascii(values) => {
                    let values: Vec<String> = values
                        .iter()
                        .map(|value| codepage::western(value))
                        .collect();
                    values.join(" ")
                }
                Value::Byte(value) if WINDOWS.contains(&field.tag.number()) => {
                    codepage::decode(value, 1200)
                }
                Value::Undefined(value, _) if field.tag == Tag::UserComment => comment(value)?,
                _ => return None,
            };
            let text = text.trim_matches(['\0', ' ']);
            (!text.is_empty()).then(|| format!("{}: {text}", field.tag))
        });
    lines.collect()
}

/// A comment behind the name of its charset (CIPA DC-008, 4.6.5).
fn comment(bytes: &[u8]) -> Option<String> {
    let (charset, text) = bytes.split_first_chunk::<8>()?;
    Some(match charset {
        b"UNICODE\0" => codepage::decode(text, if text.first() == Some(&0) { 1201 } else { 1200 }),
        b"JIS\0\0\0\0\0" => codepage::decode(text, 50_220),
        _ => codepage::western(text),
    })
}

/// The texts in a PNG (PNG, third edition, 11.3.3) and the comments of a JPEG.
fn notes(bytes: &[u8]) -> Vec<String> {
    let mut notes = Vec::new();
    if let Some(mut rest) = bytes.strip_prefix(b"\x89PNG\r\n\x1a\n") {
        while let Some((size, [a, b, c, d, data @ ..])) = rest.split_first_chunk::<4>() {
            let size = usize::try_from(u32::from_be_bytes(*size)).unwrap_or(usize::MAX);
            let text = data.get(..size).unwrap_or(data);
            match &[*a, *b, *c, *d] {
                b"tEXt" | b"iTXt" => notes.push(codepage::western(text).replace('\0', " ")),
                b"zTXt" if notes.len() < MOST_PACKETS => notes.extend(unpacked(text)),
                _ => {}
            }
            rest = data.get(size.saturating_add(4)..).unwrap_or_default();
        }
    }
    let mut rest = bytes.strip_prefix(b"\xff\xd8").unwrap_or_default();
    // Behind the start of the scan (0xda) stands the picture.
    while let [0xff, kind @ 0xc0..=0xfe, high, low, data @ ..] = rest
        && *kind != 0xda
    {
        let size = usize::from(u16::from_be_bytes([*high, *low])).saturating_sub(2);
        if *kind == 0xfe {
            notes.push(codepage::western(data.get(..size).unwrap_or(data)));
        }
        rest = data.get(size..).unwrap_or_default();
    }
    notes
}

/// The text of a packed note: a name, a NUL, a method, and what was packed (PNG, 11.3.3.3).
fn unpacked(chunk: &[u8]) -> Option<String> {
    let at = memchr::memchr(0, chunk)?;
    let packed = chunk.get(at + 2..)?;
    let mut text = Vec::new();
    // What could be read before a fault is kept.
    let unpacked = flate2::bufread::ZlibDecoder::new(packed);
    unpacked.take(MOST_NOTE).read_to_end(&mut text).ok();
    Some(codepage::western(&text))
}

/// The comments of a GIF (GIF89a, 24): blocks of 255 bytes at the most.
fn comments(bytes: &[u8]) -> Vec<String> {
    if !bytes.starts_with(b"GIF8") {
        return Vec::new();
    }
    let starts = memmem::find_iter(bytes, b"!\xfe").take(MOST_PACKETS);
    let comments = starts.map(|at| {
        let (mut text, mut rest) = (Vec::new(), bytes.get(at + 2..).unwrap_or_default());
        while let [length, behind @ ..] = rest
            && *length > 0
        {
            let (block, next) = behind.split_at(behind.len().min(usize::from(*length)));
            text.extend_from_slice(block);
            rest = next;
        }
        codepage::western(&text)
    });
    comments.collect()
}

/// Text that stands behind the end of a picture, which no program shows and every editor.
fn behind(bytes: &[u8]) -> Option<String> {
    let ends = [&b"IEND\xaeB\x60\x82"[..], b"\xff\xd9"];
    let end = ends
        .iter()
        .find_map(|end| Some(memmem::rfind(bytes, end)? + end.len()));
    let rest = bytes.get(end?..)?.trim_ascii();
    plain::is_text(rest).then(|| codepage::western(rest))
}

/// The texts of packets of XMP, wherever they stand.
fn packets(bytes: &[u8]) -> Vec<String> {
    let (start, end) = XMP;
    let starts = memmem::find_iter(bytes, start).take(MOST_PACKETS);
    let packets = starts.filter_map(|at| {
        let rest = bytes.get(at..)?;
        let packet = rest.get(..memmem::find(rest, end)?)?;
        Some(story::read_properties(packet).text)
    });
    packets.collect()
}

#[cfg(test)]
mod tests {
    use super::super::{Budget, document};

    fn text(bytes: &[u8]) -> String {
        let read = document("a.bin", bytes, &Budget::default());
        assert_eq!(read.unreadable[0].why, super::Why::Picture);
        read.texts
            .into_iter()
            .next()
            .map_or_else(String::new, |text| text.content)
    }

    #[test]
    fn what_stands_beside_a_picture_is_read() {
        let png = b"\x89PNG\r\n\x1a\n\0\0\0\x0dtEXtAuthor\0M\xfcller____\0\0\0\0IEND";
        assert_eq!(text(png), "Author Müller");
        let jpeg = b"\xff\xd8\xff\xe1\0\x04ab\xff\xfe\0\x08Muster\xff\xda\0\0<x:xmpmeta><rdf:li>Anna</rdf:li><d photoshop:City='Bern'/></x:xmpmeta>";
        assert_eq!(text(jpeg), "Muster\nAnna\nBern");
    }

    #[test]
    fn notes_of_a_gif_and_what_stands_behind_the_end_are_read() {
        assert_eq!(text(b"GIF89a...!\xfe\x03Ann\x01a\0;"), "Anna");
        assert_eq!(text(b"\xff\xd8\xff\xda\0\0..\xff\xd9\nAnna\n"), "Anna");
    }

    #[test]
    fn fields_of_a_camera_are_read() {
        // TIFF of one entry: Artist, 12 bytes at offset 26.
        let tiff = b"II*\0\x08\0\0\0\x01\0\x3b\x01\x02\0\x0c\0\0\0\x1a\0\0\0\0\0\0\0Anna Muster\0";
        assert_eq!(text(tiff), "Artist: Anna Muster");
    }
}
