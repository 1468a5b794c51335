// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps in the index what is on its way to the MTA.

use rusqlite::{Connection, Row, Transaction, params};

use super::super::Error;
use super::super::index::{By, Entry, Seconds, Tried};
use super::{event, move_on};

const COLUMNS: &str = "id, case_id, place, channel, since, attempts";

/// Puts a message for one recipient on its way.
pub fn add(
    at: &Transaction<'_>,
    id: &str,
    place: usize,
    channel: Option<&str>,
    now: Seconds,
) -> rusqlite::Result<()> {
    let sql = "INSERT INTO outbox (case_id, place, channel, since, next) VALUES (?, ?, ?, ?, ?)";
    at.execute(sql, params![id, place, channel, now, now])?;
    Ok(())
}

/// What is to be tried by then.
pub fn due(at: &Connection, now: Seconds, most: usize) -> rusqlite::Result<Vec<Entry>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM outbox WHERE sending = 0 AND next <= ? ORDER BY next, id LIMIT ?"
    );
    let mut statement = at.prepare_cached(&sql)?;
    statement.query_map(params![now, most], entry)?.collect()
}

/// What was being sent.
pub fn interrupted(at: &Connection) -> rusqlite::Result<Vec<Entry>> {
    let sql = format!("SELECT {COLUMNS} FROM outbox WHERE sending = 1");
    let mut statement = at.prepare(&sql)?;
    statement.query_map([], entry)?.collect()
}

/// Notes what a try came to.
pub fn end(at: &Transaction<'_>, entry: &Entry, tried: &Tried, by: &By<'_>) -> Result<(), Error> {
    let (case, place) = (&entry.case, entry.place);
    let queue = match tried {
        Tried::Over(act, queue) => {
            let sql = "DELETE FROM outbox WHERE id = ?";
            at.execute(sql, [entry.id]).map_err(Error::from)?;
            move_on(at, case, place, *act, by)?;
            queue.as_deref()
        }
        Tried::Again(next) => {
            let sql = "UPDATE outbox SET sending = 0, next = ? WHERE id = ?";
            at.execute(sql, params![next, entry.id])
                .map_err(Error::from)?;
            event(at, case, "put-off", Some(place), by).map_err(Error::from)?;
            None
        }
    };
    let sql = "UPDATE recipients SET reply = ?, queue = ? WHERE case_id = ? AND place = ?";
    at.execute(sql, params![by.text, queue, case, place])
        .map(drop)
        .map_err(Error::from)
}

fn entry(row: &Row<'_>) -> rusqlite::Result<Entry> {
    Ok(Entry {
        id: row.get(0)?,
        case: row.get(1)?,
        place: row.get(2)?,
        channel: row.get(3)?,
        since: row.get(4)?,
        attempts: row.get(5)?,
    })
}
