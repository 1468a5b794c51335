// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns a reason into German, French, Italian or Dutch. `{}` stands for words of the mail or a number; what is
//! in brackets behind a term is its field in the lexicon, which is left out.

use super::entities::ENTITIES;
use super::facts::FACTS;
use super::findings::FINDINGS;

/// What stands before the name of a category.
const TERM: (&str, [&str; 4]) = (
    "term of ",
    [
        "Begriff der Kategorie ",
        "terme de ",
        "termine di ",
        "term van ",
    ],
);

/// A reason in the language of this column; none where it is not known.
pub(super) fn translate(reason: &str, column: usize) -> Option<String> {
    if let Some(term) = reason.strip_prefix(TERM.0) {
        let (category, _) = term.split_once(' ').unwrap_or((term, ""));
        let (_, words) = ENTITIES
            .iter()
            .find(|(entity, _)| entity.as_str() == category)?;
        return Some(format!("{}{}", TERM.1.get(column)?, words.get(column)?));
    }
    FINDINGS.iter().chain(FACTS).find_map(|(english, others)| {
        let own = others.get(column)?;
        match english.split_once("{}") {
            None => (*english == reason).then(|| (*own).to_owned()),
            Some((before, after)) => {
                let words = reason.strip_prefix(before)?.strip_suffix(after)?;
                Some(own.replacen("{}", words, 1))
            }
        }
    })
}
