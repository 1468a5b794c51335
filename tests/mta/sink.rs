// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps what arrives at an SMTP server that takes everything: envelope arguments and exact bytes.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use super::wait_for;

/// One mail as it arrived.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// What stood behind `MAIL FROM:`, arguments and all.
    pub from: String,
    /// What stood behind each `RCPT TO:`, arguments and all.
    pub to: Vec<String>,
    /// Header and body, dot-stuffing undone.
    pub bytes: Vec<u8>,
}

impl Delivery {
    /// The header, as bytes, with the last CRLF of its last line.
    pub fn header(&self) -> &[u8] {
        &self.bytes[..self.header_end()]
    }

    /// The body, as bytes, without the empty line before it.
    pub fn body(&self) -> &[u8] {
        self.bytes.get(self.header_end() + 2..).unwrap_or_default()
    }

    /// The fields of the header, folded ones in one piece: name, and value without outer blanks.
    pub fn fields(&self) -> Vec<(String, String)> {
        let mut fields: Vec<(String, String)> = Vec::new();
        for line in String::from_utf8_lossy(self.header()).split_terminator("\r\n") {
            match fields.last_mut() {
                Some((_, value)) if line.starts_with([' ', '\t']) => {
                    value.push_str("\r\n");
                    value.push_str(line);
                }
                _ => {
                    let (name, value) = line.split_once(':').unwrap_or((line, ""));
                    fields.push((name.to_owned(), value.trim().to_owned()));
                }
            }
        }
        fields
    }

    /// The values of all fields of that name.
    pub fn all(&self, name: &str) -> Vec<String> {
        let fields = self.fields().into_iter();
        fields
            .filter(|(n, _)| n.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
            .collect()
    }

    /// The value of the only field of that name; `None` where there is none or more than one.
    pub fn only(&self, name: &str) -> Option<String> {
        let mut all = self.all(name);
        if all.len() == 1 { all.pop() } else { None }
    }

    /// The ESMTP arguments of that recipient, sorted; `None` where it is not one.
    pub fn arguments(&self, recipient: &str) -> Option<Vec<&str>> {
        let path = format!("<{recipient}>");
        let mut words = self.to.iter().map(|to| to.split(' '));
        let mut words = words.find_map(|mut words| (words.next()? == path).then_some(words))?;
        let mut arguments: Vec<&str> = words.by_ref().collect();
        arguments.sort_unstable();
        Some(arguments)
    }

    /// True where the recipient got it by way of the relay.
    pub fn is_relayed_to(&self, recipient: &str) -> bool {
        self.arguments(&format!("{recipient}.incamail.ch"))
            .is_some()
    }

    fn header_end(&self) -> usize {
        if self.bytes.starts_with(b"\r\n") {
            return 0;
        }
        let gap = self.bytes.windows(4).position(|four| four == b"\r\n\r\n");
        gap.map_or(self.bytes.len(), |at| at + 2)
    }
}

/// A server on loopback that ends with the process.
#[derive(Clone)]
pub struct Sink {
    port: u16,
    mails: Arc<Mutex<Vec<Delivery>>>,
}

impl Sink {
    /// Listens on a free port.
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let sink = Self {
            port,
            mails: Arc::default(),
        };
        let mails = Arc::clone(&sink.mails);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let mails = Arc::clone(&mails);
                // A client that hangs up in the middle ends its own thread only.
                thread::spawn(move || converse(&stream, &mails).ok());
            }
        });
        sink
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Everything that arrived so far.
    pub fn mails(&self) -> Vec<Delivery> {
        self.mails.lock().unwrap().clone()
    }

    /// The mail with that Message-ID (without angle brackets), waited for so long.
    pub fn wait(&self, message_id: &str, patience: Duration) -> Option<Delivery> {
        let id = format!("<{message_id}>");
        wait_for(patience, || {
            let mails = self.mails.lock().unwrap();
            mails
                .iter()
                .find(|mail| mail.only("Message-ID").as_ref() == Some(&id))
                .cloned()
        })
    }
}

fn converse(stream: &TcpStream, mails: &Mutex<Vec<Delivery>>) -> std::io::Result<()> {
    let mut out = stream;
    let mut lines = BufReader::new(stream);
    let mut say = |text: &str| out.write_all(format!("{text}\r\n").as_bytes());
    let mut from = String::new();
    let mut to = Vec::new();
    say("220 sink.example ESMTP")?;
    loop {
        let mut line = Vec::new();
        if lines.read_until(b'\n', &mut line)? == 0 {
            return Ok(());
        }
        let line = String::from_utf8_lossy(&line).trim_end().to_owned();
        let verb = line.get(..4).unwrap_or_default().to_ascii_uppercase();
        match verb.as_str() {
            "EHLO" => say(
                "250-sink.example\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 DSN",
            )?,
            "MAIL" => {
                (from, to) = (argument(&line), Vec::new());
                say("250 2.1.0 Ok")?;
            }
            "RCPT" => {
                to.push(argument(&line));
                say("250 2.1.5 Ok")?;
            }
            "DATA" => {
                say("354 End data with <CR><LF>.<CR><LF>")?;
                let bytes = read_mail(&mut lines)?;
                let delivery = Delivery {
                    from: from.clone(),
                    to: to.clone(),
                    bytes,
                };
                mails.lock().unwrap().push(delivery);
                say("250 2.0.0 Ok")?;
            }
            "QUIT" => return say("221 2.0.0 Bye"),
            _ => say("250 2.0.0 Ok")?,
        }
    }
}

/// What stands behind the colon of `MAIL FROM:` and `RCPT TO:`.
fn argument(line: &str) -> String {
    line.split_once(':')
        .map(|(_, rest)| rest.trim().to_owned())
        .unwrap_or_default()
}

fn read_mail(lines: &mut impl BufRead) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    loop {
        let start = bytes.len();
        if lines.read_until(b'\n', &mut bytes)? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        if &bytes[start..] == b".\r\n" {
            bytes.truncate(start);
            return Ok(bytes);
        }
        if bytes[start] == b'.' {
            bytes.remove(start);
        }
    }
}
