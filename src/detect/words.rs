// SPDX-License-Identifier: GPL-3.0-or-later
//! Finds a rule's words around a candidate: before it, after it, at the head of its column.

use std::ops::Range;

use aho_corasick::AhoCorasick;

/// How far before and behind a candidate a keyword may stand, in bytes.
const BEFORE: usize = 100;
const AFTER: usize = 40;
/// How far before a candidate a word of one letter may end: `T: `, `T. `.
const MAX_LETTER_GAP: usize = 3;

/// A word behind a candidate is a label of what follows where it has a colon or number so near.
const MAX_LABEL: usize = 16;

/// Words to look for, case and accents aside, on word boundaries.
#[derive(Debug)]
pub(super) struct Words {
    words: Vec<String>,
    /// None where there are no words.
    automaton: Option<AhoCorasick>,
}

impl Words {
    /// Compiles the words of a rule.
    ///
    /// # Errors
    /// A sentence, where there are more than the automaton can hold.
    pub fn of(words: &[String]) -> Result<Self, String> {
        let folded = words.iter().map(|word| fold(word));
        let automaton = match words {
            [] => None,
            _ => Some(AhoCorasick::new(folded).map_err(|error| error.to_string())?),
        };
        Ok(Self {
            words: words.to_vec(),
            automaton,
        })
    }

    /// The word in `text` that stands nearest to its end, as the rule writes it, and how many bytes
    /// before the end. A word of one letter must stand right there: `T 044 668 18 00`.
    pub fn last_in(&self, text: &str) -> Option<(&str, usize)> {
        let folded = fold(text);
        let hits = self
            .hits(&folded)
            .map(|(word, hit)| (word, folded.len() - hit.end));
        let near = hits.filter(|(word, distance)| word.len() > 1 || *distance <= MAX_LETTER_GAP);
        near.min_by_key(|(_, distance)| *distance)
    }

    /// The first word in `text`, of two letters at least, and how many bytes behind its start.
    pub fn first_in(&self, text: &str) -> Option<(&str, usize)> {
        let folded = fold(text);
        let mut words = self.hits(&folded).map(|(word, hit)| (word, hit.start));
        words.find(|(word, _)| word.len() > 1)
    }

    /// The first word behind a candidate, and how many bytes behind it. A word that says what comes
    /// next, as in `BSN: 111222333`, says nothing of what stands before it.
    pub fn behind(&self, text: &str) -> Option<(&str, usize)> {
        let folded = fold(text);
        let is_label = |end: usize| {
            let rest = folded.get(end..).unwrap_or_default();
            let mut signs = rest.chars().take(MAX_LABEL);
            let sign = signs.find(|c| c.is_ascii_digit() || ":=),;\n".contains(*c));
            sign.is_some_and(|c| c.is_ascii_digit() || c == ':' || c == '=')
        };
        let mut words = self.hits(&folded);
        let found = words.find(|(word, hit)| word.len() > 1 && !is_label(hit.end));
        found.map(|(word, hit)| (word, hit.start))
    }

    fn hits(&self, folded: &str) -> impl Iterator<Item = (&str, Range<usize>)> {
        let automaton = self.automaton.iter();
        let hits = automaton.flat_map(move |automaton| automaton.find_overlapping_iter(folded));
        hits.filter(|hit| is_bounded(folded, &hit.range()))
            .filter_map(|hit| {
                let word = self.words.get(hit.pattern().as_usize())?;
                Some((word.as_str(), hit.range()))
            })
    }
}

/// The text before and behind a candidate in which its keywords may stand. It ends at an empty line.
pub(super) fn around<'a>(text: &'a str, span: &Range<usize>) -> (&'a str, &'a str) {
    let mut start = span.start.saturating_sub(BEFORE);
    while !text.is_char_boundary(start) {
        start += 1;
    }
    let mut end = (span.end + AFTER).min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    // One that begins there may end behind it.
    let rest = text.get(end..).unwrap_or_default().char_indices();
    let rest = rest.take_while(|(at, c)| *at < AFTER && c.is_alphanumeric());
    end += rest.map(|(_, c)| c.len_utf8()).sum::<usize>();
    let before = text.get(start..span.start).unwrap_or_default();
    let after = text.get(span.end..end).unwrap_or_default();
    // A word that the cut left half is none.
    let cut = start > 0
        && text
            .as_bytes()
            .get(start - 1)
            .is_some_and(u8::is_ascii_alphanumeric);
    let before = match before.split_once(|c: char| !c.is_alphanumeric()) {
        Some((_, rest)) if cut => rest,
        _ => before,
    };
    let before = before.rsplit_once("\n\n").map_or(before, |(_, near)| near);
    (
        before,
        after.split_once("\n\n").map_or(after, |(near, _)| near),
    )
}

