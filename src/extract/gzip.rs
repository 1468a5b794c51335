// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns one packed file (gzip, bzip2, xz, Zstandard) into what it was.

use std::io::{self, Read};

use bzip2::bufread::MultiBzDecoder;
use flate2::bufread::MultiGzDecoder;
use lzma_rust2::XzReader;
use ruzstd::decoding::StreamingDecoder;

use crate::message::PartPath;

use super::sniff::{self, Kind};
use super::{Format, Source, Why, Work, codepage};

/// What a decoder may take for its window, in bytes.
const WINDOW: u64 = 64 << 20;

/// A file that is packed, alone.
pub(super) struct Packed;

impl Format for Packed {
    fn name(&self) -> &'static str {
        "packed file"
    }

    fn takes(&self, source: &Source<'_>) -> bool {
        matches!(
            sniff::kind(source.bytes),
            Kind::Gzip | Kind::Bzip2 | Kind::Xz | Kind::Zstd
        )
    }

    fn may_be_empty(&self, _source: &Source<'_>) -> bool {
        true
    }

    fn read(&self, source: &Source<'_>, work: &mut Work) {
        let container = source.as_container();
        let path = container.member(&unpacked_name(&source.file_name));
        if !work.admits(source.path, source.depth + 1) {
            return;
        }
        for name in names(source.bytes) {
            work.text(&PartPath::name(&path.0), name, Vec::new());
        }
        let packed = source.bytes.len();
        match reader(sniff::kind(source.bytes), source.bytes) {
            Ok(reader) => {
                work.open_member(source, &path, packed, reader);
            }
            Err(error) => {
                let detail = format!("it cannot be unpacked: {error}");
                work.unreadable(source.path, Why::Unreadable, detail);
            }
        }
    }
}

/// The name and the comment in the header of gzip (RFC 1952, 2.3).
fn names(bytes: &[u8]) -> Vec<String> {
    let [0x1f, 0x8b, 8, flags, _, _, _, _, _, _, rest @ ..] = bytes else {
        return Vec::new();
    };
    let mut rest = rest;
    if flags & 4 > 0
        && let Some((length, behind)) = rest.split_first_chunk::<2>()
    {
        let length = usize::from(u16::from_le_bytes(*length));
        rest = behind.get(length..).unwrap_or_default();
    }
    let mut texts = rest.split(|byte| *byte == 0);
    let told = [8, 16].into_iter().filter(|flag| flags & flag > 0);
    told.filter_map(|_| texts.next().map(codepage::western))
        .collect()
}

/// What unpacks bytes of a kind.
pub(super) fn reader<'a>(kind: Kind, bytes: &'a [u8]) -> io::Result<Box<dyn Read + 'a>> {
    let window = u32::try_from(WINDOW >> 10).unwrap_or(u32::MAX);
    Ok(match kind {
        Kind::Bzip2 => Box::new(MultiBzDecoder::new(bytes)),
        Kind::Xz => Box::new(XzReader::new_mem_limit(bytes, true, window)),
        Kind::Zstd => Box::new(Frames {
            left: bytes,
            now: None,
        }),
        _ => Box::new(MultiGzDecoder::new(bytes)),
    })
}

/// Zstandard frames, one behind the other (RFC 8878, 3.1).
struct Frames<'a> {
    left: &'a [u8],
    now: Option<StreamingDecoder<&'a [u8], ruzstd::decoding::FrameDecoder>>,
}

impl Read for Frames<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if let Some(frame) = &mut self.now {
                let count = frame.read(buffer)?;
                if count > 0 {
                    return Ok(count);
                }
                self.left = frame.get_ref();
                self.now = None;
            }
            self.left = without_skippable(self.left);
            if self.left.is_empty() {
                return Ok(0);
            }
            let frame = StreamingDecoder::new_with_max_window_size(self.left, WINDOW);
            self.now = Some(frame.map_err(io::Error::other)?);
        }
    }
}

/// Frames that hold no content are passed over (RFC 8878, 3.1.2).
fn without_skippable(mut bytes: &[u8]) -> &[u8] {
    while let [0x50..=0x5f, 0x2a, 0x4d, 0x18, a, b, c, d, rest @ ..] = bytes {
        let length = usize::try_from(u32::from_le_bytes([*a, *b, *c, *d])).unwrap_or(usize::MAX);
        bytes = rest.get(length..).unwrap_or_default();
    }
    bytes
}

/// The name without the ending that the packing gave it.
fn unpacked_name(name: &str) -> String {
    match name.rsplit_once('.') {
        Some((stem, "tgz" | "tbz" | "tbz2" | "txz" | "tzst")) => format!("{stem}.tar"),
        Some((stem, "gz" | "bz2" | "xz" | "zst")) if !stem.is_empty() => stem.to_owned(),
        _ => "content".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_names_what_is_packed() {
        let head = b"\x1f\x8b\x08\x1c\0\0\0\0\0\x03\x02\0xxa.txt\0note\0rest";
        assert_eq!(names(head), ["a.txt", "note"]);
        assert_eq!(
            names(b"\x1f\x8b\x08\0\0\0\0\0\0\x03abc\0"),
            Vec::<String>::new()
        );
    }

    #[test]
    fn names_lose_the_ending_of_the_packing() {
        assert_eq!(unpacked_name("list.csv.gz"), "list.csv");
        assert_eq!(unpacked_name("list.tgz"), "list.tar");
        assert_eq!(unpacked_name("list"), "content");
    }
}
