// SPDX-License-Identifier: GPL-3.0-or-later
//! Notices: what they are made of, and for whom they are not. `tests/notices.rs` has each one scanned.

use jiff::civil::date;

use super::*;
use crate::message::{Envelope, Limits, Message};
use crate::shipped;
use template::Text;

fn files() -> Vec<(String, String)> {
    let owned = |(path, text): &(&str, &str)| ((*path).to_owned(), (*text).to_owned());
    shipped::NOTICES.iter().map(owned).collect()
}

fn filled() -> Words {
    Words {
        case: "Q-7F3K2M9A".into(),
        date: "2026-11-28 14:30 UTC".into(),
        level: "restricted".into(),
        count: "12".into(),
        cases: "Q-7F3K2M9A  2026-11-28 14:30 UTC  restricted\nQ-7F3K2M9B  2026-11-28 14:31 UTC  confidential".into(),
        contact: "Help desk, help@example.ch, +41 31 000 00 00".into(),
        hours: "Mon-Fri 08:00-17:00".into(),
    }
}

fn mail(text: &Text) -> Vec<u8> {
    let (from, to) = (
        Address::new("postmaster@example.ch"),
        Address::new("anna@example.ch"),
    );
    mail::compose(&from, &to, text, "Q-7F3K2M9A").unwrap()
}

#[test]
fn an_admins_text_stands_in_the_place_of_ours_and_is_checked() {
    let mut files = files();
    let own = "held: { subject: \"Wait ({case})\", text: \"Ask {contact}\" }\n";
    files.push(("notices.d/en.yaml".into(), own.into()));
    let templates = Templates::read(&files).unwrap();
    let text = templates.text(Language::En, Which::Held, &filled());
    assert_eq!(text.subject, "Wait (Q-7F3K2M9A)");
    let kept = templates.text(Language::En, Which::Refused, &filled());
    assert!(kept.subject.contains("not delivered"));
    for (path, text, why) in [
        (
            "notices.d/en.yaml",
            "held: { subject: a, text: \"{contakt}\" }",
            "did you mean \"contact\"",
        ),
        (
            "notices.d/en.yaml",
            "held: { subject: a, text: \"{case\" }",
            "without its }",
        ),
        (
            "notices.d/en.yaml",
            "held: { subject: \"a\\nBcc: b\", text: c }",
            "one line",
        ),
        (
            "notices.d/en.yaml",
            "hold: { subject: a, text: b }",
            "unknown field",
        ),
        (
            "notices.d/rm.yaml",
            "held: { subject: a, text: b }",
            "de, fr, it, nl or en",
        ),
    ] {
        let error = Templates::read(&[(path.into(), text.into())])
            .unwrap_err()
            .concat();
        assert!(error.contains(why), "{error}");
    }
}

#[test]
fn a_subject_is_folded_and_nothing_in_it_becomes_a_field() {
    let text = Text {
        subject: "Ä very löng subject that does not fit on one line of a header, with =?utf-8?Q?x?= and é".into(),
        text: "From me\n.\nlast = blank \n".into(),
    };
    let raw = mail(&text);
    let limits = Limits {
        depth: 9,
        parts: 9,
        header: 9999,
    };
    let message = Message::read(Envelope::nobody(date(2026, 1, 1)), raw.clone(), limits);
    let names: Vec<_> = message
        .fields
        .iter()
        .map(|field| field.name.to_string())
        .collect();
    assert_eq!(names.iter().filter(|name| *name == "Subject").count(), 1);
    assert_eq!(names.len(), 11);
    let raw = String::from_utf8(raw).unwrap();
    assert!(
        raw.ends_with("\r\n\r\n=46rom me\r\n=2E\r\nlast =3D blank=20\r\n"),
        "{raw}"
    );
}

#[test]
fn programs_lists_and_bounces_hear_nothing() {
    let happened = |from: &str, is_automatic| Happened {
        id: "Q-1".into(),
        from: from.into(),
        is_outbound: true,
        is_automatic,
        level: "restricted".into(),
        arrived: Timestamp::UNIX_EPOCH,
        what: What::Held,
    };
    let hears =
        |from: &str, is_automatic| is_person(&Address::new(from), &happened(from, is_automatic));
    assert!(hears("anna@example.ch", false));
    assert!(!hears("anna@example.ch", true));
    for nobody in [
        "",
        "<>",
        "MAILER-DAEMON@example.ch",
        "owner-list@example.ch",
        "list-request@example.ch",
        "list-bounces@example.ch",
        "list-bounces+anna=x@example.ch",
        "no-reply@example.ch",
    ] {
        assert!(!hears(nobody, false), "{nobody}");
    }
}
