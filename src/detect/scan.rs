// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns one text into hits: one pass over its anchors, rules only where their shape can begin.

use std::ops::Range;
use std::rc::Rc;

use super::candidate::{Candidate, Form};
use super::detector::{Finder, Written};
use super::index::{HEAD, Index, Rules, Wanted};
use super::names::Names;
use super::near::{Around, Near};
use super::pattern::{Spent, Stretch};
use super::run::{Run, Side};
use super::settle::{Pending, Yields};
use super::shape::{self, MAX_LENGTH};
use super::token::{Ahead, Token};
use super::words::{Said, Words};
use super::{Confidence, Detectors, Entity};

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
    /// What it gives way to.
    pub yields: Yields,
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

/// Scans a text in the form of a view, of a message with this subject. Gives the hits in order of place, no two of them overlapping.
pub(super) fn text(
    text: &str,
    heading: &str,
    detectors: &Detectors,
    spent: &mut Spent,
    found: &mut dyn FnMut(Hit),
) -> Cost {
    let mut scan = Scan {
        text,
        detectors,
        around: Around::of(text, &detectors.dictionary),
        pending: Pending::default(),
        value: String::new(),
        checks: 0,
        spent: spent.next(),
        cost: Cost::default(),
    };
    scan.walk(heading, found);
    scan.pending.flush(found);
    *spent = scan.spent;
    scan.cost
}

