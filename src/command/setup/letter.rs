// SPDX-License-Identifier: GPL-3.0-or-later
//! Sends a test mail and shows what the MTA says.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::super::{LATER, Stop, UNUSABLE};

/// How long the MTA may take for an answer, the filter's time included.
const PATIENCE: Duration = Duration::from_secs(330);

/// No answer has longer lines or more of them, in bytes.
const LONGEST: u64 = 64 << 10;

/// A test mail from and to one address.
pub struct Letter {
    address: String,
}

impl Letter {
    /// Takes an address.
    ///
    /// # Errors
    /// One sentence where it is none.
    pub fn new(address: &str) -> Result<Self, Stop> {
        let is_sound = |c: char| c.is_ascii_graphic() && !"<>()[],;:\\\"".contains(c);
        let (local, domain) = address.rsplit_once('@').unwrap_or_default();
        if local.is_empty() || domain.is_empty() || !address.chars().all(is_sound) {
            let told = format!(
                "--try: \"{address}\" is no address; write one of yours, such as anna@example.ch"
            );
            return Err(Stop(UNUSABLE, told));
        }
        Ok(Self {
            address: address.to_owned(),
        })
    }

    /// Hands it in, and shows the answer. True where it was taken.
    ///
    /// # Errors
    /// One sentence where nobody is there, or hangs up.
    pub fn send(&self, server: &str) -> Result<bool, Stop> {
        let lost = |error: io::Error| {
            let told = format!(
                "cannot talk SMTP with {server}: {error}; is the mail server running? --smtp HOST:PORT names another"
            );
            Stop(LATER, told)
        };
        let mut server = Server::connect(server).map_err(lost)?;
        println!(
            "\nA test mail with a specimen of a social security number, from and to {}:",
            self.address
        );
        let mut answer = server.answer().map_err(lost)?;
        let steps = [
            "EHLO [127.0.0.1]\r\n".to_owned(),
            format!("MAIL FROM:<{}>\r\n", self.address),
            format!("RCPT TO:<{}>\r\n", self.address),
            "DATA\r\n".to_owned(),
            self.content(),
        ];
        for step in &steps {
            if !answer.starts_with(['2', '3']) {
                break;
            }
            answer = server.say(step).map_err(lost)?;
        }
        println!("  {}", answer.lines().last().unwrap_or_default());
        let is_taken = answer.starts_with('2');
        println!("{}", meaning(&answer));
        // It has what it needs; that it hears no goodbye is no fault.
        server.say("QUIT\r\n").ok();
        Ok(is_taken)
    }

    fn content(&self) -> String {
        let now = Timestamp::now().to_zoned(TimeZone::UTC);
        let domain = self.address.rsplit('@').next().unwrap_or_default();
        format!(
            "From: <{0}>\r\nTo: <{0}>\r\nSubject: pii-milter setup\r\nDate: {1}\r\n\
             Message-ID: <pii-milter-setup.{2}@{domain}>\r\n\r\n\
             A published specimen: AHV 756.9217.0769.85\r\n.\r\n",
            self.address,
            now.strftime("%a, %d %b %Y %H:%M:%S +0000"),
            now.strftime("%Y%m%d%H%M%S%f"),
        )
    }
}

/// What the answer says about the filter.
fn meaning(answer: &str) -> &'static str {
    match answer.chars().next() {
        Some('2') => {
            "It was taken. Look for the header X-PII-Level in the mailbox, and for one line in the filter's \
             log (journalctl -u pii-milter); without the header the filter is not asked: run pii-milter check mta."
        }
        Some('4') => {
            "Not now. Most often the filter is not running, or Postfix cannot reach its socket: run pii-milter check mta."
        }
        _ => "It was refused. Is the address one of yours, and may this machine send?",
    }
}

struct Server {
    lines: BufReader<TcpStream>,
}

impl Server {
    fn connect(server: &str) -> io::Result<Self> {
        let mut last = io::Error::from(io::ErrorKind::AddrNotAvailable);
        for address in server.to_socket_addrs()? {
            match TcpStream::connect_timeout(&address, Duration::from_secs(10)) {
                Ok(stream) => {
                    stream.set_read_timeout(Some(PATIENCE))?;
                    stream.set_write_timeout(Some(PATIENCE))?;
                    return Ok(Self {
                        lines: BufReader::new(stream),
                    });
                }
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    fn say(&mut self, words: &str) -> io::Result<String> {
        self.lines.get_mut().write_all(words.as_bytes())?;
        self.answer()
    }

    /// All lines of an answer, without what a terminal would obey.
    fn answer(&mut self) -> io::Result<String> {
        let mut answer = String::new();
        let mut input = (&mut self.lines).take(LONGEST);
        loop {
            let mut line = Vec::new();
            if input.read_until(b'\n', &mut line)? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let text = String::from_utf8_lossy(&line);
            answer.extend(text.trim_end().chars().filter(|c| !c.is_control()));
            answer.push('\n');
            if line.get(3) != Some(&b'-') {
                return Ok(answer);
            }
        }
    }
}
