// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps the targets that are tried on mangled bytes, and what each begins with.
#![allow(clippy::unwrap_used, reason = "a test reports by panicking")]

use std::fs;
use std::path::{Path, PathBuf};

use crate::{attachment, truths};

/// Something that must be true of any bytes.
pub struct Target {
    pub name: &'static str,
    pub truth: fn(&[u8]),
    pub seeds: Vec<Vec<u8>>,
    /// What breaks readers of this.
    pub shards: &'static [&'static [u8]],
    /// How many times as many rounds as others it has in the same time.
    pub ease: u64,
}

const PACKETS: &[&[u8]] = &[
    b"\0",
    b"\0\0\0\0",
    b"\0\0\0\x01D",
    b"\0\0\0\x02DM",
    b"\0\0\0\x0fC\x006\0\x19IPv6:::1\0",
    b"\0\x10\0\x01B",
    b"\xff\xff\xff\xff",
];

const LINES: &[&[u8]] = &[
    b"\0", b"\r", b"\n", b"\r\n", b"\n ", b"\n\t", b":", b" :", b"\xff", b"=\n", b"\r\r\n", b"\n\r",
];

const MIME: &[&[u8]] = &[
    b"\n\n",
    b"\r\n\r\n",
    b"Content-Type: multipart/mixed; boundary=\"=_sample\"\n\n",
    b"Content-Type: message/rfc822\n\n",
    b"Content-Transfer-Encoding: base64\n",
    b"Content-Transfer-Encoding: quoted-printable\n",
    b"--=_sample\n",
    b"--=_sample--",
    b"--=_sample",
    b"boundary=x; boundary=y",
    b"=?utf-8?Q?",
    b"?=",
    b"; charset=utf-16",
    b"; charset=utf-7",
    b"; charset=iso-2022-kr",
    b"begin 644 x\n",
    b"=ybegin line=1 name=x\n",
    b"From x\n",
    b"<!--",
    b"&#0;",
    b"<style>.a{display:none}</style>",
    b"QUhWIDc1Ni45MjE3LjA3NjkuODU=",
    b"\x1b$B",
    b"\0",
    b"\r",
];

const WORDS: &[&[u8]] = &[
    b"=?",
    b"?=",
    b"?Q?",
    b"?B?",
    b"=?utf-8?B?",
    b"\r\n ",
    b"*0*=",
    b"*1=",
    b"*=utf-8''",
    b"%",
    b"%zz",
    b";",
    b"\"",
    b"\\",
    b"(",
    b")",
    b"<",
    b">",
    b"@",
    b"=",
    b"\0",
    b"\xff",
];

const NUMBERS: &[&[u8]] = &[
    b"\0",
    b"\0\0\0\0",
    b"\xff\xff\xff\xff",
    b"\xff\xff\xff\x7f",
    b"\x01\0\0\0",
    b"PK\x01\x02",
    b"PK\x05\x06",
];

const MARKS: &[&[u8]] = &[
    b"<",
    b">",
    b"/>",
    b"</a>",
    b"<!--",
    b"-->",
    b"<![CDATA[",
    b"]]>",
    b"<!DOCTYPE a [<!ENTITY b 'c'>]>",
    b"&b;",
    b"&#x110000;",
    b"\"",
    b"'",
    b"<w:p>",
    b"<w:tbl>",
    b"<table:table-cell table:number-columns-repeated='2147483647'>",
    b"<c r='XFD1048576'>",
    b"xml:space='preserve'",
    b"\0",
    b"\xff",
    b"</p></p></div>",
    b"<table><tr><td>",
    b"<style>",
    b"<script>",
    b"style='display:none'",
];

