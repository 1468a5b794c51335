// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns a book (EPUB 3.3, Open Container Format) into its pages and what it says of itself.

use std::collections::HashSet;

use crate::message::{PartPath, parameters};

use super::xml::{self, Piece};
use super::zip::Archive;
use super::{Source, Why, Work};

const CONTAINER: &str = "META-INF/container.xml";
const ENCRYPTION: &str = "META-INF/encryption.xml";

/// Ways in which only fonts are hidden (EPUB 3.3, 4.4; Adobe's before it).
const FONTS_ONLY: &[&str] = &[
    "http://www.idpf.org/2008/embedding",
    "http://ns.adobe.com/pdf/enc#RC",
];

/// Files in which nothing stands that a person reads.
const FURNITURE: &[&str] = &[
    ".css",
    ".js",
    ".otf",
    ".ttf",
    ".woff",
    ".woff2",
    "mimetype",
    ".ds_store",
];

/// True for an archive that is a book.
pub(super) fn is_book(archive: &Archive<'_>) -> bool {
    archive.find(CONTAINER).is_some() && archive.find("mimetype").is_some()
}

/// Reads a book.
pub(super) fn read(archive: &Archive<'_>, source: &Source<'_>, work: &mut Work) {
    work.is_rather("EPUB");
    let encrypted = encrypted(archive, source.path, work);
    if !encrypted.is_empty() {
        work.unreadable(
            source.path,
            Why::Encrypted,
            "a book of which pages are encrypted",
        );
    }
    let container = source.as_container();
    for entry in archive.entries.iter().filter(|entry| !entry.is_folder()) {
        let name = entry.name.to_lowercase();
        let is_furniture =
            name.starts_with("meta-inf/") || FURNITURE.iter().any(|ending| name.ends_with(ending));
        if is_furniture || encrypted.contains(&entry.name) {
            continue;
        }
        if !work.admits(source.path, source.depth + 1) {
            return;
        }
        archive.open(entry, source, &container.member(&entry.name), work);
    }
}

/// The names of the files that need a key.
fn encrypted(archive: &Archive<'_>, part: &PartPath, work: &mut Work) -> HashSet<String> {
    let mut names = HashSet::new();
    let entry = archive.find(ENCRYPTION);
    let Some(unpacked) = entry.and_then(|entry| archive.unpack(entry, part, work)) else {
        return names;
    };
    let mut is_font = false;
    xml::walk(&xml::decode(&unpacked.bytes), |piece| match piece {
        Piece::Start("EncryptedData", _) => is_font = false,
        Piece::Start("EncryptionMethod", attributes) => {
            let way = attributes.get("Algorithm").unwrap_or_default();
            is_font = FONTS_ONLY.contains(&&*way);
        }
        Piece::Start("CipherReference", attributes) if !is_font => {
            let name = attributes.get("URI").unwrap_or_default();
            let name = parameters::percent_decoded(name.as_bytes());
            names.insert(String::from_utf8_lossy(&name).into_owned());
        }
        _ => {}
    });
    work.release(unpacked);
    names
}

#[cfg(test)]
mod tests {
    use super::super::zip::tests::zip;
    use super::super::{Budget, document};
    use super::*;

    #[test]
    fn pages_are_read_unless_they_need_a_key() {
        let book = |encryption: &str| {
            zip(&[
                ("mimetype", b"application/epub+zip"),
                (CONTAINER, b"<container/>"),
                (ENCRYPTION, encryption.as_bytes()),
                ("OEBPS/a b.xhtml", b"<html><p>Seite</p></html>"),
                ("OEBPS/font.otf", b"\0\x01"),
                (
                    "OEBPS/content.opf",
                    b"<package><creator>Anna</creator></package>",
                ),
            ])
        };
        let read = |encryption: &str| {
            let read = document("a.epub", &book(encryption), &Budget::default());
            let texts: Vec<String> = read.texts.into_iter().map(|text| text.content).collect();
            let whys: Vec<Why> = read.unreadable.into_iter().map(|part| part.why).collect();
            (texts, whys)
        };
        let data = |way: &str| {
            format!(
                "<encryption><EncryptedData><EncryptionMethod Algorithm='{way}'/><CipherData>\
                <CipherReference URI='OEBPS/a%20b.xhtml'/></CipherData></EncryptedData></encryption>"
            )
        };
        let (texts, whys) = read(&data(FONTS_ONLY[0]));
        assert_eq!((texts.len(), texts[0].as_str(), whys), (2, "Seite", vec![]));
        let (texts, whys) = read(&data("http://www.w3.org/2001/04/xmlenc#aes256-cbc"));
        assert_eq!((texts.len(), whys), (1, vec![Why::Encrypted]));
    }
}
