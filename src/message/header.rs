// SPDX-License-Identifier: GPL-3.0-or-later
//! Splits the header section into fields without judging them (RFC 5322, 2.2).

use std::ops::Range;

use memchr::memchr;

/// One header field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// The name as written, blanks before the colon removed. Empty for a line inside the header
    /// section that has no name: it is kept, because some readers show it.
    pub name: String,
    /// Everything between the colon and the field's last line end, as a range of the raw mail.
    pub value: Range<usize>,
}

impl Field {
    /// True for a field of that name; case does not matter (RFC 5322, 1.2.2).
    pub fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }
}

/// Fields of which a mail has at least two, and other texts that start like a header hardly do.
const OF_A_MAIL: &[&str] = &[
    "Content-Type",
    "Date",
    "Delivered-To",
    "DKIM-Signature",
    "From",
    "Message-ID",
    "MIME-Version",
    "Received",
    "Return-Path",
    "Subject",
    "To",
];

/// A header section.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Section {
    /// The fields, in order.
    pub fields: Vec<Field>,
    /// Where the body begins.
    pub body: usize,
    /// Where some programs take it to begin, since a line of the section is no field or has only
    /// blanks.
    pub other_body: Option<usize>,
    /// Not all fields are in `fields`: the section is longer than it may be.
    pub is_cut: bool,
}

/// The fields of the header section, and where the body begins.
pub fn split(raw: &[u8]) -> (Vec<Field>, usize) {
    let section = Section::read(raw, usize::MAX);
    (section.fields, section.body)
}

impl Section {
    /// Reads the header section; of the fields, those that begin within so many bytes.
    ///
    /// Lines end with CRLF or LF. The section ends with the first empty line, or with the text. A first
    /// line `From …` (mbox) is passed over. A text whose first line is no field has no header section.
    pub fn read(raw: &[u8], most: usize) -> Self {
        let mut section = Self::default();
        let mut at = 0;
        if raw.starts_with(b"From ") || raw.starts_with(b">From ") {
            at = line(raw, 0).1;
        }
        while at < raw.len() {
            let (end, next) = line(raw, at);
            let text = raw.get(at..end).unwrap_or_default();
            // Some gateways double the CR.
            if text.iter().all(|byte| *byte == b'\r') {
                section.body = next;
                return section;
            }
            if !section.is_cut && !section.take(text, at..end, most) {
                section.body = at;
                return section;
            }
            at = next;
        }
        section.body = raw.len();
        section
    }

    /// Takes one line. False where it is the first and no field.
    fn take(&mut self, text: &[u8], at: Range<usize>, most: usize) -> bool {
        let is_blank = text.trim_ascii().is_empty();
        let folded = is_blank || matches!(text.first(), Some(b' ' | b'\t'));
        let is_first = self.fields.is_empty();
        if at.end > most {
            self.is_cut = true;
        } else if folded {
            let Some(field) = self.fields.last_mut() else {
                return false;
            };
            field.value.end = at.end;
        } else if let Some((name, colon)) = name(text) {
            let value = at.start + colon + 1..at.end;
            self.fields.push(Field { name, value });
            return true;
        } else if is_first {
            return false;
        } else {
            let name = String::new();
            self.fields.push(Field {
                name,
                value: at.clone(),
            });
        }
        // Copies out of an mbox have such a line in the middle.
        let is_odd = is_blank || !folded && !text.starts_with(b">From ");
        if is_odd && !self.is_cut {
            self.other_body.get_or_insert(at.start);
        }
        true
    }
}

/// True where a text starts like a mail: an mbox line, or a header section with two of the fields
/// that mails have.
pub fn begins(raw: &[u8]) -> bool {
    let start = raw.get(..raw.len().min(64 << 10)).unwrap_or_default();
    let (fields, _) = split(start);
    let known = OF_A_MAIL
        .iter()
        .filter(|name| fields.iter().any(|field| field.is(name)));
    known.count() >= 2
}

/// The end of the line that starts at `at`, without and with its line end.
fn line(raw: &[u8], at: usize) -> (usize, usize) {
    let rest = raw.get(at..).unwrap_or_default();
    let Some(length) = memchr(b'\n', rest) else {
        return (raw.len(), raw.len());
    };
    let text = rest.get(..length).unwrap_or_default();
    let end = at + length - usize::from(text.ends_with(b"\r"));
    (end, at + length + 1)
}

