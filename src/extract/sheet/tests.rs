// SPDX-License-Identifier: GPL-3.0-or-later
//! Workbooks in, rows with places out.

use super::super::zip::tests::zip;
use super::super::{Budget, Extract, Why, document};
use crate::message::Limits;

const WORKBOOK: &str = "<workbook><sheets><sheet name='Lohn' sheetId='1' r:id='r1'/>\
    <sheet name='Alt' sheetId='2' state='hidden' r:id='r2'/></sheets></workbook>";

const LINKS: &str = "<R><Relationship Id='r1' Type='x/worksheet' Target='worksheets/sheet1.xml'/>\
    <Relationship Id='r2' Type='x/worksheet' Target='worksheets/sheet2.xml'/>\
    <Relationship Id='s' Type='x/sharedStrings' Target='sharedStrings.xml'/>\
    <Relationship Id='t' Type='x/styles' Target='styles.xml'/></R>";

const STRINGS: &str = "<sst><si><t>Name</t></si><si><r><t>AHV-</t></r><r><t>Nummer</t></r>\
    <rPh><t>no</t></rPh></si><si><t>Anna &amp; Beat</t></si></sst>";

const STYLES: &str = "<styleSheet><numFmts><numFmt numFmtId='164' formatCode='000&quot;.&quot;0000&quot;.&quot;0000&quot;.&quot;00'/></numFmts>\
    <cellStyleXfs><xf numFmtId='9'/></cellStyleXfs>\
    <cellXfs><xf numFmtId='0'/><xf numFmtId='164'/><xf numFmtId='14'/></cellXfs></styleSheet>";

fn workbook(sheet: &str, hidden: &str) -> Vec<u8> {
    zip(&[
        ("[Content_Types].xml", b"<Types/>"),
        ("xl/workbook.xml", WORKBOOK.as_bytes()),
        ("xl/_rels/workbook.xml.rels", LINKS.as_bytes()),
        ("xl/sharedStrings.xml", STRINGS.as_bytes()),
        ("xl/styles.xml", STYLES.as_bytes()),
        ("xl/worksheets/sheet1.xml", sheet.as_bytes()),
        ("xl/worksheets/sheet2.xml", hidden.as_bytes()),
        ("xl/worksheets/_rels/sheet1.xml.rels", b"<R><Relationship Id='c' Type='x/comments' Target='../comments1.xml'/></R>"),
        ("xl/comments1.xml", b"<comments><authors><author>Chef</author></authors><comment ref='B2'><text><t>krank</t></text></comment></comments>"),
    ])
}

fn read(sheet: &str, hidden: &str) -> Extract {
    document("list.xlsx", &workbook(sheet, hidden), &Budget::default())
}

fn place_of(extract: &Extract, text: &str) -> String {
    let all = &extract.texts[0];
    all.place(all.content.find(text).unwrap())
}

#[test]
fn cells_are_as_a_person_sees_them() {
    let sheet = "<worksheet><sheetData>\
        <row r='1'><c r='A1' t='s'><v>0</v></c><c r='B1' t='s'><v>1</v></c><c r='C1' t='inlineStr'><is><t>Geburt</t></is></c></row>\
        <row r='2'><c r='A2' t='s'><v>2</v></c><c r='B2' s='1'><v>7.569217076985E12</v></c><c r='C2' s='2'><v>29221</v></c></row>\
        <row r='3'><c r='B3'><f>1+1</f><v>7.569217076985E12</v></c><c r='C3' t='b'><v>1</v></c></row>\
        </sheetData><dataValidations><dataValidation prompt='Wer?'><formula1>\"Beat,Carla\"</formula1></dataValidation>\
        <dataValidation><formula1>$A$1:$A$9</formula1></dataValidation></dataValidations><headerFooter><oddHeader>&amp;L&amp;\"Arial\"&amp;12Lohnliste</oddHeader></headerFooter></worksheet>";
    let read = read(
        sheet,
        "<worksheet><row><c t='str'><v>versteckt</v></c></row></worksheet>",
    );
    let expected = "Lohn\n\nName\tAHV-Nummer\tGeburt\nAnna & Beat\t756.9217.0769.85\t01.01.1980\n\
        \t7569217076985\tTRUE\n\nWer?\n\nBeat,Carla\n\n Lohnliste\n\nChef\nkrank\n\nAlt\n\nversteckt\n\n";
    assert_eq!(read.texts[0].content, expected);
    assert_eq!(place_of(&read, "756.9217"), "sheet Lohn B2");
    assert_eq!(place_of(&read, "krank"), "sheet Lohn B2 comment");
    assert_eq!(place_of(&read, "Carla"), "sheet Lohn choice");
    assert_eq!(place_of(&read, "versteckt"), "hidden sheet Alt A1");
    assert_eq!(place_of(&read, "Lohnliste"), "sheet Lohn header or footer");
    assert_eq!(read.unreadable, []);
}

#[test]
fn a_workbook_that_grows_without_end_is_over_budget() {
    let cell = "<c t='s'><v>2</v></c>";
    let rows = format!("<row>{}</row>", cell.repeat(200)).repeat(40);
    let strings = format!(
        "<sst><si/><si/><si><t>{}</t></si></sst>",
        "long ".repeat(10_000)
    );
    let links = LINKS.replace("styles.xml", "none.xml");
    let files: [(&str, &[u8]); 4] = [
        ("xl/workbook.xml", WORKBOOK.as_bytes()),
        ("xl/_rels/workbook.xml.rels", links.as_bytes()),
        ("xl/sharedStrings.xml", strings.as_bytes()),
        ("xl/worksheets/sheet1.xml", rows.as_bytes()),
    ];
    let read = document("a.xlsx", &zip(&files), &Budget::default());
    assert!(read.texts[0].content.len() <= 97 << 20);
    assert_eq!(read.unreadable[0].why, Why::OverBudget);
}

#[test]
fn a_sheet_listed_often_is_read_once() {
    let sheet = "<sheet name='x' r:id='r1'/>".repeat(5_000);
    let workbook = format!("<workbook>{sheet}</workbook>");
    let files: [(&str, &[u8]); 3] = [
        ("xl/workbook.xml", workbook.as_bytes()),
        ("xl/_rels/workbook.xml.rels", LINKS.as_bytes()),
        ("xl/worksheets/sheet1.xml", b"<row><c><v>12</v></c></row>"),
    ];
    let budget = Budget {
        tree: Limits {
            depth: 3,
            parts: 10,
            ..Budget::default().tree
        },
        ..Budget::default()
    };
    let read = document("a.xlsx", &zip(&files), &budget);
    assert_eq!(read.texts[0].content, "x\n\n12\n\n");
}

#[test]
fn damaged_workbooks_end() {
    let sheet = "<row r='1'><c r='A1' t='s'><v>0</v></c></row>";
    let whole = workbook(sheet, sheet);
    for at in (0..whole.len()).step_by(41) {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x55;
        document("a.xlsx", &bytes, &Budget::default());
        let cut = document("a.xlsx", &whole[..at], &Budget::default());
        assert!(at < 8 || !cut.unreadable.is_empty(), "{at}");
    }
}
