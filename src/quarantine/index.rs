// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps the searchable table of cases, wherever that is.
//!
//! It never sees who sent what to whom: addresses are keyed hashes here, and details are sealed.

use std::collections::BTreeMap;

use super::Error;
use super::case::{Act, State};

/// Seconds since 1970.
pub type Seconds = i64;

/// A case that is to be stored. Its message lies in the store already.
#[derive(Clone, Debug)]
pub struct NewRow {
    /// What of it can be searched.
    pub facts: Facts,
    /// Sealed details.
    pub details: Vec<u8>,
    /// The name of its message in the store.
    pub blob: String,
    /// The key of its message, wrapped.
    pub key: Vec<u8>,
    /// Keyed hash of sender, recipients and what the client sent.
    pub fingerprint: Vec<u8>,
    /// True where the client named the message: only then is one of the same fingerprint its second try.
    pub is_named: bool,
    /// Keyed hash of the sender.
    pub sender: Vec<u8>,
    /// For each recipient a keyed hash of the address, and the channel that the table chose.
    pub recipients: Vec<(Vec<u8>, String)>,
}

/// What of a case stands in the index to be searched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// Its id.
    pub id: String,
    /// When it came in.
    pub arrived: Seconds,
    /// From when on it may expire.
    pub expires: Seconds,
    /// Outbound or inbound.
    pub direction: String,
    /// Its level.
    pub level: String,
    /// The place of that level, from 0.
    pub rank: usize,
    /// Distinct values by detector.
    pub found: BTreeMap<String, usize>,
    /// Why it waits.
    pub reason: String,
    /// The digest of the policy that decided.
    pub policy: String,
    /// Bytes of the mail.
    pub bytes: u64,
    /// The queue id of the MTA that brought it.
    pub queue: String,
}

/// A case that is stored.
#[derive(Clone, Debug)]
pub struct Row {
    /// What can be searched.
    pub facts: Facts,
    /// Its message and sealed details; none once it is shredded.
    pub content: Option<Content>,
    /// An earlier case of the same fingerprint.
    pub same_as: Option<String>,
    /// Whether it must be kept.
    pub legal_hold: bool,
    /// Its recipients, in the order of the envelope.
    pub recipients: Vec<Place>,
}

/// What shredding takes from a case.
#[derive(Clone, Debug)]
pub struct Content {
    /// The name of its message in the store.
    pub blob: String,
    /// The wrapped key.
    pub key: Vec<u8>,
    /// Sealed details.
    pub details: Vec<u8>,
}

/// One recipient of a stored case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The channel that the table chose.
    pub channel: String,
    /// Where it stands.
    pub state: State,
    /// Since when.
    pub since: Seconds,
    /// Who has claimed it.
    pub who: Option<String>,
    /// What the MTA said last.
    pub reply: Option<String>,
    /// The id under which the MTA took it.
    pub queue: Option<String>,
}

/// What storing a case came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Prepared {
    /// The case whose place it took, because its client has sent it again, and that one's message.
    pub adopted: Option<(String, String)>,
    /// An earlier case of the same fingerprint that stays.
    pub same_as: Option<String>,
}

/// Who does something, why and when.
#[derive(Clone, Debug)]
pub struct By<'a> {
    /// A user, or `pii-milter`.
    pub who: &'a str,
    /// A reason, a reply.
    pub text: &'a str,
    /// When.
    pub now: Seconds,
}

/// Which cases are asked for; each condition that is given must hold.
#[derive(Clone, Debug, Default, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Filter {
    /// Some recipient is in one of these states; any where there are none.
    pub states: Vec<State>,
    /// At least this level, by name.
    pub level: Option<String>,
    /// The sender's address.
    pub from: Option<String>,
    /// A recipient's address.
    pub to: Option<String>,
    /// Came in before, in seconds since 1970.
    pub before: Option<Seconds>,
    /// Came in then or later, in seconds since 1970.
    pub since: Option<Seconds>,
    /// May expire before then, in seconds since 1970.
    pub expires: Option<Seconds>,
    /// At most so many, the newest first.
    pub most: Option<u32>,
}

/// The hashes of the addresses of a filter.
#[derive(Clone, Debug, Default)]
pub struct Hashes {
    /// Of the sender.
    pub from: Option<Vec<u8>>,
    /// Of a recipient.
    pub to: Option<Vec<u8>>,
}

/// One message that is to go to the MTA, for one recipient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its number.
    pub id: i64,
    /// The case.
    pub case: String,
    /// The recipient's place in the envelope, from 0.
    pub place: usize,
    /// The channel it leaves by; none: as it is.
    pub channel: Option<String>,
    /// Since when it is on its way.
    pub since: Seconds,
    /// How often it was tried.
    pub attempts: u32,
}

/// What a try came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tried {
    /// It is over: what that means for the recipient, and the queue id of the MTA.
    Over(Act, Option<String>),
    /// It is tried again then.
    Again(Seconds),
}

/// One line of a case's history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// When.
    pub at: Seconds,
    /// Who.
    pub who: String,
    /// What.
    pub act: String,
    /// The recipient's place, from 0; none: all.
    pub place: Option<usize>,
    /// A reason, a reply.
    pub text: String,
}

