// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns a held message and a plan into what is handed to the MTA: its own bytes below the fields we add.

use std::iter::once;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::case::Details;
use super::guard::US;
use crate::act::Edit;
use crate::message::{Address, Envelope, header};
use crate::submit;

/// The message as it leaves: a trace field with this name of it and the added ones on top, changed fields in
/// their place, forged ones left out, and every other byte as it came.
///
/// # Errors
/// One sentence, where the plan does not let it leave.
pub fn compose(
    raw: &[u8],
    edits: &[Edit],
    envelope: &Envelope,
    name: &str,
) -> Result<Vec<u8>, String> {
    let (fields, _) = header::split(raw);
    let ends = fields.iter().map(|field| end_of_line(raw, field.value.end));
    let mut at = 0;
    let mut head: Vec<(String, Vec<u8>)> = Vec::new();
    for (field, end) in fields.iter().zip(ends) {
        let bytes = raw.get(at..end).unwrap_or_default().to_vec();
        head.push((field.name.to_ascii_lowercase(), bytes));
        at = end;
    }
    let mut added = trace(envelope, name).into_bytes();
    for edit in edits {
        match edit {
            Edit::AddHeader(name, value) => added.extend(line(name, value)),
            Edit::ChangeHeader(name, value, n) => {
                if let Some(field) = nth(&mut head, name, *n) {
                    field.1 = line(name, value);
                }
            }
            Edit::DeleteHeader(name, n) => {
                if let Some(field) = nth(&mut head, name, *n) {
                    // Nothing is left of it, and it counts no more.
                    *field = (String::new(), Vec::new());
                }
            }
            Edit::AddRecipient(..) | Edit::DeleteRecipient(_) => (),
            Edit::Reply(_, _, text) => return Err(text.clone()),
            Edit::Hold(_) | Edit::Quarantine(_) | Edit::Discard => {
                return Err("the channel would hold it again".into());
            }
        }
    }
    let fields = head.iter().map(|(_, bytes)| bytes.as_slice());
    let rest = raw.get(at..).unwrap_or_default();
    let all: Vec<&[u8]> = once(added.as_slice())
        .chain(fields)
        .chain(once(rest))
        .collect();
    Ok(all.concat())
}

/// The transaction in which it leaves for its one recipient.
pub fn transaction(
    details: &Details,
    envelope: &Envelope,
    edits: &[Edit],
    message: &[u8],
) -> submit::Envelope {
    let argument = |name: &str| {
        let arguments = details.arguments.iter();
        let mut pairs = arguments.filter_map(|one| one.split_once('='));
        let found = pairs.find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.to_owned())
    };
    let has = |name: &str| {
        details
            .arguments
            .iter()
            .any(|one| one.eq_ignore_ascii_case(name))
    };
    let added = added(edits).map(|(address, arguments)| readdressed(address, arguments));
    let given = envelope.recipients.first().map(|one| submit::Recipient {
        address: one.address.to_string(),
        notify: one.notify.clone(),
        original: one.original.clone(),
    });
    let recipients: Vec<_> = added.or(given).into_iter().collect();
    let is_utf8 = has("SMTPUTF8")
        || !envelope.sender.as_str().is_ascii()
        || recipients.iter().any(|one| !one.address.is_ascii());
    submit::Envelope {
        sender: envelope.sender.to_string(),
        envid: argument("ENVID"),
        ret: argument("RET"),
        is_utf8,
        is_8bit: !message.is_ascii(),
        recipients,
    }
}

/// Where it goes: the address of its one recipient, or what the relay makes of it.
pub fn goes_to(envelope: &Envelope, edits: &[Edit]) -> Address {
    let given = envelope.recipients.first().map(|one| one.address.clone());
    let added = added(edits).map(|(address, _)| Address::new(address));
    added.or(given).unwrap_or_default()
}

/// The recipient that a plan adds, with its arguments.
fn added(edits: &[Edit]) -> Option<(&str, &str)> {
    edits.iter().find_map(|edit| match edit {
        Edit::AddRecipient(address, arguments) => Some((address.as_str(), arguments.as_str())),
        _ => None,
    })
}

/// A relay's recipient, with NOTIFY and ORCPT as the plan has them.
fn readdressed(address: &str, arguments: &str) -> submit::Recipient {
    let argument = |name: &str| {
        let mut words = arguments.split(' ');
        words
            .find_map(|word| word.strip_prefix(name))
            .map(str::to_owned)
    };
    submit::Recipient {
        address: Address::new(address).to_string(),
        notify: argument("NOTIFY="),
        original: argument("ORCPT="),
    }
}

