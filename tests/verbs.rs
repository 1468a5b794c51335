// SPDX-License-Identifier: GPL-3.0-or-later
//! Runs the program as a newcomer does: right, wrong, and with a reader who goes away.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a panic is the report"
)]

use std::ffi::OsStr;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

const CLEAN: &str = "From: a@example.ch\nTo: b@kunde.example\nSubject: Hello\n\nSee you at noon.\n";
const FOUND: &str =
    "From: a@example.ch\nTo: b@kunde.example\nSubject: AHV\n\nAHV 756.9217.0769.85\n";

/// A folder of its own for a test, taken away at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("verbs-{name}"));
        let _gone = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Exit code, standard output and standard error. It runs with the built-in configuration, or,
    /// on a machine that has one, with that of /etc: so tests name the shipped one.
    fn run(&self, args: &[&str]) -> (i32, String, String) {
        let done = self.program(args).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (
            done.status.code().unwrap(),
            text(done.stdout),
            text(done.stderr),
        )
    }

    fn program(&self, args: &[&str]) -> Command {
        let mut program = Command::new(env!("CARGO_BIN_EXE_pii-milter"));
        let config = Path::new(env!("CARGO_MANIFEST_DIR")).join("conf/pii-milter.yaml");
        program.current_dir(&self.0).arg("--config").arg(config);
        program.args(args).stdin(Stdio::null());
        program
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _gone = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn wrong_use_is_told_in_one_sentence() {
    let folder = Folder::new("wrong");
    folder.write("clean.eml", CLEAN);
    folder.write("empty", "");
    folder.write("folder/mail.eml", CLEAN);
    for (args, expected) in [
        (
            &["explan", "clean.eml"][..],
            "a similar subcommand exists: 'explain'",
        ),
        (&["explain"], "<FILE>"),
        (
            &["explain", "nowhere.eml"],
            "cannot read nowhere.eml: No such file",
        ),
        (&["explain", "folder"], "cannot read folder: Is a directory"),
        (
            &["explain", "empty"],
            "empty names no recipient; say --to ADDRESS",
        ),
        (
            &["explain", "clean.eml", "--to", ""],
            "--to names nobody; say --to ADDRESS",
        ),
        (
            &["explain", "clean.eml", "--client", "x"],
            "invalid IP address",
        ),
        (
            &["explain", "clean.eml", "--policy", "no.yaml"],
            "cannot read no.yaml",
        ),
        (
            &["explain", "/dev/zero"],
            "cannot read /dev/zero: it is a device",
        ),
        (&["scan"], "<PATHS>"),
        (&["scan", "nowhere"], "cannot read nowhere: No such file"),
        (
            &["scan", "--min", "confidentail", "."],
            "did you mean \"confidential\"?",
        ),
        (
            &["scan", "--min", "x", "."],
            "no level \"x\"; write one of public, internal",
        ),
        (&["extract", "folder"], "cannot read folder: Is a directory"),
        (
            &["extract", "clean.eml", "--part", "9"],
            "there is no text of a part \"9\"",
        ),
        (&["check", "folder"], "cannot read folder: Is a directory"),
        (&["check", "empty"], "empty: "),
        (
            &["relays", "show", "incamial"],
            "did you mean \"incamail\"?",
        ),
    ] {
        let (code, out, err) = folder.run(args);
        assert_eq!((code, out.as_str()), (2, ""), "{args:?}");
        assert!(err.contains(expected), "{args:?}: {err}");
        assert!(!err.contains('\u{1b}'), "{args:?}: {err}");
    }
}

#[test]
fn exit_codes_say_whether_something_was_found() {
    let folder = Folder::new("codes");
    folder.write("clean.eml", CLEAN);
    folder.write("found.eml", FOUND);
    folder.write("noise", [0_u8, 159, 146, 150, 1, 2].repeat(500));
    for (args, code) in [
        (&["explain", "clean.eml"][..], 0),
        (&["explain", "found.eml"], 1),
        (&["explain", "noise", "--to", "b@kunde.example"], 1),
        (&["scan", "clean.eml"], 0),
        (&["scan", "clean.eml", "found.eml"], 1),
        (&["scan", "--min", "restricted", "found.eml"], 0),
        (&["scan", "noise"], 1),
        (&["extract", "found.eml"], 0),
        (&["check"], 1),
        (&["relays", "list"], 0),
        (&["relays", "check", "incamail"], 0),
        (&["--help"], 0),
        (&["explain", "--help"], 0),
    ] {
        let (found, _, err) = folder.run(args);
        assert_eq!(found, code, "{args:?}: {err}");
    }
}

#[test]
fn explain_decides_for_each_recipient() {
    let folder = Folder::new("explain");
    folder.write("found.eml", FOUND);
    let to = [
        "explain",
        "found.eml",
        "--to",
        "b@kunde.example",
        "--to",
        "c@example.ch",
    ];
    let (_, out, _) = folder.run(&to);
    for line in [
        "direction  outbound\n",
        " b@kunde.example  stranger   incamail  decide.outbound.stranger[confidential]\n",
        " c@example.ch     colleague  plain     decide.outbound.colleague[confidential]\n",
        "  add recipient b@kunde.example.incamail.ch\n",
    ] {
        assert!(out.contains(line), "{line}{out}");
    }
    assert!(!out.contains("756.9217"), "{out}");
    let (_, out, _) = folder.run(&[&to[..], &["--json"]].concat());
    let object: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(object["decisions"].as_array().unwrap().len(), 2);
    assert_eq!(object["decisions"][1]["kind"], "colleague");
    let (_, out, _) = folder.run(&["explain", "found.eml", "--client", "203.0.113.5"]);
    assert!(out.contains("direction  inbound\n"), "{out}");
}

#[test]
fn scan_reads_maildir_mbox_and_folders_in_order() {
    let folder = Folder::new("scan");
    folder.write("Maildir/cur/1:2,S", FOUND);
    folder.write("Maildir/new/2", CLEAN);
    let mbox =
        [CLEAN, FOUND].map(|mail| format!("From a@example.ch Mon Jan  1 00:00:00 2026\n{mail}\n"));
    folder.write("box", mbox.concat());
    folder.write("deep/er/note.txt", "AHV 756.9217.0769.85\n");
    symlink(&folder.0, folder.0.join("deep/round")).unwrap();
    let (code, out, err) = folder.run(&["scan", "--json", "."]);
    assert_eq!((code, err.as_str()), (1, ""));
    let lines: Vec<Value> = out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let seen: Vec<(&str, u64)> = lines
        .iter()
        .map(|one| {
            (
                one["path"].as_str().unwrap(),
                one["level_index"].as_u64().unwrap(),
            )
        })
        .collect();
    let expected = [
        ("./box:1", 0),
        ("./box:2", 2),
        ("./Maildir/cur/1:2,S", 2),
        ("./Maildir/new/2", 0),
        ("./deep/er/note.txt", 2),
    ];
    assert_eq!(seen, expected);
    let (_, out, _) = folder.run(&["scan", "--min", "confidential", "."]);
    assert!(
        out.ends_with("5 looked at\n       2 public\n       3 confidential\n"),
        "{out}"
    );
    assert!(out.lines().all(|line| line == line.trim_end()), "{out}");
}

#[test]
fn scan_tells_what_it_cannot_read_and_reads_the_rest() {
    let folder = Folder::new("unreadable");
    folder.write("locked/mail.eml", FOUND);
    folder.write("open/mail.eml", FOUND);
    let locked = folder.0.join("locked");
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o0)).unwrap();
    let is_root = fs::read_dir(&locked).is_ok();
    let (code, out, err) = folder.run(&["scan", "--json", "."]);
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o700)).unwrap();
    assert!(out.contains("open/mail.eml"), "{out}");
    // For root nothing is locked.
    if !is_root {
        assert_eq!(code, 2);
        assert!(
            err.contains("cannot read ./locked: Permission denied"),
            "{err}"
        );
        assert!(
            err.ends_with("1 files or folders could not be read\n"),
            "{err}"
        );
    }
}

