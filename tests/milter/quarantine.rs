// SPDX-License-Identifier: GPL-3.0-or-later
//! Messages that wait: never lost, never in the clear, whatever happens to the daemon.

use std::fs;
use std::path::Path;
use std::process::Output;
use std::thread;
use std::time::{Duration, Instant};

use indymilter_test::Status;
use rusqlite::Connection;
use rustix::process::Signal;
use serde_json::Value;

use crate::daemon::{Daemon, ENFORCE, Mail, PLAIN, begin, show};

/// The shipped table holds what is restricted.
pub const HOLDING: [(&str, &str); 1] = [ENFORCE];

/// A word that stands nowhere but in a held message.
const CANARY: &str = "Xylophonkonzert";

/// Ten national numbers, made up, with their check digits (EAN-13).
pub fn register() -> String {
    let lines = (0..10_u64).map(|n| {
        let twelve = format!("756{:09}", 2_000_000_017 - n * 131_313);
        let digits = twelve[..12].bytes().map(|byte| u32::from(byte - b'0'));
        let sum: u32 = digits
            .enumerate()
            .map(|(at, digit)| digit * [1, 3][at % 2])
            .sum();
        let (a, b, c) = (&twelve[3..7], &twelve[7..11], &twelve[11..12]);
        format!("AHV-Nr. 756.{a}.{b}.{c}{}\r\n", (10 - sum % 10) % 10)
    });
    format!("{CANARY}\r\n{}", lines.collect::<String>())
}

/// Shows a message that has to wait.
pub async fn show_register(daemon: &Daemon, message_id: &str) -> Status {
    let mut conn = daemon.connect().await;
    let register = register();
    let mail = register_mail(&register, message_id);
    let (to, fields, body) = (mail.0, mail.1, mail.2);
    let mail = Mail {
        recipients: &[&[to]],
        fields: &fields,
        body: &[body],
        ..PLAIN
    };
    show(&mut conn, &mail).await.1
}

type Parts<'a> = (&'a str, [(&'a str, &'a str); 3], &'a [u8]);

fn register_mail<'a>(register: &'a str, message_id: &'a str) -> Parts<'a> {
    let fields = [
        ("From", "a@example.ch"),
        ("Subject", CANARY),
        ("Message-ID", message_id),
    ];
    ("<b@stranger.example>", fields, register.as_bytes())
}

