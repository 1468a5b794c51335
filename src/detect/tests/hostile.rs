// SPDX-License-Identifier: GPL-3.0-or-later
//! What the engine promises, whatever the text.

use super::*;

/// A small generator, so that a failure comes again.
pub(super) struct Random(pub(super) u64);

impl Random {
    pub(super) fn below(&mut self, end: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end
    }
}

#[test]
fn mangled_numbers_are_found_whole() {
    let joiners = [
        "\u{200b}", "\u{ad}", "\u{2060}", "\u{34f}", "\u{feff}", "\u{202c}", "\u{fe0f}",
    ];
    let separators = [
        "", ".", " ", "\u{a0}", "\u{2009}", "-", "–", "·", "/", " - ", "\n> ", ". ",
    ];
    let zeros = ['0', '\u{ff10}', '\u{660}', '\u{966}', '\u{1d7ce}'];
    let mut random = Random(5);
    let detectors = detectors();
    for round in 0..2000 {
        let mut number = String::new();
        for (at, digit) in "7569217076985".chars().enumerate() {
            if [3, 7, 11].contains(&at) {
                let choice = separators[random.below(separators.len())];
                let choice = if choice.contains('\n') && number.contains('\n') {
                    "."
                } else {
                    choice
                };
                number.push_str(choice);
            } else if at > 0 && random.below(3) == 0 {
                number.push_str(joiners[random.below(joiners.len())]);
            }
            let zero = u32::from(zeros[random.below(zeros.len())]);
            number.push(char::from_u32(zero + digit.to_digit(10).unwrap()).unwrap());
        }
        let content = format!("é AHV: {number}, ü");
        let findings = scan(&[text("1", &content, None)], detectors).findings;
        let spans: Vec<_> = findings
            .iter()
            .map(|finding| &content[finding.span.clone()])
            .collect();
        assert_eq!(spans, [number.as_str()], "round {round}: {content:?}");
        assert_eq!(findings[0].value.reveal(), "7569217076985");
    }
}

#[test]
fn spans_stand_on_boundaries_whatever_the_text() {
    let pieces = [
        "756.9217.0769.85",
        "CH93 0076 2011 6238 5295 7",
        "a@b.ch",
        "+41 44 668 18 00",
        "4111",
        " ",
        "\n",
        "\n> ",
        "\t",
        ";",
        ",",
        ".",
        "-",
        "/",
        "@",
        "+",
        "(",
        "é",
        "\u{200b}",
        "７",
        "\u{301}",
        "𝟗",
        "x",
        "://",
        "AHV",
        "\u{fffd}",
        "\0",
        "中",
        "0",
        "00",
        "1",
        "<",
        "‹",
        "<<",
        "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\n",
        "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
        "geb.",
        "12.3.1970",
        "Mai",
        "passwort: ",
        "-----BEGIN ",
        "PRIVATE KEY-----",
        "А",
        "\n\n",
        ":",
        "  ",
        "|",
    ];
    let mut random = Random(11);
    let detectors = detectors();
    for _ in 0..5000 {
        let content: String = (0..random.below(24))
            .map(|_| pieces[random.below(pieces.len())])
            .collect();
        check(&content, detectors);
    }
}

/// Every span stands on character boundaries, holds something, and none is over another. A fuzz
/// target does the same with [`scan`].
fn check(content: &str, detectors: &Detectors) {
    let mut end = 0;
    for finding in scan(&[text("1", content, None)], detectors).findings {
        let found = content.get(finding.span.clone());
        assert!(found.is_some_and(|found| !found.is_empty()), "{content:?}");
        assert!(finding.span.start >= end, "overlap in {content:?}");
        end = finding.span.end;
    }
}

#[test]
fn work_grows_with_the_text_only() {
    let detectors = detectors();
    let alphabet = [
        "7569217076985 ",
        "1 ",
        "7",
        "4111 1111 ",
        "a1b2",
        "0123456 ",
        "1;",
        "1\n> ",
        "@a",
        "a@b.ch",
        "..1",
        "ab 1 ",
    ];
    for piece in alphabet {
        let tried = |times: usize| {
            let text = piece.repeat(times);
            scan::text(&text, "", detectors, &mut Spent::default(), &mut |_| ()).tried
        };
        let (one, two, three) = (tried(500), tried(1000), tried(1500));
        assert!(
            three - two <= two - one + 50,
            "{piece:?}: {one}, {two}, {three}"
        );
        assert!(three <= 1500 * piece.len() * 48, "{piece:?}: {three}");
    }
}

#[test]
fn of_very_many_findings_a_thousand_are_kept_and_the_rest_counted() {
    let rows = |from: usize, to: usize| {
        let rows = (from..to).map(|at| format!("a{at}@b.ch\n"));
        rows.collect::<String>()
    };
    // What repeats does not crowd out what does not.
    let content = "x@b.ch\n".repeat(3000) + &rows(0, 2500);
    let found = scan(&[text("1", &content, None)], detectors());
    let values: std::collections::HashSet<_> = found
        .findings
        .iter()
        .map(|finding| finding.value.clone())
        .collect();
    assert_eq!(values.len(), MAX_KEPT);
    let left_out: usize = found.left_out.values().sum();
    assert_eq!(found.findings.len() + left_out, 5500);
    assert!(found.findings.len() <= 2 * MAX_KEPT);
}

/// Every block of Unicode, and what a decoder leaves of ill-formed UTF-8 and UTF-16.
#[test]
fn any_character_may_stand_anywhere() {
    let detectors = detectors();
    // The planes between are empty.
    for block in (0..0x300_u32).chain(0xe00..0xe02).chain(0x10fe..0x1100) {
        let chars = (block << 8..(block << 8) + 256).filter_map(char::from_u32);
        let mut content = String::new();
        for c in chars.step_by(51) {
            content.push_str(&format!("AHV 756{c}9217.0769.85{c}a{c}b@c.ch 1.1.1970{c}"));
        }
        check(&content, detectors);
    }
    let odd = [
        0xd8, 0, 0xff, 0x31, 0xc3, 0x28, 0xf0, 0x9f, 0x37, 0x35, 0x36, 0xed, 0xa0, 0x80,
    ];
    check(&String::from_utf8_lossy(&odd.repeat(50)), detectors);
    let wide: Vec<u16> = (0..400)
        .map(|at| [0xd800, 0x37, 0xdfff, 0x40][at % 4])
        .collect();
    check(&String::from_utf16_lossy(&wide), detectors);
}
