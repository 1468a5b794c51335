// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns one text into hits: one pass over its tokens, rules only where their shape can begin.

use std::collections::{BTreeMap, VecDeque};
use std::ops::Range;

use super::detector::{Anchor, Candidate, Detector, Finder, Form};
use super::shape::MAX_LENGTH;
use super::table::Heads;
use super::token::{Joint, Token, Tokens};
use super::words::around;
use super::{Confidence, Detectors};

/// An identifier is in this many pieces at most.
const MAX_TOKENS: usize = 24;
/// How far around a digit a pattern is tried, and the longest stretch it is tried on at once, in bytes.
const REACH: usize = 64;
const MAX_STRETCH: usize = 1024;
/// How far before a candidate a negative word may stand, in bytes.
const NEGATIVE: usize = 40;
/// How far back the scheme of a web address may stand, in bytes.
const MAX_URL: usize = 256;
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
}

/// What a scan gives, and what it cost.
#[derive(Debug)]
pub(super) struct Scanned {
    /// In order of place, no two of them overlapping.
    pub hits: Vec<Hit>,
    /// How often a rule was tried: proportional to the text, whatever it is.
    pub tried: usize,
}

/// Scans a text in the form of a view.
pub(super) fn text(text: &str, detectors: &Detectors) -> Scanned {
    let mut scan = Scan {
        text,
        detectors,
        heads: Heads::of(text),
        hits: Vec::new(),
        tried: 0,
        checks: 0,
    };
    scan.tokens();
    scan.heads = Heads::of(text);
    scan.ats();
    Scanned {
        hits: settle(scan.hits),
        tried: scan.tried,
    }
}

struct Scan<'a> {
    text: &'a str,
    detectors: &'a Detectors,
    heads: Heads<'a>,
    hits: Vec<Hit>,
    tried: usize,
    checks: usize,
}

/// Whether the digits beside a candidate make it part of something longer.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Clear,
    Crowded,
    Inside,
}

