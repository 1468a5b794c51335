// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns the tags and texts of a page into what a person reads, and apart from it what is hidden.

mod names;

use std::collections::HashMap;
use std::ops::Range;

use super::element::{self, begins, is_inner, keeps, readable, says};
use super::flow::Flow;
use super::place::Place;
use super::stretch::Stretches;
use super::{bidi, style};
use names::{ALTERNATIVES, BLOCKS, FILES, LAYOUT, LINKS, ROWS, SELF_ENDING, VOID};

/// The places of what is not seen as a page shows it, in the order in which they stand behind it.
pub(super) const UNSEEN: &[&str] = &[
    "hidden text",
    "link",
    "alternative text",
    "attribute",
    "comment",
    "style or script",
];

/// How the text behind a tag is to be read (HTML, 13.2.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Content {
    /// As markup.
    Markup,
    /// As text with entities, up to the end tag.
    Entities,
    /// As text, up to the end tag.
    Text,
    /// As a script, up to the end tag.
    Script,
    /// As text, up to the end of the page.
    Rest,
}

/// A page being read.
#[derive(Debug, Default)]
pub(super) struct Page {
    /// HTML that stands in comments that Outlook shows, and in attributes; not yet read.
    pub pieces: Vec<String>,
    /// The `data:` links.
    pub files: Vec<String>,
    /// The tokenizer was fed and has given nothing yet.
    pub is_pending: bool,
    flows: Flows,
    /// Open elements.
    open: Vec<Element>,
    /// How many of each name are open.
    counts: HashMap<String, usize>,
    /// How many open elements hide.
    hiding: usize,
    /// How many open elements keep white space.
    keeping: usize,
    /// The element whose content is no markup, if in one.
    raw: Option<String>,
    /// The style sheet in it.
    sheet: String,
    /// What style sheets hide.
    hidden: style::Hidden,
    /// What numbers may read like without some of the elements in them.
    stretches: Stretches,
}

/// An element that is open.
#[derive(Debug)]
struct Element {
    name: String,
    hides: bool,
    turns_round: bool,
    kinds: [u64; 2],
}

/// The texts of a page.
#[derive(Debug, Default)]
struct Flows {
    seen: Flow,
    /// What is seen and what is hidden as they stand, where something is hidden within a number.
    whole: Option<Flow>,
    hidden: Flow,
    links: Flow,
    alternatives: Flow,
    attributes: Flow,
    comments: Flow,
    styles: Flow,
}

/// What a page says.
#[derive(Debug)]
pub(super) struct Said {
    /// What a person reads, then what is not seen.
    pub text: String,
    /// Where in it what is not seen stands.
    pub places: Vec<(Range<usize>, Place)>,
    /// The same with what is hidden in its place, where that may be another number.
    pub whole: Option<String>,
    /// Lines with numbers, as they may be without elements that hide in a way not known.
    pub without: String,
}

impl Page {
    /// True inside an element whose content is no markup.
    pub fn is_raw(&self) -> bool {
        self.raw.is_some()
    }

    /// Takes text. Scripts and styles are not seen.
    pub fn text(&mut self, text: &str) {
        match self.raw.as_deref() {
            Some("style") => self.sheet.push_str(text),
            Some("script") => self.flows.styles.add_as_is(text),
            _ => {
                self.stretches.add(text);
                let is_kept = self.keeping > 0;
                self.write(|flow| match is_kept {
                    true => flow.add_as_is(text),
                    false => flow.add(text),
                });
            }
        }
    }

    /// Takes text from elsewhere that a page shows as it is, on lines of its own.
    pub fn rest(&mut self, text: &str) {
        self.flows.seen.block();
        self.flows.seen.add_as_is(text);
    }

    /// Takes a comment. They are not seen, but Outlook reads HTML in those that ask for it.
    pub fn comment(&mut self, text: &str) {
        let inside = text
            .strip_prefix("[if")
            .and_then(|text| text.split_once("]>"));
        if let Some((_, inside)) = inside {
            let inside = inside.strip_suffix("<![endif]").unwrap_or(inside);
            self.pieces.push(inside.to_owned());
        } else if let Some(text) = text.strip_prefix("[CDATA[") {
            self.text(text.strip_suffix("]]").unwrap_or(text));
        } else if !text.starts_with(['[', '<']) {
            self.flows.comments.block();
            self.flows.comments.add(text);
        }
    }

