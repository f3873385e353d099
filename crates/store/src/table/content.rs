//! Definitions, code tables, calendars, rosters, delegations: bytes by their hash, kept while an event names them.

use super::Bytes;
use crate::{Migration, Result};
use domain::ids::ContentHash;
use rusqlite::{Connection, OptionalExtension};

/// Makes the table.
pub const MIGRATION: Migration = Migration {
    name: "2026-11-22 content",
    sql: "CREATE TABLE content (hash BLOB PRIMARY KEY, bytes BLOB NOT NULL) STRICT, WITHOUT ROWID",
    breaking: false,
};

/// Keeps bytes under their hash. The caller has computed it.
///
/// # Errors
/// When the database cannot be written.
pub fn put(connection: &Connection, hash: ContentHash, bytes: &[u8]) -> Result<()> {
    connection
        .prepare_cached("INSERT INTO content (hash, bytes) VALUES (?1, ?2) ON CONFLICT DO NOTHING")?
        .execute((Bytes(hash), bytes))?;
    Ok(())
}

/// Bytes by hash.
///
/// # Errors
/// When the database cannot be read.
pub fn get(connection: &Connection, hash: ContentHash) -> Result<Option<Vec<u8>>> {
    Ok(connection
        .prepare_cached("SELECT bytes FROM content WHERE hash = ?1")?
        .query_row([Bytes(hash)], |row| row.get(0))
        .optional()?)
}
