// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns what people ask of the quarantine into moves of cases.

use std::io::Read;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::case::{Act, Case, Details, Event, Person, State, next};
use super::index::{Counts, Filter, Hashes, Row};
use super::seal::Opening;
use super::{Error, Quarantine, What, moment};
use crate::inspect::Verdict;
use crate::key::Key;
use crate::message::Address;

/// By which channel a message is let go.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Choice {
    /// For each recipient by the channel that the table chose; as it is, where that one holds.
    #[default]
    Table,
    /// By this one.
    Channel(String),
    /// As it is.
    AsIs,
}

/// A case with all that may be seen of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Shown {
    /// The case.
    pub case: Case,
    /// What was thought of it; none once it is shredded.
    pub verdict: Option<Verdict>,
    /// What was done to it.
    pub history: Vec<Event>,
}

/// What a look at all stored messages came to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verified {
    /// Messages that are whole.
    pub whole: u64,
    /// The others: case, and what is wrong.
    pub wrong: Vec<(String, String)>,
}

/// What is opened of a case.
pub(super) struct Opened {
    pub(super) blob: String,
    pub(super) key: Key,
    pub(super) details: Details,
}

impl Quarantine {
    /// Cases, the newest first.
    ///
    /// # Errors
    /// When the index fails.
    pub async fn list(self: &Arc<Self>, filter: Filter) -> Result<Vec<Case>, Error> {
        let hash = |address: &Option<String>| {
            let address = address.as_ref()?;
            Some(self.hash(Address::new(address).folded()))
        };
        let hashes = Hashes {
            from: hash(&filter.from),
            to: hash(&filter.to),
        };
        let this = Arc::clone(self);
        self.ask(move |index| {
            let rows = index.rows(&filter, &hashes)?;
            Ok(rows.into_iter().map(|row| this.case(row).0).collect())
        })
        .await
    }

    /// One case.
    ///
    /// # Errors
    /// When the index fails, or there is none of that id.
    pub async fn show(self: &Arc<Self>, id: &str) -> Result<Shown, Error> {
        let (this, id) = (Arc::clone(self), id.to_owned());
        self.ask(move |index| {
            let row = index.row(&id)?.ok_or_else(|| Error::Missing(id.clone()))?;
            let lines = index.history(&id)?.into_iter();
            let history = lines.map(|line| Event {
                at: moment(line.at),
                who: line.who,
                act: line.act,
                recipient: line.place.map(|place| place + 1),
                text: line.text,
            });
            let history = history.collect();
            let (case, details) = this.case(row);
            let verdict = details.map(|details| details.verdict);
            Ok(Shown {
                case,
                verdict,
                history,
            })
        })
        .await
    }

    /// Does this to the recipients of a case whose addresses are given, or where none is given to all to
    /// whom it can be done. How many these were.
    ///
    /// # Errors
    /// When the index fails, when it cannot be done to one of them, or when nobody of that address is there.
    pub async fn act(
        self: &Arc<Self>,
        id: &str,
        to: &[String],
        act: Act,
        who: &str,
        text: &str,
    ) -> Result<usize, Error> {
        let shown = self.show(id).await?;
        let places = places(&shown.case, to, act)?;
        let count = places.len();
        let case = id.to_owned();
        self.note_of(who, text, move |index, by| {
            index.act(&case, &places, act, by)
        })
        .await?;
        match act {
            Act::Arm => self.happens(shown, What::Held),
            Act::Refuse => self.happens(shown, What::Refused),
            Act::Expire => self.happens(shown, What::Expired),
            _ => (),
        }
        if matches!(act, Act::Refuse | Act::Delete | Act::Expire | Act::Confirm) {
            self.shred(Some(id)).await?;
        }
        Ok(count)
    }

