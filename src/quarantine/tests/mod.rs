// SPDX-License-Identifier: GPL-3.0-or-later
//! The contract of every index and every store, run over each line of their tables: a kind that joins one of
//! these is tested by nothing but its line there.

mod asked;
mod index;
mod rescue;
mod store;

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use super::index::Filter;

/// A folder that ends with the test.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("pii-milter-contract-{}-{number}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).ok();
    }
}

/// Where something of that kind may be for one test: in its folder, or where `PII_MILTER_TEST_<KIND>` says, for kinds
/// that are somewhere else. The name of the folder comes behind it, so that each test has its own.
fn place(kind: &str, folder: &Folder) -> PathBuf {
    let variable = format!("PII_MILTER_TEST_{}", kind.to_uppercase());
    match std::env::var_os(variable) {
        Some(at) => PathBuf::from(at).join(folder.0.file_name().unwrap()),
        None => folder.0.join("place"),
    }
}

/// Every case.
fn all() -> Filter {
    Filter {
        most: Some(u32::MAX),
        ..Filter::default()
    }
}
