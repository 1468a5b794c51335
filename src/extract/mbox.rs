// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns an mbox (RFC 4155) into its messages.

use crate::message::{PartPath, header};

use super::{Format, Source, Work};

/// An mbox.
pub(super) struct Mbox;

impl Format for Mbox {
    fn name(&self) -> &'static str {
        "mbox"
    }

    fn takes(&self, source: &Source<'_>) -> bool {
        source.bytes.starts_with(b"From ")
            && messages(source.bytes)
                .first()
                .is_some_and(|first| header::begins(first))
    }

    fn read(&self, source: &Source<'_>, work: &mut Work) {
        let container = source.as_container();
        for (at, message) in messages(source.bytes).into_iter().enumerate() {
            if !work.admits(source.path, source.depth + 1) {
                return;
            }
            let path = PartPath(format!("{container}/message {}", at + 1));
            work.open(&Source {
                path: &path,
                media_type: "message/rfc822",
                charset: None,
                file_name: String::new(),
                bytes: message,
                depth: source.depth + 1,
                is_encrypted: false,
            });
        }
    }
}

/// The messages of an mbox: each begins with a line `From `, behind an empty line (RFC 4155).
pub fn messages(mbox: &[u8]) -> Vec<&[u8]> {
    let mut starts = vec![0];
    starts.extend(
        memchr::memmem::find_iter(mbox, b"\nFrom ").filter_map(|at| {
            let before = mbox.get(..=at)?;
            (before.ends_with(b"\n\n") || before.ends_with(b"\n\r\n")).then_some(at + 1)
        }),
    );
    let ends = starts.iter().skip(1).copied().chain([mbox.len()]);
    let bounds = starts.iter().copied().zip(ends);
    bounds
        .filter_map(|(start, end)| {
            let message = mbox.get(start..end)?;
            let line = memchr::memchr(b'\n', message).map_or(message.len(), |at| at + 1);
            message.get(line..)
        })
        .collect()
}
