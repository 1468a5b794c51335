// SPDX-License-Identifier: GPL-3.0-or-later
//! Documents that are made to cost, to hide or to be taken for something else: each ends in time, with
//! what it has or with the reason why not.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test reports by panicking"
)]

mod attachment;

use std::io::Write;
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::{DeflateEncoder, ZlibEncoder};
use pii_milter::extract::{self, Budget, Extract, Why};

/// What one of these may cost, on a slow machine in a debug build.
const EACH: Duration = Duration::from_secs(20);

/// Text that an extraction may hold (`ROOM` in `extract/work.rs`), and a little.
const MOST: usize = 97 << 20;

const AHV: &str = "756.9217.0769.85";

fn read(name: &str, bytes: &[u8]) -> Extract {
    let start = Instant::now();
    let read = extract::document(name, bytes, &Budget::default());
    let took = start.elapsed();
    assert!(took < EACH, "{name}: {took:?}");
    let held: usize = read.texts.iter().map(|text| text.content.len()).sum();
    assert!(held <= MOST, "{name}: {held} bytes");
    read
}

fn reasons(read: &Extract) -> Vec<Why> {
    read.unreadable.iter().map(|part| part.why).collect()
}

fn says(read: &Extract, text: &str) -> bool {
    read.texts.iter().any(|one| one.content.contains(text))
}

/// An archive of these files.
fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let (mut bytes, mut directory) = (Vec::new(), Vec::new());
    for (name, content) in files {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(content).unwrap();
        let packed = encoder.finish().unwrap();
        let size = |bytes: &[u8]| u32::try_from(bytes.len()).unwrap().to_le_bytes();
        let offset = size(&bytes);
        // Version, flags, deflate, time, no sum, sizes, lengths.
        let mut common = [20, 0, 0, 8, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0].to_vec();
        common[3] = 0;
        common.extend([size(&packed), size(content)].concat());
        common.extend(u16::try_from(name.len()).unwrap().to_le_bytes());
        common.extend([0; 2]);
        bytes.extend([&b"PK\x03\x04"[..], &common, name.as_bytes(), &packed].concat());
        directory.extend([&b"PK\x01\x02\x14\0"[..], &common, &[0; 10], &offset].concat());
        directory.extend(name.as_bytes());
    }
    let count = u16::try_from(files.len()).unwrap().to_le_bytes();
    let at = u32::try_from(bytes.len()).unwrap().to_le_bytes();
    let size = u32::try_from(directory.len()).unwrap().to_le_bytes();
    bytes.extend(directory);
    bytes.extend(
        [
            &b"PK\x05\x06\0\0\0\0"[..],
            &count,
            &count,
            &size,
            &at,
            &[0; 2],
        ]
        .concat(),
    );
    bytes
}

/// A PDF of these objects, the first being number 1, its catalogue.
fn pdf(objects: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = b"%PDF-1.4\n".to_vec();
    let mut table = String::new();
    for (at, object) in objects.iter().enumerate() {
        table += &format!("{:010} 00000 n \n", bytes.len());
        bytes.extend(format!("{} 0 obj\n", at + 1).into_bytes());
        bytes.extend(object);
        bytes.extend(b"\nendobj\n");
    }
    let (start, size) = (bytes.len(), objects.len() + 1);
    let end = format!(
        "xref\n0 {size}\n0000000000 65535 f \n{table}trailer\n<< /Size {size} /Root 1 0 R >>\n\
         startxref\n{start}\n%%EOF\n"
    );
    bytes.extend(end.into_bytes());
    bytes
}

fn stream(entries: &str, content: &[u8]) -> Vec<u8> {
    let head = format!("<< /Length {} {entries} >>\nstream\n", content.len());
    [head.as_bytes(), content, b"\nendstream"].concat()
}

/// A PDF of so many pages, all of which show the same content.
fn pages(count: usize, content: Vec<u8>) -> Vec<u8> {
    let kids: String = (0..count)
        .map(|page| format!("{} 0 R ", page + 5))
        .collect();
    let mut objects = vec![
        b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(),
        format!("<< /Type /Pages /Count {count} /Kids [{kids}] >>").into_bytes(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_vec(),
        content,
    ];
    let page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R \
        /Resources << /Font << /F1 3 0 R >> >> >>";
    objects.extend(std::iter::repeat_n(page.to_vec(), count));
    pdf(&objects)
}

fn letter(text: &str) -> Vec<u8> {
    stream(
        "",
        format!("BT /F1 12 Tf 72 700 Td ({text}) Tj ET").as_bytes(),
    )
}

/// A workbook with these cells in its one sheet.
fn workbook(sheet: &str, cells: &str) -> Vec<u8> {
    let book = format!("<workbook><sheets><sheet name='{sheet}' r:id='r'/></sheets></workbook>");
    let links = "<R><Relationship Id='r' Type='x/worksheet' Target='worksheets/sheet1.xml'/></R>";
    let data = format!("<worksheet><sheetData>{cells}</sheetData></worksheet>");
    zip(&[
        ("xl/workbook.xml", book.as_bytes()),
        ("xl/_rels/workbook.xml.rels", links.as_bytes()),
        ("xl/worksheets/sheet1.xml", data.as_bytes()),
    ])
}

#[test]
fn a_pdf_without_pages_is_unreadable() {
    assert_eq!(
        reasons(&read("a.pdf", &pages(0, letter("x")))),
        [Why::Unreadable]
    );
}

#[test]
#[cfg_attr(
    debug_assertions,
    ignore = "a hundred thousand objects take a minute; make long runs it"
)]
fn of_a_hundred_thousand_pages_the_first_are_read() {
    let read = read("a.pdf", &pages(100_000, letter(AHV)));
    assert!(says(&read, AHV));
    assert_eq!(reasons(&read), [Why::OverBudget]);
}