    /// Takes a start tag, its attributes as name and value.
    pub fn start(&mut self, name: &str, attributes: &[(&str, &str)], is_closed: bool) -> Content {
        let is_again = self.open.last().is_some_and(|last| last.name == name);
        if SELF_ENDING.contains(&name) && is_again {
            self.end(name);
        }
        self.take(attributes);
        if VOID.contains(&name) || is_closed {
            self.layout(name, true);
            return Content::Markup;
        }
        let hides = element::hides(name, attributes) || self.hidden.hides(name, attributes);
        let turns_round = style::turns_round(name, attributes);
        if hides && self.flows.whole.is_none() && self.flows.seen.ends_in_number() {
            self.flows.whole = Some(self.flows.seen.clone());
        }
        self.hiding += usize::from(hides);
        self.keeping += usize::from(keeps(name));
        *self.counts.entry(name.to_owned()).or_default() += 1;
        let kinds = element::kinds(name, attributes);
        self.stretches.start(kinds);
        self.open.push(Element {
            name: name.to_owned(),
            hides,
            turns_round,
            kinds,
        });
        if turns_round {
            self.write(|flow| flow.add(bidi::OVERRIDE.encode_utf8(&mut [0; 4])));
        }
        // What is hidden breaks no line of what is seen.
        self.layout(name, true);
        let content = match name {
            "title" | "textarea" => Content::Entities,
            "style" | "xmp" | "iframe" | "noembed" | "noframes" => Content::Text,
            "script" => Content::Script,
            "plaintext" => Content::Rest,
            _ => return Content::Markup,
        };
        self.raw = Some(name.to_owned());
        content
    }

    /// Takes an end tag. Elements inside the one that ends are ended with it.
    pub fn end(&mut self, name: &str) {
        if self.raw.take().as_deref() == Some("style") {
            let sheet = std::mem::take(&mut self.sheet);
            self.hidden.add(&sheet);
            self.flows.styles.block();
            self.flows.styles.add_as_is(&style::texts(&sheet));
        }
        self.layout(name, false);
        let open = self.counts.get(name).copied().unwrap_or_default();
        while open > 0
            && let Some(last) = self.open.pop()
        {
            if last.turns_round {
                self.write(|flow| flow.add(bidi::END.encode_utf8(&mut [0; 4])));
            }
            self.stretches.end(last.kinds);
            self.hiding -= usize::from(last.hides);
            self.keeping -= usize::from(keeps(&last.name));
            if let Some(count) = self.counts.get_mut(&last.name) {
                *count -= 1;
            }
            if last.name == name {
                break;
            }
        }
    }

    /// The page with every element ended, for the next piece of HTML: what comes then is not shown where
    /// it stands.
    pub fn closed(mut self) -> Self {
        self.flows.seen.row();
        self.flows.hidden.row();
        // A sheet that is not ended is one.
        self.flows.styles.add_as_is(&style::texts(&self.sheet));
        self.stretches.line();
        Self {
            pieces: self.pieces,
            files: self.files,
            flows: self.flows,
            hidden: self.hidden,
            stretches: self.stretches,
            hiding: 1,
            ..Self::default()
        }
    }

    /// What it says.
    pub fn finish(self) -> Said {
        let flows = self.flows;
        let mut text = flows.seen.finish();
        let mut places = Vec::new();
        let behind = [
            flows.hidden,
            flows.links,
            flows.alternatives,
            flows.attributes,
            flows.comments,
            flows.styles,
        ];
        for (flow, place) in behind.into_iter().zip(UNSEEN) {
            let more = flow.finish();
            if more.is_empty() {
                continue;
            }
            if !text.is_empty() {
                text.push('\n');
            }
            let start = text.len();
            text.push_str(&more);
            places.push((start..text.len(), (*place).into()));
        }
        Said {
            text,
            places,
            whole: flows.whole.map(Flow::finish),
            without: self.stretches.finish(),
        }
    }

    /// Writes what is seen, or what is hidden.
    fn write(&mut self, write: impl Fn(&mut Flow)) {
        let flows = &mut self.flows;
        write(match self.hiding {
            0 => &mut flows.seen,
            _ => &mut flows.hidden,
        });
        if let Some(whole) = &mut flows.whole {
            write(whole);
        }
    }

    /// Breaks lines and parts cells as the element asks.
    fn layout(&mut self, name: &str, begins: bool) {
        if name == "br" || BLOCKS.contains(&name) || ROWS.contains(&name) {
            self.stretches.line();
        }
        self.write(|flow| match (name, begins) {
            ("br", _) => flow.line_break(),
            ("table", true) => flow.table(),
            ("table", false) => flow.end_table(),
            ("tr" | "thead" | "tbody" | "tfoot", _) => flow.row(),
            ("td" | "th", true) => flow.cell(),
            ("td" | "th", false) => flow.end_cell(),
            (block, _) if BLOCKS.contains(&block) => flow.block(),
            _ => {}
        });
    }

    /// Takes what stands in attributes.
    fn take(&mut self, attributes: &[(&str, &str)]) {
        let flows = &mut self.flows;
        for (name, value) in attributes {
            if LINKS.contains(name) && !is_inner(value) {
                flows.links.block();
                flows.links.add(&readable(value));
            }
            if FILES.contains(name) && begins(value, "data:") {
                self.files.push(value.trim().to_owned());
            } else if *name == "srcdoc" {
                self.pieces.push((*value).to_owned());
            } else if ALTERNATIVES.contains(name) {
                flows.alternatives.block();
                flows.alternatives.add(value);
            } else if *name == "style" {
                flows.styles.block();
                flows.styles.add_as_is(&readable(&style::texts(value)));
            } else if !(LAYOUT.contains(name) || name.starts_with("xmlns:"))
                || !LINKS.contains(name) && says(value)
            {
                flows.attributes.block();
                flows.attributes.add(&readable(value));
            }
        }
    }
}
