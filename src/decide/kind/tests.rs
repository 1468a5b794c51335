// SPDX-License-Identifier: GPL-3.0-or-later
//! Tests of the kinds of recipients.

use super::*;

const LISTS: &str = "# partners\npartner.example\n\n.partner.example # all below\n";

fn kinds(text: &str) -> Result<Kinds, Vec<String>> {
    let lines: Vec<Line> = crate::yaml::read(text).unwrap();
    Kinds::new(
        &lines,
        &[
            ("p.list".into(), LISTS.into()),
            ("bad.list".into(), "a b\n".into()),
            (
                "k.map".into(),
                "p.example partner # one\nx@q.example boss\n".into(),
            ),
            ("bad.map".into(), "p.example\n".into()),
        ],
    )
}

fn of<'a>(kinds: &'a Kinds, address: &str) -> &'a str {
    &kinds.names()[kinds.of(&Party::new(&Address::new(address)))]
}

#[test]
fn the_first_match_wins() {
    let kinds = kinds(
        "- boss: [ ceo@example.ch ]\n- colleague: [ example.ch, .example.ch ]\n\
         - partner: [ file:p.list ]\n- boss: [ sub.partner.org ]\n- authority: [ .org ]\n\
         - stranger: [ \"*\" ]",
    )
    .unwrap();
    for (address, kind) in [
        ("CEO@example.ch", "boss"),
        ("anna@Example.ch", "colleague"),
        ("anna@a.b.example.ch", "colleague"),
        ("anna@badexample.ch", "stranger"),
        ("x@partner.example", "partner"),
        ("x@hr.partner.example", "partner"),
        ("x@sub.partner.org", "boss"),
        ("x@partner.org", "authority"),
        ("x@org", "stranger"),
        ("\"a@example.ch\"@evil.example", "stranger"),
        ("example.ch", "stranger"),
        (".org", "stranger"),
        ("*", "stranger"),
        ("", "stranger"),
    ] {
        assert_eq!(of(&kinds, address), kind, "{address}");
    }
    assert!(kinds.taken().is_empty(), "{:?}", kinds.taken());
}

#[test]
fn what_an_earlier_line_takes_is_never_reached() {
    let kinds = kinds(
        "- colleague: [ .example.ch, partner.example ]\n\
         - partner: [ a.example.ch, .b.example.ch, x@partner.example, x@other.example, example.ch ]\n\
         - stranger: [ \"*\" ]\n- lost: [ late.example, \"*\" ]",
    )
    .unwrap();
    let named = kinds.taken().iter();
    let named: Vec<String> = named.map(|one| one.pattern.clone()).collect();
    assert_eq!(
        named,
        [
            "a.example.ch",
            ".b.example.ch",
            "x@partner.example",
            "late.example",
            "*"
        ]
    );
    let first = &kinds.taken()[0];
    assert_eq!((first.line, first.kind, first.by), (1, 1, 0));
}

#[test]
fn wrong_lines_say_what_to_write() {
    for (wrong, expected) in [
        ("- a: [ x.ch ]", "end with \"- stranger: [ \"*\" ]\""),
        ("[]", "end with"),
        (
            "- { a: [ x.ch ], b: [ y.ch ] }\n- s: [ \"*\" ]",
            "recipients[0]: an item is one kind",
        ),
        ("- {}\n- s: [ \"*\" ]", "recipients[0]: an item is one kind"),
        (
            "- \"*\": [ \"*\" ]",
            "recipients[0]: \"*\" is no name for a kind",
        ),
        (
            "- boss: [ map:k.map ]\n- s: [ \"*\" ]",
            "k.map line 1: no line of recipients gives \"partner\" this map; write one of boss",
        ),
        (
            "- a: [ map:bad.map ]\n- s: [ \"*\" ]",
            "bad.map line 1: \"p.example\" is no pattern with its kind",
        ),
        (
            "- a: [ file:bad.list ]\n- s: [ \"*\" ]",
            "bad.list line 1: \"a b\" is no address",
        ),
    ] {
        let errors = kinds(wrong).unwrap_err();
        assert!(errors[0].contains(expected), "{errors:?}");
    }
}

#[test]
fn providers_are_told_by_the_domain_and_maps_by_their_second_word() {
    let kinds = kinds(
        "- boss: [ map:k.map ]\n- friend: [ gmail.com ]\n- private: [ freemail ]\n\
         - customer: [ isp ]\n- partner: [ map:k.map ]\n- stranger: [ \"*\" ]",
    )
    .unwrap();
    for (address, kind, place) in [
        (
            "x@q.example",
            "boss",
            "recipients[0].boss: map:k.map line 2",
        ),
        (
            "a@p.example",
            "partner",
            "recipients[4].partner: map:k.map line 1",
        ),
        ("a@gmail.com", "friend", "recipients[1].friend: gmail.com"),
        ("a@GMX.ch", "private", "recipients[2].private: freemail"),
        (
            "a@yahoo.co.uk",
            "private",
            "recipients[2].private: freemail",
        ),
        ("a@bluewin.ch", "customer", "recipients[3].customer: isp"),
        ("a@gmx.example.ch", "stranger", "recipients[5].stranger: *"),
        ("freemail", "stranger", "recipients[5].stranger: *"),
    ] {
        assert_eq!(of(&kinds, address), kind, "{address}");
        let party = Party::new(&Address::new(address));
        let (_, origin) = kinds.origin(&party).unwrap();
        assert_eq!(origin.place(kind), place);
    }
}
