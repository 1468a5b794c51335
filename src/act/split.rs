// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns recipients that disagree into those who keep the message and those who get copies of it.

use std::collections::{HashMap, HashSet};

use super::channel::Channel;
use super::{Copies, Edit};
use crate::decide::Decision;
use crate::message::{Message, Recipient};

/// Who keeps the message, and who leaves it.
pub(super) struct Split {
    /// For each recipient whether he keeps it.
    pub(super) stays: Vec<bool>,
    /// The copies, by channel, in the order of their first recipients.
    pub(super) copies: Vec<Copies>,
}

/// Recipients whose mail looks the same.
struct Group<'a> {
    edits: Vec<Edit>,
    channels: HashSet<&'a str>,
    count: usize,
}

/// The split of a message that nobody refuses. Nothing where all of them can keep it, or where none
/// can, because it waits for all.
///
/// Who waits in the MTA's hold queue keeps it, as only the MTA can hold there. Else the largest
/// group of those whose mail looks the same does; of two that are as large the one with the fewest
/// changes, then the first.
pub(super) fn split(
    message: &Message,
    decisions: &[Decision],
    found: &[&Channel],
    edits: impl Fn(&Channel) -> Vec<Edit>,
) -> Option<Split> {
    let pairs = || decisions.iter().zip(found);
    let mut groups: Vec<Group<'_>> = Vec::new();
    let mut known: HashMap<&str, usize> = HashMap::new();
    for (decision, channel) in pairs().filter(|(_, channel)| channel.quarantine.is_none()) {
        let name = decision.channel.as_str();
        let at = *known.entry(name).or_insert_with(|| {
            let edits = edits(channel);
            let same = |group: &Group<'_>| group.edits == edits;
            groups.iter().position(same).unwrap_or_else(|| {
                groups.push(Group {
                    edits,
                    channels: HashSet::new(),
                    count: 0,
                });
                groups.len() - 1
            })
        });
        if let Some(group) = groups.get_mut(at) {
            group.count += 1;
            group.channels.insert(name);
        }
    }
    let held = pairs().filter(|(_, channel)| channel.hold.is_some());
    let held: HashSet<&str> = held
        .map(|(decision, _)| decision.channel.as_str())
        .collect();
    let staying = match held.is_empty() {
        false => held,
        true => {
            let largest = groups
                .into_iter()
                .rev()
                .max_by_key(|group| (group.count, usize::MAX - group.edits.len()));
            largest?.channels
        }
    };
    let stays: Vec<bool> = decisions
        .iter()
        .map(|decision| staying.contains(decision.channel.as_str()))
        .collect();
    if stays.iter().all(|stays| *stays) {
        return None;
    }
    let copies = copies(&message.envelope.recipients, decisions, found, &stays);
    Some(Split { stays, copies })
}

/// The copies for those who leave. Two that are one mailbox, as the channel addresses it, get one.
fn copies(
    recipients: &[Recipient],
    decisions: &[Decision],
    found: &[&Channel],
    stays: &[bool],
) -> Vec<Copies> {
    let mut copies: Vec<Copies> = Vec::new();
    let mut known: HashMap<&str, usize> = HashMap::new();
    let mut seen = HashSet::new();
    let all = recipients.iter().zip(decisions).zip(found).zip(stays);
    for (place, (((recipient, decision), channel), _)) in
        all.enumerate().filter(|(_, (_, stays))| !**stays)
    {
        let name = decision.channel.as_str();
        let relay = channel.relay.as_ref();
        let address = relay.and_then(|relay| relay.rewrite(&recipient.address));
        let address = address.map_or_else(|| recipient.address.folded(), |new| new.to_lowercase());
        if !seen.insert((name, address)) {
            continue;
        }
        let at = *known.entry(name).or_insert_with(|| {
            copies.push(Copies {
                places: Vec::new(),
                channel: name.to_owned(),
                waits: channel.quarantine.clone(),
            });
            copies.len() - 1
        });
        if let Some(copies) = copies.get_mut(at) {
            copies.places.push(place);
        }
    }
    copies
}

/// Takes those off the message who leave it.
///
/// # Errors
/// Where the bytes of one are no text that DELRCPT could repeat.
pub(super) fn take_off(recipients: &[Recipient], stays: &[bool]) -> Result<Vec<Edit>, ()> {
    let leaving = recipients.iter().zip(stays).filter(|(_, stays)| !**stays);
    let mut seen = HashSet::new();
    let mut edits = Vec::new();
    for (recipient, _) in leaving {
        let given = std::str::from_utf8(&recipient.as_given).map_err(drop)?;
        if given.contains(char::is_control) {
            return Err(());
        }
        if seen.insert(given) {
            edits.push(Edit::DeleteRecipient(given.to_owned()));
        }
    }
    Ok(edits)
}
