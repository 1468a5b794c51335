// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns plain text of any charset into text.

use crate::message::charset;

use super::{Format, Source, Why, Work, sealed, uuencode, yenc};

/// Types of text that are not called `text/`.
const TEXTS: &[&str] = &[
    "application/json",
    "application/xml",
    "message/delivery-status",
    "message/disposition-notification",
    "message/external-body",
    "message/feedback-report",
    "message/partial",
    "multipart/",
];

/// Endings of files that are text, whatever type the mailer gave them.
pub(super) const ENDINGS: &[&str] = &[
    ".txt", ".csv", ".tsv", ".md", ".ics", ".vcf", ".json", ".xml", ".log",
];

/// How many bytes are looked at to tell text from other content.
const SAMPLE: usize = 64 << 10;

/// Of so many bytes, in any charset, that are not text some are control characters, in all likelihood.
const LIKELY: usize = 256;

/// Everything that is lines of characters: text/plain, calendars, vCards, CSV, source code.
pub(super) struct Plain;

impl Format for Plain {
    fn name(&self) -> &'static str {
        "text"
    }

    fn takes(&self, source: &Source<'_>) -> bool {
        let is_declared = source.media_type.starts_with("text/")
            || TEXTS.iter().any(|kind| source.media_type.starts_with(kind));
        is_declared || source.is_named(ENDINGS) || is_text(source.bytes)
    }

    fn may_be_empty(&self, _source: &Source<'_>) -> bool {
        true
    }

    fn read(&self, source: &Source<'_>, work: &mut Work) {
        let mut text = with_lf(charset::decode(source.bytes, source.charset));
        if !is_mostly_printable(&text) {
            let detail = "it says that it is text, but most likely it is something else";
            work.unreadable(source.path, Why::Partly, detail);
        }
        sealed::tell_openpgp(&text, source, work);
        // Nobody is shown them.
        if text
            .bytes()
            .any(|byte| byte == 0x7f || byte < 0x20 && !is_blank(byte))
        {
            text = without_controls(&text);
        }
        if text.contains(BINHEX) {
            let detail = "a file under BinHex stands in it, which is not read";
            work.unreadable(source.path, Why::Partly, detail);
        }
        let mut files = uuencode::files(&text);
        files.extend(yenc::files(source.bytes));
        work.text(source.path, text, Vec::new());
        for (name, bytes) in files {
            work.open_named(source, &name, &bytes);
        }
        if source.media_type.starts_with("multipart/") {
            let detail = "a multipart without its delimiter lines, read as plain text";
            work.unreadable(source.path, Why::Partly, detail);
        }
        if source.media_type == "message/partial" {
            let detail = "a fragment of a message, which cannot be judged alone";
            work.unreadable(source.path, Why::Unreadable, detail);
        }
        if source.media_type == "message/external-body" {
            let detail = "its content stands elsewhere";
            work.unreadable(source.path, Why::Unreadable, detail);
        }
    }
}

/// Text with LF for every line end.
pub(super) fn with_lf(text: String) -> String {
    if !text.contains('\r') {
        return text;
    }
    text.replace("\r\n", "\n").replace('\r', "\n")
}

/// How a file of old Macintoshes begins in a text (RFC 1741).
const BINHEX: &str = "(This file must be converted with BinHex";

fn is_blank(byte: u8) -> bool {
    byte.is_ascii_whitespace()
}

/// The text without control characters and the sequences that colour terminals (ECMA-48, 5.4).
fn without_controls(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(|c: char| c == '\u{1b}' || is_control(c)) {
        let (before, after) = rest.split_at(at);
        out.push_str(before);
        let is_end = |c: char| matches!(c, '@'..='~');
        rest = match after.strip_prefix("\u{1b}[") {
            Some(sequence) => sequence
                .find(is_end)
                .map_or("", |end| sequence.get(end + 1..).unwrap_or_default()),
            None => after
                .get(after.chars().next().map_or(0, char::len_utf8)..)
                .unwrap_or_default(),
        };
    }
    out.push_str(rest);
    out
}

/// True for control characters that text does not have.
pub(super) fn is_control(c: char) -> bool {
    c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{c}' | '\u{1b}')
}

/// True where at most a few characters are none that a person reads.
fn is_mostly_printable(text: &str) -> bool {
    let (mut all, mut odd) = (0_usize, 0_usize);
    for c in text.chars().take(SAMPLE) {
        all += 1;
        odd += usize::from(is_control(c) || c == char::REPLACEMENT_CHARACTER);
    }
    odd * 30 <= all.max(60)
}

/// True for content whose beginning is text of any charset: it has no control characters, and of
/// bytes that are no UTF-8 so many that this is no chance, or nearly all of ASCII.
pub(super) fn is_text(bytes: &[u8]) -> bool {
    let sample = bytes.get(..bytes.len().min(SAMPLE)).unwrap_or_default();
    if charset::is_wide(sample) {
        let text = charset::decode(sample, None);
        // The sample may end within a character.
        let text = text
            .strip_suffix(char::REPLACEMENT_CHARACTER)
            .unwrap_or(&text);
        return !text.contains(|c: char| is_control(c) || c == char::REPLACEMENT_CHARACTER);
    }
    let text = match std::str::from_utf8(sample) {
        Ok(text) => text,
        // The sample may end within a character.
        Err(error) if error.error_len().is_none() => {
            let valid = sample.get(..error.valid_up_to()).unwrap_or_default();
            std::str::from_utf8(valid).unwrap_or_default()
        }
        Err(_) => {
            let ascii = sample.iter().filter(|byte| byte.is_ascii()).count();
            let is_likely = sample.len() >= LIKELY || ascii * 4 >= sample.len() * 3;
            let is_odd = |byte: &u8| byte.is_ascii() && is_control(char::from(*byte));
            return is_likely && !sample.iter().any(is_odd);
        }
    };
    !text.is_empty() && !text.contains(is_control)
}
