//! Events, verbatim: this terminal's own chain and what the server placed.

use super::{Bytes, signed, unsigned};
use crate::{Migration, Result, StoreError};
use domain::ids::{CaseId, CommandId, ContentHash, EventId};
use rusqlite::{Connection, OptionalExtension, Row};

/// Makes the table.
pub const MIGRATION: Migration = Migration {
    name: "2026-11-22 event",
    sql: "CREATE TABLE event (
            id BLOB PRIMARY KEY,
            case_id BLOB NOT NULL,
            command BLOB NOT NULL,
            bytes BLOB NOT NULL,
            signature BLOB NOT NULL,
            delegation BLOB NOT NULL,
            hash BLOB NOT NULL,
            own_seq INTEGER UNIQUE,
            version INTEGER,
            place BLOB,
            place_signature BLOB,
            dropped INTEGER NOT NULL DEFAULT 0
          ) STRICT;
          CREATE UNIQUE INDEX event_of_case ON event (case_id, version) WHERE version IS NOT NULL;
          CREATE INDEX event_unplaced ON event (case_id, own_seq) WHERE version IS NULL;
          CREATE INDEX event_of_command ON event (command);",
    breaking: false,
};

/// Makes the index that finds a terminal's last own event of a case without walking its whole chain.
pub const OWN_OF_CASE: Migration = Migration {
    name: "2026-11-22 event_own_of_case",
    sql: "CREATE INDEX event_own_of_case ON event (case_id, own_seq) WHERE own_seq IS NOT NULL;",
    breaking: false,
};

/// Two halves, each with its own index: the events of a case are read at every act, among those of all cases.
const PLACED_OF_CASE: &str = "FROM event INDEXED BY event_of_case
    WHERE case_id = ?1 AND version IS NOT NULL AND dropped = 0 ORDER BY version";
const WAITING_OF_CASE: &str = "FROM event INDEXED BY event_unplaced
    WHERE case_id = ?1 AND version IS NULL AND dropped = 0 ORDER BY own_seq";
const VERSION_OF_CASE: &str =
    "SELECT max(version) FROM event INDEXED BY event_of_case WHERE case_id = ?1 AND version IS NOT NULL";
const LAST_OWN_OF_CASE: &str = "SELECT id FROM event INDEXED BY event_own_of_case
    WHERE case_id = ?1 AND own_seq IS NOT NULL AND dropped = 0 ORDER BY own_seq DESC LIMIT 1";

/// A stored event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventRow {
    /// Name.
    pub id: EventId,
    /// Case.
    pub case: CaseId,
    /// Command that made it.
    pub command: CommandId,
    /// The signed bytes.
    pub bytes: Vec<u8>,
    /// The author's signature.
    pub signature: Vec<u8>,
    /// SM3 of the delegation of the session key.
    pub delegation: ContentHash,
    /// SM3 of the bytes.
    pub hash: ContentHash,
    /// Number in this terminal's own chain; none for others' events.
    pub own_seq: Option<u64>,
    /// Version of the case that it made; none until the server placed it.
    pub version: Option<u64>,
    /// The server's place: bytes and signature.
    pub place: Option<(Vec<u8>, Vec<u8>)>,
}

fn read(row: &Row<'_>) -> rusqlite::Result<EventRow> {
    let place: Option<Vec<u8>> = row.get(8)?;
    let place_signature: Option<Vec<u8>> = row.get(9)?;
    Ok(EventRow {
        id: row.get::<_, Bytes<EventId>>(0)?.0,
        case: row.get::<_, Bytes<CaseId>>(1)?.0,
        command: row.get::<_, Bytes<CommandId>>(2)?.0,
        bytes: row.get(3)?,
        signature: row.get(4)?,
        delegation: row.get::<_, Bytes<ContentHash>>(5)?.0,
        hash: row.get::<_, Bytes<ContentHash>>(6)?.0,
        own_seq: row.get::<_, Option<i64>>(7)?.map(unsigned),
        version: row.get::<_, Option<i64>>(10)?.map(unsigned),
        place: place.zip(place_signature),
    })
}

const COLUMNS: &str =
    "id, case_id, command, bytes, signature, delegation, hash, own_seq, place, place_signature, version";

/// Number and hash of the last event of the own chain; 0 and zeros for an empty one.
///
/// # Errors
/// When the database cannot be read.
pub fn chain_head(connection: &Connection) -> Result<(u64, ContentHash)> {
    let head = connection
        .prepare_cached(
            "SELECT own_seq, hash FROM event WHERE own_seq IS NOT NULL ORDER BY own_seq DESC LIMIT 1",
        )?
        .query_row([], |row| Ok((unsigned(row.get(0)?), row.get::<_, Bytes<ContentHash>>(1)?.0)))
        .optional()?;
    Ok(head.unwrap_or((0, ContentHash::ZERO)))
}

/// Adds an own event; the chain must still end where the event says.
///
/// # Errors
/// [`StoreError::ChainMoved`] when it does not.
pub fn append_own(connection: &Connection, row: &EventRow, previous: &ContentHash) -> Result<()> {
    let (seq, hash) = chain_head(connection)?;
    if row.own_seq != Some(seq + 1) || hash != *previous {
        return Err(StoreError::ChainMoved);
    }
    insert(connection, row)
}

fn insert(connection: &Connection, row: &EventRow) -> Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO event (id, case_id, command, bytes, signature, delegation, hash, own_seq, version, place,
               place_signature) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        )?
        .execute((
            Bytes(row.id),
            Bytes(row.case),
            Bytes(row.command),
            &row.bytes,
            &row.signature,
            Bytes(row.delegation),
            Bytes(row.hash),
            row.own_seq.map(signed),
            row.version.map(signed),
            row.place.as_ref().map(|(bytes, _)| bytes),
            row.place.as_ref().map(|(_, signature)| signature),
        ))?;
    Ok(())
}

