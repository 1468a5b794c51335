// SPDX-License-Identifier: GPL-3.0-or-later
//! Hands a message back to the MTA, by SMTP through an entry that asks no filter.
//!
//! The entry is the site's own, so what it says of the connection (greeting, EHLO, TLS, login) is a
//! matter for the admin and never an answer about a message: the message waits. About a message speak
//! the replies to MAIL, RCPT, DATA and to the final dot, and of these only 250 to the final dot means
//! that the MTA has it. `doc/decisions/005-submit.md` says why this is no library.

mod content;
mod dialogue;
mod entry;
mod reply;
mod tls;

use std::iter::zip;

use tokio::io::AsyncRead;

use dialogue::Dialogue;
pub use entry::{Entry, Limits, Scheme};
use reply::Reply;

/// The SMTP transaction in which a message is handed over (RFC 5321, 3.3).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Envelope {
    /// The sender as SMTP wrote it, with or without angle brackets; empty for the null sender.
    pub sender: String,
    /// ENVID as the client gave it (RFC 3461, 4.4).
    pub envid: Option<String>,
    /// RET as the client gave it: `FULL` or `HDRS` (RFC 3461, 4.3).
    pub ret: Option<String>,
    /// Whether an address or a header field needs SMTPUTF8 (RFC 6531).
    pub is_utf8: bool,
    /// Whether the message has bytes above 127 (RFC 6152).
    pub is_8bit: bool,
    /// Who is to get it.
    pub recipients: Vec<Recipient>,
}

/// One recipient of the transaction.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recipient {
    /// The address as SMTP wrote it, with or without angle brackets.
    pub address: String,
    /// NOTIFY as the client gave it (RFC 3461, 4.1).
    pub notify: Option<String>,
    /// ORCPT as the client gave it (RFC 3461, 4.2).
    pub original: Option<String>,
}

/// What became of a message for one recipient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The MTA has it: 250 to the final dot.
    Accepted {
        /// What it said.
        reply: String,
        /// Its name of the message, where the reply tells it.
        queue_id: Option<String>,
    },
    /// The MTA does not have it, and may take it later.
    Deferred {
        /// What it said, or what stood in the way.
        reply: String,
    },
    /// The MTA does not have it and will not take it so.
    Refused {
        /// What it said, or why it could not be asked.
        reply: String,
    },
    /// The MTA may have it or not: the connection was cut, or no proper reply came, after the final dot.
    Unknown {
        /// What happened.
        why: String,
    },
}

/// A hand-over that has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandedOver {
    /// What became of it for each recipient, in the order of the envelope.
    pub outcomes: Vec<Outcome>,
    /// Line ends that had to be put right, because no SMTP client may send them (RFC 5321, 2.3.8);
    /// 0 where the MTA was given exactly the bytes of the message.
    pub mended: u64,
}

/// Hands one message over, to all recipients in one transaction.
///
/// Sent is what `message` gives, to its end, and nothing is added to it. A message that cannot be
/// read to its end is not handed over, and `Refused` for everybody.
pub async fn hand_over<M>(entry: &Entry, envelope: &Envelope, message: M) -> HandedOver
where
    M: AsyncRead + Unpin,
{
    let mut own = vec![None; envelope.recipients.len()];
    let mut mended = 0;
    let ended = carry(entry, envelope, message, &mut own, &mut mended).await;
    let (Ok(outcome) | Err(outcome)) = ended;
    let outcomes = own.into_iter();
    HandedOver {
        outcomes: outcomes
            .map(|own| own.unwrap_or_else(|| outcome.clone()))
            .collect(),
        mended,
    }
}

/// One transaction. The outcome is that of all recipients that have none of their own; where it is
/// an error, the final dot was not sent.
async fn carry<M>(
    entry: &Entry,
    envelope: &Envelope,
    message: M,
    own: &mut [Option<Outcome>],
    mended: &mut u64,
) -> Result<Outcome, Outcome>
where
    M: AsyncRead + Unpin,
{
    let mut dialogue = Dialogue::open(entry).await?;
    let mail = dialogue.mail_command(envelope)?;
    taken(&dialogue.ask(&mail).await?)?;
    for (recipient, own) in zip(&envelope.recipients, own.iter_mut()) {
        let answer = match dialogue.rcpt_command(recipient) {
            Ok(command) => taken(&dialogue.ask(&command).await?),
            Err(outcome) => Err(outcome),
        };
        *own = answer.err();
    }
    if own.iter().all(Option::is_some) {
        dialogue.quit().await;
        return Err(refused("no recipient was taken"));
    }
    let go = dialogue.ask("DATA").await?;
    if go.code != 354 {
        return Err(go.outcome());
    }
    *mended = dialogue.content(message).await?;
    // From here on only a reply can tell what became of it.
    let outcome = dialogue.end().await;
    dialogue.quit().await;
    Ok(outcome)
}

/// Nothing where the reply goes along with the command, else the outcome that it means.
fn taken(reply: &Reply) -> Result<(), Outcome> {
    match reply.is_yes() {
        true => Ok(()),
        false => Err(reply.outcome()),
    }
}

fn deferred(why: impl Into<String>) -> Outcome {
    Outcome::Deferred { reply: why.into() }
}

fn refused(why: impl Into<String>) -> Outcome {
    Outcome::Refused { reply: why.into() }
}

fn unknown(why: impl Into<String>) -> Outcome {
    Outcome::Unknown { why: why.into() }
}
