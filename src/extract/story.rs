// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns the marked-up text of OOXML (ECMA-376, 17 and 21) into lines, cells parted by tabs.

use super::flow::Flow;
use super::xml::{self, Attributes, Piece};

/// Elements whose text a person reads: runs, deleted ones, mathematics, comments, chart values.
const TEXTS: &[&str] = &["t", "delText", "text", "v"];

/// Elements that hold the instruction of a field, an address for example; and properties, where they
/// stand in the same file.
const FIELDS: &[&str] = &[
    "Author",
    "Company",
    "Description",
    "Keywords",
    "LastAuthor",
    "Manager",
    "Subject",
    "Title",
    "creator",
    "delInstrText",
    "description",
    "instrText",
    "keywords",
    "lastModifiedBy",
    "subject",
    "title",
];

/// Text of one XML part.
#[derive(Debug, Default)]
pub(super) struct Story {
    /// What is seen.
    pub text: String,
    /// What is not seen: fields, texts of pictures, authors of comments.
    pub aside: String,
    /// It could be read to its end.
    pub is_whole: bool,
}

impl Story {
    /// True where it says nothing.
    pub fn is_blank(&self) -> bool {
        self.text.trim().is_empty() && self.aside.trim().is_empty()
    }
}

/// A sign by its number in a font (ECMA-376, 17.3.3.30): fonts of symbols begin at U+F000.
fn symbol(attributes: &Attributes<'_>) -> String {
    let code = attributes.get("char");
    let code = code.and_then(|code| u32::from_str_radix(&code, 16).ok());
    let code = code.map(|code| {
        if code & 0xff00 == 0xf000 {
            code & 0xff
        } else {
            code
        }
    });
    code.and_then(char::from_u32)
        .map_or_else(String::new, String::from)
}

/// Reads a part in which text stands in runs.
pub(super) fn read(bytes: &[u8]) -> Story {
    let mut flow = Flow::default();
    let mut aside = Flow::default();
    // The element whose text is being read: 0 none, 1 text, 2 field.
    let mut inside = Inside::Markup;
    let mut tab_stops = 0_usize;
    let is_whole = xml::walk(&xml::decode(bytes), |piece| match piece {
        Piece::Start("tabs", _) => tab_stops += 1,
        Piece::End("tabs") => tab_stops = tab_stops.saturating_sub(1),
        Piece::Start("tab", _) if tab_stops == 0 => flow.add_as_is("\t"),
        Piece::Start("br" | "cr", _) => flow.line_break(),
        Piece::Start("noBreakHyphen", _) => flow.add("-"),
        Piece::Start("sym", attributes) => flow.add_as_is(&symbol(attributes)),
        Piece::Start("tbl", _) => flow.table(),
        Piece::End("tbl") => flow.end_table(),
        Piece::Start("tr", _) | Piece::End("tr") => flow.row(),
        Piece::Start("tc", _) => flow.cell(),
        Piece::End("tc") => flow.end_cell(),
        Piece::Start(name, attributes) => {
            inside = Inside::of(name);
            if matches!(name, "p" | "pt" | "comment" | "cm" | "txbxContent" | "text") {
                flow.block();
            }
            beside(name, attributes, &mut aside);
        }
        Piece::End(name) => {
            inside = Inside::Markup;
            if matches!(
                name,
                "p" | "pt" | "comment" | "cm" | "txbxContent" | "text" | "v"
            ) {
                flow.block();
            }
        }
        Piece::Text(text) => match inside {
            Inside::Markup => {}
            Inside::Text => flow.add(text),
            Inside::Field => aside.add(text),
        },
    });
    Story {
        text: flow.finish(),
        aside: aside.finish(),
        is_whole,
    }
}

/// What the program counts and notes in `docProps/app.xml` (ECMA-376, 22.2), for no reader.
const COUNTS: &[&str] = &[
    "AppVersion",
    "Application",
    "Characters",
    "CharactersWithSpaces",
    "DocSecurity",
    "HiddenSlides",
    "HyperlinksChanged",
    "Lines",
    "LinksUpToDate",
    "MMClips",
    "Notes",
    "Pages",
    "Paragraphs",
    "ScaleCrop",
    "SharedDoc",
    "Slides",
    "Template",
    "TotalTime",
    "Words",
];

