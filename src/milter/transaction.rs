// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps one message while it comes in (RFC 5321, 3.3), as the client sent it.

use std::collections::BTreeMap;
use std::ffi::{CStr, CString};
use std::net::IpAddr;

use jiff::tz::TimeZone;
use tokio::time::Instant;

use crate::extract::Why;
use crate::inspect::Unread;
use crate::message::{Address, Envelope, Recipient};
use crate::spool::Spool;

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
    /// Bytes of header and body that came, kept or not.
    pub bytes: usize,
    /// Fields that came in under a name of ours, in lower case, and how often.
    pub foreign: BTreeMap<String, u32>,
    /// The ESMTP arguments of MAIL.
    pub arguments: Vec<String>,
    /// Why it cannot be inspected at all, if so.
    pub failed: Option<&'static str>,
    sender: Address,
    login: Option<String>,
    recipients: Vec<Recipient>,
    raw: Spool,
    is_in_body: bool,
    /// Bytes of `raw` that are allowed, and whether more came.
    limit: usize,
    is_over: bool,
}

impl Transaction {
    /// Begins with the arguments of MAIL; `limit` bytes of it are kept in `raw`.
    pub fn new(
        id: String,
        args: &[CString],
        login: Option<String>,
        limit: usize,
        raw: Spool,
    ) -> Self {
        Self {
            id,
            began: Instant::now(),
            bytes: 0,
            foreign: BTreeMap::new(),
            arguments: args.iter().skip(1).map(lossy).collect(),
            failed: None,
            sender: address(args.first()),
            login,
            recipients: Vec::new(),
            raw,
            is_in_body: false,
            limit,
            is_over: false,
        }
    }

    /// Takes the arguments of RCPT.
    pub fn recipient(&mut self, args: &[CString]) {
        if self.recipients.len() >= RECIPIENTS {
            self.failed = Some("it has too many recipients");
            return;
        }
        self.recipients.push(Recipient {
            address: address(args.first()),
            as_given: args
                .first()
                .map_or_else(Vec::new, |arg| arg.to_bytes().to_vec()),
            notify: parameter(args, "NOTIFY").map(str::to_owned),
            original: parameter(args, "ORCPT").map(str::to_owned),
        });
    }

