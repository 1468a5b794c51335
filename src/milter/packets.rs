// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns the packets that MTAs send into those that the milter library takes: for what it cannot
//! read it would close the connection, and the mail would pass, or wait, for nothing.
//!
//! A packet is four bytes of length, big-endian, then a command byte and its payload
//! (libmilter, `include/libmilter/mfdef.h`).

use std::net::IpAddr;

/// The longest packet, its command byte included. MTAs send 64 KB at most.
const MAX: usize = 1 << 20;

/// Length and command byte.
const HEAD: usize = 5;

/// The MTA's facts about the client.
const CONNECT: u8 = b'C';
/// Macros for the command that follows.
const MACROS: u8 = b'D';

/// What came is no packet: its length is none, or beyond all measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Foreign;

/// The stream of packets, up to where it has been read.
#[derive(Debug, Default)]
pub struct Packets {
    head: Vec<u8>,
    /// Bytes of the payload that have not come yet.
    left: usize,
    /// The payload so far, of a packet that is looked at.
    held: Vec<u8>,
    /// The command that the last macros were for.
    macros_for: Option<u8>,
    /// How many packets have begun.
    begun: u64,
}

impl Packets {
    /// Takes the next bytes, cut anywhere, and adds to `out` what the library is to read.
    ///
    /// # Errors
    /// Where the bytes are no packets. Nothing can be read on from there.
    pub fn feed(&mut self, mut bytes: &[u8], out: &mut Vec<u8>) -> Result<(), Foreign> {
        while !bytes.is_empty() {
            if self.head.len() < HEAD {
                let missing = HEAD - self.head.len();
                self.head.extend_from_slice(split(&mut bytes, missing));
                if self.head.len() == HEAD {
                    self.begin(out)?;
                }
            } else {
                let payload = split(&mut bytes, self.left);
                self.left -= payload.len();
                if self.is_held() {
                    self.held.extend_from_slice(payload);
                } else {
                    out.extend_from_slice(payload);
                }
            }
            if self.head.len() == HEAD && self.left == 0 {
                self.end(out);
            }
        }
        Ok(())
    }

    /// How many packets have begun, and whether the last one is still incomplete.
    pub fn progress(&self) -> (u64, bool) {
        (
            self.begun + u64::from(!self.head.is_empty() && self.head.len() < HEAD),
            !self.head.is_empty(),
        )
    }

    fn command(&self) -> u8 {
        self.head.last().copied().unwrap_or_default()
    }

    fn is_held(&self) -> bool {
        matches!(self.command(), CONNECT | MACROS)
    }

    /// The head of a packet is there.
    fn begin(&mut self, out: &mut Vec<u8>) -> Result<(), Foreign> {
        let length = self
            .head
            .first_chunk()
            .map_or(0, |length| u32::from_be_bytes(*length));
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        if length == 0 || length > MAX {
            return Err(Foreign);
        }
        self.begun += 1;
        self.left = length - 1;
        let command = self.command();
        // The library keeps macros until others come for the same command. What the MTA said of one
        // message or recipient, a login above all, must not be held true for the next.
        if matches!(command, b'M' | b'R') && self.macros_for != Some(command) {
            write(out, MACROS, &[command, 0]);
        }
        if !self.is_held() {
            out.extend_from_slice(&self.head);
        }
        Ok(())
    }

    /// The packet is complete.
    fn end(&mut self, out: &mut Vec<u8>) {
        match self.command() {
            CONNECT => write(out, CONNECT, &client(&self.held)),
            MACROS => {
                self.macros_for = self.held.first().copied();
                macros(&self.held, out);
            }
            _ => self.macros_for = None,
        }
        self.head.clear();
        self.held = Vec::new();
    }
}

fn split<'a>(bytes: &mut &'a [u8], most: usize) -> &'a [u8] {
    let (taken, rest) = bytes.split_at(most.min(bytes.len()));
    *bytes = rest;
    taken
}

fn write(out: &mut Vec<u8>, command: u8, payload: &[u8]) {
    let length = u32::try_from(payload.len() + 1).unwrap_or_default();
    out.extend_from_slice(&length.to_be_bytes());
    out.push(command);
    out.extend_from_slice(payload);
}

/// Postfix sends macros without any, and a payload that is empty would end the connection.
fn macros(payload: &[u8], out: &mut Vec<u8>) {
    match payload {
        [] => (),
        [stage, names @ ..] if !names.contains(&0) => write(out, MACROS, &[*stage, 0]),
        _ => write(out, MACROS, payload),
    }
}

/// Name, family, port and address of the client. Sendmail writes `IPv6:` before such an address
/// (`anynet_ntop` in its `conf.c`), link-local ones may carry a zone; where there is no address in
/// it at all, the client is unknown, and so nobody of ours.
fn client(payload: &[u8]) -> Vec<u8> {
    let unknown = |name: &[u8]| [name, b"\0U"].concat();
    let Some(end) = payload.iter().position(|byte| *byte == 0) else {
        return unknown(b"");
    };
    let (name, rest) = payload.split_at(end);
    match rest.get(1..) {
        Some([b'L', _, _, path @ ..]) if path.ends_with(b"\0") => payload.to_vec(),
        Some([b'4' | b'6', high, low, address @ ..]) => {
            let Some(address) = address_in(address) else {
                return unknown(name);
            };
            let family = if address.is_ipv4() { b'4' } else { b'6' };
            let head = [0, family, *high, *low];
            [name, &head, address.to_string().as_bytes(), b"\0"].concat()
        }
        _ => unknown(name),
    }
}

