// SPDX-License-Identifier: GPL-3.0-or-later
//! Tries what must be true of any bytes (`fuzz/truths.rs`) on mangled sessions, mails, documents of every
//! format, fields and rules: what `cargo fuzz` does, without its compiler.
//!
//! A short while in every `cargo test`; `MANGLE_SECONDS` says how long each target is tried instead, and
//! `MANGLE_SEED` repeats a run that failed. What failed is kept in a file, to become a test.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "tests: a panic is the report, and what was tried is told"
)]

mod attachment;
mod chance;
#[path = "fuzz/seeds.rs"]
mod seeds;
#[path = "../fuzz/truths.rs"]
mod truths;

use std::panic::{self, AssertUnwindSafe};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};
use std::{env, fs};

use chance::Chance;
use libtest_mimic::{Arguments, Failed, Trial};
use seeds::Target;

/// What one of these may cost, on a slow machine in a debug build: nothing in it is large.
const EACH: Duration = Duration::from_secs(20);

/// How often a target is tried where no time is given.
const ROUNDS: u64 = 300;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    // A panic of a library is caught and told; what it prints is of no use here.
    panic::set_hook(Box::new(|_| ()));
    let trials = seeds::all().into_iter().map(|target| {
        Trial::test(target.name.to_owned(), move || {
            run(&target).map_err(Failed::from)
        })
    });
    libtest_mimic::run(&arguments, trials.collect()).exit_code()
}

fn run(target: &Target) -> Result<(), String> {
    let mut chance = Chance::new();
    let seconds = chance::number("MANGLE_SECONDS", 0);
    let rounds = chance::number("MANGLE_ROUNDS", ROUNDS * target.ease);
    let since = Instant::now();
    let goes_on = |round: u64| match seconds {
        0 => round < rounds,
        _ => since.elapsed().as_secs() < seconds,
    };
    for seed in &target.seeds {
        check(target, seed)?;
    }
    let mut round = 0;
    while goes_on(round) {
        check(target, &mangled(target, &mut chance))?;
        round += 1;
    }
    println!("{}: {round} rounds in {:.0?}", target.name, since.elapsed());
    Ok(())
}

fn check(target: &Target, bytes: &[u8]) -> Result<(), String> {
    let start = Instant::now();
    let result = panic::catch_unwind(AssertUnwindSafe(|| (target.truth)(bytes)));
    let took = start.elapsed();
    let what = match result {
        Ok(()) if took < EACH => return Ok(()),
        Ok(()) => format!("it took {took:?}"),
        Err(panic) => said(panic.as_ref()),
    };
    let path: PathBuf = env::temp_dir().join(format!("pii-milter-fuzz-{}", target.name));
    fs::write(&path, bytes).map_err(|error| error.to_string())?;
    Err(format!("{what}; what failed is in {}", path.display()))
}

fn said(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    text.unwrap_or("a panic without words").to_owned()
}

/// A seed with a few places changed: bytes, pieces doubled, moved, cut and taken from another seed.
fn mangled(target: &Target, chance: &mut Chance) -> Vec<u8> {
    let pick = |chance: &mut Chance| chance.below(target.seeds.len());
    let mut bytes = target.seeds.get(pick(chance)).cloned().unwrap_or_default();
    for _ in 0..=chance.below(8) {
        let at = chance.below(bytes.len());
        let to = (at + chance.below(60)).min(bytes.len());
        let goal = chance.below(bytes.len());
        let piece = bytes.get(at..to).unwrap_or_default().to_vec();
        match chance.below(8) {
            0 | 1 => {
                let shard = target
                    .shards
                    .get(chance.below(target.shards.len()))
                    .copied();
                drop(bytes.splice(at..at, shard.unwrap_or_default().iter().copied()));
            }
            2 => drop(bytes.drain(at..to)),
            3 => drop(bytes.splice(goal..goal, piece)),
            4 if chance.below(4) == 0 => bytes.truncate(at),
            5 => {
                let other = target.seeds.get(pick(chance)).cloned().unwrap_or_default();
                let from = chance.below(other.len());
                let end = (from + chance.below(200)).min(other.len());
                drop(bytes.splice(at..to, other.into_iter().take(end).skip(from)));
            }
            6 => {
                let repeated = piece.repeat(1 + chance.below(40));
                drop(bytes.splice(at..at, repeated));
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
