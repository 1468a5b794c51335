// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps the text of a document while it is put together, and where its stretches lie for a person.

use std::ops::Range;

use super::place::Place;

/// Places that one document may have; what lies behind is the document itself.
const MOST_PLACES: usize = 100_000;

/// Text that grows.
#[derive(Debug, Default)]
pub(super) struct Draft {
    text: String,
    places: Vec<(Range<usize>, Place)>,
    /// The place of what comes, if it has one, and where it began.
    place: Option<Place>,
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

    /// Adds text in one line.
    pub fn push_line(&mut self, text: &str) {
        for piece in text.split_inclusive(['\r', '\n', '\t']) {
            match piece.strip_suffix(['\r', '\n', '\t']) {
                Some(piece) => {
                    self.text.push_str(piece);
                    self.text.push(' ');
                }
                None => self.text.push_str(piece),
            }
        }
    }

    /// Adds tabs.
    pub fn tabs(&mut self, count: usize) {
        self.text.extend(std::iter::repeat_n('\t', count));
    }

    /// What comes stands here; an empty place is the document itself.
    pub fn at(&mut self, place: impl Into<Place>) {
        self.leave();
        if self.places.len() < MOST_PLACES {
            self.place = Some(place.into()).filter(|place| !place.is_part());
        }
    }

    /// What comes stands in the document itself.
    pub fn leave(&mut self) {
        let end = self.text.len();
        if let Some(place) = self.place.take().filter(|_| self.since < end) {
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
    pub fn finish(mut self) -> (String, Vec<(Range<usize>, Place)>) {
        self.leave();
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
        draft.leave();
        draft.line();
        draft.gap();
        draft.push("c");
        let (text, places) = draft.finish();
        assert_eq!(text, "a\n\nb\n\nc");
        assert_eq!(places, [(1..4, Place::from("x"))]);
    }
}
