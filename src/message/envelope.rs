// SPDX-License-Identifier: GPL-3.0-or-later
//! Who sends, who receives, and from which side the mail comes.

use std::net::IpAddr;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::Address;

/// The SMTP transaction around a mail (RFC 5321, 2.3.1), not what its headers say.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Envelope {
    /// The address of the client; `None` where the MTA gave none.
    pub client: Option<IpAddr>,
    /// The login name of the client (`{auth_authen}`), if it authenticated.
    pub login: Option<String>,
    /// The envelope sender; the empty address for bounces.
    pub sender: Address,
    /// The recipients that the MTA accepted, in order.
    pub recipients: Vec<Recipient>,
    /// The day it came in. Exceptions end by it; the stages have no clock.
    pub received: Date,
    /// The name of our MTA (`{j}`), for the header field that only our own people see.
    pub host: String,
    /// Our own name of the message, shown in log, header and refusal.
    pub id: String,
}

impl Envelope {
    /// The envelope of a mail that nobody sends: a file that is looked into.
    pub fn nobody(today: Date) -> Self {
        Self {
            client: None,
            login: None,
            sender: Address::default(),
            recipients: Vec::new(),
            received: today,
            host: String::new(),
            id: String::new(),
        }
    }
}

/// One envelope recipient.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Recipient {
    /// The address, parsed.
    pub address: Address,
    /// The string of RCPT as the MTA gave it, angle brackets and all: DELRCPT wants it byte for byte.
    pub as_given: Vec<u8>,
    /// NOTIFY as the client gave it (RFC 3461, 4.1).
    pub notify: Option<String>,
    /// ORCPT as the client gave it (RFC 3461, 4.2).
    pub original: Option<String>,
}

/// Which way a mail goes, proven by network or login, never by a sender address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// The client is ours.
    Outbound,
    /// Everything else.
    Inbound,
}

impl Direction {
    /// The word in config and log.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Outbound => "outbound",
            Self::Inbound => "inbound",
        }
    }
}
