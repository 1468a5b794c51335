// SPDX-License-Identifier: GPL-3.0-or-later
//! Runs `pii-milter setup` where no mail server is changed: its answers, its files, its refusals.

use std::error::Error;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::thread;

/// An empty folder of its own.
fn scratch(name: &str) -> Result<PathBuf, Box<dyn Error>> {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("setup-{name}"));
    if path.exists() {
        fs::remove_dir_all(&path)?;
    }
    fs::create_dir_all(&path)?;
    Ok(path)
}

fn setup(config: &Path, arguments: &[&str], answers: &[u8]) -> Result<Output, Box<dyn Error>> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pii-milter"));
    command
        .arg("--config")
        .arg(config)
        .arg("setup")
        .args(arguments)
        .env("LC_ALL", "POSIX");
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn()?;
    if let Some(mut input) = child.stdin.take() {
        // It may have ended without asking.
        input.write_all(answers).ok();
    }
    Ok(child.wait_with_output()?)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn five_answers_make_a_configuration() -> Result<(), Box<dyn Error>> {
    let config = scratch("five")?.join("etc/pii-milter.yaml");
    let answers = b"Firma.example, a.test\n10.1.0.0/16\nnone\nnone\nsyslog\n";
    let done = setup(&config, &[], answers)?;
    let said = text(&done.stdout);
    assert!(done.status.success(), "{said}{}", text(&done.stderr));
    assert_eq!(said.matches("? ").count(), 5, "{said}");
    assert!(said.contains("mode: monitor. The filter looks"), "{said}");
    let written = fs::read_to_string(&config)?;
    for line in [
        "\nmode: monitor ",
        "  domains:  [ firma.example, .firma.example, a.test, .a.test ]",
        "  networks: [ 10.1.0.0/16 ]",
        "  listen: inet:127.0.0.1:8894",
        "[ syslog ]",
    ] {
        assert!(written.contains(line), "{line} in\n{written}");
    }
    let checked = Command::new(env!("CARGO_BIN_EXE_pii-milter"))
        .arg("check")
        .arg(&config)
        .output()?;
    assert_ne!(checked.status.code(), Some(2), "{}", text(&checked.stderr));
    Ok(())
}

#[test]
fn a_configuration_that_is_there_stays() -> Result<(), Box<dyn Error>> {
    let folder = scratch("stays")?;
    let config = folder.join("pii-milter.yaml");
    fs::write(&config, "mine\n")?;
    let flags = ["--domains", "a.test", "--mta", "none"];
    let refused = setup(&config, &flags, b"")?;
    assert_eq!(refused.status.code(), Some(2));
    assert!(text(&refused.stderr).contains("is there already, so nothing was changed"));
    assert_eq!(fs::read_to_string(&config)?, "mine\n");

    let forced = setup(&config, &[&flags[..], &["--force"]].concat(), b"")?;
    assert!(forced.status.success(), "{}", text(&forced.stderr));
    assert!(fs::read_to_string(&config)?.contains("a.test"));
    let mut kept = Vec::new();
    for entry in fs::read_dir(&folder)? {
        kept.push(fs::read_to_string(entry?.path())?);
    }
    assert!(
        kept.iter().any(|text| text == "mine\n"),
        "the old one is kept"
    );
    assert_eq!(kept.len(), 2, "and nothing else is left behind");
    Ok(())
}

#[test]
fn the_file_of_the_package_is_nobodys_yet() -> Result<(), Box<dyn Error>> {
    let folder = scratch("package")?;
    let config = folder.join("pii-milter.yaml");
    fs::write(&config, pii_milter::shipped::CONFIG)?;
    let done = setup(&config, &["--domains", "a.test", "--mta", "none"], b"")?;
    assert!(done.status.success(), "{}", text(&done.stderr));
    assert!(fs::read_to_string(&config)?.contains("a.test"));
    assert_eq!(fs::read_dir(&folder)?.count(), 1);
    Ok(())
}

#[test]
fn answers_that_cannot_be_used_are_told_and_nothing_is_written() -> Result<(), Box<dyn Error>> {
    let config = scratch("wrong")?.join("pii-milter.yaml");
    for (flags, answers, sentence) in [
        (&[][..], &b""[..], "write --domains example.ch"),
        (
            &["--domains", "m\u{fc}ller.ch"][..],
            b"",
            "one with an umlaut as xn--",
        ),
        (&["--domains", "a"][..], b"", "\"a\" is no domain"),
        (&["--domains", "a.b]"][..], b"", "is no domain"),
        (
            &["--domains", "a.test", "--networks", "10.0.0.1/8"][..],
            b"",
            "write 10.0.0.0/8",
        ),
        (
            &["--domains", "a.test"][..],
            b"\nposfix\n",
            "did you mean \"postfix\"?",
        ),
        (&[][..], b"\xff\xfe\n", "save it as UTF-8"),
        (
            &["--domains", "a.test", "--mta", "none", "--apply"][..],
            b"",
            "--apply changes Postfix alone",
        ),
        (
            &[
                "--domains",
                "a.test",
                "--mta",
                "postfix",
                "--postfix",
                "/nonexistent",
            ][..],
            b"",
            "open /nonexistent/main.cf: No such file or directory; or say --mta none",
        ),
        (&["--try", "a b@c.test"][..], b"", "is no address"),
        (
            &["--try", "a@c.test>\r\nRCPT TO:<b@d.test"][..],
            b"",
            "is no address",
        ),
    ] {
        let refused = setup(&config, flags, answers)?;
        let said = text(&refused.stderr);
        assert_eq!(refused.status.code(), Some(2), "{flags:?}: {said}");
        assert!(said.contains(sentence), "{flags:?}: {said}");
        assert!(!config.exists(), "{flags:?}");
    }
    Ok(())
}

