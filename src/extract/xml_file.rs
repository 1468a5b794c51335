// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns an XML file into lines of name and value, and tells an electronic invoice.

use std::borrow::Cow;

use memchr::memmem;

use crate::message::transfer;

use super::sniff::{self, Kind};
use super::xml::{self, Attributes, Piece};
use super::{Format, INVOICE, Source, Work, plain, story};

/// Text that is shorter is no file, in characters.
const SHORT: usize = 100;

/// The outermost elements of an invoice: UBL 2 (EN 16931-3-2), and the CII that stands in the PDF of
/// Factur-X and ZUGFeRD (EN 16931-3-3).
const UBL: &[&str] = &["Invoice", "CreditNote", "DebitNote"];
const UBL_NAMESPACE: &[u8] = b"urn:oasis:names:specification:ubl:schema:xsd:";
const CII: &[&str] = &["CrossIndustryInvoice", "CrossIndustryDocument"];

/// The outermost elements of Word documents that are one XML file: of Word 2003, and since.
const WORD: &[&str] = &["wordDocument", "package"];
const OFFICE: &[u8] = b"http://schemas.microsoft.com/office/";

/// An XML file.
pub(super) struct XmlFile;

impl Format for XmlFile {
    fn name(&self) -> &'static str {
        "XML"
    }

    fn takes(&self, source: &Source<'_>) -> bool {
        let start = source.bytes.trim_ascii_start();
        let start = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start);
        let is_typed = ["application/xml", "text/xml"].contains(&source.media_type)
            || source.media_type.ends_with("+xml")
            || source.is_named(&[".xml"]);
        start.starts_with(b"<?xml") || is_typed && start.starts_with(b"<")
    }

    fn may_be_empty(&self, _source: &Source<'_>) -> bool {
        true
    }

    fn read(&self, source: &Source<'_>, work: &mut Work) {
        let xml = xml::decode(source.bytes);
        let root = xml::root(&xml);
        if is_invoice(&root, source.bytes) {
            work.is_rather(INVOICE);
        }
        // What is not XML to its end is shown as it is.
        let text = lines(&xml).unwrap_or_else(|| plain::with_lf(xml.to_string()));
        let shown = as_word(&root, source.bytes);
        if shown.trim().is_empty() {
            work.text(source.path, text, Vec::new());
            // Elements may stand within a word.
            work.again(source.path, "without tags", without_tags(&xml));
        } else {
            work.text(source.path, shown, Vec::new());
            // What Word shows nobody stands there all the same.
            work.again(source.path, "as XML", text);
        }
        for (name, bytes) in files(&xml) {
            work.open_named(source, &name, &bytes);
        }
    }
}

/// What Word shows of its documents, runs joined; nothing of other files.
fn as_word(root: &str, bytes: &[u8]) -> String {
    if !WORD.contains(&root) || memmem::find(bytes, OFFICE).is_none() {
        return String::new();
    }
    let story = story::read(bytes);
    format!("{}\n{}", story.text, story.aside)
}

/// The files that stand in it as base64, each with its name or that of its element: what is attached
/// to an invoice, pictures and objects of a document that is one XML file.
fn files(xml: &str) -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    let mut name = String::new();
    xml::walk(xml, |piece| match piece {
        Piece::Start(element, attributes) => {
            let own = ["filename", "name"]
                .iter()
                .find_map(|name| attributes.get(name));
            name = own.map_or_else(|| element.to_owned(), Cow::into_owned);
        }
        Piece::Text(text) => files.extend(file(text).map(|bytes| (name.clone(), bytes))),
        Piece::End(_) => {}
    });
    files
}

/// The file that a text is; none where it is only a word of such letters.
fn file(text: &str) -> Option<Vec<u8>> {
    if text.len() < SHORT {
        return None;
    }
    let signs: String = text.split_ascii_whitespace().collect();
    if !transfer::is_base64(signs.as_bytes(), SHORT) {
        return None;
    }
    let bytes = transfer::base64(signs.as_bytes());
    (sniff::kind(&bytes) != Kind::Other || plain::is_text(&bytes)).then_some(bytes)
}

fn is_invoice(root: &str, bytes: &[u8]) -> bool {
    CII.contains(&root) || UBL.contains(&root) && memmem::find(bytes, UBL_NAMESPACE).is_some()
}

/// A line for each text and attribute, behind its name, then the comments; none where it breaks off.
fn lines(xml: &str) -> Option<String> {
    let mut text = String::new();
    // An element has begun and said nothing yet; a text goes on.
    let (mut is_open, mut is_text) = (false, false);
    let is_whole = xml::walk(xml, |piece| match piece {
        Piece::Start(name, attributes) => {
            end_line(&mut text);
            write_attributes(attributes, &mut text);
            text.push_str(name);
            (is_open, is_text) = (true, false);
        }
        Piece::End(_) => (is_open, is_text) = (false, false),
        Piece::Text(piece) if file(piece).is_some() => {}
        Piece::Text(piece) if is_text || !piece.trim().is_empty() => {
            if is_open {
                text.push_str(": ");
            }
            text.push_str(piece);
            (is_open, is_text) = (false, true);
        }
        Piece::Text(_) => {}
    });
    end_line(&mut text);
    for comment in comments(xml) {
        text.push_str(comment);
        end_line(&mut text);
    }
    is_whole.then(|| plain::with_lf(text))
}

