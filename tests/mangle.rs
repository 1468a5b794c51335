// SPDX-License-Identifier: GPL-3.0-or-later
//! Mangles the sample mails at random and has `scan` read them: whatever comes, each file gets its line.
//!
//! `MANGLE_ROUNDS` says how many mails; `MANGLE_SEED` repeats a run that failed.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test reports by panicking, and by what it prints before"
)]

mod chance;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use chance::Chance;

/// Mails in one call of `scan`.
const BATCH: u64 = 250;

/// What a mangled mail may cost, on a slow machine in a debug build: nothing in it is large.
const EACH: Duration = Duration::from_millis(400);

/// What breaks readers: pieces of syntax where nobody expects them.
const SHARDS: &[&[u8]] = &[
    b"\0",
    b"\r",
    b"\n",
    b"\r\n\r\n",
    b"\xff\xfe",
    b"\xc3",
    b"=?utf-8?Q?",
    b"?=",
    b"=?x?b?====?=",
    b"--=_sample\r\n",
    b"--=_sample--",
    b"Content-Type: multipart/mixed; boundary=\"=_sample\"\r\n\r\n",
    b"boundary=\"\"",
    b"; charset=utf-16",
    b"; charset=utf-7",
    b"Content-Transfer-Encoding: base64\r\n",
    b"Content-Type: message/rfc822\r\n\r\n",
    b"<!--",
    b"<script>",
    b"&#x110000;",
    b"&#0;",
    b"<table><tr><td>",
    b"</p></p></div>",
    b"=0",
    b"=\r\n",
    b"\xe2\x80\xae",
    b"756.9217.0769.85",
    b"CH93 0076 2011 6238 5295 7",
    b"0000000000000000000000",
    b"begin 644 x\r\n",
    b"\t\t\t ",
    b"\"",
    b"\\",
    b"<im><c>",
];

#[test]
fn mangled_mail_never_stops_the_reader() {
    let samples = samples();
    let mut chance = Chance::new();
    let folder = std::env::temp_dir().join(format!("pii-milter-mangle-{}", std::process::id()));
    let mut left = chance::number("MANGLE_ROUNDS", 500);
    while left > 0 {
        let count = left.min(BATCH);
        left -= count;
        fs::create_dir(&folder).unwrap();
        for name in 0..count {
            let mail = mangled(&samples, &mut chance);
            fs::write(folder.join(format!("{name}.eml")), mail).unwrap();
        }
        // The folder stays where this fails: it holds the mail that did it.
        scan(&folder, count);
        fs::remove_dir_all(&folder).unwrap();
    }
}

fn samples() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/samples");
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path())
        .collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "eml"));
    files.sort();
    assert!(files.len() >= 12);
    files.iter().map(|path| fs::read(path).unwrap()).collect()
}

fn mangled(samples: &[Vec<u8>], chance: &mut Chance) -> Vec<u8> {
    let mut mail = samples[chance.below(samples.len())].clone();
    for _ in 0..=chance.below(12) {
        let at = chance.below(mail.len());
        let to = (at + chance.below(200)).min(mail.len());
        match chance.below(6) {
            0 => drop(mail.splice(at..at, SHARDS[chance.below(SHARDS.len())].iter().copied())),
            1 => drop(mail.drain(at..to)),
            2 => {
                let piece = mail[at..to].to_vec();
                let goal = chance.below(mail.len());
                drop(mail.splice(goal..goal, piece));
            }
            3 => mail.truncate(at),
            4 => {
                let other = &samples[chance.below(samples.len())];
                mail.extend_from_slice(&other[chance.below(other.len())..]);
            }
            _ => {
                if let Some(byte) = mail.get_mut(at) {
                    *byte = chance.byte();
                }
            }
        }
    }
    mail
}

fn scan(folder: &Path, count: u64) {
    let start = Instant::now();
    let scan = Command::new(env!("CARGO_BIN_EXE_pii-milter"))
        .args(["scan", "--json"])
        .arg(folder)
        .output();
    let scan = scan.unwrap();
    let said = String::from_utf8_lossy(&scan.stderr);
    assert!(
        matches!(scan.status.code(), Some(0 | 1)),
        "{}: {}: {said}",
        folder.display(),
        scan.status
    );
    let mut paths: Vec<String> = scan
        .stdout
        .split(|byte| *byte == b'\n')
        .filter_map(path)
        .collect();
    paths.sort();
    paths.dedup();
    assert_eq!(
        paths.len() as u64,
        count,
        "{}: some mails have no line: {said}",
        folder.display()
    );
    let took = start.elapsed();
    assert!(
        took < EACH * u32::try_from(count).unwrap(),
        "{}: took {took:?}",
        folder.display()
    );
}

/// The path in a line of `scan --json`, which must also name a level.
fn path(line: &[u8]) -> Option<String> {
    if line.is_empty() {
        return None;
    }
    let line: serde_json::Value = serde_json::from_slice(line).unwrap();
    assert!(
        line["level"].is_string() && line["level_index"].is_u64(),
        "{line}"
    );
    Some(line["path"].as_str().unwrap().to_owned())
}
