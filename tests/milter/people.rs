// SPDX-License-Identifier: GPL-3.0-or-later
//! What people see of held mail, and do with many cases at once.

use indymilter_test::Status;
use serde_json::Value;

use crate::daemon::{Daemon, ENFORCE};
use crate::odd::{greeted, judged, message};
use crate::quarantine::{HOLDING, cases, register, show_register, text, wait_for_states};

/// Whether a terminal would do something with this but show it.
fn is_harmless(text: &str) -> bool {
    let turns = |c| matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.chars()
        .all(|c| c == '\n' || !c.is_control() && !turns(c))
}

/// Escapes, a surrogate, lines that turn, a megabyte: in the addresses, the subject, a file's name, the macros, and
/// what a person writes.
#[test]
fn what_a_mail_brought_does_nothing_to_the_terminal() {
    let daemon = Daemon::over_unix(&HOLDING);
    let mut wire = greeted(&daemon, b"4\0\x00127.0.0.1");
    let long = "\u{1b}]0;x\u{7}".repeat(100_000);
    let subject = format!(" AHV 756.9217.0769.85 \u{1b}[2J\u{202e}{long}");
    let fields: [(&[u8], &[u8]); 3] = [
        (
            b"Subject",
            &subject.as_bytes()[..900_000.min(subject.len())],
        ),
        (b"MIME-Version", b" 1.0"),
        (b"Content-Type", b" multipart/mixed; boundary=x"),
    ];
    let name = "filename*=UTF-8''%1B%5B2J%E2%80%A8%E2%80%AEa.csv";
    let body = format!(
        "--x\r\nContent-Type: text/csv\r\nContent-Disposition: attachment; {name}\r\n\r\n{}\r\n--x--\r\n",
        register()
    );
    let to = [b"<\"a\x1b[2J\xed\xa0\x80\xe2\x80\xae\"@stranger.example>".to_vec()];
    let replies = judged(&mut wire, &message(&to, &fields, body.as_bytes()));
    assert_eq!(replies.last().unwrap().0, b'd', "{replies:?}");
    wait_for_states(&daemon, &["held"]);
    let case = cases(&daemon).remove(0);
    let id = case["id"].as_str().unwrap();
    text(&daemon.cases(&["hold", id, "--text", "\u{1b}[2J\u{202e}kept\u{2028}"]));
    let shown = text(&daemon.cases(&["show", id]));
    assert!(shown.contains("kept"), "{shown:?}");
    for arguments in [
        &["list"][..],
        &["show", id],
        &["stats"],
        &["verify"],
        &["expire", "--dry-run"],
    ] {
        let said = text(&daemon.cases(arguments));
        assert!(is_harmless(&said), "{arguments:?}: {said:?}");
    }
    for arguments in [&["list", "--json"][..], &["show", id, "--json"]] {
        let said = text(&daemon.cases(arguments));
        assert_eq!(said.lines().count(), 1);
        assert!(
            said.chars().all(|c| c == '\n' || !c.is_control()),
            "{said:?}"
        );
        serde_json::from_str::<Value>(&said).unwrap();
    }
    assert!(!daemon.log().contains('\u{1b}'), "{}", daemon.log());
    let revealed = text(&daemon.cases(&["show", id, "--reveal", "--reason", "\u{1b}[2Jwhy"]));
    assert!(!revealed.contains('\u{1b}') && revealed.contains("AHV-Nr."));
    let missing = daemon.cases(&["show", "Q-\u{1b}[2J"]);
    assert_eq!(missing.status.code(), Some(2));
    assert!(is_harmless(&String::from_utf8(missing.stderr).unwrap()));
}

#[tokio::test]
async fn several_cases_want_their_number_said() {
    let daemon = Daemon::over_unix(&HOLDING);
    for at in 0..3 {
        assert_eq!(
            show_register(&daemon, &format!("<{at}@x>")).await,
            Status::Discard
        );
    }
    wait_for_states(&daemon, &["held"; 3]);
    let refuse = ["refuse", "--state", "held", "--text", "no"];
    let with = |more: &[&str]| daemon.cases(&[&refuse[..], more].concat());
    let said = text(&with(&["--dry-run", "--json"]));
    let said: Value = serde_json::from_str(&said).unwrap();
    assert_eq!(
        (&said["meant"], said["cases"].as_array().unwrap().len()),
        (&3.into(), 3)
    );
    // Nobody is there to type it; another number was said; and nobody can be asked.
    for more in [&[][..], &["--count", "2"], &["--json"]] {
        let done = with(more);
        assert_eq!(done.status.code(), Some(2), "{more:?}: {done:?}");
    }
    wait_for_states(&daemon, &["held"; 3]);
    let done = text(&with(&["--count", "3", "--json"]));
    for line in done.lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        assert_eq!(
            (&line["done"], &line["recipients"]),
            (&"refused".into(), &1.into()),
            "{line}"
        );
    }
    wait_for_states(&daemon, &["refused"; 3]);
    // One that cannot be does not stop the others.
    assert_eq!(show_register(&daemon, "<4@x>").await, Status::Discard);
    wait_for_states(&daemon, &["held", "refused", "refused", "refused"]);
    let ids: Vec<String> = cases(&daemon)
        .iter()
        .map(|case| case["id"].as_str().unwrap().to_owned())
        .collect();
    let done = daemon.cases(&[
        "delete", &ids[1], &ids[0], "--count", "2", "--text", "no", "--json",
    ]);
    assert_eq!(done.status.code(), Some(2), "{done:?}");
    let lines = String::from_utf8(done.stdout).unwrap();
    assert!(
        lines.contains("\"refused\":\"Q-") && lines.contains("\"done\":\"deleted\""),
        "{lines}"
    );
    wait_for_states(&daemon, &["deleted", "refused", "refused", "refused"]);
    assert_eq!(
        std::fs::read_dir(daemon.state().join("held"))
            .unwrap()
            .count(),
        0
    );
}

/// Past the limit what has to wait is put off, and taken again when there is room.
#[tokio::test]
async fn a_full_quarantine_puts_off_until_a_case_is_gone() {
    let limit = (
        "limits: { cases: 100000, bytes: 20G }",
        "limits: { cases: 2 }",
    );
    let daemon = Daemon::over_unix(&[ENFORCE, limit]);
    for at in 0..2 {
        assert_eq!(
            show_register(&daemon, &format!("<{at}@x>")).await,
            Status::Discard
        );
    }
    wait_for_states(&daemon, &["held"; 2]);
    daemon.wait_for("the quarantine is 100 % full");
    let put_off = show_register(&daemon, "<2@x>").await;
    assert!(matches!(put_off, Status::Tempfail { .. }), "{put_off:?}");
    let id = cases(&daemon)[0]["id"].as_str().unwrap().to_owned();
    text(&daemon.cases(&["delete", &id, "--text", "no"]));
    assert_eq!(show_register(&daemon, "<2@x>").await, Status::Discard);
    // What is there counts at the next start as well.
    let daemon = daemon.again("true", &[ENFORCE, limit]);
    let put_off = show_register(&daemon, "<3@x>").await;
    assert!(matches!(put_off, Status::Tempfail { .. }), "{put_off:?}");
}
