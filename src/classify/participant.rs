// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns envelope and header of a message into the addresses of those who take part in it.

use std::collections::HashSet;

use crate::detect::{Mailbox, mailbox};
use crate::message::words::decode_words;
use crate::message::{Address, Message};

/// The fields that name who takes part (RFC 5322, 3.6.2 and 3.6.3).
const FIELDS: [&str; 4] = ["From", "To", "Cc", "Reply-To"];

/// The folded addresses of sender and recipients, of the envelope and of the header.
pub fn addresses(message: &Message) -> HashSet<String> {
    let envelope = &message.envelope;
    let recipients = envelope.recipients.iter().map(|one| &one.address);
    let mut found: HashSet<String> = recipients
        .chain([&envelope.sender])
        .map(Address::folded)
        .collect();
    let fields = message.fields.iter();
    for field in fields.filter(|field| FIELDS.iter().any(|name| field.is(name))) {
        let value = message.raw.get(field.value.clone()).unwrap_or_default();
        found.extend(Address::list(value).iter().map(Address::folded));
    }
    found.remove("");
    found
}

/// True where the mailboxes of From are those of people at work, or of services.
pub fn is_from_work(message: &Message) -> bool {
    let fields = message.fields.iter().filter(|field| field.is("From"));
    let values = fields.filter_map(|field| message.raw.get(field.value.clone()));
    let mut senders = values.flat_map(Address::list).peekable();
    senders.peek().is_some() && senders.all(|one| mailbox(&one.folded()) != Mailbox::Private)
}

/// The words of the names of those who take part, in small letters, as From, To, Cc and Reply-To show them.
pub fn names(message: &Message) -> HashSet<String> {
    let fields = message.fields.iter();
    let fields = fields.filter(|field| FIELDS.iter().any(|name| field.is(name)));
    let values = fields.filter_map(|field| message.raw.get(field.value.clone()));
    let mut names = HashSet::new();
    for value in values {
        let shown = decode_words(value).to_lowercase();
        names.extend(
            shown
                .split(|c: char| !c.is_alphanumeric())
                .map(str::to_owned),
        );
    }
    names
}
