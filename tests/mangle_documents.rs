// SPDX-License-Identifier: GPL-3.0-or-later
//! Damages the documents of `tests/cases/extract-*` at random and reads them: whatever comes, each
//! ends in time, as text or with a reason.
//!
//! `MANGLE_ROUNDS` says how many; `MANGLE_SEED` repeats a run that failed.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test reports by panicking, and by what it prints before"
)]

mod chance;

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use chance::Chance;
use pii_milter::extract::{self, Budget};
use pii_milter::message::transfer;

/// What a damaged document of a few KB may cost, on a slow machine in a debug build.
const EACH: Duration = Duration::from_secs(5);

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
    let documents = documents();
    // A panic of a library is caught and told; what it prints is of no use here.
    let said = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| ()));
    let mut failed = None;
    for round in 0..chance::number("MANGLE_ROUNDS", 1_000) {
        let (name, document) = &documents[chance.below(documents.len())];
        let bytes = damaged(document, &mut chance);
        let start = Instant::now();
        let read = extract::document("document.bin", &bytes, &Budget::default());
        let is_told = !read.texts.is_empty() || !read.unreadable.is_empty();
        let took = start.elapsed();
        if !is_told && !bytes.trim_ascii().is_empty() || took > EACH {
            let path = std::env::temp_dir().join("pii-milter-damaged-document");
            fs::write(&path, &bytes).unwrap();
            failed = Some(format!(
                "round {round}, {name}: {took:?}, {}",
                path.display()
            ));
            break;
        }
    }
    std::panic::set_hook(said);
    assert_eq!(failed, None);
}

/// The attachments of the cases, by name of the case.
fn documents() -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut documents = Vec::new();
    for case in fs::read_dir(folder).unwrap() {
        let case = case.unwrap();
        let name = case.file_name().into_string().unwrap();
        if !name.starts_with("extract-") {
            continue;
        }
        let mail = fs::read_to_string(case.path().join("message.eml")).unwrap();
        let Some((_, part)) = mail.rsplit_once("filename=") else {
            continue;
        };
        let body = &part[part.find("\n\n").unwrap()..part.find("\n--").unwrap()];
        let document = transfer::decode(body.as_bytes(), "base64").into_owned();
        documents.push((name, document));
    }
    documents.sort();
    assert!(documents.len() >= 20);
    documents
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
