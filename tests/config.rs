// SPDX-License-Identifier: GPL-3.0-or-later
//! Reads every file of `tests/config`, and the shipped configuration.
//!
//! `invalid/*.yaml` begins with a line `# expect: …` for each error, without the path. `valid/*.yaml`
//! begins with a line `# doubt: …` for each doubt, if any, on 25 November 2026. A new file needs no Rust.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use jiff::civil::date;
use pii_milter::config::{self, Source};
use pii_milter::units::Endpoint;

/// The `*.yaml` files of a folder.
fn files(folder: &str) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/config")
        .join(folder);
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        files.push(entry?.path());
    }
    files.retain(|path| {
        path.extension()
            .is_some_and(|extension| extension == "yaml")
    });
    files.sort();
    Ok(files)
}

/// What the first lines of a file say behind `mark`.
fn marked(path: &Path, mark: &str) -> Result<Vec<String>, Box<dyn Error>> {
    let text = fs::read_to_string(path)?;
    let lines = text.lines().map_while(|line| line.strip_prefix(mark));
    Ok(lines.map(str::to_owned).collect())
}

/// Everything that is wrong with a file, without its path.
fn errors(path: &Path) -> Vec<String> {
    let errors = match Source::read(Some(path)) {
        Ok(source) => [source.policy().err(), source.settings().err()],
        Err(errors) => [Some(errors), None],
    };
    let prefix = format!("{}: ", path.display());
    let folder = path.parent().unwrap_or(path).display().to_string() + "/";
    let bare = |error: String| {
        let error = error.strip_prefix(&prefix).unwrap_or(&error);
        error.replace(&folder, "")
    };
    let errors = errors.into_iter().flatten().flatten();
    let mut errors: Vec<String> = errors.map(bare).collect();
    // What the file's grammar forbids, policy and settings both say.
    errors.dedup();
    errors
}

