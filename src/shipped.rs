// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps the files of `conf/` that are built into the program.

/// The configuration that holds where the admin wrote none.
pub const CONFIG: &str = include_str!("../conf/pii-milter.yaml");

/// Detector files: path below `conf/detectors`, text.
pub const DETECTORS: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/detectors.rs"));

/// Lexicons: path below `conf/terms`, text.
pub const TERMS: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/terms.rs"));

/// Lists of words that detector files name: path below `conf/words`, text.
pub const WORDS: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/words.rs"));

/// Texts of notices: path below `conf/notices`, text.
pub const NOTICES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/notices.rs"));

/// Relay profiles: path below `conf/relays`, text.
pub const RELAYS: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/relays.rs"));

/// The words of `conf/names` as a table of hashes, which `detect` reads.
pub static NAMES: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/names.bin"));
