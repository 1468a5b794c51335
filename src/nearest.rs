// SPDX-License-Identifier: GPL-3.0-or-later
//! Finds the word that was probably meant.

/// Longer words are nobody's typing error, and their distance costs the square of their length.
const LONGEST: usize = 64;

/// `; did you mean "hold"?` where one of `known` is near enough to `word`, else nothing.
pub fn did_you_mean<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let near = known
        .into_iter()
        .filter(|candidate| word.len().max(candidate.len()) <= LONGEST)
        .map(|candidate| (strsim::damerau_levenshtein(word, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= candidate.chars().count().div_ceil(3))
        .min();
    near.map_or_else(String::new, |(_, candidate)| {
        format!("; did you mean \"{candidate}\"?")
    })
}

/// The same, and where nothing is near, all that is known: `; write one of plain, hold`.
pub fn instead(word: &str, known: &[&str]) -> String {
    let near = did_you_mean(word, known.iter().copied());
    if near.is_empty() && !known.is_empty() {
        return format!("; write one of {}", known.join(", "));
    }
    near
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suggests_only_what_is_near() {
        let known = ["plain", "hold", "refuse"];
        assert_eq!(did_you_mean("hodl", known), "; did you mean \"hold\"?");
        assert_eq!(did_you_mean("quarantine", known), "");
        assert_eq!(
            instead("quarantine", &known[..2]),
            "; write one of plain, hold"
        );
        assert_eq!(instead("hodl", &known), "; did you mean \"hold\"?");
        assert_eq!(did_you_mean(&"x".repeat(1_000_000), known), "");
    }
}
