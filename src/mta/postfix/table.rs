// SPDX-License-Identifier: GPL-3.0-or-later
//! Looks something up in a table of Postfix.

use std::path::Path;

use super::read::Site;
use crate::mta::milters::items;

/// The kinds of table that postmap(1) can ask without a network.
const LOCAL: [&str; 11] = [
    "pcre", "regexp", "texthash", "hash", "btree", "lmdb", "cdb", "dbm", "inline", "cidr", "static",
];

/// The kinds that are built from a text file beside them.
const BUILT: [&str; 6] = ["texthash", "hash", "btree", "lmdb", "cdb", "dbm"];

/// What a list of tables says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The value.
    Found(String),
    /// No table has it.
    Nothing,
    /// No table that can be asked here has it, but this one cannot be asked.
    Unseen(String),
}

/// Looks up the keys, in their order, in the tables of a list. A table of patterns sees the first key only.
pub fn look_up(site: &Site, tables: &str, keys: &[&str]) -> Answer {
    let mut unseen = None;
    for table in items(tables) {
        let bare = table.strip_prefix("proxy:").unwrap_or(&table);
        let kind = kind(bare);
        if !LOCAL.contains(&kind) {
            unseen.get_or_insert(table);
            continue;
        }
        let keys = match kind {
            "pcre" | "regexp" => keys.get(..1).unwrap_or_default(),
            _ => keys,
        };
        for key in keys {
            // Where there is none, postmap says nothing and fails; a table it cannot open says so.
            match site.asked(bare, key) {
                Ok(found) => return Answer::Found(found.trim().to_owned()),
                Err(error) if error.ends_with("it said nothing") => (),
                Err(_) => {
                    unseen.get_or_insert_with(|| table.clone());
                }
            }
        }
    }
    unseen.map_or(Answer::Nothing, Answer::Unseen)
}

/// The text file that a table is built from.
pub fn text_of(table: &str) -> Option<&Path> {
    let table = table.strip_prefix("proxy:").unwrap_or(table);
    let (kind, path) = table.split_once(':')?;
    BUILT.contains(&kind).then(|| Path::new(path))
}

fn kind(table: &str) -> &str {
    table.split(':').next().unwrap_or_default()
}
