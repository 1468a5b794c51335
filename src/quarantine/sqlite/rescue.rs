// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns an SQLite file that is damaged into a new one with all that can be read of it.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rusqlite::types::Value;
use rusqlite::{Connection, OpenFlags, Transaction, params_from_iter};

use super::super::Error;
use super::super::case::State;
use super::super::index::Salvage;
use super::Sqlite;

/// The files of one database, by what their names end with.
const ENDS: [&str; 3] = ["", "-wal", "-shm"];

/// How far the search for the next readable row goes, in numbers of rows.
const FARTHEST: i64 = 1 << 32;

/// One row, its columns in the order of the table.
type Row = Vec<Value>;

/// Puts the file aside and makes a new one. What is read and does not belong to a whole case is left out.
///
/// # Errors
/// One sentence: what could not be moved, opened or written.
pub fn rescue(path: &Path) -> Result<Salvage, Error> {
    let old = aside(path)?;
    let mut salvage = Salvage {
        aside: old.display().to_string(),
        ..Salvage::default()
    };
    // Not read-only: what the log of changes still has is taken in first.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let from = Connection::open_with_flags(&old, flags).map_err(Error::from)?;
    let new = Sqlite::open(path)?;
    new.write(|to| {
        for row in rows(&from, "meta", 2) {
            insert(to, "meta", &row)?;
        }
        let blobs: HashMap<String, Row> = by_name(rows(&from, "blobs", 3));
        let cases = by_name(rows(&from, "cases", 17));
        let outbox = rows(&from, "outbox", 8);
        let events = rows(&from, "events", 6);
        for (id, case) in &cases {
            match whole(&from, id, case, &blobs) {
                Some((blob, recipients)) => {
                    if let Some(row) = blob {
                        insert(to, "blobs", row)?;
                    }
                    insert(to, "cases", case)?;
                    for row in recipients {
                        insert(to, "recipients", &row)?;
                    }
                    salvage.saved += 1;
                }
                None => salvage.lost.push(id.clone()),
            }
        }
        let is_saved = |id: &str| cases.contains_key(id) && !salvage.lost.iter().any(|lost| lost == id);
        let known = |row: &Row, at: usize| matches!(row.get(at), Some(Value::Text(id)) if is_saved(id));
        for row in outbox.iter().filter(|row| known(row, 1)) {
            insert(to, "outbox", row)?;
        }
        for row in events.iter().filter(|row| known(row, 0)) {
            insert(to, "events", row)?;
        }
        // Nobody would send these any more, and whether they were sent nobody knows.
        let sql = "UPDATE recipients SET state = ? WHERE state = ? AND NOT EXISTS \
            (SELECT 1 FROM outbox WHERE outbox.case_id = recipients.case_id AND outbox.place = recipients.place)";
        let states = [State::UnknownOutcome.as_str(), State::Releasing.as_str()];
        salvage.unknown = to.execute(sql, states).map_err(Error::from)?;
        Ok(())
    })?;
    salvage.lost.sort();
    Ok(salvage)
}

/// Moves the files, and gives the new name of the first.
fn aside(path: &Path) -> Result<PathBuf, Error> {
    let end = |path: &Path, end: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(end);
        PathBuf::from(name)
    };
    let old = end(path, &format!(".damaged-{}", Timestamp::now().as_second()));
    for file in ENDS {
        let from = end(path, file);
        if from.exists() {
            let moved = fs::rename(&from, end(&old, file));
            moved.map_err(|error| {
                Error::Index(format!("cannot move {}: {error}", from.display()))
            })?;
        }
    }
    if !old.exists() {
        return Err(Error::Index(format!(
            "there is no index {} to be repaired",
            path.display()
        )));
    }
    Ok(old)
}

/// All rows of a table that can be read. Behind one that cannot the search goes on, farther each time.
fn rows(from: &Connection, table: &str, columns: usize) -> Vec<Row> {
    let mut found = Vec::new();
    let (mut last, mut step) = (i64::MIN, 1);
    let end = last_row(from, table);
    loop {
        let before = found.len();
        match scan(from, table, columns, &mut last, &mut found) {
            Ok(()) => return found,
            Err(_) if last >= end || step > FARTHEST => return found,
            Err(_) => {
                step = if found.len() > before { 1 } else { step * 2 };
                last = last.max(0).saturating_add(step);
            }
        }
    }
}

/// Reads on behind the row `last`, as far as it goes.
fn scan(
    from: &Connection,
    table: &str,
    columns: usize,
    last: &mut i64,
    found: &mut Vec<Row>,
) -> rusqlite::Result<()> {
    let sql = format!("SELECT rowid, * FROM {table} WHERE rowid > ? ORDER BY rowid");
    let mut statement = from.prepare(&sql)?;
    let mut rows = statement.query([*last])?;
    while let Some(row) = rows.next()? {
        *last = row.get(0)?;
        let values: rusqlite::Result<Row> = (1..=columns).map(|at| row.get(at)).collect();
        found.push(values?);
    }
    Ok(())
}

/// The number of the last row; where it cannot be read either, the search has an end of its own.
fn last_row(from: &Connection, table: &str) -> i64 {
    let sql = format!("SELECT rowid FROM {table} ORDER BY rowid DESC LIMIT 1");
    from.query_row(&sql, [], |row| row.get(0))
        .unwrap_or(FARTHEST)
}

/// Rows by their first column.
fn by_name(rows: Vec<Row>) -> HashMap<String, Row> {
    let named = rows.into_iter().filter_map(|row| match row.first() {
        Some(Value::Text(name)) => Some((name.clone(), row)),
        _ => None,
    });
    named.collect()
}

/// What belongs to a case, if all of it is there: its message's row, unless it is shredded, and its recipients.
fn whole<'a>(
    from: &Connection,
    id: &str,
    case: &Row,
    blobs: &'a HashMap<String, Row>,
) -> Option<(Option<&'a Row>, Vec<Row>)> {
    let blob = match case.get(1)? {
        Value::Null => None,
        Value::Text(name) => Some(blobs.get(name)?),
        _ => return None,
    };
    let mut statement = from
        .prepare("SELECT * FROM recipients WHERE case_id = ? ORDER BY place")
        .ok()?;
    let rows = statement.query_map([id], |row| {
        (0..9)
            .map(|at| row.get(at))
            .collect::<rusqlite::Result<Row>>()
    });
    let recipients = rows.ok()?.collect::<rusqlite::Result<Vec<Row>>>().ok()?;
    let is_next = |(at, row): (usize, &Row)| {
        row.get(1) == i64::try_from(at).ok().map(Value::Integer).as_ref()
    };
    let is_whole = !recipients.is_empty() && recipients.iter().enumerate().all(is_next);
    is_whole.then_some((blob, recipients))
}

fn insert(to: &Transaction<'_>, table: &str, row: &Row) -> Result<(), Error> {
    let marks = vec!["?"; row.len()].join(", ");
    let mut statement =
        to.prepare_cached(&format!("INSERT OR IGNORE INTO {table} VALUES ({marks})"))?;
    statement.execute(params_from_iter(row))?;
    Ok(())
}
