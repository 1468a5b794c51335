// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns style sheets and style attributes (CSS 2.2) into what they hide and the text they show.

use std::collections::HashSet;

/// What style sheets hide: elements, classes and ids as they are written in a selector (`.x`, `#y`).
#[derive(Debug, Default)]
pub(super) struct Hidden(HashSet<String>);

impl Hidden {
    /// Takes a style sheet. Of selectors only those of one element, class or id are understood.
    pub fn add(&mut self, sheet: &str) {
        for rule in sheet.split('}') {
            let Some((selectors, declarations)) = rule.rsplit_once('{') else {
                continue;
            };
            if !hides(declarations) {
                continue;
            }
            // Before it a rule such as `@media` may have been opened.
            let selectors = selectors.rsplit('{').next().unwrap_or_default();
            let selectors = without_comments(selectors);
            let simple = selectors.split(',').map(str::trim);
            let simple =
                simple.filter(|one| !one.is_empty() && !one.contains([' ', '>', ':', '[']));
            self.0.extend(simple.map(str::to_ascii_lowercase));
        }
    }

    /// True for an element that a style sheet hides.
    pub fn hides(&self, name: &str, attributes: &[(&str, &str)]) -> bool {
        if self.0.is_empty() {
            return false;
        }
        let is_said = |sign: &str, value: &str| {
            let word = value.to_ascii_lowercase();
            self.0.contains(&format!("{sign}{word}"))
                || self.0.contains(&format!("{name}{sign}{word}"))
        };
        let says_so = |(key, value): &(&str, &str)| match *key {
            "class" => value
                .split_ascii_whitespace()
                .any(|word| is_said(".", word)),
            "id" => is_said("#", value.trim()),
            _ => false,
        };
        self.0.contains(name) || attributes.iter().any(says_so)
    }
}

/// True for declarations under which nothing is seen.
pub(super) fn hides(declarations: &str) -> bool {
    let style: String = declarations
        .chars()
        .filter(|c| !c.is_whitespace())
        .collect();
    let style = style.to_ascii_lowercase();
    let is_zero = |property: &str| {
        style.split(property).skip(1).any(|value| {
            let is_number = |c: char| c.is_ascii_digit() || c == '.';
            let end = value.find(|c| !is_number(c)).unwrap_or(value.len());
            value.get(..end).and_then(|number| number.parse().ok()) == Some(0.0)
        })
    };
    let rules = [
        "display:none",
        "visibility:hidden",
        "visibility:collapse",
        "mso-hide:all",
        "text-indent:-9",
        "left:-9",
        "top:-9",
        "clip:rect(0",
    ];
    let colours = [
        "color:transparent",
        "color:#fff",
        "color:white",
        "color:rgb(255,255,255)",
    ];
    let is_clear = |colour: &str| {
        let mut found = style.match_indices(colour);
        found.any(|(at, _)| at == 0 || style.as_bytes().get(at - 1) == Some(&b';'))
    };
    rules.iter().any(|rule| style.contains(rule))
        || is_zero("font-size:")
        || is_zero("opacity:")
        // White on a ground of its own colour is seen.
        || !style.contains("background") && colours.iter().any(|colour| is_clear(colour))
}

/// True for an element that shows its text from the right to the left, digits too.
pub(super) fn turns_round(name: &str, attributes: &[(&str, &str)]) -> bool {
    let is = |key: &str, word: &str| {
        let mut named = attributes.iter().filter(|(name, _)| *name == key);
        named.any(|(_, value)| value.to_ascii_lowercase().replace(' ', "").contains(word))
    };
    let is_right = is("dir", "rtl") || is("style", "direction:rtl");
    is_right && (name == "bdo" || is("style", "bidi-override") || is("style", "isolate-override"))
}

/// What of a style sheet may be text: its comments, and declarations with a string, an escape or many
/// digits. The rest is measures and colours.
pub(super) fn texts(sheet: &str) -> String {
    let may_be = |piece: &&str| {
        let digits = piece.bytes().filter(u8::is_ascii_digit).count();
        digits >= MANY || piece.contains(['"', '\'', '\\']) || piece.contains("/*")
    };
    let pieces = sheet.split([';', '{', '}']).filter(may_be);
    readable(&pieces.collect::<Vec<_>>().join("\n"))
}

/// So many digits are no measure.
const MANY: usize = 9;

/// A style sheet with its escapes resolved (CSS 2.2, 4.1.3): what it says to be shown is text.
fn readable(sheet: &str) -> String {
    let mut out = String::with_capacity(sheet.len());
    let mut rest = sheet;
    while let Some((before, after)) = rest.split_once('\\') {
        out.push_str(before);
        let digits = after
            .bytes()
            .take(6)
            .take_while(u8::is_ascii_hexdigit)
            .count();
        let (code, behind) = after.split_at(digits);
        let decoded = u32::from_str_radix(code, 16).ok().and_then(char::from_u32);
        out.extend(decoded);
        // One blank ends an escape.
        rest = match digits {
            0 => behind,
            _ => behind.strip_prefix([' ', '\n', '\t']).unwrap_or(behind),
        };
    }
    out.push_str(rest);
    out
}

fn without_comments(text: &str) -> String {
    let mut pieces = text.split("/*");
    let mut out = pieces.next().unwrap_or_default().to_owned();
    out.extend(pieces.filter_map(|piece| Some(piece.split_once("*/")?.1)));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_tell_what_is_hidden() {
        let mut hidden = Hidden::default();
        hidden.add(
            "/* x */ .A, p#b { color: red; Display : none }\n@media all { .c { opacity: 0 } }\n\
            .d { opacity: 0.5 } .e .f { display: none }",
        );
        assert!(hidden.hides("b", &[("class", "y a")]));
        assert!(hidden.hides("p", &[("id", "b")]));
        assert!(hidden.hides("i", &[("class", "c")]));
        for class in ["d", "e", "f"] {
            assert!(!hidden.hides("p", &[("class", class)]), "{class}");
        }
        assert!(!hidden.hides("div", &[("id", "b")]));
    }

    #[test]
    fn declarations_hide_in_many_ways() {
        for style in [
            "font-size: 0px",
            "color : white",
            "a:b;color:#FFFFFF",
            "left:-9999px",
        ] {
            assert!(hides(style), "{style}");
        }
        for style in [
            "color:white;background:#000",
            "background-color:#fff",
            "font-size:.5em",
        ] {
            assert!(!hides(style), "{style}");
        }
    }

    #[test]
    fn escapes_are_text() {
        assert_eq!(
            readable("content:'\\37 5\\000036.\\a9'"),
            "content:'756.\u{a9}'"
        );
        assert_eq!(readable("a\\"), "a");
        let sheet = "p { margin: 0 12px; content: '7' } /* 5 */ b { width: 123456789 }";
        assert_eq!(
            texts(sheet),
            " content: '7' \n /* 5 */ b \n width: 123456789 "
        );
    }
}
