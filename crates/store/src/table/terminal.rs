//! What this terminal is: one named value per row.

use crate::{Migration, Result};
use rusqlite::{Connection, OptionalExtension};

/// Name of the value that holds CBOR of the devices' records ([`domain::device::DeviceRecord`]): written by the
/// terminal, told to the server by the synchronisation.
pub const DEVICE_RECORDS: &str = "device_records";

/// Makes the table.
pub const MIGRATION: Migration = Migration {
    name: "2026-11-22 terminal",
    sql: "CREATE TABLE terminal (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID",
    breaking: false,
};

/// A value.
///
/// # Errors
/// When the database cannot be read.
pub fn get(connection: &Connection, name: &str) -> Result<Option<Vec<u8>>> {
    Ok(connection
        .prepare_cached("SELECT value FROM terminal WHERE name = ?1")?
        .query_row([name], |row| row.get(0))
        .optional()?)
}

/// Sets a value.
///
/// # Errors
/// When the database cannot be written.
pub fn put(connection: &Connection, name: &str, value: &[u8]) -> Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO terminal (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = ?2",
        )?
        .execute((name, value))?;
    Ok(())
}
