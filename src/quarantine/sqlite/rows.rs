// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns cases into rows of the index, and rows into cases.

use rusqlite::types::{Type, Value};
use rusqlite::{Connection, OptionalExtension, Transaction, params, params_from_iter};

use super::super::Error;
use super::super::case::State;
use super::super::index::{
    By, Content, Counts, Facts, Filter, Hashes, Line, NewRow, Place, Prepared, Row,
};
use super::{event, state};

/// A list is no longer than this, unless more is asked for.
const MOST: u32 = 1000;

const COLUMNS: &str = "cases.id, arrived, expires, direction, level, rank, found, reason, policy, \
    cases.bytes, queue, same_as, legal_hold, blob, key, details";

/// Stores a case, in the place of one that its client has sent before and had no answer to.
pub fn prepare(at: &Transaction<'_>, row: &NewRow, open: &[String]) -> Result<Prepared, Error> {
    let id = &row.facts.id;
    let adopted = match row.is_named {
        true => adoptable(at, &row.fingerprint, open).map_err(Error::from)?,
        // Two mails alike cannot be told from one that is sent twice: both stay, marked.
        false => None,
    };
    if let Some((old, blob)) = &adopted {
        remove(at, old, blob).map_err(Error::from)?;
    }
    let sql =
        "SELECT id FROM cases WHERE fingerprint = ? ORDER BY arrived DESC, rowid DESC LIMIT 1";
    let same_as = at
        .query_row(sql, [&row.fingerprint], |row| row.get(0))
        .optional()
        .map_err(Error::from)?;
    let prepared = Prepared { adopted, same_as };
    insert(at, row, &prepared).map_err(Error::from)?;
    let text = match &prepared.adopted {
        Some((old, _)) => format!("the client has sent {old} again"),
        None => String::new(),
    };
    let by = By {
        who: "pii-milter",
        text: &text,
        now: row.facts.arrived,
    };
    event(at, id, State::Prepared.as_str(), None, &by).map_err(Error::from)?;
    Ok(prepared)
}

/// A case that waits for its client's second try.
fn adoptable(
    at: &Transaction<'_>,
    fingerprint: &[u8],
    open: &[String],
) -> rusqlite::Result<Option<(String, String)>> {
    let sql = "SELECT id, blob FROM cases WHERE fingerprint = ? AND blob IS NOT NULL AND EXISTS \
        (SELECT 1 FROM recipients WHERE case_id = id AND state = 'prepared') ORDER BY arrived, rowid";
    let mut statement = at.prepare_cached(sql)?;
    let rows = statement.query_map([fingerprint], |row| Ok((row.get(0)?, row.get(1)?)))?;
    for row in rows {
        let (id, blob): (String, String) = row?;
        if !open.contains(&id) {
            return Ok(Some((id, blob)));
        }
    }
    Ok(None)
}

/// Forgets a case and all about it.
pub fn forget(at: &Transaction<'_>, id: &str) -> rusqlite::Result<()> {
    let blob = "SELECT blob FROM cases WHERE id = ?";
    let blob: Option<Option<String>> = at.query_row(blob, [id], |row| row.get(0)).optional()?;
    at.execute("DELETE FROM outbox WHERE case_id = ?", [id])?;
    remove(at, id, &blob.flatten().unwrap_or_default())
}

fn remove(at: &Transaction<'_>, id: &str, blob: &str) -> rusqlite::Result<()> {
    at.execute("DELETE FROM cases WHERE id = ?", [id])?;
    at.execute("DELETE FROM blobs WHERE name = ?", [blob])?;
    Ok(())
}

fn insert(at: &Transaction<'_>, row: &NewRow, prepared: &Prepared) -> rusqlite::Result<()> {
    let facts = &row.facts;
    let found = serde_json::to_string(&facts.found)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
    let bytes = i64::try_from(facts.bytes).unwrap_or(i64::MAX);
    at.prepare_cached("INSERT INTO blobs (name, key, bytes) VALUES (?, ?, ?)")?
        .execute(params![row.blob, row.key, bytes])?;
    let sql = "INSERT INTO cases (id, blob, details, arrived, expires, direction, level, rank, found, \
        reason, policy, bytes, queue, sender, fingerprint, same_as) \
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    at.prepare_cached(sql)?.execute(params![
        facts.id,
        row.blob,
        row.details,
        facts.arrived,
        facts.expires,
        facts.direction,
        facts.level,
        facts.rank,
        found,
        facts.reason,
        facts.policy,
        bytes,
        facts.queue,
        row.sender,
        row.fingerprint,
        prepared.same_as
    ])?;
    let sql = "INSERT INTO recipients (case_id, place, address, channel, state, since) \
        VALUES (?, ?, ?, ?, ?, ?)";
    let mut statement = at.prepare_cached(sql)?;
    for (place, (address, channel)) in row.recipients.iter().enumerate() {
        let state = State::Prepared.as_str();
        statement.execute(params![
            facts.id,
            place,
            address,
            channel,
            state,
            facts.arrived
        ])?;
    }
    Ok(())
}

