// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps what a case is, and the one table that says what may become of it.
//!
//! `doc/quarantine-states.md` is the same table for people; a test holds the two together.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::inspect::Verdict;
use crate::message::Envelope;

/// Where a held message stands for one of its recipients.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Stored; whether the client has heard so is not known yet.
    Prepared,
    /// Stored and answered: it waits for a person.
    Held,
    /// A person has taken it on.
    Claimed,
    /// It is on its way to the MTA.
    Releasing,
    /// The MTA has taken it (250).
    Released,
    /// A person has refused it.
    Refused,
    /// A person has deleted it.
    Deleted,
    /// Its time was over.
    Expired,
    /// The connection to the MTA broke when it could have taken it: a person has to look.
    UnknownOutcome,
}

/// What moves a case from one state to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Act {
    /// The client has its answer.
    Arm,
    /// A person takes it on.
    Claim,
    /// He lays it down again.
    Leave,
    /// A person lets it go.
    Release,
    /// The MTA said 250.
    Accept,
    /// The MTA said 5xx, or 4xx for too long.
    Reject,
    /// The connection broke after the message was begun.
    Lose,
    /// A person has found that it did arrive.
    Confirm,
    /// A person refuses it.
    Refuse,
    /// A person deletes it.
    Delete,
    /// Its time is over.
    Expire,
}

/// Every move there is; what is not here cannot happen.
pub const TRANSITIONS: &[(State, Act, State)] = &[
    (State::Prepared, Act::Arm, State::Held),
    (State::Prepared, Act::Release, State::Releasing),
    (State::Prepared, Act::Accept, State::Released),
    (State::Prepared, Act::Lose, State::UnknownOutcome),
    (State::Held, Act::Claim, State::Claimed),
    (State::Held, Act::Release, State::Releasing),
    (State::Held, Act::Refuse, State::Refused),
    (State::Held, Act::Delete, State::Deleted),
    (State::Held, Act::Expire, State::Expired),
    (State::Claimed, Act::Leave, State::Held),
    (State::Claimed, Act::Release, State::Releasing),
    (State::Claimed, Act::Refuse, State::Refused),
    (State::Claimed, Act::Delete, State::Deleted),
    (State::Claimed, Act::Expire, State::Expired),
    (State::Releasing, Act::Accept, State::Released),
    (State::Releasing, Act::Reject, State::Held),
    (State::Releasing, Act::Lose, State::UnknownOutcome),
    (State::UnknownOutcome, Act::Release, State::Releasing),
    (State::UnknownOutcome, Act::Confirm, State::Released),
    (State::UnknownOutcome, Act::Refuse, State::Refused),
    (State::UnknownOutcome, Act::Delete, State::Deleted),
    (State::UnknownOutcome, Act::Expire, State::Expired),
];

/// The state that this act leads to; `None` where it cannot be done.
pub fn next(from: State, act: Act) -> Option<State> {
    let found = TRANSITIONS
        .iter()
        .find(|(state, by, _)| (*state, *by) == (from, act));
    found.map(|(.., to)| *to)
}

