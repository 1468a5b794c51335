// SPDX-License-Identifier: GPL-3.0-or-later
//! RTF in, text out.

use super::*;

fn text(rtf: &str) -> String {
    read(rtf.as_bytes()).text
}

#[test]
fn reads_what_a_person_sees() {
    for (rtf, expected) in [
        (r"{\rtf1\ansi Frau M\'fcller\par ok}", "Frau Müller\nok"),
        (r"{\rtf1\ansi\ansicpg1251 \'cf\'f0\'e8}", "При"),
        (
            r"{\rtf1 {\fonttbl{\f0 A;}{\f1\fcharset128 B;}}\f1 \'93\'fa}",
            "日",
        ),
        (r"{\rtf1 a\u252?b\u-4051 ?c}", "aüb-c"),
        (r"{\rtf1 \uc0\u55357\u56832}", "😀"),
        (r"{\rtf1 {\*\unknown gone}{\colortbl;\red1;}kept}", "kept"),
        (r"{\rtf1 a\cell b\row c\~d\_e}", "a\tb\nc\u{a0}d-e"),
        (r"{\rtf1 {\pict\bin3 }}}}seen}", "seen"),
        (r"{\rtf1 \{x\}\\}", r"{x}\"),
        (
            r"{\rtf1 a{\footnote note}b{\*\annotation said}c}",
            "abc\nnote\nsaid\n",
        ),
    ] {
        assert_eq!(text(rtf), expected, "{rtf}");
    }
}

#[test]
fn what_is_not_shown_stands_behind() {
    let read =
        read(br"{\rtf1{\info{\author Anna}}a{\v secret}{\field{\*\fldinst LINK}{\fldrslt b}}}");
    assert_eq!(read.text, "ab\nAnna\nsecretLINK\n");
    assert_eq!(read.places.len(), 1);
}

#[test]
fn broken_rtf_ends() {
    for rtf in [
        r"{\rtf1 \",
        r"{\rtf1 \'",
        r"{\rtf1 \'f",
        r"}}}\bin999999999 x",
        r"\u-99999999 x",
    ] {
        text(rtf);
    }
    let deep = ["{\\rtf1 ", &"{".repeat(100_000), "x"].concat();
    assert_eq!(text(&deep), "x");
}