/// What stands between the tags of the outermost elements' members, as one line each.
fn without_tags(xml: &str) -> String {
    let mut text = String::new();
    xml::walk(xml, |piece| match piece {
        Piece::Text(piece) if piece.trim().is_empty() => end_line(&mut text),
        Piece::Text(piece) => text.push_str(piece),
        _ => {}
    });
    plain::with_lf(text)
}

fn end_line(text: &mut String) {
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
}

fn write_attributes(attributes: &Attributes<'_>, text: &mut String) {
    for (name, value) in attributes.all() {
        if !value.trim().is_empty() {
            text.push_str(&format!("{name}: {value}\n"));
        }
    }
}

fn comments(xml: &str) -> impl Iterator<Item = &str> {
    let pieces = xml.split("<!--").skip(1);
    pieces.map(|piece| piece.split("-->").next().unwrap_or(piece).trim())
}

#[cfg(test)]
mod tests {
    use super::super::{Budget, document};
    use super::*;

    fn read(xml: &[u8]) -> (String, &'static str) {
        let read = document("a.xml", xml, &Budget::default());
        let text = read
            .texts
            .into_iter()
            .next()
            .map_or_else(String::new, |text| text.content);
        (text, read.parts[0].format)
    }

    #[test]
    fn values_stand_behind_their_names() {
        let xml = b"<?xml version='1.0'?><a xmlns='u'><Person id='7'><AHV>756.<b>9217</b></AHV> <Name>M&#252;ller &amp; Co</Name></Person><!-- geheim --></a>";
        let (text, format) = read(xml);
        assert_eq!(
            text,
            "a\nid: 7\nPerson\nAHV: 756.\nb: 9217\nName: Müller & Co\ngeheim\n"
        );
        assert_eq!(format, "XML");
    }

    #[test]
    fn what_is_declared_is_how_it_is_read() {
        let xml = b"<?xml version=\"1.0\" encoding=\"windows-1251\"?><a>\xcf\xf0\xe8</a>";
        assert_eq!(read(xml).0, "a: При\n");
        assert_eq!(
            read(b"<?xml version='1.0'?><a>756 <b").0,
            "<?xml version='1.0'?><a>756 <b"
        );
    }

    #[test]
    fn files_in_it_are_read() {
        let letter =
            "AHV 756.9217.0769.85, what the letter says besides, and more of it to be long enough";
        let coded = transfer::to_base64(letter.as_bytes());
        let xml = format!(
            "<?xml version='1.0'?><Invoice><Attachment><Object filename='brief.txt'>\n{coded}</Object>\
             </Attachment><Hash>{}</Hash></Invoice>",
            "0123456789abcdef".repeat(8),
        );
        let read = document("a.xml", xml.as_bytes(), &Budget::default());
        let found = |part: &str| read.texts.iter().find(|text| text.part.0 == part);
        assert_eq!(found("1/a.xml/brief.txt").unwrap().content, letter);
        assert!(found("1").unwrap().content.ends_with("Hash: 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\n"));
        assert!(!found("1").unwrap().content.contains(&coded));
    }

    #[test]
    fn word_is_read_as_shown_and_as_it_stands() {
        let word = "<?xml version='1.0'?><w:wordDocument xmlns:w='http://schemas.microsoft.com/office/word/2003/wordml'><o:Author>Anna</o:Author><w:p><w:r><w:t>756.</w:t></w:r>\
            <w:r><w:t>9217</w:t></w:r></w:p><x>other</x></w:wordDocument>";
        let read = document("a.xml", word.as_bytes(), &Budget::default());
        assert_eq!(read.texts[0].content, "756.9217\nAnna");
        assert!(read.texts[1].content.contains("x: other\n"));
        // Others call their root so too.
        let book = document(
            "a.opf",
            b"<?xml version='1.0'?><package><creator>Anna</creator></package>",
            &Budget::default(),
        );
        assert!(book.texts[0].content.contains("creator: Anna"));
    }

    #[test]
    fn invoices_are_told() {
        let ubl = b"<?xml version='1.0'?><Invoice xmlns='urn:oasis:names:specification:ubl:schema:xsd:Invoice-2'><ID>7</ID></Invoice>";
        assert_eq!(read(ubl).1, "invoice");
        assert_eq!(
            read(b"<?xml version='1.0'?><rsm:CrossIndustryInvoice/>").1,
            "invoice"
        );
        assert_eq!(read(b"<?xml version='1.0'?><Invoice/>").1, "XML");
    }
}
