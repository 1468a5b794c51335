// SPDX-License-Identifier: GPL-3.0-or-later
//! Tests which numbers are believed where.

use super::hostile::Random;
use super::rules::compile;
use super::*;

/// One random number of nine digits in four passes some country's check, of ten and eleven likewise.
#[test]
fn no_number_of_nine_to_eleven_digits_counts_by_its_check_alone() {
    let mut random = Random(11);
    let mut content = String::new();
    for round in 0..6000 {
        let first = char::from(b'1' + u8::try_from(random.below(9)).unwrap());
        let rest = 8 + round % 3;
        content.push(first);
        content
            .extend((0..rest).map(|_| char::from(b'0' + u8::try_from(random.below(10)).unwrap())));
        content.push_str(", und so\n\n");
    }
    let counted = |finding: &&Finding| finding.confidence > Confidence::Low;
    let findings = scan(&[text("1", &content, None)], detectors()).findings;
    let counted: Vec<_> = findings.iter().filter(counted).collect();
    assert!(counted.is_empty(), "{counted:?}");
}

#[test]
fn a_keyword_may_stand_in_many_places() {
    for (text, says) in [
        (
            "Name\tNHS no\tRef\nAnn\t943 476 5919\tx\n",
            "gb.nhs high 943 476 5919",
        ),
        ("nom;n° TAJ\nÉva;111111110\n", "hu.taj high 111111110"),
        ("Anna:BSN:111222333,ok", "nl.bsn high 111222333"),
        ("BSN's:\n- 111222333\n", "nl.bsn high 111222333"),
        (
            "(33392005961 ist die kroatische OIB)",
            "hr.oib high 33392005961",
        ),
        ("ЕГН 7523169263", "bg.egn high 7523169263"),
        ("Ihre KV-Nr.:\n> A123456780", "de.kvnr high A123456780"),
        ("Α.Μ.Κ.Α. 01013099997", "gr.amka high 01013099997"),
    ] {
        assert_eq!(found(text), [says], "{text}");
    }
    for text in [
        "111222333",
        "9434765919",
        "A123456780",
        "BSN fehlt. Bestellung 111222333",
    ] {
        assert!(
            found(text).iter().all(|hit| hit.contains(" low ")),
            "{text}"
        );
    }
}

#[test]
fn groups_may_name_their_signs() {
    for (text, says) in [
        ("811218-9876", "se.personnummer medium"),
        ("811218 9876", "se.personnummer low"),
        ("1237 010180", "at.vnr medium"),
        ("1237-010180", "at.vnr low"),
    ] {
        assert_eq!(found(text), [format!("{says} {text}")]);
    }
    let own = include_str!("../../../conf/detectors/eu/at.vnr.yaml");
    for wrong in ["4#6", "4-", "-6", "", "4 é", "99999999999999999999 9"] {
        let error = compile("own/at.vnr.yaml", &own.replace("4_6", wrong));
        let says = format!("groups: \"{wrong}\" is not lengths like");
        assert!(error.contains(&says), "{error}");
    }
}

/// Numbers that several countries' checks let pass.
#[test]
fn the_nearer_keyword_decides() {
    // Both a Norwegian and a Croatian number.
    let number = "27077617928";
    for (text, says) in [
        ("fødselsnummer {}", "no.fodselsnummer high"),
        ("OIB {}", "hr.oib high"),
        ("OIB 33392005961, fødselsnummer {}", "no.fodselsnummer high"),
        ("fødselsnummer und OIB {}", "hr.oib high"),
        (
            "{} (das ist die OIB, nicht das fødselsnummer)",
            "hr.oib high",
        ),
    ] {
        let hits = found(&text.replace("{}", number));
        assert_eq!(hits.last(), Some(&format!("{says} {number}")), "{text}");
    }
}

#[test]
fn a_label_speaks_of_what_follows() {
    assert_eq!(
        found("Geboren 111222333\nBSN: 111222333"),
        ["nl.bsn high 111222333"]
    );
    assert_eq!(
        found("ik heb 111222333 (dat is het BSN van Jan)"),
        ["nl.bsn high 111222333"]
    );
    assert_eq!(
        found("123456782 (BSN), 7\n\nniets"),
        ["nl.bsn high 123456782"]
    );
}