#[test]
fn a_reader_who_goes_away_is_no_fault() {
    let folder = Folder::new("pipe");
    for number in 0..300 {
        folder.write(&format!("many/{number}.eml"), FOUND);
    }
    for args in [
        &["scan", "many"][..],
        &["scan", "--json", "many"],
        &["check"],
        &["relays", "render", "postfix"],
        &["relays", "show", "incamail"],
        &["extract", "many/1.eml"],
    ] {
        let mut program = folder.program(args);
        let mut child = program
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut first = String::new();
        BufReader::with_capacity(1, child.stdout.take().unwrap())
            .read_line(&mut first)
            .unwrap();
        let done = child.wait_with_output().unwrap();
        assert_eq!(String::from_utf8(done.stderr).unwrap(), "", "{args:?}");
        assert!(
            matches!(done.status.code(), Some(0 | 1)),
            "{args:?}: {}",
            done.status
        );
        assert!(!first.is_empty(), "{args:?}");
    }
}

#[test]
fn a_full_disk_is_a_temporary_failure() {
    let folder = Folder::new("full");
    folder.write("found.eml", FOUND);
    for args in [
        &["scan", "found.eml"][..],
        &["check"],
        &["extract", "found.eml"],
    ] {
        let full = fs::File::create("/dev/full").unwrap();
        let done = folder.program(args).stdout(full).output().unwrap();
        let err = String::from_utf8(done.stderr).unwrap();
        assert_eq!(done.status.code(), Some(75), "{args:?}: {err}");
        assert!(
            err.starts_with("pii-milter: cannot write the output: No space"),
            "{err}"
        );
    }
}