/// The name of a field and where its colon stands; `None` for a line that is no field.
fn name(line: &[u8]) -> Option<(String, usize)> {
    let colon = memchr(b':', line)?;
    let name = line.get(..colon)?.trim_ascii_end();
    let sound = !name.is_empty() && !name.iter().any(u8::is_ascii_whitespace);
    sound.then(|| (String::from_utf8_lossy(name).into_owned(), colon))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The fields as (name, value), and the body.
    fn read(raw: &[u8]) -> (Vec<(String, String)>, String) {
        let (fields, body) = split(raw);
        let text = |range: Range<usize>| String::from_utf8_lossy(&raw[range]).into_owned();
        let pairs = fields
            .iter()
            .map(|f| (f.name.clone(), text(f.value.clone())));
        (pairs.collect(), text(body..raw.len()))
    }

    fn pair(name: &str, value: &str) -> (String, String) {
        (name.into(), value.into())
    }

    #[test]
    fn reads_folded_fields_with_either_line_end() {
        let (fields, body) = read(b"Subject : a\r\n b\r\nTo:x\n\ty\n\r\nbody\r\n");
        assert_eq!(fields, [pair("Subject", " a\r\n b"), pair("To", "x\n\ty")]);
        assert_eq!(body, "body\r\n");
    }

    #[test]
    fn a_mail_may_be_all_header() {
        assert_eq!(
            read(b"From: a\r\nTo: b"),
            (vec![pair("From", " a"), pair("To", " b")], String::new())
        );
        assert_eq!(read(b""), (vec![], String::new()));
        assert_eq!(read(b"A: b\n\n").1, "");
    }

    #[test]
    fn hostile_bytes_stay_where_they_are() {
        let (fields, body) = read(b"Sub\0ject: \xff\0x\r\nBcc:\r\n\r\n\0");
        assert_eq!(fields, [pair("Sub\0ject", " \u{fffd}\0x"), pair("Bcc", "")]);
        assert_eq!(body, "\0");
    }

    #[test]
    fn a_nameless_line_is_kept_and_ends_nothing() {
        let (fields, body) = read(b"A: b\nno colon here\n more\nDear Sir: x\nC: d\n\nbody");
        assert_eq!(
            fields,
            [
                pair("A", " b"),
                pair("", "no colon here\n more"),
                pair("", "Dear Sir: x"),
                pair("C", " d")
            ]
        );
        assert_eq!(body, "body");
    }

    #[test]
    fn a_text_without_header_is_all_body() {
        assert_eq!(read(b"Hello there\n\nA: b\n").1, "Hello there\n\nA: b\n");
        assert_eq!(read(b" A: b\n").1, " A: b\n");
        assert_eq!(read(b"\r\nbody").1, "body");
    }

    #[test]
    fn the_line_of_an_mbox_is_no_field() {
        let (fields, body) = read(b"From anna Thu Jan 15\nTo: b\n\nx");
        assert_eq!(fields, [pair("To", " b")]);
        assert_eq!(body, "x");
    }

    #[test]
    fn one_carriage_return_injects_no_field() {
        let (fields, _) = read(b"Subject: a\rBcc: evil\r\nTo: b\r\n\r\n");
        assert_eq!(fields, [pair("Subject", " a\rBcc: evil"), pair("To", " b")]);
    }

    #[test]
    fn tells_a_mail_from_a_list() {
        assert!(begins(b"From: a\nSubject: b\n\nx"));
        assert!(begins(b"From x\nReceived: a\nDate: b\n"));
        assert!(!begins(b"Name: Anna\nDate: 1.1.2020\nIBAN: x\n"));
        assert!(!begins(b"<html>"));
    }

    #[test]
    fn a_million_fields_and_folds_take_linear_time() {
        assert_eq!(split(&b"A:b\n".repeat(1_000_000)).0.len(), 1_000_000);
        let folded = [b"A:".to_vec(), b"\n b".repeat(1_000_000)].concat();
        assert_eq!(split(&folded).0.len(), 1);
    }
}
