// SPDX-License-Identifier: GPL-3.0-or-later
//! Judges every folder of `tests/mta-configs` by `pii-milter check mta`, as a user runs it.
//!
//! A folder holds `main.cf` and `master.cf` with the tables they name, read through the real postconf, or
//! a `sendmail.cf` with what stands beside it; and `expect.yaml`: the exit code, each finding as `severity rule place`, words that
//! the report must hold, and changes to the shipped configuration of the filter. A new one needs no Rust.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Mutex;
use std::thread;

use serde::Deserialize;
use serde_json::Value;

/// So many configurations are judged at once: one waits for a postconf after the other.
const AT_ONCE: usize = 8;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    exit: i32,
    /// `$folder` stands for the folder.
    finds: Vec<String>,
    #[serde(default)]
    says: Vec<String>,
    /// Old text of the shipped configuration, which stands there once, and the new text.
    #[serde(default)]
    config: BTreeMap<String, String>,
}

/// The configurations.
fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mta-configs")
}

/// A folder of its own for a test.
fn scratch(name: &str) -> Result<PathBuf, Box<dyn Error>> {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("check-mta-{name}"));
    fs::create_dir_all(&path)?;
    Ok(path)
}

fn check(arguments: &[&str], path: Option<&Path>) -> Result<Output, Box<dyn Error>> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pii-milter"));
    command.args(arguments).env("LC_ALL", "POSIX");
    if let Some(path) = path {
        command.env("PATH", path);
    }
    Ok(command.output()?)
}

/// The rules that the manual names.
fn in_the_manual() -> Result<BTreeSet<String>, Box<dyn Error>> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("man/pii-milter.8");
    let page = fs::read_to_string(page)?;
    let (_, section) = page
        .split_once(".Ss The way round\n")
        .ok_or("no such section")?;
    let section = section.split("\n.Ss ").next().unwrap_or_default();
    let items = section
        .lines()
        .filter_map(|line| line.strip_prefix(".It Li "));
    let rules = items.flat_map(|line| line.split(" , "));
    Ok(rules.map(str::to_owned).collect())
}

/// A copy of a folder, for aliases and Sendmail have no word for the folder that they stand in: `$folder`
/// becomes its path.
fn placed(case: &Path, name: &str) -> Result<PathBuf, Box<dyn Error>> {
    let copy = scratch(name)?;
    for entry in fs::read_dir(case)? {
        let entry = entry?;
        let text = fs::read_to_string(entry.path())?;
        let text = text.replace("$folder", &copy.display().to_string());
        fs::write(copy.join(entry.file_name()), text)?;
    }
    Ok(copy)
}

/// What is wrong with the report on one folder; nothing where it is as expected.
fn judged(case: &Path, rules: &mut BTreeSet<String>) -> Result<Vec<String>, Box<dyn Error>> {
    let expected = fs::read_to_string(case.join("expect.yaml"))?;
    let expected: Expected = pii_milter::yaml::read(&expected)
        .map_err(|error| format!("{}: {error}", case.display()))?;
    let name = case.file_name().unwrap_or_default().to_string_lossy();
    let config = scratch("configs")?.join(format!("{name}.yaml"));
    let mut text = pii_milter::shipped::CONFIG.to_owned();
    for (old, new) in &expected.config {
        if text.matches(old.as_str()).count() != 1 {
            return Err(
                format!("{name}: \"{old}\" stands not once in the shipped configuration").into(),
            );
        }
        text = text.replace(old, new);
    }
    if !name.contains("submit") {
        // The entry for what we send is what the others are about: here it is another machine's matter.
        let (here, elsewhere) = (
            "submit: smtp:127.0.0.1:10026",
            "submit: smtps:mx.example.ch:465",
        );
        text = text.replace(here, elsewhere);
    }
    fs::write(&config, text)?;

    let folder = placed(case, &name)?;
    let (flag, path) = match folder.join("sendmail.cf") {
        cf if cf.exists() => ("--sendmail", cf),
        _ => ("--postfix", folder.clone()),
    };
    let (config, path) = (config.display().to_string(), path.display().to_string());
    let arguments = ["check", "mta", "--config", &config, flag, &path];
    let json = check(&[&arguments[..], &["--json"]].concat(), None)?;

    let mut wrong = Vec::new();
    if json.status.code() != Some(expected.exit) {
        let said = String::from_utf8_lossy(&json.stderr).into_owned();
        wrong.push(format!(
            "{name}: exit {:?}, not {}: {said}",
            json.status.code(),
            expected.exit
        ));
    }
    let report: Value = serde_json::from_slice(&json.stdout).unwrap_or_default();
    let word = |finding: &Value, key: &str| {
        finding
            .get(key)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let findings = report
        .get("findings")
        .and_then(Value::as_array)
        .cloned()
        .unwrap_or_default();
    rules.extend(findings.iter().map(|one| word(one, "rule")));
    let mut found: Vec<String> = findings
        .iter()
        .map(|one| {
            ["severity", "rule", "at"]
                .map(|key| word(one, key))
                .join(" ")
        })
        .map(|line| line.replace(&folder.display().to_string(), "$folder"))
        .collect();
    let mut finds = expected.finds;
    found.sort();
    finds.sort();
    if found != finds {
        wrong.push(format!("{name}: found {found:#?}\nexpected {finds:#?}"));
    }
    let said = findings
        .iter()
        .map(|one| word(one, "what") + "\n" + &word(one, "write") + "\n");
    let said: String = said.collect();
    let missing = expected
        .says
        .iter()
        .filter(|words| !said.contains(words.as_str()));
    wrong.extend(missing.map(|words| format!("{name}: does not say {words:?}:\n{said}")));
    for finding in &findings {
        if word(finding, "what").len() < 20 {
            wrong.push(format!("{name}: a finding without a sentence: {finding}"));
        }
    }
    Ok(wrong)
}

#[test]
fn each_configuration_is_judged_as_expected() -> Result<(), Box<dyn Error>> {
    let mut cases: Vec<PathBuf> = Vec::new();
    for entry in fs::read_dir(folder())? {
        cases.push(entry?.path());
    }
    cases.sort();
    let (left, told) = (
        Mutex::new(cases.iter()),
        Mutex::new((Vec::new(), BTreeSet::new())),
    );
    let next = || left.lock().unwrap().next();
    let judge = || {
        while let Some(case) = next() {
            let mut rules = BTreeSet::new();
            let wrong = judged(case, &mut rules).unwrap_or_else(|error| vec![error.to_string()]);
            let mut told = told.lock().unwrap();
            told.0.extend(wrong);
            told.1.extend(rules);
        }
    };
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(judge);
        }
    });
    let (wrong, mut rules) = told.into_inner().unwrap();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // Each rule has a configuration that it finds, and each stands in the manual. This one needs a socket
    // that is there, and has its case in tests/mta.
    rules.insert("socket-mode".into());
    assert_eq!(rules, in_the_manual()?);
    assert!(cases.len() > 40, "only {} configurations", cases.len());
    Ok(())
}

