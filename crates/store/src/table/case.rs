//! The work list and person search: made from events, and can be made again.

use super::Bytes;
use crate::{Migration, Result};
use domain::ids::CaseId;
use rusqlite::{Connection, OptionalExtension, Row};

/// Makes the tables. The search index holds single characters, so that names of two characters are found.
pub const MIGRATION: Migration = Migration {
    name: "2026-11-22 case",
    sql: "CREATE TABLE case_list (
            id BLOB PRIMARY KEY,
            number TEXT NOT NULL,
            matter TEXT NOT NULL,
            unit TEXT NOT NULL,
            person_number TEXT NOT NULL,
            opened INTEGER NOT NULL,
            changed INTEGER NOT NULL,
            due TEXT NOT NULL,
            step_kind TEXT NOT NULL,
            step_roles TEXT NOT NULL,
            step_unit TEXT NOT NULL,
            at_counter INTEGER NOT NULL,
            awaits_confirmation INTEGER NOT NULL,
            ended INTEGER NOT NULL,
            line BLOB NOT NULL
          ) STRICT;
          CREATE INDEX case_list_changed ON case_list (changed DESC);
          CREATE INDEX case_list_person ON case_list (person_number);
          CREATE INDEX case_list_open ON case_list (ended, changed DESC);
          CREATE VIRTUAL TABLE case_search USING fts5 (text, content = '', contentless_delete = 1,
            tokenize = 'unicode61 remove_diacritics 0');
          CREATE TABLE parked (case_id BLOB PRIMARY KEY, officer TEXT NOT NULL, parked INTEGER NOT NULL) STRICT;",
    breaking: false,
};

/// A case in the work list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseRow {
    /// Case.
    pub id: CaseId,
    /// Printed number; empty while it has none.
    pub number: String,
    /// Matter.
    pub matter: String,
    /// Unit that took it in.
    pub unit: String,
    /// Identity number of the person whose business it is; empty when unknown.
    pub person_number: String,
    /// Trusted time of opening.
    pub opened: i64,
    /// Trusted time of the last event.
    pub changed: i64,
    /// Last day of the promised time, `YYYY-MM-DD`, or empty.
    pub due: String,
    /// Kind of the step that it waits for, or empty.
    pub step_kind: String,
    /// Roles that may act, joined and framed by commas.
    pub step_roles: String,
    /// Unit that may act, or empty.
    pub step_unit: String,
    /// Whether it lies at the counter.
    pub at_counter: bool,
    /// Whether an intake waits for its confirmation.
    pub awaits_confirmation: bool,
    /// Whether it has ended.
    pub ended: bool,
    /// What the screen shows, as the caller encodes it.
    pub line: Vec<u8>,
    /// Words to be found by: names, numbers.
    pub words: Vec<String>,
}

const COLUMNS: &str = "id, number, matter, unit, person_number, opened, changed, due, step_kind, step_roles, \
                       step_unit, at_counter, awaits_confirmation, ended, line";

fn read(row: &Row<'_>) -> rusqlite::Result<CaseRow> {
    Ok(CaseRow {
        id: row.get::<_, Bytes<CaseId>>(0)?.0,
        number: row.get(1)?,
        matter: row.get(2)?,
        unit: row.get(3)?,
        person_number: row.get(4)?,
        opened: row.get(5)?,
        changed: row.get(6)?,
        due: row.get(7)?,
        step_kind: row.get(8)?,
        step_roles: row.get(9)?,
        step_unit: row.get(10)?,
        at_counter: row.get(11)?,
        awaits_confirmation: row.get(12)?,
        ended: row.get(13)?,
        line: row.get(14)?,
        words: Vec::new(),
    })
}

/// Single characters with spaces between, so that any part of a name is a phrase of the index.
fn characters(text: &str) -> String {
    let mut spaced = String::with_capacity(text.len() * 2);
    for sign in text.chars().filter(|sign| sign.is_alphanumeric()) {
        spaced.push(sign);
        spaced.push(' ');
    }
    spaced
}

