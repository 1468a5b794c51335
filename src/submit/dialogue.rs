// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps one SMTP conversation as its client, a command at a time.

use std::future::ready;
use std::io;
use std::path::Path;
use std::time::Duration;

use tokio::io::{
    AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader, ReadHalf,
    WriteHalf, split,
};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::content::Stuffing;
use super::entry::{Entry, Limits, Scheme};
use super::reply::{Reply, broken};
use super::{Envelope, Outcome, Recipient, deferred, refused, tls, unknown};
use crate::message::transfer;

/// How much of a message is read and sent at once, in bytes.
const BLOCK: usize = 32 << 10;

/// A connection, protected or not.
trait Wire: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Wire for T {}

/// One conversation.
pub struct Dialogue {
    from: BufReader<ReadHalf<Box<dyn Wire>>>,
    to: WriteHalf<Box<dyn Wire>>,
    limits: Limits,
    /// What the server offers, in capitals (RFC 5321, 4.1.1.1), arguments and all.
    offers: Vec<String>,
}

impl Dialogue {
    /// Connects, greets, protects and logs in, as the entry wants it.
    ///
    /// # Errors
    /// `Deferred`, whatever stands in the way: it says nothing about a message.
    pub async fn open(entry: &Entry) -> Result<Self, Outcome> {
        let opened = Self::greeted(entry).await;
        opened.map_err(|why| deferred(format!("{entry}: {why}")))
    }

    async fn greeted(entry: &Entry) -> Result<Self, String> {
        let limits = entry.limits;
        let connected = timeout(limits.connect, connect(entry)).await;
        let (mut dialogue, name) = connected.map_err(|_| "it cannot be reached in time")??;
        expect(dialogue.reply(limits.command).await?)?;
        dialogue.hello(&name).await?;
        if entry.scheme == Scheme::StartTls {
            if !dialogue.offers("STARTTLS") {
                return Err("it offers no TLS".into());
            }
            expect(dialogue.told("STARTTLS").await?)?;
            let protected = timeout(limits.connect, dialogue.protected(entry)).await;
            dialogue = protected.map_err(|_| "TLS takes too long")??;
            // What it offered in clear counts no more (RFC 3207, 4.2).
            dialogue.hello(&name).await?;
        }
        if let Some(login) = &entry.login {
            dialogue.log_in(login).await?;
        }
        Ok(dialogue)
    }

    fn over(wire: Box<dyn Wire>, limits: Limits) -> Self {
        let (from, to) = split(wire);
        Self {
            from: BufReader::new(from),
            to,
            limits,
            offers: Vec::new(),
        }
    }

    /// The same conversation over TLS.
    async fn protected(self, entry: &Entry) -> Result<Self, String> {
        // What came in clear must not count as said under protection.
        if !self.from.buffer().is_empty() {
            return Err("it speaks out of turn".into());
        }
        let wire = self.from.into_inner().unsplit(self.to);
        let wire = tls::protect(wire, &entry.host, entry.ca.as_deref()).await?;
        Ok(Self::over(Box::new(wire), self.limits))
    }

    async fn hello(&mut self, name: &str) -> Result<(), String> {
        let reply = expect(self.told(&format!("EHLO {name}")).await?)?;
        let offers = reply.lines.iter().skip(1);
        self.offers = offers.map(|line| line.to_ascii_uppercase()).collect();
        Ok(())
    }

    /// AUTH PLAIN (RFC 4616); the entry is protected or on this machine.
    async fn log_in(&mut self, file: &Path) -> Result<(), String> {
        let can = self.offers.iter().any(|offer| {
            let mut words = offer.split_whitespace();
            words.next() == Some("AUTH") && words.any(|word| word == "PLAIN")
        });
        if !can {
            return Err("it offers no login by AUTH PLAIN".into());
        }
        let cannot = |error: io::Error| format!("cannot read {}: {error}", file.display());
        let text = std::fs::read_to_string(file).map_err(cannot)?;
        let mut lines = text.lines();
        let (Some(user), Some(password)) = (lines.next(), lines.next()) else {
            return Err(format!(
                "{}: write the user on the first line, the password on the second",
                file.display()
            ));
        };
        let secret = transfer::to_base64(format!("\0{user}\0{password}").as_bytes());
        expect(self.told(&format!("AUTH PLAIN {secret}")).await?)?;
        Ok(())
    }

    fn offers(&self, keyword: &str) -> bool {
        let mut offers = self.offers.iter();
        offers.any(|offer| offer.split_whitespace().next() == Some(keyword))
    }

