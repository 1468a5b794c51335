// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns an XML file into lines of name and value, and tells an electronic invoice.

use memchr::memmem;

use super::xml::{self, Attributes, Piece};
use super::{Format, INVOICE, Source, Work, plain, story};

/// The outermost elements of an invoice: UBL 2 (EN 16931-3-2), and the CII that stands in the PDF of
/// Factur-X and ZUGFeRD (EN 16931-3-3).
const UBL: &[&str] = &["Invoice", "CreditNote", "DebitNote"];
const UBL_NAMESPACE: &[u8] = b"urn:oasis:names:specification:ubl:schema:xsd:";
const CII: &[&str] = &["CrossIndustryInvoice", "CrossIndustryDocument"];

/// The outermost elements of Word documents that are one XML file: of Word 2003, and since.
const WORD: &[&str] = &["wordDocument", "package"];

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
        if WORD.contains(&root.as_str()) {
            let story = story::read(source.bytes);
            if story.is_whole {
                return work.text(
                    source.path,
                    format!("{}\n{}", story.text, story.aside),
                    Vec::new(),
                );
            }
        }
        // What is not XML to its end is shown as it is.
        let text = lines(&xml).unwrap_or_else(|| plain::with_lf(xml.into_owned()));
        work.text(source.path, text, Vec::new());
    }
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
