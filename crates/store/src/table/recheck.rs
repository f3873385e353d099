//! Placed events that the server has to show again, after it was restored or the pull began anew. What it does not
//! show again, it lost.

use super::{Bytes, unsigned};
use crate::{Migration, Result};
use domain::ids::{CaseId, EventId};
use rusqlite::Connection;

/// Makes the table.
pub const MIGRATION: Migration = Migration {
    name: "2026-11-22 recheck",
    sql: "CREATE TABLE recheck (event BLOB PRIMARY KEY) STRICT, WITHOUT ROWID",
    breaking: false,
};

/// Every placed event has to be shown again.
///
/// # Errors
/// When the database cannot be written.
pub fn begin(connection: &Connection) -> Result<()> {
    connection.execute_batch(
        "DELETE FROM recheck;
         INSERT INTO recheck SELECT id FROM event WHERE version IS NOT NULL AND dropped = 0;",
    )?;
    Ok(())
}

/// The server showed an event.
///
/// # Errors
/// When the database cannot be written.
pub fn seen(connection: &Connection, event: EventId) -> Result<()> {
    connection.prepare_cached("DELETE FROM recheck WHERE event = ?1")?.execute([Bytes(event)])?;
    Ok(())
}

/// Whether something has still to be shown.
///
/// # Errors
/// When the database cannot be read.
pub fn is_running(connection: &Connection) -> Result<bool> {
    Ok(connection.prepare_cached("SELECT EXISTS (SELECT 1 FROM recheck)")?.query_row([], |row| row.get(0))?)
}

/// Ends the recheck. Gives each case with the first version that was not shown.
///
/// # Errors
/// When the database cannot be written.
pub fn finish(connection: &Connection) -> Result<Vec<(CaseId, u64)>> {
    let lost = connection
        .prepare_cached(
            "SELECT event.case_id, min(event.version) FROM recheck JOIN event ON event.id = recheck.event
             WHERE event.version IS NOT NULL GROUP BY event.case_id",
        )?
        .query_map([], |row| Ok((row.get::<_, Bytes<CaseId>>(0)?.0, unsigned(row.get(1)?))))?
        .collect::<std::result::Result<_, _>>()?;
    connection.execute("DELETE FROM recheck", [])?;
    Ok(lost)
}
