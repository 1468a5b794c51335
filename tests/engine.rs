// SPDX-License-Identifier: GPL-3.0-or-later
//! Tries the engine on texts as large as a mail may be, of the kinds that could make it slow or lose its
//! place: each is read to its end, and what must be true of findings is (`fuzz/truths.rs`).
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test reports by panicking"
)]

#[path = "../fuzz/truths.rs"]
mod truths;

/// As large as `milter.limits.message` lets a mail be; in a debug build, as much as takes seconds.
const SIZE: usize = if cfg!(debug_assertions) {
    1 << 15
} else {
    50 << 20
};

/// What texts are made of, over and over.
const PIECES: &[&str] = &[
    "7",
    "756921707698",
    "7569217076985 ",
    "4111 1111 1111 1111 ",
    "+41 44 668 18 00;",
    "044 668 18 00, ",
    "1.1.1970\t",
    "1;",
    "1\n> ",
    "A1 ",
    "ABCD1",
    "a@b.ch ",
    "@",
    "<<",
    "P<UTO<<",
    "Passwort: ",
    "-----BEGIN PRIVATE KEY-----",
    "eyJ.",
    "AHV ",
    "AHV 756 ",
    "AHV:\n\n",
    "Name;AHV\n",
    "Anna ",
    "Frau Anna Gerber leidet an Diabetes. ",
    "Bahnhofstrasse 12, 8001 Bern\n",
    "8001 Bern ",
    "Von: a@b.ch\n",
    "> ",
    "\u{200b}7",
    "é",
    "А1",
    "中1",
    "\u{fffd}",
    "\0",
    "\n",
    " ",
];

#[test]
fn large_texts_are_read_to_their_end() {
    for piece in PIECES {
        let mut content = piece.repeat(SIZE / piece.len());
        // What stands behind all of it is seen.
        content.push_str("\n\nx@example.ch");
        let found = truths::findings(&[truths::text(content)]);
        let last = found.last().map(|finding| finding.value.reveal());
        assert_eq!(last, Some("x@example.ch"), "{piece:?}");
    }
}

#[test]
fn a_text_of_every_character_is_read_to_its_end() {
    let all: String = ('\0'..=char::MAX).flat_map(|c| [c, '1', c, 'A']).collect();
    let content = all.chars().cycle().take(SIZE / 2).collect();
    truths::findings(&[truths::text(content)]);
}
