// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps the channels: each a name for a list of actions, bound to the relay profiles they use.

use indexmap::IndexMap;

use super::action::{self, Action};
use super::entry::{Carrier, Entry};
use super::field;
use super::relay::Profile;
use super::subject;
use crate::decide::{Catalogue, Strictness, Terms};
use crate::message::{Address, Message};
use crate::nearest::did_you_mean;

/// The longest sentence of a refusal with its contact: one reply line (RFC 5321, 4.5.3.1.5).
const SENTENCE: usize = 440;

/// One channel.
#[derive(Debug, Default)]
pub(super) struct Channel {
    pub(super) relay: Option<Profile>,
    pub(super) headers: Vec<(String, String)>,
    /// Why it waits in the MTA's hold queue.
    pub(super) hold: Option<String>,
    /// Why it waits in the quarantine.
    pub(super) quarantine: Option<String>,
    /// Enhanced status code and sentence.
    pub(super) reject: Option<(String, String)>,
    /// Whom a refused sender may ask.
    pub(super) contact: Option<String>,
}

/// The channels, each a name for a list of actions, with the relay profiles they use.
#[derive(Debug, Default)]
pub struct Channels(IndexMap<String, Channel>);

impl Channel {
    pub(super) fn strictness(&self) -> Strictness {
        match self {
            Self {
                reject: Some(_), ..
            } => Strictness::Reject,
            Self { hold: Some(_), .. }
            | Self {
                quarantine: Some(_),
                ..
            } => Strictness::Hold,
            Self { relay: Some(_), .. } => Strictness::Relay,
            Self { headers, .. } if !headers.is_empty() => Strictness::Header,
            _ => Strictness::Plain,
        }
    }

    /// The sentence with which it refuses, with the contact.
    pub(super) fn sentence(&self, sentence: &str) -> String {
        match &self.contact {
            Some(contact) => format!("{sentence}. {contact}"),
            None => sentence.to_owned(),
        }
    }

    fn check_contact(&self, name: &str) -> Option<String> {
        let contact = self.contact.as_ref()?;
        let sentence = self.reject.as_ref().map_or("", |(_, sentence)| sentence);
        let is_sound = !contact.trim().is_empty() && field::is_plain(contact);
        (!is_sound || self.sentence(sentence).len() > SENTENCE).then(|| {
            format!(
                "channels.{name}.contact: with the sentence of the refusal it must be at most {SENTENCE} \
                 printable ASCII characters (SMTP carries no others)"
            )
        })
    }

    /// Takes an action on.
    fn bind(&mut self, action: &Action, profiles: &[Profile]) -> Result<(), String> {
        let is_second = match action {
            Action::Relay(id) => self.relay.replace(find(id, profiles)?).is_some(),
            Action::Reject(text) => self.reject.replace(action::refusal(text)?).is_some(),
            Action::MtaHold(text) => {
                self.hold.replace(action::reason(text)?).is_some() || self.quarantine.is_some()
            }
            Action::Quarantine(text) => {
                self.quarantine.replace(action::reason(text)?).is_some() || self.hold.is_some()
            }
            Action::Header(text) => {
                self.headers.push(action::header(text)?);
                false
            }
        };
        match is_second {
            true => Err("a channel relays, holds or refuses once; make a second channel".into()),
            false => Ok(()),
        }
    }
}

/// The profile of that id; the last one, so that the admin's own stands before the shipped one.
fn find(id: &str, profiles: &[Profile]) -> Result<Profile, String> {
    let found = profiles.iter().rfind(|profile| profile.id == id);
    found.cloned().ok_or_else(|| {
        let near = did_you_mean(id, profiles.iter().map(|profile| profile.id.as_str()));
        format!("no relay profile {id:?}{near}")
    })
}

impl Channels {
    /// Binds channels to relay profiles; of two profiles with one id the later one counts.
    ///
    /// # Errors
    /// One sentence for each channel that cannot work, beginning with its path (`channels.x[0]`).
    pub fn new(
        channels: &IndexMap<String, Entry>,
        profiles: &[Profile],
    ) -> Result<Self, Vec<String>> {
        let mut wrong = Vec::new();
        let mut bound = IndexMap::new();
        for (name, entry) in channels {
            let mut channel = Channel::default();
            for (at, action) in entry.actions.iter().enumerate() {
                if let Err(sentence) = channel.bind(action, profiles) {
                    let list = if entry.is_short { "" } else { ".do" };
                    wrong.push(format!("channels.{name}{list}[{at}]: {sentence}"));
                }
            }
            if entry.carrier != Carrier::Mail && channel.strictness() < Strictness::Hold {
                wrong.push(format!(
                    "channels.{name}: its kind is no mail, so no message can go by it; write reject: with \
                     what a person does instead, or hold it"
                ));
            }
            channel.contact.clone_from(&entry.contact);
            wrong.extend(channel.check_contact(name));
            bound.insert(name.clone(), channel);
        }
        if wrong.is_empty() {
            Ok(Self(bound))
        } else {
            Err(wrong)
        }
    }

    /// What each channel takes: as its entry says, and as its relay says.
    pub fn catalogue(&self, channels: &IndexMap<String, Entry>) -> Catalogue {
        let terms = |(name, entry): (&String, &Entry)| {
            let channel = self.get(name);
            let relay = channel.and_then(|channel| channel.relay.as_ref());
            let terms = Terms {
                strictness: channel.map(Channel::strictness).unwrap_or_default(),
                limits: relay
                    .map(|relay| relay.limits.clone())
                    .into_iter()
                    .chain([entry.limits.clone()])
                    .collect(),
                from: entry.from.clone(),
                to: entry.to.clone(),
                needs: entry.needs,
                fallback: entry.fallback.clone(),
            };
            (name.clone(), terms)
        };
        channels.iter().map(terms).collect()
    }

    /// How strict the channel of that name is; nothing where there is none.
    pub fn strictness(&self, name: &str) -> Option<Strictness> {
        self.get(name).map(Channel::strictness)
    }

    /// The names of the channels by which a message leaves, neither held nor refused.
    pub fn passing(&self) -> Vec<String> {
        let channels = self.0.iter();
        let passing = channels.filter(|(_, channel)| channel.strictness() < Strictness::Hold);
        passing.map(|(name, _)| name.clone()).collect()
    }

    /// True where some channel keeps messages in the quarantine.
    pub fn quarantine(&self) -> bool {
        self.0.values().any(|channel| channel.quarantine.is_some())
    }

    /// The first channel whose relay a person asked for by a mark typed into a subject.
    pub fn asked(&self, message: &Message) -> Option<&str> {
        let subjects = message.fields.iter().filter(|field| field.is("Subject"));
        let subjects: Vec<String> = subjects
            .map(|field| subject::shown(super::value(message, field)))
            .collect();
        let asked = self.0.iter().find(|(_, channel)| {
            let mark = channel
                .relay
                .as_ref()
                .and_then(|relay| relay.subject.as_ref());
            channel.strictness() == Strictness::Relay
                && mark.is_some_and(|mark| subjects.iter().any(|text| mark.is_asked_by(text)))
        });
        asked.map(|(name, _)| name.as_str())
    }

    pub(super) fn get(&self, name: &str) -> Option<&Channel> {
        self.0.get(name)
    }

    /// True for a recipient that carries the suffix of any relay: a person or an add-in put it there.
    pub(super) fn is_suffixed(&self, address: &Address) -> bool {
        let mut relays = self.0.values().filter_map(|channel| channel.relay.as_ref());
        relays.any(|relay| relay.has_suffix(address))
    }
}
