// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns what the program says of a finding into words that people read in their own language.

mod entities;
mod facts;
mod findings;
mod reasons;
mod sentences;

use clap::ValueEnum;

use crate::detect::{Confidence, Entity};
pub(super) use sentences::Sentences;

/// A language that evidence is told in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Language {
    /// The words of the configuration.
    #[default]
    En,
    De,
    Fr,
    It,
    Nl,
}

impl Language {
    /// The place in a row of translations; English is what is translated.
    fn column(self) -> Option<usize> {
        match self {
            Self::En => None,
            Self::De => Some(0),
            Self::Fr => Some(1),
            Self::It => Some(2),
            Self::Nl => Some(3),
        }
    }

    /// What an entity or a fact is called.
    pub fn entity(self, entity: Entity) -> &'static str {
        let own = self.column().and_then(|at| {
            let mut rows = entities::ENTITIES.iter();
            rows.find(|(own, _)| *own == entity)?.1.get(at)
        });
        own.copied().unwrap_or(entity.as_str())
    }

    /// How sure a detector is.
    pub fn confidence(self, confidence: Confidence) -> &'static str {
        let words = match confidence {
            Confidence::Low => ["gering", "faible", "bassa", "laag"],
            Confidence::Medium => ["mittel", "moyenne", "media", "middel"],
            Confidence::High => ["hoch", "élevée", "alta", "hoog"],
        };
        let own = self.column().and_then(|at| words.get(at).copied());
        own.unwrap_or(confidence.as_str())
    }

    /// What speaks for a finding or against it.
    pub fn reason(self, reason: &str) -> String {
        let own = self.column().and_then(|at| reasons::translate(reason, at));
        own.unwrap_or_else(|| reason.to_owned())
    }

    /// The sentences around them.
    pub(super) fn sentences(self) -> &'static Sentences {
        let [en, others @ ..] = &sentences::ALL;
        self.column().and_then(|at| others.get(at)).unwrap_or(en)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OTHERS: [Language; 4] = [Language::De, Language::Fr, Language::It, Language::Nl];

    #[test]
    fn each_entity_has_a_word_in_each_language() {
        for entity in Entity::ALL {
            for language in OTHERS {
                let rows = entities::ENTITIES.iter();
                assert_eq!(
                    rows.filter(|(own, _)| own == entity).count(),
                    1,
                    "{entity:?}"
                );
                assert!(!language.entity(*entity).is_empty(), "{entity:?}");
            }
        }
    }

    #[test]
    fn reasons_keep_the_words_of_the_mail() {
        for (reason, language, expected) in [
            ("check digit", Language::De, "Prüfziffer"),
            ("keyword AHV-Nr", Language::Fr, "mot-clé « AHV-Nr »"),
            ("term of health (mind)", Language::It, "termine di salute"),
            ("12 names", Language::Nl, "12 namen"),
            ("keyword AHV", Language::En, "keyword AHV"),
        ] {
            assert_eq!(language.reason(reason), expected);
        }
    }
}
