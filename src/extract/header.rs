// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns header fields into the texts that a person reads: subject, remarks, display names, and what
//! stands in fields that no program fills.

use indexmap::IndexMap;
use memchr::memmem;

use crate::message::parameters::{self, Parameters};
use crate::message::{Field, PartPath, words};

use super::Work;

/// Fields whose value is text (RFC 5322, 3.6.5).
const TEXTS: &[&str] = &["Subject", "Comments", "Keywords"];

/// Fields that hold addresses, of which mail clients show the names (RFC 5322, 3.6.2, 3.6.3, 3.6.6).
const ADDRESSES: &[&str] = &[
    "From",
    "Sender",
    "Reply-To",
    "To",
    "Cc",
    "Bcc",
    "Resent-From",
    "Resent-Sender",
    "Resent-To",
    "Resent-Cc",
    "Resent-Bcc",
    "Mail-Followup-To",
    "Disposition-Notification-To",
    "Return-Receipt-To",
];

/// Fields that programs fill, with numbers of their own. Of these only encoded words are text.
const OF_PROGRAMS: &[&str] = &[
    "Authentication-Results",
    "Autocrypt",
    "Content-ID",
    "Content-Length",
    "Content-Transfer-Encoding",
    "Content-Type",
    "Date",
    "Delivered-To",
    "Delivery-Date",
    "DKIM-Signature",
    "DomainKey-Signature",
    "Envelope-To",
    "Errors-To",
    "Feedback-ID",
    "In-Reply-To",
    "Lines",
    "Message-ID",
    "MIME-Version",
    "Received",
    "Received-SPF",
    "References",
    "Resent-Date",
    "Resent-Message-ID",
    "Return-Path",
    "Status",
    "Thread-Index",
    "User-Agent",
    "X-Attachment-Id",
    "X-Mailer",
    "X-Original-To",
    "X-Originating-IP",
    "X-Received",
    "X-UID",
    "X-UIDL",
];

/// A word that tells what a number is, in letters; the letters that a number begins with; a number that
/// matters, in digits.
const WORD: usize = 3;
const COUNTRY: usize = 2;
const NUMBER: usize = 9;

/// How the names of others begin.
const PREFIXES: &[&str] = &[
    "arc-",
    "list-",
    "x-forefront-",
    "x-google-",
    "x-microsoft-",
    "x-ms-",
    "x-pii-",
    "x-rspamd-",
    "x-spam-",
    "x-virus-",
];

/// Reads the fields of a mail, or of the message or part `of`: one text for each name of a field,
/// a line for each of its values. Lines of the header section that have no name are read as well.
pub(super) fn read(fields: &[Field], raw: &[u8], of: Option<&PartPath>, work: &mut Work) {
    if fields.is_empty() {
        return;
    }
    let readers = TEXTS
        .iter()
        .map(|name| (*name, words::decode_words as fn(&[u8]) -> String));
    let addresses = ADDRESSES
        .iter()
        .map(|name| (*name, words::display_names as fn(&[u8]) -> String));
    let nameless = ("", words::decode_words as fn(&[u8]) -> String);
    for (name, decode) in readers.chain(addresses).chain([nameless]) {
        let values = fields.iter().filter(|field| field.is(name));
        let values = values.filter_map(|field| raw.get(field.value.clone()));
        let lines: Vec<String> = values.map(decode).filter(|line| !line.is_empty()).collect();
        add(name, lines.join("\n"), of, work);
    }
    let mut others: IndexMap<String, (&str, String)> = IndexMap::new();
    for field in fields.iter().filter(|field| is_other(field)) {
        let value = raw.get(field.value.clone()).unwrap_or_default();
        for line in lines(field, value) {
            let name = field.name.to_ascii_lowercase();
            let (_, text) = others.entry(name).or_insert((&field.name, String::new()));
            if !text.is_empty() {
                text.push('\n');
            }
            text.push_str(&line);
        }
    }
    for (name, text) in others.into_values() {
        add(name, text, of, work);
    }
}

fn add(name: &str, text: String, of: Option<&PartPath>, work: &mut Work) {
    let path = PartPath::header(name);
    let path = of.map_or_else(|| path.clone(), |part| part.member(&path.0));
    work.text(&path, text, Vec::new());
}

fn is_other(field: &Field) -> bool {
    let mut known = TEXTS.iter().chain(ADDRESSES);
    !field.name.is_empty() && !known.any(|name| field.is(name))
}

/// What a person may read of any other field: its value; parameters of it that are encoded.
fn lines(field: &Field, value: &[u8]) -> Vec<String> {
    let is_encoded = memmem::find(value, b"=?").is_some();
    if is_of_programs(field) && !is_encoded && !has_named_number(value) {
        return Vec::new();
    }
    let mut lines = vec![words::decode_words(value)];
    if memchr::memchr(b'%', value).is_some() {
        let decoded = parameters::percent_decoded(value);
        lines.extend((decoded != value).then(|| words::decode_words(&decoded)));
    }
    if field.name.bytes().filter(u8::is_ascii_digit).count() >= NUMBER {
        lines.push(field.name.clone());
    }
    // Any field may have parameters in the manner of RFC 2231.
    if memchr::memchr(b'*', value).is_some() && memchr::memchr(b'=', value).is_some() {
        lines.extend(Parameters::read(value).other_texts(&[]));
    }
    lines
}

/// True where a word and a number behind it stand in a value, which programs do not write: what they
/// write is words, numbers that belong to names, dates, and what stands in angle brackets.
fn has_named_number(value: &[u8]) -> bool {
    let mut rest = value;
    let (mut letters, mut digits, mut is_named) = (0, 0, false);
    while let [byte, after @ ..] = rest {
        rest = after;
        match byte {
            b'<' => {
                let end = memchr::memchr(b'>', rest).unwrap_or(rest.len());
                rest = rest.get(end..).unwrap_or_default();
                (letters, digits, is_named) = (0, 0, false);
            }
            b'0'..=b'9' => digits += usize::from(is_named),
            b' ' | b':' | b'\t' if letters >= WORD => (letters, digits, is_named) = (0, 0, true),
            b' ' | b':' | b'.' | b'-' | b'/' | b'\t' if is_named => letters = 0,
            _ if byte.is_ascii_alphabetic() => {
                letters += 1;
                if letters > COUNTRY {
                    (digits, is_named) = (0, false);
                }
            }
            _ => (letters, digits, is_named) = (0, 0, false),
        }
        if digits >= NUMBER {
            return true;
        }
    }
    false
}

fn is_of_programs(field: &Field) -> bool {
    let begins = |prefix: &&str| {
        let start = field.name.get(..prefix.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(prefix))
    };
    OF_PROGRAMS.iter().any(|name| field.is(name)) || PREFIXES.iter().any(begins)
}