#[test]
fn a_tree_of_pages_that_holds_itself_ends() {
    let tree = b"<< /Type /Pages /Count 9 /Kids [2 0 R 2 0 R 2 0 R] /Parent 2 0 R >>".to_vec();
    let read = read(
        "a.pdf",
        &pdf(&[b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(), tree]),
    );
    assert_eq!(reasons(&read), [Why::Unreadable]);
}

#[test]
fn a_page_that_draws_itself_ends() {
    let form = "/Type /XObject /Subtype /Form /BBox [0 0 9 9] \
        /Resources << /XObject << /X 4 0 R >> /Font << /F1 3 0 R >> >>";
    let content = format!("BT /F1 12 Tf ({AHV}) Tj ET /X Do /X Do /X Do");
    let read = read("a.pdf", &pages(1, stream(form, content.as_bytes())));
    assert!(says(&read, AHV) || !read.unreadable.is_empty());
}

#[test]
#[cfg_attr(
    debug_assertions,
    ignore = "100 MB are unpacked slowly; make long runs it"
)]
fn a_page_that_unpacks_without_end_is_told() {
    let mut content = vec![b' '; 110 << 20];
    for _ in 0..2 {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(&content).unwrap();
        content = encoder.finish().unwrap();
    }
    let content = stream("/Filter [/FlateDecode /FlateDecode]", &content);
    assert_eq!(
        reasons(&read("a.pdf", &pages(1, content))),
        [Why::Unreadable]
    );
}

#[test]
#[cfg_attr(
    debug_assertions,
    ignore = "64 MB of text take a minute; make long runs it"
)]
fn a_page_drawn_again_and_again_is_over_budget() {
    let line = format!("BT /F1 12 Tf 72 700 Td ({}) Tj ET\n", "Muster ".repeat(100));
    let content = line.repeat(1_000);
    let read = read("a.pdf", &pages(2_000, stream("", content.as_bytes())));
    assert!(says(&read, "Muster"));
    assert_eq!(reasons(&read), [Why::OverBudget]);
}

#[test]
fn notes_that_pages_share_are_over_budget() {
    let note = "<< /Type /Annot /Subtype /Text /Contents (Muster) >>";
    let kids: String = (4..204).map(|page| format!("{page} 0 R ")).collect();
    let mut objects = vec![
        b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(),
        format!("<< /Type /Pages /Count 200 /Kids [{kids}] >>").into_bytes(),
        format!("[{}]", note.repeat(1_000)).into_bytes(),
    ];
    let page = b"<< /Type /Page /Parent 2 0 R /Annots 3 0 R >>".to_vec();
    objects.extend(std::iter::repeat_n(page, 200));
    let read = read("a.pdf", &pdf(&objects));
    assert!(says(&read, "Muster"));
    assert!(reasons(&read).contains(&Why::OverBudget));
}

#[test]
fn ten_million_cells_are_over_budget() {
    let row = format!("<row>{}</row>", "<c><v>1</v></c>".repeat(1_000));
    let read = read("a.xlsx", &workbook("Lohn", &row.repeat(10_000)));
    assert_eq!(reasons(&read)[0], Why::OverBudget);
}

#[test]
fn ten_million_cells_that_are_one_are_read() {
    let content = format!(
        "<c><office:spreadsheet><table:table table:name='Lohn'><table:table-row \
         table:number-rows-repeated='10000'><table:table-cell table:number-columns-repeated='1000'>\
         <text:p>{AHV}</text:p></table:table-cell></table:table-row></table:table></office:spreadsheet></c>"
    );
    let bytes = zip(&[
        ("META-INF/manifest.xml", b"<m/>"),
        ("content.xml", content.as_bytes()),
    ]);
    let read = read("a.ods", &bytes);
    assert!(says(&read, AHV));
    assert_eq!(read.unreadable, []);
}