const PDF: &[&[u8]] = &[
    b"<<",
    b">>",
    b"[[[[[[[[",
    b"endobj",
    b"endstream",
    b"stream\n",
    b"2 0 R",
    b"/Kids [2 0 R]",
    b"/Parent 1 0 R",
    b"/Count 999999999",
    b"/Length 999999999",
    b"/Encrypt 1 0 R",
    b"/Filter /FlateDecode",
    b"9999999999999999999999",
    b"(",
    b")",
    b"<",
    b">",
    b"BT",
    b"ET",
    b"Tj",
    b"TJ",
    b"Tm",
    b"Td",
    b"q",
    b"Q",
    b"cm",
    b"BI",
    b"ID",
    b"EI",
    b"Do",
    b"-1e99",
    b"0 0 0 0 0 0 Tm",
];

const RTF: &[&[u8]] = &[
    b"{",
    b"}",
    b"\\bin2147483647 ",
    b"\\bin-1 ",
    b"\\u-1 ",
    b"\\uc99 ",
    b"\\'",
    b"{\\fonttbl",
    b"{\\*\\objdata ",
    b"\\ansicpg0 ",
    b"\\",
    b"\xff",
];

const YAML: &[&[u8]] = &[
    b"\n",
    b"  ",
    b"- ",
    b": ",
    b"'",
    b"\"",
    b"&a ",
    b"*a",
    b"<<: ",
    b"!!binary ",
    b"[",
    b"{",
    b"|",
    b">",
    b"(",
    b")*",
    b"{1,999999}",
    b"\\b",
    b"(?i)",
    b"999999999999999999999",
    b"-1",
    b"null",
    b"~",
];

/// What detectors look for, and what parts or hides it.
const CLUES: &[&[u8]] = &[
    b"756.9217.0769.85",
    b"CH93 0076 2011 6238 5295 7",
    b"4111 1111 1111 1111",
    b" a@b.ch ",
    b"+41 44 668 18 00",
    b"AHV",
    b"geb. 12.3.1970",
    b"P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\n",
    b"L898902C36UTO7408122F1204159ZE184226B<<<<<10",
    b"Passwort: x7Kp-99a",
    b"Frau Anna Gerber leidet an Diabetes",
    b"Bahnhofstrasse 12, 8001 Bern",
    b"\t",
    b"  ",
    b"\n> ",
    b"\n\n",
    b";",
    b"\xc3",
    b"\xe2\x80\x8b",
    b"\xcc\x81",
    b"\xed\xa0\x80",
    b"\xf0\x9d\x9f\x97",
    b"\xd0\x90",
    b"9\0",
    b"\xd8\x35",
];

/// All of them.
pub fn all() -> Vec<Target> {
    let mut all = vec![
        of(
            "packets",
            truths::packets,
            PACKETS,
            files("tests/milter/sessions"),
            60,
        ),
        of("fields", truths::fields, LINES, mails(), 60),
        of("values", truths::value, WORDS, lines(VALUES), 60),
        of("mail", truths::mail, MIME, mails(), 15),
        of("detection", truths::detection, CLUES, mails(), 1),
        of("rules", truths::rule, YAML, rules(), 1),
        of("pdf-page", truths::page, PDF, lines(&[DRAWN]), 1),
        of("office", truths::office, MARKS, lines(OFFICE), 3),
    ];
    for (name, cases, more, shards) in FORMATS {
        let mut seeds = lines(more);
        let is_one = |case: &str| cases.iter().any(|start| case.starts_with(start));
        let documents = attachment::all()
            .into_iter()
            .filter(|one| is_one(&one.case));
        seeds.extend(documents.map(|one| one.bytes));
        all.push(of(name, truths::document, shards, seeds, 1));
    }
    all
}

/// Of each format its name, the beginnings of its cases, other seeds, and what breaks it.
type Format = (
    &'static str,
    &'static [&'static str],
    &'static [&'static str],
    &'static [&'static [u8]],
);

