//! Results of commands by their name, so that a repeated command returns its first result.

use super::Bytes;
use crate::{Migration, Result};
use domain::ids::CommandId;
use rusqlite::{Connection, OptionalExtension};

/// Makes the table.
pub const MIGRATION: Migration = Migration {
    name: "2026-11-22 command",
    sql: "CREATE TABLE command (id BLOB PRIMARY KEY, result BLOB NOT NULL, made INTEGER NOT NULL) STRICT, WITHOUT ROWID",
    breaking: false,
};

/// Keeps a result.
///
/// # Errors
/// When the database cannot be written.
pub fn put(connection: &Connection, id: CommandId, result: &[u8], made: i64) -> Result<()> {
    connection
        .prepare_cached("INSERT INTO command (id, result, made) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING")?
        .execute((Bytes(id), result, made))?;
    Ok(())
}

/// The result of a command that was done already.
///
/// # Errors
/// When the database cannot be read.
pub fn get(connection: &Connection, id: CommandId) -> Result<Option<Vec<u8>>> {
    Ok(connection
        .prepare_cached("SELECT result FROM command WHERE id = ?1")?
        .query_row([Bytes(id)], |row| row.get(0))
        .optional()?)
}
