//! Leased blocks of printed numbers. A number is taken in the transaction that uses it.

use crate::{Migration, Result, StoreError};
use domain::number::{NumberBlock, NumberKind};
use rusqlite::{Connection, OptionalExtension};

/// Makes the tables.
pub const MIGRATION: Migration = Migration {
    name: "2026-11-22 number",
    sql: "CREATE TABLE number_block (
            kind INTEGER NOT NULL,
            unit TEXT NOT NULL,
            year INTEGER NOT NULL,
            first INTEGER NOT NULL,
            last INTEGER NOT NULL,
            next INTEGER NOT NULL,
            PRIMARY KEY (kind, unit, year, first)
          ) STRICT, WITHOUT ROWID;
          CREATE TABLE number_used (number TEXT PRIMARY KEY, command BLOB NOT NULL) STRICT, WITHOUT ROWID;",
    breaking: false,
};

fn kind_number(kind: NumberKind) -> i64 {
    match kind {
        NumberKind::Acceptance => 1,
        NumberKind::Intake => 2,
    }
}

/// Keeps a leased block. The same block again changes nothing.
///
/// # Errors
/// When the database cannot be written.
pub fn add_block(connection: &Connection, block: &NumberBlock) -> Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO number_block (kind, unit, year, first, last, next) VALUES (?1, ?2, ?3, ?4, ?5, ?4)
             ON CONFLICT DO NOTHING",
        )?
        .execute((kind_number(block.kind), block.unit.as_str(), block.year, block.first, block.last))?;
    Ok(())
}

/// The next serial, without taking it.
///
/// # Errors
/// When the database cannot be read.
pub fn peek(connection: &Connection, kind: NumberKind, unit: &str, year: i16) -> Result<Option<u32>> {
    Ok(connection
        .prepare_cached(
            "SELECT next FROM number_block WHERE kind = ?1 AND unit = ?2 AND year = ?3 AND next <= last
             ORDER BY first LIMIT 1",
        )?
        .query_row((kind_number(kind), unit, year), |row| row.get(0))
        .optional()?)
}

/// Takes the serial that [`peek`] gave, for a command.
///
/// # Errors
/// [`StoreError::NumberTaken`] when it is not the next any more, or was ever printed.
pub fn take(
    connection: &Connection,
    kind: NumberKind,
    unit: &str,
    year: i16,
    serial: u32,
    number: &str,
    command: domain::ids::CommandId,
) -> Result<()> {
    if peek(connection, kind, unit, year)? != Some(serial) {
        return Err(StoreError::NumberTaken);
    }
    let moved = connection
        .prepare_cached(
            "UPDATE number_block SET next = next + 1 WHERE kind = ?1 AND unit = ?2 AND year = ?3 AND next = ?4
             AND next <= last",
        )?
        .execute((kind_number(kind), unit, year, serial))?;
    let noted = connection
        .prepare_cached("INSERT INTO number_used (number, command) VALUES (?1, ?2) ON CONFLICT DO NOTHING")?
        .execute((number, super::Bytes(command)))?;
    if moved == 1 && noted == 1 { Ok(()) } else { Err(StoreError::NumberTaken) }
}

/// How many serials are left.
///
/// # Errors
/// When the database cannot be read.
pub fn left(connection: &Connection, kind: NumberKind, unit: &str, year: i16) -> Result<u32> {
    let left: Option<u32> = connection
        .prepare_cached(
            "SELECT sum(last - next + 1) FROM number_block WHERE kind = ?1 AND unit = ?2 AND year = ?3",
        )?
        .query_row((kind_number(kind), unit, year), |row| row.get(0))?;
    Ok(left.unwrap_or(0))
}

/// Forgets all blocks: the store got a new epoch.
///
/// # Errors
/// When the database cannot be written.
pub fn forget_blocks(connection: &Connection) -> Result<()> {
    connection.execute("DELETE FROM number_block", [])?;
    Ok(())
}

/// How many serials of a kind and year are left, whatever the unit: a terminal stands in one.
///
/// # Errors
/// When the database cannot be read.
pub fn left_of_year(connection: &Connection, kind: NumberKind, year: i16) -> Result<u32> {
    let left: Option<u32> = connection
        .prepare_cached("SELECT sum(last - next + 1) FROM number_block WHERE kind = ?1 AND year = ?2")?
        .query_row((kind_number(kind), year), |row| row.get(0))?;
    Ok(left.unwrap_or(0))
}
