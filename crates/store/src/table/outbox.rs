//! Acts that wait for the server, and what became of them.

use super::{Bytes, signed, unsigned};
use crate::{Migration, Result};
use domain::ids::{CaseId, CommandId};
use rusqlite::{Connection, OptionalExtension, Row};

/// Makes the table.
pub const MIGRATION: Migration = Migration {
    name: "2026-11-22 outbox",
    sql: "CREATE TABLE outbox (
            seq INTEGER PRIMARY KEY,
            command BLOB NOT NULL UNIQUE,
            case_id BLOB NOT NULL,
            act BLOB NOT NULL,
            words TEXT NOT NULL,
            made INTEGER NOT NULL,
            state INTEGER NOT NULL DEFAULT 0,
            outcome BLOB,
            receipt BLOB,
            receipt_signature BLOB
          ) STRICT;
          CREATE INDEX outbox_state ON outbox (state, seq);",
    breaking: false,
};

/// Makes room for why a troubled act was given up: where the case itself is not on the server, no event can say it.
pub const SETTLED_REASON: Migration = Migration {
    name: "2026-11-23 outbox_settled_reason",
    sql: "ALTER TABLE outbox ADD COLUMN settled_reason TEXT;",
    breaking: false,
};

/// State of an act in the outbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutboxState {
    /// Not answered yet.
    Waiting,
    /// On the server, with its receipt.
    Placed,
    /// Refused, in conflict or held: needs somebody.
    Troubled,
    /// Troubled, and somebody dealt with it.
    Settled,
}

impl OutboxState {
    fn number(self) -> i64 {
        match self {
            Self::Waiting => 0,
            Self::Placed => 1,
            Self::Troubled => 2,
            Self::Settled => 3,
        }
    }

    fn from_number(number: i64) -> Self {
        match number {
            1 => Self::Placed,
            2 => Self::Troubled,
            3 => Self::Settled,
            _ => Self::Waiting,
        }
    }
}

/// An act in the outbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxRow {
    /// Number: 1, 2, 3 … per epoch.
    pub seq: u64,
    /// The act's name.
    pub command: CommandId,
    /// Case.
    pub case: CaseId,
    /// Bytes of the act.
    pub act: Vec<u8>,
    /// What it is, in words without personal data.
    pub words: String,
    /// Trusted time of the act.
    pub made: i64,
    /// State.
    pub state: OutboxState,
    /// Bytes of the server's outcome.
    pub outcome: Option<Vec<u8>>,
    /// The server's receipt: bytes and signature.
    pub receipt: Option<(Vec<u8>, Vec<u8>)>,
    /// Why it was given up, empty when it was made again; none while nobody dealt with it.
    pub settled: Option<String>,
}

const COLUMNS: &str = "seq, command, case_id, act, words, made, state, outcome, receipt, receipt_signature, \
    settled_reason";

fn read(row: &Row<'_>) -> rusqlite::Result<OutboxRow> {
    let receipt: Option<Vec<u8>> = row.get(8)?;
    let signature: Option<Vec<u8>> = row.get(9)?;
    Ok(OutboxRow {
        seq: unsigned(row.get(0)?),
        command: row.get::<_, Bytes<CommandId>>(1)?.0,
        case: row.get::<_, Bytes<CaseId>>(2)?.0,
        act: row.get(3)?,
        words: row.get(4)?,
        made: row.get(5)?,
        state: OutboxState::from_number(row.get(6)?),
        outcome: row.get(7)?,
        receipt: receipt.zip(signature),
        settled: row.get(10)?,
    })
}

/// Adds an act; its number is the next.
///
/// # Errors
/// When the database cannot be written.
pub fn append(
    connection: &Connection,
    command: CommandId,
    case: CaseId,
    act: &[u8],
    words: &str,
    made: i64,
) -> Result<u64> {
    connection
        .prepare_cached(
            "INSERT INTO outbox (seq, command, case_id, act, words, made)
             VALUES ((SELECT coalesce(max(seq), 0) + 1 FROM outbox), ?1, ?2, ?3, ?4, ?5)",
        )?
        .execute((Bytes(command), Bytes(case), act, words, made))?;
    Ok(unsigned(connection.last_insert_rowid()))
}

/// Whether an act of this name was made already.
///
/// # Errors
/// When the database cannot be read.
pub fn has(connection: &Connection, command: CommandId) -> Result<bool> {
    Ok(connection
        .prepare_cached("SELECT 1 FROM outbox WHERE command = ?1")?
        .query_row([Bytes(command)], |_| Ok(()))
        .optional()?
        .is_some())
}

