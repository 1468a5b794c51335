// SPDX-License-Identifier: GPL-3.0-or-later
//! Part trees of sound, broken and hostile mails.

use super::*;

const LIMITS: Limits = Limits {
    depth: 32,
    parts: 1_000,
    header: 1 << 20,
};

/// Path, type and content of each part.
fn read(raw: &str) -> Vec<(String, String, String)> {
    let (parts, left_out) = parts(raw.as_bytes(), LIMITS);
    assert_eq!(left_out, []);
    let text = |part: &Part| raw[part.content.clone()].to_owned();
    parts
        .iter()
        .map(|p| (p.path.0.clone(), p.media_type.clone(), text(p)))
        .collect()
}

fn row(path: &str, media_type: &str, content: &str) -> (String, String, String) {
    (path.into(), media_type.into(), content.into())
}

/// Only the leaves.
fn leaves(raw: &str) -> Vec<(String, String, String)> {
    let mut rows = read(raw);
    rows.retain(|(path, _, _)| !path.ends_with("/outside"));
    rows.retain(|(_, kind, _)| !kind.starts_with("multipart/") && kind != "message/rfc822");
    rows
}

#[test]
fn a_simple_mail_is_part_1() {
    assert_eq!(read("A: b\r\n\r\nbody"), [row("1", "text/plain", "body")]);
    assert_eq!(
        read("no mail at all"),
        [row("1", "text/plain", "no mail at all")]
    );
    assert_eq!(read("Subject: all header"), [row("1", "text/plain", "")]);
    assert_eq!(
        read("Content-Type: rubbish\n\nx"),
        [row("1", "text/plain", "x")]
    );
    assert_eq!(read(""), []);
}

#[test]
fn numbers_parts_as_imap_does() {
    let raw = "Content-Type: multipart/mixed; boundary=a\n\npreamble\n--a\n\
        Content-Type: multipart/alternative; boundary=\"b b\"\n\n--b b\n\ntext\n--b b\n\
        Content-Type: text/html\n\n<p>\n--b b--\n\n--a\nContent-Type: message/rfc822\n\n\
        Subject: inner\nContent-Type: multipart/mixed; boundary=aa\n\n--aa\n\ninner 1\n--aa\n\n\
        inner 2\n--aa--\n--a\nContent-Type: message/rfc822\n\nSubject: x\n\nsimple\n--a--\nepilogue";
    assert_eq!(
        leaves(raw),
        [
            row("1.1", "text/plain", "text"),
            row("1.2", "text/html", "<p>"),
            row("2.1", "text/plain", "inner 1"),
            row("2.2", "text/plain", "inner 2"),
            row("3.1", "text/plain", "simple"),
        ]
    );
    let (parts, _) = parts(raw.as_bytes(), LIMITS);
    let paths: Vec<&str> = parts.iter().map(|part| part.path.0.as_str()).collect();
    assert_eq!(
        paths,
        [
            "0",
            "0/outside",
            "0/outside",
            "1",
            "1.1",
            "1.2",
            "2",
            "2.0",
            "2.1",
            "2.2",
            "3",
            "3.1"
        ]
    );
    let alternative: Vec<_> = parts
        .iter()
        .filter(|p| p.alternative_of.is_some())
        .collect();
    assert_eq!(alternative.len(), 2);
    assert_eq!(alternative[0].alternative_of, Some(PartPath("1".into())));
}

#[test]
fn broken_multiparts_are_read_as_far_as_they_go() {
    let mixed = |body: &str| format!("Content-Type: multipart/mixed; boundary=b\r\n\r\n{body}");
    assert_eq!(
        leaves(&mixed("--b\r\n\r\nno end")),
        [row("1", "text/plain", "no end")]
    );
    assert_eq!(
        leaves(&mixed(
            "--b\r\n\r\nx --b\r\n--bb\r\n--b \t\r\n\r\ny\r\n--b-- junk"
        )),
        [
            row("1", "text/plain", "x --b\r\n--bb"),
            row("2", "text/plain", "y")
        ]
    );
    // Empty parts, and one that is all header.
    assert_eq!(
        leaves(&mixed("--b\r\n--b\r\nX: y\r\n--b--")),
        [row("1", "text/plain", ""), row("2", "text/plain", "")]
    );
    // No delimiter at all: it stays what it says, and is no container.
    assert_eq!(read(&mixed("text")), [row("1", "multipart/mixed", "text")]);
    // The outer boundary ends what stands inside, closed or not.
    let open =
        "--b\r\nContent-Type: multipart/mixed; boundary=i\r\n\r\n--i\r\n\r\nx\r\n--b\r\n\r\ny";
    assert_eq!(
        leaves(&mixed(open)),
        [row("1.1", "text/plain", "x"), row("2", "text/plain", "y")]
    );
}