/// Keeps an event with its place: a new one from others, or the place of an own one. A repeat changes nothing.
///
/// # Errors
/// When the database cannot be written.
pub fn place(connection: &Connection, row: &EventRow) -> Result<()> {
    let changed = connection
        .prepare_cached(
            "UPDATE event SET version = ?2, place = ?3, place_signature = ?4, dropped = 0 WHERE id = ?1",
        )?
        .execute((
            Bytes(row.id),
            row.version.map(signed),
            row.place.as_ref().map(|(bytes, _)| bytes),
            row.place.as_ref().map(|(_, signature)| signature),
        ))?;
    if changed == 0 { insert(connection, row) } else { Ok(()) }
}

/// Takes the events of a refused act out of its case; they stay stored.
///
/// # Errors
/// When the database cannot be written.
pub fn drop_command(connection: &Connection, command: CommandId) -> Result<()> {
    connection
        .prepare_cached("UPDATE event SET dropped = 1 WHERE command = ?1 AND version IS NULL")?
        .execute([Bytes(command)])?;
    Ok(())
}

/// The events of a case in their order: placed ones by version, then own ones that wait for a place.
///
/// # Errors
/// When the database cannot be read.
pub fn of_case(connection: &Connection, case: CaseId) -> Result<Vec<EventRow>> {
    let mut rows = Vec::new();
    for half in [PLACED_OF_CASE, WAITING_OF_CASE] {
        let mut statement = connection.prepare_cached(&format!("SELECT {COLUMNS} {half}"))?;
        for row in statement.query_map([Bytes(case)], read)? {
            rows.push(row?);
        }
    }
    Ok(rows)
}

/// The version of a case as the server last told it; 0 when it told none.
///
/// # Errors
/// When the database cannot be read.
pub fn server_version(connection: &Connection, case: CaseId) -> Result<u64> {
    let version: Option<i64> =
        connection.prepare_cached(VERSION_OF_CASE)?.query_row([Bytes(case)], |row| row.get(0))?;
    Ok(version.map_or(0, unsigned))
}

/// The last own event of a case that was not dropped.
///
/// # Errors
/// When the database cannot be read.
pub fn last_own(connection: &Connection, case: CaseId) -> Result<Option<EventId>> {
    Ok(connection
        .prepare_cached(LAST_OWN_OF_CASE)?
        .query_row([Bytes(case)], |row| row.get::<_, Bytes<EventId>>(0))
        .optional()?
        .map(|id| id.0))
}

/// The whole own chain in order, for checks.
///
/// # Errors
/// When the database cannot be read.
pub fn own_chain(connection: &Connection) -> Result<Vec<EventRow>> {
    let mut statement = connection
        .prepare(&format!("SELECT {COLUMNS} FROM event WHERE own_seq IS NOT NULL ORDER BY own_seq"))?;
    let rows = statement.query_map([], read)?.collect::<std::result::Result<_, _>>()?;
    Ok(rows)
}

/// All cases that have events.
///
/// # Errors
/// When the database cannot be read.
pub fn cases(connection: &Connection) -> Result<Vec<CaseId>> {
    let mut statement = connection.prepare("SELECT DISTINCT case_id FROM event")?;
    let rows = statement
        .query_map([], |row| row.get::<_, Bytes<CaseId>>(0))?
        .map(|id| id.map(|one| one.0))
        .collect::<std::result::Result<_, _>>()?;
    Ok(rows)
}

/// Whether the place of a version of a case is known, with the bytes of that place.
///
/// # Errors
/// When the database cannot be read.
pub fn place_bytes(connection: &Connection, case: CaseId, version: u64) -> Result<Option<Vec<u8>>> {
    Ok(connection
        .prepare_cached("SELECT place FROM event WHERE case_id = ?1 AND version = ?2")?
        .query_row((Bytes(case), signed(version)), |row| row.get(0))
        .optional()?
        .flatten())
}

/// An event by name, dropped or not.
///
/// # Errors
/// When the database cannot be read.
pub fn get(connection: &Connection, id: EventId) -> Result<Option<EventRow>> {
    Ok(connection
        .prepare_cached(&format!("SELECT {COLUMNS} FROM event WHERE id = ?1"))?
        .query_row([Bytes(id)], read)
        .optional()?)
}

/// Takes back the places of a case from a version on: the server lost them. Own events wait for a new place;
/// others' leave the case until their authors push them again. All stay stored.
///
/// # Errors
/// When the database cannot be written.
pub fn unplace_from(connection: &Connection, case: CaseId, version: u64) -> Result<usize> {
    Ok(connection
        .prepare_cached(
            "UPDATE event SET version = NULL, place = NULL, place_signature = NULL,
               dropped = CASE WHEN own_seq IS NULL THEN 1 ELSE dropped END
             WHERE case_id = ?1 AND version >= ?2",
        )?
        .execute((Bytes(case), signed(version)))?)
}

/// Takes a case out of this terminal's sight: others' events are deleted, own ones stay for the chain.
///
/// # Errors
/// When the database cannot be written.
pub fn forget(connection: &Connection, case: CaseId) -> Result<()> {
    connection
        .prepare_cached("DELETE FROM event WHERE case_id = ?1 AND own_seq IS NULL")?
        .execute([Bytes(case)])?;
    connection.prepare_cached("UPDATE event SET dropped = 1 WHERE case_id = ?1")?.execute([Bytes(case)])?;
    Ok(())
}