pub(super) struct Scan<'a> {
    pub text: &'a str,
    pub detectors: &'a Detectors,
    around: Around<'a>,
    pending: Pending,
    /// The letters and digits of a run.
    value: String,
    checks: usize,
    /// What own patterns have cost.
    pub spent: Spent,
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
    fn walk(&mut self, heading: &str, found: &mut dyn FnMut(Hit)) {
        let (text, detectors) = (self.text, self.detectors);
        let mut ahead = Ahead::of(text);
        let mut previous = None;
        let bytes = text.as_bytes();
        let mut ats = memchr::memchr_iter(b'@', bytes);
        let mut at = ats.next().filter(|_| !detectors.at_ats.is_empty());
        let mut fillers = memchr::memmem::find_iter(bytes, "<<");
        let mut filler = fillers.next().filter(|_| !detectors.at_fillers.is_empty());
        let mut words = Words::of(text, &detectors.own);
        let mut word = words.next();
        let mut names = Names::of(text);
        let mut name = detectors.names.and_then(|_| names.next());
        let mut terms = detectors.terms.find(text, heading).into_iter().peekable();
        let mut stretch = Stretch::of(self);
        loop {
            let window = ahead.window();
            let token = window.first().copied();
            let places = [
                token.map(|token| token.start),
                at,
                filler,
                word.map(|word| word.start),
                name.as_ref().map(|name| name.span.start),
            ];
            let Some(place) = places.iter().flatten().min().copied() else {
                break;
            };
            stretch.end_before(place, self);
            while let Some(term) = terms.next_if(|term| term.span.start <= place) {
                self.pending.add(term);
            }
            self.pending.flush_before(place, found);
            if let Some(first) = token.filter(|token| token.start == place) {
                self.shapes(window, previous);
                if first.has_digit {
                    self.engines(&detectors.at_digits, place);
                    stretch.add(first, self);
                }
                previous = token;
                ahead.pass();
            } else if at == Some(place) {
                self.engines(&detectors.at_ats, place);
                at = ats.next();
            } else if filler == Some(place) {
                self.engines(&detectors.at_fillers, place);
                filler = fillers.next();
            } else if let Some(said) = word.filter(|said| said.start == place) {
                self.own_word(said);
                word = words.next();
            } else if let (Some(candidate), Some(detector)) = (name.take(), detectors.names) {
                self.weigh_beside(None, detector, candidate, &[]);
                name = names.next();
            }
        }
        stretch.end(self);
        terms.for_each(|term| self.pending.add(term));
    }

    /// Tries the shapes that can begin at the first token of the window.
    fn shapes(&mut self, window: &[Token], previous: Option<Token>) {
        let (text, detectors) = (self.text, self.detectors);
        let mut value = std::mem::take(&mut self.value);
        value.clear();
        let mut run = Run::of(window);
        let mut head = 0;
        let mut near: Option<Rc<Rules>> = None;
        while run.grow(text, &mut value) && run.length <= MAX_LENGTH && !run.is_mixed() {
            self.work();
            let signs = value.as_bytes();
            if head == 0 && signs.len() >= HEAD {
                head = Index::head(signs);
            }
            let lengths = detectors.index.lengths(head) >> run.length;
            if lengths == 0 && signs.len() >= HEAD {
                break;
            }
            if lengths & 1 == 0 {
                continue;
            }
            let digits = shape::digits(signs);
            let mut side = None;
            for wanted in detectors.index.wanted(head, run.length) {
                let is_alone = near.as_ref().is_some_and(|near| near.is_empty());
                let may_be =
                    !(is_alone && wanted.free.is_empty() || wanted.capitals && run.has_small);
                if !(may_be && wanted.shape.fits(signs, digits)) {
                    continue;
                }
                self.wanted(wanted, &run, &value, &mut near, || {
                    *side.get_or_insert_with(|| run.side(text, previous))
                });
            }
        }
        self.value = value;
    }

    /// Tries the rules that want a run of this shape; `near` are those of which a keyword stands
    /// near, once they are known.
    fn wanted(
        &mut self,
        wanted: &Wanted,
        run: &Run<'_>,
        value: &str,
        near: &mut Option<Rc<Rules>>,
        side: impl FnOnce() -> Side,
    ) {
        let start = run.span().start;
        let near = match (wanted.bound.is_empty(), near) {
            (true, _) => Rc::default(),
            (false, near) => {
                let rules = || self.around.rules_near(start, 2 * MAX_LENGTH);
                Rc::clone(near.get_or_insert_with(rules))
            }
        };
        let free = wanted.free.both(&wanted.free);
        let mut rules = free.chain(wanted.bound.both(&near)).peekable();
        if rules.peek().is_none() || !wanted.valid.is_none_or(|valid| valid(value)) {
            return;
        }
        let side = side();
        if side == Side::Inside {
            return;
        }
        for rule in rules {
            self.work();
            self.shape(rule, run, value, side);
        }
    }

    /// Weighs a run that a rule wants.
    fn shape(&mut self, detector: usize, run: &Run<'_>, value: &str, side: Side) {
        let Some(rule) = self.detectors.detectors.get(detector) else {
            return;
        };
        let Finder::Shapes(_, groups) = &rule.finder else {
            return;
        };
        let grouped = groups.iter().any(|group| run.is_grouped(group));
        let apart = side == Side::Between || run.is_in_cells();
        let loose = match rule.written {
            Written::Anyhow => false,
            Written::Solid => run.is_apart(),
            Written::Grouped => true,
        };
        if (apart || loose) && !grouped && !run.is_boxed() {
            return;
        }
        let span = run.span();
        let form = if grouped { Form::Grouped } else { Form::Bare };
        let near = self.around.near(detector, !rule.is_free(), &span, form);
        let has_keyword = matches!(near, Some(Near::For(..)));
        if rule.confidence(form, has_keyword).is_none() {
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
            span,
            value: value.to_owned(),
            form,
            why: why.map(|(_, word)| (*word).to_owned()).collect(),
        };
        self.weigh_beside(near, detector, candidate, &doubts);
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
                Some(Finder::Engine(_)) => self.engines(&[detector], said.start),
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
        let near = self
            .around
            .near(detector, needs, &candidate.span, candidate.form);
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
            yields: match rule.entity {
                Entity::PostalAddress => Yields::Others,
                Entity::PersonName => Yields::Addresses,
                _ => Yields::Better,
            },
        });
    }
}
