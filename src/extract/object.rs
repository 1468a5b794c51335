// SPDX-License-Identifier: GPL-3.0-or-later
//! Opens what other programs put into a compound file: documents, packed files, in storages of their own.

use std::path::Path;

use flate2::read::ZlibDecoder;

use super::ole::{Ole, long};
use super::{Source, Work};

/// A file that was dropped into a document (MS-OLEDS, 2.3.6).
const NATIVE: &str = "\u{1}Ole10Native";

/// Streams that are a file of their own: an Office document, what a program other than Office wrote.
const FILES: &[&str] = &["Package", "CONTENTS"];

/// Storages of a Word document or workbook in which objects stand.
const POOL: &str = "ObjectPool";
const IN_WORKBOOK: &[&str] = &["MBD", "LNK"];

/// True where the file itself is an object: what a document keeps of a file that was put into it.
pub(super) fn is_object(ole: &Ole<'_>) -> bool {
    let has = |name: &&str| ole.holds(&Path::new("/").join(name));
    has(&NATIVE) || FILES.iter().any(has)
}

/// Reads the file in an object.
pub(super) fn read(ole: &mut Ole<'_>, source: &Source<'_>, work: &mut Work) {
    let path = Path::new("/");
    if let Some(stream) = ole.stream(&path.join(NATIVE)) {
        let (name, bytes) = native(&stream).unwrap_or_else(|| (String::new(), stream.as_slice()));
        return work.open_named(source, &name, bytes);
    }
    for name in FILES {
        if let Some(bytes) = ole.stream(&path.join(name)) {
            work.open_inside(source, &name.to_lowercase(), &bytes);
        }
    }
}

/// Reads the objects of a Word document or a workbook, each as a compound file of its own.
pub(super) fn embedded(ole: &mut Ole<'_>, source: &Source<'_>, work: &mut Work) {
    let mut storages = ole.children(&Path::new("/").join(POOL), true);
    let is_object = |path: &Path| {
        let name = path.file_name().and_then(|name| name.to_str());
        name.is_some_and(|name| IN_WORKBOOK.iter().any(|start| name.starts_with(start)))
    };
    let root = ole.children(Path::new("/"), true);
    storages.extend(root.into_iter().filter(|path| is_object(path)));
    for storage in storages {
        let name = storage.file_name().map(|name| name.to_string_lossy());
        let name = format!("object {}", name.unwrap_or_default());
        if let Some(bytes) = ole.as_file(&storage) {
            work.open_inside(source, &name, &bytes);
        }
    }
}

/// Opens an object of a presentation: a compound file, packed behind its size where `is_packed`
/// (MS-PPT, 2.10.34).
pub(super) fn on_slide(
    number: usize,
    data: &[u8],
    is_packed: bool,
    source: &Source<'_>,
    work: &mut Work,
) {
    let name = format!("object {number}");
    if is_packed {
        let packed = data.get(4..).unwrap_or_default();
        work.open_packed_inside(source, &name, packed.len(), ZlibDecoder::new(packed));
    } else {
        work.open_inside(source, &name, data);
    }
}

/// Name and bytes of a file that was dropped into a document; the name is empty where it has none.
fn native(stream: &[u8]) -> Option<(String, &[u8])> {
    let size = long(stream, 0)?;
    let body = stream.get(4..)?;
    let body = body.get(..size).unwrap_or(body);
    let told = || {
        // A mark, the name, where it came from, eight bytes of which four count the next name.
        let rest = body.strip_prefix(&[2, 0])?;
        let (name, rest) = line(rest)?;
        let (_, rest) = line(rest)?;
        let rest = rest.get(8usize.checked_add(long(rest, 4)?)?..)?;
        let file = rest.get(4..)?;
        let file = file.get(..long(rest, 0)?).unwrap_or(file);
        Some((
            super::codepage::decode(name, super::codepage::WESTERN),
            file,
        ))
    };
    Some(told().unwrap_or((String::new(), body)))
}

/// What stands before a NUL, and what behind it.
fn line(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = memchr::memchr(0, bytes)?;
    Some((bytes.get(..end)?, bytes.get(end + 1..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dropped_file_has_name_and_bytes() {
        let body = [
            b"\x02\0list.csv\0C:\\list.csv\0\0\0\x03\0\x0a\0\0\0C:\\tmp\\ab\0".as_slice(),
            b"\x04\0\0\0a;b\n",
            b"behind",
        ]
        .concat();
        let mut stream = u32::try_from(body.len()).unwrap().to_le_bytes().to_vec();
        stream.extend(&body);
        let expected = ("list.csv".to_owned(), &b"a;b\n"[..]);
        assert_eq!(native(&stream), Some(expected));
        let raw = [&[3, 0, 0, 0][..], b"abcd"].concat();
        assert_eq!(native(&raw), Some((String::new(), &b"abc"[..])));
        assert_eq!(native(&[0]), None);
    }
}
