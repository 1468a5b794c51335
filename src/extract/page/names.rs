// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps the names of elements and attributes that a page is read by (HTML, 4).

/// Elements that break the line at both ends.
pub(super) const BLOCKS: &[&str] = &[
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

/// Elements that lay out a table.
pub(super) const ROWS: &[&str] = &["table", "tbody", "td", "tfoot", "th", "thead", "tr"];

/// Elements that have no end tag.
pub(super) const VOID: &[&str] = &[
    "area", "base", "basefont", "bgsound", "br", "col", "embed", "frame", "hr", "img", "input",
    "link", "meta", "param", "source", "track", "wbr",
];

/// Elements that end where the next of their kind begins.
pub(super) const SELF_ENDING: &[&str] = &["dd", "dt", "li", "option", "p", "td", "th", "tr"];

/// Attributes that hold a link.
pub(super) const LINKS: &[&str] = &["href", "action"];

/// Attributes that hold text for a person.
pub(super) const ALTERNATIVES: &[&str] = &[
    "alt",
    "title",
    "placeholder",
    "aria-label",
    "label",
    "value",
];

/// Attributes that no text stands in: they lay out, name or link.
pub(super) const LAYOUT: &[&str] = &[
    "action",
    "align",
    "background",
    "bgcolor",
    "border",
    "cellpadding",
    "cellspacing",
    "charset",
    "class",
    "color",
    "colspan",
    "dir",
    "face",
    "height",
    "href",
    "http-equiv",
    "id",
    "lang",
    "media",
    "name",
    "rel",
    "role",
    "rowspan",
    "size",
    "src",
    "srcdoc",
    "srcset",
    "style",
    "target",
    "type",
    "valign",
    "width",
    "xmlns",
];

/// Attributes that may hold a file of its own, in a `data:` link (RFC 2397).
pub(super) const FILES: &[&str] = &["href", "src", "data", "background", "poster"];
