//! Drafts: what is being typed, kept within a second of the last key. Not events.

use super::Bytes;
use crate::{Migration, Result};
use domain::ids::CaseId;
use rusqlite::Connection;

/// Makes the table.
pub const MIGRATION: Migration = Migration {
    name: "2026-11-22 draft",
    sql: "CREATE TABLE draft (
            case_id BLOB NOT NULL,
            section TEXT NOT NULL,
            author TEXT NOT NULL,
            typed BLOB NOT NULL,
            saved INTEGER NOT NULL,
            PRIMARY KEY (case_id, section, author)
          ) STRICT, WITHOUT ROWID",
    breaking: false,
};

/// A draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftRow {
    /// Case.
    pub case: CaseId,
    /// Section of the form.
    pub section: String,
    /// Who types.
    pub author: String,
    /// What was typed, as the caller encodes it.
    pub typed: Vec<u8>,
    /// Trusted time.
    pub saved: i64,
}

/// Keeps a draft in place of the one before.
///
/// # Errors
/// When the database cannot be written.
pub fn put(connection: &Connection, row: &DraftRow) -> Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO draft (case_id, section, author, typed, saved) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (case_id, section, author) DO UPDATE SET typed = ?4, saved = ?5",
        )?
        .execute((Bytes(row.case), &row.section, &row.author, &row.typed, row.saved))?;
    Ok(())
}

/// The drafts of a case, newest first.
///
/// # Errors
/// When the database cannot be read.
pub fn of_case(connection: &Connection, case: CaseId) -> Result<Vec<DraftRow>> {
    let mut statement = connection.prepare_cached(
        "SELECT case_id, section, author, typed, saved FROM draft WHERE case_id = ?1 ORDER BY saved DESC",
    )?;
    let rows = statement
        .query_map([Bytes(case)], |row| {
            Ok(DraftRow {
                case: row.get::<_, Bytes<CaseId>>(0)?.0,
                section: row.get(1)?,
                author: row.get(2)?,
                typed: row.get(3)?,
                saved: row.get(4)?,
            })
        })?
        .collect::<std::result::Result<_, _>>()?;
    Ok(rows)
}

/// All drafts of an author, for lock and log-out.
///
/// # Errors
/// When the database cannot be read.
pub fn of_author(connection: &Connection, author: &str) -> Result<Vec<(CaseId, String)>> {
    let mut statement = connection.prepare_cached("SELECT case_id, section FROM draft WHERE author = ?1")?;
    let rows = statement
        .query_map([author], |row| Ok((row.get::<_, Bytes<CaseId>>(0)?.0, row.get(1)?)))?
        .collect::<std::result::Result<_, _>>()?;
    Ok(rows)
}

/// Takes a draft away: its values are part of the case now.
///
/// # Errors
/// When the database cannot be written.
pub fn remove(connection: &Connection, case: CaseId, section: &str, author: &str) -> Result<()> {
    connection
        .prepare_cached("DELETE FROM draft WHERE case_id = ?1 AND section = ?2 AND author = ?3")?
        .execute((Bytes(case), section, author))?;
    Ok(())
}
