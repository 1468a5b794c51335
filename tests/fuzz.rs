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

#[path = "../fuzz/truths.rs"]
mod truths;

use std::fs;
use std::path::Path;

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

fn run(folder: &str, usual: u64, truth: fn(&[u8])) {
    let number =
        |name: &str, default| std::env::var(name).map_or(default, |text| text.parse().unwrap());
    let rounds = number("MANGLE_ROUNDS", usual);
    let mut seed = number("MANGLE_SEED", u64::from(std::process::id())) | 1;
    println!("MANGLE_ROUNDS={rounds} MANGLE_SEED={seed}");
    // Xorshift: the same bytes for the same seed, on every machine.
    let mut below = move |end: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        usize::try_from(seed >> 16).unwrap() % end.max(1)
    };
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
    for _ in 0..rounds {
        let mut bytes = samples[below(samples.len())].clone();
        for _ in 0..=below(6) {
            let at = below(bytes.len());
            let to = (at + below(40)).min(bytes.len());
            match below(4) {
                0 => drop(bytes.splice(at..at, SHARDS[below(SHARDS.len())].iter().copied())),
                1 => drop(bytes.drain(at..to)),
                2 => bytes.truncate(at),
                _ => {
                    if let Some(byte) = bytes.get_mut(at) {
                        *byte = u8::try_from(below(256)).unwrap();
                    }
                }
            }
        }
        truth(&bytes);
    }
}
