// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns lines of an SMTP server into a reply (RFC 5321, 4.2).

use std::io;

use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt};

use super::{Outcome, deferred, refused, unknown};

/// The longest line that is read, in bytes; RFC 5321, 4.5.3.1.5 allows 512.
const LINE: u64 = 2048;

/// The most lines of one reply.
const LINES: usize = 200;

/// What is kept of the text, in characters: it goes into records and onto screens.
const KEPT: usize = 500;

/// One reply, all its lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The three digits.
    pub code: u16,
    /// The texts behind them, one for each line, without control characters.
    pub lines: Vec<String>,
}

impl Reply {
    /// Reads one reply.
    ///
    /// # Errors
    /// What is wrong, in words: the server hung up, or speaks no SMTP.
    pub(super) async fn read<R>(from: &mut R) -> Result<Self, String>
    where
        R: AsyncBufRead + Unpin,
    {
        let mut reply = Self {
            code: 0,
            lines: Vec::new(),
        };
        loop {
            let line = line(from).await?;
            let (code, goes_on, text) = parts(&line).ok_or("it does not speak SMTP")?;
            if !reply.lines.is_empty() && code != reply.code {
                return Err("it speaks two replies in one".into());
            }
            if reply.lines.len() >= LINES {
                return Err("its reply does not end".into());
            }
            reply.code = code;
            reply.lines.push(text);
            if !goes_on {
                return Ok(reply);
            }
        }
    }

    /// True where the server goes along.
    pub fn is_yes(&self) -> bool {
        (200..300).contains(&self.code)
    }

    /// What a reply other than yes means for the message, where the MTA does not have it yet.
    pub(super) fn outcome(&self) -> Outcome {
        match self.code {
            500..600 => refused(self.to_string()),
            _ => deferred(self.to_string()),
        }
    }

    /// What the reply to the final dot means. Only 250 says that the MTA has the message.
    pub(super) fn outcome_of_dot(&self) -> Outcome {
        match self.code {
            250 => Outcome::Accepted {
                reply: self.to_string(),
                queue_id: self.queue_id(),
            },
            400..500 => deferred(self.to_string()),
            500..600 => refused(self.to_string()),
            _ => unknown(format!("the reply to the whole message was {self}")),
        }
    }

    /// The MTA's name of the message: `2.0.0 Ok: queued as 4XyZ` (Postfix), `2.0.0 5AP9x Message
    /// accepted for delivery` (Sendmail).
    fn queue_id(&self) -> Option<String> {
        let text = self.lines.last()?;
        let id = match text.split_once("queued as ") {
            Some((_, id)) => id,
            None => {
                let (before, _) = text.split_once(" Message accepted for delivery")?;
                before.rsplit(' ').next()?
            }
        };
        let id: String = id.chars().take_while(char::is_ascii_alphanumeric).collect();
        (!id.is_empty()).then_some(id)
    }
}

impl std::fmt::Display for Reply {
    /// As the server wrote it, on one line.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = self.lines.join(" ");
        let kept: String = text.chars().take(KEPT).collect();
        write!(f, "{} {kept}", self.code)
    }
}

/// One line without its end.
async fn line<R>(from: &mut R) -> Result<Vec<u8>, String>
where
    R: AsyncBufRead + Unpin,
{
    let mut line = Vec::new();
    let read = from.take(LINE).read_until(b'\n', &mut line).await;
    match read {
        Err(error) => Err(broken(&error)),
        Ok(_) if line.ends_with(b"\n") => {
            line.pop();
            Ok(line)
        }
        Ok(length) if length as u64 == LINE => Err("its line does not end".into()),
        Ok(_) => Err("it hung up".into()),
    }
}

/// Code, whether more lines follow, and text.
fn parts(line: &[u8]) -> Option<(u16, bool, String)> {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let (code, rest) = line.split_at_checked(3)?;
    let code = std::str::from_utf8(code).ok()?.parse().ok()?;
    let goes_on = match rest.first() {
        None | Some(b' ') => false,
        Some(b'-') => true,
        Some(_) => return None,
    };
    let text = String::from_utf8_lossy(rest.get(1..).unwrap_or_default());
    let text = text.chars().map(|c| if c.is_control() { '?' } else { c });
    (200..600)
        .contains(&code)
        .then(|| (code, goes_on, text.collect()))
}

/// What a failed read or write says to a person.
pub(super) fn broken(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => "it hung up".into(),
        _ => format!("the connection broke: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn read(text: &[u8]) -> Result<Reply, String> {
        Reply::read(&mut &*text).await
    }

    #[tokio::test]
    async fn all_lines_of_a_reply_are_read_and_no_more() {
        let mut from: &[u8] = b"250-a\r\n250-b \x1b[2J\r\n250\r\n354 c\r\n";
        let reply = Reply::read(&mut from).await.unwrap();
        assert_eq!(reply.lines, ["a", "b ?[2J", ""]);
        assert_eq!(reply.to_string(), "250 a b ?[2J ");
        assert_eq!(from, b"354 c\r\n");
    }

    #[tokio::test]
    async fn what_is_no_reply_is_none() {
        for (text, why) in [
            (b"".as_slice(), "hung up"),
            (b"250 cut", "hung up"),
            (b"250-a\r\n", "hung up"),
            (b"250-a\r\n354 b\r\n", "two replies"),
            (b"HTTP/1.1 400 Bad Request\r\n", "no SMTP"),
            (b"999 x\r\n", "no SMTP"),
            (b"25\r\n", "no SMTP"),
            (b"250_x\r\n", "no SMTP"),
            (b"+50 x\r\n", "no SMTP"),
        ] {
            let error = read(text).await.unwrap_err().replace("not speak", "no");
            assert!(error.contains(why), "{error}");
        }
        let endless = "250-x\r\n".repeat(1000);
        assert!(read(endless.as_bytes()).await.unwrap_err().contains("end"));
        let long = format!("250 {}\r\n", "x".repeat(5000));
        assert!(read(long.as_bytes()).await.unwrap_err().contains("end"));
    }

    #[tokio::test]
    async fn only_250_says_that_the_mta_has_it() {
        for (line, id) in [
            ("250 2.0.0 Ok: queued as 4XyZ9", Some("4XyZ9")),
            (
                "250 2.0.0 5AP9xK001 Message accepted for delivery",
                Some("5AP9xK001"),
            ),
            ("250 Ok", None),
        ] {
            let reply = read(format!("{line}\r\n").as_bytes()).await.unwrap();
            let outcome = Outcome::Accepted {
                reply: line.into(),
                queue_id: id.map(str::to_owned),
            };
            assert_eq!(reply.outcome_of_dot(), outcome);
        }
        for (line, is_meant) in [
            (
                "251 moved",
                (|o| matches!(o, Outcome::Unknown { .. })) as fn(_) -> bool,
            ),
            ("354 again", |o| matches!(o, Outcome::Unknown { .. })),
            ("421 later", |o| matches!(o, Outcome::Deferred { .. })),
            ("452 full", |o| matches!(o, Outcome::Deferred { .. })),
            ("550 no", |o| matches!(o, Outcome::Refused { .. })),
        ] {
            let reply = read(format!("{line}\r\n").as_bytes()).await.unwrap();
            assert!(is_meant(reply.outcome_of_dot()), "{line}");
        }
    }
}
