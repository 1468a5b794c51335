// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps the index in an SQLite file.

mod outbox;
mod rescue;
mod rows;

use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rusqlite::{
    Connection, OpenFlags, OptionalExtension, Transaction, TransactionBehavior, params,
};

use super::Error;
use super::case::{Act, State, next};
use super::index::{
    By, Counts, Entry, Filter, Hashes, Index, Line, NewRow, Prepared, Row, Seconds, Tried,
};
use crate::fail;
pub use rescue::rescue;

/// The steps from an empty file to today's, in order; the number of those done stands in `user_version`.
const MIGRATIONS: &[&str] = &[include_str!("schema/001.sql")];

/// How long another process may keep the file to itself, before what we wanted fails.
const PATIENCE: Duration = Duration::from_secs(10);

/// Each commit is safe from a loss of power (FULL), and what is deleted is written over.
const PRAGMAS: &str = "\
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA secure_delete = ON;
    PRAGMA foreign_keys = ON;
    PRAGMA trusted_schema = OFF;";

/// An SQLite file, and the one connection to it.
pub struct Sqlite {
    connection: Mutex<Connection>,
}

impl Sqlite {
    /// Opens the file, looks whether it is sound, and brings it to today's shape; makes it where there
    /// is none.
    ///
    /// # Errors
    /// One sentence: what is wrong with the file, and what to do.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let wrong = |error: rusqlite::Error| explained(path, &error);
        let mut connection = Connection::open_with_flags(path, flags).map_err(wrong)?;
        connection.busy_timeout(PATIENCE).map_err(wrong)?;
        connection.execute_batch(PRAGMAS).map_err(wrong)?;
        let sound: String = connection
            .query_row("PRAGMA quick_check(1)", [], |row| row.get(0))
            .map_err(wrong)?;
        if sound != "ok" {
            return Err(damaged(path, &sound));
        }
        migrate(&mut connection, path)?;
        let connection = Mutex::new(connection);
        Ok(Self { connection })
    }

    /// Reads.
    fn read<T>(&self, ask: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, Error> {
        let connection = self
            .connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        ask(&connection).map_err(Error::from)
    }

    /// Does all of it or nothing. The lock to write is taken first: who reads and then writes may else
    /// find that another has written meanwhile.
    fn write<T>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let mut connection = self
            .connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let begun = connection.transaction_with_behavior(TransactionBehavior::Immediate);
        let transaction = begun.map_err(Error::from)?;
        let done = work(&transaction)?;
        transaction.commit().map_err(Error::from)?;
        Ok(done)
    }
}

impl Index for Sqlite {
    fn meta(&self, name: &str) -> Result<Option<Vec<u8>>, Error> {
        let sql = "SELECT value FROM meta WHERE name = ?";
        self.read(|at| at.query_row(sql, [name], |row| row.get(0)).optional())
    }

    fn set_meta(&self, name: &str, value: &[u8]) -> Result<(), Error> {
        let sql = "INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)";
        self.write(|at| {
            at.execute(sql, params![name, value])
                .map(drop)
                .map_err(Error::from)
        })
    }

    fn prepare(&self, row: &NewRow, open: &[String]) -> Result<Prepared, Error> {
        let prepared = self.write(|at| rows::prepare(at, row, open))?;
        fail::point("after-commit");
        Ok(prepared)
    }

    fn row(&self, id: &str) -> Result<Option<Row>, Error> {
        self.read(|at| rows::one(at, id))
    }

    fn rows(&self, filter: &Filter, hashes: &Hashes) -> Result<Vec<Row>, Error> {
        self.read(|at| rows::matching(at, filter, hashes))
    }

    fn history(&self, id: &str) -> Result<Vec<Line>, Error> {
        self.read(|at| rows::history(at, id))
    }

    fn note(&self, id: &str, act: &str, by: &By<'_>) -> Result<(), Error> {
        self.write(|at| event(at, id, act, None, by).map_err(Error::from))
    }

    fn act(&self, id: &str, places: &[usize], act: Act, by: &By<'_>) -> Result<(), Error> {
        self.write(|at| {
            if matches!(act, Act::Delete | Act::Expire) && is_kept(at, id)? {
                return Err(Error::Refused(format!("{id} is under legal hold")));
            }
            let mut places = places.iter();
            places.try_for_each(|place| move_on(at, id, *place, act, by))
        })
    }

