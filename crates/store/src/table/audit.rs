//! The audit log of this terminal: hash-chained lines without personal data in clear.

use super::Bytes;
use crate::{Migration, Result};
use domain::ids::ContentHash;
use rusqlite::{Connection, OptionalExtension};

/// Makes the table.
pub const MIGRATION: Migration = Migration {
    name: "2026-11-22 audit",
    sql: "CREATE TABLE audit (
            seq INTEGER PRIMARY KEY,
            at INTEGER NOT NULL,
            officer TEXT NOT NULL,
            what TEXT NOT NULL,
            hash BLOB NOT NULL
          ) STRICT",
    breaking: false,
};

/// Adds a line. `what` holds codes and ids, never a name, number or picture.
///
/// # Errors
/// When the database cannot be written.
pub fn append(connection: &Connection, at: i64, officer: &str, what: &str) -> Result<()> {
    let last: Option<(i64, Bytes<ContentHash>)> = connection
        .prepare_cached("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1")?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let (seq, previous) = last.map_or((0, ContentHash::ZERO), |(seq, hash)| (seq, hash.0));
    let hash = link(&previous, seq + 1, at, officer, what);
    connection
        .prepare_cached("INSERT INTO audit (seq, at, officer, what, hash) VALUES (?1, ?2, ?3, ?4, ?5)")?
        .execute((seq + 1, at, officer, what, Bytes(hash)))?;
    Ok(())
}

fn link(previous: &ContentHash, seq: i64, at: i64, officer: &str, what: &str) -> ContentHash {
    let line = format!("{previous}\n{seq}\n{at}\n{officer}\n{what}");
    ContentHash(gm::sm3(line.as_bytes()).0)
}

/// The number of the first line whose hash does not follow from the lines before, or none.
///
/// # Errors
/// When the database cannot be read.
pub fn broken_at(connection: &Connection) -> Result<Option<i64>> {
    let mut statement = connection.prepare("SELECT seq, at, officer, what, hash FROM audit ORDER BY seq")?;
    let mut rows = statement.query([])?;
    let mut previous = ContentHash::ZERO;
    let mut expected = 1;
    while let Some(row) = rows.next()? {
        let seq: i64 = row.get(0)?;
        let officer: String = row.get(2)?;
        let what: String = row.get(3)?;
        let hash = row.get::<_, Bytes<ContentHash>>(4)?.0;
        if seq != expected || hash != link(&previous, seq, row.get(1)?, &officer, &what) {
            return Ok(Some(seq));
        }
        previous = hash;
        expected += 1;
    }
    Ok(None)
}

/// The newest lines.
///
/// # Errors
/// When the database cannot be read.
pub fn newest(connection: &Connection, limit: u32) -> Result<Vec<(i64, String, String)>> {
    let mut statement =
        connection.prepare_cached("SELECT at, officer, what FROM audit ORDER BY seq DESC LIMIT ?1")?;
    let rows = statement
        .query_map([limit], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<std::result::Result<_, _>>()?;
    Ok(rows)
}
