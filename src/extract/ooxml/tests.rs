// SPDX-License-Identifier: GPL-3.0-or-later
//! Office documents in, texts and reasons out.

use super::super::tests::reasons;
use super::super::zip::tests::zip;
use super::super::{Budget, Extract, document};
use super::*;

const TYPES: (&str, &[u8]) = ("[Content_Types].xml", b"<Types/>");

fn read(files: &[(&str, &[u8])]) -> Extract {
    let files = [&[TYPES], files].concat();
    document("a.docx", &zip(&files), &Budget::default())
}

/// The text, each line with its place.
fn lines(extract: &Extract) -> Vec<[String; 2]> {
    let text = &extract.texts[0];
    let mut at = 0;
    let mut lines = Vec::new();
    for line in text.content.split('\n') {
        if !line.is_empty() {
            lines.push([text.place(at), line.to_owned()]);
        }
        at += line.len() + 1;
    }
    lines
}

#[test]
fn every_part_of_a_text_is_read() {
    let read = read(&[
        ("word/header1.xml", b"<w:hdr><w:p><w:t>head</w:t></w:p></w:hdr>"),
        ("word/document.xml", b"<w:document><w:p><w:t>body</w:t></w:p></w:document>"),
        ("word/comments.xml", b"<c><w:comment w:author='Anna'><w:t>remark</w:t></w:comment></c>"),
        ("word/styles.xml", b"<w:styles><w:t>no</w:t></w:styles>"),
        ("word/_rels/document.xml.rels", b"<R><Relationship Id='a' Type='x/hyperlink' TargetMode='External' Target='mailto:a@b.ch'/></R>"),
        ("docProps/core.xml", b"<c><dc:creator>Beat</dc:creator></c>"),
        ("docProps/app.xml", b"<c><Pages>12</Pages><Company>Muster AG</Company></c>"),
        ("word/media/image1.png", b"\x89PNG\r\n\x1a\n"),
        ("word/embeddings/list.csv", b"Name;AHV"),
        ("word/vbaProject.bin", b"\xd0\xcf"),
    ]);
    let expected = [
        ["", "body"],
        ["header", "head"],
        ["comments", "remark"],
        ["properties", "Beat"],
        ["properties", "Muster AG"],
        ["links and fields", "Anna"],
        ["links and fields", "mailto:a@b.ch"],
    ];
    assert_eq!(lines(&read), expected);
    assert_eq!(read.texts[1].part.0, "1/a.docx/word/embeddings/list.csv");
    assert_eq!(reasons(&read), [("1", Why::Picture)]);
}

#[test]
fn parts_beside_the_text_are_read() {
    let read = read(&[
        (
            "word/document.xml",
            b"<w:document><w:p><w:t>body</w:t></w:p></w:document>",
        ),
        ("word/odd.xml", b"<a><b>odd</b></a>"),
        ("word/drawings/drawing1.xml", b"<d><col>756</col></d>"),
        (
            "word/settings.xml",
            b"<s><w:rsid w:val='00A1'/><w:docVar w:name='Patient' w:val='Anna'/></s>",
        ),
        (
            "xl/connections.xml",
            b"<c><dbPr connection='Password=geheim'/></c>",
        ),
    ]);
    let expected = [
        ["", "body"],
        ["", "odd"],
        ["", "Password=geheim"],
        ["links and fields", "Patient"],
        ["links and fields", "Anna"],
    ];
    assert_eq!(lines(&read), expected);
}

#[test]
fn slides_come_in_the_order_shown() {
    let read = read(&[
        ("ppt/presentation.xml", b"<p:presentation><p:sldId id='256' r:id='r2'/><p:sldId id='257' r:id='r1'/></p:presentation>"),
        ("ppt/_rels/presentation.xml.rels", b"<R><Relationship Id='r1' Type='x/slide' Target='slides/slide1.xml'/>\
            <Relationship Id='r2' Type='x/slide' Target='/ppt/slides/slide2.xml'/></R>"),
        ("ppt/slides/slide1.xml", b"<p:sld><a:p><a:t>second</a:t></a:p></p:sld>"),
        ("ppt/slides/slide2.xml", b"<p:sld><a:p><a:t>first</a:t></a:p></p:sld>"),
        ("ppt/slides/_rels/slide1.xml.rels", b"<R><Relationship Id='n' Type='x/notesSlide' Target='../notesSlides/n1.xml'/></R>"),
        ("ppt/notesSlides/n1.xml", b"<p:notes><a:p><a:t>said</a:t></a:p></p:notes>"),
        ("ppt/slides/slide9.xml", b"<p:sld><a:p><a:t>left over</a:t></a:p></p:sld>"),
    ]);
    let expected = [
        ["slide 1", "first"],
        ["slide 2", "second"],
        ["slide 2 notes", "said"],
        ["", "left over"],
    ];
    assert_eq!(lines(&read), expected);
}

#[test]
fn what_holds_no_text_is_never_nothing() {
    let empty = b"<w:document><w:p/></w:document>";
    let scan = read(&[
        ("word/document.xml", empty),
        ("word/media/a.png", b"\x89PNG"),
    ]);
    assert_eq!(reasons(&scan), [("1", Why::Unreadable)]);
    for empty in [
        ("xl/workbook.bin", &b"\x83\x01"[..]),
        ("xl/workbook.xml", b"<workbook/>"),
    ] {
        assert_eq!(reasons(&read(&[empty])), [("1", Why::Unreadable)]);
    }
    let broken = read(&[(
        "word/document.xml",
        b"<w:document><w:p><w:t>x</w:t></w:p><w:p <",
    )]);
    assert_eq!(reasons(&broken), [("1", Why::Partly)]);
    let blank = read(&[("word/document.xml", empty)]);
    assert_eq!((blank.texts.len(), blank.unreadable.len()), (0, 0));
}

#[test]
fn an_encrypted_document_is_told() {
    let mut bytes = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec();
    bytes.resize(600, 0);
    bytes.extend("EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes));
    let read = document("a.docx", &bytes, &Budget::default());
    assert_eq!(reasons(&read), [("1", Why::Encrypted)]);
}

#[test]
fn names_of_parts_are_resolved() {
    assert_eq!(
        resolve("ppt/slides", "../notesSlides/n1.xml"),
        "ppt/notesSlides/n1.xml"
    );
    assert_eq!(resolve("ppt/slides", "/xl/a.xml"), "xl/a.xml");
    assert_eq!(resolve("", "../../word/document.xml"), "word/document.xml");
}