#[test]
fn a_folder_that_cannot_be_written_is_told() -> Result<(), Box<dyn Error>> {
    let file = scratch("readonly")?.join("file");
    fs::write(&file, "")?;
    let refused = setup(
        &file.join("pii-milter.yaml"),
        &["--domains", "a.test", "--mta", "none"],
        b"",
    )?;
    assert_eq!(refused.status.code(), Some(2), "{refused:?}");
    let said = text(&refused.stderr);
    assert!(
        said.contains("cannot write") || said.contains("is there already"),
        "{said}"
    );
    Ok(())
}

/// Postfix's folder with these programs in front of the real ones.
fn site(name: &str, postfix: &str) -> Result<(PathBuf, String), Box<dyn Error>> {
    let folder = scratch(name)?;
    fs::write(
        folder.join("main.cf"),
        "compatibility_level = 3.6\nsmtpd_milters = inet:localhost:8891\n",
    )?;
    fs::write(folder.join("master.cf"), "smtp inet n - y - - smtpd\n")?;
    let program = folder.join("postfix");
    fs::write(&program, format!("#!/bin/sh\n{postfix}\n"))?;
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755))?;
    let path = format!("{}:{}", folder.display(), std::env::var("PATH")?);
    Ok((folder, path))
}

fn apply(folder: &Path, path: &str) -> Result<Output, Box<dyn Error>> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pii-milter"));
    command.arg("--config").arg(folder.join("pii-milter.yaml"));
    command.args([
        "setup",
        "--domains",
        "a.test",
        "--mta",
        "postfix",
        "--apply",
        "--postfix",
    ]);
    let command = command.arg(folder).env("PATH", path).stdin(Stdio::null());
    Ok(command.output()?)
}

#[test]
fn postfix_is_changed_after_a_backup_and_put_back_where_its_check_fails()
-> Result<(), Box<dyn Error>> {
    let (folder, path) = site("applied", "exit 0")?;
    let done = apply(&folder, &path)?;
    assert!(done.status.success(), "{done:?}");
    let main = fs::read_to_string(folder.join("main.cf"))?;
    let line = "smtpd_milters = { unix:pii-milter/milter.sock, default_action=tempfail, \
                content_timeout=300s }, inet:localhost:8891\n";
    assert!(main.contains(line), "{main}");
    let undo = text(&done.stdout);
    let undo = undo
        .lines()
        .find_map(|line| line.strip_prefix("To undo:  cp "));
    let kept = undo
        .and_then(|line| line.split(' ').next())
        .unwrap_or_default();
    assert!(fs::read_to_string(kept)?.ends_with("smtpd_milters = inet:localhost:8891\n"));

    let (folder, path) = site(
        "put-back",
        "echo 'postfix: fatal: no such thing' >&2; exit 1",
    )?;
    let before = fs::read_to_string(folder.join("main.cf"))?;
    let failed = apply(&folder, &path)?;
    let said = text(&failed.stderr);
    assert_eq!(failed.status.code(), Some(2), "{said}");
    assert!(
        said.contains("fatal: no such thing; main.cf is as it was"),
        "{said}"
    );
    assert_eq!(fs::read_to_string(folder.join("main.cf"))?, before);
    Ok(())
}

#[test]
fn a_test_mail_shows_the_answer_of_the_server() -> Result<(), Box<dyn Error>> {
    let config = scratch("try")?.join("pii-milter.yaml");
    for (last, code, word) in [
        (
            "250 2.0.0 Ok: queued as \x1b[2JABC",
            0,
            "  250 2.0.0 Ok: queued as [2JABC",
        ),
        (
            "451 4.7.1 Service unavailable - try again later",
            1,
            "Not now.",
        ),
        ("550 5.7.1 no", 1, "It was refused."),
    ] {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let server = listener.local_addr()?.to_string();
        let serving = thread::spawn(move || -> std::io::Result<Vec<String>> {
            let (mut stream, _) = listener.accept()?;
            let mut heard = Vec::new();
            stream.write_all(b"220-hello\r\n220 there\r\n")?;
            let mut is_data = false;
            for line in BufReader::new(stream.try_clone()?).lines() {
                let line = line?;
                let answer = match line.as_str() {
                    "." => last,
                    "DATA" => "354 go on",
                    "QUIT" => break,
                    _ if is_data => "",
                    _ => "250 ok",
                };
                is_data = (is_data || line == "DATA") && line != ".";
                heard.push(line);
                if !answer.is_empty() {
                    stream.write_all(format!("{answer}\r\n").as_bytes())?;
                }
            }
            Ok(heard)
        });
        let done = setup(&config, &["--try", "anna@a.test", "--smtp", &server], b"")?;
        let heard = serving.join().map_err(|_| "the server ended")??;
        assert_eq!(done.status.code(), Some(code), "{done:?}");
        assert!(text(&done.stdout).contains(word), "{done:?}");
        assert!(
            heard.contains(&"MAIL FROM:<anna@a.test>".to_owned()),
            "{heard:?}"
        );
        assert!(!config.exists(), "a try writes nothing");
    }
    let nobody = TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string();
    let done = setup(&config, &["--try", "anna@a.test", "--smtp", &nobody], b"")?;
    assert_eq!(done.status.code(), Some(75), "{done:?}");
    assert!(
        text(&done.stderr).contains("cannot talk SMTP with"),
        "{done:?}"
    );
    Ok(())
}
