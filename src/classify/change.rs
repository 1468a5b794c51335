// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns the counts of a message into what would have to be different for a lower level.

use std::collections::BTreeMap;

use super::Sensitivity;
use super::level::{Condition, Counts, Levels};
use crate::detect::Entity;
use crate::detect::entity::members;

/// What would have to go for a message to be of a lower level, and which that is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// How many values less of each entity, or which fact not at all.
    pub without: BTreeMap<Entity, usize>,
    /// The level without them.
    pub level: Sensitivity,
    /// What is left then.
    pub counts: Counts,
}

impl Levels {
    /// The way down from the level of these counts to the lowest, by as few values less as the lines of
    /// `classify` allow. Each step holds what the one before it holds, and more.
    pub fn steps(&self, counts: &Counts) -> Vec<Step> {
        let mut steps: Vec<Step> = Vec::new();
        let mut left = counts.clone();
        let mut without = BTreeMap::new();
        let (mut level, mut holds) = self.highest(&left);
        // Each round takes one value at least.
        while let Some(condition) = holds {
            for (entity, count) in condition.surplus(&left) {
                left.take(entity, count);
                *without.entry(entity).or_default() += count;
            }
            left.settle();
            let (next, condition) = self.highest(&left);
            if next < level {
                steps.push(Step {
                    without: without.clone(),
                    level: next,
                    counts: left.clone(),
                });
            }
            (level, holds) = (next, condition);
        }
        steps
    }
}

impl Condition {
    /// What has to go for this to hold no more: of the term that wants the fewest.
    fn surplus(&self, counts: &Counts) -> Vec<(Entity, usize)> {
        let terms = self.terms.iter();
        let over = terms.map(|term| (term.found(counts).saturating_sub(term.count) + 1, term));
        let Some((mut over, term)) = over.min_by_key(|(over, _)| *over) else {
            return Vec::new();
        };
        let own = term
            .entities
            .iter()
            .map(|entity| (*entity, counts.of(*entity)));
        let private = counts.private.iter().filter(|_| term.private);
        let all = own.chain(private.map(|(entity, count)| (*entity, *count)));
        let mut gone = Vec::new();
        for (entity, count) in all.filter(|(_, count)| *count > 0) {
            let less = count.min(over);
            over -= less;
            gone.push((entity, less));
            if over == 0 {
                break;
            }
        }
        gone
    }
}

impl Counts {
    /// Takes values away, private ones first.
    fn take(&mut self, entity: Entity, count: usize) {
        for counts in [&mut self.entities, &mut self.private] {
            if let Some(own) = counts.get_mut(&entity) {
                *own = own.saturating_sub(count);
            }
        }
    }

    /// Takes away the contact data that count only beside others, where there are none.
    fn settle(&mut self) {
        let contact = members("contact");
        let mut others = self.entities.iter().filter(|(_, count)| **count > 0);
        let stands = others.any(|(entity, _)| {
            *entity == Entity::BulkList || !entity.is_fact() && !contact.contains(entity)
        });
        if !stands {
            for (entity, count) in std::mem::take(&mut self.beside) {
                self.take(entity, count);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::role::Role;
    use super::super::tests::levels;
    use super::*;

    fn counts(all: &[(Entity, usize, Role)]) -> Counts {
        let mut counts = Counts::default();
        for (entity, count, role) in all {
            (0..*count).for_each(|_| counts.add(*entity, *role));
        }
        counts
    }

    /// The steps in words: `health 1: internal`.
    fn steps(all: &[(Entity, usize, Role)]) -> Vec<String> {
        let levels = levels();
        let steps = levels.steps(&counts(all)).into_iter();
        let words = steps.map(|step| {
            let without = step.without.iter();
            let without: Vec<String> = without
                .map(|(entity, count)| format!("{} {count}", entity.as_str()))
                .collect();
            format!("{}: {}", without.join(", "), levels.name(step.level))
        });
        words.collect()
    }

    #[test]
    fn tells_the_least_that_lowers_a_level() {
        use Entity::{Health, NationalId, PersonName, PhoneNumber, PostalAddress, Unreadable};
        use Role::{Contact, Counted, Private};
        assert!(steps(&[]).is_empty());
        assert_eq!(
            steps(&[(NationalId, 1, Counted)]),
            ["national-id 1: public"]
        );
        // Three of twelve leave nine; all twelve leave none.
        assert_eq!(
            steps(&[(NationalId, 12, Counted)]),
            ["national-id 3: confidential", "national-id 12: public"]
        );
        assert_eq!(
            steps(&[
                (Health, 2, Counted),
                (NationalId, 1, Counted),
                (PostalAddress, 1, Private)
            ]),
            [
                "health 2: confidential",
                "national-id 1, health 2: internal",
                "postal-address 1, national-id 1, health 2: public",
            ]
        );
        // Names count beside the number only, so without it they are no list of five.
        assert_eq!(
            steps(&[
                (NationalId, 1, Counted),
                (PersonName, 6, Contact("a name alone"))
            ]),
            ["national-id 1: public"]
        );
        assert_eq!(
            steps(&[(PhoneNumber, 6, Private)]),
            ["phone-number 6: public"]
        );
        assert_eq!(steps(&[(Unreadable, 1, Counted)]), ["unreadable 1: public"]);
    }
}
