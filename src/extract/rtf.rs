// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns Rich Text Format (Microsoft, "RTF Specification 1.9.1") into text.

use std::collections::HashMap;
use std::ops::Range;

use super::codepage::{self, WESTERN};
use super::{Format, Source, Why, Work};

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
    pub places: Vec<(Range<usize>, String)>,
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
        let place = "hidden text, links and properties".to_owned();
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

    /// The first word of a group, if it says where its text belongs.
    fn destination(&mut self, word: &str) -> bool {
        let goal = match word {
            "fonttbl" => Goal::Fonts,
            "sn" => {
                self.name.clear();
                Goal::Name
            }
            "sv" if ["wz", "gtext"]
                .iter()
                .any(|kind| self.name.starts_with(kind)) =>
            {
                Goal::Aside
            }
            "fldinst" | "title" | "subject" | "author" | "operator" | "keywords" | "doccomm"
            | "comment" | "company" | "manager" | "category" | "hlinkbase" | "propname"
            | "staticval" | "docvar" | "ffdeftext" | "ffl" | "ffhelptext" | "ffstattext"
            | "ffname" | "atnauthor" | "atnid" | "revtbl" | "xe" | "tc" => Goal::Aside,
            "object" | "result" | "shp" | "shpinst" | "shptxt" | "do" | "annotation" | "moMath"
            | "upr" | "ud" | "fldrslt" | "field" | "footnote" => return self.is_optional,
            "pict" => {
                self.read.holds_picture = true;
                Goal::Nothing
            }
            "objdata" => {
                self.read.holds_object = true;
                Goal::Nothing
            }
            "colortbl" | "stylesheet" | "listtable" | "listoverridetable" | "filetbl"
            | "nonesttables" | "sv" | "objclass" | "objname" | "creatim" | "revtim" | "printim"
            | "buptim" | "pntxta" | "pntxtb" | "levelnumbers" | "leveltext" => Goal::Nothing,
            _ if self.is_optional => Goal::Nothing,
            _ => return false,
        };
        // What stands in something that nobody reads is not read either.
        if !matches!(self.group.goal, Goal::Nothing | Goal::Fonts) {
            self.group.goal = goal;
        }
        true
    }

    fn format(&mut self, word: &str, number: Option<i32>) {
        let value = number.unwrap_or(0);
        let is_on = number != Some(0);
        match word {
            "par" | "line" | "sect" | "page" | "column" | "row" | "nestrow" | "softline" => {
                self.put("\n");
            }
            "cell" | "nestcell" | "tab" => self.put("\t"),
            "u" => self.unicode(value),
            "uc" => self.group.unicode_skip = usize::try_from(value).unwrap_or(0).min(64),
            "bin" => self.at = self.at.saturating_add(usize::try_from(value).unwrap_or(0)),
            "v" => self.group.is_hidden = is_on,
            "plain" => {
                self.group.is_hidden = false;
                self.font(self.default_font);
            }
            "f" => self.font(value),
            "deff" => self.default_font = value,
            "ansicpg" => self.default_page(u32::try_from(value).unwrap_or(WESTERN)),
            "mac" => self.default_page(10_000),
            "pc" => self.default_page(437),
            "pca" => self.default_page(850),
            "fcharset" if self.group.goal == Goal::Fonts => {
                if let Some(page) = codepage::of_charset(value) {
                    self.fonts.insert(self.font, page);
                }
            }
            "cpg" if self.group.goal == Goal::Fonts => {
                if let Ok(page) = u32::try_from(value) {
                    self.fonts.insert(self.font, page);
                }
            }
            "emdash" => self.put("—"),
            "endash" => self.put("–"),
            "emspace" | "enspace" | "qmspace" => self.put(" "),
            "bullet" => self.put("•"),
            "lquote" => self.put("‘"),
            "rquote" => self.put("’"),
            "ldblquote" => self.put("“"),
            "rdblquote" => self.put("”"),
            _ => {}
        }
    }

    fn font(&mut self, font: i32) {
        self.font = font;
        if self.group.goal != Goal::Fonts {
            let page = self.fonts.get(&font).copied();
            self.group.page = page.unwrap_or(self.default_page);
        }
    }

    fn default_page(&mut self, page: u32) {
        self.default_page = page;
        self.group.page = page;
    }

    /// One UTF-16 unit, and what stands there for readers that do not know it.
    fn unicode(&mut self, value: i32) {
        if self.high.is_none() {
            self.flush();
        }
        self.skip = self.group.unicode_skip;
        let Ok(unit) = u32::try_from(if value < 0 { value + 0x1_0000 } else { value }) else {
            return;
        };
        let code = match (self.high.take(), unit) {
            (_, 0xd800..=0xdbff) => {
                self.high = Some(unit);
                return;
            }
            (Some(high), 0xdc00..=0xdfff) => 0x1_0000 + ((high - 0xd800) << 10) + (unit - 0xdc00),
            // Symbol fonts stand in the private area; their ASCII reads as such.
            (_, 0xf020..=0xf07e) => unit - 0xf000,
            _ => unit,
        };
        if let Some(c) = char::from_u32(code).filter(|c| *c != '\0') {
            self.put(c.encode_utf8(&mut [0; 4]));
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