/// A state or an act by the word that stands in the index and in the documents.
macro_rules! words {
    ($type:ident { $($variant:ident = $word:literal),* }) => {
        impl $type {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// Its word.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }

            /// The one of that word.
            pub fn of(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.as_str() == word)
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

words!(State {
    Prepared = "prepared",
    Held = "held",
    Claimed = "claimed",
    Releasing = "releasing",
    Released = "released",
    Refused = "refused",
    Deleted = "deleted",
    Expired = "expired",
    UnknownOutcome = "unknown-outcome"
});

words!(Act {
    Arm = "arm",
    Claim = "claim",
    Leave = "leave",
    Release = "release",
    Accept = "accept",
    Reject = "reject",
    Lose = "lose",
    Confirm = "confirm",
    Refuse = "refuse",
    Delete = "delete",
    Expire = "expire"
});

impl State {
    /// True where nothing moves it any more: its content is of no use then.
    pub fn is_final(self) -> bool {
        TRANSITIONS.iter().all(|(from, ..)| *from != self)
    }
}

/// What is sealed with a case: everything of it that names a person.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Details {
    /// The envelope, with the bytes of each RCPT.
    pub envelope: Envelope,
    /// What was thought of it, without its plan: that may hold a subject.
    pub verdict: Verdict,
    /// The ESMTP arguments of MAIL, as the client gave them.
    pub arguments: Vec<String>,
    /// What becomes of each recipient; empty where all of them wait.
    #[serde(default)]
    pub ways: Vec<Way>,
}

/// What becomes of a recipient once the client has its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Way {
    /// He waits for a person.
    Wait,
    /// A copy leaves for him, by the channel that the table chose.
    Copy,
    /// He keeps the client's own message.
    Stay,
}

impl Way {
    /// The move that this is. Where nobody knows whether the client was answered, nobody knows either
    /// whether its own message went on.
    pub fn act(self, is_answered: bool) -> Act {
        match self {
            Self::Wait => Act::Arm,
            Self::Copy => Act::Release,
            Self::Stay if is_answered => Act::Accept,
            Self::Stay => Act::Lose,
        }
    }
}

/// A message that is to be held, as the milter hands it over.
#[derive(Clone, Debug)]
pub struct Held {
    /// Its envelope. Its id becomes the case's.
    pub envelope: Envelope,
    /// What was thought of it.
    pub verdict: Verdict,
    /// The id that the MTA has for it, `-` where it has none.
    pub queue: String,
    /// Why it waits, as the channel says.
    pub reason: String,
    /// The digest of the policy that decided.
    pub policy: String,
    /// The ESMTP arguments of MAIL, as the client gave them.
    pub arguments: Vec<String>,
    /// What becomes of each recipient; empty where all of them wait.
    pub ways: Vec<Way>,
}

/// One recipient of a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// The address; empty once the case is shredded.
    pub address: String,
    /// The channel that the table chose.
    pub channel: String,
    /// Which cell or exception said so; empty once the case is shredded.
    pub because: String,
    /// Where it stands.
    pub state: State,
    /// Since when.
    pub since: Timestamp,
    /// Who has claimed it.
    pub claimed_by: Option<String>,
    /// The reply of the MTA to the last try, if there was one.
    pub reply: Option<String>,
    /// The id under which the MTA took it.
    pub queue: Option<String>,
}

/// A case as people see it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Case {
    /// Its id, `Q-7F3K2M9A`.
    pub id: String,
    /// When it came in.
    pub arrived: Timestamp,
    /// From when on it may expire.
    pub expires: Timestamp,
    /// Outbound or inbound.
    pub direction: String,
    /// Its level.
    pub level: String,
    /// The place of that level, from 0.
    pub level_index: usize,
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
    /// The sender; empty for bounces, and once the case is shredded.
    pub from: String,
    /// Its recipients.
    pub recipients: Vec<Person>,
    /// An earlier case with the same sender, recipients and content: one of the two may be a copy.
    pub same_as: Option<String>,
    /// True where it must be kept, whatever its time.
    pub legal_hold: bool,
    /// True where its content is gone for good.
    pub shredded: bool,
}

/// One line of a case's history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// When.
    pub at: Timestamp,
    /// Who: a user, or `pii-milter`.
    pub who: String,
    /// What was done.
    pub act: String,
    /// The place of the recipient, from 1; none where it was done to all of them.
    pub recipient: Option<usize>,
    /// A reason, a reply.
    pub text: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_and_an_act_lead_to_one_state() {
        for (at, (from, act, _)) in TRANSITIONS.iter().enumerate() {
            let same = |(state, by, _): &&(State, Act, State)| (state, by) == (from, act);
            let first = TRANSITIONS.iter().position(|row| same(&row));
            assert_eq!(first, Some(at), "{from} {act}");
        }
        assert_eq!(next(State::Released, Act::Release), None);
    }

    #[test]
    fn every_state_is_reached_and_every_act_is_used() {
        for state in State::ALL {
            let is_reached = TRANSITIONS.iter().any(|(.., to)| to == state);
            assert!(is_reached || *state == State::Prepared, "{state}");
            assert_eq!(State::of(state.as_str()), Some(*state));
        }
        for act in Act::ALL {
            assert!(TRANSITIONS.iter().any(|(_, by, _)| by == act), "{act}");
        }
        let ends: Vec<_> = State::ALL.iter().filter(|state| state.is_final()).collect();
        assert_eq!(ends.len(), 4, "{ends:?}");
    }

    /// The document has the same rows, in the same order.
    #[test]
    fn the_document_has_this_table() {
        let page = include_str!("../../doc/quarantine-states.md");
        let rows = page.lines().filter_map(|line| {
            let cells: Vec<&str> = line
                .split('|')
                .map(|cell| cell.trim().trim_matches('`'))
                .collect();
            match cells[..] {
                ["", from, act, to, _, ""] => {
                    Some((State::of(from)?, Act::of(act)?, State::of(to)?))
                }
                _ => None,
            }
        });
        let rows: Vec<_> = rows.collect();
        assert_eq!(rows, TRANSITIONS);
        for state in State::ALL {
            assert!(page.contains(&format!("| `{state}` |")), "{state}");
        }
    }
}
