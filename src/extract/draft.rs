// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps the text of a document while it is put together, and where its stretches lie for a person.

use std::ops::Range;

/// Places that one document may have; what lies behind is the document itself.
const MOST_PLACES: usize = 100_000;

/// Text that grows.
#[derive(Debug, Default)]
pub(super) struct Draft {
    text: String,
    places: Vec<(Range<usize>, String)>,
    /// The place of what comes, and where it began.
    place: String,
    since: usize,
}

impl Draft {
    /// Adds text as it is.
    pub fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// Ends the line, unless it is empty.
    pub fn line(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with('\n') {
            self.text.push('\n');
        }
    }

    /// Ends the line and leaves an empty one: what comes has nothing to do with what was.
    pub fn gap(&mut self) {
        self.line();
        if !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
    }

    /// What comes stands here; an empty place is the document itself.
    pub fn at(&mut self, place: impl Into<String>) {
        let end = self.text.len();
        let is_full = self.places.len() >= MOST_PLACES;
        let place = if is_full { String::new() } else { place.into() };
        let place = std::mem::replace(&mut self.place, place);
        if !place.is_empty() && self.since < end {
            self.places.push((self.since..end, place));
        }
        self.since = end;
    }

    /// True where nothing but blanks was added.
    pub fn is_blank(&self) -> bool {
        self.text.trim().is_empty()
    }

    /// The text, in bytes.
    pub fn len(&self) -> usize {
        self.text.len()
    }

    /// The text and its places.
    pub fn finish(mut self) -> (String, Vec<(Range<usize>, String)>) {
        let end = self.text.len();
        if !self.place.is_empty() && self.since < end {
            self.places.push((self.since..end, self.place));
        }
        (self.text, self.places)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stretches_have_their_places() {
        let mut draft = Draft::default();
        draft.push("a");
        draft.at("x");
        draft.gap();
        draft.push("b");
        draft.at("y");
        draft.at("");
        draft.line();
        draft.gap();
        draft.push("c");
        let (text, places) = draft.finish();
        assert_eq!(text, "a\n\nb\n\nc");
        assert_eq!(places, [(1..4, "x".to_owned())]);
    }
}
