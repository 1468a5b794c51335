// SPDX-License-Identifier: GPL-3.0-or-later
//! What the tests of this folder share: random text, a decoder, messages, and an MTA's hand.

mod any_plan;
mod plan;
mod wrong;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use indexmap::IndexMap;

use super::relay::Profile;
use super::*;
use crate::classify::Sensitivity;
use crate::message::{Address, Envelope, Field, Recipient};
use crate::yaml;

/// A small generator (xorshift64), so that a failure comes back with the same numbers.
pub(super) struct Random(pub u64);

impl Random {
    pub(super) fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 16).unwrap() % end
    }

    fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }

    /// Text of ASCII, Latin, wide and astral characters, blanks and what looks like encoding.
    pub(super) fn text(&mut self, most: usize) -> String {
        let length = self.below(most);
        let wide = self.below(4);
        let one = |random: &mut Self| match random.below(6 + wide * 3) {
            0 => ' ',
            1..6 => char::from(u8::try_from(33 + random.below(94)).unwrap()),
            6 => random.pick(&['ä', 'é', 'ß', 'Œ', '\u{a0}', '\u{301}']),
            7 => random.pick(&['=', '?', '_', '<', '>', ':']),
            n if n % 2 == 0 => {
                char::from_u32(0x4e00 + u32::try_from(random.below(9000)).unwrap()).unwrap()
            }
            _ => char::from_u32(0x1f300 + u32::try_from(random.below(500)).unwrap()).unwrap(),
        };
        (0..length).map(|_| one(self)).collect()
    }
}

/// Decodes what we write, by the letter of RFC 2047, so that the encoder is not judged by itself.
pub(super) fn decode(value: &[u8]) -> String {
    let text = String::from_utf8_lossy(value).replace("\r\n", "\n");
    let text = text.replace("\n ", " ").replace("\n\t", "\t");
    let mut shown = String::new();
    let mut gap = String::new();
    let mut is_behind_word = false;
    for piece in text.split_inclusive([' ', '\t']) {
        let word = piece.trim_end_matches([' ', '\t']);
        let decoded = decode_word(word);
        if !(is_behind_word && (decoded.is_some() || word.is_empty())) {
            shown.push_str(&std::mem::take(&mut gap));
        }
        if decoded.is_some() {
            gap.clear();
        }
        gap.push_str(&piece[word.len()..]);
        is_behind_word = decoded.is_some() || (word.is_empty() && is_behind_word);
        shown.push_str(decoded.as_deref().unwrap_or(word));
    }
    shown + &gap
}

fn decode_word(word: &str) -> Option<String> {
    let inner = word.strip_prefix("=?")?.strip_suffix("?=")?;
    let [charset, encoding, payload] = inner.split('?').collect::<Vec<_>>().try_into().ok()?;
    let bytes = match encoding {
        "Q" | "q" => unquote(payload.as_bytes())?,
        _ => unbase64(payload.as_bytes())?,
    };
    charset
        .eq_ignore_ascii_case("utf-8")
        .then(|| String::from_utf8(bytes).unwrap())
}

fn unquote(payload: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut rest = payload.iter();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'_' => b' ',
            b'=' => {
                let hex = [*rest.next()?, *rest.next()?];
                u8::from_str_radix(std::str::from_utf8(&hex).ok()?, 16).ok()?
            }
            byte => *byte,
        });
    }
    Some(bytes)
}

fn unbase64(payload: &[u8]) -> Option<Vec<u8>> {
    let digits = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (mut bits, mut count, mut bytes) = (0_usize, 0, Vec::new());
    for digit in payload.iter().filter(|digit| **digit != b'=') {
        bits = bits << 6 | digits.iter().position(|d| d == digit)?;
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from(bits >> count & 255).unwrap());
        }
    }
    Some(bytes)
}

pub(super) fn shipped(id: &str) -> Profile {
    let path = format!("{id}.yaml");
    let (_, text) = crate::shipped::RELAYS
        .iter()
        .find(|(name, _)| *name == path)
        .unwrap();
    Profile::read(&path, text).unwrap()
}

pub(super) fn incamail() -> Profile {
    shipped("incamail")
}

pub(super) fn generic() -> Profile {
    shipped("generic")
}

const CHANNELS: &str = r#"
plain:    []
marked:   [ header: "X-Marked: yes" ]
incamail: [ relay: incamail ]
generic:  [ relay: generic ]
hold:     [ mta-hold: review ]
refuse:   [ reject: "5.7.1 Please use the portal" ]
"#;

fn channels(text: &str) -> Result<Channels, Vec<String>> {
    let read: IndexMap<String, Entry> = yaml::read(text).map_err(|e| vec![e.to_string()])?;
    Channels::new(&read, &[incamail(), generic()])
}