#[test]
fn a_name_of_ten_kilobytes_is_read() {
    let name = format!("{AHV} {}", "n".repeat(10 << 10));
    let in_zip = read("a.zip", &zip(&[(&name, b"text")]));
    let sheet = read("a.xlsx", &workbook(&name, "<row><c><v>1</v></c></row>"));
    let file = format!("<< /Type /Filespec /F ({name}) /EF << /F 3 0 R >> >>");
    let catalog =
        "<< /Type /Catalog /Pages 2 0 R /Names << /EmbeddedFiles << /Names [(x) 4 0 R] >> >> >>";
    let attached = pdf(&[
        catalog.into(),
        b"<< /Type /Pages /Count 0 /Kids [] >>".to_vec(),
        stream("/Type /EmbeddedFile", b"text"),
        file.into_bytes(),
    ]);
    for read in [in_zip, sheet, read("a.pdf", &attached)] {
        assert!(says(&read, &name));
    }
    let outer = read(&format!("{name}.txt"), b"text");
    assert!(says(&outer, "text"));
}

#[test]
fn documents_in_each_other_end_at_the_depth() {
    let document = |inner: &[u8]| {
        let text = format!("<w:document><w:p><w:t>{AHV}</w:t></w:p></w:document>");
        let files: [(&str, &[u8]); 2] = [
            ("word/document.xml", text.as_bytes()),
            ("word/embeddings/a.docx", inner),
        ];
        zip(&files)
    };
    let mut bytes = document(b"end");
    for _ in 0..40 {
        bytes = document(&bytes);
    }
    let read = read("a.docx", &bytes);
    assert!(says(&read, AHV));
    assert!(reasons(&read).contains(&Why::OverBudget));
}

#[test]
fn pdfs_in_each_other_end_at_the_depth() {
    let letter = format!("BT /F1 12 Tf 72 700 Td ({AHV}) Tj ET");
    let holding = |inner: &[u8]| {
        let catalog = b"<< /Type /Catalog /Pages 2 0 R \
            /Names << /EmbeddedFiles << /Names [(x) 7 0 R] >> >> >>";
        let page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R \
            /Resources << /Font << /F1 3 0 R >> >> >>";
        pdf(&[
            catalog.to_vec(),
            b"<< /Type /Pages /Count 1 /Kids [5 0 R] >>".to_vec(),
            b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_vec(),
            stream("", letter.as_bytes()),
            page.to_vec(),
            // It holds the ends of objects as they are.
            stream("/Type /EmbeddedFile", inner),
            b"<< /Type /Filespec /F (x.pdf) /EF << /F 6 0 R >> >>".to_vec(),
        ])
    };
    let mut bytes = holding(b"end");
    for _ in 0..40 {
        bytes = holding(&bytes);
    }
    let read = read("a.pdf", &bytes);
    assert_eq!(reasons(&read), [Why::OverBudget]);
    let levels = read.texts.iter().filter(|text| text.content.contains(AHV));
    assert!(levels.count() > 25);
}

#[test]
fn a_cut_document_is_read_or_told() {
    for document in attachment::all() {
        for eighth in 1..8 {
            let end = document.bytes.len() * eighth / 8;
            let read = read(&document.name, &document.bytes[..end]);
            let is_told = !read.texts.is_empty() || !read.unreadable.is_empty();
            assert!(is_told, "{}, {eighth}/8", document.case);
        }
    }
}

#[test]
fn a_false_name_changes_nothing() {
    let texts = |read: &Extract| -> Vec<String> {
        let contents = read
            .texts
            .iter()
            .filter(|text| !text.part.0.starts_with("name:"));
        contents.map(|text| text.content.clone()).collect()
    };
    for document in attachment::all() {
        let told = read(&document.name, &document.bytes);
        for name in ["a.txt", "a.jpg", "a.pdf", "a"] {
            let read = read(name, &document.bytes);
            assert_eq!(texts(&read), texts(&told), "{} as {name}", document.case);
            assert_eq!(
                reasons(&read),
                reasons(&told),
                "{} as {name}",
                document.case
            );
        }
    }
}

#[test]
fn what_is_locked_is_told() {
    for document in attachment::all().iter().filter(|one| one.is_locked()) {
        // This one is not locked, whatever its mail says.
        if document.case == "locked-7z-open" {
            continue;
        }
        let read = read(&document.name, &document.bytes);
        let is_told = |why: &Why| matches!(why, Why::Encrypted | Why::WeaklyEncrypted);
        assert!(reasons(&read).iter().any(is_told), "{}", document.case);
        assert!(!says(&read, AHV), "{}", document.case);
    }
}

#[test]
fn an_empty_file_is_nothing() {
    for name in ["a.pdf", "a.docx", "a.xls", "a.zip", "a.msg", "a.html", "a"] {
        for bytes in [&b""[..], b" \r\n"] {
            let read = read(name, bytes);
            assert!(
                read.texts.is_empty() && read.unreadable.is_empty(),
                "{name}"
            );
        }
    }
}