#[test]
fn a_mail_can_come_from_standard_input() {
    let folder = Folder::new("input");
    for args in [&["explain", "-"][..], &["scan", "-"], &["extract", "-"]] {
        let mut program = folder.program(args);
        program
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = program.spawn().unwrap();
        child
            .stdin
            .take()
            .unwrap()
            .write_all(FOUND.as_bytes())
            .unwrap();
        let done = child.wait_with_output().unwrap();
        let out = String::from_utf8(done.stdout).unwrap();
        assert!(
            out.contains("AHV") || out.contains("ch.ahv"),
            "{args:?}: {out}"
        );
    }
}

/// What is printed is UTF-8, whatever the locale says; a name that is none is shown as far as it can be.
#[test]
fn no_locale_changes_what_is_read_or_said() {
    let folder = Folder::new("locale");
    let name = OsStr::from_bytes(b"M\xfcller.eml");
    fs::write(folder.0.join(name), FOUND).unwrap();
    folder.write("Zürich.eml", FOUND);
    for args in [&["scan", "."][..], &["explain", "Zürich.eml"], &["check"]] {
        let said = ["C.UTF-8", "POSIX", "de_CH.ISO-8859-1", "nonsense"].map(|locale| {
            let done = folder.program(args).env("LC_ALL", locale).output().unwrap();
            assert!(
                matches!(done.status.code(), Some(0 | 1)),
                "{args:?}: {done:?}"
            );
            String::from_utf8(done.stdout).unwrap()
        });
        assert!(said.iter().all(|one| *one == said[0]), "{args:?}: {said:?}");
    }
    let (_, said, _) = folder.run(&["scan", "."]);
    assert!(
        said.contains("Zürich.eml") && said.contains("M\u{fffd}ller.eml"),
        "{said}"
    );
}

#[test]
fn recipients_explain_says_kind_line_and_channels() {
    let folder = Folder::new("recipients");
    let (code, out, err) = folder.run(&["recipients", "explain", "X@hr.admin.ch"]);
    assert_eq!((code, err.as_str()), (0, ""));
    for part in [
        "kind     authority",
        "because  recipients[1].authority: .admin.ch",
    ] {
        assert!(out.contains(part), "{part}\n{out}");
    }
    let (_, out, _) = folder.run(&["recipients", "explain", "a@else.example", "--json"]);
    let object: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(object["kind"], "stranger");
    assert_eq!(object["rows"][0]["channels"][1], "incamail");
    let (code, _, err) = folder.run(&["recipients", "explain", "nobody"]);
    assert_eq!(code, 2);
    assert!(err.contains("\"nobody\" is no mail address"), "{err}");
}

#[test]
fn the_annex_is_the_table_in_five_languages() {
    let folder = Folder::new("annex");
    let (code, out, _) = folder.run(&["check", "--annex", "out"]);
    assert!(code < 2 && out.lines().count() == 10, "{out}");
    let (_, json, _) = folder.run(&["check", "--json"]);
    let policy: Value = serde_json::from_str(&json).unwrap();
    let digest = policy["policy"].as_str().unwrap();
    for (language, word) in [
        ("fr", "Destinataire"),
        ("de", "Empfänger"),
        ("it", "Destinatario"),
        ("nl", "Ontvanger"),
        ("en", "Recipient"),
    ] {
        let read = |ending: &str| {
            fs::read_to_string(folder.0.join(format!("out/annex.{language}.{ending}"))).unwrap()
        };
        let (html, csv) = (read("html"), read("csv"));
        assert!(html.contains(digest) && html.contains(word), "{html}");
        assert!(html.contains(&format!("<html lang=\"{language}\">")));
        let mut lines = csv.split("\r\n");
        assert!(lines.next().unwrap().contains(word), "{csv}");
        // Two directions, four kinds, four levels.
        assert_eq!(lines.filter(|line| line.starts_with(digest)).count(), 32);
    }
}