/// One case.
pub fn one(at: &Connection, id: &str) -> rusqlite::Result<Option<Row>> {
    let sql =
        format!("SELECT {COLUMNS} FROM cases LEFT JOIN blobs ON blob = name WHERE cases.id = ?");
    let row = at.query_row(&sql, [id], case).optional()?;
    row.map(|row| with_recipients(at, row)).transpose()
}

/// The cases for which every condition holds, the newest first.
pub fn matching(at: &Connection, filter: &Filter, hashes: &Hashes) -> rusqlite::Result<Vec<Row>> {
    let mut wanted = String::from("1");
    let mut values: Vec<Value> = Vec::new();
    let mut want = |sql: &str, value: Value| {
        wanted.push_str(" AND ");
        wanted.push_str(sql);
        values.push(value);
    };
    for (sql, value) in [
        ("sender = ?", &hashes.from),
        (
            "cases.id IN (SELECT case_id FROM recipients WHERE address = ?)",
            &hashes.to,
        ),
    ] {
        if let Some(value) = value {
            want(sql, Value::Blob(value.clone()));
        }
    }
    for (sql, value) in [
        ("arrived < ?", filter.before),
        ("arrived >= ?", filter.since),
        ("expires < ?", filter.expires),
    ] {
        if let Some(value) = value {
            want(sql, Value::Integer(value));
        }
    }
    if let Some(level) = &filter.level {
        // A level that no case has is above all that some case has.
        let sql = "rank >= coalesce((SELECT max(rank) FROM cases WHERE level = ?), 1000)";
        want(sql, Value::Text(level.clone()));
    }
    if !filter.states.is_empty() {
        // States are words of ours.
        let states = filter.states.iter().map(|state| format!("'{state}'"));
        let states = states.collect::<Vec<_>>().join(", ");
        wanted.push_str(&format!(
            " AND cases.id IN (SELECT case_id FROM recipients WHERE state IN ({states}))"
        ));
    }
    let most = filter.most.unwrap_or(MOST);
    let sql = format!(
        "SELECT {COLUMNS} FROM cases LEFT JOIN blobs ON blob = name WHERE {wanted} \
         ORDER BY arrived DESC, cases.rowid DESC LIMIT {most}"
    );
    let mut statement = at.prepare(&sql)?;
    let rows = statement.query_map(params_from_iter(values), case)?;
    rows.map(|row| with_recipients(at, row?)).collect()
}

fn case(row: &rusqlite::Row<'_>) -> rusqlite::Result<Row> {
    let found: String = row.get(6)?;
    let wrong = |error: serde_json::Error| {
        rusqlite::Error::FromSqlConversionFailure(6, Type::Text, error.into())
    };
    let content = match (row.get(13)?, row.get(14)?, row.get(15)?) {
        (Some(blob), Some(key), Some(details)) => Some(Content { blob, key, details }),
        _ => None,
    };
    Ok(Row {
        facts: Facts {
            id: row.get(0)?,
            arrived: row.get(1)?,
            expires: row.get(2)?,
            direction: row.get(3)?,
            level: row.get(4)?,
            rank: row.get(5)?,
            found: serde_json::from_str(&found).map_err(wrong)?,
            reason: row.get(7)?,
            policy: row.get(8)?,
            bytes: row.get(9)?,
            queue: row.get(10)?,
        },
        content,
        same_as: row.get(11)?,
        legal_hold: row.get(12)?,
        recipients: Vec::new(),
    })
}

fn with_recipients(at: &Connection, mut row: Row) -> rusqlite::Result<Row> {
    let sql = "SELECT channel, state, since, who, reply, queue FROM recipients \
        WHERE case_id = ? ORDER BY place";
    let mut statement = at.prepare_cached(sql)?;
    let places = statement.query_map([&row.facts.id], |row| {
        Ok(Place {
            channel: row.get(0)?,
            state: state(row, 1)?,
            since: row.get(2)?,
            who: row.get(3)?,
            reply: row.get(4)?,
            queue: row.get(5)?,
        })
    })?;
    row.recipients = places.collect::<rusqlite::Result<_>>()?;
    Ok(row)
}