    /// MAIL, with all that the server understands of what the client had asked for.
    ///
    /// # Errors
    /// What of it cannot be said.
    pub fn mail_command(&self, envelope: &Envelope) -> Result<String, Outcome> {
        for (is_needed, keyword) in [
            (envelope.is_utf8, "SMTPUTF8"),
            (envelope.is_8bit, "8BITMIME"),
        ] {
            if is_needed && !self.offers(keyword) {
                return Err(deferred(format!(
                    "the entry does not offer {keyword}, which this message needs"
                )));
            }
        }
        let mut command = format!("MAIL FROM:<{}>", path(&envelope.sender)?);
        if envelope.is_8bit {
            command.push_str(" BODY=8BITMIME");
        }
        if envelope.is_utf8 {
            command.push_str(" SMTPUTF8");
        }
        self.add_notifications(
            &mut command,
            [("RET", &envelope.ret), ("ENVID", &envelope.envid)],
        )?;
        Ok(command)
    }

    /// RCPT, likewise.
    ///
    /// # Errors
    /// What of it cannot be said.
    pub fn rcpt_command(&self, recipient: &Recipient) -> Result<String, Outcome> {
        let address = path(&recipient.address)?;
        if address.is_empty() {
            return Err(refused("a recipient has no address"));
        }
        let mut command = format!("RCPT TO:<{address}>");
        self.add_notifications(
            &mut command,
            [
                ("NOTIFY", &recipient.notify),
                ("ORCPT", &recipient.original),
            ],
        )?;
        Ok(command)
    }

    /// Parameters of RFC 3461. A server without it takes the message all the same, and so the client's
    /// wish goes as far as it can.
    fn add_notifications(
        &self,
        command: &mut String,
        parameters: [(&str, &Option<String>); 2],
    ) -> Result<(), Outcome> {
        if !self.offers("DSN") {
            return Ok(());
        }
        for (name, value) in parameters {
            let Some(value) = value else { continue };
            let is_sound = |c: char| !c.is_control() && !c.is_whitespace();
            if value.is_empty() || !value.chars().all(is_sound) {
                return Err(refused(format!("{name} has signs that cannot stand there")));
            }
            command.push_str(&format!(" {name}={value}"));
        }
        Ok(())
    }

    /// Sends a command and reads the answer.
    ///
    /// # Errors
    /// `Deferred` where there is none: the message was not handed over yet.
    pub async fn ask(&mut self, command: &str) -> Result<Reply, Outcome> {
        self.told(command).await.map_err(deferred)
    }

    async fn told(&mut self, command: &str) -> Result<Reply, String> {
        // An answer that is there before its question would be taken for that of another one.
        if !self.from.buffer().is_empty() {
            return Err("it speaks out of turn".into());
        }
        let line = format!("{command}\r\n");
        let sent = timeout(self.limits.command, send(&mut self.to, line.as_bytes())).await;
        sent.map_err(|_| "it does not read what we say")??;
        self.reply(self.limits.command).await
    }

    async fn reply(&mut self, limit: Duration) -> Result<Reply, String> {
        let reply = timeout(limit, Reply::read(&mut self.from)).await;
        reply.map_err(|_| "it does not answer".to_owned())?
    }

    /// Sends the message up to its final dot, and says how many line ends were put right.
    ///
    /// # Errors
    /// The outcome; the server cannot take the message for whole.
    pub async fn content<M>(&mut self, mut message: M) -> Result<u64, Outcome>
    where
        M: AsyncRead + Unpin,
    {
        let mut stuffing = Stuffing::new();
        let (mut block, mut out) = (vec![0; BLOCK], Vec::with_capacity(2 * BLOCK));
        loop {
            let read = message.read(&mut block).await;
            let read =
                read.map_err(|error| refused(format!("the message cannot be read: {error}")))?;
            match block.get(..read).filter(|bytes| !bytes.is_empty()) {
                Some(bytes) => stuffing.write(bytes, &mut out),
                None => stuffing.end(&mut out),
            }
            self.block(&out).await?;
            if read == 0 {
                self.silence().await?;
                return Ok(stuffing.mended);
            }
            out.clear();
        }
    }

    /// Sends a stretch of the message, unless the server has something to say.
    async fn block(&mut self, bytes: &[u8]) -> Result<(), Outcome> {
        let sent = timeout(self.limits.block, async {
            tokio::select! {
                biased;
                early = self.from.fill_buf() => Err(early.map(<[u8]>::len)),
                sent = send(&mut self.to, bytes) => Ok(sent),
            }
        });
        match sent.await {
            Ok(Ok(Ok(()))) => Ok(()),
            Ok(Ok(Err(why))) => Err(deferred(format!("within the message: {why}"))),
            Ok(Err(early)) => Err(self.early(early).await),
            Err(_) => Err(deferred("it does not take the message")),
        }
    }

