// SPDX-License-Identifier: GPL-3.0-or-later
//! Whole mails in, texts and reasons out.

use jiff::civil::Date;

use super::*;
use crate::message::{Address, Envelope};

fn message(raw: &[u8]) -> Message {
    let envelope = Envelope {
        client: None,
        login: None,
        sender: Address::default(),
        recipients: Vec::new(),
        received: Date::ZERO,
        host: String::new(),
        id: String::new(),
    };
    Message::read(envelope, raw.to_vec(), Budget::default().tree)
}

pub(super) fn extract(raw: &[u8]) -> Extract {
    all(&message(raw), &Budget::default())
}

/// Path and content of each text.
pub(super) fn texts(extract: &Extract) -> Vec<(&str, &str)> {
    extract
        .texts
        .iter()
        .map(|text| (text.part.0.as_str(), text.content.as_str()))
        .collect()
}

/// Path and reason of each part that was not read.
pub(super) fn reasons(extract: &Extract) -> Vec<(&str, Why)> {
    extract
        .unreadable
        .iter()
        .map(|part| (part.part.0.as_str(), part.why))
        .collect()
}

#[test]
fn headers_and_names_come_first() {
    let raw = b"From: \"Muster, Anna\" <anna@example.ch>\r\nTo: b@example.ch\r\n\
        Subject: =?utf-8?Q?Lohn_M=C3=BCller?=\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n\
        --b\r\n\r\nText\r\nmore\r\n--b\r\nContent-Type: text/csv; name=\"Liste.csv\"\r\n\
        Content-Transfer-Encoding: base64\r\n\r\nYTtiDQpjO2QNCg==\r\n--b--\r\n";
    let extract = extract(raw);
    assert_eq!(
        texts(&extract),
        [
            ("header:Subject", "Lohn Müller"),
            ("header:From", "Muster, Anna"),
            ("name:2", "Liste.csv"),
            ("1", "Text\nmore"),
            ("2", "a;b\nc;d\n"),
        ]
    );
    assert_eq!(extract.unreadable, []);
}

#[test]
fn an_alternative_names_the_text_it_repeats() {
    let raw = b"Content-Type: multipart/mixed; boundary=m\n\n--m\n\
        Content-Type: multipart/alternative; boundary=a\n\n--a\n\ntext\n--a\n\
        Content-Type: multipart/related; boundary=r\n\n--r\nContent-Type: text/html\n\n<p>html\n--r--\n\
        --a--\n--m\nContent-Type: text/html\nContent-Disposition: attachment\n\n<p>other\n--m--\n";
    let extract = extract(raw);
    assert_eq!(
        texts(&extract),
        [("1.1", "text"), ("1.2.1", "html"), ("2", "other")]
    );
    let repeats: Vec<_> = extract
        .texts
        .iter()
        .map(|text| text.repeats.as_ref())
        .collect();
    assert_eq!(repeats, [None, Some(&PartPath("1.1".into())), None]);
}

#[test]
fn an_empty_text_part_is_repeated_by_nothing() {
    let raw = b"Content-Type: multipart/alternative; boundary=a\n\n--a\n\n \n--a\n\
        Content-Type: text/html\n\n<p>html\n--a--\n";
    let extract = extract(raw);
    assert_eq!(texts(&extract), [("2", "html")]);
    assert_eq!(extract.texts[0].repeats, None);
}

#[test]
fn bad_headers_lose_nothing() {
    assert_eq!(texts(&extract(b"")), []);
    assert_eq!(texts(&extract(b"To: x@y\r\n\r\n")), []);
    assert_eq!(
        texts(&extract(b"Subject: all header")),
        [("header:Subject", "all header")]
    );
    assert_eq!(
        texts(&extract(b"Subject: one\nSubject: two\n\nbody")),
        [("header:Subject", "one\ntwo"), ("1", "body")]
    );
    assert_eq!(
        texts(&extract(b"Subject: M\xfcller \0x\n\nbody")),
        [("header:Subject", "Müller \0x"), ("1", "body")]
    );
    assert_eq!(
        texts(&extract(b"Subject: a\rBcc: x\r\nno colon\r\n\r\n")),
        [
            ("header:Subject", "aBcc: x"),
            ("header:", "no colon"),
            ("1/outside", "no colon\n\n")
        ]
    );
}

#[test]
fn nested_messages_are_read_with_their_headers() {
    let inner = "Subject: inner\nContent-Type: multipart/mixed; boundary=i\n\n--i\n\none\n--i\n\n\
        two\n--i--\n";
    let plain = format!("Content-Type: message/rfc822\n\n{inner}");
    let as_is = extract(plain.as_bytes());
    let expected = [
        ("1/header:Subject", "inner"),
        ("1.1", "one"),
        ("1.2", "two"),
    ];
    assert_eq!(texts(&as_is), expected);
    let quoted = inner.replace('=', "=3D");
    let quoted = format!(
        "Content-Type: message/rfc822\nContent-Transfer-Encoding: quoted-printable\n\n{quoted}"
    );
    assert_eq!(texts(&extract(quoted.as_bytes())), expected);
}