pub fn text(output: &Output) -> String {
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// The cases that the daemon has.
pub fn cases(daemon: &Daemon) -> Vec<Value> {
    let listed = text(&daemon.cases(&["list", "--json"]));
    listed
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// The states of their recipients.
pub fn states(daemon: &Daemon) -> Vec<String> {
    let all = cases(daemon);
    let people = all
        .iter()
        .flat_map(|case| case["recipients"].as_array().unwrap());
    people
        .map(|one| one["state"].as_str().unwrap().to_owned())
        .collect()
}

/// Waits until they are these.
pub fn wait_for_states(daemon: &Daemon, expected: &[&str]) {
    let begin = Instant::now();
    while states(daemon) != expected {
        let patience = begin.elapsed() < Duration::from_secs(20);
        assert!(
            patience,
            "{:?}, not {expected:?}\n{}",
            states(daemon),
            daemon.log()
        );
        thread::sleep(Duration::from_millis(20));
    }
}

fn files(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap().flatten();
    entries
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect()
}

/// Whether any file below has these bytes.
fn holds(folder: &Path, bytes: &[u8]) -> bool {
    fs::read_dir(folder).unwrap().flatten().any(|entry| {
        let path = entry.path();
        match path.is_dir() {
            true => holds(&path, bytes),
            // A socket cannot be read.
            false => fs::read(&path)
                .is_ok_and(|all| all.windows(bytes.len()).any(|piece| piece == bytes)),
        }
    })
}

/// What must be true whatever happened: each row has its message and each message its row, nothing is
/// half written, the index is sound, and every message opens.
fn is_sound(daemon: &Daemon) {
    let index = Connection::open(daemon.state().join("cases.db")).unwrap();
    let check: String = index
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .unwrap();
    assert_eq!(check, "ok");
    let mut rows = index.prepare("SELECT name FROM blobs").unwrap();
    let rows = rows.query_map([], |row| row.get(0)).unwrap();
    let mut rows: Vec<String> = rows.map(Result::unwrap).collect();
    let mut there = files(&daemon.state().join("held"));
    rows.sort();
    there.sort();
    assert_eq!(rows, there);
    let verified = daemon.cases(&["verify"]);
    assert!(verified.status.success(), "{verified:?}");
}

#[tokio::test]
async fn a_held_message_is_taken_sealed_and_listed() {
    let daemon = Daemon::over_unix(&HOLDING);
    assert_eq!(show_register(&daemon, "<1@x>").await, Status::Discard);
    wait_for_states(&daemon, &["held"]);
    let line = daemon.messages(1).remove(0);
    assert!(line.contains("answer=keep"), "{line}");
    let case = cases(&daemon).remove(0);
    assert_eq!(case["from"], "a@example.ch");
    assert_eq!(case["recipients"][0]["address"], "b@stranger.example");
    assert_eq!(case["level"], "restricted");
    let id = case["id"].as_str().unwrap();
    assert!(line.contains(&format!("id={id}")), "{line}");
    let shown = text(&daemon.cases(&["show", id]));
    assert!(
        shown.contains("decide.outbound.stranger[restricted]"),
        "{shown}"
    );
    assert!(!shown.contains(CANARY), "{shown}");
    for word in [CANARY, "756.", "b@stranger.example"] {
        assert!(
            !holds(&daemon.state(), word.as_bytes()),
            "{word} is on the disk"
        );
    }
    // The trail names our own people, and the domain of others.
    fs::remove_file(daemon.state().join("audit.jsonl")).unwrap();
    for word in ["stranger.example", "a@example.ch"] {
        assert!(
            !holds(&daemon.state(), word.as_bytes()),
            "{word} is on the disk"
        );
    }
    assert!(!daemon.log().contains(CANARY));
    is_sound(&daemon);
    let revealed = daemon.cases(&["show", id, "--reveal", "--reason", "a test"]);
    assert!(text(&revealed).contains(CANARY));
    let shown = text(&daemon.cases(&["show", id]));
    assert!(shown.contains("reveal: a test"), "{shown}");
}

#[tokio::test]
async fn two_mails_of_one_content_are_two_cases() {
    let daemon = Daemon::over_unix(&HOLDING);
    for _ in 0..2 {
        assert_eq!(show_register(&daemon, "<1@x>").await, Status::Discard);
    }
    wait_for_states(&daemon, &["held", "held"]);
    let all = cases(&daemon);
    assert_eq!(all[0]["same_as"], all[1]["id"]);
    is_sound(&daemon);
}

#[tokio::test]
async fn in_monitor_nothing_is_held() {
    let daemon = Daemon::over_unix(&[]);
    assert_eq!(show_register(&daemon, "<1@x>").await, Status::Continue);
    assert!(cases(&daemon).is_empty());
}

/// Fault F1: wherever the daemon ends, the client's second try makes one case of it.
#[tokio::test]
async fn a_crash_at_any_point_loses_nothing_and_doubles_nothing() {
    let points = [
        "before-blob",
        "after-fsync",
        "after-rename",
        "after-commit",
        "before-reply",
    ];
    for point in points {
        let crash = format!("export PII_MILTER_CRASH={point}:1");
        let daemon = Daemon::after(&crash, &HOLDING);
        let mut conn = daemon.connect().await;
        let register = register();
        let (to, fields, body) = register_mail(&register, "<1@x>");
        let mail = Mail {
            recipients: &[&[to]],
            fields: &fields,
            body: &[body],
            ..PLAIN
        };
        begin(&mut conn, &mail).await;
        assert!(conn.eom().await.is_err(), "{point}: it answered");
        let daemon = daemon.again("true", &HOLDING);
        let before = states(&daemon);
        let is_stored = ["after-commit", "before-reply"].contains(&point);
        assert_eq!(before, vec!["prepared"; usize::from(is_stored)], "{point}");
        is_sound(&daemon);
        assert_eq!(
            show_register(&daemon, "<1@x>").await,
            Status::Discard,
            "{point}"
        );
        wait_for_states(&daemon, &["held"]);
        is_sound(&daemon);
        // Another mail is another case.
        assert_eq!(
            show_register(&daemon, "<2@x>").await,
            Status::Discard,
            "{point}"
        );
        wait_for_states(&daemon, &["held", "held"]);
    }
}

/// The MTA is gone before it hears the answer: the client tries again.
#[tokio::test]
async fn an_answer_that_nobody_heard_waits_for_the_second_try() {
    let daemon = Daemon::over_unix(&HOLDING);
    let mut conn = daemon.connect().await;
    let register = register();
    let (to, fields, body) = register_mail(&register, "<1@x>");
    let mail = Mail {
        recipients: &[&[to]],
        fields: &fields,
        body: &[body],
        ..PLAIN
    };
    begin(&mut conn, &mail).await;
    // The index is locked, so that the answer comes late.
    let index = Connection::open(daemon.state().join("cases.db")).unwrap();
    index.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let waited = tokio::time::timeout(Duration::from_secs(1), conn.eom()).await;
    assert!(waited.is_err(), "it answered without its index");
    drop(conn);
    index.execute_batch("COMMIT").unwrap();
    assert_eq!(show_register(&daemon, "<1@x>").await, Status::Discard);
    thread::sleep(Duration::from_millis(500));
    let states = states(&daemon);
    assert!(
        states.contains(&"held".into()) && states.len() <= 2,
        "{states:?}"
    );
    is_sound(&daemon);
}

/// Fault F6.
#[tokio::test]
async fn a_locked_index_delays_and_then_puts_off() {
    let daemon = Daemon::over_unix(&HOLDING);
    let index = Connection::open(daemon.state().join("cases.db")).unwrap();
    index.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let begun = Instant::now();
    let unlock = async {
        tokio::time::sleep(Duration::from_secs(3)).await;
        index.execute_batch("COMMIT").unwrap();
    };
    let (status, ()) = tokio::join!(show_register(&daemon, "<1@x>"), unlock);
    assert_eq!(status, Status::Discard);
    assert!(begun.elapsed() > Duration::from_secs(2));
    wait_for_states(&daemon, &["held"]);
    index.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let mut other = daemon.connect().await;
    let (status, clean) = tokio::join!(show_register(&daemon, "<2@x>"), show(&mut other, &PLAIN));
    let Status::Tempfail { message } = status else {
        panic!("{status:?}");
    };
    assert!(message.unwrap().to_string_lossy().starts_with("451 4.3.0 "));
    assert_eq!(clean.1, Status::Continue, "clean mail flows");
    index.execute_batch("COMMIT").unwrap();
    drop(index);
    assert_eq!(show_register(&daemon, "<2@x>").await, Status::Discard);
    wait_for_states(&daemon, &["held", "held"]);
    is_sound(&daemon);
}

/// Fault F4, F5: no place for what has to wait.
#[tokio::test]
async fn without_a_store_what_has_to_wait_is_put_off_and_clean_mail_flows() {
    let daemon = Daemon::over_unix(&HOLDING);
    let (held, away) = (daemon.state().join("held"), daemon.state().join("away"));
    fs::rename(&held, &away).unwrap();
    let status = show_register(&daemon, "<1@x>").await;
    assert!(matches!(status, Status::Tempfail { .. }), "{status:?}");
    assert_eq!(
        show(&mut daemon.connect().await, &PLAIN).await.1,
        Status::Continue
    );
    daemon.wait_for("messages that have to wait are put off");
    fs::rename(&away, &held).unwrap();
    assert_eq!(show_register(&daemon, "<1@x>").await, Status::Discard);
    wait_for_states(&daemon, &["held"]);
    is_sound(&daemon);
}

/// A case whose time is long over is gone at the start, but not where nobody looked for long: the clock may be wrong.
#[tokio::test]
async fn a_clock_that_jumped_while_nobody_looked_expires_nothing() {
    for (days, expected) in [(0, &[][..]), (400, &["held"]), (-2, &["held"])] {
        let daemon = Daemon::over_unix(&HOLDING);
        assert_eq!(show_register(&daemon, "<1@x>").await, Status::Discard);
        wait_for_states(&daemon, &["held"]);
        daemon.signal(Signal::KILL);
        let index = Connection::open(daemon.state().join("cases.db")).unwrap();
        index.execute("UPDATE cases SET expires = 1", []).unwrap();
        let now = std::time::SystemTime::UNIX_EPOCH
            .elapsed()
            .unwrap()
            .as_secs();
        let looked = i64::try_from(now).unwrap() - days * 86_400;
        let sql = "INSERT OR REPLACE INTO meta (name, value) VALUES ('looked', ?)";
        index.execute(sql, [&looked.to_be_bytes()[..]]).unwrap();
        drop(index);
        let daemon = daemon.again("true", &HOLDING);
        if !expected.is_empty() {
            daemon.wait_for("nothing expires for a day");
            thread::sleep(Duration::from_millis(500));
        }
        wait_for_states(&daemon, expected);
    }
}
