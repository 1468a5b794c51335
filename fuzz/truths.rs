// SPDX-License-Identifier: GPL-3.0-or-later
//! What must be true of any bytes. `fuzz_targets/` and `tests/fuzz.rs` look for some of which it is not.
#![allow(dead_code, reason = "a fuzz target uses one of them")]

use std::sync::LazyLock;

use indymilter::message::Message;
use indymilter::message::command::Command;
use pii_milter::detect::rule::Selection;
use pii_milter::detect::{self, Confidence, Detectors, Finding};
use pii_milter::extract::{self, Budget, Extract, Text};
use pii_milter::message::parameters::Parameters;
use pii_milter::message::{Envelope, Message as Mail, PartPath, charset, header, words};
use pii_milter::milter::{Packets, as_sent};
use pii_milter::shipped;

/// Packets: it does not matter where a stream is cut, the library can read all that we look at, and
/// what has been repaired once needs no more of it.
pub fn packets(bytes: &[u8]) {
    let (mut whole, mut pieces) = (Vec::new(), Vec::new());
    let fed = Packets::default().feed(bytes, &mut whole);
    let length = bytes.first().map_or(1, |byte| usize::from(*byte) % 70 + 1);
    let mut packets = Packets::default();
    let mut pieced = Ok(());
    for piece in bytes.chunks(length) {
        pieced = pieced.and_then(|()| packets.feed(piece, &mut pieces));
    }
    assert_eq!((fed, &whole), (pieced, &pieces));
    let mut again = Vec::new();
    assert_eq!(Packets::default().feed(&whole, &mut again), Ok(()));
    assert_eq!(whole, again);

    let mut rest = whole.as_slice();
    while let Some((head, behind)) = rest.split_first_chunk::<4>() {
        let length = usize::try_from(u32::from_be_bytes(*head)).unwrap();
        let Some((packet, behind)) = behind.split_at_checked(length) else {
            break;
        };
        rest = behind;
        let (command, payload) = packet.split_first().unwrap();
        let parsed = Command::parse_command(Message::new(*command, payload.to_vec()));
        // Macros of an unknown stage the library passes over by itself.
        let is_known = payload
            .first()
            .is_some_and(|stage| b"CHMRTNE".contains(stage));
        if *command == b'C' || *command == b'D' && is_known {
            assert!(parsed.is_ok(), "{parsed:?} {packet:?}");
        }
    }
}

/// Fields: what the client sent is what is kept, and what is kept falls into fields without a rest.
pub fn fields(bytes: &[u8]) {
    let mut parts = bytes.splitn(2, |byte| *byte == 0);
    let (name, value) = (parts.next().unwrap(), parts.next().unwrap_or_default());
    for keeps_space in [true, false] {
        let sent = as_sent(name, value, keeps_space);
        let lines = value.iter().filter(|byte| **byte == b'\n').count() + 1;
        assert_eq!(
            sent.windows(2).filter(|two| two == b"\r\n").count() - ends(name),
            lines
        );
        assert!(sent.starts_with(name) && sent.ends_with(b"\r\n"));
    }
    let (fields, body) = header::split(bytes);
    let mut last = 0;
    for field in &fields {
        assert!(last <= field.value.start && field.value.start <= field.value.end);
        assert!(bytes.get(field.value.clone()).is_some());
        last = field.value.end;
    }
    assert!(last <= body && body <= bytes.len());
}

/// Mail: every part and field lies inside it, whatever it is cut into, and it is read to its end, as text
/// or with a reason.
pub fn mail(bytes: &[u8]) {
    let budget = Budget::default();
    let envelope = Envelope::nobody(jiff::civil::Date::default());
    let message = Mail::read(envelope, bytes.to_vec(), budget.tree);
    for part in &message.parts {
        assert!(bytes.get(part.content.clone()).is_some());
        for field in &part.fields {
            assert!(bytes.get(field.value.clone()).is_some());
        }
    }
    told(&extract::all(&message, &budget));
}

/// A document of any format: it is read to its end, as text or with a reason.
pub fn document(bytes: &[u8]) {
    let read = extract::document("document", bytes, &Budget::default());
    told(&read);
    let is_told = !read.texts.is_empty() || !read.unreadable.is_empty() || !read.parts.is_empty();
    assert!(is_told || charset::decode(bytes, None).trim().is_empty());
}

/// The same for what stands packed in a document of Office, whose packing bytes would only break.
pub fn office(bytes: &[u8]) {
    let (kind, content) = bytes.split_at(bytes.len().min(1));
    let files: &[(&str, &[u8])] = match kind {
        b"w" => &[("word/document.xml", content)],
        b"s" => &[
            ("xl/workbook.xml", BOOK),
            ("xl/_rels/workbook.xml.rels", LINKS),
            ("xl/worksheets/sheet1.xml", content),
        ],
        b"p" => &[
            ("ppt/presentation.xml", b"<p/>"),
            ("ppt/slides/slide1.xml", content),
        ],
        _ => &[("META-INF/manifest.xml", b"<m/>"), ("content.xml", content)],
    };
    document(&stored(files));
}

const BOOK: &[u8] = b"<workbook><sheets><sheet name='a' r:id='r'/></sheets></workbook>";
const LINKS: &[u8] =
    b"<R><Relationship Id='r' Type='x/worksheet' Target='worksheets/sheet1.xml'/></R>";