/// Puts a case in the list, or its new state.
///
/// # Errors
/// When the database cannot be written.
pub fn put(connection: &Connection, row: &CaseRow) -> Result<()> {
    let known: Option<i64> = connection
        .prepare_cached("SELECT rowid FROM case_list WHERE id = ?1")?
        .query_row([Bytes(row.id)], |one| one.get(0))
        .optional()?;
    let rowid = if let Some(rowid) = known {
        connection
            .prepare_cached(
                "UPDATE case_list SET number = ?2, matter = ?3, unit = ?4, person_number = ?5, opened = ?6,
                   changed = ?7, due = ?8, step_kind = ?9, step_roles = ?10, step_unit = ?11, at_counter = ?12,
                   awaits_confirmation = ?13, ended = ?14, line = ?15 WHERE rowid = ?1",
            )?
            .execute(rusqlite::params![
                rowid,
                row.number,
                row.matter,
                row.unit,
                row.person_number,
                row.opened,
                row.changed,
                row.due,
                row.step_kind,
                row.step_roles,
                row.step_unit,
                row.at_counter,
                row.awaits_confirmation,
                row.ended,
                row.line
            ])?;
        connection.prepare_cached("DELETE FROM case_search WHERE rowid = ?1")?.execute([rowid])?;
        rowid
    } else {
        connection
            .prepare_cached(
                "INSERT INTO case_list (id, number, matter, unit, person_number, opened, changed, due, step_kind,
                   step_roles, step_unit, at_counter, awaits_confirmation, ended, line)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
            )?
            .execute(rusqlite::params![
                Bytes(row.id),
                row.number,
                row.matter,
                row.unit,
                row.person_number,
                row.opened,
                row.changed,
                row.due,
                row.step_kind,
                row.step_roles,
                row.step_unit,
                row.at_counter,
                row.awaits_confirmation,
                row.ended,
                row.line
            ])?;
        connection.last_insert_rowid()
    };
    // A dash that no query holds keeps phrases from running over the edge of a word.
    let text = row.words.iter().map(|word| characters(word)).collect::<Vec<_>>().join(" wordedge ");
    connection
        .prepare_cached("INSERT INTO case_search (rowid, text) VALUES (?1, ?2)")?
        .execute((rowid, text))?;
    Ok(())
}

/// A case of the list.
///
/// # Errors
/// When the database cannot be read.
pub fn get(connection: &Connection, id: CaseId) -> Result<Option<CaseRow>> {
    Ok(connection
        .prepare_cached(&format!("SELECT {COLUMNS} FROM case_list WHERE id = ?1"))?
        .query_row([Bytes(id)], read)
        .optional()?)
}

/// Which cases are wanted; empty parts do not narrow.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Characters of names or numbers.
    pub text: String,
    /// Identity number of the person.
    pub person_number: String,
    /// Waits for this role …
    pub role: String,
    /// … of this unit.
    pub unit: String,
    /// Kinds of step.
    pub kinds: Vec<&'static str>,
    /// Ended ones too.
    pub ended: bool,
    /// At most so many, newest first.
    pub limit: u32,
}

/// Cases of the list, newest first.
///
/// # Errors
/// When the database cannot be read.
pub fn find(connection: &Connection, filter: &Filter) -> Result<Vec<CaseRow>> {
    let mut sql = format!("SELECT {COLUMNS} FROM case_list WHERE 1");
    let mut values: Vec<Box<dyn rusqlite::ToSql>> = Vec::new();
    let spaced = characters(&filter.text);
    if !spaced.is_empty() {
        sql.push_str(" AND rowid IN (SELECT rowid FROM case_search WHERE case_search MATCH ?)");
        values.push(Box::new(format!("\"{}\"", spaced.trim_end())));
    }
    if !filter.person_number.is_empty() {
        sql.push_str(" AND person_number = ?");
        values.push(Box::new(filter.person_number.clone()));
    }
    if !filter.role.is_empty() {
        sql.push_str(" AND step_roles LIKE ? AND step_unit = ?");
        values.push(Box::new(format!("%,{},%", filter.role)));
        values.push(Box::new(filter.unit.clone()));
    }
    if !filter.kinds.is_empty() {
        let marks = vec!["?"; filter.kinds.len()].join(", ");
        sql.push_str(&format!(" AND step_kind IN ({marks})"));
        for kind in &filter.kinds {
            values.push(Box::new((*kind).to_owned()));
        }
    }
    if !filter.ended {
        sql.push_str(" AND ended = 0");
    }
    sql.push_str(" ORDER BY changed DESC LIMIT ?");
    values.push(Box::new(filter.limit));
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement
        .query_map(rusqlite::params_from_iter(values), read)?
        .collect::<std::result::Result<_, _>>()?;
    Ok(rows)
}