/// Reads every text of a part, a line for each: properties, custom data, drawings of comments.
pub(super) fn read_all(bytes: &[u8]) -> Story {
    let mut flow = Flow::default();
    let mut is_count = false;
    let is_whole = xml::walk(&xml::decode(bytes), |piece| match piece {
        Piece::Start(element, attributes) => {
            flow.block();
            is_count = COUNTS.contains(&element);
            // A property of the user's own, before its value.
            if let Some(name) = attributes.get("name") {
                flow.add(&name);
                flow.add(" ");
            }
        }
        Piece::End(_) => {
            flow.block();
            is_count = false;
        }
        Piece::Text(text) if !is_count => flow.add(text),
        Piece::Text(_) => {}
    });
    Story {
        text: flow.finish(),
        aside: String::new(),
        is_whole,
    }
}

/// Reads every text of a part and no attribute, a line for each.
pub(super) fn read_texts(bytes: &[u8]) -> Story {
    let mut flow = Flow::default();
    let is_whole = xml::walk(&xml::decode(bytes), |piece| match piece {
        Piece::Start(..) | Piece::End(_) => flow.block(),
        Piece::Text(text) => flow.add(text),
    });
    Story {
        text: flow.finish(),
        aside: String::new(),
        is_whole,
    }
}

/// Reads what is said of a picture or document in XMP: every text and every value, a line for each.
pub(super) fn read_properties(bytes: &[u8]) -> Story {
    let mut flow = Flow::default();
    let is_whole = xml::walk(&xml::decode(bytes), |piece| match piece {
        Piece::Start(_, attributes) => {
            for (_, value) in attributes.all() {
                flow.block();
                flow.add(&value);
            }
            flow.block();
        }
        Piece::End(_) => flow.block(),
        Piece::Text(text) => flow.add(text),
    });
    Story {
        text: flow.finish(),
        aside: String::new(),
        is_whole,
    }
}

/// Reads values that stand in attributes `v`: the data that a pivot table keeps.
pub(super) fn read_values(bytes: &[u8]) -> Story {
    let mut flow = Flow::default();
    let is_whole = xml::walk(&xml::decode(bytes), |piece| {
        if let Piece::Start("s" | "n" | "d", attributes) = piece {
            flow.block();
            flow.add(&attributes.get("v").unwrap_or_default());
        }
    });
    Story {
        text: flow.finish(),
        aside: String::new(),
        is_whole,
    }
}

#[derive(Clone, Copy)]
enum Inside {
    Markup,
    Text,
    Field,
}

impl Inside {
    fn of(name: &str) -> Self {
        if TEXTS.contains(&name) {
            Self::Text
        } else if FIELDS.contains(&name) {
            Self::Field
        } else {
            Self::Markup
        }
    }
}

/// What attributes say to a person.
fn beside(name: &str, attributes: &Attributes<'_>, aside: &mut Flow) {
    let names: &[&str] = match name {
        "docPr" | "cNvPr" => &["title", "descr"],
        "comment" => &["author"],
        "alias" => &["val"],
        "docVar" => &["name", "val"],
        "fldSimple" => &["instr"],
        "hlink" => &["dest"],
        "cmAuthor" | "author" => &["name"],
        "ins" | "del" | "moveFrom" | "moveTo" => &["author"],
        "listItem" => &["displayText"],
        "connectString" | "query" => &["val"],
        "textpath" => &["string"],
        "person" => &["displayName"],
        _ => &[],
    };
    for name in names {
        if let Some(value) = attributes.get(name) {
            aside.block();
            aside.add(&value);
        }
    }
    if matches!(name, "p" | "fldChar") || name.starts_with(|c: char| c.is_ascii_uppercase()) {
        aside.block();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_joined_and_cells_parted() {
        let xml = "<w:p><w:pPr><w:tabs><w:tab/></w:tabs></w:pPr><w:r><w:t>756.</w:t></w:r><w:r><w:t>9217 &amp;</w:t></w:r></w:p>\
            <w:tbl><w:tr><w:tc><w:p><w:r><w:t>a</w:t></w:r></w:p></w:tc><w:tc><w:p><w:del><w:r><w:delText>b</w:delText></w:r></w:del></w:p></w:tc></w:tr>\
            <w:tr><w:tc/><w:tc><w:p><w:r><w:t>c</w:t><w:br/><w:t>d</w:t></w:r></w:p></w:tc></w:tr></w:tbl>\
            <wp:posOffset>7569217</wp:posOffset><wp:docPr descr='logo'/><w:alias w:val='Arzt'/><w:instrText>HYPERLINK \"mailto:a@b\"</w:instrText>";
        let story = read(xml.as_bytes());
        assert_eq!(story.text, "756.9217 &\na\tb\n\tc\nd");
        assert_eq!(story.aside, "logo\nArztHYPERLINK \"mailto:a@b\"");
        assert!(story.is_whole);
    }
}
