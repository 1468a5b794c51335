// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns the data folders, detectors and their words, relay profiles and names, into tables inside the program.

#[path = "src/detect/names/key.rs"]
mod key;

use std::collections::HashMap;
use std::env;
use std::error::Error;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

/// What a word may be, a bit each: the letters and kinds of `conf/names`; `detect/names/word.rs` reads them.
const KINDS: [&str; 15] = [
    "G", "g", "S", "s", "W", "T", "title", "greeting", "particle", "before", "after", "label",
    "role", "self", "org",
];

fn main() -> Result<(), Box<dyn Error>> {
    let out = PathBuf::from(env::var("OUT_DIR")?);
    for folder in ["detectors", "notices", "words", "relays", "terms"] {
        let root = Path::new(&env::var("CARGO_MANIFEST_DIR")?)
            .join("conf")
            .join(folder);
        println!("cargo::rerun-if-changed={}", root.display());
        let mut files = Vec::new();
        collect(&root, &mut files)?;
        files.sort();
        let mut table = String::from("&[\n");
        for file in files {
            let name = file.strip_prefix(&root)?;
            writeln!(table, "({name:?}, include_str!({file:?})),")?;
        }
        table.push_str("]\n");
        fs::write(out.join(format!("{folder}.rs")), table)?;
    }
    let names = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("conf/names");
    println!("cargo::rerun-if-changed={}", names.display());
    fs::write(out.join("names.bin"), table_of_words(&names)?)?;
    Ok(())
}

/// The words of `conf/names` as an open table of hashes: a mark of 16 bits, then the kinds, a bit each.
fn table_of_words(folder: &Path) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut kinds: HashMap<String, u16> = HashMap::new();
    let mut note = |word: &str, kind: &str| {
        let bit = KINDS.iter().position(|own| *own == kind);
        let bit = bit.ok_or_else(|| format!("conf/names: there is no kind \"{kind}\""))?;
        *kinds.entry(word.to_owned()).or_default() |= 1 << bit;
        Ok::<_, String>(())
    };
    for line in fs::read_to_string(folder.join("names.txt"))?.lines() {
        let (word, letters) = line
            .split_once(' ')
            .ok_or("conf/names: a line without kind")?;
        for letter in letters.chars() {
            note(word, letter.encode_utf8(&mut [0; 4]))?;
        }
    }
    for line in fs::read_to_string(folder.join("cues.txt"))?.lines() {
        if let Some((kind, words)) = line.split_once(": ").filter(|_| !line.starts_with('#')) {
            for word in words.split_whitespace() {
                note(word, kind)?;
            }
        }
    }
    let mut words: Vec<(String, u16)> = kinds.into_iter().collect();
    words.sort();
    let mut table = vec![0_u32; key::PLACES];
    for (word, kinds) in words {
        let (mut at, mark) = key::place(key::hash(word.bytes()));
        while table.get(at).is_some_and(|one| *one != 0) {
            at = (at + 1) % table.len();
        }
        if let Some(one) = table.get_mut(at) {
            *one = u32::from(mark) | u32::from(kinds) << 16;
        }
    }
    Ok(table.into_iter().flat_map(u32::to_le_bytes).collect())
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path
            .extension()
            .is_some_and(|extension| extension == "yaml")
        {
            files.push(path);
        }
    }
    Ok(())
}
