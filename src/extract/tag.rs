// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns the source of an HTML tag into the number of its attributes, before it is tokenized.

/// Counts the attributes of a tag (HTML, 13.2.5.32 to 13.2.5.40).
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct TagScan {
    state: TagState,
    attributes: usize,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum TagState {
    /// In the name of the tag, or in a value without quotes.
    #[default]
    Word,
    Between,
    Name,
    /// Behind a name and blanks.
    AfterName,
    BeforeValue,
    Quoted(char),
    Ended,
}

impl TagScan {
    /// Goes on with this text; gives the attributes so far.
    pub fn count(&mut self, text: &str) -> usize {
        for c in text.chars() {
            let is_white = c.is_ascii_whitespace();
            self.state = match (self.state, c) {
                (TagState::Ended, _) => break,
                (TagState::Quoted(quote), _) if c == quote => TagState::Between,
                (TagState::Quoted(_), _) => continue,
                (_, '>') => TagState::Ended,
                (TagState::BeforeValue, '"' | '\'') => TagState::Quoted(c),
                (TagState::BeforeValue, _) if is_white => continue,
                (TagState::BeforeValue, _) => TagState::Word,
                (TagState::Word, _) if !is_white && c != '/' => continue,
                (TagState::Name | TagState::AfterName, '=') => TagState::BeforeValue,
                (_, '/') => TagState::Between,
                (TagState::Name | TagState::AfterName, _) if is_white => TagState::AfterName,
                _ if is_white => TagState::Between,
                (TagState::Between | TagState::AfterName, _) => {
                    self.attributes += 1;
                    TagState::Name
                }
                (state, _) => state,
            };
        }
        self.attributes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(text: &str) -> usize {
        TagScan::default().count(text)
    }

    #[test]
    fn counts_attributes_and_nothing_else() {
        assert_eq!(count("a>"), 0);
        assert_eq!(count("a b c=d e = 'f > g' h=\"i j\"k l/m = n>o p q"), 7);
        assert_eq!(count("a b==\"c d\" e>"), 3);
        assert_eq!(count("br/>"), 0);
        assert_eq!(count("a x=c =\"b c d>"), 4);
        let mut tag = TagScan::default();
        tag.count("a b='c ");
        assert_eq!(tag.count("d e' f>"), 2);
    }
}
