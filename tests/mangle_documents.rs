// SPDX-License-Identifier: GPL-3.0-or-later
//! Damages the documents of `tests/cases/extract-*` and `locked-*` at random and reads them: whatever comes, each
//! ends in time, as text or with a reason.
//!
//! `MANGLE_ROUNDS` says how many; `MANGLE_SEED` repeats a run that failed.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test reports by panicking, and by what it prints before"
)]

mod attachment;
mod chance;

use std::fs;
use std::time::{Duration, Instant};

use attachment::Attachment;
use chance::Chance;
use jiff::civil::Date;
use pii_milter::extract::{self, Budget};
use pii_milter::message::{Envelope, Message, PartPath};

/// What a damaged document of a few KB may cost, on a slow machine in a debug build.
const EACH: Duration = Duration::from_secs(5);

/// The same for one that is locked: each password that is tried costs half a million hashes.
const LOCKED: Duration = Duration::from_secs(20);

/// What breaks readers: ends of groups and objects, sizes, loops.
const SHARDS: &[&[u8]] = &[
    b"\0",
    b"\xff\xff\xff\xff",
    b"\xff\xff\xff\x7f",
    b"\0\0\0\0",
    b"{",
    b"}",
    b"\\bin2147483647 ",
    b"\\u-1 ",
    b"\\'",
    b"{\\fonttbl",
    b"<<",
    b">>",
    b"[[[[[[[[",
    b"endobj",
    b"endstream",
    b"2 0 R",
    b"/Kids [2 0 R]",
    b"/Parent 1 0 R",
    b"/Count 999999999",
    b"/Length 999999999",
    b"/Encrypt 1 0 R",
    b"/Filter /FlateDecode",
    b"9999999999999999999999",
];

#[test]
fn damaged_documents_end_with_text_or_a_reason() {
    let mut chance = Chance::new();
    let documents = attachment::all();
    // A panic of a library is caught and told; what it prints is of no use here.
    let said = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| ()));
    let mut failed = None;
    for round in 0..chance::number("MANGLE_ROUNDS", 1_000) {
        let document = &documents[chance.below(documents.len())];
        let bytes = damaged(&document.bytes, &mut chance);
        let start = Instant::now();
        let is_told = is_told(document, &bytes);
        let took = start.elapsed();
        let each = if document.is_locked() { LOCKED } else { EACH };
        if !is_told && !bytes.trim_ascii().is_empty() || took > each {
            let path = std::env::temp_dir().join("pii-milter-damaged-document");
            fs::write(&path, &bytes).unwrap();
            let (case, path) = (&document.case, path.display());
            failed = Some(format!("round {round}, {case}: {took:?}, {path}"));
            break;
        }
    }
    std::panic::set_hook(said);
    assert_eq!(failed, None);
}

/// Reads a damaged document: true where a text or a reason came of it. A locked one stands in its mail,
/// with the password; not in a debug build, where a password takes minutes.
fn is_told(document: &Attachment, bytes: &[u8]) -> bool {
    let budget = Budget::default();
    if !document.is_locked() || cfg!(debug_assertions) {
        let read = extract::document("document.bin", bytes, &budget);
        return !read.texts.is_empty() || !read.unreadable.is_empty();
    }
    let envelope = Envelope::nobody(Date::ZERO);
    let message = Message::read(envelope, document.mail_with(bytes), budget.tree);
    let read = extract::all(&message, &budget);
    let is_of = |part: &PartPath| part.0 == "1" || part.0.starts_with("1/");
    read.texts.iter().any(|text| is_of(&text.part))
        || read.unreadable.iter().any(|reason| is_of(&reason.part))
}

fn damaged(document: &[u8], chance: &mut Chance) -> Vec<u8> {
    let mut bytes = document.to_vec();
    // Much of a small compound file is padding: what is not 0 is hit more often.
    let full: Vec<usize> = (0..bytes.len()).filter(|at| bytes[*at] != 0).collect();
    for _ in 0..=chance.below(20) {
        let at = full[chance.below(full.len())].min(bytes.len().saturating_sub(1));
        let to = (at + chance.below(100)).min(bytes.len());
        match chance.below(8) {
            0 => drop(bytes.splice(at..at, SHARDS[chance.below(SHARDS.len())].iter().copied())),
            1 => drop(bytes.drain(at..to)),
            2 => {
                let piece = bytes[at..to].to_vec();
                let goal = chance.below(bytes.len());
                drop(bytes.splice(goal..goal, piece));
            }
            3 if chance.below(4) == 0 => bytes.truncate(at),
            4 => {
                let shard = SHARDS[chance.below(SHARDS.len())];
                let end = (at + shard.len()).min(bytes.len());
                bytes[at..end].copy_from_slice(&shard[..end - at]);
            }
            _ => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte = chance.byte();
                }
            }
        }
    }
    bytes
}