/// The case with this printed number.
///
/// # Errors
/// When the database cannot be read.
pub fn of_number(connection: &Connection, number: &str) -> Result<Option<CaseId>> {
    let mut statement =
        connection.prepare_cached(&format!("SELECT {COLUMNS} FROM case_list WHERE number = ?"))?;
    let row = statement.query_map([number], read)?.next().transpose()?;
    Ok(row.map(|row| row.id))
}

/// Everything that has not ended, for the desk.
///
/// # Errors
/// When the database cannot be read.
pub fn open_cases(connection: &Connection) -> Result<Vec<CaseRow>> {
    let mut statement = connection
        .prepare_cached(&format!("SELECT {COLUMNS} FROM case_list WHERE ended = 0 ORDER BY changed"))?;
    let rows = statement.query_map([], read)?.collect::<std::result::Result<_, _>>()?;
    Ok(rows)
}

/// Cases changed since a moment, ended ones too, newest first.
///
/// # Errors
/// When the database cannot be read.
pub fn changed_since(connection: &Connection, since: i64) -> Result<Vec<CaseRow>> {
    let mut statement = connection.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM case_list WHERE changed >= ?1 ORDER BY changed DESC"
    ))?;
    let rows = statement.query_map([since], read)?.collect::<std::result::Result<_, _>>()?;
    Ok(rows)
}

/// How often and when last each matter was opened since a moment: matter, count, newest opening.
///
/// # Errors
/// When the database cannot be read.
pub fn uses(connection: &Connection, since: i64) -> Result<Vec<(String, u32, i64)>> {
    let mut statement = connection.prepare_cached(
        "SELECT matter, count(*), max(opened) FROM case_list WHERE opened >= ?1 GROUP BY matter",
    )?;
    let rows = statement
        .query_map([since], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<std::result::Result<_, _>>()?;
    Ok(rows)
}

/// Parks a case (挂单).
///
/// # Errors
/// When the database cannot be written.
pub fn park(connection: &Connection, case: CaseId, officer: &str, now: i64) -> Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO parked (case_id, officer, parked) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
        )?
        .execute((Bytes(case), officer, now))?;
    Ok(())
}

/// Takes a parked case up again.
///
/// # Errors
/// When the database cannot be written.
pub fn unpark(connection: &Connection, case: CaseId) -> Result<()> {
    connection.prepare_cached("DELETE FROM parked WHERE case_id = ?1")?.execute([Bytes(case)])?;
    Ok(())
}

/// Parked cases, oldest first.
///
/// # Errors
/// When the database cannot be read.
pub fn parked(connection: &Connection) -> Result<Vec<CaseId>> {
    let mut statement = connection.prepare_cached("SELECT case_id FROM parked ORDER BY parked")?;
    let rows = statement
        .query_map([], |row| row.get::<_, Bytes<CaseId>>(0))?
        .map(|id| id.map(|one| one.0))
        .collect::<std::result::Result<_, _>>()?;
    Ok(rows)
}

/// Empties list and search before they are made again from the events.
///
/// # Errors
/// When the database cannot be written.
pub fn clear(connection: &Connection) -> Result<()> {
    connection.execute_batch("DELETE FROM case_search; DELETE FROM case_list;")?;
    Ok(())
}

/// Takes a case out of list and search.
///
/// # Errors
/// When the database cannot be written.
pub fn remove(connection: &Connection, id: CaseId) -> Result<()> {
    let known: Option<i64> = connection
        .prepare_cached("SELECT rowid FROM case_list WHERE id = ?1")?
        .query_row([Bytes(id)], |one| one.get(0))
        .optional()?;
    if let Some(rowid) = known {
        connection.prepare_cached("DELETE FROM case_search WHERE rowid = ?1")?.execute([rowid])?;
        connection.prepare_cached("DELETE FROM case_list WHERE rowid = ?1")?.execute([rowid])?;
        connection.prepare_cached("DELETE FROM parked WHERE case_id = ?1")?.execute([Bytes(id)])?;
    }
    Ok(())
}