#[test]
fn encoded_messages_in_each_other_end_at_the_limit() {
    let mut raw = b"Subject: deep\n\nx".to_vec();
    for _ in 0..40 {
        let quoted = String::from_utf8(raw).unwrap().replace('=', "=3D");
        let header =
            "Content-Type: message/rfc822\nContent-Transfer-Encoding: quoted-printable\n\n";
        raw = [header.as_bytes(), quoted.as_bytes()].concat();
    }
    let extract = extract(&raw);
    assert_eq!(texts(&extract), []);
    let [unread] = extract.unreadable.as_slice() else {
        panic!("{:?}", extract.unreadable);
    };
    assert_eq!(unread.why, Why::OverBudget);
}

#[test]
fn what_cannot_be_read_is_named() {
    let one = |kind: &str, body: &str| {
        let raw = format!("Content-Type: {kind}\nContent-Transfer-Encoding: base64\n\n{body}");
        let extract = extract(raw.as_bytes());
        reasons(&extract).first().map(|(_, why)| *why)
    };
    assert_eq!(one("image/png", "iVBORw0KGgo="), Some(Why::Unreadable));
    assert_eq!(one("application/zip", "UEsDBAAA"), Some(Why::Unreadable));
    // SEQUENCE, OID envelopedData.
    assert_eq!(
        one("application/pkcs7-mime", "MIAGCSqGSIb3DQEHA6CA"),
        Some(Why::Encrypted)
    );
    // SEQUENCE, OID signedData: a signature is passed over, signed content is not.
    assert_eq!(
        one("application/pkcs7-mime", "MIAGCSqGSIb3DQEHAqCA"),
        Some(Why::Unreadable)
    );
    assert_eq!(
        one("application/pkcs7-signature", "MIAGCSqGSIb3DQEHAqCA"),
        None
    );
    assert_eq!(
        one("application/pgp-signature", "QUhWIDc1NgBBSFYgNzU2AEFI"),
        Some(Why::Unreadable)
    );
    assert_eq!(one("image/png", ""), None);
    assert_eq!(one("message/partial; id=x", "YWJj"), Some(Why::Unreadable));
}

#[test]
fn encrypted_mail_is_told() {
    let armour = "-----BEGIN PGP MESSAGE-----\n\nabcd\n-----END PGP MESSAGE-----\n";
    let inline = format!("Subject: x\n\nSee:\n{armour}");
    let inline = extract(inline.as_bytes());
    assert_eq!(reasons(&inline), [("1", Why::Encrypted)]);
    assert_eq!(inline.texts.len(), 2);
    let mime = format!(
        "Content-Type: multipart/encrypted; boundary=b\n\n--b\nContent-Type: application/pgp-encrypted\n\n\
        Version: 1\n--b\nContent-Type: application/octet-stream\n\n{}\n--b--\n",
        armour.replace("MESSAGE", "WHATEVER")
    );
    assert_eq!(reasons(&extract(mime.as_bytes())), [("2", Why::Encrypted)]);
}

#[test]
fn text_is_told_by_its_bytes() {
    let octets = |body: &[u8]| {
        let raw = [b"Content-Type: application/octet-stream\n\n", body].concat();
        let extract = extract(&raw);
        (extract.texts.len(), extract.unreadable.len())
    };
    assert_eq!(octets("Müller;756".as_bytes()), (1, 0));
    assert_eq!(octets(b"<!DOCTYPE HTML><p>x"), (1, 0));
    assert_eq!(octets(b"PK\x03\x04\0\0"), (0, 1));
    // In any charset, without a word about it.
    let wide = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let wide: Vec<u8> = wide("Name;AHV\nMüller;756.9217.0769.85");
    assert_eq!(octets(&wide), (1, 0));
    assert_eq!(octets(b"Name;AHV\nM\xfcller;756.9217.0769.85"), (1, 0));
    let (russian, _, _) = encoding_rs::KOI8_R.encode("Здравствуйте, мой номер 756. ");
    assert_eq!(octets(&russian.repeat(9)), (1, 0));
    let noise: Vec<u8> = (0..1000_u32)
        .map(|n| (n.wrapping_mul(40_503) >> 8).to_le_bytes()[0])
        .collect();
    assert_eq!(octets(&noise), (0, 1));
    // Declared text is read, whatever its bytes.
    let wide: Vec<u8> = "AHV 756.9217"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let raw = [
        b"Content-Type: text/plain; charset=us-ascii\n\n",
        wide.as_slice(),
    ]
    .concat();
    assert_eq!(texts(&extract(&raw)), [("1", "AHV 756.9217")]);
}

#[test]
fn text_that_is_none_is_said() {
    let mut noise = Vec::new();
    for n in 0..4_000_u32 {
        noise.extend(n.wrapping_mul(2_654_435_761).to_be_bytes());
    }
    let raw = [
        b"Content-Type: text/plain\n\nPK AHV 756.9217 ",
        noise.as_slice(),
    ]
    .concat();
    let read = extract(&raw);
    assert_eq!(reasons(&read), [("1", Why::Partly)]);
    assert!(read.texts[0].content.contains("AHV 756.9217"));
    let read = extract(b"Subject: x\n\nAHV\0 756\x1b[0m.\x019217");
    assert_eq!(reasons(&read), []);
    assert_eq!(read.texts[1].content, "AHV 756.9217");
}

