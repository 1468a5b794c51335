// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns what stands around a candidate into what it says of it.

use std::ops::Range;

use super::detector::{Candidate, Detector, Form};
use super::table::Heads;
use super::words::around;

/// How far before a candidate a negative word may stand, in bytes.
const NEGATIVE: usize = 40;
/// How far back the scheme of a web address may stand, in bytes.
const MAX_URL: usize = 256;

/// What stands near a candidate, in the words of its rule.
pub(super) enum Near {
    /// A keyword, and how far off it stands, in bytes.
    For(String, usize),
    /// A negative word, or a web address.
    Against(String),
}

/// What the words around a candidate say: the head of its column, else the nearest one before it,
/// else one behind it, else the web address that it is part of.
pub(super) fn near(
    text: &str,
    heads: &mut Heads<'_>,
    rule: &Detector,
    candidate: &Candidate,
) -> Option<Near> {
    let span = &candidate.span;
    let (mut before, mut after) = around(text, span);
    if let Some(head) = heads.above(span.start) {
        if let Some((word, _)) = rule.keywords.first_in(head) {
            return Some(Near::For(format!("column head {word}"), 0));
        }
        if let Some((word, _)) = rule.negative.first_in(head) {
            return Some(Near::Against(format!("column head {word}")));
        }
        // The other lines of a table speak of other columns too.
        (before, after) = (last_line(before), first_line(after));
    }
    if candidate.form == Form::NeedsKeyword {
        (before, after) = (last_line(before), "");
    }
    let word = rule.keywords.last_in(before);
    let negative = rule.negative.last_in(last_line(before));
    let distance = word.map_or(NEGATIVE, |(_, distance)| distance);
    match (word, negative) {
        (_, Some((negative, nearer))) if nearer < distance => {
            Some(Near::Against(format!("beside {negative}")))
        }
        (Some((word, distance)), _) => Some(Near::For(format!("keyword {word}"), distance)),
        _ => match rule.keywords.behind(after) {
            Some((word, distance)) => Some(Near::For(format!("keyword {word}"), distance)),
            None => in_address(text, span).then(|| Near::Against("part of a web address".into())),
        },
    }
}

/// True inside `https://...`.
fn in_address(text: &str, span: &Range<usize>) -> bool {
    let reach = span.start.saturating_sub(MAX_URL)..span.start;
    let reach = text.as_bytes().get(reach).unwrap_or_default();
    let stop = reach
        .iter()
        .rposition(|byte| byte.is_ascii_whitespace() || b"<>\"".contains(byte));
    let address = reach.get(stop.map_or(0, |stop| stop + 1)..);
    memchr::memmem::find(address.unwrap_or_default(), b"://").is_some()
}

fn last_line(text: &str) -> &str {
    text.rsplit('\n').next().unwrap_or_default()
}

fn first_line(text: &str) -> &str {
    text.split('\n').next().unwrap_or_default()
}
