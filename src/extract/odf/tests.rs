// SPDX-License-Identifier: GPL-3.0-or-later
//! OpenDocument documents in, texts and reasons out.

use super::super::zip::tests::zip;
use super::super::{Budget, Extract, document};
use super::*;

fn read(manifest: &str, files: &[(&str, &[u8])]) -> Extract {
    let files = [&[(MANIFEST, manifest.as_bytes())], files].concat();
    document("a.odt", &zip(&files), &Budget::default())
}

#[test]
fn texts_are_read_with_what_stands_around() {
    let read = read("<m/>", &[
        ("meta.xml", b"<m><dc:creator>Anna</dc:creator><m:n>Muster AG</m:n></m>"),
        ("styles.xml", b"<s><style:header><text:p>head</text:p></style:header></s>"),
        ("content.xml", b"<c><text:h>Titel</text:h><text:p>a<text:s/>b<text:span>c</text:span> &amp; <text:a xlink:href='mailto:a@b.ch'>d</text:a></text:p>\
            <table:table><table:table-row><table:table-cell><text:p>x</text:p></table:table-cell><table:table-cell><text:p>y</text:p></table:table-cell></table:table-row></table:table></c>"),
        ("Pictures/a.png", b"\x89PNG"),
        ("Object 1/content.xml", b"<c><text:p>inner</text:p></c>"),
    ]);
    let text = &read.texts[0];
    let content = "Titel\na bc & d\nx\ty\n\nmailto:a@b.ch\n\nhead\n\ninner\n\nAnna\nMuster AG\n\n";
    assert_eq!(text.content, content);
    assert_eq!(text.place(content.find("Anna").unwrap()), "properties");
    assert_eq!(text.place(0), "");
    assert_eq!(read.unreadable[0].why, Why::Picture);
}

#[test]
fn sheets_have_cells_with_places() {
    let sheet = b"<office:spreadsheet><table:table table:name='Lohn'>\
        <table:table-row table:number-rows-repeated='2'><table:table-cell/></table:table-row>\
        <table:table-row><table:table-cell table:number-columns-repeated='2'/><table:table-cell office:value='7569217076985'><text:p>7.57E+012</text:p></table:table-cell></table:table-row>\
        <table:table-row table:number-rows-repeated='1048573'><table:table-cell table:number-columns-repeated='16384'/></table:table-row>\
        </table:table></office:spreadsheet>";
    let read = read("<m/>", &[("content.xml", sheet)]);
    let text = &read.texts[0];
    assert_eq!(text.content.trim_end(), "Lohn\n\n\t\t7569217076985");
    assert_eq!(
        text.place(text.content.find("756").unwrap()),
        "sheet Lohn C3"
    );
}

#[test]
fn slides_have_places() {
    let slides = b"<draw:page><text:p>one</text:p><presentation:notes><text:p>said</text:p></presentation:notes></draw:page><draw:page><text:p>two</text:p></draw:page>";
    let read = read("<m/>", &[("content.xml", slides)]);
    let text = &read.texts[0];
    let places = ["one", "said", "two"].map(|word| text.place(text.content.find(word).unwrap()));
    assert_eq!(places, ["slide 1", "slide 1 notes", "slide 2"]);
}

#[test]
fn what_is_encrypted_or_empty_is_told() {
    let locked = read("<m:encryption-data/>", &[("content.xml", b"\x01\x02")]);
    assert_eq!(locked.unreadable[0].why, Why::Encrypted);
    let scan = read(
        "<m/>",
        &[("content.xml", b"<c/>"), ("Pictures/a.png", b"\x89PNG")],
    );
    assert_eq!(scan.unreadable[0].why, Why::Unreadable);
    let cut = read("<m/>", &[("content.xml", b"<c><text:p>a</text:p><b")]);
    assert_eq!((cut.texts.len(), cut.unreadable[0].why), (1, Why::Partly));
}
