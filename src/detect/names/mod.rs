// SPDX-License-Identifier: GPL-3.0-or-later
//! Finds names of persons: capitals in a row, weighed by what each word is and what stands beside.
//!
//! No word alone is a name. A common given name with a common surname is; a rarer one, an unknown one or
//! one that is a word too wants a second sign: a title, a greeting, a label, a word for a person, its mail
//! address, its place in a list.

mod key;
mod run;
mod sign;
pub(super) mod word;

use std::ops::Range;

use super::candidate::{Candidate, Form};
use run::Run;

/// A name counts from this weight on, and is sure from that on.
const ENOUGH: i32 = 4;
const SURE: i32 = 6;

/// The names of a text, in order.
#[derive(Debug)]
pub(super) struct Names<'a> {
    text: &'a str,
    /// Where the search goes on, and where it ends.
    left: Range<usize>,
}

impl<'a> Names<'a> {
    pub fn of(text: &'a str) -> Self {
        Self::within(text, 0..text.len())
    }

    /// Those that begin in a stretch.
    pub fn within(text: &'a str, stretch: Range<usize>) -> Self {
        Self {
            text,
            left: stretch,
        }
    }
}

impl Iterator for Names<'_> {
    type Item = Candidate;

    fn next(&mut self) -> Option<Candidate> {
        loop {
            let run = Run::next(self.text, self.left.clone())?;
            self.left.start = run.end;
            if let Some(name) = name(self.text, &run) {
                return Some(name);
            }
        }
    }
}

/// The name in a run, if it has one.
fn name(text: &str, run: &Run) -> Option<Candidate> {
    let (span, weight) = run.name()?;
    let mut why = Vec::new();
    let mut weight = weight;
    if run.title.is_some() {
        why.push("title".to_owned());
    }
    // Signs cost more than words, and are looked for only where they can decide.
    let signs = sign::signs(text, run, &span, ENOUGH - weight);
    for (sign, more) in signs? {
        weight += more;
        why.push(sign.to_owned());
    }
    if weight < ENOUGH {
        return None;
    }
    if why.is_empty() {
        why.push("given name and surname".to_owned());
    }
    let value = text.get(span.clone())?.to_lowercase();
    let form = if weight >= SURE {
        Form::Grouped
    } else {
        Form::Bare
    };
    Some(Candidate {
        span,
        value,
        form,
        why,
    })
}