#[test]
fn the_report_names_each_finding_with_the_line_to_write() -> Result<(), Box<dyn Error>> {
    let case = folder().join("not-asked").display().to_string();
    let config = scratch("report")?.join("pii-milter.yaml");
    fs::write(&config, pii_milter::shipped::CONFIG)?;
    let config = config.display().to_string();
    let output = check(
        &["check", "mta", "--config", &config, "--postfix", &case],
        None,
    )?;
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8(output.stdout)?;
    for line in [
        "hole   main.cf (entrance)\n       no smtpd asks the filter at unix:",
        "\n       write  smtpd_milters = { unix:pii-milter/milter.sock, default_action=tempfail,",
        "\n2 holes, 1 doubt, 0 notes\n",
    ] {
        assert!(text.contains(line), "{line} in\n{text}");
    }
    assert!(
        text.is_ascii(),
        "a terminal may know nothing but ASCII\n{text}"
    );
    Ok(())
}

/// What `check mta` says where it cannot read the configuration; it must end with 2.
fn refused(arguments: &[&str], path: Option<&Path>) -> Result<String, Box<dyn Error>> {
    let output = check(&[&["check", "mta"], arguments].concat(), path)?;
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    let said = String::from_utf8(output.stderr)?;
    assert_eq!(said.lines().count(), 1, "{said}");
    Ok(said)
}

#[test]
fn what_cannot_be_read_is_told_in_clear_words() -> Result<(), Box<dyn Error>> {
    let said = refused(&["--postfix", "/nonexistent"], None)?;
    assert!(
        said.contains("postconf failed: fatal: open /nonexistent/main.cf: No such file"),
        "{said}"
    );

    let broken = scratch("broken")?;
    fs::write(broken.join("main.cf"), "compatibility_level = 3.6\n")?;
    fs::write(broken.join("master.cf"), "smtp inet n\n")?;
    let said = refused(&["--postfix", &broken.display().to_string()], None)?;
    assert!(
        said.contains("master.cf: line 1: bad field count"),
        "{said}"
    );

    let said = refused(&["--sendmail", "/nonexistent/sendmail.cf"], None)?;
    assert!(
        said.contains("cannot read /nonexistent/sendmail.cf"),
        "{said}"
    );
    let mc = broken.join("sendmail.mc");
    let said = refused(&["--sendmail", &mc.display().to_string()], None)?;
    assert!(said.contains("make that by m4"), "{said}");
    let old = broken.join("old.cf");
    fs::write(&old, "V10/Berkeley\nDZ8.13.8\nO AliasFile=/etc/aliases\n")?;
    let said = refused(&["--sendmail", &old.display().to_string()], None)?;
    assert!(said.contains("Sendmail 8.13.8, which is too old"), "{said}");
    let main = broken.join("main.cf").display().to_string();
    let said = refused(&["--sendmail", &main], None)?;
    assert!(said.contains("is no sendmail.cf"), "{said}");
    Ok(())
}

#[test]
fn a_postfix_that_is_too_old_is_told_apart() -> Result<(), Box<dyn Error>> {
    let folder = scratch("old")?;
    let postconf = folder.join("postconf");
    fs::write(&postconf, "#!/bin/sh\necho 2.11.3\n")?;
    fs::set_permissions(&postconf, fs::Permissions::from_mode(0o755))?;
    let said = refused(&["--postfix", "/etc/postfix"], Some(&folder))?;
    assert!(said.contains("Postfix 2.11.3 is too old"), "{said}");
    Ok(())
}