#[test]
fn an_unknown_transfer_encoding_is_said() {
    let extract = extract(b"Content-Transfer-Encoding: x-zip\n\nbegin 644 x");
    assert_eq!(reasons(&extract), [("1", Why::Partly)]);
    assert_eq!(texts(&extract), [("1", "begin 644 x")]);
}

#[test]
fn a_multipart_without_members_is_read_and_said() {
    let extract = extract(b"Content-Type: multipart/mixed; boundary=b\n\nAHV 756");
    assert_eq!(texts(&extract), [("1", "AHV 756")]);
    assert_eq!(reasons(&extract), [("1", Why::Partly)]);
}

#[test]
fn the_budget_is_kept_and_named() {
    let raw =
        b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\n0123456789\n--b\n\n0123456789\n--b--";
    let budget = Budget {
        unpacked: 15,
        ..Budget::default()
    };
    let extract = all(&message(raw), &budget);
    assert_eq!(texts(&extract), [("1", "0123456789")]);
    assert_eq!(reasons(&extract), [("2", Why::OverBudget)]);
    let deep = b"Content-Type: message/rfc822\n\n".repeat(40);
    assert_eq!(
        super::tests::extract(&deep).unreadable[0].why,
        Why::OverBudget
    );
}

#[test]
fn documents_are_part_1() {
    let read = |name: &str, bytes: &[u8]| document(name, bytes, &Budget::default());
    assert_eq!(texts(&read("a.txt", b"a\r\nb\xfc")), [("1", "a\nbü")]);
    assert_eq!(texts(&read("A.HTML", b"<p>a<p>b")), [("1", "a\nb")]);
    assert_eq!(
        reasons(&read("a.pdf", b"%PDF-1.7\n\0")),
        [("1", Why::Unreadable)]
    );
    let unknown = read("a.xyz", b"\x7fXYZ\0 of an unknown kind");
    assert!(unknown.unreadable[0].detail.contains(".xyz"));
    let mail = b"From: a\nSubject: b\n\nc";
    assert!(is_mail("x", mail) && is_mail("x.eml", b"") && !is_mail("x.txt", mail));
    assert_eq!(
        texts(&read("x.eml", mail)),
        [
            ("1/header:Subject", "b"),
            ("1/header:From", "a"),
            ("1.1", "c")
        ]
    );
}

#[test]
fn a_place_is_found_by_offset() {
    let extract = document(
        "x.html",
        "ä<a href='tel:1'>b</a><img alt=c>".as_bytes(),
        &Budget::default(),
    );
    let text = &extract.texts[0];
    assert_eq!(text.content, "äb\ntel:1\nc");
    let places = [0, 2, 4, 8, 9, 10, 11].map(|offset| text.place(offset));
    assert_eq!(places, ["", "", "link", "link", "", "alternative text", ""]);
}

/// Damaged down to its signature, a `winmail.dat` has no attribute that could be cut.
#[test]
fn a_document_of_which_nothing_came_was_not_read() {
    for rest in [&b""[..], &[0xb4], &[0xb4, 0]] {
        let bytes = [&0x223e_9f78_u32.to_le_bytes()[..], rest].concat();
        let extract = document("winmail.dat", &bytes, &Budget::default());
        let why: Vec<Why> = extract.unreadable.iter().map(|part| part.why).collect();
        assert_eq!(why, [Why::Unreadable], "{bytes:?}");
    }
}

#[test]
fn a_scan_alone_is_unreadable_and_a_logo_is_a_picture() {
    let mail = |body: &str| {
        let picture = "--b\nContent-Type: image/png\nContent-Transfer-Encoding: base64\n\n\
            iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAA=\n--b--\n";
        format!(
            "Subject: Scan\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\n{body}\n{picture}"
        )
    };
    let with_text = extract(mail("Mit Logo.").as_bytes());
    assert_eq!(reasons(&with_text), [("2", Why::Picture)]);
    let alone = extract(mail("").as_bytes());
    assert_eq!(reasons(&alone), [("2", Why::Unreadable)]);
}

#[test]
fn what_was_opened_is_told() {
    let mail = "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nHallo\n\nbegin 644 a.json\n\
        .>R)A(CH@(EQU,#!%.2)]\n`\nend\n--b\nContent-Type: text/vcard\n\nBEGIN:VCARD\n--b--\n";
    let read = extract(mail.as_bytes());
    let opened: Vec<_> = read
        .parts
        .iter()
        .map(|part| (part.part.0.as_str(), part.format))
        .collect();
    assert_eq!(opened[0], ("1", "text"));
    assert_eq!(opened.last(), Some(&("2", "calendar or contact card")));
    assert!(
        read.parts
            .iter()
            .any(|part| part.part.0 == "1/a.json" && part.format == "JSON")
    );
}
