// SPDX-License-Identifier: GPL-3.0-or-later
//! Tries what must be true of any bytes (`fuzz/truths.rs`) on mangled sessions and mails: a bounded
//! stand-in for `cargo fuzz`, in every `cargo test`.
//!
//! `MANGLE_ROUNDS` says how many; `MANGLE_SEED` repeats a run that failed.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test reports by panicking, and by what it prints before"
)]

mod chance;
#[path = "../fuzz/truths.rs"]
mod truths;

use std::fs;
use std::path::Path;

use chance::Chance;

/// What breaks readers of packets and fields.
const SHARDS: &[&[u8]] = &[
    b"\0",
    b"\0\0\0\0",
    b"\0\0\0\x01D",
    b"\0\0\0\x02DM",
    b"\0\0\0\x0fC\x006\0\x19IPv6:::1\0",
    b"\0\x10\0\x01B",
    b"\xff\xff\xff\xff",
    b"\r",
    b"\n",
    b"\r\n",
    b"\n ",
    b"\n\t",
    b":",
    b" :",
];

#[test]
fn packets_are_true_of_mangled_sessions() {
    run("tests/milter/sessions", 20_000, truths::packets);
}

#[test]
fn fields_are_true_of_mangled_mail() {
    run("tests/samples", 20_000, truths::fields);
}

#[test]
fn mail_is_true_of_mangled_mail() {
    run("tests/samples", 20_000, truths::mail);
}

fn run(folder: &str, usual: u64, truth: fn(&[u8])) {
    let mut chance = Chance::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut paths: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|f| f.unwrap().path())
        .collect();
    paths.sort();
    // Beginnings: what is long repeats itself.
    let samples: Vec<Vec<u8>> = paths
        .iter()
        .map(|path| fs::read(path).unwrap())
        .map(|bytes| bytes[..bytes.len().min(2000)].to_vec())
        .collect();
    samples.iter().for_each(|sample| truth(sample));
    for _ in 0..chance::number("MANGLE_ROUNDS", usual) {
        let mut bytes = samples[chance.below(samples.len())].clone();
        for _ in 0..=chance.below(6) {
            let at = chance.below(bytes.len());
            let to = (at + chance.below(40)).min(bytes.len());
            match chance.below(4) {
                0 => drop(bytes.splice(at..at, SHARDS[chance.below(SHARDS.len())].iter().copied())),
                1 => drop(bytes.drain(at..to)),
                2 => bytes.truncate(at),
                _ => {
                    if let Some(byte) = bytes.get_mut(at) {
                        *byte = chance.byte();
                    }
                }
            }
        }
        truth(&bytes);
    }
}
