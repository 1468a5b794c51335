// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps the failure catalogue honest: each row about the protocol has a test that names it, or a line
//! in `doc/known-issues.md`. The rows are what other milters did to their users.

use std::fs;
use std::path::Path;

const ROWS: [u32; 25] = [
    1, 4, 5, 7, 8, 9, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 26, 28, 29, 30, 31, 32, 33, 34,
];

/// The numbers in comments and lines that begin with `Row` or `Rows`.
fn named(text: &str) -> Vec<u32> {
    let mut rows = Vec::new();
    for line in text.lines() {
        let line = line.trim_start_matches(['/', ' ', '-', '*', '|']);
        let Some(rest) = line.strip_prefix("Row") else {
            continue;
        };
        let list = rest.split([':', '.']).next().unwrap_or_default();
        let numbers = list.split(|c: char| !c.is_ascii_digit());
        rows.extend(numbers.filter_map(|number| number.parse::<u32>().ok()));
    }
    rows
}

#[test]
fn each_row_is_tested_or_known() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut rows = named(&fs::read_to_string(root.join("doc/known-issues.md")).unwrap());
    for folder in ["tests/milter", "src/milter"] {
        for file in fs::read_dir(root.join(folder)).unwrap() {
            let path = file.unwrap().path();
            if path.is_file() {
                rows.extend(named(&fs::read_to_string(path).unwrap()));
            }
        }
    }
    let missing: Vec<u32> = ROWS
        .into_iter()
        .chain([38])
        .filter(|row| !rows.contains(row))
        .collect();
    assert!(
        missing.is_empty(),
        "rows without a test or a line: {missing:?}"
    );
}
