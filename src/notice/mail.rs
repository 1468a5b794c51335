// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns the text of a notice into a mail that no program answers (RFC 3834, 3 and 5).

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::template::Text;
use crate::key::{hex, random};
use crate::message::Address;

/// Bytes of an encoded word's text: with its frame it stays below 75 characters (RFC 2047, 2).
const WORD: usize = 42;

/// Characters of a line of quoted-printable (RFC 2045, 6.7).
const LINE: usize = 76;

/// The mail, with CRLF.
///
/// # Errors
/// Where the system has no randomness for its Message-ID.
pub fn compose(from: &Address, to: &Address, text: &Text, case: &str) -> Result<Vec<u8>, String> {
    let mut number = [0; 12];
    random(&mut number).map_err(|error| error.to_string())?;
    let (from, to) = (from.to_string(), to.to_string());
    let domain = from.rsplit('@').next().unwrap_or("localhost");
    let now = Timestamp::now().to_zoned(TimeZone::UTC);
    let fields = [
        ("From", format!("<{from}>")),
        ("To", format!("<{to}>")),
        ("Subject", subject(&text.subject)),
        (
            "Date",
            now.strftime("%a, %d %b %Y %H:%M:%S +0000").to_string(),
        ),
        ("Message-ID", format!("<{}@{domain}>", hex(&number))),
        ("Auto-Submitted", "auto-generated".into()),
        // Exchange and Outlook look at this one.
        ("X-Auto-Response-Suppress", "All".into()),
        (
            "X-PII-Notice",
            if case.is_empty() { "digest" } else { case }.into(),
        ),
        ("MIME-Version", "1.0".into()),
        ("Content-Type", "text/plain; charset=utf-8".into()),
        ("Content-Transfer-Encoding", "quoted-printable".into()),
    ];
    let mut mail = String::new();
    for (name, value) in fields {
        mail.push_str(&format!("{name}: {value}\r\n"));
    }
    mail.push_str("\r\n");
    mail.push_str(&quoted(&text.text));
    Ok(mail.into_bytes())
}

/// A subject: as it is where it is ASCII and short, else in encoded words.
fn subject(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_graphic() || c == ' ';
    if text.chars().all(is_plain) && text.len() < 70 && !text.contains("=?") {
        return text.to_owned();
    }
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    for c in text.chars() {
        let mut buffer = [0; 4];
        let encoded: String = c
            .encode_utf8(&mut buffer)
            .bytes()
            .map(|byte| match byte {
                b' ' => "_".to_owned(),
                _ if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
                _ => format!("={byte:02X}"),
            })
            .collect();
        // No character is divided between two words (RFC 2047, 5).
        if word.len() + encoded.len() > WORD {
            words.push(std::mem::take(&mut word));
        }
        word.push_str(&encoded);
    }
    words.push(word);
    let framed = words.iter().map(|word| format!("=?utf-8?Q?{word}?="));
    framed.collect::<Vec<_>>().join("\r\n ")
}

/// Text as quoted-printable.
fn quoted(text: &str) -> String {
    let mut all = String::new();
    for line in text.lines() {
        let mut out = String::new();
        let length = line.len();
        for (at, byte) in line.bytes().enumerate() {
            let is_last = at + 1 == length;
            let is_plain = matches!(byte, b'!'..=b'<' | b'>'..=b'~') || byte == b' ' && !is_last;
            // A dot alone, or "From " at its beginning, is changed by some on the way.
            let is_plain = is_plain && !(at == 0 && matches!(byte, b'.' | b'F'));
            let encoded = match is_plain {
                true => char::from(byte).to_string(),
                false => format!("={byte:02X}"),
            };
            if out.len() + encoded.len() > LINE - 1 {
                all.push_str(&out);
                all.push_str("=\r\n");
                out.clear();
            }
            out.push_str(&encoded);
        }
        all.push_str(&out);
        all.push_str("\r\n");
    }
    all
}
