// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns bytes into the kind of content they are, whatever a name or a declared type says.

use memchr::memmem;

/// What content is by its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// ZIP and everything that is packed in one: OOXML, ODF, EPUB, JAR, KMZ (APPNOTE 6.3.10).
    Zip,
    /// 7-Zip (7zFormat.txt).
    SevenZip,
    /// RAR, before and since version 5.
    Rar,
    /// gzip (RFC 1952).
    Gzip,
    /// bzip2.
    Bzip2,
    /// xz (The .xz File Format 1.2.1).
    Xz,
    /// Zstandard (RFC 8878).
    Zstd,
    /// tar (POSIX.1-2017, pax, and the old one).
    Tar,
    /// A compound file: DOC, XLS, PPT, MSG, encrypted OOXML (MS-CFB).
    Ole,
    /// PDF (ISO 32000, 7.5.2; readers accept it within the first 1,024 bytes).
    Pdf,
    /// RTF 1.9.1.
    Rtf,
    /// TNEF, `winmail.dat` (MS-OXTNEF).
    Tnef,
    /// A picture.
    Picture,
    /// Anything else: text, or what we do not know.
    Other,
}

/// How the kinds begin that begin with one fixed sequence.
const STARTS: &[(&[u8], Kind)] = &[
    (b"PK\x03\x04", Kind::Zip),
    (b"PK\x05\x06", Kind::Zip),
    (b"PK\x07\x08PK", Kind::Zip),
    (b"PK00PK\x03\x04", Kind::Zip),
    (b"7z\xbc\xaf\x27\x1c", Kind::SevenZip),
    (b"Rar!\x1a\x07", Kind::Rar),
    (b"\x1f\x8b\x08", Kind::Gzip),
    (b"\xfd7zXZ\0", Kind::Xz),
    (b"\x28\xb5\x2f\xfd", Kind::Zstd),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Kind::Ole),
    (b"{\\rt", Kind::Rtf),
    (b"\x78\x9f\x3e\x22", Kind::Tnef),
    (b"\x89PNG\r\n\x1a\n", Kind::Picture),
    (b"\xff\xd8\xff", Kind::Picture),
    (b"GIF87a", Kind::Picture),
    (b"GIF89a", Kind::Picture),
    (b"II*\0", Kind::Picture),
    (b"MM\0*", Kind::Picture),
];

/// A PDF may have something before its header.
const PDF_WITHIN: usize = 1024;

/// The record that ends a ZIP is at most this far from the end of the file (APPNOTE, 4.3.16).
const ZIP_TAIL: usize = 22 + 0xffff;

/// What these bytes are.
pub(super) fn kind(bytes: &[u8]) -> Kind {
    let starts = |(start, _): &&(&[u8], Kind)| bytes.starts_with(start);
    if let Some((_, kind)) = STARTS.iter().find(starts) {
        return *kind;
    }
    let head = bytes.get(..bytes.len().min(PDF_WITHIN)).unwrap_or_default();
    if memmem::find(head, b"%PDF-").is_some() {
        return Kind::Pdf;
    }
    match bytes {
        [
            b'R',
            b'I',
            b'F',
            b'F',
            _,
            _,
            _,
            _,
            b'W',
            b'E',
            b'B',
            b'P',
            ..,
        ] => Kind::Picture,
        // HEIF and AVIF (ISO/IEC 23008-12): a box that tells the kinds of file it is.
        [_, _, _, _, b'f', b't', b'y', b'p', brand @ ..] if is_still(brand) => Kind::Picture,
        [b'B', b'Z', b'h', b'1'..=b'9', b'1', b'A', b'Y', b'&', ..] => Kind::Bzip2,
        _ if is_tar(bytes) => Kind::Tar,
        // A program that unpacks itself, or something written before the archive.
        _ if ends_as_zip(bytes) => Kind::Zip,
        _ => Kind::Other,
    }
}

fn is_still(brand: &[u8]) -> bool {
    const BRANDS: &[&[u8]] = &[b"heic", b"heix", b"heim", b"mif1", b"msf1", b"avif"];
    BRANDS.iter().any(|known| brand.starts_with(known))
}

/// The check sum of the first header is right: true for every kind of tar.
fn is_tar(bytes: &[u8]) -> bool {
    let Some(header) = bytes.get(..512) else {
        return false;
    };
    let sum = header.get(148..156).unwrap_or_default();
    let told = super::tar::octal(sum);
    let spaces = 8 * u64::from(b' ');
    let all: u64 = header.iter().map(|byte| u64::from(*byte)).sum();
    let own: u64 = sum.iter().map(|byte| u64::from(*byte)).sum();
    header.first().is_some_and(|byte| *byte != 0) && told == Some(all - own + spaces)
}

fn ends_as_zip(bytes: &[u8]) -> bool {
    let tail = bytes
        .get(bytes.len().saturating_sub(ZIP_TAIL)..)
        .unwrap_or_default();
    let end = memmem::rfind(tail, b"PK\x05\x06").and_then(|at| tail.get(at..));
    end.is_some_and(|end| end.len() >= 22) && memmem::find(bytes, b"PK\x01\x02").is_some()
}

/// The ZIP that stands behind a document of another kind and ends with it, if one does.
pub(super) fn archive_behind(bytes: &[u8]) -> Option<&[u8]> {
    if !matches!(kind(bytes), Kind::Pdf | Kind::Picture | Kind::Rtf) {
        return None;
    }
    let tail = bytes.len().saturating_sub(ZIP_TAIL);
    let at = memmem::rfind(bytes.get(tail..)?, b"PK\x05\x06")? + tail;
    let end = bytes.get(at..)?;
    let comment = usize::from(u16::from_le_bytes(*end.get(20..)?.first_chunk()?));
    let start = memmem::find(bytes, b"PK\x03\x04")?;
    bytes.get(start..).filter(|_| end.len() == 22 + comment)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_tell_the_kind() {
        assert_eq!(kind(b"PK\x03\x04rest"), Kind::Zip);
        assert_eq!(kind(b"PK is not a ZIP"), Kind::Other);
        assert_eq!(kind(b"junk before\n%PDF-1.7"), Kind::Pdf);
        assert_eq!(kind(b"BZh91AY&SY"), Kind::Bzip2);
        assert_eq!(kind(b"BZh9 said the mail"), Kind::Other);
        assert_eq!(kind(b"{\\rtf1 x}"), Kind::Rtf);
        assert_eq!(kind(&[0; 1024]), Kind::Other);
        assert_eq!(kind(b""), Kind::Other);
    }

    #[test]
    fn a_zip_behind_a_picture_is_told() {
        let zip = [&b"PK\x03\x04..PK\x05\x06"[..], &[0; 18]].concat();
        let both = [&b"GIF89a"[..], &zip].concat();
        assert_eq!(archive_behind(&both), Some(&zip[..]));
        assert_eq!(archive_behind(&both[..both.len() - 1]), None);
        assert_eq!(archive_behind(&zip), None);
    }

    #[test]
    fn a_zip_behind_a_program_is_a_zip() {
        let mut bytes = b"MZ program".to_vec();
        bytes.extend(b"PK\x01\x02");
        bytes.extend(b"PK\x05\x06");
        bytes.extend([0; 18]);
        assert_eq!(kind(&bytes), Kind::Zip);
    }
}
