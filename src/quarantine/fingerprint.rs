// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns a message into what its client sent, whichever try it is: the queue id, and what the MTA wrote
//! into the header, differ from try to try.

use std::io;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::key::Key;
use crate::message::{Envelope, header};
use crate::spool::Spool;

/// What a message is known by.
pub struct Print {
    /// The keyed hash.
    pub hash: Vec<u8>,
    /// True where the client named the message: then no other mail has this hash.
    pub is_named: bool,
}

/// The keyed hash of sender, recipients in any order, and content as the client sent it.
///
/// Left out are `Received`, and a Message-ID that the MTA made, which has the queue id in it, with what
/// follows it: there the MTA adds a Date as well. Where the client sent a Message-ID, that names the
/// message, and a Date may be the MTA's.
///
/// # Errors
/// When the message cannot be read.
pub fn of(envelope: &Envelope, queue: &str, raw: &Spool, key: &Key) -> io::Result<Print> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.bytes()).map_err(io::Error::other)?;
    let mut part = |bytes: &[u8]| {
        mac.update(&bytes.len().to_be_bytes());
        mac.update(bytes);
    };
    part(envelope.sender.folded().as_bytes());
    let recipients = envelope.recipients.iter();
    let mut recipients: Vec<String> = recipients.map(|one| one.address.folded()).collect();
    recipients.sort();
    for recipient in &recipients {
        part(recipient.as_bytes());
    }
    let head = raw.header()?;
    let (fields, _) = header::split(&head);
    let made_by_mta =
        |value: &[u8]| queue.len() > 4 && memchr::memmem::find(value, queue.as_bytes()).is_some();
    let mut is_named = false;
    for field in &fields {
        let value = head.get(field.value.clone()).unwrap_or_default();
        if field.is("Message-ID") && made_by_mta(value) {
            break;
        }
        is_named |= field.is("Message-ID") && !value.trim_ascii().is_empty();
        if !field.is("Received") && !field.is("Date") {
            part(field.name.as_bytes());
            part(value);
        }
    }
    let (mut at, mut space) = (head.len(), Vec::new());
    while let Some(piece) = raw.piece(at, &mut space)? {
        mac.update(piece);
        at += piece.len();
    }
    Ok(Print {
        hash: mac.finalize().into_bytes().to_vec(),
        is_named,
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::message::{Address, Recipient};
    use crate::spool::Budget;

    fn print(key: &Key, to: &[&str], header: &str, body: &str, queue: &str) -> Vec<u8> {
        let mut envelope = Envelope::nobody(jiff::civil::Date::default());
        envelope.sender = Address::new("a@example.ch");
        envelope.recipients = to
            .iter()
            .map(|to| Recipient {
                address: Address::new(to),
                as_given: to.as_bytes().to_vec(),
                notify: None,
                original: None,
            })
            .collect();
        let mut raw = Spool::new(Arc::clone(&Budget::new(1 << 20, 0)));
        raw.append(header.replace('\n', "\r\n").as_bytes()).unwrap();
        raw.append(b"\r\n").unwrap();
        raw.end_header();
        raw.append(body.as_bytes()).unwrap();
        let print = of(&envelope, queue, &raw, key).unwrap();
        let is_named = header.contains("Message-ID");
        assert_eq!(print.is_named, is_named, "{header}");
        print.hash
    }

    #[test]
    fn a_second_try_is_the_same_and_another_mail_is_not() {
        let key = &Key::random().unwrap();
        let to = &["b@example.org", "c@example.org"][..];
        let own = "Subject: a\nMessage-ID: <1@x>\n";
        let first = print(key, to, own, "text", "4F8ABC");
        let turned = &["C@example.org", "b@example.org"][..];
        let dated = format!("Received: from x\n{own}Date: now\n");
        assert_eq!(first, print(key, turned, &dated, "text", "4F8ABD"));
        for (to, header, body) in [
            (&to[..1], own, "text"),
            (to, own, "text."),
            (to, "Subject: b\nMessage-ID: <1@x>\n", "text"),
            (to, "Subject: a\nMessage-ID: <2@x>\n", "text"),
        ] {
            assert_ne!(first, print(key, to, header, body, "4F8ABC"), "{header}");
        }
        let other = &Key::random().unwrap();
        assert_ne!(first, print(other, to, own, "text", "4F8ABC"));
    }

    #[test]
    fn what_the_mta_wrote_does_not_count() {
        let key = &Key::random().unwrap();
        let made = |queue: &str, day: u32| {
            let header =
                format!("Subject: a\nMessage-Id: <20261125.{queue}@mx>\nDate: {day} Nov 2026\n");
            print(key, &["b@example.org"], &header, "text", queue)
        };
        assert_eq!(made("4F8ABC", 1), made("4F8ABD", 2));
        let dated = |day: u32| {
            let header = format!("Date: {day} Nov 2026\nSubject: a\n");
            print(key, &["b@example.org"], &header, "text", "-")
        };
        // Without a Message-ID of the client's there is one of the MTA's, else nothing tells them apart.
        assert_eq!(dated(1), dated(2));
    }
}
