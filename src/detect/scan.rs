// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns one text into hits: one pass over its tokens, rules only where their shape can begin.

use std::collections::{BTreeMap, VecDeque};
use std::ops::Range;

use super::detector::{Anchor, Candidate, Finder, Form};
use super::near::{Near, near};
use super::run::{Run, Side};
use super::shape::MAX_LENGTH;
use super::table::Heads;
use super::token::{Token, Tokens};
use super::{Confidence, Detectors};

/// An identifier is in this many pieces at most.
const MAX_TOKENS: usize = 24;
/// How far around a digit a pattern is tried, and the longest stretch it is tried on at once, in bytes.
const REACH: usize = 64;
const MAX_STRETCH: usize = 1024;
/// Candidates of a text that an engine may check dearly; the rest are taken by their shape.
const MAX_CHECKS: usize = 20_000;

/// One hit of one detector, in the view.
#[derive(Debug)]
pub(super) struct Hit {
    /// The index of the detector.
    pub detector: usize,
    pub span: Range<usize>,
    pub confidence: Confidence,
    pub value: String,
    pub why: Vec<String>,
    /// How far off its keyword stands, in bytes.
    keyword: usize,
}

/// What a scan gives, and what it cost.
#[derive(Debug)]
pub(super) struct Scanned {
    /// In order of place, no two of them overlapping.
    pub hits: Vec<Hit>,
    /// How often a rule was tried: proportional to the text, whatever it is.
    #[cfg(test)]
    pub tried: usize,
}

/// Scans a text in the form of a view.
pub(super) fn text(text: &str, detectors: &Detectors) -> Scanned {
    let mut scan = Scan {
        text,
        detectors,
        heads: Heads::of(text),
        hits: Vec::new(),
        #[cfg(test)]
        tried: 0,
        checks: 0,
    };
    scan.tokens();
    scan.heads = Heads::of(text);
    scan.ats();
    Scanned {
        hits: settle(scan.hits),
        #[cfg(test)]
        tried: scan.tried,
    }
}

struct Scan<'a> {
    text: &'a str,
    detectors: &'a Detectors,
    heads: Heads<'a>,
    hits: Vec<Hit>,
    #[cfg(test)]
    tried: usize,
    checks: usize,
}