/// Where the mail came from and through whom it went (RFC 5321, 4.4).
fn trace(envelope: &Envelope, name: &str) -> String {
    let word = |text: &str| {
        text.chars()
            .filter(char::is_ascii_graphic)
            .collect::<String>()
    };
    let client = envelope.client.map_or_else(
        || "unknown".to_owned(),
        |client| match client.is_ipv6() {
            true => format!("[IPv6:{client}]"),
            false => format!("[{client}]"),
        },
    );
    let now = Timestamp::now().to_zoned(TimeZone::UTC);
    format!(
        "Received: from {client} by {} {US}\r\n\tid {}; {}\r\n",
        word(&envelope.host),
        word(name),
        now.strftime("%a, %d %b %Y %H:%M:%S +0000")
    )
}

/// A field of a plan, whose folds are bare LF, as a header has it.
fn line(name: &str, value: &str) -> Vec<u8> {
    let value = value.replace("\r\n", "\n").replace('\n', "\r\n");
    let space = if value.starts_with([' ', '\t']) {
        ""
    } else {
        " "
    };
    format!("{name}:{space}{value}\r\n").into_bytes()
}

/// The n-th field of that name, from 1.
fn nth<'a>(
    head: &'a mut [(String, Vec<u8>)],
    name: &str,
    n: u32,
) -> Option<&'a mut (String, Vec<u8>)> {
    let name = name.to_ascii_lowercase();
    let before = usize::try_from(n).ok()?.checked_sub(1)?;
    head.iter_mut()
        .filter(|(other, _)| *other == name)
        .nth(before)
}

/// Behind the line end that stands at `at`.
fn end_of_line(raw: &[u8], at: usize) -> usize {
    match raw.get(at..) {
        Some([b'\r', b'\n', ..]) => at + 2,
        Some([b'\n', ..]) => at + 1,
        _ => at,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RAW: &[u8] = b"X-PII-Level: public\r\nSubject: a\r\n b\r\nx-pii-level:none\r\nBad line\r\nSubject:c\r\n\r\n.\r\nbody\0\xff\r\n";

    fn envelope() -> Envelope {
        let mut envelope = Envelope::nobody(jiff::civil::Date::default());
        envelope.host = "mx.example.ch".into();
        envelope.id = "Q-1".into();
        envelope.client = Some([192, 0, 2, 1].into());
        envelope
    }

    fn below_trace(composed: &[u8]) -> &[u8] {
        let text = String::from_utf8_lossy(composed);
        let expected = "Received: from [192.0.2.1] by mx.example.ch (pii-milter)\r\n\tid Q-1; ";
        assert!(text.starts_with(expected), "{text}");
        let second = text.match_indices("\r\n").nth(1).unwrap().0;
        &composed[second + 2..]
    }

    #[test]
    fn without_edits_every_byte_is_as_it_came() {
        for raw in [
            RAW,
            b"\r\nbody",
            b"no header",
            b"",
            b"A: b",
            b"A: b\r\n",
            b"From x\r\nA: b\n\nc",
        ] {
            let composed = compose(raw, &[], &envelope(), "Q-1").unwrap();
            assert_eq!(
                below_trace(&composed),
                raw,
                "{}",
                String::from_utf8_lossy(raw)
            );
        }
    }

    #[test]
    fn fields_are_added_on_top_changed_in_place_and_forged_ones_left_out() {
        let edits = [
            Edit::DeleteHeader("X-PII-Level".into(), 2),
            Edit::DeleteHeader("X-PII-Level".into(), 1),
            Edit::AddHeader("X-PII-Level".into(), "restricted".into()),
            Edit::ChangeHeader("Subject".into(), " <im><c> a\n b".into(), 1),
            Edit::ChangeHeader("Subject".into(), "<im><c> c".into(), 2),
        ];
        let composed = compose(RAW, &edits, &envelope(), "Q-1").unwrap();
        let expected = b"X-PII-Level: restricted\r\nSubject: <im><c> a\r\n b\r\nBad line\r\nSubject: <im><c> c\r\n\r\n.\r\nbody\0\xff\r\n";
        assert_eq!(below_trace(&composed), expected);
    }

    #[test]
    fn what_the_plan_refuses_does_not_leave() {
        for edit in [
            Edit::Reply("550".into(), "5.7.1".into(), "no".into()),
            Edit::Quarantine("review".into()),
            Edit::Hold("review".into()),
        ] {
            assert!(compose(RAW, &[edit], &envelope(), "Q-1").is_err());
        }
    }
}