    fn arm(&self, id: &str, moves: &[(Act, Option<String>)], by: &By<'_>) -> Result<(), Error> {
        self.write(|at| {
            for (place, (act, channel)) in moves.iter().enumerate() {
                move_on(at, id, place, *act, by)?;
                if *act == Act::Release {
                    outbox::add(at, id, place, channel.as_deref(), by.now).map_err(Error::from)?;
                }
            }
            Ok(())
        })
    }

    fn release(
        &self,
        id: &str,
        places: &[(usize, Option<String>)],
        by: &By<'_>,
    ) -> Result<(), Error> {
        self.write(|at| {
            for (place, channel) in places {
                move_on(at, id, *place, Act::Release, by)?;
                outbox::add(at, id, *place, channel.as_deref(), by.now).map_err(Error::from)?;
            }
            Ok(())
        })
    }

    fn set_legal_hold(&self, id: &str, is_held: bool, by: &By<'_>) -> Result<(), Error> {
        let act = if is_held {
            "legal-hold"
        } else {
            "legal-hold-off"
        };
        self.write(|at| {
            let sql = "UPDATE cases SET legal_hold = ? WHERE id = ?";
            let changed = at.execute(sql, params![is_held, id]).map_err(Error::from)?;
            if changed == 0 {
                return Err(Error::Missing(id.to_owned()));
            }
            event(at, id, act, None, by).map_err(Error::from)
        })
    }

    fn due(&self, now: Seconds, most: usize) -> Result<Vec<Entry>, Error> {
        self.read(|at| outbox::due(at, now, most))
    }

    fn interrupted(&self) -> Result<Vec<Entry>, Error> {
        self.read(outbox::interrupted)
    }

    fn begin(&self, entry: i64) -> Result<bool, Error> {
        let sql =
            "UPDATE outbox SET sending = 1, attempts = attempts + 1 WHERE id = ? AND sending = 0";
        self.write(|at| {
            at.execute(sql, [entry])
                .map(|count| count == 1)
                .map_err(Error::from)
        })
    }

    fn end(&self, entry: &Entry, tried: &Tried, by: &By<'_>) -> Result<(), Error> {
        self.write(|at| outbox::end(at, entry, tried, by))
    }

    fn shred(&self, id: Option<&str>) -> Result<Vec<(String, u64)>, Error> {
        let names = self.write(|at| rows::shred(at, id).map_err(Error::from))?;
        if !names.is_empty() {
            // What was deleted still stands in the log of changes, until that begins anew.
            let empty = "PRAGMA wal_checkpoint(TRUNCATE)";
            self.read(|at| at.query_row(empty, [], |_| Ok(())))?;
        }
        Ok(names)
    }

    fn periods(&self, length: Seconds) -> Result<Vec<i64>, Error> {
        // Rounded down, before 1970 too.
        let sql = "SELECT DISTINCT (arrived - ((arrived % ?1) + ?1) % ?1) / ?1 FROM cases \
            WHERE blob IS NOT NULL";
        self.read(|at| {
            let mut all = at.prepare(sql)?;
            all.query_map([length], |row| row.get(0))?.collect()
        })
    }

    fn blobs(&self) -> Result<Vec<String>, Error> {
        self.read(|at| {
            let mut all = at.prepare("SELECT name FROM blobs")?;
            all.query_map([], |row| row.get(0))?.collect()
        })
    }

    fn counts(&self) -> Result<Counts, Error> {
        self.read(rows::counts)
    }

    fn forget(&self, now: Seconds) -> Result<u64, Error> {
        let sql = "DELETE FROM cases WHERE blob IS NULL AND expires < ? AND legal_hold = 0";
        let forgotten = self.write(|at| at.execute(sql, [now]).map_err(Error::from))?;
        Ok(u64::try_from(forgotten).unwrap_or(0))
    }

    fn remove(&self, ids: &[String]) -> Result<(), Error> {
        self.write(|at| {
            let mut ids = ids.iter();
            ids.try_for_each(|id| rows::forget(at, id))
                .map_err(Error::from)
        })
    }

