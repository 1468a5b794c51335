// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps short stretches of a page as they read without one kind of element.
//!
//! There are more ways to hide an element than can be known: a digit in the middle of a number that
//! nobody is shown makes another number of it. So a word in which elements begin is also read without
//! each kind of them, and by the elements of that kind alone.

/// What is shorter holds no number that matters, in digits.
const DIGITS: usize = 8;

/// How much before and how much behind the first element is kept, in bytes.
const BEFORE: usize = 60;
const BEHIND: usize = 400;

/// Kinds of elements that are looked at in one word, and stretches of one page that are kept.
const MOST_OPEN: usize = 8;
const MOST: usize = 200;

/// The stretches of a page.
#[derive(Debug, Default)]
pub(super) struct Stretches {
    /// The end of the line so far.
    line: String,
    open: Vec<Stretch>,
    done: Vec<String>,
}

/// A line in the making.
#[derive(Debug)]
struct Stretch {
    /// Which elements it leaves out.
    kind: u64,
    /// How many of them are open.
    depth: usize,
    without: String,
    only: String,
}

impl Stretches {
    /// Begins an element.
    pub fn start(&mut self, kinds: [u64; 2]) {
        for kind in kinds {
            if let Some(known) = self.open.iter_mut().find(|one| one.kind == kind) {
                known.depth += 1;
            } else if self.open.len() < MOST_OPEN && self.line.ends_with(char::is_alphanumeric) {
                let before = self.line.trim_end_matches(char::is_alphanumeric);
                self.open.push(Stretch {
                    kind,
                    depth: 1,
                    without: self.line.clone(),
                    only: before.to_owned(),
                });
            }
        }
    }

    /// Ends an element.
    pub fn end(&mut self, kinds: [u64; 2]) {
        for one in self.open.iter_mut().filter(|one| kinds.contains(&one.kind)) {
            one.depth = one.depth.saturating_sub(1);
        }
    }

    /// Takes text. A long one is no piece of a number.
    pub fn add(&mut self, text: &str) {
        for one in &mut self.open {
            match one.depth {
                0 => one.without.push_str(text),
                _ => one.only.push_str(text),
            }
        }
        let is_long = |one: &Stretch| one.without.len() + one.only.len() > BEFORE * 2 + BEHIND;
        if self.open.iter().any(is_long) {
            self.line();
        }
        let mut start = text.len().saturating_sub(BEFORE);
        while !text.is_char_boundary(start) {
            start += 1;
        }
        self.line.push_str(text.get(start..).unwrap_or_default());
        let mut cut = self.line.len().saturating_sub(BEFORE);
        while !self.line.is_char_boundary(cut) {
            cut += 1;
        }
        self.line.drain(..cut);
    }

    /// Ends the line.
    pub fn line(&mut self) {
        self.line.clear();
        for one in self.open.drain(..) {
            for text in [one.without, one.only] {
                let digits = text.chars().filter(|c| c.is_numeric()).count();
                if digits >= DIGITS && self.done.len() < MOST && !self.done.contains(&text) {
                    self.done.push(text);
                }
            }
        }
    }

    /// The stretches, each a line of its own.
    pub fn finish(mut self) -> String {
        self.line();
        self.done.join("\n\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_without_each_kind_of_element() {
        let mut page = Stretches::default();
        page.add("AHV: 7");
        for (at, digit) in "56921707".chars().enumerate() {
            let kind = if at % 2 == 0 { 1 } else { 2 };
            page.start([9, kind]);
            page.add(&digit.to_string());
            page.end([9, kind]);
        }
        assert_eq!(page.finish(), "AHV: 56921707");
    }

    #[test]
    fn what_is_no_number_is_not_kept() {
        let mut page = Stretches::default();
        page.add("CHF 19");
        page.start([1, 2]);
        page.add("90");
        page.end([1, 2]);
        page.line();
        page.add(&"é".repeat(500));
        page.start([1, 2]);
        assert_eq!(page.finish(), "");
    }
}
