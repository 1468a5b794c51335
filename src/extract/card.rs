// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns calendars (RFC 5545) and contact cards (RFC 6350, vCard 2.1) into lines as they were
//! before they were folded, and opens what is attached to them.

use crate::message::{charset, transfer};

use super::{Format, Source, Why, Work, html, plain};

const TYPES: &[&str] = &[
    "text/calendar",
    "text/vcard",
    "text/x-vcard",
    "text/x-vcalendar",
    "text/directory",
];

/// A calendar or contact card.
pub(super) struct Card;

impl Format for Card {
    fn name(&self) -> &'static str {
        "calendar or contact card"
    }

    fn takes(&self, source: &Source<'_>) -> bool {
        let start = source.bytes.trim_ascii_start();
        let start = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start);
        let begins = |text: &[u8]| {
            start
                .get(..text.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(text))
        };
        TYPES.contains(&source.media_type) || begins(b"BEGIN:VCARD") || begins(b"BEGIN:VCALENDAR")
    }

    fn may_be_empty(&self, _source: &Source<'_>) -> bool {
        true
    }

    fn read(&self, source: &Source<'_>, work: &mut Work) {
        let text = plain::with_lf(charset::decode(source.bytes, source.charset));
        let mut shown = String::with_capacity(text.len());
        let mut files = Vec::new();
        for line in unfolded(&text) {
            let line = Line::read(&line);
            match line.file() {
                Some(file) => files.push(file),
                None => {
                    shown.push_str(line.head);
                    shown.push(':');
                    let value = line.value();
                    let is_page = line
                        .parameter("FMTTYPE")
                        .is_some_and(|kind| kind.eq_ignore_ascii_case("text/html"));
                    shown.push_str(&if is_page { html::text(&value) } else { value });
                }
            }
            shown.push('\n');
        }
        work.text(source.path, shown, Vec::new());
        for (name, bytes) in files {
            if name.is_empty() {
                work.unreadable(source.path, Why::Picture, "holds a picture or sound");
            } else {
                work.open_named(source, &name, &bytes);
            }
        }
    }
}

/// Lines with what was folded behind them (RFC 5545, 3.1; vCard 2.1, 2.1.3).
fn unfolded(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines() {
        match lines.last_mut() {
            // A blank behind a soft line end is a blank.
            Some(last) if is_quoted(last) && last.ends_with('=') => {
                last.pop();
                last.push_str(line);
            }
            Some(last) if line.starts_with([' ', '\t']) => {
                last.push_str(line.get(1..).unwrap_or_default());
            }
            _ => lines.push(line.to_owned()),
        }
    }
    lines
}

fn is_quoted(line: &str) -> bool {
    let head = line.split(':').next().unwrap_or_default();
    head.to_ascii_uppercase().contains("QUOTED-PRINTABLE")
}

fn is_base64(encoding: &str) -> bool {
    ["b", "base64"]
        .iter()
        .any(|name| encoding.eq_ignore_ascii_case(name))
}

/// A line: its name and parameters, and its value as written.
struct Line<'a> {
    head: &'a str,
    written: &'a str,
}

impl<'a> Line<'a> {
    fn read(line: &'a str) -> Self {
        // A colon in quotes is part of a parameter.
        let mut quoted = false;
        let colon = line.find(|c| {
            quoted ^= c == '"';
            c == ':' && !quoted
        });
        let (head, written) = match colon {
            Some(at) => (line.get(..at), line.get(at + 1..)),
            None => (None, Some(line)),
        };
        Self {
            head: head.unwrap_or_default(),
            written: written.unwrap_or_default(),
        }
    }

    fn parameter(&self, name: &str) -> Option<&'a str> {
        let mut parameters = self.head.split(';').skip(1);
        parameters.find_map(|parameter| {
            let (key, value) = parameter.split_once('=')?;
            key.eq_ignore_ascii_case(name)
                .then(|| value.trim_matches('"'))
        })
    }

    /// Name and bytes of a file that stands in the line; a picture or sound has no name.
    fn file(&self) -> Option<(String, Vec<u8>)> {
        if !is_base64(self.parameter("ENCODING")?) {
            return None;
        }
        let is_attached = self.head.to_ascii_uppercase().starts_with("ATTACH");
        let names = [
            "FILENAME",
            "X-FILENAME",
            "X-APPLE-FILENAME",
            "X-ORACLE-FILENAME",
        ];
        let name = names.iter().find_map(|name| self.parameter(name));
        let name = if is_attached {
            name.unwrap_or("file")
        } else {
            ""
        };
        let bytes = transfer::base64(self.written.as_bytes());
        // A note may be written so as well.
        let is_file = is_attached || !plain::is_text(&bytes);
        is_file.then(|| (name.to_owned(), bytes))
    }

    /// The value as it reads (RFC 5545, 3.3.11).
    fn value(&self) -> String {
        let decoded;
        let mut written = self.written;
        if self.parameter("ENCODING").is_some_and(is_base64) {
            decoded = charset::decode(&transfer::base64(written.as_bytes()), None);
            return plain::with_lf(decoded);
        }
        if is_quoted(self.head) {
            let bytes = transfer::quoted_printable(written.as_bytes());
            decoded = plain::with_lf(charset::decode(&bytes, self.parameter("CHARSET")));
            written = &decoded;
        }
        let mut value = String::with_capacity(written.len());
        let mut chars = written.chars();
        while let Some(c) = chars.next() {
            match (c, chars.as_str().chars().next()) {
                ('\\', Some('n' | 'N')) => value.push('\n'),
                ('\\', Some(other)) => value.push(other),
                _ => {
                    value.push(c);
                    continue;
                }
            }
            chars.next();
        }
        value
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Budget, Extract, document};

    fn read(text: &str) -> Extract {
        document("a.vcf", text.as_bytes(), &Budget::default())
    }

    #[test]
    fn lines_are_unfolded_and_unescaped() {
        let card = "BEGIN:VCARD\r\nNOTE:AHV 756.92\r\n 17.0769.85\\, Zeile\\nzwei\r\n\
            N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=BC=\r\nller;Anna\r\n\
            X;A=\"b:c\":d\r\nPHOTO;ENCODING=b;TYPE=JPEG:/9j/\r\nEND:VCARD\r\n";
        let read = read(card);
        assert_eq!(
            read.texts[0].content,
            "BEGIN:VCARD\nNOTE:AHV 756.9217.0769.85, Zeile\nzwei\n\
             N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Müller;Anna\nX;A=\"b:c\":d\n\nEND:VCARD\n"
        );
        assert_eq!(read.unreadable.len(), 1);
    }

    #[test]
    fn what_is_attached_to_a_date_is_opened() {
        let calendar =
            "BEGIN:VCALENDAR\nATTACH;VALUE=BINARY;ENCODING=BASE64;FILENAME=a.txt:U2VpdGU=\n";
        let read = read(calendar);
        let last = read.texts.last().unwrap();
        assert_eq!(
            (last.part.0.as_str(), last.content.as_str()),
            ("1/a.vcf/a.txt", "Seite")
        );
    }
}
