// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps one message while it comes in (RFC 5321, 3.3), as the client sent it.

use std::collections::BTreeMap;
use std::ffi::{CStr, CString};
use std::net::IpAddr;
use std::sync::Arc;

use jiff::tz::TimeZone;
use tokio::time::Instant;

use super::Current;
use crate::extract::Why;
use crate::inspect::Unread;
use crate::message::{Address, Envelope, Recipient};

/// A message with more recipients is not inspected: each costs a decision and edits.
const RECIPIENTS: usize = 10_000;

/// What our own header fields begin with, in lower case.
const OURS: &str = "x-pii-";

/// One message while it comes in.
pub struct Transaction {
    /// Our name of it.
    pub id: String,
    /// When it began.
    pub began: Instant,
    /// The settings and workers it began with.
    pub current: Arc<Current>,
    /// Bytes of header and body that came, kept or not.
    pub bytes: usize,
    /// Fields that came in under a name of ours, in lower case, and how often.
    pub foreign: BTreeMap<String, u32>,
    /// Why it cannot be inspected at all, if so.
    pub failed: Option<&'static str>,
    sender: Address,
    login: Option<String>,
    recipients: Vec<Recipient>,
    raw: Vec<u8>,
    /// Where the body begins in `raw`, once it does.
    body: Option<usize>,
    is_over: bool,
}

impl Transaction {
    /// Begins with the arguments of MAIL.
    pub fn new(id: String, current: Arc<Current>, args: &[CString], login: Option<String>) -> Self {
        Self {
            id,
            began: Instant::now(),
            current,
            bytes: 0,
            foreign: BTreeMap::new(),
            failed: None,
            sender: address(args.first()),
            login,
            recipients: Vec::new(),
            raw: Vec::new(),
            body: None,
            is_over: false,
        }
    }

    /// Takes the arguments of RCPT.
    pub fn recipient(&mut self, args: &[CString]) {
        if self.recipients.len() >= RECIPIENTS {
            self.failed = Some("it has too many recipients");
            return;
        }
        let parameter = |name: &str| {
            args.iter().skip(1).find_map(|arg| {
                let (key, value) = arg.to_str().ok()?.split_once('=')?;
                key.eq_ignore_ascii_case(name).then(|| value.to_owned())
            })
        };
        self.recipients.push(Recipient {
            address: address(args.first()),
            as_given: args
                .first()
                .map_or_else(Vec::new, |arg| arg.to_bytes().to_vec()),
            notify: parameter("NOTIFY"),
            original: parameter("ORCPT"),
        });
    }

    /// Takes one header field. The MTA gives folds as bare LF, and without `keeps_space` it has
    /// taken off one space behind the colon.
    pub fn field(&mut self, name: &CStr, value: &CStr, keeps_space: bool) {
        let (name, value) = (name.to_bytes(), value.to_bytes());
        let lower = String::from_utf8_lossy(name).to_ascii_lowercase();
        if lower.starts_with(OURS) {
            *self.foreign.entry(lower).or_default() += 1;
        }
        let mut field = Vec::with_capacity(name.len() + value.len() + 4);
        field.extend_from_slice(name);
        field.extend_from_slice(if keeps_space { b":" } else { b": " });
        for (at, line) in value.split(|byte| *byte == b'\n').enumerate() {
            if at > 0 {
                field.extend_from_slice(b"\r\n");
            }
            field.extend_from_slice(line.strip_suffix(b"\r").unwrap_or(line));
        }
        field.extend_from_slice(b"\r\n");
        self.keep(&field);
    }

    /// Takes a stretch of the body.
    pub fn content(&mut self, bytes: &[u8]) {
        self.end_header();
        self.keep(bytes);
    }

    /// The envelope, the raw mail, and why its content is out of reach, if so.
    pub fn complete(
        mut self,
        client: Option<IpAddr>,
        host: String,
    ) -> (Envelope, Vec<u8>, Option<Unread>) {
        self.end_header();
        let unread = self.is_over.then(|| Unread {
            why: Why::OverBudget,
            detail: format!(
                "the message has {} bytes, more than the {} that milter.limits.message allows",
                self.bytes, self.current.settings.message
            ),
        });
        let envelope = Envelope {
            client,
            login: self.login,
            sender: self.sender,
            recipients: self.recipients,
            received: jiff::Timestamp::now().to_zoned(TimeZone::UTC).date(),
            host,
            id: self.id,
        };
        (envelope, self.raw, unread)
    }

    fn end_header(&mut self) {
        if self.body.is_none() {
            // Also where the header alone was too long: what is kept stays a mail.
            self.raw.extend_from_slice(b"\r\n");
            self.body = Some(self.raw.len());
        }
    }

    /// Keeps bytes up to the limit. Past it the header is all that is needed, and its memory.
    fn keep(&mut self, bytes: &[u8]) {
        self.bytes = self.bytes.saturating_add(bytes.len());
        if self.is_over {
            return;
        }
        if self.raw.len() + bytes.len() <= self.current.settings.message {
            self.raw.extend_from_slice(bytes);
            return;
        }
        self.is_over = true;
        if let Some(body) = self.body {
            self.raw.truncate(body);
            self.raw.shrink_to_fit();
        }
    }
}

fn address(arg: Option<&CString>) -> Address {
    let text = arg.map(|arg| arg.to_string_lossy());
    Address::new(text.as_deref().unwrap_or_default())
}
