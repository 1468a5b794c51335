// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns one text into hits: one pass over its anchors, rules only where their shape can begin.

use std::collections::VecDeque;
use std::ops::Range;

use super::detector::{Candidate, Finder, Form};
use super::names::Names;
use super::near::{Around, Near};
use super::pattern::Stretch;
use super::run::{Run, Side};
use super::settle::Pending;
use super::shape::MAX_LENGTH;
use super::token::{Token, Tokens};
use super::words::{Said, Words};
use super::{Confidence, Detectors};

/// An identifier is in this many pieces at most.
const MAX_TOKENS: usize = 24;
/// Candidates of a text that an engine may check dearly; the rest are taken by their shape.
const MAX_CHECKS: usize = 5_000;

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
    pub keyword: usize,
}

/// What a scan cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Cost {
    /// How often a rule was tried: proportional to the text, whatever it is.
    #[cfg(test)]
    pub tried: usize,
    /// True where own patterns would have cost too much, so that they were not tried everywhere.
    pub is_cut: bool,
}

/// Scans a text in the form of a view. Gives the hits in order of place, no two of them overlapping.
pub(super) fn text(text: &str, detectors: &Detectors, found: &mut dyn FnMut(Hit)) -> Cost {
    let mut scan = Scan {
        text,
        detectors,
        around: Around::of(text, &detectors.dictionary),
        pending: Pending::default(),
        near: Vec::new(),
        value: String::new(),
        checks: 0,
        spent: 0,
        cost: Cost::default(),
    };
    scan.walk(found);
    scan.pending.flush(found);
    scan.cost
}

pub(super) struct Scan<'a> {
    pub text: &'a str,
    pub detectors: &'a Detectors,
    around: Around<'a>,
    pending: Pending,
    /// The rules of which a keyword stands near, and the letters and digits of a run.
    near: Vec<usize>,
    value: String,
    checks: usize,
    /// Bytes that patterns were tried on around words.
    pub spent: usize,
    pub cost: Cost,
}

impl<'a> Scan<'a> {
    /// Counts a trial of a rule, for the test that says how they grow.
    pub fn work(&mut self) {
        #[cfg(test)]
        {
            self.cost.tried += 1;
        }
    }

    /// Goes from anchor to anchor: tokens near digits, `@`, literals, own words.
    fn walk(&mut self, found: &mut dyn FnMut(Hit)) {
        let (text, detectors) = (self.text, self.detectors);
        let mut tokens = Tokens::of(text);
        let mut window: VecDeque<Token> = tokens.by_ref().take(MAX_TOKENS).collect();
        let mut previous = None;
        let mut ats = memchr::memchr_iter(b'@', text.as_bytes());
        let mut at = ats.next().filter(|_| !detectors.at_ats.is_empty());
        let literals = detectors.literals.automaton.iter();
        let mut literals = literals.flat_map(|automaton| automaton.find_iter(text));
        let mut literal = literals.next();
        let mut words = Words::of(text, &detectors.own);
        let mut word = words.next(0);
        let mut names = Names::of(text);
        let mut name = detectors.names.and_then(|_| names.next());
        let mut stretch = Stretch::of(self);
        loop {
            let token = window.front().copied();
            let places = [
                token.map(|token| token.start),
                at,
                literal.map(|literal| literal.start()),
                word.map(|word| word.start),
                name.as_ref().map(|name| name.span.start),
            ];
            let Some(place) = places.iter().flatten().min().copied() else {
                break;
            };
            stretch.end_before(place, self);
            self.pending.flush_before(place, found);
            if let Some(first) = token.filter(|token| token.start == place) {
                self.shapes(&window, previous);
                if first.has_digit {
                    self.engines(&detectors.at_digits, place);
                    stretch.add(first, self);
                }
                previous = window.pop_front();
                window.extend(tokens.next());
            } else if at == Some(place) {
                self.engines(&detectors.at_ats, place);
                at = ats.next();
            } else if let Some(hit) = literal.filter(|hit| hit.start() == place) {
                let engines = &detectors.literals.engines;
                let engine = engines.get(hit.pattern().as_usize());
                self.engines(engine.map_or(&[], std::slice::from_ref), place);
                literal = literals.next();
            } else if let Some(said) = word.filter(|said| said.start == place) {
                self.own_word(said);
                word = words.next(said.end);
            } else if let (Some(candidate), Some(detector)) = (name.take(), detectors.names) {
                self.weigh_beside(None, detector, candidate, &[]);
                name = names.next();
            }
        }
        stretch.end(self);
    }