/// The channels above, compiled once: regular expressions take their time.
fn shipped_channels() -> &'static Channels {
    static ALL: LazyLock<Channels> = LazyLock::new(|| channels(CHANNELS).unwrap());
    &ALL
}

/// A message of these header lines; recipients as `address channel`.
pub(super) fn message(head: &str, recipients: &[&str]) -> Message {
    let raw = head.as_bytes().to_vec();
    let mut fields: Vec<Field> = Vec::new();
    let mut at = 0;
    for line in head.split_inclusive('\n') {
        let end = at + line.trim_end_matches(['\r', '\n']).len();
        match line.split_once(':') {
            _ if line.starts_with([' ', '\t']) => fields.last_mut().unwrap().value.end = end,
            Some((name, _)) => fields.push(Field {
                name: name.into(),
                value: at + name.len() + 1..end,
            }),
            None => panic!("{line}"),
        }
        at += line.len();
    }
    let recipient = |text: &&str| Recipient {
        address: Address::new(text),
        as_given: text.as_bytes().to_vec(),
        notify: None,
        original: None,
    };
    let envelope = Envelope {
        client: None,
        login: Some("anna".into()),
        sender: Address::new("anna@example.ch"),
        recipients: recipients.iter().map(recipient).collect(),
        received: jiff::civil::date(2026, 11, 25),
        host: "mx.example.ch".into(),
        id: "M-7F3K2M".into(),
    };
    let body_start = raw.len();
    Message {
        envelope,
        raw,
        fields,
        body_start,
        parts: Vec::new(),
        left_out: Vec::new(),
    }
}

pub(super) fn classification() -> Classification {
    Classification {
        sensitivity: Sensitivity(2),
        level: "confidential".into(),
        because: String::new(),
        evidence: Vec::new(),
        facts: Vec::new(),
        left_out: std::collections::BTreeMap::new(),
        found: BTreeMap::from([("ch.ahv".into(), 2), ("iban".into(), 1)]),
        unreadable: Vec::new(),
        ..Classification::default()
    }
}

fn decisions(message: &Message, channels: &[&str]) -> Vec<Decision> {
    let each = message.envelope.recipients.iter().zip(channels);
    each.map(|(recipient, channel)| Decision {
        recipient: recipient.address.to_string(),
        kind: "stranger".into(),
        channel: (*channel).into(),
        because: "decide.outbound.stranger[confidential]".into(),
        refused: None,
    })
    .collect()
}

fn actions_of(message: &Message, chosen: &[&str]) -> Vec<Edit> {
    let (channels, ours) = (shipped_channels(), Ours::default());
    let decisions = decisions(message, chosen);
    plan(
        message,
        &classification(),
        &decisions,
        channels,
        &ours,
        "0123456789ab",
        Mixed::Strictest,
    )
    .actions
}

fn json(edits: &[Edit]) -> Vec<String> {
    edits
        .iter()
        .map(|edit| serde_json::to_string(edit).unwrap())
        .collect()
}

/// What a message is after the edits: header lines and recipients as the MTA would have them.
fn apply(message: &Message, edits: &[Edit]) -> (String, Vec<String>) {
    let text =
        |field: &Field| String::from_utf8_lossy(&message.raw[field.value.clone()]).into_owned();
    let mut fields: Vec<(String, String)> = message
        .fields
        .iter()
        .map(|field| (field.name.clone(), text(field)))
        .collect();
    let given = message.envelope.recipients.iter();
    let mut to: Vec<String> = given
        .map(|one| String::from_utf8(one.as_given.clone()).unwrap())
        .collect();
    let nth = |fields: &[(String, String)], name: &str, n: u32| {
        let mut places = fields
            .iter()
            .enumerate()
            .filter(|(_, field)| field.0.eq_ignore_ascii_case(name));
        places.nth(usize::try_from(n).unwrap() - 1).unwrap().0
    };
    for edit in edits {
        match edit {
            Edit::AddHeader(name, value) => fields.push((name.clone(), format!(" {value}"))),
            Edit::ChangeHeader(name, value, n) => {
                let at = nth(&fields, name, *n);
                fields[at].1 = format!(" {value}");
            }
            Edit::DeleteHeader(name, n) => {
                fields.remove(nth(&fields, name, *n));
            }
            Edit::AddRecipient(address, _) => to.push(format!("<{address}>")),
            Edit::DeleteRecipient(given) => to.retain(|one| one != given),
            Edit::Hold(_) | Edit::Quarantine(_) | Edit::Discard | Edit::Reply(..) => (),
        }
    }
    let head = fields
        .iter()
        .map(|(name, value)| format!("{name}:{value}\n"))
        .collect();
    (head, to)
}
