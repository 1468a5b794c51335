// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps what may be asked over the control socket, and what is said to it.

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::people::Role;
use crate::quarantine::case::{Act, Case};
use crate::quarantine::index::{Counts, Filter, Seconds};
use crate::quarantine::{Choice, Error, Quarantine, Shown, Verified};

/// A request.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Request {
    /// Cases.
    List(Filter),
    /// One case.
    Show {
        /// Its id.
        case: String,
    },
    /// Its message, for a reason.
    Reveal {
        /// Its id.
        case: String,
        /// Why.
        reason: String,
    },
    /// Let it go.
    Release {
        /// Its id.
        case: String,
        /// To these recipients; to all that wait, where there are none.
        to: Vec<String>,
        /// By which channel.
        by: Choice,
        /// Why.
        text: String,
    },
    /// Do something else to it.
    Act {
        /// Its id.
        case: String,
        /// For these recipients; for all it can be done to, where there are none.
        to: Vec<String>,
        /// What.
        act: Act,
        /// Why.
        text: String,
    },
    /// Keep it whatever its time, or no longer.
    Keep {
        /// Its id.
        case: String,
        /// Whether to keep it.
        is_held: bool,
        /// Why.
        text: String,
    },
    /// Let cases expire whose time is over.
    Expire {
        /// By then, in seconds since 1970; by now, where it is not said.
        by: Option<Seconds>,
        /// Only say which.
        dry_run: bool,
    },
    /// Read all messages to their end.
    Verify,
    /// How much there is.
    Stats,
}

/// A line that is said to a request.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reply {
    /// A case.
    Case(Box<Case>),
    /// A case with all that may be seen of it.
    Shown(Box<Shown>),
    /// A message, what of it is no UTF-8 replaced.
    Message(String),
    /// How much there is.
    Counts(Counts),
    /// What a look at all messages came to.
    Verified(Verified),
    /// It is done, to so many recipients or cases.
    Done(usize),
    /// It is not done.
    Failed {
        /// Why.
        why: String,
        /// Whether it may be done later.
        later: bool,
    },
}

impl Reply {
    /// What is said of an error.
    pub fn failed(error: &Error) -> Self {
        Self::Failed {
            why: error.to_string(),
            later: matches!(error, Error::Late | Error::Index(_) | Error::Store(_)),
        }
    }
}

impl Request {
    /// Who may ask this.
    pub fn needs(&self) -> Role {
        match self {
            Self::List(_) | Self::Show { .. } | Self::Verify | Self::Stats => Role::Viewer,
            Self::Release { .. } => Role::Reviewer,
            Self::Act { act, .. } => match act {
                Act::Claim | Act::Leave | Act::Refuse | Act::Confirm => Role::Reviewer,
                _ => Role::Officer,
            },
            Self::Reveal { .. } | Self::Keep { .. } | Self::Expire { .. } => Role::Officer,
        }
    }

    /// Its word, for the log.
    pub fn word(&self) -> &'static str {
        match self {
            Self::List(_) => "list",
            Self::Show { .. } => "show",
            Self::Reveal { .. } => "reveal",
            Self::Release { .. } => "release",
            Self::Act { act, .. } => act.as_str(),
            Self::Keep { .. } => "keep",
            Self::Expire { .. } => "expire",
            Self::Verify => "verify",
            Self::Stats => "stats",
        }
    }

    /// The case it is about, if it is about one.
    pub fn case(&self) -> &str {
        match self {
            Self::Show { case }
            | Self::Reveal { case, .. }
            | Self::Release { case, .. }
            | Self::Act { case, .. }
            | Self::Keep { case, .. } => case,
            Self::List(_) | Self::Expire { .. } | Self::Verify | Self::Stats => "-",
        }
    }

    /// Does it. The last reply is `Done`.
    ///
    /// # Errors
    /// As the quarantine says.
    pub(super) async fn carry_out(
        self,
        who: &str,
        quarantine: &Arc<Quarantine>,
    ) -> Result<Vec<Reply>, Error> {
        let one = |reply| vec![reply, Reply::Done(1)];
        let cases = |cases: Vec<Case>| {
            let count = cases.len();
            let cases = cases.into_iter().map(|case| Reply::Case(Box::new(case)));
            cases.chain([Reply::Done(count)]).collect()
        };
        Ok(match self {
            Self::List(filter) => cases(quarantine.list(filter).await?),
            Self::Show { case } => one(Reply::Shown(Box::new(quarantine.show(&case).await?))),
            Self::Reveal { case, reason } => {
                if reason.trim().is_empty() {
                    return Err(Error::Refused("say why you must see the message".into()));
                }
                let message = quarantine.reveal(&case, who, &reason).await?;
                one(Reply::Message(
                    String::from_utf8_lossy(&message).into_owned(),
                ))
            }
            Self::Release { case, to, by, text } => {
                let count = quarantine.release(&case, &to, &by, who, &text).await?;
                vec![Reply::Done(count)]
            }
            Self::Act {
                case,
                to,
                act,
                text,
            } => {
                if !matches!(
                    act,
                    Act::Claim | Act::Leave | Act::Refuse | Act::Delete | Act::Confirm
                ) {
                    return Err(Error::Refused(format!("nobody may ask for {act}")));
                }
                vec![Reply::Done(
                    quarantine.act(&case, &to, act, who, &text).await?,
                )]
            }
            Self::Keep {
                case,
                is_held,
                text,
            } => {
                quarantine.keep(&case, is_held, who, &text).await?;
                vec![Reply::Done(1)]
            }
            Self::Expire { by, dry_run } => {
                let by = by.unwrap_or_else(|| Timestamp::now().as_second());
                let over = quarantine.overdue(by).await?;
                if !dry_run {
                    quarantine.expire(by).await?;
                }
                cases(over)
            }
            Self::Verify => one(Reply::Verified(quarantine.verify().await?)),
            Self::Stats => one(Reply::Counts(quarantine.counts().await?)),
        })
    }
}