    /// Tries the shapes that can begin at the first token of the window.
    fn shapes(&mut self, window: &VecDeque<Token>, previous: Option<Token>) {
        let (text, detectors) = (self.text, self.detectors);
        let first = window.front();
        let first = first.and_then(|token| text.as_bytes().get(token.start));
        let Some(first) = first.map(u8::to_ascii_uppercase) else {
            return;
        };
        // Where no keyword of any rule stands in reach of the longest run, no run has one.
        let place = window.front().map_or(0, |token| token.start);
        let is_near = self.around.is_near(&(place..place + 2 * MAX_LENGTH));
        let mut near = std::mem::take(&mut self.near);
        let mut value = std::mem::take(&mut self.value);
        value.clear();
        let mut run = Run::of(window);
        while run.grow(text, &mut value) && run.length <= MAX_LENGTH {
            self.work();
            let Some([free, bound]) = detectors.beginning(first, run.length) else {
                continue;
            };
            if run.is_mixed() {
                break;
            }
            near.clear();
            if is_near && !bound.is_empty() {
                self.around.rules_near(&run.span(), &mut near);
            }
            let bound = bound.iter().filter(|_| !near.is_empty());
            let bound = bound.filter(|(rule, _)| near.binary_search(rule).is_ok());
            let mut side = None;
            for &(detector, shape) in free.iter().chain(bound) {
                self.work();
                self.shape(detector, shape, &run, &value, || {
                    *side.get_or_insert_with(|| run.side(text, previous))
                });
            }
        }
        (self.near, self.value) = (near, value);
    }

    /// Tries a shape of a detector on a run.
    fn shape(
        &mut self,
        detector: usize,
        shape: usize,
        run: &Run<'_>,
        value: &str,
        side: impl FnOnce() -> Side,
    ) {
        let Some(rule) = self.detectors.detectors.get(detector) else {
            return;
        };
        let Finder::Shapes(shapes, groups) = &rule.finder else {
            return;
        };
        let shape = shapes.get(shape);
        let fits = shape.is_some_and(|shape| shape.fits(value.as_bytes()));
        if !fits || (rule.capitals && run.has_small) || !rule.valid.is_none_or(|valid| valid(value))
        {
            return;
        }
        let side = side();
        let grouped = groups.iter().any(|group| run.is_grouped(group));
        let apart = side == Side::Between || run.is_in_cells();
        if side == Side::Inside || (apart && !grouped && !run.is_boxed()) {
            return;
        }
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
            value: value.to_owned(),
            form: if grouped { Form::Grouped } else { Form::Bare },
            why: why.map(|(_, word)| (*word).to_owned()).collect(),
        };
        self.weigh(detector, candidate, &doubts);
    }

    fn engines(&mut self, engines: &[usize], at: usize) {
        let detectors = self.detectors;
        for &detector in engines {
            self.work();
            if let Some(Finder::Engine(engine)) =
                detectors.detectors.get(detector).map(|rule| &rule.finder)
                && let Some(candidate) = (engine.find)(self.text, at)
            {
                self.weigh(detector, candidate, &[]);
            }
        }
    }

    /// A word that rules look for themselves: it is the hit, or their pattern is tried around it.
    fn own_word(&mut self, said: Said) {
        let detectors = self.detectors;
        for &(detector, _) in detectors.own.uses(said) {
            self.work();
            match detectors.detectors.get(detector).map(|rule| &rule.finder) {
                Some(Finder::Pattern(_)) => super::pattern::around(said, detector, self),
                _ => {
                    let word = detectors.own.written(said);
                    let candidate = Candidate {
                        span: said.start..said.end,
                        value: word.to_lowercase(),
                        form: Form::Bare,
                        why: vec![format!("word {word}")],
                    };
                    self.weigh(detector, candidate, &[]);
                }
            }
        }
    }

    /// Weighs a candidate by what stands around it.
    pub fn weigh(&mut self, detector: usize, candidate: Candidate, doubts: &[&str]) {
        let rule = self.detectors.detectors.get(detector);
        let needs = rule.is_some_and(|rule| !rule.is_free());
        let near = self.around.near(detector, needs, &candidate);
        self.weigh_beside(near, detector, candidate, doubts);
    }

    /// Weighs a candidate beside which this stands, and keeps it if its rule would. Each doubt takes
    /// one step of confidence.
    pub fn weigh_beside(
        &mut self,
        near: Option<Near>,
        detector: usize,
        mut candidate: Candidate,
        doubts: &[&str],
    ) {
        let Some(rule) = self.detectors.detectors.get(detector) else {
            return;
        };
        let has_keyword = matches!(near, Some(Near::For(..)));
        let Some(mut confidence) = rule.confidence(candidate.form, has_keyword) else {
            return;
        };
        if let Finder::Engine(engine) = &rule.finder
            && let Some(check) = engine.check
        {
            self.checks += 1;
            if self.checks > MAX_CHECKS {
                candidate.why.push("by its shape only".into());
            } else if !check(self.text, &mut candidate, has_keyword) {
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
        match near {
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
        self.pending.add(Hit {
            detector,
            span,
            confidence,
            value,
            why,
            keyword,
        });
    }
}
