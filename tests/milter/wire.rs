// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps a bare connection to the daemon, for what no well-behaved MTA would say.

use std::io::{self, Read, Write};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::time::Duration;

use crate::daemon::{Daemon, Place};

/// A packet: command, payload.
pub fn packet(command: u8, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len() + 1).unwrap();
    [&length.to_be_bytes()[..], &[command], payload].concat()
}

/// What Postfix offers: version 6, all actions, all options.
pub fn hello() -> Vec<u8> {
    packet(b'O', b"\0\0\0\x06\0\0\x01\xff\0\x1f\xff\xff")
}

/// A whole session with one message, from hello to quit.
pub fn session() -> Vec<u8> {
    let mut all = hello();
    all.extend(packet(b'C', b"client\x004\x30\x39127.0.0.1\0"));
    all.extend(message());
    all.extend(packet(b'Q', b""));
    all
}

/// One message.
pub fn message() -> Vec<u8> {
    let commands: [(u8, &[u8]); 5] = [
        (b'M', b"<a@example.ch>\0"),
        (b'R', b"<b@example.org>\0"),
        (b'L', b"Subject\0 Hello\0"),
        (b'B', b"Good morning\r\n"),
        (b'E', b""),
    ];
    commands
        .iter()
        .flat_map(|(command, payload)| packet(*command, payload))
        .collect()
}

/// A connection over the daemon's unix socket.
pub struct Wire(pub UnixStream);

impl Wire {
    pub fn to(daemon: &Daemon) -> Self {
        Self::try_to(daemon).unwrap()
    }

    pub fn try_to(daemon: &Daemon) -> io::Result<Self> {
        let Place::Unix(path) = &daemon.place else {
            panic!("no path");
        };
        let stream = UnixStream::connect(path)?;
        stream.set_read_timeout(Some(Duration::from_secs(20)))?;
        Ok(Self(stream))
    }

    /// Sends; a connection that the daemon has closed swallows it.
    pub fn send(&mut self, bytes: &[u8]) -> &mut Self {
        self.0.write_all(bytes).ok();
        self
    }

    /// The next reply; `None` at the end of the connection.
    pub fn reply(&mut self) -> Option<(u8, Vec<u8>)> {
        let mut head = [0; 5];
        self.0.read_exact(&mut head).ok()?;
        let length = u32::from_be_bytes(*head.first_chunk().unwrap());
        let mut payload = vec![0; usize::try_from(length).unwrap() - 1];
        self.0.read_exact(&mut payload).ok()?;
        Some((head[4], payload))
    }

    /// The commands of all replies up to the one that ends a message (`c`, `r`, `t`, `y` …),
    /// the first of which answers MAIL.
    pub fn answer(&mut self) -> Option<(u8, Vec<u8>)> {
        loop {
            let reply = self.reply()?;
            if b"acrtdy".contains(&reply.0) {
                return Some(reply);
            }
        }
    }

    /// Closes our side, and gives all that the daemon still says until it closes its own.
    pub fn rest(mut self) -> Vec<(u8, Vec<u8>)> {
        self.0.shutdown(Shutdown::Write).ok();
        std::iter::from_fn(|| self.reply()).collect()
    }
}

/// True where the daemon judges an ordinary message as ever.
pub fn is_well(daemon: &Daemon) -> bool {
    let mut wire = Wire::to(daemon);
    wire.send(&session());
    wire.answer().is_some_and(|reply| reply.0 == b'c')
        && wire.answer().is_some_and(|reply| reply.0 == b'c')
}

/// How many times more than usual, in `make long`.
pub fn rounds(usual: usize) -> usize {
    let is_long = std::env::var_os("PII_MILTER_LONG").is_some();
    if is_long { usual * 100 } else { usual }
}
