// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns decisions into one plan of edits.

pub mod action;
pub mod channel;
pub mod edit;
pub mod entry;
mod field;
mod label;
mod recipients;
pub mod relay;
mod split;
pub mod subject;

#[cfg(test)]
mod tests;

use std::collections::HashSet;

use crate::classify::Classification;
pub use crate::decide::Strictness;
use crate::decide::{Decision, Mixed, Ours};
use crate::message::{Address, Direction, Envelope, Field, Message};
pub use action::Action;
use channel::Channel;
pub use channel::Channels;
pub use edit::{Copies, Edit, Plan};
pub use entry::Entry;
use split::Split;

/// Decisions with the sender's wish: where a person of ours typed a relay's mark into the subject,
/// recipients outside that would get the mail less protected get it by that relay. Never less.
pub fn raise(
    message: &Message,
    direction: Direction,
    mut decisions: Vec<Decision>,
    channels: &Channels,
    ours: &Ours,
) -> Vec<Decision> {
    let asked = channels
        .asked(message)
        .filter(|_| direction == Direction::Outbound);
    let Some(asked) = asked else {
        return decisions;
    };
    for (recipient, decision) in message.envelope.recipients.iter().zip(&mut decisions) {
        let strictness = channels.strictness(&decision.channel);
        if strictness < Some(Strictness::Relay)
            && strictness.is_some()
            && decision.refused.is_none()
            && !ours.has(&recipient.address)
        {
            decision.because = format!("mark in the subject, over {}", decision.because);
            asked.clone_into(&mut decision.channel);
        }
    }
    decisions
}

/// The plan for one message: the labels that every message gets, and what the channels of its
/// recipients ask for (`doc/decisions/002-mixed-recipients.md`). Where they disagree, either the
/// strictest speaks for all of them, or those whose mail would look different leave it and get copies.
/// One that refuses refuses for all, and only a relay's own recipients are readdressed.
pub fn plan(
    message: &Message,
    classification: &Classification,
    decisions: &[Decision],
    channels: &Channels,
    ours: &Ours,
    policy_digest: &str,
    mixed: Mixed,
) -> Plan {
    let (actions, parted) = match actions(message, decisions, channels, mixed) {
        Ok(done) => done,
        Err(reply) => (vec![reply], None),
    };
    let stays = |place| {
        let stays = parted.as_ref().map(|parted| parted.stays.get(place));
        stays.flatten().is_none_or(|stays| *stays)
    };
    let recipients = message.envelope.recipients.iter().enumerate();
    let staying: Vec<&Address> = recipients
        .filter(|(place, _)| stays(*place))
        .map(|(_, one)| &one.address)
        .collect();
    Plan {
        labels: label::labels(message, &staying, classification, ours, policy_digest),
        actions,
        copies: parted.map(|parted| parted.copies).unwrap_or_default(),
    }
}

/// What is done in `enforce`: headers, recipients added, recipients taken off, hold; or the quarantine
/// and nothing else. And who was taken off.
///
/// # Errors
/// The answer that stands for all of it where the message does not pass.
fn actions(
    message: &Message,
    decisions: &[Decision],
    channels: &Channels,
    mixed: Mixed,
) -> Result<(Vec<Edit>, Option<Split>), Edit> {
    let recipients = &message.envelope.recipients;
    let found = decisions
        .iter()
        .map(|decision| channels.get(&decision.channel));
    let found: Option<Vec<&Channel>> = found.collect();
    let found = found.filter(|found| found.len() == recipients.len());
    // A decision without a channel is a fault of ours: later, perhaps, but never past us.
    let found = found.ok_or_else(|| reply(message, "451", "4.3.5", "Local policy error"))?;

    let refused = found.iter().zip(decisions).find_map(|(channel, decision)| {
        let unfit = decision
            .refused
            .as_ref()
            .and_then(|text| text.split_once(' '));
        let own = channel.reject.as_ref();
        let (code, sentence) = unfit.or(own.map(|(code, text)| (code.as_str(), text.as_str())))?;
        Some((code, channel.sentence(sentence)))
    });
    if let Some((code, sentence)) = refused {
        return Err(reply(message, "550", code, &sentence));
    }
    let parted = match mixed {
        Mixed::Split => split::split(message, decisions, &found, |channel| {
            headers(message, &[channel])
        }),
        Mixed::Strictest => None,
    };
    let all = vec![true; recipients.len()];
    let stays = parted.as_ref().map_or(&all, |parted| &parted.stays);
    let staying = recipients.iter().zip(found).zip(stays);
    let staying: Vec<_> = staying
        .filter(|(_, stays)| **stays)
        .map(|(pair, _)| pair)
        .collect();
    let found: Vec<&Channel> = staying.iter().map(|(_, channel)| *channel).collect();
    // Kept as the client sent it, it is marked and readdressed when it is let go.
    if let Some(reason) = found.iter().find_map(|channel| channel.quarantine.as_ref()) {
        return Ok((vec![Edit::Quarantine(reason.clone()), Edit::Discard], None));
    }
    let unusable = |()| {
        let sentence = "A recipient's address cannot be used with the secure relay";
        reply(message, "550", "5.1.3", sentence)
    };
    let mut edits = headers(message, &found);
    if parted.is_some() {
        edits.extend(message_id(&message.fields, &message.envelope));
    }
    edits.extend(recipients::readdress(&staying, channels).map_err(unusable)?);
    edits.extend(split::take_off(recipients, stays).map_err(unusable)?);
    let hold = found.iter().find_map(|channel| channel.hold.as_ref());
    edits.extend(hold.map(|reason| Edit::Hold(reason.clone())));
    Ok((edits, parted))
}