impl Scan<'_> {
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
        let mut value = String::with_capacity(MAX_LENGTH);
        let (mut joints, mut cases) = (Vec::new(), [false; 2]);
        for (at, token) in window.iter().enumerate() {
            if at > 0 {
                let second_line = token.joint == Joint::Line && joints.contains(&Joint::Line);
                if token.joint == Joint::None || second_line {
                    break;
                }
                joints.push(token.joint);
            }
            let word = self.text.get(token.start..token.end).unwrap_or_default();
            cases[0] |= word.bytes().any(|byte| byte.is_ascii_uppercase());
            cases[1] |= word.bytes().any(|byte| byte.is_ascii_lowercase());
            if !token.is_plain || value.len() + word.len() > MAX_LENGTH || cases == [true; 2] {
                break;
            }
            value.extend(word.chars().map(|c| c.to_ascii_uppercase()));
            for &detector in detectors.beginning(&value) {
                self.tried += 1;
                let next = window.get(at + 1).copied();
                self.shape(detector, &value, window, &joints, [previous, next]);
            }
        }
    }

    /// Tries the shapes of one detector on a candidate.
    fn shape(
        &mut self,
        detector: usize,
        value: &str,
        window: &VecDeque<Token>,
        joints: &[Joint],
        beside: [Option<Token>; 2],
    ) {
        let Some(rule) = self.detectors.detectors.get(detector) else {
            return;
        };
        let Finder::Shapes(shapes, groups) = &rule.finder else {
            return;
        };
        let ends = window.front().zip(window.get(joints.len()));
        let Some((first, last)) =
            ends.filter(|_| shapes.iter().any(|shape| shape.fits(value.as_bytes())))
        else {
            return;
        };
        let span = first.start..last.end;
        let side = self.side(&span, first.joint, joints, beside);
        if side == Side::Inside || rule.valid.is_some_and(|valid| !valid(value)) {
            return;
        }
        let lengths = || window.iter().take(joints.len() + 1).map(Token::len);
        let tidy = !joints
            .iter()
            .any(|joint| matches!(joint, Joint::Line | Joint::Gap | Joint::Loose));
        let grouped = tidy
            && groups
                .iter()
                .any(|group| lengths().eq(group.iter().copied()));
        let mut why = Vec::new();
        if rule.valid.is_some() {
            why.push("check digit".into());
        }
        if grouped {
            why.push("usual groups".into());
        }
        let candidate = Candidate {
            span,
            value: value.to_owned(),
            form: if grouped { Form::Grouped } else { Form::Bare },
            why,
        };
        self.weigh(detector, candidate, side);
    }

    /// Looks at both sides of a candidate.
    fn side(
        &self,
        span: &Range<usize>,
        first: Joint,
        joints: &[Joint],
        beside: [Option<Token>; 2],
    ) -> Side {
        let bytes = self.text.as_bytes();
        let byte = |at: Option<usize>| at.and_then(|at| bytes.get(at)).copied();
        if byte(span.start.checked_sub(1)) == Some(b'@') || byte(Some(span.end)) == Some(b'@') {
            return Side::Inside;
        }
        let [before, after] = beside;
        let joined = [
            (before, first),
            (after, after.map_or(Joint::None, |token| token.joint)),
        ];
        let mut side = Side::Clear;
        for (token, joint) in joined {
            if !token.is_some_and(|token| token.has_digit) {
                continue;
            }
            match joint {
                Joint::Dot | Joint::Dash => return Side::Inside,
                Joint::Slash | Joint::Low if joints.contains(&joint) => return Side::Inside,
                Joint::Blank | Joint::Gap | Joint::Loose if joints.contains(&joint) => {
                    side = Side::Crowded;
                }
                _ => (),
            }
        }
        side
    }

    fn engines(&mut self, anchor: Anchor, at: usize) {
        let detectors = self.detectors;
        for &detector in &detectors.engines {
            if let Some(Finder::Engine(engine)) =
                detectors.detectors.get(detector).map(|rule| &rule.finder)
                && engine.anchor == anchor
            {
                self.tried += 1;
                if let Some(candidate) = (engine.find)(self.text, at) {
                    self.weigh(detector, candidate, Side::Clear);
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
                self.tried += 1;
                at = found.end().max(at + 1);
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
                    self.weigh(detector, candidate, Side::Clear);
                }
                if !seen.is_char_boundary(at) {
                    break;
                }
            }
        }
    }

    /// Weighs a candidate by the words around it, and keeps it if its rule would.
    fn weigh(&mut self, detector: usize, mut candidate: Candidate, side: Side) {
        let Some(rule) = self.detectors.detectors.get(detector) else {
            return;
        };
        let keyword = self.keyword(rule, &candidate.span);
        let Some(mut confidence) = rule.confidence(candidate.form, keyword.is_some()) else {
            return;
        };
        if let Finder::Engine(engine) = &rule.finder {
            self.checks += 1;
            let within = self.checks <= MAX_CHECKS;
            if within && !(engine.check)(self.text, &mut candidate, keyword.is_some()) {
                return;
            }
        }
        let Candidate {
            span,
            value,
            mut why,
            ..
        } = candidate;
        match keyword {
            Some(keyword) => why.push(keyword),
            None => {
                let against = self.against(rule, &span);
                if against.is_some() {
                    confidence = Confidence::Low;
                }
                why.extend(against);
            }
        }
        if side == Side::Crowded {
            why.push("among other digits".into());
            confidence = match confidence {
                Confidence::High => Confidence::Medium,
                _ => Confidence::Low,
            };
        }
        self.hits.push(Hit {
            detector,
            span,
            confidence,
            value,
            why,
        });
    }

    /// The keyword near a candidate, in words.
    fn keyword(&mut self, rule: &Detector, span: &Range<usize>) -> Option<String> {
        let (mut before, mut after) = around(self.text, span);
        if let Some(head) = self.heads.above(span.start) {
            if let Some(word) = rule.keywords.first_in(head) {
                return Some(format!("column head {word}"));
            }
            // The other lines of a table speak of other columns too.
            before = before.rsplit('\n').next().unwrap_or_default();
            after = after.split('\n').next().unwrap_or_default();
        }
        let near = rule.keywords.last_in(before);
        let word = near.or_else(|| rule.keywords.first_in(after))?;
        Some(format!("keyword {word}"))
    }

    /// What speaks against a candidate, in words: a negative word before it on its line or at the
    /// head of its column, a web address that it is part of.
    fn against(&mut self, rule: &Detector, span: &Range<usize>) -> Option<String> {
        let (before, _) = around(self.text, span);
        let line = before.rsplit('\n').next().unwrap_or_default();
        let mut from = line.len().saturating_sub(NEGATIVE);
        while !line.is_char_boundary(from) {
            from += 1;
        }
        let near = rule.negative.last_in(line.get(from..).unwrap_or_default());
        if let Some(word) = near {
            return Some(format!("beside {word}"));
        }
        let head = self.heads.above(span.start);
        if let Some(word) = head.and_then(|head| rule.negative.first_in(head)) {
            return Some(format!("column head {word}"));
        }
        let bytes = self.text.as_bytes();
        let reach = bytes.get(span.start.saturating_sub(MAX_URL)..span.start)?;
        let stop = reach
            .iter()
            .rposition(|byte| byte.is_ascii_whitespace() || b"<>\"".contains(byte));
        let address = reach.get(stop.map_or(0, |stop| stop + 1)..)?;
        let inside = memchr::memmem::find(address, b"://").is_some();
        inside.then(|| "part of a web address".into())
    }
}

/// Settles overlaps: the higher confidence stays, then the longer hit, then the earlier rule.
fn settle(mut hits: Vec<Hit>) -> Vec<Hit> {
    hits.sort_by_key(|hit| {
        let length = hit.span.len();
        (
            std::cmp::Reverse((hit.confidence, length)),
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
