// SPDX-License-Identifier: GPL-3.0-or-later
//! Stores a message so that it is safe before the client hears so, and notes when he has.

use std::io::{self, Read};
use std::iter::repeat;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::sleep;

use super::case::{Act, Case, Details, Held, Way};
use super::index::{Facts, NewRow};
use super::review::Opened;
use super::seal::Sealing;
use super::{Error, Quarantine, What, fingerprint, now};
use crate::act::Plan;
use crate::decide::Decision;
use crate::fail;
use crate::key::{Key, hex, random};
use crate::spool::Spool;

/// Who does what nobody asked for.
pub(super) const OURSELVES: &str = "pii-milter";

/// How long to rest before an answer is noted again, where the index fails.
const REST: Duration = Duration::from_secs(1);

/// A message that is to be held.
pub struct Message {
    /// Everything but its bytes.
    pub held: Held,
    /// Its bytes, as the client sent them.
    pub raw: Spool,
}

/// A message that is stored, and whose client has to hear so. Dropped without an answer, it waits for the
/// client's next try.
pub struct Receipt {
    open: Open,
    moves: Moves,
}

/// What each recipient of a case does next, and the channel of those who leave.
type Moves = Vec<(Act, Option<String>)>;

/// A case whose answer is open: while this lives, no other message takes its place.
struct Open {
    quarantine: Arc<Quarantine>,
    id: String,
}

impl Drop for Open {
    fn drop(&mut self) {
        self.quarantine.open_cases().remove(&self.id);
    }
}

impl Quarantine {
    /// Stores a message, as `prepared`. When this returns, message, folder and index are on the disk.
    ///
    /// # Errors
    /// Where it cannot be stored; the client must be told to try again.
    pub async fn hold(self: &Arc<Self>, message: Message) -> Result<Receipt, Error> {
        let bytes = u64::try_from(message.raw.len()).unwrap_or(u64::MAX);
        self.room.take(bytes)?;
        let kept = self.store(message).await;
        if kept.is_err() {
            self.room.give(&[(String::new(), bytes)]);
        }
        kept
    }

    async fn store(self: &Arc<Self>, message: Message) -> Result<Receipt, Error> {
        let id = message.held.envelope.id.clone();
        let moves = moves(&message.held.ways, &message.held.verdict.decisions, true);
        let this = Arc::clone(self);
        let row = self.with_store(move |_| this.store_sealed(message)).await?;
        self.open_cases().insert(id.clone());
        let open = Open {
            quarantine: Arc::clone(self),
            id,
        };
        let blob = row.blob.clone();
        let others = Arc::clone(&self.open);
        let prepared = self.ask(move |index| {
            // Now, and not before: whoever was stored meanwhile is open.
            let others: Vec<String> = match others.lock() {
                Ok(others) => others.iter().cloned().collect(),
                Err(broken) => broken.into_inner().iter().cloned().collect(),
            };
            index.prepare(&row, &others)
        });
        match prepared.await {
            Ok(prepared) => {
                if let Some((old, blob)) = prepared.adopted {
                    tracing::info!(
                        id = open.id,
                        "takes the place of {old}, which had no answer"
                    );
                    self.remove(vec![blob]).await;
                }
                if let Some(same) = prepared.same_as {
                    tracing::warn!(
                        id = open.id,
                        "has the sender, recipients and content of {same}"
                    );
                }
                fail::point("before-reply");
                Ok(Receipt { open, moves })
            }
            Err(error) => {
                self.remove(vec![blob]).await;
                Err(error)
            }
        }
    }

    /// Seals the message into the store, and gives its row.
    fn store_sealed(&self, message: Message) -> Result<NewRow, Error> {
        let Message { held, raw } = message;
        let unreadable =
            |error: io::Error| Error::Store(format!("cannot read the message: {error}"));
        let print = fingerprint::of(&held.envelope, &held.queue, &raw, &self.keys.fingerprint);
        let print = print.map_err(unreadable)?;
        let mut name = [0; 16];
        random(&mut name)?;
        let blob = hex(&name);
        let key = Key::random()?;
        let reading = Reading {
            raw: &raw,
            at: 0,
            space: Vec::new(),
        };
        let mut sealing = Sealing::new(reading, &key, &blob).map_err(unreadable)?;
        self.store.put(&blob, &mut sealing)?;
        let bytes = u64::try_from(raw.len()).unwrap_or(u64::MAX);
        self.row(held, print, blob, &key, bytes)
    }

