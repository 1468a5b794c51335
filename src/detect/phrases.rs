// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps phrases that tell of a stretch of text, and looks for all of them in one pass, capitals or not.

use regex::{Match, Regex, RegexBuilder};

/// Phrases of one meaning.
#[derive(Debug)]
pub(crate) struct Phrases(Option<Regex>);

impl Phrases {
    /// Compiles words; a longer one speaks where it holds a shorter one.
    pub fn of(words: &[&str]) -> Self {
        let mut words: Vec<String> = words.iter().map(|word| regex::escape(word)).collect();
        words.sort_by_key(|word| std::cmp::Reverse(word.len()));
        let any = RegexBuilder::new(&words.join("|"))
            .case_insensitive(true)
            .build();
        Self(any.ok())
    }

    /// True where a text has one of them, be it within a word.
    pub fn is_in(&self, text: &str) -> bool {
        self.0.as_ref().is_some_and(|any| any.is_match(text))
    }

    /// Those that stand in a text, be it within a word, in order.
    pub fn all<'a>(&'a self, text: &'a str) -> impl Iterator<Item = Match<'a>> + 'a {
        self.0.iter().flat_map(|any| any.find_iter(text))
    }

    /// Those that stand in a text as words, in order.
    pub fn words<'a>(&'a self, text: &'a str) -> impl Iterator<Item = &'a str> + 'a {
        self.all(text).filter_map(move |hit| {
            let before = text.get(..hit.start())?.chars().next_back();
            let after = text.get(hit.end()..)?.chars().next();
            let is_sign = hit.as_str().starts_with('%');
            let mut beside = [before, after].into_iter().flatten();
            (is_sign || !beside.any(char::is_alphanumeric)).then_some(hit.as_str())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Phrases;

    #[test]
    fn words_are_found_whole_and_the_longest_speaks() {
        let phrases = Phrases::of(&["rabatt", "rabattcode", "découvrez", "% off"]);
        let words: Vec<&str> = phrases
            .words("Rabattcode, RABATT; Rabatte. DÉCOUVREZ 10% off")
            .collect();
        assert_eq!(words, ["Rabattcode", "RABATT", "DÉCOUVREZ", "% off"]);
        assert!(phrases.is_in("Rabatte"));
        assert!(!phrases.is_in("Raba tt"));
    }
}
