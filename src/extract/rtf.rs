// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns Rich Text Format (Microsoft, "RTF Specification 1.9.1") into text.

mod words;

use std::collections::HashMap;
use std::ops::Range;

use super::codepage::{self, WESTERN};
use super::{Format, Place, Source, Why, Work};

/// The type under which the body of an Outlook message is read, which may be empty. No mail can give
/// it: types have no blanks.
pub(super) const BODY: &str = "rtf body";

/// Groups in groups beyond this are read as if they were in the last one.
const MOST_DEPTH: usize = 10_000;

/// RTF, as a file or the body of an Outlook message.
pub(super) struct Rtf;

impl Format for Rtf {
    fn name(&self) -> &'static str {
        "RTF"
    }

    fn takes(&self, source: &Source<'_>) -> bool {
        let start = source.bytes.trim_ascii_start();
        let start = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start);
        start.starts_with(b"{\\rt")
    }

    fn may_be_empty(&self, source: &Source<'_>) -> bool {
        source.media_type == BODY
    }

    fn read(&self, source: &Source<'_>, work: &mut Work) {
        let read = read(source.bytes);
        if read.holds_object {
            let detail = "holds an embedded object, which was not read";
            work.unreadable(source.path, Why::Partly, detail);
        }
        let is_blank = self.may_be_empty(source) && !read.holds_picture;
        if read.text.trim().is_empty() && !is_blank {
            let detail = "an RTF file in which no text was found";
            work.unreadable(source.path, Why::Unreadable, detail);
        }
        work.text(source.path, read.text, read.places);
    }
}

/// RTF, read.
#[derive(Default)]
pub(super) struct Read {
    pub text: String,
    pub places: Vec<(Range<usize>, Place)>,
    holds_object: bool,
    holds_picture: bool,
}

/// Reads RTF. What no reader shows in the text (links, properties, hidden text) stands behind it.
pub(super) fn read(bytes: &[u8]) -> Read {
    let mut reader = Reader::new(bytes);
    while reader.step() {}
    reader.flush();
    let mut read = reader.read;
    if !reader.aside.trim().is_empty() {
        read.text.push('\n');
        let start = read.text.len();
        read.text.push_str(&reader.aside);
        let place = "notes, hidden text, links and properties".into();
        read.places.push((start..read.text.len(), place));
    }
    read
}

/// Where the characters of a group go.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Goal {
    Text,
    /// Behind the text.
    Aside,
    /// Nowhere.
    Nothing,
    /// The table of fonts, which tells their code pages.
    Fonts,
    /// The name of a property of a drawing.
    Name,
}

/// What a group inherits from the one around it.
#[derive(Clone, Copy)]
struct Group {
    goal: Goal,
    /// How many characters follow `\u` for readers that do not know it.
    unicode_skip: usize,
    page: u32,
    is_hidden: bool,
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    read: Read,
    aside: String,
    group: Group,
    outer: Vec<Group>,
    /// Bytes of characters not decoded yet.
    pending: Vec<u8>,
    /// The first half of a surrogate pair.
    high: Option<u32>,
    /// Characters still to be passed over after `\u`.
    skip: usize,
    /// A group has just begun, so its first word names its destination.
    is_start: bool,
    /// The destination may be passed over by who does not know it.
    is_optional: bool,
    default_page: u32,
    default_font: i32,
    font: i32,
    fonts: HashMap<i32, u32>,
    name: String,
}