/// The history of a case.
pub fn history(at: &Connection, id: &str) -> rusqlite::Result<Vec<Line>> {
    let sql = "SELECT at, who, act, place, text FROM events WHERE case_id = ? ORDER BY rowid";
    let mut statement = at.prepare_cached(sql)?;
    let lines = statement.query_map([id], |row| {
        Ok(Line {
            at: row.get(0)?,
            who: row.get(1)?,
            act: row.get(2)?,
            place: row.get(3)?,
            text: row.get(4)?,
        })
    })?;
    lines.collect()
}

/// Takes content and key from what nobody can do anything with any more.
pub fn shred(at: &Transaction<'_>, id: Option<&str>) -> rusqlite::Result<Vec<(String, u64)>> {
    let finals = State::ALL.iter().filter(|state| state.is_final());
    let finals: Vec<String> = finals.map(|state| format!("'{state}'")).collect();
    let sql = format!(
        "SELECT id, blob, bytes FROM cases WHERE blob IS NOT NULL AND legal_hold = 0 AND NOT EXISTS \
         (SELECT 1 FROM recipients WHERE case_id = id AND state NOT IN ({})){}",
        finals.join(", "),
        if id.is_some() { " AND id = ?" } else { "" }
    );
    let mut statement = at.prepare(&sql)?;
    let rows = statement.query_map(params_from_iter(id), |row| {
        Ok((row.get(0)?, row.get(1)?, row.get(2)?))
    })?;
    let rows = rows.collect::<rusqlite::Result<Vec<(String, String, u64)>>>()?;
    for (id, blob, _) in &rows {
        at.execute(
            "UPDATE cases SET blob = NULL, details = NULL WHERE id = ?",
            [id],
        )?;
        at.execute("DELETE FROM blobs WHERE name = ?", [blob])?;
        // A refusal of an MTA names addresses; its 250 is the proof that it took the message.
        let sql = "UPDATE recipients SET reply = NULL WHERE case_id = ? AND state <> 'released'";
        at.execute(sql, [id])?;
        let sql = "UPDATE events SET text = '' WHERE case_id = ? AND act IN ('put-off', 'reject', 'lose')";
        at.execute(sql, [id])?;
    }
    Ok(rows
        .into_iter()
        .map(|(_, blob, bytes)| (blob, bytes))
        .collect())
}

/// Forgets the cases of these messages that are `prepared`.
pub fn drop_prepared(at: &Transaction<'_>, blobs: &[String]) -> rusqlite::Result<Vec<String>> {
    let sql = "SELECT id FROM cases WHERE blob = ? AND EXISTS \
        (SELECT 1 FROM recipients WHERE case_id = id AND state = 'prepared')";
    let mut statement = at.prepare(sql)?;
    let mut dropped = Vec::new();
    for blob in blobs {
        let id: Option<String> = statement.query_row([blob], |row| row.get(0)).optional()?;
        if let Some(id) = id {
            remove(at, &id, blob)?;
            dropped.push(id);
        }
    }
    Ok(dropped)
}

/// How much there is.
pub fn counts(at: &Connection) -> rusqlite::Result<Counts> {
    let mut counts = Counts::default();
    let sql = "SELECT count(*), count(blob), coalesce(sum(bytes) FILTER (WHERE blob IS NOT NULL), 0), \
        min(arrived) FILTER (WHERE blob IS NOT NULL), coalesce(sum(legal_hold), 0) FROM cases";
    at.query_row(sql, [], |row| {
        counts.cases = row.get(0)?;
        counts.stored = row.get(1)?;
        counts.bytes = row.get(2)?;
        counts.oldest = row.get(3)?;
        counts.legal_holds = row.get(4)?;
        Ok(())
    })?;
    counts.outbox = at.query_row("SELECT count(*) FROM outbox", [], |row| row.get(0))?;
    for (sql, into) in [
        (
            "SELECT state, count(*) FROM recipients GROUP BY state",
            &mut counts.states,
        ),
        (
            "SELECT level, count(*) FROM cases WHERE blob IS NOT NULL GROUP BY level",
            &mut counts.levels,
        ),
    ] {
        let mut statement = at.prepare(sql)?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        *into = rows.collect::<rusqlite::Result<_>>()?;
    }
    Ok(counts)
}