#[test]
fn wrong_files_say_what_is_wrong() -> Result<(), Box<dyn Error>> {
    let files = files("invalid")?;
    assert!(files.len() >= 25, "only {} files", files.len());
    let mut failures = Vec::new();
    for path in files {
        let (expected, found) = (marked(&path, "# expect: ")?, errors(&path));
        if expected.is_empty() || expected != found {
            let (expected, found) = (expected.join("\n  "), found.join("\n  "));
            failures.push(format!("{}\n  {expected}\n is\n  {found}", path.display()));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
    Ok(())
}

#[test]
fn right_files_are_read_and_their_doubts_told() -> Result<(), Box<dyn Error>> {
    let mut failures = Vec::new();
    for path in files("valid")? {
        let source = Source::read(Some(&path)).map_err(|errors| errors.join("\n"))?;
        source.settings().map_err(|errors| errors.join("\n"))?;
        let policy = source.policy().map_err(|errors| errors.join("\n"))?;
        let found = config::doubts(&source, &policy, date(2026, 11, 25));
        let found = found.map_err(|errors| errors.join("\n"))?;
        let mut found: Vec<String> = found.iter().map(ToString::to_string).collect();
        found.retain(|doubt| !doubt.starts_with("detectors: there is none"));
        let expected = marked(&path, "# doubt: ")?;
        if expected != found {
            let (expected, found) = (expected.join("\n  "), found.join("\n  "));
            failures.push(format!("{}\n  {expected}\n is\n  {found}", path.display()));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
    Ok(())
}

#[test]
fn the_shipped_file_works_and_doubts_only_its_own_samples() -> Result<(), Box<dyn Error>> {
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("conf/pii-milter.yaml");
    let source = Source::read(Some(&shipped)).map_err(|errors| errors.join("\n"))?;
    let policy = source.policy().map_err(|errors| errors.join("\n"))?;
    let doubts = config::doubts(&source, &policy, date(2026, 11, 25));
    for doubt in doubts.map_err(|errors| errors.join("\n"))? {
        let doubt = doubt.to_string();
        let is_sample = doubt.ends_with("stands in the example; write your own");
        assert!(
            is_sample || doubt.starts_with("detectors: there is none"),
            "{doubt}"
        );
    }
    Ok(())
}

#[test]
fn the_built_in_one_is_the_shipped_one_on_a_port() -> Result<(), Box<dyn Error>> {
    let source = Source::built_in();
    let settings = source.settings().map_err(|errors| errors.join("\n"))?;
    let port = Endpoint::Inet {
        host: "127.0.0.1".into(),
        port: 8894,
    };
    assert_eq!(settings.milter.listen, port);
    source.policy().map_err(|errors| errors.join("\n"))?;
    Ok(())
}

#[test]
fn a_worker_compiles_the_same_policy() -> Result<(), Box<dyn Error>> {
    let path = files("valid")?
        .into_iter()
        .find(|path| path.ends_with("list.yaml"));
    let source = Source::read(path.as_deref()).map_err(|errors| errors.join("\n"))?;
    let sent: Source = serde_json::from_str(&serde_json::to_string(&source)?)?;
    let (own, sent) = (source.policy(), sent.policy());
    let own = own.map_err(|errors| errors.join("\n"))?;
    assert_eq!(own.digest, sent.map_err(|errors| errors.join("\n"))?.digest);
    assert_eq!(own.digest.len(), 12);
    Ok(())
}

#[test]
fn the_digest_changes_with_every_text() {
    let source = Source::built_in();
    let mut digests = vec![source.digest()];
    for change in [
        |source: &mut Source| source.text.push(' '),
        |source: &mut Source| source.detectors.push(("a".into(), "b".into())),
        |source: &mut Source| source.relays.push(("a".into(), "x".into())),
        |source: &mut Source| source.lists.push(("a".into(), "y".into())),
    ] {
        let mut changed = source.clone();
        change(&mut changed);
        digests.push(changed.digest());
    }
    digests.sort();
    digests.dedup();
    assert_eq!(digests.len(), 5);
}

#[test]
fn a_file_that_is_not_there_is_an_error() {
    let errors = Source::read(Some(Path::new("/nowhere/pii-milter.yaml"))).unwrap_err();
    assert_eq!(
        errors,
        ["cannot read /nowhere/pii-milter.yaml: No such file or directory (os error 2)"]
    );
}

/// Exit code, standard output and standard error of `pii-milter check` for a file of `tests/config`.
fn check(file: &str, json: bool) -> Result<(Option<i32>, String, String), Box<dyn Error>> {
    let mut verb = Command::new(env!("CARGO_BIN_EXE_pii-milter"));
    verb.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/config"));
    verb.args(["check", file]).args(json.then_some("--json"));
    let done = verb.output()?;
    let (out, err) = (
        String::from_utf8(done.stdout)?,
        String::from_utf8(done.stderr)?,
    );
    Ok((done.status.code(), out, err))
}

#[test]
fn the_verb_prints_table_exceptions_and_doubts() -> Result<(), Box<dyn Error>> {
    let (code, out, err) = check("valid/exception-ended.yaml", false)?;
    assert_eq!((code, err.as_str()), (Some(1), ""));
    for part in [
        "valid/exception-ended.yaml: mode monitor, policy ",
        "Outbound: the client is in loopback, 192.0.2.0/24, or logged in",
        " stranger   plain   incamail  refuse",
        "refuse: reject 5.7.1 Please use the customer portal",
        "exceptions[0]: from payroll@muster.swiss to partner by incamail, ended on 2026-11-24: salary slips",
        "  exceptions[0]: it ended on 2026-11-24; take it out",
        "    for example: from payroll@muster.swiss to a@partner.swiss\n",
    ] {
        assert!(out.contains(part), "{part}\n{out}");
    }
    let (code, out, _) = check("valid/exception-ended.yaml", true)?;
    let object: serde_json::Value = serde_json::from_str(&out)?;
    assert_eq!((code, out.lines().count()), (Some(1), 1));
    assert_eq!(object["outbound"]["stranger"][2], "refuse");
    assert_eq!(object["exceptions"][0]["until"], "2026-11-24");
    assert_eq!(object["doubts"][0]["example"]["to"], "a@partner.swiss");
    Ok(())
}

#[test]
fn the_verb_names_what_lowers_protection() -> Result<(), Box<dyn Error>> {
    let (code, out, _) = check("valid/exception-lowers.yaml", false)?;
    let line = "    lowers protection, for example: from payroll@muster.swiss to a@else.example, \
                confidential: by plain instead of refuse\n";
    assert!(code == Some(0) && out.contains(line), "{out}");
    let (_, out, _) = check("valid/exception-lowers.yaml", true)?;
    let object: serde_json::Value = serde_json::from_str(&out)?;
    let lowers = &object["exceptions"][0]["lowers"];
    assert_eq!(lowers["instead_of"], "refuse");
    assert_eq!(lowers["example"]["level"], "confidential");
    let (_, out, _) = check("valid/plain.yaml", true)?;
    let object: serde_json::Value = serde_json::from_str(&out)?;
    assert!(object["exceptions"][0]["lowers"].is_null());
    Ok(())
}

#[test]
fn the_verb_says_what_is_wrong() -> Result<(), Box<dyn Error>> {
    let (code, out, err) = check("invalid/mode-misspelt.yaml", false)?;
    assert_eq!((code, out.as_str()), (Some(2), ""));
    assert_eq!(
        err,
        "pii-milter: invalid/mode-misspelt.yaml: line 2 column 7: mode: unknown variant `enforced`, \
         expected `monitor` or `enforce`; did you mean \"enforce\"?\n"
    );
    let (code, out, _) = check("invalid/several-at-once.yaml", true)?;
    let object: serde_json::Value = serde_json::from_str(&out)?;
    assert_eq!(
        (code, object["errors"].as_array().map(Vec::len)),
        (Some(2), Some(4))
    );
    Ok(())
}
