//! Officers who have logged in here: their keys and certificates.

use crate::{Migration, Result};
use rusqlite::{Connection, OptionalExtension};

/// Makes the table.
pub const MIGRATION: Migration = Migration {
    name: "2026-11-22 officer",
    sql: "CREATE TABLE officer (
            id TEXT PRIMARY KEY,
            key BLOB NOT NULL,
            certificate BLOB NOT NULL,
            certificate_signature BLOB NOT NULL,
            last_login INTEGER NOT NULL
          ) STRICT, WITHOUT ROWID",
    breaking: false,
};

/// An officer of this terminal.
#[derive(Clone)]
pub struct OfficerRow {
    /// Log-in name.
    pub id: String,
    /// Private key, 32 bytes; the database is what protects it.
    pub key: Vec<u8>,
    /// Certificate: bytes and signature.
    pub certificate: (Vec<u8>, Vec<u8>),
    /// Trusted time of the last log-in.
    pub last_login: i64,
}

/// Keeps an officer.
///
/// # Errors
/// When the database cannot be written.
pub fn put(connection: &Connection, row: &OfficerRow) -> Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO officer (id, key, certificate, certificate_signature, last_login)
             VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (id) DO UPDATE SET key = ?2, certificate = ?3, certificate_signature = ?4, last_login = ?5",
        )?
        .execute((&row.id, &row.key, &row.certificate.0, &row.certificate.1, row.last_login))?;
    Ok(())
}

/// An officer.
///
/// # Errors
/// When the database cannot be read.
pub fn get(connection: &Connection, id: &str) -> Result<Option<OfficerRow>> {
    Ok(connection
        .prepare_cached(
            "SELECT id, key, certificate, certificate_signature, last_login FROM officer WHERE id = ?1",
        )?
        .query_row([id], |row| {
            Ok(OfficerRow {
                id: row.get(0)?,
                key: row.get(1)?,
                certificate: (row.get(2)?, row.get(3)?),
                last_login: row.get(4)?,
            })
        })
        .optional()?)
}
