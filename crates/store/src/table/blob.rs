//! Stored files: what they are, their keys, whether the server has them.

use super::{Bytes, signed, unsigned};
use crate::{Migration, Result};
use domain::ids::{CaseId, ContentHash};
use rusqlite::{Connection, OptionalExtension, Row};

/// Makes the table.
pub const MIGRATION: Migration = Migration {
    name: "2026-11-22 blob",
    sql: "CREATE TABLE blob (
            id BLOB PRIMARY KEY,
            case_id BLOB,
            content BLOB NOT NULL,
            length INTEGER NOT NULL,
            media TEXT NOT NULL,
            key BLOB NOT NULL,
            here INTEGER NOT NULL,
            sent INTEGER NOT NULL
          ) STRICT;
          CREATE INDEX blob_unsent ON blob (sent, case_id) WHERE sent = 0;",
    breaking: false,
};

/// Makes room for what became of the last try to send a file.
pub const LAST_TRY: Migration = Migration {
    name: "2026-11-23 blob_last_try",
    sql: "ALTER TABLE blob ADD COLUMN tried INTEGER NOT NULL DEFAULT 0;
          ALTER TABLE blob ADD COLUMN fault TEXT;",
    breaking: false,
};

/// A stored file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlobRow {
    /// SM3 of the ciphertext.
    pub id: ContentHash,
    /// Case; none for files of no case.
    pub case: Option<CaseId>,
    /// SM3 of the content.
    pub content: ContentHash,
    /// Length of the content.
    pub length: u64,
    /// Media type.
    pub media: String,
    /// The file's key, 16 bytes.
    pub key: Vec<u8>,
    /// Whether the file lies in the store's folder.
    pub here: bool,
    /// Whether the server has it whole.
    pub sent: bool,
}

fn read(row: &Row<'_>) -> rusqlite::Result<BlobRow> {
    Ok(BlobRow {
        id: row.get::<_, Bytes<ContentHash>>(0)?.0,
        case: row.get::<_, Option<Bytes<CaseId>>>(1)?.map(|one| one.0),
        content: row.get::<_, Bytes<ContentHash>>(2)?.0,
        length: unsigned(row.get(3)?),
        media: row.get(4)?,
        key: row.get(5)?,
        here: row.get(6)?,
        sent: row.get(7)?,
    })
}

const COLUMNS: &str = "id, case_id, content, length, media, key, here, sent";

/// Notes a file. The file itself must be durable before.
///
/// # Errors
/// When the database cannot be written.
pub fn put(connection: &Connection, row: &BlobRow) -> Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO blob (id, case_id, content, length, media, key, here, sent)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
             ON CONFLICT (id) DO UPDATE SET here = max(here, ?7), sent = max(sent, ?8)",
        )?
        .execute((
            Bytes(row.id),
            row.case.map(Bytes),
            Bytes(row.content),
            signed(row.length),
            &row.media,
            &row.key,
            row.here,
            row.sent,
        ))?;
    Ok(())
}

/// A file.
///
/// # Errors
/// When the database cannot be read.
pub fn get(connection: &Connection, id: ContentHash) -> Result<Option<BlobRow>> {
    Ok(connection
        .prepare_cached(&format!("SELECT {COLUMNS} FROM blob WHERE id = ?1"))?
        .query_row([Bytes(id)], read)
        .optional()?)
}

/// Files of cases that the server does not have yet: those whose last try is longest ago first, and of them the small
/// ones. A file that cannot be sent never stands before the others for long.
///
/// # Errors
/// When the database cannot be read.
pub fn unsent(connection: &Connection, limit: u32) -> Result<Vec<BlobRow>> {
    let mut statement = connection.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM blob WHERE sent = 0 AND case_id IS NOT NULL ORDER BY tried, length LIMIT ?1"
    ))?;
    let rows = statement.query_map([limit], read)?.collect::<std::result::Result<_, _>>()?;
    Ok(rows)
}

/// Notes that a file could not be sent.
///
/// # Errors
/// When the database cannot be written.
pub fn note_fault(connection: &Connection, id: ContentHash, code: &str) -> Result<()> {
    connection
        .prepare_cached(
            "UPDATE blob SET fault = ?2, tried = (SELECT max(tried) + 1 FROM blob) WHERE id = ?1",
        )?
        .execute((Bytes(id), code))?;
    Ok(())
}

/// Files of one case that the server does not have yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnsentOfCase {
    /// The case.
    pub case: CaseId,
    /// How many.
    pub count: u32,
    /// Bytes of their contents.
    pub length: u64,
    /// Code of the last fault of one of them; none when none was tried in vain.
    pub fault: Option<String>,
}

/// What waits of each case, those with faults first.
///
/// # Errors
/// When the database cannot be read.
pub fn unsent_by_case(connection: &Connection, limit: u32) -> Result<Vec<UnsentOfCase>> {
    let mut statement = connection.prepare_cached(
        "SELECT case_id, count(*), sum(length), max(fault) FROM blob WHERE sent = 0 AND case_id IS NOT NULL
         GROUP BY case_id ORDER BY max(fault) IS NULL, case_id LIMIT ?1",
    )?;
    let rows = statement
        .query_map([limit], |row| {
            Ok(UnsentOfCase {
                case: row.get::<_, Bytes<CaseId>>(0)?.0,
                count: row.get(1)?,
                length: unsigned(row.get(2)?),
                fault: row.get(3)?,
            })
        })?
        .collect::<std::result::Result<_, _>>()?;
    Ok(rows)
}

/// Number of files that the server does not have yet.
///
/// # Errors
/// When the database cannot be read.
pub fn unsent_count(connection: &Connection) -> Result<u32> {
    Ok(connection
        .prepare_cached("SELECT count(*) FROM blob WHERE sent = 0 AND case_id IS NOT NULL")?
        .query_row([], |row| row.get(0))?)
}

/// The server has a file whole.
///
/// # Errors
/// When the database cannot be written.
pub fn mark_sent(connection: &Connection, id: ContentHash) -> Result<()> {
    connection
        .prepare_cached("UPDATE blob SET sent = 1, fault = NULL WHERE id = ?1")?
        .execute([Bytes(id)])?;
    Ok(())
}

/// All files that should lie in the folder, for checks.
///
/// # Errors
/// When the database cannot be read.
pub fn all_here(connection: &Connection) -> Result<Vec<BlobRow>> {
    let mut statement = connection.prepare(&format!("SELECT {COLUMNS} FROM blob WHERE here = 1"))?;
    let rows = statement.query_map([], read)?.collect::<std::result::Result<_, _>>()?;
    Ok(rows)
}

/// Names of all files that rows name.
///
/// # Errors
/// When the database cannot be read.
pub fn names(connection: &Connection) -> Result<std::collections::HashSet<ContentHash>> {
    let mut statement = connection.prepare("SELECT id FROM blob")?;
    let names = statement
        .query_map([], |row| Ok(row.get::<_, Bytes<ContentHash>>(0)?.0))?
        .collect::<std::result::Result<_, _>>()?;
    Ok(names)
}
