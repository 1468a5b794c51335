// SPDX-License-Identifier: GPL-3.0-or-later
//! What `make demo` shows, and what it leaves behind: nothing.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rustix::process::Signal;

use super::{Case, Site};
use crate::mta::milter::{is_running, signal};
use crate::mta::{PATIENCE, wait_for};

pub const CASES: &[Case] = &[
    ("the_demo_shows_what_the_shipped_table_says", shows),
    ("the_demo_ends_by_ctrl_c_and_leaves_nothing", interrupted),
    ("the_demo_leaves_nothing_even_when_it_is_killed", killed),
];

/// Sample, level, decision where one recipient's is all there is to say, and what became of it.
const SHOWN: &[(&str, &str, &str, &str)] = &[
    (
        "01-de-clean",
        "public",
        "plain: ",
        "plain: anna.muster@kunde.example; Subject: Sitzung",
    ),
    (
        "02-fr-ahv-stranger",
        "confidential",
        "incamail: ",
        "relay: marie.exemple@client.example.incamail.ch",
    ),
    (
        "03-it-iban-nir",
        "confidential",
        "incamail: ",
        "Subject: <im><c> Frontaliere: dati",
    ),
    (
        "04-en-card",
        "confidential",
        "incamail: ",
        "Subject: <im><c> Room for our guest",
    ),
    (
        "05-de-ten-ids",
        "restricted",
        "hold: ",
        "nothing yet; it waits as case Q-",
    ),
    (
        "06-fr-colleague",
        "confidential",
        "plain: ",
        "plain: petra.keller@example.ch; Subject: Nouveau",
    ),
    (
        "07-de-authority",
        "confidential",
        "incamail: ",
        "relay: meldungen@zas.admin.ch.incamail.ch",
    ),
    (
        "08-nl-mixed",
        "confidential",
        "",
        "sofie.voorbeeld@kantoor.example.incamail.ch",
    ),
    (
        "09-fr-reply-marked",
        "public",
        "",
        "Subject: Re: <im><c> Votre entretien",
    ),
    (
        "10-de-umlaut-subject",
        "confidential",
        "incamail: ",
        "relay: bruno.beispiel@kunde.example.incamail.ch",
    ),
    (
        "11-it-html-only",
        "confidential",
        "incamail: ",
        "Subject: <im><c> Coordinate per il rimborso",
    ),
    (
        "12-en-encrypted-zip",
        "confidential",
        "incamail: ",
        "Subject: <im><c> Documents for the audit",
    ),
];

fn shows(_site: &Site) {
    let (_turn, mut demo) = demo();
    let run = demo
        .env("DEMO_ONCE", "1")
        .env("COLUMNS", "2000")
        .output()
        .unwrap();
    let said = String::from_utf8(run.stdout).unwrap();
    assert!(
        run.status.success(),
        "{}: {said}{}",
        run.status,
        String::from_utf8_lossy(&run.stderr)
    );
    for (name, level, decision, end) in SHOWN {
        let lines = said
            .lines()
            .skip_while(|line| !line.trim_start().starts_with(name));
        let row: Vec<&str> = lines.take_while(|line| !line.starts_with('─')).collect();
        let row = row.join("\n");
        for word in [level, decision, end] {
            assert!(row.contains(word), "{name}: {word} is missing in: {row}");
        }
    }
    assert!(
        said.contains(&format!("All {} went the way", SHOWN.len())),
        "{said}"
    );
}

fn interrupted(_site: &Site) {
    ends_by(Signal::INT);
}

fn killed(_site: &Site) {
    ends_by(Signal::KILL);
}

fn ends_by(end: Signal) {
    let (_turn, mut demo) = demo();
    let mut demo = demo.stdout(Stdio::piped()).spawn().unwrap();
    let home = PathBuf::from(format!("/tmp/pii-milter-demo-{}", demo.id()));
    let mut lines = BufReader::new(demo.stdout.take().unwrap())
        .lines()
        .map(Result::unwrap);
    assert!(
        lines.any(|line| line.contains("until Ctrl-C")),
        "it ended before its time"
    );
    let postfix = std::fs::read_to_string(home.join("queue/pid/master.pid")).unwrap();
    let postfix: u32 = postfix.trim().parse().unwrap();
    assert!(is_running(postfix));

    signal(demo.id(), end);
    let status = demo.wait().unwrap();
    assert_eq!(status.success(), end == Signal::INT, "{status}");
    let gone = wait_for(PATIENCE, || (!home.exists()).then_some(()));
    assert!(gone.is_some(), "{} is still there", home.display());
    assert!(!is_running(postfix));
    // The watchman clears the folder last, and then still has to end himself.
    let ended = wait_for(PATIENCE, || processes_of(&home).is_empty().then_some(()));
    assert!(ended.is_some(), "{:?}", processes_of(&home));
}

/// The demo as `make demo` runs it; one at a time, since each looks for a port that is free.
fn demo() -> (MutexGuard<'static, ()>, Command) {
    static TURN: Mutex<()> = Mutex::new(());
    let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let this = std::env::current_exe().unwrap();
    let demo = this.ancestors().nth(2).unwrap().join("examples/demo");
    assert!(
        demo.exists(),
        "the demo is not built: `cargo build --example demo`"
    );
    (turn, Command::new(demo))
}

/// The command lines that name that folder.
fn processes_of(home: &Path) -> Vec<String> {
    let home = home.to_str().unwrap();
    let processes = std::fs::read_dir("/proc").unwrap().flatten();
    let lines = processes.filter_map(|process| std::fs::read(process.path().join("cmdline")).ok());
    let lines = lines.map(|line| String::from_utf8_lossy(&line).replace('\0', " "));
    lines.filter(|line| line.contains(home)).collect()
}
