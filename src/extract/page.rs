// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns the tags and texts of a page into what a person reads, and apart from it what is hidden.

use std::collections::HashMap;
use std::ops::Range;

use crate::message::parameters;

use super::flow::Flow;

/// Elements that break the line at both ends.
const BLOCKS: &[&str] = &[
    "address",
    "article",
    "aside",
    "blockquote",
    "body",
    "button",
    "caption",
    "center",
    "dd",
    "details",
    "dialog",
    "dir",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "html",
    "legend",
    "li",
    "main",
    "menu",
    "nav",
    "ol",
    "optgroup",
    "option",
    "p",
    "pre",
    "section",
    "select",
    "summary",
    "textarea",
    "title",
    "ul",
];

/// Elements that have no end tag.
const VOID: &[&str] = &[
    "area", "base", "basefont", "bgsound", "br", "col", "embed", "frame", "hr", "img", "input",
    "link", "meta", "param", "source", "track", "wbr",
];

/// Elements that end where the next of their kind begins.
const SELF_ENDING: &[&str] = &["dd", "dt", "li", "option", "p", "td", "th", "tr"];

/// Attributes that hold a link.
const LINKS: &[&str] = &["href", "action"];

/// Attributes that hold text for a person.
const ALTERNATIVES: &[&str] = &[
    "alt",
    "title",
    "placeholder",
    "aria-label",
    "label",
    "value",
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
    /// The HTML in comments that Outlook shows, not yet read.
    pub comments: Vec<String>,
    /// The tokenizer was fed and has given nothing yet.
    pub is_pending: bool,
    seen: Flow,
    hidden: Flow,
    links: Flow,
    alternatives: Flow,
    /// Open elements: the name, and whether it hides what is in it.
    open: Vec<(String, bool)>,
    /// How many of each name are open.
    counts: HashMap<String, usize>,
    /// How many open elements hide.
    hiding: usize,
    /// How many open elements keep white space.
    keeping: usize,
    /// The element whose content is no markup, if in one.
    raw: Option<String>,
}

impl Page {
    /// True inside an element whose content is no markup.
    pub fn is_raw(&self) -> bool {
        self.raw.is_some()
    }

    /// Takes text. Scripts and styles are for nobody.
    pub fn text(&mut self, text: &str) {
        if matches!(self.raw.as_deref(), Some("style" | "script")) {
            return;
        }
        if self.keeping > 0 {
            self.flow().add_as_is(text);
        } else {
            self.flow().add(text);
        }
    }

    /// Takes text from elsewhere that a page shows as it is, on lines of its own.
    pub fn rest(&mut self, text: &str) {
        self.seen.block();
        self.seen.add_as_is(text);
    }

    /// Takes a comment. They are for nobody, but Outlook reads HTML in those that ask for it.
    pub fn comment(&mut self, text: &str) {
        let inside = text
            .strip_prefix("[if")
            .and_then(|text| text.split_once("]>"));
        if let Some((_, inside)) = inside {
            let inside = inside.strip_suffix("<![endif]").unwrap_or(inside);
            self.comments.push(inside.to_owned());
        }
        if let Some(text) = text.strip_prefix("[CDATA[") {
            self.text(text.strip_suffix("]]").unwrap_or(text));
        }
    }

    /// Takes a start tag, its attributes as name and value.
    pub fn start(&mut self, name: &str, attributes: &[(&str, &str)], is_closed: bool) -> Content {
        let is_again = self.open.last().is_some_and(|(last, _)| last == name);
        if SELF_ENDING.contains(&name) && is_again {
            self.end(name);
        }
        self.take(attributes);
        if VOID.contains(&name) || is_closed {
            self.layout(name, true);
            return Content::Markup;
        }
        let hides = hides(name, attributes);
        self.hiding += usize::from(hides);
        self.keeping += usize::from(keeps(name));
        *self.counts.entry(name.to_owned()).or_default() += 1;
        self.open.push((name.to_owned(), hides));
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
        self.raw = None;
        self.layout(name, false);
        let open = self.counts.get(name).copied().unwrap_or_default();
        while open > 0
            && let Some((last, hides)) = self.open.pop()
        {
            self.hiding -= usize::from(hides);
            self.keeping -= usize::from(keeps(&last));
            if let Some(count) = self.counts.get_mut(&last) {
                *count -= 1;
            }
            if last == name {
                break;
            }
        }
    }