    /// Takes one header field.
    pub fn field(&mut self, name: &CStr, value: &CStr, keeps_space: bool) {
        let (name, value) = (name.to_bytes(), value.to_bytes());
        let lower = String::from_utf8_lossy(name).to_ascii_lowercase();
        if lower.starts_with(OURS) {
            *self.foreign.entry(lower).or_default() += 1;
        }
        let field = as_sent(name, value, keeps_space);
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
    ) -> (Envelope, Spool, Option<Unread>) {
        self.end_header();
        let unread = self.is_over.then(|| Unread {
            why: Why::OverBudget,
            detail: format!(
                "the message has {} bytes, more than the {} that milter.limits.message allows",
                self.bytes, self.limit
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
        if !self.is_in_body {
            self.is_in_body = true;
            // Also where the header alone was too long: what is kept stays a mail.
            self.append(b"\r\n");
            self.raw.end_header();
        }
    }

    /// Keeps bytes up to the limit. Past it the header is all that is needed, and its memory.
    fn keep(&mut self, bytes: &[u8]) {
        self.bytes = self.bytes.saturating_add(bytes.len());
        if self.is_over || self.failed.is_some() {
            return;
        }
        if self.raw.len() + bytes.len() <= self.limit {
            self.append(bytes);
            return;
        }
        self.is_over = true;
        if self.is_in_body && self.raw.keep_header().is_err() {
            self.failed = Some("its header could not be read back");
        }
    }

    fn append(&mut self, bytes: &[u8]) {
        if self.raw.append(bytes).is_err() {
            self.failed = Some("all messages together need more room than there is");
            // What there is of it helps nobody, and others have use for the room.
            self.raw.clear();
        }
    }
}

/// A header field as the client sent it, of what the MTA gives: folds as bare LF, and without
/// `keeps_space` a value that lacks one space behind the colon.
pub fn as_sent(name: &[u8], value: &[u8], keeps_space: bool) -> Vec<u8> {
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
    field
}

/// The value of an ESMTP parameter (RFC 5321, 4.1.2), whatever the case of its name.
pub fn parameter<'a>(args: &'a [CString], name: &str) -> Option<&'a str> {
    args.iter().skip(1).find_map(|arg| {
        let (key, value) = arg.to_str().ok()?.split_once('=')?;
        key.eq_ignore_ascii_case(name).then_some(value)
    })
}

fn lossy(arg: &CString) -> String {
    arg.to_string_lossy().into_owned()
}

fn address(arg: Option<&CString>) -> Address {
    let text = arg.map(|arg| arg.to_string_lossy());
    Address::new(text.as_deref().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spool::Budget;

    fn text(text: impl Into<Vec<u8>>) -> CString {
        CString::new(text).unwrap()
    }

    fn begun(limit: usize) -> Transaction {
        within(limit, 1000)
    }

    fn within(limit: usize, budget: u64) -> Transaction {
        let spool = Spool::new(Budget::new(budget, 0));
        Transaction::new("Q-1".into(), &[text("<a@example.ch>")], None, limit, spool)
    }

    fn raw(mail: Transaction) -> (Vec<u8>, Option<Unread>) {
        let (_, raw, unread) = mail.complete(None, String::new());
        let raw = raw
            .piece(0, &mut Vec::new())
            .unwrap()
            .unwrap_or_default()
            .to_vec();
        (raw, unread)
    }

    #[test]
    fn a_mail_is_kept_as_the_client_sent_it() {
        let mut mail = begun(1000);
        mail.field(
            &text("Subject"),
            &text(b" Gr\xfc\xdfe\n\tan\n alle ".as_slice()),
            true,
        );
        mail.field(&text("X-None"), &text("none"), true);
        mail.content(b"a\0");
        mail.content(b"b\r\n");
        let expected = b"Subject: Gr\xfc\xdfe\r\n\tan\r\n alle \r\nX-None:none\r\n\r\na\0b\r\n";
        assert_eq!(raw(mail), (expected.to_vec(), None));
    }

    #[test]
    fn the_space_that_the_mta_took_off_is_put_back() {
        let mut mail = begun(1000);
        mail.field(&text("Subject"), &text("a\r\n b"), false);
        assert_eq!(raw(mail).0, b"Subject: a\r\n b\r\n\r\n");
    }

    #[test]
    fn past_the_limit_the_header_is_all_that_is_kept() {
        let mut mail = begun(20);
        mail.field(&text("A"), &text(" b"), true);
        mail.content(b"0123456789");
        mail.content(b"0123456789");
        mail.content(b"!");
        assert_eq!(mail.bytes, 27);
        let (raw, unread) = raw(mail);
        assert_eq!(raw, b"A: b\r\n\r\n");
        assert_eq!(unread.unwrap().why, Why::OverBudget);
    }

    #[test]
    fn a_message_without_room_has_no_verdict_and_holds_nothing() {
        let mut mail = within(1000, 20);
        mail.field(&text("A"), &text(" b"), true);
        mail.content(b"0123456789");
        mail.content(b"0123456789");
        assert!(mail.failed.is_some());
        mail.content(b"0123456789");
        assert_eq!(mail.bytes, 36);
        assert_eq!(raw(mail).0, b"");
    }

    #[test]
    fn a_header_past_the_limit_is_still_a_header() {
        let mut mail = begun(10);
        mail.field(&text("A"), &text(" b"), true);
        mail.field(&text("B"), &text(vec![b'x'; 100]), true);
        let (raw, unread) = raw(mail);
        assert_eq!(raw, b"A: b\r\n\r\n");
        assert!(unread.is_some());
    }

    #[test]
    fn what_the_client_asked_for_stays_with_the_recipient() {
        let mut mail = begun(10);
        let given = [
            b"<M\xfc@x.ch>".as_slice(),
            b"notify=NEVER",
            b"ORCPT=rfc822;m@x.ch",
        ];
        mail.recipient(&given.map(text));
        let (envelope, ..) = mail.complete(None, String::new());
        let recipient = &envelope.recipients[0];
        assert_eq!(recipient.as_given, given[0]);
        assert_eq!(recipient.notify.as_deref(), Some("NEVER"));
        assert_eq!(recipient.original.as_deref(), Some("rfc822;m@x.ch"));
    }

    #[test]
    fn forged_labels_are_counted_whatever_their_case() {
        let mut mail = begun(100);
        for name in ["X-PII-Level", "x-pii-level", "X-PIIx", "X-Pii-Route"] {
            mail.field(&text(name), &text("public"), true);
        }
        let foreign: Vec<_> = mail.foreign.into_iter().collect();
        assert_eq!(
            foreign,
            [("x-pii-level".into(), 2), ("x-pii-route".into(), 1)]
        );
    }

    #[test]
    fn too_many_recipients_are_not_inspected() {
        let mut mail = begun(100);
        for _ in 0..=RECIPIENTS {
            mail.recipient(&[text("<b@example.org>")]);
        }
        assert!(mail.failed.is_some());
        assert_eq!(mail.recipients.len(), RECIPIENTS);
    }
}
