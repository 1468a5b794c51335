// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns a letter into an SMTP transaction, byte for byte.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;

use super::PATIENCE;

/// A mail with its envelope.
#[derive(Clone, Debug, Default)]
pub struct Letter {
    /// The sender without angle brackets.
    pub from: String,
    /// ESMTP arguments of MAIL (`SMTPUTF8 BODY=8BITMIME`), or nothing.
    pub from_args: String,
    /// The recipients without angle brackets, with their ESMTP arguments.
    pub to: Vec<(String, String)>,
    /// Header and body, CRLF line ends, without dot-stuffing.
    pub bytes: Vec<u8>,
}

impl Letter {
    /// The Message-ID in its header, without angle brackets.
    pub fn id(&self) -> String {
        let text = String::from_utf8_lossy(&self.bytes).into_owned();
        let line = text
            .lines()
            .find_map(|line| line.strip_prefix("Message-ID: <"));
        line.expect("letters have a Message-ID")
            .trim_end_matches('>')
            .to_owned()
    }
}

/// What the server said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The three digits.
    pub code: u16,
    /// The text behind them, lines joined by LF.
    pub text: String,
}

/// A connection to an SMTP server.
pub struct Client {
    lines: BufReader<TcpStream>,
}

impl Client {
    /// Connects, and gives the greeting.
    pub fn connect(port: u16) -> (Self, Reply) {
        Self::connect_from("127.0.0.1", port)
    }

    /// The same from another address of loopback, `::1`.
    pub fn connect_from(loopback: &str, port: u16) -> (Self, Reply) {
        let stream = TcpStream::connect((loopback, port)).unwrap();
        stream.set_read_timeout(Some(4 * PATIENCE)).unwrap();
        let mut client = Self {
            lines: BufReader::new(stream),
        };
        let greeting = client.reply();
        (client, greeting)
    }

    /// Sends a line as it is, and gives the answer.
    pub fn command(&mut self, line: impl AsRef<[u8]>) -> Reply {
        self.write(&[line.as_ref(), b"\r\n"].concat());
        self.reply()
    }

    /// Reads an answer, all its lines.
    pub fn reply(&mut self) -> Reply {
        let mut text = Vec::new();
        loop {
            let mut line = String::new();
            let read = self.lines.read_line(&mut line).unwrap();
            assert!(read > 0, "the server hung up");
            let line = line.trim_end();
            text.push(line.get(4..).unwrap_or_default().to_owned());
            if line.as_bytes().get(3) != Some(&b'-') {
                let code = line[..3].parse().unwrap();
                return Reply {
                    code,
                    text: text.join("\n"),
                };
            }
        }
    }

    /// Hands in one mail up to the point where the server has all of it; `Err` is an early refusal.
    pub fn hand_in(&mut self, letter: &Letter) -> Result<(), Reply> {
        let mail = format!("MAIL FROM:<{}> {}", letter.from, letter.from_args);
        self.expect(250, mail.trim_end())?;
        for (recipient, args) in &letter.to {
            self.expect(250, format!("RCPT TO:<{recipient}> {args}").trim_end())?;
        }
        self.expect(354, "DATA")?;
        self.write(&stuffed(&letter.bytes));
        Ok(())
    }

    /// Sends one mail, and gives the answer that decided.
    pub fn send(&mut self, letter: &Letter) -> Reply {
        match self.hand_in(letter) {
            Ok(()) => self.reply(),
            Err(refusal) => refusal,
        }
    }

    fn expect(&mut self, code: u16, line: &str) -> Result<(), Reply> {
        let reply = self.command(line);
        if reply.code == code {
            Ok(())
        } else {
            Err(reply)
        }
    }

    fn write(&mut self, bytes: &[u8]) {
        self.lines.get_mut().write_all(bytes).unwrap();
    }
}

/// Sends one mail over a connection of its own, and gives the answer that decided.
pub fn send(port: u16, letter: &Letter) -> Reply {
    let (mut client, greeting) = Client::connect(port);
    if greeting.code != 220 {
        return greeting;
    }
    let hello = client.command("EHLO client.example.ch");
    if hello.code != 250 {
        return hello;
    }
    let reply = client.send(letter);
    client.command("QUIT");
    reply
}

/// RFC 5321, 4.5.2: a dot before each dot that begins a line; then the end of the mail.
fn stuffed(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() + 64);
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        if line.starts_with(b".") {
            out.push(b'.');
        }
        out.extend_from_slice(line);
    }
    if !out.is_empty() && !out.ends_with(b"\r\n") {
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(b".\r\n");
    out
}