    /// The page with every element ended, for the next piece of HTML.
    pub fn closed(mut self) -> Self {
        self.seen.row();
        self.hidden.row();
        Self {
            comments: self.comments,
            seen: self.seen,
            hidden: self.hidden,
            links: self.links,
            alternatives: self.alternatives,
            ..Self::default()
        }
    }

    /// The text, and where in it what is not seen stands.
    pub fn finish(self) -> (String, Vec<(Range<usize>, String)>) {
        let mut text = self.seen.finish();
        let mut places = Vec::new();
        let behind = [
            (self.hidden, "hidden text"),
            (self.links, "link"),
            (self.alternatives, "alternative text"),
        ];
        for (flow, place) in behind {
            let more = flow.finish();
            if more.is_empty() {
                continue;
            }
            if !text.is_empty() {
                text.push('\n');
            }
            let start = text.len();
            text.push_str(&more);
            places.push((start..text.len(), place.to_owned()));
        }
        (text, places)
    }

    fn flow(&mut self) -> &mut Flow {
        if self.hiding > 0 {
            &mut self.hidden
        } else {
            &mut self.seen
        }
    }

    /// Breaks lines and parts cells as the element asks.
    fn layout(&mut self, name: &str, begins: bool) {
        let flow = self.flow();
        match (name, begins) {
            ("br", _) => flow.line_break(),
            ("table", true) => flow.table(),
            ("table", false) => flow.end_table(),
            ("tr" | "thead" | "tbody" | "tfoot", _) => flow.row(),
            ("td" | "th", true) => flow.cell(),
            ("td" | "th", false) => flow.end_cell(),
            (block, _) if BLOCKS.contains(&block) => flow.block(),
            _ => {}
        }
    }

    /// Takes links and alternative texts.
    fn take(&mut self, attributes: &[(&str, &str)]) {
        for (name, value) in attributes {
            if LINKS.contains(name) && !is_inner(value) {
                self.links.block();
                self.links.add(&readable(value));
            }
            if ALTERNATIVES.contains(name) {
                self.alternatives.block();
                self.alternatives.add(value);
            }
        }
    }
}

/// True for a link to something in the mail itself.
fn is_inner(link: &str) -> bool {
    let link = link.trim_start();
    ["#", "cid:", "data:"].iter().any(|start| {
        let found = link.get(..start.len());
        found.is_some_and(|found| found.eq_ignore_ascii_case(start))
    })
}

/// A link with its `%XX` decoded, where that is text.
fn readable(link: &str) -> String {
    let decoded = String::from_utf8(parameters::percent_decoded(link.as_bytes()));
    decoded.unwrap_or_else(|_| link.to_owned())
}

fn keeps(name: &str) -> bool {
    ["pre", "textarea", "xmp", "listing", "plaintext"].contains(&name)
}

/// True where an element is not shown.
fn hides(name: &str, attributes: &[(&str, &str)]) -> bool {
    let says_so = |(name, value): &(&str, &str)| match *name {
        "hidden" => true,
        "style" => is_hiding_style(value),
        _ => false,
    };
    name == "template" || attributes.iter().any(says_so)
}

fn is_hiding_style(style: &str) -> bool {
    let style: String = style.chars().filter(|c| !c.is_whitespace()).collect();
    let style = style.to_ascii_lowercase();
    let is_zero = |property: &str| {
        style.split(property).skip(1).any(|value| {
            let is_number = |c: char| c.is_ascii_digit() || c == '.';
            let end = value.find(|c| !is_number(c)).unwrap_or(value.len());
            value.get(..end).and_then(|number| number.parse().ok()) == Some(0.0)
        })
    };
    let rules = ["display:none", "visibility:hidden", "mso-hide:all"];
    rules.iter().any(|rule| style.contains(rule)) || is_zero("font-size:") || is_zero("opacity:")
}