/// The Message-ID that a message and its copies get where the client gave none, so that they have one
/// in common.
pub fn message_id(fields: &[Field], envelope: &Envelope) -> Option<Edit> {
    let word = |text: &str| -> String {
        let sound = |c: &char| c.is_ascii_alphanumeric() || "-.".contains(*c);
        text.chars().filter(sound).collect()
    };
    let given = fields.iter().any(|field| field.is("Message-ID"));
    (!given).then(|| {
        let value = format!("<{}@{}>", word(&envelope.id), word(&envelope.host));
        Edit::AddHeader("Message-ID".into(), value)
    })
}

/// Subject marks and header fields of all channels in play, each once.
fn headers(message: &Message, channels: &[&Channel]) -> Vec<Edit> {
    let mut seen = HashSet::new();
    let relays = channels.iter().filter_map(|channel| channel.relay.as_ref());
    let relays: Vec<_> = relays
        .filter(|relay| seen.insert(relay.id.as_str()))
        .collect();
    let marks: Vec<_> = relays
        .iter()
        .filter_map(|relay| relay.subject.as_ref())
        .collect();
    let mut edits = subjects(message, &marks);

    let of_relays = relays.iter().flat_map(|relay| &relay.headers);
    let of_channels = channels.iter().flat_map(|channel| &channel.headers);
    let all = of_relays.chain(of_channels.map(|(name, value)| (name, value)));
    let mut seen = HashSet::new();
    for (name, value) in all {
        if seen.insert((name.to_ascii_lowercase(), value)) && !has(message, name, value) {
            edits.push(Edit::AddHeader(name.clone(), field::fold(name, value)));
        }
    }
    edits
}

/// Marks every Subject. RFC 5322 allows one, but clients differ in which of two they show, so none
/// may stay without; where there is none, the mark is all of it. A mark that the MTA writes at
/// delivery needs a Subject to stand in: an empty one.
fn subjects(message: &Message, marks: &[&subject::Mark]) -> Vec<Edit> {
    let name = || "Subject".to_owned();
    let all = marks.len();
    let by_us = |mark: &&subject::Mark| mark.by == subject::By::Filter;
    let marks: Vec<_> = marks.iter().copied().filter(by_us).collect();
    let mut edits = Vec::new();
    let mut count = 0;
    for field in message.fields.iter().filter(|field| field.is("Subject")) {
        count += 1;
        let marked = subject::mark(value(message, field), &marks);
        edits.extend(marked.map(|value| Edit::ChangeHeader(name(), value, count)));
    }
    if count == 0 {
        let empty = (all > marks.len()).then(String::new);
        let marked = subject::mark(b"", &marks).or(empty);
        edits.extend(marked.map(|value| Edit::AddHeader(name(), value)));
    }
    edits
}

/// True where the message has this field already; never for ours, whose copies are taken off.
fn has(message: &Message, name: &str, value: &str) -> bool {
    let mut fields = message.fields.iter().filter(|field| field.is(name));
    !label::is_ours(name)
        && fields.any(|given| {
            let given = field::unfold(self::value(message, given));
            given.is_some_and(|given| given.eq_ignore_ascii_case(value))
        })
}

/// The bytes of a field behind its colon.
fn value<'a>(message: &'a Message, field: &Field) -> &'a [u8] {
    message.raw.get(field.value.clone()).unwrap_or_default()
}

/// An answer with the message's id, by which the log tells the rest.
fn reply(message: &Message, code: &str, status: &str, sentence: &str) -> Edit {
    let id = message.envelope.id.chars();
    let id: String = id.filter(char::is_ascii_graphic).take(30).collect();
    Edit::Reply(code.into(), status.into(), format!("{sentence} ({id})"))
}
