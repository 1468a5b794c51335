// SPDX-License-Identifier: GPL-3.0-or-later
//! Reads the layer list of `src/lib.rs` and fails where a module names one that is not below it, or
//! where a fenced library is named outside its fence.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic is the report")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Outside libraries, and the only place that may name them.
const FENCES: &[(&str, &str)] = &[
    ("indymilter::", "milter/"),
    ("mail_parser::", "message/mime.rs"),
    ("serde_yaml::", "yaml.rs"),
    ("rlibphonenumber::", "detect/phone.rs"),
    ("html5ever::", "extract/html.rs"),
    ("pdf_oxide::", "extract/pdf"),
    ("cfb::", "extract/ole.rs"),
    ("sevenz_rust2::", "extract/seven_zip.rs"),
    ("quick_xml::", "extract/xml.rs"),
    ("landlock::", "worker/sandbox.rs"),
    ("seccompiler::", "worker/sandbox.rs"),
    ("syslog::", "system_log.rs"),
    ("ring::signature", "audit/chain.rs"),
    ("rusqlite::", "quarantine/sqlite"),
    ("aead_stream::", "quarantine/seal.rs"),
    ("tokio_rustls::", "submit/tls.rs"),
    ("rustls_native_certs::", "submit/tls.rs"),
];

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn layers() -> BTreeMap<String, u32> {
    let map = fs::read_to_string(source().join("lib.rs")).unwrap();
    let mut layers = BTreeMap::new();
    for line in map.lines().filter_map(|line| line.strip_prefix("//! ")) {
        let mut words = line.split_whitespace();
        let Some(Ok(number)) = words.next().map(str::parse) else {
            continue;
        };
        layers.extend(words.map(|module| (module.to_owned(), number)));
    }
    layers
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else {
            found.push(path);
        }
    }
}

/// The code of a file with its number of line, comments left out.
fn code(path: &Path) -> Vec<(usize, String)> {
    let text = fs::read_to_string(path).unwrap();
    let lines = text.lines().enumerate();
    lines
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
        .map(|(at, line)| (at + 1, line.to_owned()))
        .collect()
}

#[test]
fn a_module_names_only_modules_below_it() {
    let layers = layers();
    let mut found = Vec::new();
    files(&source(), &mut found);
    let mut wrong = Vec::new();
    for file in &found {
        let name = file.strip_prefix(source()).unwrap();
        let module = name.iter().next().unwrap().to_str().unwrap();
        let module = module.trim_end_matches(".rs");
        if ["lib", "main"].contains(&module) {
            continue;
        }
        let own = layers.get(module);
        let own = own.unwrap_or_else(|| panic!("{module} has no line in the list of src/lib.rs"));
        for (at, line) in code(file) {
            for rest in line.split("crate::").skip(1) {
                let other: String = rest
                    .chars()
                    .take_while(|c| c.is_alphanumeric() || *c == '_')
                    .collect();
                let below = layers.get(&other).is_some_and(|number| number < own);
                if other != module && !below {
                    wrong.push(format!("{}:{at} names {other}", name.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_module_of_the_list_exists() {
    for module in layers().keys() {
        let file = source().join(format!("{module}.rs"));
        assert!(
            file.exists() || source().join(module).is_dir(),
            "{module} is in the list only"
        );
    }
}

#[test]
fn outside_libraries_stay_behind_their_fence() {
    let mut found = Vec::new();
    files(&source(), &mut found);
    let mut wrong = Vec::new();
    for file in &found {
        let name = file.strip_prefix(source()).unwrap().to_str().unwrap();
        for (at, line) in code(file) {
            for (library, fence) in FENCES {
                if line.contains(library) && !name.starts_with(fence) {
                    wrong.push(format!(
                        "{name}:{at} names {library}, which belongs to {fence}"
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_file_outgrows_a_readers_patience() {
    let mut found = Vec::new();
    files(&source(), &mut found);
    for file in found {
        let lines = fs::read_to_string(&file).unwrap().lines().count();
        assert!(lines <= 450, "{} has {lines} lines", file.display());
    }
}
