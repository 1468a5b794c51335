// SPDX-License-Identifier: GPL-3.0-or-later
//! Channels and profiles that cannot work are told with the place; the shipped ones work.

use super::*;

#[test]
fn every_shipped_profile_reads_and_proves_itself() {
    for (path, text) in crate::shipped::RELAYS {
        Profile::read(path, text).unwrap_or_else(|wrong| panic!("{}", wrong.join("\n")));
    }
}

#[test]
fn wrong_channels_are_told_with_the_place() {
    let told = |text: &str| channels(text).unwrap_err().join("\n");
    let rely = told("a: []\nb: [ rely: incamail ]\n");
    for part in [
        "line 2 column 6",
        "b[0]: unknown variant `rely`, expected one of `relay`, `header`, `reject`, `mta-hold`",
        "; did you mean \"relay\"?",
    ] {
        assert!(rely.contains(part), "{rely}");
    }
    assert_eq!(
        told("a: [ relay: incamial ]"),
        "channels.a[0]: no relay profile \"incamial\"; did you mean \"incamail\"?"
    );
    for (wrong, word) in [
        ("a: [ relay ]", "such as"),
        ("a: [ {} ]", "such as"),
        (
            "a: [ { relay: incamail, header: 'X-A: b' } ]",
            "item of its own",
        ),
        ("a: [ relay: incamail, relay: generic ]", "second channel"),
        ("a: [ header: X-A ]", "X-PII-Route"),
        ("a: [ header: 'X A: b' ]", "field name"),
        ("a: [ header: 'X-A: b\u{e4}' ]", "ASCII"),
        ("a: [ header: 'Subject: b' ]", "other means"),
        ("a: [ reject: '5.7.1 ' ]", "1 to 440"),
        ("a: [ reject: '4.7.1 later' ]", "begins with 5"),
        ("a: [ reject: 'Bitte nicht \u{fc}ber E-Mail' ]", "ASCII"),
        ("a: [ mta-hold: '' ]", "1 to 200"),
    ] {
        assert!(told(wrong).contains(word), "{wrong}: {}", told(wrong));
    }
}

#[test]
fn wrong_profiles_are_told_with_the_place() {
    let sound = "id: x\nname: X\nsee: { source: s, date: 2026-11-22 }\nrecipient: { suffix: .x.test }\n\
                 examples: [ { before: { to: a@b.c }, after: { to: a@b.c.x.test } } ]\n";
    Profile::read("x.yaml", sound).unwrap();
    for (from, to, word) in [
        ("id: x", "id: y", "file's name"),
        ("date: 2026-11-22", "day: 2026-11-22", "unknown field `day`"),
        (
            "see: { source: s, date: 2026-11-22 }\n",
            "",
            "missing field `see`",
        ),
        (".x.test }\ne", "x.test }\ne", "leading dot"),
        (
            "a@b.c.x.test",
            "a@b.c",
            "expected to <a@b.c>, got to <a@b.c.x.test>",
        ),
        (
            "examples:",
            "subject: { add: '<x>', where: front }\nexamples:",
            "unknown variant `front`",
        ),
        (
            "examples:",
            "subject: { add: '<x>', where: start, unless: '(' }\nexamples:",
            "regular expression",
        ),
        (
            "examples:",
            "subject: { add: '<x>', where: start, unless: y }\nexamples:",
            "twice",
        ),
        (
            "examples:",
            "subject: { add: '', where: start }\nexamples:",
            "cannot be a mark",
        ),
        (
            "examples:",
            "route: { next_hop: im.post.ch, tls: secure }\nexamples:",
            "[host]:port",
        ),
        (
            "examples:",
            "subject: { add: '<x>', where: start, by: delivery }\nexamples:",
            "delivery needs a route",
        ),
        (
            "examples:",
            "headers: { 'X Y': z }\nexamples:",
            "field name",
        ),
    ] {
        let told = Profile::read("x.yaml", &sound.replace(from, to))
            .unwrap_err()
            .join("\n");
        assert!(
            told.starts_with("x.yaml: ") && told.contains(word),
            "{to}: {told}"
        );
    }
}
