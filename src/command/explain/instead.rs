// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns a verdict into what would have to be different: for a lower level, and for another channel.

use serde::Serialize;

use super::Language;
use crate::act;
use crate::classify::Step;
use crate::decide::{self, Features, Weight};
use crate::detect::Entity;
use crate::extract::Opened;
use crate::inspect::{Policy, Verdict};
use crate::message::Message;

/// What would have to be different.
#[derive(Debug, Serialize)]
pub(super) struct Instead {
    /// The way down to the lowest level, step by step.
    levels: Vec<Lower>,
    /// The channels of this level for recipients of other kinds.
    kinds: Vec<Kind>,
}

/// A lower level.
#[derive(Debug, Serialize)]
struct Lower {
    without: Vec<Less>,
    level: String,
    level_index: usize,
    /// The recipients whose channel would be another one.
    decisions: Vec<Other>,
}

/// So many values less.
#[derive(Debug, Serialize)]
struct Less {
    entity: Entity,
    count: usize,
}

#[derive(Debug, Serialize)]
struct Other {
    recipient: String,
    channel: String,
    because: String,
}

#[derive(Debug, Serialize)]
struct Kind {
    kind: String,
    channel: String,
    because: String,
}

impl Instead {
    /// What would change the verdict on a message that was read with its envelope.
    pub fn of(message: &Message, opened: &[Opened], verdict: &Verdict, policy: &Policy) -> Self {
        let classification = &verdict.classification;
        let many = policy.levels.bulk.recipients;
        let features = Features::of(message, opened, classification, many);
        let steps = policy.levels.steps(&classification.counts);
        let lower = |step: &Step| Lower {
            without: step
                .without
                .iter()
                .map(|(entity, count)| Less {
                    entity: *entity,
                    count: *count,
                })
                .collect(),
            level: policy.levels.name(step.level).to_owned(),
            level_index: step.level.0,
            decisions: decided(message, &features, step, verdict, policy),
        };
        let weight = Weight {
            direction: verdict.direction,
            sensitivity: classification.sensitivity,
            is_sealed: policy.levels.is_sealed(&classification.counts),
        };
        let others = decide::by_kind(&features, weight, &policy.table);
        let others = others.into_iter().filter(|other| {
            let mut own = verdict.decisions.iter();
            !own.any(|own| own.kind == other.kind || own.channel == other.channel)
        });
        let others = others.map(|other| Kind {
            kind: other.kind,
            channel: other.channel,
            because: other.because,
        });
        Self {
            levels: steps.iter().map(lower).collect(),
            kinds: others.collect(),
        }
    }

    /// Prints it, for a person.
    pub fn print(&self, language: Language) {
        let words = language.sentences();
        println!("\n{}", words.instead);
        if self.levels.is_empty() {
            println!("  {}", words.lowest);
        }
        for step in &self.levels {
            let without = step.without.iter();
            let without = without.map(|less| match less.entity.is_fact() {
                true => language.entity(less.entity).to_owned(),
                false => format!("{} {}", less.count, language.entity(less.entity)),
            });
            let without: Vec<String> = without.collect();
            let without = without.join(&format!(" {} ", words.and));
            println!("  {}", fill(words.without, [&without, &step.level]));
            for other in &step.decisions {
                println!(
                    "    {}",
                    fill(words.channel, [&other.recipient, &other.channel])
                );
            }
        }
        for other in &self.kinds {
            println!("  {}", fill(words.kind, [&other.kind, &other.channel]));
        }
    }
}

/// The recipients who would get it another way at this step.
fn decided(
    message: &Message,
    features: &Features,
    step: &Step,
    verdict: &Verdict,
    policy: &Policy,
) -> Vec<Other> {
    let weight = Weight {
        direction: verdict.direction,
        sensitivity: step.level,
        is_sealed: policy.levels.is_sealed(&step.counts),
    };
    let decisions = decide::for_each_recipient(&message.envelope, features, weight, &policy.table);
    let decisions = act::raise(
        message,
        verdict.direction,
        decisions,
        &policy.channels,
        &policy.ours,
    );
    let pairs = decisions.into_iter().zip(&verdict.decisions);
    let others = pairs.filter(|(then, now)| then.channel != now.channel);
    let others = others.map(|(then, _)| Other {
        recipient: then.recipient,
        channel: then.channel,
        because: then.because,
    });
    others.collect()
}

/// A sentence with its gaps filled in order.
fn fill(sentence: &str, words: [&str; 2]) -> String {
    let mut all = sentence.split("{}");
    let mut filled = all.next().unwrap_or_default().to_owned();
    for (part, word) in all.zip(words) {
        filled.push_str(word);
        filled.push_str(part);
    }
    filled
}