    /// Lets a message go to these recipients, as for [`Self::act`]. It is on its way when this returns.
    ///
    /// # Errors
    /// As there; and where no message leaves by that channel.
    pub async fn release(
        self: &Arc<Self>,
        id: &str,
        to: &[String],
        by: &Choice,
        who: &str,
        text: &str,
    ) -> Result<usize, Error> {
        let passing = self.current()?.passing.clone();
        if let Choice::Channel(name) = by
            && !passing.contains(name)
        {
            return Err(Error::Refused(format!(
                "no message leaves by a channel \"{name}\"; there are: {}",
                passing.join(", ")
            )));
        }
        let case = self.show(id).await?.case;
        let places = places(&case, to, Act::Release)?;
        let by_table = |place: &usize| {
            let channel = &case.recipients.get(*place)?.channel;
            passing.contains(channel).then(|| channel.clone())
        };
        let channels: Vec<(usize, Option<String>)> = places
            .iter()
            .map(|place| match by {
                Choice::Table => (*place, by_table(place)),
                Choice::Channel(name) => (*place, Some(name.clone())),
                Choice::AsIs => (*place, None),
            })
            .collect();
        let count = channels.len();
        let id = id.to_owned();
        self.note_of(who, text, move |index, by| {
            index.release(&id, &channels, by)
        })
        .await?;
        self.wake.notify_one();
        Ok(count)
    }

    /// Sets or lifts the duty to keep a case.
    ///
    /// # Errors
    /// When the index fails, or there is no such case.
    pub async fn keep(&self, id: &str, is_held: bool, who: &str, text: &str) -> Result<(), Error> {
        let id = id.to_owned();
        self.note_of(who, text, move |index, by| {
            index.set_legal_hold(&id, is_held, by)
        })
        .await
    }

    /// The message of a case, for somebody who says why he must see it; that is noted first.
    ///
    /// # Errors
    /// When it cannot be noted, is not there any more, or is damaged.
    pub async fn reveal(
        self: &Arc<Self>,
        id: &str,
        who: &str,
        reason: &str,
    ) -> Result<Vec<u8>, Error> {
        let case = id.to_owned();
        self.note_of(who, reason, move |index, by| {
            let row = index.row(&case)?;
            row.ok_or_else(|| Error::Missing(case.clone()))?;
            index.note(&case, "reveal", by)
        })
        .await?;
        let opened = self.opened(id).await?;
        self.message(opened.blob, opened.key).await
    }

    /// Reads every stored message to its end: whole is only what nobody has changed.
    ///
    /// # Errors
    /// When the index fails.
    pub async fn verify(self: &Arc<Self>) -> Result<Verified, Error> {
        let all = Filter {
            most: Some(u32::MAX),
            ..Filter::default()
        };
        let ids = self.ask(move |index| {
            let rows = index.rows(&all, &Hashes::default())?;
            let stored = rows.into_iter().filter(|row| row.content.is_some());
            Ok(stored.map(|row| row.facts.id).collect::<Vec<_>>())
        });
        let mut verified = Verified::default();
        for id in ids.await? {
            let read = match self.opened(&id).await {
                Ok(opened) => self.message(opened.blob, opened.key).await.map(drop),
                // It was shredded meanwhile.
                Err(Error::Missing(_)) => continue,
                Err(error) => Err(error),
            };
            match read {
                Ok(()) => verified.whole += 1,
                Err(error) => verified.wrong.push((id, error.to_string())),
            }
        }
        Ok(verified)
    }

    /// How much there is.
    ///
    /// # Errors
    /// When the index fails.
    pub async fn counts(&self) -> Result<Counts, Error> {
        self.ask(|index| index.counts()).await
    }

    /// The key and details of a case that is stored.
    pub(super) async fn opened(self: &Arc<Self>, id: &str) -> Result<Opened, Error> {
        let (this, id) = (Arc::clone(self), id.to_owned());
        self.ask(move |index| {
            let row = index.row(&id)?.ok_or_else(|| Error::Missing(id.clone()))?;
            this.open_row(&row)
        })
        .await
    }