/// Lower case, without accents, each stretch of blanks as one blank.
fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            c if c.is_ascii_alphanumeric() => out.push(c.to_ascii_lowercase()),
            c if c.is_whitespace() || c == '_' => {
                if !out.ends_with(' ') {
                    out.push(' ');
                }
            }
            '\u{300}'..='\u{36f}' => (),
            c if c.is_ascii() => out.push(c),
            c => c.to_lowercase().for_each(|c| push_base(c, &mut out)),
        }
    }
    out
}

/// Pushes a lower-case letter without its accent.
fn push_base(c: char, out: &mut String) {
    let base = match c {
        'à'..='å' | 'ā' | 'ă' | 'ą' => 'a',
        'ç' | 'ć' | 'ĉ' | 'ċ' | 'č' => 'c',
        'ď' | 'đ' => 'd',
        'è'..='ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' => 'e',
        'ì'..='ï' | 'ĩ' | 'ī' | 'ĭ' | 'į' | 'ı' => 'i',
        'ł' | 'ľ' | 'ĺ' => 'l',
        'ñ' | 'ń' | 'ň' => 'n',
        'ò'..='ö' | 'ø' | 'ō' | 'ŏ' | 'ő' => 'o',
        'ŕ' | 'ř' => 'r',
        'ś' | 'ŝ' | 'ş' | 'š' | 'ș' => 's',
        'ţ' | 'ť' | 'ț' => 't',
        'ù'..='ü' | 'ũ' | 'ū' | 'ŭ' | 'ů' | 'ű' | 'ų' => 'u',
        'ý' | 'ÿ' => 'y',
        'ź' | 'ż' | 'ž' => 'z',
        'ß' => return out.push_str("ss"),
        'æ' => return out.push_str("ae"),
        'œ' => return out.push_str("oe"),
        '’' => '\'',
        '\u{300}'..='\u{36f}' => return,
        c => c,
    };
    out.push(base);
}

/// True where neither end of the hit cuts a word.
fn is_bounded(text: &str, hit: &Range<usize>) -> bool {
    let before = text
        .get(..hit.start)
        .and_then(|text| text.chars().next_back());
    let after = text.get(hit.end..).and_then(|text| text.chars().next());
    let hit = text.get(hit.clone()).unwrap_or_default();
    let cuts = |edge: Option<char>, beside: Option<char>| {
        edge.is_some_and(char::is_alphanumeric) && beside.is_some_and(char::is_alphanumeric)
    };
    !cuts(hit.chars().next(), before) && !cuts(hit.chars().next_back(), after)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(list: &[&str]) -> Words {
        Words::of(
            &list
                .iter()
                .map(|word| (*word).to_owned())
                .collect::<Vec<_>>(),
        )
        .unwrap()
    }

    #[test]
    fn stands_on_word_boundaries_with_accents_folded() {
        let words = words(&["AHV", "numéro d'assuré", "N°"]);
        let last = |text| words.last_in(text).map(|(word, _)| word);
        assert_eq!(last("Ihre AHV-Nr. "), Some("AHV"));
        assert_eq!(last("NUMERO  D’ASSURE "), Some("numéro d'assuré"));
        assert_eq!(
            last("nume\u{301}ro d'assure\u{301}"),
            Some("numéro d'assuré")
        );
        assert_eq!(last("n°12"), Some("N°"));
        assert_eq!(last("Fahrvav ahvx"), None);
    }

    #[test]
    fn looks_so_far_and_not_over_an_empty_line() {
        let text = format!("AHV {} 756 AVS\n\nEAN", "x".repeat(90));
        let at = text.find("756").unwrap();
        let (before, after) = around(&text, &(at..at + 3));
        assert!(before.starts_with("AHV"));
        assert_eq!(after, " AVS");
        let text = format!("AHV {} 756", "é".repeat(60));
        let at = text.find("756").unwrap();
        assert!(!around(&text, &(at..at + 3)).0.contains("AHV"));
    }
}