    fn row(
        &self,
        held: Held,
        print: fingerprint::Print,
        blob: String,
        key: &Key,
        bytes: u64,
    ) -> Result<NewRow, Error> {
        let Held {
            envelope,
            mut verdict,
            queue,
            reason,
            policy,
            arguments,
            ways,
        } = held;
        let arrived = now();
        let id = envelope.id.clone();
        let sender = self
            .keys
            .search
            .mac(&[envelope.sender.folded().as_bytes()])
            .to_vec();
        let channels = verdict
            .decisions
            .iter()
            .map(|decision| decision.channel.clone());
        let addresses = envelope
            .recipients
            .iter()
            .map(|one| self.hash(one.address.folded()));
        let recipients = addresses.zip(channels).collect();
        let week = self.keys.weeks.at(arrived)?;
        let classification = &verdict.classification;
        let facts = Facts {
            id: id.clone(),
            arrived,
            expires: self.kept.until(arrived, &classification.level, &envelope),
            direction: verdict.direction.as_str().to_owned(),
            level: classification.level.clone(),
            rank: classification.sensitivity.0,
            found: classification.found.clone(),
            reason,
            policy,
            bytes,
            queue,
        };
        // A plan may hold a subject; it is made anew at release.
        verdict.plan = Plan::default();
        let details = Details {
            envelope,
            verdict,
            arguments,
            ways,
        };
        let details = serde_json::to_vec(&details)
            .map_err(|error| Error::Index(format!("cannot write the details: {error}")))?;
        Ok(NewRow {
            details: key.for_purpose("details").wrap(&details, &id)?,
            key: week.wrap(key.bytes(), &blob)?,
            facts,
            blob,
            fingerprint: print.hash,
            is_named: print.is_named,
            sender,
            recipients,
        })
    }

    /// Moves a `prepared` case on.
    async fn arm(&self, id: &str, moves: Moves, text: &'static str) -> Result<(), Error> {
        let id = id.to_owned();
        let armed = self.note_of(OURSELVES, text, move |index, by| index.arm(&id, &moves, by));
        armed.await?;
        self.wake.notify_one();
        Ok(())
    }

    /// Moves a `prepared` case on whose client may have had no answer.
    pub(super) async fn arm_unanswered(self: &Arc<Self>, case: &Case) -> Result<(), Error> {
        let moves = match self.opened(&case.id).await {
            Ok(Opened { details, .. }) => moves(&details.ways, &details.verdict.decisions, false),
            // What is damaged waits for a person.
            Err(Error::Damaged(_)) => vec![(Act::Arm, None); case.recipients.len()],
            Err(error) => return Err(error),
        };
        let text = "the client may have had no answer, and did not try again";
        let waits = waits(&moves);
        self.arm(&case.id, moves, text).await?;
        if waits {
            self.happens_to(&case.id, What::Held).await;
        }
        Ok(())
    }

    /// The hash under which an address is found.
    pub(super) fn hash(&self, folded: String) -> Vec<u8> {
        self.keys
            .search
            .mac(&[folded.into_bytes().as_slice()])
            .to_vec()
    }
}

/// What each recipient does once the client has its answer, or where it may have none.
fn moves(ways: &[Way], decisions: &[Decision], is_answered: bool) -> Moves {
    let ways = ways.iter().copied().chain(repeat(Way::Wait));
    let each = decisions.iter().zip(ways);
    each.map(|(decision, way)| (way.act(is_answered), Some(decision.channel.clone())))
        .collect()
}

/// True where somebody's mail waits for a person.
fn waits(moves: &Moves) -> bool {
    moves.iter().any(|(act, _)| *act == Act::Arm)
}

impl Receipt {
    /// The case.
    pub fn id(&self) -> &str {
        &self.open.id
    }

    /// The answer was written: the message is ours. Returns at once; what fails is tried again.
    pub fn answered(self) {
        tokio::spawn(async move {
            let Self { open, moves } = self;
            loop {
                let armed = open.quarantine.arm(&open.id, moves.clone(), "");
                match armed.await {
                    Err(Error::Late | Error::Index(_)) => {
                        tracing::warn!(
                            id = open.id,
                            "cannot note that it was answered; trying again"
                        );
                        sleep(REST).await;
                    }
                    Err(error) => {
                        tracing::error!(id = open.id, "cannot note that it was answered: {error}");
                        return;
                    }
                    Ok(()) => {
                        if waits(&moves) {
                            open.quarantine.happens_to(&open.id, What::Held).await;
                        }
                        return;
                    }
                }
            }
        });
    }
}

/// Reads a message from where it came in to.
struct Reading<'a> {
    raw: &'a Spool,
    at: usize,
    space: Vec<u8>,
}

impl Read for Reading<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Some(piece) = self.raw.piece(self.at, &mut self.space)? else {
            return Ok(0);
        };
        let length = piece.len().min(buffer.len());
        for (to, from) in buffer.iter_mut().zip(piece) {
            *to = *from;
        }
        self.at += length;
        Ok(length)
    }
}