#[test]
fn the_type_with_members_wins_over_a_second_one() {
    for order in [
        ["multipart/mixed; boundary=b", "text/plain"],
        ["text/plain", "multipart/mixed; boundary=b"],
    ] {
        let raw = format!(
            "Content-Type: {}\nContent-Type: {}\n\n--b\n\nx\n--b--\n",
            order[0], order[1]
        );
        assert_eq!(leaves(&raw), [row("1", "text/plain", "x")]);
    }
}

#[test]
fn a_digest_holds_messages() {
    let raw = "Content-Type: multipart/digest; boundary=b\n\n--b\n\nSubject: x\n\nfirst\n--b--";
    assert_eq!(leaves(raw), [row("1.1", "text/plain", "first")]);
}

#[test]
fn file_names_come_from_disposition_else_type() {
    let name = |header: &[u8]| {
        let raw = [header, b"\n\nx"].concat();
        parts(&raw, LIMITS).0.remove(0).names.into_iter().next()
    };
    let disposition =
        b"Content-Type: text/plain; name=b.txt\nContent-Disposition: inline; filename=a.txt";
    assert_eq!(name(disposition).as_deref(), Some("a.txt"));
    assert_eq!(
        name(b"Content-Type: text/plain; name=\"M\xfcller\"").as_deref(),
        Some("Müller")
    );
    assert_eq!(name(b"Subject: x"), None);
}

#[test]
fn an_encoded_message_is_left_to_extraction() {
    let raw = "Content-Type: message/rfc822\nContent-Transfer-Encoding: BASE64 (really)\n\nQQ==";
    let (parts, _) = parts(raw.as_bytes(), LIMITS);
    assert_eq!(parts.len(), 1);
    assert_eq!(parts[0].encoding, "base64");
    assert!(!parts[0].is_container);
}

#[test]
fn ten_megabytes_of_nested_messages_end_at_the_limit() {
    let mut raw = b"Content-Type: message/rfc822\n\n".repeat(330_000);
    raw.extend_from_slice(b"Subject: x\n\ndeep");
    let (parts, left_out) = parts(&raw, LIMITS);
    assert_eq!(parts.len(), LIMITS.depth);
    assert_eq!(left_out.len(), 1);
    assert!(left_out[0].1.contains("deeper than 32"), "{left_out:?}");
}

#[test]
fn more_parts_than_allowed_are_named() {
    let raw = [
        &b"Content-Type: multipart/mixed; boundary=b\n\n"[..],
        &b"--b\n\n".repeat(500_000),
    ];
    let (parts, left_out) = parts(&raw.concat(), LIMITS);
    assert_eq!(parts.len(), LIMITS.parts);
    assert_eq!(left_out.len(), 1);
    assert!(left_out[0].1.contains("more than 1000"), "{left_out:?}");
}

#[test]
fn a_header_that_is_too_long_is_named() {
    let raw = [b"A: b\n".repeat(1_000_000), b"\nbody".to_vec()].concat();
    let (parts, left_out) = parts(&raw, LIMITS);
    assert_eq!(&raw[parts[0].content.clone()], b"body");
    assert!(
        left_out[0].1.contains("first 1048576 bytes"),
        "{left_out:?}"
    );
}

#[test]
fn nested_multiparts_end_at_the_limit() {
    let mut raw = String::new();
    for level in 0..20_000 {
        raw += &format!("Content-Type: multipart/mixed; boundary=b{level}\n\n--b{level}\n");
    }
    let (parts, left_out) = parts(raw.as_bytes(), LIMITS);
    assert_eq!((parts.len(), left_out.len()), (LIMITS.depth, 1));
}

#[test]
fn mangled_mails_never_panic_and_stay_inside() {
    let sound = "From a\r\nContent-Type: multipart/mixed; boundary=\"=_b\"\r\n\r\n--=_b\r\n\
        Content-Type: message/rfc822\r\n\r\nContent-Type: multipart/alternative; boundary=c\r\n\r\n\
        --c\r\n\r\nx\r\n--c\r\nContent-Type: text/html; charset*=u''%20; name=\"a\\\"\"\r\n\r\ny\r\n--c--\r\n\
        --=_b\r\nContent-Disposition: attachment; filename*0*=utf-8''%C3\r\n\r\nz\r\n--=_b--\r\n";
    let mut seed = 0x9e37_79b9_u64;
    let mut next = |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        usize::try_from(seed >> 33).unwrap() % below
    };
    for _ in 0..5_000 {
        let mut raw = sound.as_bytes().to_vec();
        for _ in 0..=next(6) {
            let at = next(raw.len());
            match next(4) {
                0 => raw[at] = b"\0\r\n:;\"-=%*\xff "[next(12)],
                1 if raw.len() > 1 => drop(raw.remove(at)),
                2 => raw.truncate(at + 2),
                _ => {
                    let piece = raw[at..].to_vec();
                    raw.extend_from_slice(&piece);
                }
            }
        }
        let (parts, _) = parts(&raw, LIMITS);
        assert!(!parts.is_empty());
        for part in parts {
            assert!(part.content.start <= part.content.end && part.content.end <= raw.len());
        }
    }
}
