// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns text that is written backwards into what a screen shows (Unicode Standard Annex 9, 3.3.2).

use memchr::memmem;

/// Right-to-left override: what follows is shown from the right, whatever it is.
pub(super) const OVERRIDE: char = '\u{202e}';

/// What ends it.
pub(super) const END: char = '\u{202c}';

/// The text as it is shown, where some of it is turned round.
pub(super) fn shown(text: &str) -> Option<String> {
    memmem::find(text.as_bytes(), "\u{202e}".as_bytes())?;
    let mut shown = String::with_capacity(text.len());
    // What is shown backwards, from the innermost override on; a line ends them all.
    let mut turned: Option<Vec<char>> = None;
    let end = |turned: &mut Option<Vec<char>>, shown: &mut String| {
        shown.extend(turned.take().unwrap_or_default().iter().rev());
    };
    for c in text.chars() {
        match (c, &mut turned) {
            (OVERRIDE, _) => {
                end(&mut turned, &mut shown);
                turned = Some(Vec::new());
            }
            (END | '\n', _) => {
                end(&mut turned, &mut shown);
                if c == '\n' {
                    shown.push(c);
                }
            }
            (_, Some(chars)) => chars.push(c),
            (_, None) => shown.push(c),
        }
    }
    end(&mut turned, &mut shown);
    Some(shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_under_an_override_is_turned_round() {
        assert_eq!(shown("756.9217"), None);
        assert_eq!(
            shown("a \u{202e}58.9670\u{202c} b\n\u{202e}cd\ne").as_deref(),
            Some("a 0769.85 b\ndc\ne")
        );
    }
}