/// The oldest waiting acts.
///
/// # Errors
/// When the database cannot be read.
pub fn waiting(connection: &Connection, limit: u32) -> Result<Vec<OutboxRow>> {
    of_state(connection, OutboxState::Waiting, limit)
}

/// The oldest acts in a state.
///
/// # Errors
/// When the database cannot be read.
pub fn of_state(connection: &Connection, state: OutboxState, limit: u32) -> Result<Vec<OutboxRow>> {
    let mut statement = connection
        .prepare_cached(&format!("SELECT {COLUMNS} FROM outbox WHERE state = ?1 ORDER BY seq LIMIT ?2"))?;
    let rows = statement.query_map((state.number(), limit), read)?.collect::<std::result::Result<_, _>>()?;
    Ok(rows)
}

/// The acts of a case in a state.
///
/// # Errors
/// When the database cannot be read.
pub fn of_case(connection: &Connection, case: CaseId, state: OutboxState) -> Result<Vec<OutboxRow>> {
    let mut statement = connection.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM outbox WHERE case_id = ?1 AND state = ?2 ORDER BY seq"
    ))?;
    let rows =
        statement.query_map((Bytes(case), state.number()), read)?.collect::<std::result::Result<_, _>>()?;
    Ok(rows)
}

/// Number of acts in a state.
///
/// # Errors
/// When the database cannot be read.
pub fn count(connection: &Connection, state: OutboxState) -> Result<u32> {
    Ok(connection
        .prepare_cached("SELECT count(*) FROM outbox WHERE state = ?1")?
        .query_row([state.number()], |row| row.get(0))?)
}

/// The highest number ever given.
///
/// # Errors
/// When the database cannot be read.
pub fn last(connection: &Connection) -> Result<u64> {
    let last: Option<i64> =
        connection.prepare_cached("SELECT max(seq) FROM outbox")?.query_row([], |row| row.get(0))?;
    Ok(last.map_or(0, unsigned))
}

/// Keeps the server's answer to an act.
///
/// # Errors
/// When the database cannot be written.
pub fn answer(
    connection: &Connection,
    seq: u64,
    state: OutboxState,
    outcome: &[u8],
    receipt: (&[u8], &[u8]),
) -> Result<()> {
    connection
        .prepare_cached(
            "UPDATE outbox SET state = ?2, outcome = ?3, receipt = ?4, receipt_signature = ?5 WHERE seq = ?1",
        )?
        .execute((signed(seq), state.number(), outcome, receipt.0, receipt.1))?;
    Ok(())
}

/// Marks a troubled act as dealt with, with the reason when it was given up and an empty one when it was made again.
/// Gives whether it was troubled until now.
///
/// # Errors
/// When the database cannot be written.
pub fn settle(connection: &Connection, seq: u64, reason: &str) -> Result<bool> {
    let settled = connection
        .prepare_cached("UPDATE outbox SET state = ?2, settled_reason = ?4 WHERE seq = ?1 AND state = ?3")?
        .execute((signed(seq), OutboxState::Settled.number(), OutboxState::Troubled.number(), reason))?;
    Ok(settled == 1)
}

/// An act by number.
///
/// # Errors
/// When the database cannot be read.
pub fn get(connection: &Connection, seq: u64) -> Result<Option<OutboxRow>> {
    Ok(connection
        .prepare_cached(&format!("SELECT {COLUMNS} FROM outbox WHERE seq = ?1"))?
        .query_row([signed(seq)], read)
        .optional()?)
}

/// The last act that the server answered, whatever the answer.
///
/// # Errors
/// When the database cannot be read.
pub fn last_answered(connection: &Connection) -> Result<Option<OutboxRow>> {
    Ok(connection
        .prepare_cached(&format!("SELECT {COLUMNS} FROM outbox WHERE state <> 0 ORDER BY seq DESC LIMIT 1"))?
        .query_row([], read)
        .optional()?)
}

/// Lets acts from a number on wait again, because the server lost them. Their receipts stay as evidence until the
/// new answer. Gives how many.
///
/// # Errors
/// When the database cannot be written.
pub fn reopen(connection: &Connection, from: u64) -> Result<usize> {
    Ok(connection
        .prepare_cached("UPDATE outbox SET state = ?2 WHERE seq >= ?1 AND state <> ?2")?
        .execute((signed(from), OutboxState::Waiting.number()))?)
}
