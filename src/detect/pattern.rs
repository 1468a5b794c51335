// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns an admin's own pattern into candidates, around digits or around its words, and no further than
//! a budget.
//!
//! A pattern is never tried on a whole text. It sees a stretch around its anchor; the bytes that it is
//! tried on and the time that this takes are counted, all patterns together, and past the budget the
//! text is said to be read in part only. The bytes alone say little: patterns differ in speed by a
//! factor of ten thousand.

use std::ops::Range;
use std::time::Duration;

use regex::{Regex, RegexBuilder};

use super::candidate::{Candidate, Form};
use super::detector::Finder;
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

/// How long own patterns may take, all those of a message together.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// Tells the processor time of this thread, as a stage has no clock.
    pub clock: fn() -> Duration,
    /// The most of it.
    pub time: Duration,
}

/// What own patterns have cost so far.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Spent {
    /// Of this text.
    bytes: usize,
    /// Of this message.
    time: Duration,
}

impl Spent {
    /// The same at the beginning of the next text.
    pub fn next(self) -> Self {
        Self { bytes: 0, ..self }
    }
}

/// Compiles an admin's pattern. One that could match nothing at all, or is huge, is refused.
///
/// # Errors
/// What is wrong with it, without the file.
pub(super) fn read(pattern: &str) -> Result<Regex, String> {
    let regex = RegexBuilder::new(pattern.trim())
        .size_limit(1 << 20)
        .dfa_size_limit(8 << 20)
        .build();
    let regex = regex.map_err(|error| {
        let error = error.to_string();
        format!(
            "pattern: {}",
            error.lines().last().unwrap_or_default().trim()
        )
    })?;
    if regex.is_match("") {
        return Err("pattern: it matches an empty text; say what must stand there".into());
    }
    Ok(regex)
}

/// The stretch around the digits read last, on which patterns have not been tried yet.
pub(super) struct Stretch<'a> {
    range: Range<usize>,
    around: Around<'a>,
}

impl<'a> Stretch<'a> {
    pub fn of(scan: &Scan<'a>) -> Self {
        Self {
            range: 0..0,
            around: Around::of(scan.text, &scan.detectors.dictionary),
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
    for candidate in matches(&range, detector, scan) {
        let touches = candidate.span.start < said.end && said.start < candidate.span.end;
        if touches {
            scan.weigh(detector, candidate, &[]);
        }
    }
}

/// What the pattern of a detector matches in a stretch, and what its validator takes; nothing where the
/// budget is used up.
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
    scan.spent.bytes += stretch.len();
    let mut found = Vec::new();
    let mut at = start;
    while at < seen.len() {
        if scan.spent.bytes > BUDGET || is_over(scan) {
            scan.cost.is_cut = true;
            break;
        }
        let Some(span) = next(regex, seen, at, scan) else {
            break;
        };
        at = seen.ceil_char_boundary(span.end.max(span.start + 1));
        // What the end of the stretch may have cut is found in the next one.
        let whole = span.end < seen.len() || seen.len() == scan.text.len();
        let written = seen.get(span.clone()).unwrap_or_default();
        let value: String = written.chars().filter(|c| c.is_alphanumeric()).collect();
        let is_valid = || rule.valid.is_none_or(|valid| valid(&value.to_uppercase()));
        if whole && !span.is_empty() && is_valid() {
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

/// True where the patterns of this message have taken all the time they may.
fn is_over(scan: &Scan<'_>) -> bool {
    let patience = scan.detectors.patience;
    patience.is_some_and(|patience| scan.spent.time > patience.time)
}

/// The next match of a pattern; the time that it takes is counted.
fn next(regex: &Regex, seen: &str, at: usize, scan: &mut Scan<'_>) -> Option<Range<usize>> {
    scan.work();
    let clock = scan.detectors.patience.map(|patience| patience.clock);
    let now = || clock.map_or(Duration::ZERO, |clock| clock());
    let before = now();
    let found = regex.find_at(seen, at);
    scan.spent.time += now().saturating_sub(before);
    found.map(|found| found.range())
}