    fn open_row(&self, row: &Row) -> Result<Opened, Error> {
        let id = &row.facts.id;
        let content = row
            .content
            .as_ref()
            .ok_or_else(|| Error::Missing(id.clone()))?;
        let damaged = || Error::Damaged(format!("{id}: its key or its details are damaged"));
        let week = self.keys.weeks.of(row.facts.arrived)?;
        let key = week.unwrap_key(&content.key, &content.blob);
        let key = key.ok_or_else(damaged)?;
        let details = key.for_purpose("details").unwrap(&content.details, id);
        let details = serde_json::from_slice(&details.ok_or_else(damaged)?);
        Ok(Opened {
            blob: content.blob.clone(),
            key,
            details: details.map_err(|_| damaged())?,
        })
    }

    /// A stored message, all of it; nothing where a byte of it is not what was stored.
    pub(super) async fn message(&self, blob: String, key: Key) -> Result<Vec<u8>, Error> {
        self.with_store(move |store| {
            let mut message = Vec::new();
            let read = Opening::new(store.get(&blob)?, &key, &blob);
            let read = read.and_then(|mut opening| opening.read_to_end(&mut message));
            read.map_err(|error| Error::Damaged(error.to_string()))?;
            Ok(message)
        })
        .await
    }

    /// A case as people see it, and what was sealed with it.
    fn case(&self, row: Row) -> (Case, Option<Details>) {
        let details = self.open_row(&row).ok().map(|opened| opened.details);
        let envelope = details.as_ref().map(|details| &details.envelope);
        let decisions = details.as_ref().map(|details| &details.verdict.decisions);
        let person = |(at, place): (usize, &super::index::Place)| Person {
            address: envelope
                .and_then(|envelope| envelope.recipients.get(at))
                .map_or_else(String::new, |one| one.address.to_string()),
            channel: place.channel.clone(),
            because: decisions
                .and_then(|decisions| decisions.get(at))
                .map_or_else(String::new, |decision| decision.because.clone()),
            state: place.state,
            since: moment(place.since),
            claimed_by: place.who.clone(),
            reply: place.reply.clone(),
            queue: place.queue.clone(),
        };
        let facts = row.facts;
        let case = Case {
            arrived: moment(facts.arrived),
            expires: moment(facts.expires),
            from: envelope.map_or_else(String::new, |envelope| envelope.sender.to_string()),
            recipients: row.recipients.iter().enumerate().map(person).collect(),
            id: facts.id,
            direction: facts.direction,
            level: facts.level,
            level_index: facts.rank,
            found: facts.found,
            reason: facts.reason,
            policy: facts.policy,
            bytes: facts.bytes,
            queue: facts.queue,
            same_as: row.same_as,
            legal_hold: row.legal_hold,
            shredded: row.content.is_none(),
        };
        (case, details)
    }
}

/// The places of the recipients that are meant.
fn places(case: &Case, to: &[String], act: Act) -> Result<Vec<usize>, Error> {
    let people = case.recipients.iter().enumerate();
    if to.is_empty() {
        let can = |state: State| next(state, act).is_some();
        let able: Vec<usize> = people
            .filter(|(_, one)| can(one.state))
            .map(|(at, _)| at)
            .collect();
        if able.is_empty() {
            let states: Vec<&str> = case
                .recipients
                .iter()
                .map(|one| one.state.as_str())
                .collect();
            return Err(Error::Refused(format!(
                "{}: it is {}, from which there is no {act}",
                case.id,
                states.join(", ")
            )));
        }
        return Ok(able);
    }
    let mut places = Vec::new();
    for wanted in to {
        let wanted = Address::new(wanted);
        let meant = people
            .clone()
            .filter(|(_, one)| Address::new(&one.address) == wanted);
        let meant: Vec<usize> = meant.map(|(at, _)| at).collect();
        if meant.is_empty() {
            return Err(Error::Refused(format!(
                "{}: {wanted} is none of its recipients",
                case.id
            )));
        }
        places.extend(meant);
    }
    places.sort_unstable();
    places.dedup();
    Ok(places)
}
