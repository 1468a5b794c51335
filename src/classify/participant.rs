// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns envelope and header of a message into the addresses of those who take part in it.

use std::collections::HashSet;

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
        found.extend(mailboxes(&String::from_utf8_lossy(value)));
    }
    found.remove("");
    found
}

/// The addresses of an address list. Display names, quoted strings and comments are no addresses,
/// whatever they hold.
fn mailboxes(value: &str) -> Vec<String> {
    let mut found = Vec::new();
    let (mut bare, mut angled) = (String::new(), None);
    let (mut comment, mut quoted, mut escaped) = (0_usize, false, false);
    for c in value.chars().chain([',']) {
        let was_escaped = std::mem::replace(&mut escaped, false);
        match c {
            _ if was_escaped => (),
            '\\' if quoted || comment > 0 => escaped = true,
            '"' if comment == 0 => quoted = !quoted,
            _ if quoted => (),
            '(' => comment += 1,
            ')' => comment = comment.saturating_sub(1),
            _ if comment > 0 => (),
            '<' => bare.clear(),
            '>' => angled = Some(std::mem::take(&mut bare)),
            // A group's name ends with a colon, its list with a semicolon.
            ':' => bare.clear(),
            ',' | ';' => {
                let address = angled.take().unwrap_or_else(|| std::mem::take(&mut bare));
                bare.clear();
                found.push(Address::new(&address).folded());
            }
            _ => bare.push(c),
        }
    }
    found.retain(|address| address.contains('@') && !address.contains(char::is_whitespace));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_are_addresses() {
        for (value, expected) in [
            (" anna@example.ch\r\n", vec!["anna@example.ch"]),
            (
                "Anna <Anna@Example.ch>,\r\n b@example.ch (work)",
                vec!["anna@example.ch", "b@example.ch"],
            ),
            ("\"x@evil.ch\" <a@example.ch>", vec!["a@example.ch"]),
            ("\"x\\\", y@evil.ch\" <a@example.ch>", vec!["a@example.ch"]),
            ("z@evil.ch <a@example.ch>", vec!["a@example.ch"]),
            (
                "(c@evil.ch, (d@evil.ch)) a@example.ch",
                vec!["a@example.ch"],
            ),
            (
                "Team: a@x.ch, B <b@x.ch>;, c@x.ch",
                vec!["a@x.ch", "b@x.ch", "c@x.ch"],
            ),
            ("nobody, <>, ", vec![]),
            ("a@x.ch b@x.ch", vec![]),
        ] {
            assert_eq!(mailboxes(value), expected, "{value}");
        }
    }
}