const FORMATS: &[Format] = &[
    ("pdf", &["extract-pdf", "locked-pdf"], &[], PDF),
    ("docx", &["extract-docx", "locked-docx"], &[], NUMBERS),
    ("xlsx", &["extract-xlsx"], &[], NUMBERS),
    ("xlsb", &["extract-xlsb"], &[], NUMBERS),
    ("pptx", &["extract-pptx"], &[], NUMBERS),
    ("open-document", &["extract-od"], &[], NUMBERS),
    ("doc", &["extract-doc", "extract-ole"], &[], NUMBERS),
    ("xls", &["extract-xls"], &[], NUMBERS),
    ("ppt", &["extract-ppt"], &[], NUMBERS),
    ("msg", &["extract-msg"], &[], NUMBERS),
    ("tnef", &["extract-tnef"], &[], NUMBERS),
    (
        "rtf",
        &["extract-rtf"],
        &[
            "{\\rtf1\\ansi{\\fonttbl{\\f0 Arial;}}{\\info{\\title a}}\\u26085?\\'41{\\field{\\fldinst X}{\\fldrslt b}}\\bin3 abc\\par}",
        ],
        RTF,
    ),
    ("zip", &["extract-zip", "locked-zip"], &[], NUMBERS),
    ("7z", &["locked-7z"], &[], NUMBERS),
    ("rar", &["extract-rar"], &[], NUMBERS),
    ("packed", &["extract-tar"], &[], NUMBERS),
    ("epub", &["extract-epub"], &[], NUMBERS),
    ("picture", &[], PICTURES, NUMBERS),
    ("html", &[], PAGES, MARKS),
    (
        "xml",
        &["extract-xml"],
        &[
            "<?xml version='1.0' encoding='utf-8'?><a b='c'><d>756.<e>9217</e>&amp;&#65;</d><!-- x --></a>",
        ],
        MARKS,
    ),
    (
        "json",
        &[],
        &["{\"a\":[1,2.5e9,\"\\u0041\\n\"],\"b\":{\"c\":null,\"d\":true}}"],
        &[b"[", b"{", b"\"", b"\\u", b",", b":", b"1e999", b"\\ud800"],
    ),
    (
        "card",
        &[],
        CARDS,
        &[
            b"\r\n ",
            b"\r\n",
            b";",
            b":",
            b"=",
            b"\\n",
            b"BEGIN:",
            b"END:",
            b"ENCODING=BASE64",
            b"=3D",
        ],
    ),
    (
        "mbox",
        &[],
        &[
            "From a Thu Jan 15\nFrom: a@example.ch\nSubject: x\n\nText\n\nFrom b Thu Jan 15\nFrom: b@example.ch\nTo: c\n\nText\n",
        ],
        MIME,
    ),
    ("text", &[], TEXTS, LINES),
    (
        "opaque",
        &[],
        &["0\u{13}\u{6}\t*H\u{1}\u{7}\u{2}0\u{6}\u{2}\u{1}\u{1}1\u{0}0\u{0}"],
        NUMBERS,
    ),
];

const VALUES: &[&str] = &[
    "=?utf-8?B?QUhWIDc1Ni45MjE3?=\r\n =?utf-8?Q?=2E0769=2E85?= x",
    "\"Muster, Anna\" <a@example.ch>, (b) c@example.ch, G: d@example.ch;",
    "attachment; filename*0*=utf-8''a%C3%BC; filename*1=b; filename=\"c\\\"d\"; x=(y) z",
    "multipart/mixed; boundary=\"a b\"; charset*=us-ascii'en'utf-8",
];

const DRAWN: &str = "q 1 0 0 1 0 0 cm BT /F 12 Tf 14 TL 50 700 Td (AHV) Tj T* [(7)-3(56)] TJ <3936> Tj 3 Tr 1 1 1 rg (x) ' ET Q";

const OFFICE: &[&str] = &[
    "w<w:document><w:body><w:p><w:r><w:t xml:space='preserve'>AHV </w:t><w:tab/><w:sym w:char='F037'/></w:r><w:del><w:r><w:delText>x</w:delText></w:r></w:del></w:p><w:tbl><w:tr><w:tc><w:p/></w:tc></w:tr></w:tbl></w:body></w:document>",
    "s<worksheet><sheetData><row r='1'><c r='A1' t='inlineStr'><is><t>a</t></is></c><c r='B1' s='1'><v>7569217076985</v></c><c><f>1+1</f><v>2</v></c></row></sheetData></worksheet>",
    "p<p:sld show='0'><a:p><a:r><a:t>AHV</a:t></a:r><a:br/></a:p></p:sld>",
    "o<c><office:text><text:p>a<text:s text:c='3'/><text:span>b</text:span></text:p><table:table><table:table-row><table:table-cell table:number-columns-repeated='3' office:value='1'><text:p>1</text:p></table:table-cell></table:table-row></table:table></office:text></c>",
];