impl<'a> Reader<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        let group = Group {
            goal: Goal::Text,
            unicode_skip: 1,
            page: WESTERN,
            is_hidden: false,
        };
        Self {
            bytes,
            at: 0,
            read: Read::default(),
            aside: String::new(),
            group,
            outer: Vec::new(),
            pending: Vec::new(),
            high: None,
            skip: 0,
            is_start: false,
            is_optional: false,
            default_page: WESTERN,
            default_font: 0,
            font: 0,
            fonts: HashMap::new(),
            name: String::new(),
        }
    }

    fn next(&mut self) -> Option<u8> {
        let byte = self.bytes.get(self.at).copied();
        self.at += usize::from(byte.is_some());
        byte
    }

    /// Reads one piece of syntax; false at the end.
    fn step(&mut self) -> bool {
        let Some(byte) = self.next() else {
            return false;
        };
        match byte {
            b'{' => self.open(),
            b'}' => self.close(),
            b'\\' => self.control(),
            b'\r' | b'\n' | 0 => {}
            _ => self.byte(byte),
        }
        true
    }

    fn open(&mut self) {
        self.flush();
        self.skip = 0;
        if self.outer.len() < MOST_DEPTH {
            self.outer.push(self.group);
        }
        self.is_start = true;
        self.is_optional = false;
    }

    fn close(&mut self) {
        self.flush();
        self.skip = 0;
        self.is_start = false;
        if let Some(outer) = self.outer.pop() {
            if self.group.goal == Goal::Aside && outer.goal != Goal::Aside {
                self.aside.push('\n');
            }
            let is_after_fonts = self.group.goal == Goal::Fonts && outer.goal != Goal::Fonts;
            self.group = outer;
            if is_after_fonts {
                self.font(self.default_font);
            }
        }
    }

    fn control(&mut self) {
        let Some(byte) = self.next() else {
            return;
        };
        match byte {
            b'\'' => {
                let digits = self.bytes.get(self.at..self.at + 2).unwrap_or_default();
                let hex = std::str::from_utf8(digits).ok();
                if let Some(code) = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
                    self.at += 2;
                    self.byte(code);
                }
            }
            b'a'..=b'z' | b'A'..=b'Z' => self.word(),
            b'*' => self.is_optional = self.is_start,
            b'~' => self.put("\u{a0}"),
            b'_' => self.put("-"),
            b'\r' | b'\n' => self.put("\n"),
            b'\t' => self.put("\t"),
            b'\\' | b'{' | b'}' => self.byte(byte),
            _ => {}
        }
    }

    /// A control word, its number and the blank behind it.
    fn word(&mut self) {
        let rest = self.bytes.get(self.at - 1..).unwrap_or_default();
        let end = |is_part: fn(&u8) -> bool, from: usize| {
            let tail = rest.get(from..).unwrap_or_default();
            from + tail.iter().take_while(|byte| is_part(byte)).count()
        };
        let letters = end(u8::is_ascii_alphabetic, 0);
        let is_negative = rest.get(letters) == Some(&b'-');
        let digits = letters + usize::from(is_negative);
        let last = end(u8::is_ascii_digit, digits);
        let number = rest.get(letters..last).unwrap_or_default();
        let number = std::str::from_utf8(number).ok();
        let number = number.and_then(|number| number.parse::<i32>().ok());
        let used = if last > digits { last } else { letters };
        self.at += used - 1 + usize::from(rest.get(used) == Some(&b' '));
        let word = std::str::from_utf8(rest.get(..letters).unwrap_or_default());
        let word = word.unwrap_or_default();
        if self.skip > 0 && !matches!(word, "u" | "bin") {
            self.skip -= 1;
            return;
        }
        if word != "u" {
            self.flush();
        }
        let is_destination = std::mem::take(&mut self.is_start) && self.destination(word);
        if !is_destination {
            self.format(word, number);
        }
    }

    fn byte(&mut self, byte: u8) {
        self.is_start = false;
        if self.skip > 0 {
            self.skip -= 1;
        } else if !matches!(self.group.goal, Goal::Nothing | Goal::Fonts) {
            self.pending.push(byte);
        }
    }

    fn flush(&mut self) {
        self.high = None;
        if !self.pending.is_empty() {
            let text = codepage::decode(&self.pending, self.group.page);
            self.pending.clear();
            self.write(&text);
        }
    }

    fn put(&mut self, text: &str) {
        self.flush();
        self.write(text);
    }

    fn write(&mut self, text: &str) {
        match self.group.goal {
            Goal::Text if self.group.is_hidden => self.aside.push_str(text),
            Goal::Text => self.read.text.push_str(text),
            Goal::Aside => self.aside.push_str(text),
            Goal::Name => self.name.push_str(text),
            Goal::Nothing | Goal::Fonts => {}
        }
    }
}

#[cfg(test)]
mod tests;