    fn drop_prepared(&self, blobs: &[String]) -> Result<Vec<String>, Error> {
        self.write(|at| rows::drop_prepared(at, blobs).map_err(Error::from))
    }
}

/// Moves one recipient, if the table of transitions has that move.
fn move_on(
    at: &Transaction<'_>,
    id: &str,
    place: usize,
    act: Act,
    by: &By<'_>,
) -> Result<(), Error> {
    let sql = "SELECT state, who FROM recipients WHERE case_id = ? AND place = ?";
    let found = at
        .query_row(sql, params![id, place], |row| {
            Ok((state(row, 0)?, row.get::<_, Option<String>>(1)?))
        })
        .optional();
    let (from, claimed) = found
        .map_err(Error::from)?
        .ok_or_else(|| Error::Missing(id.to_owned()))?;
    let number = place + 1;
    let other = claimed.filter(|who| from == State::Claimed && who != by.who);
    if let Some(other) = other.filter(|_| act != Act::Expire && act != Act::Leave) {
        return Err(Error::Refused(format!(
            "{id}, recipient {number}: {other} has claimed it"
        )));
    }
    let to = next(from, act).ok_or_else(|| {
        Error::Refused(format!(
            "{id}, recipient {number}: it is {from}, from which there is no {act}"
        ))
    })?;
    let who = (act == Act::Claim).then_some(by.who);
    let sql = "UPDATE recipients SET state = ?, since = ?, who = ? WHERE case_id = ? AND place = ?";
    at.execute(sql, params![to.as_str(), by.now, who, id, place])
        .map_err(Error::from)?;
    event(at, id, act.as_str(), Some(place), by).map_err(Error::from)
}

fn is_kept(at: &Transaction<'_>, id: &str) -> Result<bool, Error> {
    let sql = "SELECT legal_hold FROM cases WHERE id = ?";
    let found = at.query_row(sql, [id], |row| row.get(0)).optional();
    found
        .map_err(Error::from)?
        .ok_or_else(|| Error::Missing(id.to_owned()))
}

fn event(
    at: &Transaction<'_>,
    id: &str,
    act: &str,
    place: Option<usize>,
    by: &By<'_>,
) -> rusqlite::Result<()> {
    let sql = "INSERT INTO events (case_id, at, who, act, place, text) VALUES (?, ?, ?, ?, ?, ?)";
    at.execute(sql, params![id, by.now, by.who, act, place, by.text])?;
    Ok(())
}

/// The state in a column.
fn state(row: &rusqlite::Row<'_>, column: usize) -> rusqlite::Result<State> {
    let word: String = row.get(column)?;
    State::of(&word).ok_or_else(|| {
        let why = format!("\"{word}\" is no state").into();
        rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, why)
    })
}

fn migrate(connection: &mut Connection, path: &Path) -> Result<(), Error> {
    let wrong = |error: rusqlite::Error| explained(path, &error);
    let work = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(wrong)?;
    let version = "PRAGMA user_version";
    let done: usize = work
        .query_row(version, [], |row| row.get(0))
        .map_err(wrong)?;
    if done > MIGRATIONS.len() {
        return Err(Error::Index(format!(
            "{} was written by a later version of pii-milter; install that one again",
            path.display()
        )));
    }
    for migration in MIGRATIONS.iter().skip(done) {
        work.execute_batch(migration).map_err(wrong)?;
    }
    work.pragma_update(None, "user_version", MIGRATIONS.len())
        .map_err(wrong)?;
    work.commit().map_err(wrong)
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        Self::Index(format!("the index of cases: {error}"))
    }
}

fn explained(path: &Path, error: &rusqlite::Error) -> Error {
    use rusqlite::ErrorCode::{DatabaseCorrupt, NotADatabase};
    match error.sqlite_error_code() {
        Some(DatabaseCorrupt | NotADatabase) => damaged(path, error),
        _ => Error::Index(format!("cannot open {}: {error}", path.display())),
    }
}

fn damaged(path: &Path, why: &dyn Display) -> Error {
    let path: PathBuf = path.to_owned();
    Error::Damaged(format!(
        "{} is damaged ({why}); put a backup in its place, or run \"pii-milter cases repair\"",
        path.display()
    ))
}