/// How much there is.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Counts {
    /// Recipients by state.
    pub states: BTreeMap<String, u64>,
    /// Cases that are not shredded, by level.
    pub levels: BTreeMap<String, u64>,
    /// All cases.
    pub cases: u64,
    /// Those that are not shredded.
    pub stored: u64,
    /// Bytes of their messages.
    pub bytes: u64,
    /// When the oldest of them came in, in seconds since 1970.
    pub oldest: Option<Seconds>,
    /// Messages on their way to the MTA.
    pub outbox: u64,
    /// Cases under legal hold.
    pub legal_holds: u64,
}

/// What could be read of an index that was damaged.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Salvage {
    /// Where the damaged one lies now.
    pub aside: String,
    /// Cases that are whole.
    pub saved: usize,
    /// Cases of which something was read, and not enough.
    pub lost: Vec<String>,
    /// Recipients that were on their way, and of which nobody knows what became.
    pub unknown: usize,
}

/// The table of cases. Every call is one transaction: when it returns it is safe, when it fails nothing
/// of it has happened.
///
/// # Errors
/// Each call fails where the table cannot be reached in time, read or written.
pub trait Index: Send + Sync {
    /// A fact about the index itself.
    fn meta(&self, name: &str) -> Result<Option<Vec<u8>>, Error>;

    /// Notes one.
    fn set_meta(&self, name: &str, value: &[u8]) -> Result<(), Error>;

    /// Stores a case as `prepared`. Where one of the same fingerprint is `prepared` and not among those
    /// whose answer is open here, and the client named the message, this is its second try: the new case
    /// takes the place of the old.
    fn prepare(&self, row: &NewRow, open: &[String]) -> Result<Prepared, Error>;

    /// One case.
    fn row(&self, id: &str) -> Result<Option<Row>, Error>;

    /// Cases, the newest first.
    fn rows(&self, filter: &Filter, hashes: &Hashes) -> Result<Vec<Row>, Error>;

    /// The history of a case, oldest first.
    fn history(&self, id: &str) -> Result<Vec<Line>, Error>;

    /// Notes something that moves nothing.
    fn note(&self, id: &str, act: &str, by: &By<'_>) -> Result<(), Error>;

    /// Moves these recipients of a case, all or none. `Claim` notes who; of what another person has
    /// claimed nothing is moved.
    ///
    /// # Errors
    /// Also `Refused`, where a recipient is in a state from which the act does not lead.
    fn act(&self, id: &str, places: &[usize], act: Act, by: &By<'_>) -> Result<(), Error>;

    /// Moves every recipient of a `prepared` case, in the order of the envelope; whoever is released
    /// comes into the outbox, with the channel it leaves by.
    ///
    /// # Errors
    /// As for [`Index::act`].
    fn arm(&self, id: &str, moves: &[(Act, Option<String>)], by: &By<'_>) -> Result<(), Error>;

    /// Puts a case for these recipients, all or none, into the outbox, each with the channel it leaves by.
    ///
    /// # Errors
    /// As for [`Index::act`].
    fn release(
        &self,
        id: &str,
        places: &[(usize, Option<String>)],
        by: &By<'_>,
    ) -> Result<(), Error>;

    /// Sets or lifts the duty to keep a case.
    fn set_legal_hold(&self, id: &str, is_held: bool, by: &By<'_>) -> Result<(), Error>;

    /// What is to be tried by then, the oldest first, at most so many. What is being sent is not among it.
    fn due(&self, now: Seconds, most: usize) -> Result<Vec<Entry>, Error>;

    /// What was being sent when the last process ended.
    fn interrupted(&self) -> Result<Vec<Entry>, Error>;

    /// Notes that it is being sent from now on; false where it is not there any more, or is being sent.
    fn begin(&self, entry: i64) -> Result<bool, Error>;

    /// Notes what the try came to, with the reply in `by.text`.
    fn end(&self, entry: &Entry, tried: &Tried, by: &By<'_>) -> Result<(), Error>;

    /// Takes content and key from this case, or from each, that is final for all its recipients and under no legal
    /// hold. The names of messages that are of no use any more, and their bytes.
    fn shred(&self, id: Option<&str>) -> Result<Vec<(String, u64)>, Error>;

    /// The periods of that length, counted from 1970, in which something came in that has its message.
    fn periods(&self, length: Seconds) -> Result<Vec<i64>, Error>;

    /// The names of all messages of cases.
    fn blobs(&self) -> Result<Vec<String>, Error>;

    /// How much there is.
    fn counts(&self) -> Result<Counts, Error>;

    /// Forgets cases that were shredded and whose time is over.
    fn forget(&self, now: Seconds) -> Result<u64, Error>;

    /// Forgets these cases and all about them.
    fn remove(&self, ids: &[String]) -> Result<(), Error>;

    /// Forgets cases that are `prepared` and whose message is not there: their client was never answered.
    /// The ids of these.
    fn drop_prepared(&self, blobs: &[String]) -> Result<Vec<String>, Error>;
}