const PICTURES: &[&str] = &[
    "\u{89}PNG\r\n\u{1a}\n\0\0\0\u{d}tEXtAuthor\0Mustermann__\0\0\0\0IEND",
    "GIF89a\u{1}\0\u{1}\0\0\0\0!\u{fe}\u{3}Ann\0;",
    "II*\0\u{8}\0\0\0\u{1}\0;\u{1}\u{2}\0\u{c}\0\0\0\u{1a}\0\0\0\0\0\0\0Anna Muster\0",
];

const PAGES: &[&str] = &[
    "<!doctype html><html><head><title>x</title><style>.q{display:none}</style></head><body><p>AHV 7<b class=q>1</b>5<i>6</i></p><table><tr><td>a<td>b</table><!--[if mso]><p>c</p><![endif]--></body></html>",
    "<p style='font-size:0'>a</p><img src='data:text/plain;base64,QUJD' alt=x><iframe srcdoc='&lt;p&gt;y'></iframe><textarea>z</textarea><plaintext>",
    "<svg><![CDATA[x]]></svg><bdo dir=rtl>321</bdo><script>var x='</b>'</script><ruby>7<rt>x</ruby>",
];

const CARDS: &[&str] = &[
    "BEGIN:VCARD\r\nNOTE:AHV 756.92\r\n 17.0769.85\\, Zeile\\nzwei\r\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=BC=\r\nller;Anna\r\nPHOTO;ENCODING=b:/9j/\r\nEND:VCARD\r\n",
    "BEGIN:VCALENDAR\r\nATTACH;VALUE=BINARY;ENCODING=BASE64;FILENAME=a.txt:U2VpdGU=\r\nX-ALT-DESC;FMTTYPE=text/html:<p>a</p>\r\n",
];

const TEXTS: &[&str] = &[
    "AHV 756.9217.0769.85\nbegin 644 a.txt\n#0V%T\n`\nend\n=ybegin line=1 name=x\nabc\n=yend\n\u{1b}[0m",
    "7\n5\n6\n.\n9\n2\n1\n7\n\nR=FC=\n%37%35%36 &#55;&#53;&#54; +ADc-",
];

fn of(
    name: &'static str,
    truth: fn(&[u8]),
    shards: &'static [&'static [u8]],
    seeds: Vec<Vec<u8>>,
    ease: u64,
) -> Target {
    assert!(!seeds.is_empty(), "{name}");
    Target {
        name,
        truth,
        seeds,
        shards,
        ease,
    }
}

fn lines(texts: &[&str]) -> Vec<Vec<u8>> {
    texts
        .iter()
        .map(|text| text.chars().flat_map(latin).collect())
        .collect()
}

/// A seed is written as text; of a character below 256 it has the byte.
fn latin(c: char) -> Vec<u8> {
    u8::try_from(u32::from(c)).map_or_else(|_| c.to_string().into_bytes(), |byte| vec![byte])
}

/// The files of a folder, each cut: what is long repeats itself.
fn files(folder: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path())
        .collect();
    paths.sort();
    let files = paths
        .iter()
        .filter(|path| path.is_file())
        .map(|path| fs::read(path).unwrap());
    files
        .map(|bytes| bytes.into_iter().take(2000).collect())
        .collect()
}

fn mails() -> Vec<Vec<u8>> {
    files("tests/samples")
}

fn rules() -> Vec<Vec<u8>> {
    let mut rules = Vec::new();
    for folder in ["ch", "eu", "generic"] {
        rules.extend(files(&format!("conf/detectors/{folder}")));
    }
    rules
}