impl Scan<'_> {
    /// Counts a trial of a rule, for the test that says how they grow.
    fn work(&mut self) {
        #[cfg(test)]
        {
            self.tried += 1;
        }
    }

    /// Tries shapes and engines at each token, patterns around it.
    fn tokens(&mut self) {
        let mut tokens = Tokens::of(self.text);
        let mut window: VecDeque<Token> = tokens.by_ref().take(MAX_TOKENS).collect();
        let mut previous = None;
        let mut stretch = 0..0;
        while let Some(first) = window.front().copied() {
            self.shapes(&window, previous);
            if first.has_digit {
                self.engines(Anchor::Digit, first.start);
                if !self.detectors.patterns.is_empty() {
                    stretch = self.patterns(stretch, first);
                }
            }
            previous = window.pop_front();
            window.extend(tokens.next());
        }
        self.pattern(&stretch);
    }

    /// Tries the mail addresses.
    fn ats(&mut self) {
        if self.detectors.has_engine(Anchor::At) {
            for at in memchr::memchr_iter(b'@', self.text.as_bytes()) {
                self.engines(Anchor::At, at);
            }
        }
    }

    /// Tries the shapes that can begin at the first token of the window.
    fn shapes(&mut self, window: &VecDeque<Token>, previous: Option<Token>) {
        let detectors = self.detectors;
        let first = window
            .front()
            .and_then(|token| self.text.as_bytes().get(token.start));
        let Some(first) = first.map(u8::to_ascii_uppercase) else {
            return;
        };
        let mut run = Run::of(window);
        while run.grow() && run.length <= MAX_LENGTH {
            self.work();
            let beginning = detectors.beginning(first, run.length);
            if beginning.is_empty() {
                continue;
            }
            let side = run.side(self.text, previous);
            if side == Side::Inside {
                continue;
            }
            for &detector in beginning {
                self.work();
                self.shape(detector, &run, side);
            }
        }
    }

    /// Tries the shapes of one detector on a run.
    fn shape(&mut self, detector: usize, run: &Run<'_>, side: Side) {
        let Some(rule) = self.detectors.detectors.get(detector) else {
            return;
        };
        let Finder::Shapes(shapes, groups) = &rule.finder else {
            return;
        };
        let grouped = groups.iter().any(|group| run.is_grouped(group));
        if side == Side::Between && !grouped {
            return;
        }
        let value = run.value(self.text);
        let fits = |value: &String| shapes.iter().any(|shape| shape.fits(value.as_bytes()));
        let valid = |value: &String| rule.valid.is_none_or(|valid| valid(value));
        let Some(value) = value.filter(|value| fits(value) && valid(value)) else {
            return;
        };
        let said = [
            (rule.valid.is_some(), "check digit"),
            (grouped, "usual groups"),
        ];
        let why = said.iter().filter(|(holds, _)| *holds);
        let uneven = !grouped && !groups.is_empty() && !run.is_even();
        let doubts = [
            (side != Side::Clear, "among other digits"),
            (uneven, "unusual groups"),
        ];
        let doubts = doubts.iter().filter(|(holds, _)| *holds);
        let doubts: Vec<&str> = doubts.map(|(_, doubt)| *doubt).collect();
        let candidate = Candidate {
            span: run.span(),
            value,
            form: if grouped { Form::Grouped } else { Form::Bare },
            why: why.map(|(_, word)| (*word).to_owned()).collect(),
        };
        self.weigh(detector, candidate, &doubts);
    }

    fn engines(&mut self, anchor: Anchor, at: usize) {
        let detectors = self.detectors;
        for &detector in &detectors.engines {
            if let Some(Finder::Engine(engine)) =
                detectors.detectors.get(detector).map(|rule| &rule.finder)
                && engine.anchor == anchor
            {
                self.work();
                if let Some(candidate) = (engine.find)(self.text, at) {
                    self.weigh(detector, candidate, &[]);
                }
            }
        }
    }

    /// Adds the reach of a token to the stretch that patterns will be tried on; tries them on the
    /// stretch where it ends.
    fn patterns(&mut self, stretch: Range<usize>, token: Token) -> Range<usize> {
        let reach = token.start.saturating_sub(REACH)..(token.end + REACH).min(self.text.len());
        if reach.start <= stretch.end && reach.end - stretch.start <= MAX_STRETCH {
            return stretch.start..reach.end;
        }
        self.pattern(&stretch);
        reach
    }

    /// Tries all patterns on a stretch. A match must hold a digit, and must not be cut by the end.
    fn pattern(&mut self, stretch: &Range<usize>) {
        let detectors = self.detectors;
        let mut range = stretch.clone();
        while !self.text.is_char_boundary(range.start) {
            range.start += 1;
        }
        while !self.text.is_char_boundary(range.end) {
            range.end -= 1;
        }
        let Some(seen) = self.text.get(..range.end) else {
            return;
        };
        for &detector in &detectors.patterns {
            let Some(rule) = detectors.detectors.get(detector) else {
                continue;
            };
            let Finder::Pattern(regex) = &rule.finder else {
                continue;
            };
            let mut at = range.start;
            while let Some(found) = regex.find_at(seen, at) {
                self.work();
                at = found.end().max(found.start() + 1);
                while at < seen.len() && !seen.is_char_boundary(at) {
                    at += 1;
                }
                let whole = found.end() < seen.len() || seen.len() == self.text.len();
                let value: String = found
                    .as_str()
                    .chars()
                    .filter(|c| c.is_alphanumeric())
                    .collect();
                let digit = value.bytes().any(|byte| byte.is_ascii_digit());
                if whole && digit && rule.valid.is_none_or(|valid| valid(&value.to_uppercase())) {
                    let candidate = Candidate {
                        span: found.range(),
                        value,
                        form: Form::Bare,
                        why: vec!["pattern".into()],
                    };
                    self.weigh(detector, candidate, &[]);
                }
                if at > seen.len() {
                    break;
                }
            }
        }
    }

    /// Weighs a candidate by the words around it, and keeps it if its rule would. Each doubt takes
    /// one step of confidence.
    fn weigh(&mut self, detector: usize, mut candidate: Candidate, doubts: &[&str]) {
        let Some(rule) = self.detectors.detectors.get(detector) else {
            return;
        };
        let words = near(self.text, &mut self.heads, rule, &candidate);
        let has_keyword = matches!(words, Some(Near::For(..)));
        let Some(mut confidence) = rule.confidence(candidate.form, has_keyword) else {
            return;
        };
        if let Finder::Engine(engine) = &rule.finder {
            self.checks += 1;
            if self.checks > MAX_CHECKS {
                candidate.why.push("by its shape only".into());
            } else if !(engine.check)(self.text, &mut candidate, has_keyword) {
                return;
            }
        }
        let Candidate {
            span,
            value,
            mut why,
            ..
        } = candidate;
        let mut keyword = usize::MAX;
        match words {
            Some(Near::For(word, distance)) => {
                why.push(word);
                keyword = distance;
            }
            Some(Near::Against(word)) => {
                confidence = Confidence::Low;
                why.push(word);
            }
            None => (),
        }
        for doubt in doubts {
            confidence = match confidence {
                Confidence::High => Confidence::Medium,
                Confidence::Medium | Confidence::Low => Confidence::Low,
            };
            why.push((*doubt).to_owned());
        }
        self.hits.push(Hit {
            detector,
            span,
            confidence,
            value,
            why,
            keyword,
        });
    }
}

/// Settles overlaps: the higher confidence stays, then the longer hit, then the one whose keyword is
/// nearer, then the earlier rule.
fn settle(mut hits: Vec<Hit>) -> Vec<Hit> {
    hits.sort_by_key(|hit| {
        let length = hit.span.len();
        (
            std::cmp::Reverse((hit.confidence, length)),
            hit.keyword,
            hit.detector,
            hit.span.start,
        )
    });
    let mut kept: BTreeMap<usize, Hit> = BTreeMap::new();
    for hit in hits {
        let before = kept.range(..hit.span.end).next_back();
        if before.is_none_or(|(_, other)| other.span.end <= hit.span.start) {
            kept.insert(hit.span.start, hit);
        }
    }
    kept.into_values().collect()
}