    /// Fails where the server has spoken while the last stretch went out.
    async fn silence(&mut self) -> Result<(), Outcome> {
        let early = tokio::select! {
            biased;
            early = self.from.fill_buf() => early.map(<[u8]>::len),
            () = ready(()) => return Ok(()),
        };
        Err(self.early(early).await)
    }

    /// The outcome of what comes within the message. It cannot be yes: nobody has all of it yet.
    async fn early(&mut self, heard: io::Result<usize>) -> Outcome {
        let answered = match heard {
            Ok(0) => Err("it hung up".to_owned()),
            Ok(_) => self.reply(self.limits.command).await,
            Err(error) => Err(broken(&error)),
        };
        match answered {
            Ok(reply) if reply.code >= 400 => reply.outcome(),
            Ok(reply) => deferred(format!("it speaks out of turn: {reply}")),
            Err(why) => deferred(format!("within the message: {why}")),
        }
    }

    /// Sends the final dot, and reads what becomes of the message.
    pub async fn end(&mut self) -> Outcome {
        let sent = timeout(self.limits.block, send(&mut self.to, b".\r\n")).await;
        let answered = match sent.map_err(|_| "it does not take the final dot".to_owned()) {
            Ok(Ok(())) => self.reply(self.limits.end).await,
            Ok(Err(why)) | Err(why) => Err(why),
        };
        match answered {
            Ok(reply) => reply.outcome_of_dot(),
            Err(why) => unknown(format!("after the whole message: {why}")),
        }
    }

    /// Takes leave. Nothing depends on the answer.
    pub async fn quit(&mut self) {
        let leave = timeout(self.limits.connect, self.told("QUIT"));
        leave.await.ok();
    }
}

/// Connects, and gives our name in EHLO: the address by which the server sees us (RFC 5321, 4.1.3).
async fn connect(entry: &Entry) -> Result<(Dialogue, String), String> {
    let cannot = |error: io::Error| format!("it cannot be reached: {error}");
    let stream = TcpStream::connect((entry.host.as_str(), entry.port)).await;
    let stream = stream.map_err(cannot)?;
    let own = stream.local_addr().map_err(cannot)?.ip();
    let name = match own.is_ipv6() {
        true => format!("[IPv6:{own}]"),
        false => format!("[{own}]"),
    };
    let wire: Box<dyn Wire> = match entry.scheme {
        Scheme::Smtps => Box::new(tls::protect(stream, &entry.host, entry.ca.as_deref()).await?),
        Scheme::Smtp | Scheme::StartTls => Box::new(stream),
    };
    Ok((Dialogue::over(wire, entry.limits), name))
}

async fn send(to: &mut WriteHalf<Box<dyn Wire>>, bytes: &[u8]) -> Result<(), String> {
    let sent = async {
        to.write_all(bytes).await?;
        to.flush().await
    };
    sent.await.map_err(|error| broken(&error))
}

fn expect(reply: Reply) -> Result<Reply, String> {
    match reply.is_yes() {
        true => Ok(reply),
        false => Err(reply.to_string()),
    }
}

/// An address as it stands between angle brackets (RFC 5321, 4.1.2). Nothing in it may end the path.
fn path(address: &str) -> Result<&str, Outcome> {
    let bare = address.strip_prefix('<').and_then(|a| a.strip_suffix('>'));
    let address = bare.unwrap_or(address);
    let (mut is_quoted, mut is_escaped) = (false, false);
    for c in address.chars() {
        let was_escaped = std::mem::replace(&mut is_escaped, false);
        match c {
            c if c.is_control() => return Err(refused("an address has control characters")),
            _ if was_escaped => (),
            '\\' if is_quoted => is_escaped = true,
            '"' => is_quoted = !is_quoted,
            _ if is_quoted => (),
            '<' | '>' => return Err(refused("an address has angle brackets")),
            c if c.is_whitespace() => return Err(refused("an address has blanks")),
            _ => (),
        }
    }
    match is_quoted {
        true => Err(refused("an address has a quotation that does not end")),
        false => Ok(address),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_nothing_but_itself() {
        for (given, written) in [
            ("<a@example.org>", "a@example.org"),
            ("a@example.org", "a@example.org"),
            ("<\"a b>\\\"\"@example.org>", "\"a b>\\\"\"@example.org"),
            ("<>", ""),
            ("grüße@example.org", "grüße@example.org"),
        ] {
            assert_eq!(path(given), Ok(written));
        }
        for wrong in [
            "a@example.org> NOTIFY=NEVER",
            "a@example.org\r\nRCPT TO:<b@example.org>",
            "a b@example.org",
            "\"a@example.org",
            "\"a\\\"@example.org",
            "a\0@example.org",
        ] {
            assert!(
                matches!(path(wrong), Err(Outcome::Refused { .. })),
                "{wrong}"
            );
        }
    }
}
