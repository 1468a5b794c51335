// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps a found value: masked unless revealed, never serialised.

use std::fmt;

/// How many characters of a value a mask may show, counted from its end (house, settled 13).
const SHOWN: usize = 2;

/// A found value. It lives from `detect` to `classify` and nowhere else: no `Display`, no
/// serialisation, and its `Debug` is the mask.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Secret(Box<str>);

impl Secret {
    /// Wraps a value in the form in which two spellings of it are equal (separators taken out).
    pub fn new(value: impl Into<Box<str>>) -> Self {
        Self(value.into())
    }

    /// The value itself. Call it only to compare or to validate.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&mask(&self.0))
    }
}

/// A value as people may see it: `756.9217.0769.85` becomes `•••.••••.••••.85`.
///
/// Letters and digits become dots but for the last two; separators stay. Of a short value (four
/// letters and digits or fewer) nothing is shown.
pub fn mask(text: &str) -> String {
    let count = text.chars().filter(|c| c.is_alphanumeric()).count();
    let hidden = if count > 2 * SHOWN {
        count - SHOWN
    } else {
        count
    };
    let mut seen = 0;
    text.chars()
        .map(|c| {
            if !c.is_alphanumeric() {
                return if c.is_control() { ' ' } else { c };
            }
            seen += 1;
            if seen <= hidden { '•' } else { c }
        })
        .collect()
}

/// A mask that shows nothing but that something is there: for special categories.
pub fn mask_all(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_whitespace() { ' ' } else { '•' })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_at_most_two_characters() {
        assert_eq!(mask("756.9217.0769.85"), "•••.••••.••••.85");
        assert_eq!(mask("1234"), "••••");
        assert_eq!(mask("a\nb\u{1b}cde"), "• • •de");
        assert_eq!(mask_all("Asthma bronchiale"), "•••••• ••••••••••");
    }

    #[test]
    fn debug_is_the_mask() {
        let secret = Secret::new("7569217076985");
        assert_eq!(format!("{secret:?}"), "•••••••••••85");
        assert_eq!(secret.reveal(), "7569217076985");
    }
}