fn address_in(bytes: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(bytes).ok()?.strip_suffix('\0')?;
    let tag = text
        .get(..5)
        .filter(|tag| tag.eq_ignore_ascii_case("IPv6:"));
    let bare = tag.map_or(Some(text), |tag| text.get(tag.len()..))?;
    bare.split('%').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packet(command: u8, payload: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        write(&mut out, command, payload);
        out
    }

    fn fed(bytes: &[u8]) -> Vec<u8> {
        let (mut whole, mut single) = (Vec::new(), Vec::new());
        Packets::default().feed(bytes, &mut whole).unwrap();
        let mut packets = Packets::default();
        for byte in bytes {
            packets.feed(&[*byte], &mut single).unwrap();
        }
        assert_eq!(whole, single, "it matters where the bytes are cut");
        whole
    }

    #[test]
    fn ordinary_packets_pass_as_they_are() {
        let mut session = packet(b'O', &[0; 12]);
        session.extend(packet(b'D', b"Cj\0mx\0"));
        session.extend(packet(b'C', b"host\x004\x01\x02192.0.2.1\0"));
        for (command, payload) in [(b'M', b"<a@x>\0"), (b'R', b"<b@x>\0")] {
            session.extend(packet(b'D', &[command, b'i', 0, b'1', 0]));
            session.extend(packet(command, payload));
        }
        session.extend(packet(b'L', b"A\0b\0"));
        session.extend(packet(b'B', &[b'x'; 65_535]));
        session.extend(packet(b'E', b""));
        session.extend(packet(b'Q', b""));
        assert!(fed(&session) == session);
    }

    #[test]
    fn addresses_are_written_as_the_library_reads_them() {
        let cases: &[(&[u8], &[u8])] = &[
            (
                b"h\x006\0\x19IPv6:2001:db8::1\0",
                b"h\x006\0\x192001:db8::1\0",
            ),
            (b"h\x006\0\x19ipv6:::1\0", b"h\x006\0\x19::1\0"),
            (b"h\x006\0\x19fe80::1%eth0\0", b"h\x006\0\x19fe80::1\0"),
            (b"h\x004\0\x19::1\0", b"h\x006\0\x19::1\0"),
            (b"h\x004\0\x19unknown\0", b"h\0U"),
            (b"h\x006\0\x19IPv6:\xff\0", b"h\0U"),
            (b"h\x006\0", b"h\0U"),
            (b"h\0X", b"h\0U"),
            (b"h\0", b"h\0U"),
            (b"", b"\0U"),
            (b"h\0U", b"h\0U"),
            (b"h\0L\0\0/run/x\0", b"h\0L\0\0/run/x\0"),
            (b"h\0L\0\0/run/x", b"h\0U"),
        ];
        for (given, expected) in cases {
            assert_eq!(
                fed(&packet(b'C', given)),
                packet(b'C', expected),
                "{given:?}"
            );
        }
    }

    /// Row 7 of the failure catalogue: odd macros cost no connection.
    #[test]
    fn row_7_macros_without_any_clear_what_was() {
        assert_eq!(fed(&packet(b'D', b"")), b"");
        assert_eq!(fed(&packet(b'D', b"M")), packet(b'D', b"M\0"));
        assert_eq!(fed(&packet(b'D', b"Modd")), packet(b'D', b"M\0"));
        assert_eq!(fed(&packet(b'D', b"?x\0y\0")), packet(b'D', b"?x\0y\0"));
    }

    /// Row 22: a login is not carried over.
    #[test]
    fn row_22_macros_hold_for_the_command_they_precede() {
        let mut session = packet(b'D', b"M{auth_authen}\0anna\0");
        session.extend(packet(b'M', b"<a@x>\0"));
        let next = packet(b'M', b"<b@x>\0");
        let expected = [session.clone(), packet(b'D', b"M\0"), next.clone()].concat();
        session.extend(next);
        assert_eq!(fed(&session), expected);
    }

    #[test]
    fn absurd_lengths_are_no_packets() {
        for length in [0, 1 << 20 | 1, u32::MAX] {
            let bytes = [&length.to_be_bytes()[..], b"B"].concat();
            let fed = Packets::default().feed(&bytes, &mut Vec::new());
            assert_eq!(fed, Err(Foreign), "{length}");
        }
    }

    #[test]
    fn it_knows_whether_it_is_within_a_packet() {
        let mut packets = Packets::default();
        let mut progress = Vec::new();
        for byte in packet(b'B', b"x").into_iter().chain([0]) {
            packets.feed(&[byte], &mut Vec::new()).unwrap();
            progress.push(packets.progress());
        }
        let within = (1, true);
        assert_eq!(
            progress,
            [
                within,
                within,
                within,
                within,
                within,
                (1, false),
                (2, true)
            ]
        );
    }
}
