// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps what is to be done to a message, in the terms of the milter protocol.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::message::Address;
use crate::message::words::decode_words;

/// One change in milter terms.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Edit {
    /// Add a field: name, value. The value is ASCII, folded with LF and a blank.
    AddHeader(String, String),
    /// Change the n-th field of that name (from 1): name, value, n.
    ChangeHeader(String, String, u32),
    /// Delete the n-th field of that name (from 1).
    DeleteHeader(String, u32),
    /// Add a recipient with its ESMTP arguments (`NOTIFY=… ORCPT=…`, may be empty).
    AddRecipient(String, String),
    /// Take a recipient off: the string of RCPT as given. A recipient whose bytes are not UTF-8
    /// has no such string and is refused before it comes to this.
    DeleteRecipient(String),
    /// Put the message into the MTA's hold queue, with a reason.
    Hold(String),
    /// Keep the message in the quarantine, with a reason.
    Quarantine(String),
    /// Have the MTA say 250 and forget the message.
    Discard,
    /// Answer the end of the message with this: code, enhanced status code, text.
    Reply(String, String, String),
}

/// All edits for one message, in the order in which they are written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// What is done in every mode: our own header fields, and the removal of forged ones.
    pub labels: Vec<Edit>,
    /// What is done in `enforce` only.
    pub actions: Vec<Edit>,
    /// In `enforce`, the copies for those whom the actions take off.
    #[serde(default)]
    pub copies: Vec<Copies>,
}

/// Copies of a message, by one channel, one for each recipient.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Copies {
    /// The places of the recipients in the envelope, from 0.
    pub places: Vec<usize>,
    /// By which channel they leave, or wait.
    pub channel: String,
    /// Why they wait for a person; they leave at once where nothing is said.
    pub waits: Option<String>,
}

impl Plan {
    /// All edits of `enforce`, in order.
    pub fn edits(&self) -> impl Iterator<Item = &Edit> {
        self.labels.iter().chain(&self.actions)
    }

    /// How many recipients get a copy, or wait, while the message goes on.
    pub fn leaving(&self) -> usize {
        self.copies.iter().map(|copies| copies.places.len()).sum()
    }
}

impl Edit {
    /// The edit as `explain --json` prints it: header values and addresses as written, without
    /// brackets, but for a password in the subject.
    pub fn as_json(&self) -> Value {
        match self {
            Self::AddHeader(name, value) => json!({ "add_header": [name, masked(value)] }),
            Self::ChangeHeader(name, value, _) => {
                json!({ "change_header": [name, masked(value)] })
            }
            Self::DeleteHeader(name, _) => json!({ "delete_header": [name] }),
            Self::AddRecipient(address, _) => json!({ "add_recipient": address }),
            Self::DeleteRecipient(given) => {
                json!({ "delete_recipient": Address::new(given).as_str() })
            }
            Self::Hold(reason) => json!({ "hold": reason }),
            Self::Quarantine(reason) => json!({ "quarantine": reason }),
            Self::Discard => json!({ "discard": true }),
            Self::Reply(code, status, text) => json!({ "reply": [code, status, text] }),
        }
    }
}

impl fmt::Display for Edit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AddHeader(name, value) => write!(f, "add {name}: {}", masked(value)),
            Self::ChangeHeader(name, value, _) => {
                write!(f, "change {name} to {}", masked(value))
            }
            Self::DeleteHeader(name, _) => write!(f, "delete {name} (the client sent it)"),
            Self::AddRecipient(address, _) => write!(f, "add recipient {address}"),
            Self::DeleteRecipient(given) => {
                write!(f, "take off recipient {}", Address::new(given))
            }
            Self::Hold(reason) => write!(f, "leave it in the MTA's hold queue: {reason}"),
            Self::Quarantine(reason) => write!(f, "keep it in the quarantine: {reason}"),
            Self::Discard => f.write_str("take it off the MTA"),
            Self::Reply(code, status, text) => write!(f, "answer {code} {status} {text}"),
        }
    }
}

/// A header value to be shown. Users of HIN write `(init: PASSWORD)` into a subject
/// (support.hin.ch), which opens the mail: such a subject is shown decoded, the password as dots.
fn masked(value: &str) -> Cow<'_, str> {
    const OPENS: &str = "(init";
    let text = decode_words(value.as_bytes());
    let Some(start) = text.to_ascii_lowercase().find(OPENS) else {
        return Cow::Borrowed(value);
    };
    let (before, secret) = text.split_at(start + OPENS.len());
    let after = secret.rfind(')').and_then(|end| secret.get(end..));
    Cow::Owned(format!("{before}: …{}", after.unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_in_a_subject_is_not_shown() {
        for subject in [
            "Befund (vertraulich) (init: Xy7secret)",
            "(INIT:Xy7secret) Befund",
            "=?UTF-8?B?QmVmdW5kIChpbml0OiBYeTdzZWNyZXQp?=",
            "Befund (init: Xy7secret",
        ] {
            for edit in [
                Edit::AddHeader("Subject".into(), subject.into()),
                Edit::ChangeHeader("Subject".into(), subject.into(), 1),
            ] {
                let shown = format!("{edit} {}", edit.as_json());
                assert!(shown.contains("Befund") && shown.contains("…"), "{shown}");
                assert!(
                    !shown.contains("Xy7") && !shown.contains("YeTdz"),
                    "{shown}"
                );
            }
        }
        let plain = Edit::AddHeader("Subject".into(), "=?UTF-8?Q?ann=C3=A9e?=".into());
        assert_eq!(plain.to_string(), "add Subject: =?UTF-8?Q?ann=C3=A9e?=");
    }
}
