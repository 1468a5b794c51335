// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns the two data folders, detectors and relay profiles, into tables inside the program.

use std::env;
use std::error::Error;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

fn main() -> Result<(), Box<dyn Error>> {
    let out = PathBuf::from(env::var("OUT_DIR")?);
    for folder in ["detectors", "relays"] {
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
    Ok(())
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
