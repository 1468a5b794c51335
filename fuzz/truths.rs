// SPDX-License-Identifier: GPL-3.0-or-later
//! What must be true of any bytes. `fuzz_targets/` and `tests/fuzz.rs` look for some of which it is not.
#![allow(dead_code, reason = "a fuzz target uses one of them")]

use indymilter::message::Message;
use indymilter::message::command::Command;
use pii_milter::extract::{self, Budget};
use pii_milter::message::{Envelope, Message as Mail, header};
use pii_milter::milter::{Packets, as_sent};

/// Packets: it does not matter where a stream is cut, the library can read all that we look at, and
/// what has been repaired once needs no more of it.
pub fn packets(bytes: &[u8]) {
    let (mut whole, mut pieces) = (Vec::new(), Vec::new());
    let fed = Packets::default().feed(bytes, &mut whole);
    let length = bytes.first().map_or(1, |byte| usize::from(*byte) % 70 + 1);
    let mut packets = Packets::default();
    let mut pieced = Ok(());
    for piece in bytes.chunks(length) {
        pieced = pieced.and_then(|()| packets.feed(piece, &mut pieces));
    }
    assert_eq!((fed, &whole), (pieced, &pieces));
    let mut again = Vec::new();
    assert_eq!(Packets::default().feed(&whole, &mut again), Ok(()));
    assert_eq!(whole, again);

    let mut rest = whole.as_slice();
    while let Some((head, behind)) = rest.split_first_chunk::<4>() {
        let length = usize::try_from(u32::from_be_bytes(*head)).unwrap();
        let Some((packet, behind)) = behind.split_at_checked(length) else {
            break;
        };
        rest = behind;
        let (command, payload) = packet.split_first().unwrap();
        let parsed = Command::parse_command(Message::new(*command, payload.to_vec()));
        // Macros of an unknown stage the library passes over by itself.
        let is_known = payload
            .first()
            .is_some_and(|stage| b"CHMRTNE".contains(stage));
        if *command == b'C' || *command == b'D' && is_known {
            assert!(parsed.is_ok(), "{parsed:?} {packet:?}");
        }
    }
}

/// Fields: what the client sent is what is kept, and what is kept falls into fields without a rest.
pub fn fields(bytes: &[u8]) {
    let mut parts = bytes.splitn(2, |byte| *byte == 0);
    let (name, value) = (parts.next().unwrap(), parts.next().unwrap_or_default());
    for keeps_space in [true, false] {
        let sent = as_sent(name, value, keeps_space);
        let lines = value.iter().filter(|byte| **byte == b'\n').count() + 1;
        assert_eq!(
            sent.windows(2).filter(|two| two == b"\r\n").count() - ends(name),
            lines
        );
        assert!(sent.starts_with(name) && sent.ends_with(b"\r\n"));
    }
    let (fields, body) = header::split(bytes);
    let mut last = 0;
    for field in &fields {
        assert!(last <= field.value.start && field.value.start <= field.value.end);
        assert!(bytes.get(field.value.clone()).is_some());
        last = field.value.end;
    }
    assert!(last <= body && body <= bytes.len());
}

/// Mail: every part and field lies inside it, whatever it is cut into, and it is read to its end, as text
/// or with a reason.
pub fn mail(bytes: &[u8]) {
    let budget = Budget::default();
    let envelope = Envelope::nobody(jiff::civil::Date::default());
    let message = Mail::read(envelope, bytes.to_vec(), budget.tree);
    for part in &message.parts {
        assert!(bytes.get(part.content.clone()).is_some());
        for field in &part.fields {
            assert!(bytes.get(field.value.clone()).is_some());
        }
    }
    for text in extract::all(&message, &budget).texts {
        for (place, _) in text.places {
            assert!(text.content.get(place).is_some());
        }
    }
}

/// Line ends in a name, which no MTA sends.
fn ends(name: &[u8]) -> usize {
    name.windows(2).filter(|two| two == b"\r\n").count()
}
