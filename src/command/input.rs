// SPDX-License-Identifier: GPL-3.0-or-later
//! Reads what the user names on the command line.

use std::fs;
use std::io::{self, Read};
use std::os::unix::fs::FileTypeExt;
use std::path::Path;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::{Stop, UNUSABLE};
use crate::config::Source;
use crate::inspect::Policy;
use crate::message::{header, words};

/// A whole file; "-" is standard input.
///
/// # Errors
/// One sentence that names the file.
pub fn read(path: &Path) -> Result<Vec<u8>, Stop> {
    let bytes = if path == Path::new("-") {
        let mut bytes = Vec::new();
        io::stdin().lock().read_to_end(&mut bytes).map(|_| bytes)
    } else {
        check_end(path).and_then(|()| fs::read(path))
    };
    bytes.map_err(|error| {
        let path = path.display();
        Stop(
            UNUSABLE,
            format!(
                "cannot read {path}: {error}; name a mail or a document, or - for standard input"
            ),
        )
    })
}

/// A device has no end.
fn check_end(path: &Path) -> io::Result<()> {
    let kind = fs::metadata(path)?.file_type();
    if kind.is_char_device() || kind.is_block_device() {
        return Err(io::Error::other("it is a device"));
    }
    Ok(())
}

/// The policy of the configuration that the command line names.
///
/// # Errors
/// Every sentence about what is wrong with it, one a line.
pub fn policy(config: Option<&Path>) -> Result<Policy, Stop> {
    let policy = Source::read(config).and_then(|source| source.policy());
    policy.map_err(unusable)
}

/// The end of a verb that cannot use its input: every sentence on a line of its own.
pub fn unusable(sentences: impl AsRef<[String]>) -> Stop {
    Stop(UNUSABLE, sentences.as_ref().join("\npii-milter: "))
}

/// The Message-ID, where there is one.
pub fn message_id(raw: &[u8]) -> Option<String> {
    let (fields, _) = header::split(raw);
    let field = fields.iter().find(|field| field.is("Message-ID"))?;
    Some(
        words::decode_words(raw.get(field.value.clone())?)
            .trim()
            .to_owned(),
    )
}

/// Today by UTC, for exceptions that end.
pub fn today() -> Date {
    Timestamp::now().to_zoned(TimeZone::UTC).date()
}
