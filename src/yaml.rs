// SPDX-License-Identifier: GPL-3.0-or-later
//! The only file that knows the YAML library: reads a document, and says line and column of what is wrong.

use std::fmt;

use serde::de::DeserializeOwned;

use crate::nearest::did_you_mean;

/// No document of ours nests deeper. The library needs seconds for absurd depths (`crates.md`, T10),
/// so they are counted before it sees them.
const MAX_DEPTH: usize = 64;

/// Why a document cannot be used, with the place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error(String);

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Error {}

/// Reads one document.
///
/// # Errors
/// One sentence with path, line and column, and the word that was probably meant.
pub fn read<T: DeserializeOwned>(text: &str) -> Result<T, Error> {
    check_depth(text)?;
    serde_yaml::from_str(text).map_err(|error| Error(explain(&error.to_string())))
}

/// Refuses flow brackets nested absurdly deep; whoever writes them means harm.
fn check_depth(text: &str) -> Result<(), Error> {
    let mut depth = 0_usize;
    for (number, line) in text.lines().enumerate() {
        for byte in line.bytes() {
            match byte {
                b'[' | b'{' => depth += 1,
                b']' | b'}' => depth = depth.saturating_sub(1),
                _ => (),
            }
            if depth > MAX_DEPTH {
                let line = number + 1;
                return Err(Error(format!(
                    "brackets nest deeper than {MAX_DEPTH} at line {line}; write it flatter"
                )));
            }
        }
    }
    Ok(())
}

/// Adds the word that was meant to serde's "unknown field" and "unknown variant".
fn explain(error: &str) -> String {
    let Some((_, after)) = error
        .split_once("unknown field `")
        .or_else(|| error.split_once("unknown variant `"))
    else {
        return error.to_owned();
    };
    let mut quoted = after.split('`');
    let word = quoted.next().unwrap_or_default();
    let known: Vec<&str> = quoted.skip(1).step_by(2).collect();
    format!("{error}{}", did_you_mean(word, known))
}