/// The same for what a page of a PDF draws.
pub fn page(bytes: &[u8]) {
    let head = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n\
        3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>endobj\n\
        5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj\n";
    let length = format!("4 0 obj<</Length {}>>stream\n", bytes.len());
    let tail = b"\nendstream endobj\ntrailer<</Size 6/Root 1 0 R>>\n%%EOF";
    document(&[head, length.as_bytes(), bytes, tail].concat());
}

/// A rule file: it is a rule, which then reads any text, or it is refused by sentences that name it.
pub fn rule(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let selection = Selection {
        folders: Vec::new(),
        skip: Vec::new(),
        at_least: Confidence::Low,
    };
    match Detectors::compile(&[("own.yaml".into(), text.into())], &selection) {
        Ok(detectors) => {
            let read = extract::document("a.txt", bytes, &Budget::default());
            for finding in detect::scan(&read.texts, &detectors).findings {
                let text = read.texts.get(finding.text).unwrap();
                assert!(text.content.get(finding.span).is_some());
            }
        }
        Err(wrong) => {
            assert!(!wrong.is_empty() && wrong.iter().all(|line| line.contains("own.yaml")));
        }
    }
}

/// The value of a header field: it is read however it is folded.
pub fn value(bytes: &[u8]) {
    let flat: Vec<u8> = bytes
        .iter()
        .copied()
        .filter(|b| !matches!(b, b'\r' | b'\n'))
        .collect();
    assert_eq!(words::decode_words(bytes), words::decode_words(&flat));
    assert_eq!(words::display_names(bytes), words::display_names(&flat));
    let parameters = Parameters::read(bytes);
    for name in ["filename", "charset", "boundary"] {
        assert!(parameters.texts(name).len() <= 20);
    }
}

/// Every text and place of an extraction.
fn told(read: &Extract) {
    for text in &read.texts {
        let mut last = 0;
        for (place, _) in &text.places {
            assert!(text.content.get(place.clone()).is_some());
            assert!(last <= place.start);
            last = place.end;
        }
    }
    for part in &read.unreadable {
        assert!(!part.detail.is_empty());
    }
}

/// A ZIP of these files as they are, without check sums.
fn stored(files: &[(&str, &[u8])]) -> Vec<u8> {
    let (mut bytes, mut directory) = (Vec::new(), Vec::new());
    let four = |number: usize| u32::try_from(number).unwrap().to_le_bytes();
    let two = |number: usize| u16::try_from(number).unwrap().to_le_bytes();
    for (name, content) in files {
        let size = four(content.len());
        let offset = four(bytes.len());
        let common = [
            &[20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0][..],
            &size,
            &size,
            &two(name.len()),
            &[0; 2],
        ]
        .concat();
        bytes.extend([&b"PK\x03\x04"[..], &common, name.as_bytes(), content].concat());
        directory.extend(
            [
                &b"PK\x01\x02\x14\0"[..],
                &common,
                &[0; 10],
                &offset,
                name.as_bytes(),
            ]
            .concat(),
        );
    }
    let (at, count) = (four(bytes.len()), two(files.len()));
    let end = [
        &b"PK\x05\x06\0\0\0\0"[..],
        &count,
        &count,
        &four(directory.len()),
        &at,
        &[0; 2],
    ]
    .concat();
    [bytes, directory, end].concat()
}

/// Detection: read as UTF-8 and as UTF-16, whatever ill-formed bytes become, every finding stands on
/// character boundaries, holds something and lies over no other; the same text gives the same ones.
pub fn detection(bytes: &[u8]) {
    let wide = bytes
        .chunks_exact(2)
        .map(|two| u16::from_le_bytes([two[0], two[1]]));
    let wide: Vec<u16> = wide.collect();
    let texts = [
        String::from_utf8_lossy(bytes).into_owned(),
        String::from_utf16_lossy(&wide),
    ];
    findings(&texts.map(text));
}

/// The findings in texts, if what must be true of them is.
pub fn findings(texts: &[Text]) -> Vec<Finding> {
    static DETECTORS: LazyLock<Detectors> = LazyLock::new(detectors);
    let found = detect::scan(texts, &DETECTORS).findings;
    let mut last = (0, 0);
    for finding in &found {
        let span = &finding.span;
        let written = texts[finding.text].content.get(span.clone());
        assert!(
            written.is_some_and(|written| !written.is_empty()),
            "{finding:?}"
        );
        assert!(last <= (finding.text, span.start), "{finding:?}");
        last = (finding.text, span.end);
    }
    found
}

/// A text that stands in no mail.
pub fn text(content: String) -> Text {
    Text {
        part: PartPath("1".into()),
        content,
        places: Vec::new(),
        repeats: None,
    }
}

/// All that are shipped, and an own pattern.
fn detectors() -> Detectors {
    let own = "id: own.n\nname: n\nentity: national-id\nsee: here\npattern: '\\b\\w+\\d\\b'\n\
               confidence: { alone: low }\nmatches: [ '‹a1›', '‹12›' ]\nmisses: [ a, '1' ]\n";
    let shipped = shipped::DETECTORS.iter().copied();
    let rules = shipped.chain([("own.n.yaml", own)]);
    let rules: Vec<_> = rules
        .map(|(file, text)| (file.to_owned(), text.to_owned()))
        .collect();
    let selection = Selection {
        folders: vec!["*".into()],
        skip: Vec::new(),
        at_least: Confidence::Medium,
    };
    Detectors::compile(&rules, &selection).unwrap()
}

/// Line ends in a name, which no MTA sends.
fn ends(name: &[u8]) -> usize {
    name.windows(2).filter(|two| two == b"\r\n").count()
}
