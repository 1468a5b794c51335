// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps what is known of elements of HTML: which keep blanks, which are not shown, and what their attributes say.

use std::hash::{DefaultHasher, Hash, Hasher};

use crate::message::parameters;

use super::style;

/// So many digits are a number, in what else lays out.
const NUMBER: usize = 9;

/// True for an element that keeps white space.
pub(super) fn keeps(name: &str) -> bool {
    ["pre", "textarea", "xmp", "listing", "plaintext"].contains(&name)
}

/// True where an element is not shown.
pub(super) fn hides(name: &str, attributes: &[(&str, &str)]) -> bool {
    let says_so = |(name, value): &(&str, &str)| match *name {
        "hidden" => true,
        "style" => style::hides(value),
        _ => false,
    };
    name == "template" || attributes.iter().any(says_so)
}

/// What an element has in common with others that a style sheet shows or hides with it: by its name, and
/// by what it is called besides.
pub(super) fn kinds(name: &str, attributes: &[(&str, &str)]) -> [u64; 2] {
    let mut hasher = DefaultHasher::new();
    name.hash(&mut hasher);
    let by_name = hasher.finish();
    attributes.hash(&mut hasher);
    [by_name, hasher.finish()]
}

/// True for a link to something in the mail itself.
pub(super) fn is_inner(link: &str) -> bool {
    ["#", "cid:", "data:"]
        .iter()
        .any(|start| begins(link, start))
}

/// True for what lays out, names or links, and yet says something: a number and words apart.
pub(super) fn says(value: &str) -> bool {
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    digits >= NUMBER && readable(value).trim().contains(' ')
}

/// True for a link that begins so.
pub(super) fn begins(link: &str, start: &str) -> bool {
    let found = link.trim_start().get(..start.len());
    found.is_some_and(|found| found.eq_ignore_ascii_case(start))
}

/// A link with its `%XX` decoded, where that is text.
pub(super) fn readable(link: &str) -> String {
    let decoded = String::from_utf8(parameters::percent_decoded(link.as_bytes()));
    decoded.unwrap_or_else(|_| link.to_owned())
}
