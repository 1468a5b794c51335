// SPDX-License-Identifier: GPL-3.0-or-later
//! Tries what must be true of any bytes (`fuzz/truths.rs`) on mangled sessions, mails and texts: a bounded
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

/// What detectors look for, and what parts or hides it.
const CLUES: &[&[u8]] = &[
    b"756.9217.0769.85",
    b"CH93 0076 2011 6238 5295 7",
    b"4111 1111 1111 1111",
    b" a@b.ch ",
    b"+41 44 668 18 00",
    b"AHV",
    b"geb. 12.3.1970",
    b"P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\n",
    b"L898902C36UTO7408122F1204159ZE184226B<<<<<10",
    b"Passwort: x7Kp-99a",
    b"Frau Anna Gerber leidet an Diabetes",
    b"Bahnhofstrasse 12, 8001 Bern",
    b"\t",
    b"  ",
    b"\n> ",
    b"\n\n",
    b";",
    b"\xc3",
    b"\xe2\x80\x8b",
    b"\xcc\x81",
    b"\xed\xa0\x80",
    b"\xf0\x9d\x9f\x97",
    b"\xd0\x90",
    b"9\0",
    b"\xd8\x35",
];

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
    run("tests/milter/sessions", 20_000, SHARDS, truths::packets);
}

#[test]
fn fields_are_true_of_mangled_mail() {
    run("tests/samples", 20_000, SHARDS, truths::fields);
}

#[test]
fn mail_is_true_of_mangled_mail() {
    run("tests/samples", 20_000, SHARDS, truths::mail);
}

#[test]
fn detection_is_true_of_mangled_mail() {
    run("tests/samples", 1_000, CLUES, truths::detection);
}

fn run(folder: &str, usual: u64, shards: &[&[u8]], truth: fn(&[u8])) {
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
                0 => drop(bytes.splice(at..at, shards[chance.below(shards.len())].iter().copied())),
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
