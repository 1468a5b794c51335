// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns the `matches` and `misses` of a detector file into examples, and runs them.

use std::ops::Range;

use super::Detectors;
use super::pattern::Spent;
use super::scan;
use super::view::View;

/// A text of a detector file, and what must be found in it.
#[derive(Clone, Debug)]
pub struct Example {
    /// Where it stands: `matches[0]`.
    pub place: String,
    /// The text, marks taken out.
    pub text: String,
    /// What must be found, in bytes, and nothing else.
    pub spans: Vec<Range<usize>>,
}

impl Example {
    /// Runs the example: `detectors` hold the one detector whose example it is.
    ///
    /// # Errors
    /// What was found instead.
    pub fn run(&self, detectors: &Detectors) -> Result<(), String> {
        let view = View::of(&self.text);
        let mut found = Vec::new();
        scan::text(
            &view.text,
            "",
            detectors,
            &mut Spent::default(),
            &mut |hit| {
                found.push(view.original(&hit.span));
            },
        );
        if found == self.spans {
            return Ok(());
        }
        let instead = match found[..] {
            [] => "found nothing".to_owned(),
            _ => format!("found \"{}\"", mark(&self.text, &found)),
        };
        let wanted = match self.spans[..] {
            [] => "must find nothing in",
            _ => "must find exactly the marked part of",
        };
        let (place, text) = (&self.place, mark(&self.text, &self.spans));
        Err(format!("{place} {wanted} \"{text}\", but {instead}"))
    }
}

/// Reads the examples of a file.
pub(super) fn read(matches: &[String], misses: &[String]) -> Result<Vec<Example>, String> {
    let mut examples = Vec::new();
    for (name, list) in [("matches", matches), ("misses", misses)] {
        for (at, text) in list.iter().enumerate() {
            let place = format!("{name}[{at}]");
            let (text, spans) =
                unmark(text).ok_or_else(|| format!("{place}: the marks ‹ › do not pair"))?;
            if spans.is_empty() == (name == "matches") {
                let advice = match name {
                    "matches" => "put ‹ › around what must be found",
                    _ => "take the marks ‹ › out: nothing is to be found here",
                };
                return Err(format!("{place}: {advice}"));
            }
            examples.push(Example { place, text, spans });
        }
    }
    Ok(examples)
}

/// Takes the marks out, and says what they were around.
fn unmark(marked: &str) -> Option<(String, Vec<Range<usize>>)> {
    let mut text = String::new();
    let mut spans = Vec::new();
    let mut open = None;
    for c in marked.chars() {
        match (c, open) {
            ('‹', None) => open = Some(text.len()),
            ('›', Some(start)) => {
                spans.push(start..text.len());
                open = None;
            }
            ('‹' | '›', _) => return None,
            _ => text.push(c),
        }
    }
    open.is_none().then_some((text, spans))
}

fn mark(text: &str, spans: &[Range<usize>]) -> String {
    let mut out = String::new();
    let mut at = 0;
    for span in spans {
        out.push_str(text.get(at..span.start).unwrap_or_default());
        out.push('‹');
        out.push_str(text.get(span.clone()).unwrap_or_default());
        out.push('›');
        at = span.end;
    }
    out + text.get(at..).unwrap_or_default()
}
