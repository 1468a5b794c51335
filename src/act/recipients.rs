// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns recipients of a relay into the suffixed ones that are added and the plain ones that go.

use std::collections::HashSet;
use std::fmt::Write;

use super::Edit;
use super::channel::{Channel, Channels};
use crate::message::{Address, Recipient};

/// The edits: all that is added, then all that is taken off. A break between the two doubles a
/// recipient, the other order would lose one.
///
/// # Errors
/// Where a recipient cannot be readdressed: its bytes are no text that DELRCPT could repeat, and
/// it would get the mail in plain.
pub(super) fn readdress(
    recipients: &[(&Recipient, &Channel)],
    channels: &Channels,
) -> Result<Vec<Edit>, ()> {
    let new = |(recipient, channel): &(&Recipient, &Channel)| {
        let address = &recipient.address;
        let relay = channel
            .relay
            .as_ref()
            .filter(|_| !channels.is_suffixed(address));
        relay.and_then(|relay| relay.rewrite(address))
    };
    let new: Vec<Option<String>> = recipients.iter().map(new).collect();
    let pairs = || recipients.iter().map(|(recipient, _)| *recipient).zip(&new);

    let staying = pairs().filter(|(_, new)| new.is_none());
    let mut present: HashSet<String> = staying.map(|(one, _)| one.address.folded()).collect();
    let mut gone = HashSet::new();
    let (mut added, mut deleted) = (Vec::new(), Vec::new());
    for (recipient, new) in pairs() {
        let Some(new) = new else { continue };
        let as_given = std::str::from_utf8(&recipient.as_given).map_err(drop)?;
        if as_given.contains(char::is_control) || new.contains(char::is_control) {
            return Err(());
        }
        if present.insert(Address::new(new).folded()) {
            added.push(Edit::AddRecipient(new.clone(), arguments(recipient)));
        }
        if gone.insert(as_given) {
            deleted.push(Edit::DeleteRecipient(as_given.to_owned()));
        }
    }
    added.append(&mut deleted);
    Ok(added)
}

/// NOTIFY and ORCPT of the client, so that reports name the address that the sender knows.
fn arguments(recipient: &Recipient) -> String {
    let is_notify = |text: &&str| {
        !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphabetic() || b == b',')
    };
    let is_original = |text: &&str| {
        text.contains(';') && text.len() <= 500 && text.bytes().all(|b| b.is_ascii_graphic())
    };
    let notify = recipient.notify.as_deref().filter(is_notify);
    let original = recipient.original.as_deref().filter(is_original);
    let original = original.map_or_else(|| original_of(recipient.address.as_str()), str::to_owned);
    match notify {
        Some(notify) => format!("NOTIFY={notify} ORCPT={original}"),
        None => format!("ORCPT={original}"),
    }
}

/// The address as an original recipient: `rfc822` with xtext (RFC 3461, 4), or `utf-8` with its own
/// escapes (RFC 6533, 3).
fn original_of(address: &str) -> String {
    let mut text = String::from(if address.is_ascii() {
        "rfc822;"
    } else {
        "utf-8;"
    });
    let is_ascii = address.is_ascii();
    for c in address.chars() {
        let stays = c.is_ascii_graphic() && !"+=".contains(c) && (is_ascii || c != '\\');
        // Writing to a String cannot fail.
        match (stays, is_ascii) {
            (true, _) => text.push(c),
            (false, true) => write!(text, "+{:02X}", u32::from(c)).unwrap_or_default(),
            (false, false) => write!(text, "\\x{{{:02X}}}", u32::from(c)).unwrap_or_default(),
        }
    }
    text
}
