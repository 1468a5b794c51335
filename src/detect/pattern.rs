// SPDX-License-Identifier: GPL-3.0-or-later
//! Tries the admin's own patterns, around digits or around their words, and no further than a budget.
//!
//! A pattern is never tried on a whole text. It sees a stretch around its anchor; what it is tried on
//! is counted, all patterns together, and past the budget the text is said to be read in part only.

use std::ops::Range;

use regex::Regex;

use super::detector::{Candidate, Finder, Form};
use super::near::Around;
use super::scan::Scan;
use super::token::Token;
use super::words::Said;

/// How far around a digit or a word a pattern is tried, and the longest stretch it is tried on at
/// once, in bytes.
const REACH: usize = 64;
const MAX_STRETCH: usize = 1024;
/// The most bytes of a text that patterns are tried on, each pattern's counted.
const BUDGET: usize = if cfg!(test) { 1 << 18 } else { 16 << 20 };

/// The stretch around the digits read last, on which patterns have not been tried yet.
pub(super) struct Stretch<'a> {
    range: Range<usize>,
    around: Around<'a>,
    spent: usize,
}

impl<'a> Stretch<'a> {
    pub fn of(scan: &Scan<'a>) -> Self {
        Self {
            range: 0..0,
            around: Around::of(scan.text, &scan.detectors.dictionary),
            spent: 0,
        }
    }

    /// Adds the reach of a token, and tries the patterns on what is too far from it.
    pub fn add(&mut self, token: Token, scan: &mut Scan<'a>) {
        if scan.detectors.patterns.is_empty() {
            return;
        }
        let start = token.start.saturating_sub(REACH);
        let end = (token.end + REACH).min(scan.text.len());
        if start <= self.range.end && end - self.range.start <= MAX_STRETCH {
            self.range.end = end;
        } else {
            self.end(scan);
            self.range = start..end;
        }
    }

    /// Tries the patterns if the stretch ends before `place`.
    pub fn end_before(&mut self, place: usize, scan: &mut Scan<'a>) {
        if self.range.end + REACH < place {
            self.end(scan);
        }
    }

    /// Tries the patterns on the stretch. A match must hold a digit.
    pub fn end(&mut self, scan: &mut Scan<'a>) {
        let range = std::mem::take(&mut self.range);
        if range.is_empty() {
            return;
        }
        let mut candidates = Vec::new();
        for &detector in &scan.detectors.patterns {
            self.spent += range.len();
            if self.spent > BUDGET {
                scan.cost.is_cut = true;
                break;
            }
            let found = matches(&range, detector, scan);
            candidates.extend(found.into_iter().map(|candidate| (detector, candidate)));
        }
        // What stands around them is read in order.
        candidates.sort_by_key(|(_, candidate)| candidate.span.start);
        for (detector, candidate) in candidates {
            if candidate.value.bytes().any(|byte| byte.is_ascii_digit()) {
                let rule = scan.detectors.detectors.get(detector);
                let needs = rule.is_some_and(|rule| !rule.is_free());
                let near = self
                    .around
                    .near(detector, needs, &candidate.span, candidate.form);
                scan.weigh_beside(near, detector, candidate, &[]);
            }
        }
    }
}

/// Tries the pattern of a detector around one of its words.
pub(super) fn around(said: Said, detector: usize, scan: &mut Scan<'_>) {
    let range = said.start.saturating_sub(REACH)..(said.end + REACH).min(scan.text.len());
    scan.spent += range.len();
    if scan.spent > BUDGET {
        scan.cost.is_cut = true;
        return;
    }
    for candidate in matches(&range, detector, scan) {
        let touches = candidate.span.start < said.end && said.start < candidate.span.end;
        if touches {
            scan.weigh(detector, candidate, &[]);
        }
    }
}

/// What the pattern of a detector matches in a stretch, and what its validator takes.
fn matches(stretch: &Range<usize>, detector: usize, scan: &mut Scan<'_>) -> Vec<Candidate> {
    let Some(rule) = scan.detectors.detectors.get(detector) else {
        return Vec::new();
    };
    let Finder::Pattern(regex) = &rule.finder else {
        return Vec::new();
    };
    let start = scan.text.ceil_char_boundary(stretch.start);
    let seen = scan.text.get(..scan.text.floor_char_boundary(stretch.end));
    let seen = seen.unwrap_or_default();
    let mut found = Vec::new();
    for span in spans(regex, seen, start) {
        scan.work();
        // What the end of the stretch may have cut is found in the next one.
        let whole = span.end < seen.len() || seen.len() == scan.text.len();
        let written = seen.get(span.clone()).unwrap_or_default();
        let value: String = written.chars().filter(|c| c.is_alphanumeric()).collect();
        if whole && rule.valid.is_none_or(|valid| valid(&value.to_uppercase())) {
            found.push(Candidate {
                span,
                value,
                form: Form::Bare,
                why: vec!["pattern".into()],
            });
        }
    }
    found
}

/// The matches of a pattern from `start` on, empty ones left out.
fn spans(regex: &Regex, seen: &str, start: usize) -> Vec<Range<usize>> {
    let mut spans = Vec::new();
    let mut at = start;
    while at <= seen.len()
        && let Some(found) = regex.find_at(seen, at)
    {
        at = seen.ceil_char_boundary(found.end().max(found.start() + 1));
        if found.is_empty() && found.end() == seen.len() {
            break;
        }
        if !found.is_empty() {
            spans.push(found.range());
        }
    }
    spans
}
