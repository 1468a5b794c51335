// SPDX-License-Identifier: GPL-3.0-or-later
//! The trail of a real daemon: what is decided and asked stands there before it happens.

use std::fs;
use std::process::{Command, Output, Stdio};

use indymilter_test::Status;
use serde_json::Value;

use crate::daemon::{Daemon, ENFORCE, Mail, PLAIN, REFUSE, show};

/// A word, and a number, that stand nowhere but in a mail.
const CANARY: &str = "Zwergkaninchenschau";
const NUMBER: &str = "756.9217.0769.85";

fn audit(daemon: &Daemon, arguments: &[&str]) -> Output {
    let mut audit = Command::new(env!("CARGO_BIN_EXE_pii-milter"));
    audit.arg("--config").arg(&daemon.config).arg("audit");
    audit.args(arguments).env("STATE_DIRECTORY", daemon.state());
    audit.stdin(Stdio::null()).output().unwrap()
}

fn records(daemon: &Daemon, arguments: &[&str]) -> Vec<Value> {
    let listed = audit(daemon, &[&["list", "--json"], arguments].concat());
    assert!(listed.status.success(), "{listed:?}");
    let text = String::from_utf8(listed.stdout).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// A mail that the shipped table refuses, or has wait.
async fn show_secret(daemon: &Daemon) -> Status {
    let numbers: Vec<String> = (0..10).map(|n| format!("756.9217.07{n}")).collect();
    let body = format!(
        "{CANARY} AHV-Nr. {NUMBER} Diagnose: Diabetes, Anna Muster\r\n{}",
        numbers.join(" ")
    );
    let mail = Mail {
        recipients: &[&["<beat@kunde.example>"], &["<carla@example.ch>"]],
        fields: &[("From", "a@example.ch"), ("Subject", CANARY)],
        body: &[body.as_bytes()],
        ..PLAIN
    };
    show(&mut daemon.connect().await, &mail).await.1
}

#[tokio::test]
async fn each_decision_is_noted_and_nothing_of_what_was_found() {
    let daemon = Daemon::over_unix(&[ENFORCE, REFUSE]);
    assert_eq!(
        show(&mut daemon.connect().await, &PLAIN).await.1,
        Status::Continue
    );
    let refused = show_secret(&daemon).await;
    assert!(matches!(refused, Status::Reject { .. }), "{refused:?}");
    let decisions = records(&daemon, &["--kind", "decision"]);
    assert_eq!(decisions.len(), 2);
    assert_eq!(decisions[0]["answer"], "pass");
    let refused = &decisions[1];
    assert_eq!(refused["answer"], "550/5.7.1");
    assert_eq!(refused["sender"], "a@example.ch");
    assert_eq!(refused["mode"], "enforce");
    assert_eq!(refused["recipients"][0]["channel"], "hold");
    assert_eq!(refused["recipients"][0]["kind"], "stranger");
    assert_eq!(refused["recipients"][1]["to"], "carla@example.ch");
    let stranger = refused["recipients"][0]["to"].as_str().unwrap();
    assert!(
        stranger.starts_with('#') && stranger.ends_with("@kunde.example"),
        "{stranger}"
    );
    assert_eq!(refused["found"]["ch.ahv"], 1);
    let trail = fs::read_to_string(daemon.state().join("audit.jsonl")).unwrap();
    for canary in [CANARY, NUMBER, "0769", "Muster", "Diabetes", "beat"] {
        assert!(!trail.contains(canary), "{canary}");
    }
    let id = refused["id"].as_str().unwrap();
    let shown = audit(&daemon, &["show", id]);
    let shown = String::from_utf8(shown.stdout).unwrap();
    assert!(
        shown.contains("decide.outbound.stranger[restricted]"),
        "{shown}"
    );
    let verified = audit(&daemon, &["verify"]);
    assert!(verified.status.success(), "{verified:?}");
    let table = String::from_utf8(audit(&daemon, &["export", "--csv"]).stdout).unwrap();
    // Begin, start and two decisions below the names of the columns.
    assert_eq!(table.lines().count(), 5, "{table}");
}

#[tokio::test]
async fn an_act_is_noted_before_it_is_done() {
    let daemon = Daemon::over_unix(&[ENFORCE]);
    assert_eq!(show_secret(&daemon).await, Status::Discard);
    let kept = records(&daemon, &["--kind", "decision"]).remove(0);
    assert_eq!(kept["answer"], "keep");
    let id = kept["id"].as_str().unwrap();
    let revealed = daemon.cases(&["show", id, "--reveal", "--reason", "=a complaint"]);
    assert!(String::from_utf8_lossy(&revealed.stdout).contains(CANARY));
    let acts = records(&daemon, &["--id", id, "--kind", "act"]);
    assert_eq!(
        (&acts[0]["act"], &acts[0]["reason"]),
        (&"reveal".into(), &"=a complaint".into())
    );
    assert_eq!(acts[0]["role"], "officer");
    let table = String::from_utf8(audit(&daemon, &["export", "--csv", "--id", id]).stdout).unwrap();
    assert!(table.contains("\"'=a complaint\""), "{table}");
    let none = daemon.cases(&["release", "Q-NONE", "--text", "x"]);
    assert!(!none.status.success());
    let failed = records(&daemon, &["--kind", "failed"]).remove(0);
    let asked = records(&daemon, &["--id", "Q-NONE"]).remove(0);
    assert_eq!(
        (&failed["of"], &failed["why"]),
        (&asked["seq"], &"missing".into())
    );
    let trail = fs::read_to_string(daemon.state().join("audit.jsonl")).unwrap();
    assert!(!trail.contains(CANARY) && !trail.contains(NUMBER));
}

/// Fault F4 for the trail: what cannot be noted does not happen; who only monitors lets mail pass.
#[tokio::test]
async fn without_a_trail_mail_is_put_off_and_nothing_is_revealed() {
    // A write past the limit fails, as on a full disk, and ends nobody.
    let daemon = Daemon::after("trap '' 25", &[ENFORCE]);
    assert_eq!(show_secret(&daemon).await, Status::Discard);
    let kept = records(&daemon, &["--kind", "decision"]).remove(0);
    let path = daemon.state().join("audit.jsonl");
    daemon.may_write(Some(fs::metadata(&path).unwrap().len()));
    let status = show(&mut daemon.connect().await, &PLAIN).await.1;
    let Status::Tempfail { message } = status else {
        panic!("{status:?}");
    };
    assert!(message.unwrap().to_string_lossy().starts_with("451 4.3.0 "));
    daemon.wait_for("messages are put off");
    let revealed = daemon.cases(&[
        "show",
        kept["id"].as_str().unwrap(),
        "--reveal",
        "--reason",
        "x",
    ]);
    assert_eq!(revealed.status.code(), Some(75), "{revealed:?}");
    assert!(!String::from_utf8_lossy(&revealed.stdout).contains(CANARY));
    daemon.may_write(None);
    assert_eq!(
        show(&mut daemon.connect().await, &PLAIN).await.1,
        Status::Continue
    );
    daemon.wait_for("the audit trail is written again");
    let verified = audit(&daemon, &["verify"]);
    assert!(verified.status.success(), "{verified:?}");
    let answers = records(&daemon, &["--kind", "decision"]);
    let answers: Vec<_> = answers
        .iter()
        .map(|one| one["answer"].as_str().unwrap())
        .collect();
    assert_eq!(
        answers,
        ["keep", "pass"],
        "what was put off is not said to have passed"
    );
}

#[tokio::test]
async fn in_monitor_mail_passes_and_its_record_comes_later() {
    let daemon = Daemon::after("trap '' 25", &[]);
    let path = daemon.state().join("audit.jsonl");
    daemon.may_write(Some(fs::metadata(&path).unwrap().len()));
    assert_eq!(
        show(&mut daemon.connect().await, &PLAIN).await.1,
        Status::Continue
    );
    daemon.wait_for("the audit trail cannot be written");
    assert!(records(&daemon, &["--kind", "decision"]).is_empty());
    daemon.may_write(None);
    daemon.wait_for("the audit trail is written again");
    assert_eq!(records(&daemon, &["--kind", "decision"]).len(), 1);
}
