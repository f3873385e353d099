//! What happened to a person: the acts, and the households lived in.
//!
//! The person's row holds the present household; a row of `stay` holds an ended one. A stay ends when the
//! person leaves, when the relation changes, and when the household gets another head: within one stay a
//! relation means one thing.

use std::collections::BTreeSet;

use jiff::civil::Date;
use rusqlite::{Connection, Row, params};
use serde::Serialize;
use serde_json::Value;

use crate::model::{Person, PersonStatus};
use crate::records;
use crate::relation::HEAD;

/// One act as it stands in a person's history.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Entry {
    /// The act's kind
    pub kind: String,
    /// Receipt of the act
    pub receipt_number: String,
    /// The client's case
    pub case_id: String,
    /// 户号 the act was about
    pub household_number: Option<String>,
    /// The day it came into effect
    pub effective_on: Date,
    /// What the act meant for this person
    pub details: Value,
}

/// Time spent in one household under one relation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Stay {
    /// Who
    pub citizen_number: String,
    /// 户号
    pub household_number: String,
    /// Relation to the head of that time
    pub relation: String,
    /// The head of that time, where recorded
    pub head: Option<String>,
    /// First day
    pub since: Date,
    /// Last day; none while it lasts
    pub until: Option<Date>,
}

/// Two people's time in one household.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shared {
    /// The person asked about
    pub own: Stay,
    /// The other
    pub other: Stay,
    /// First common day
    pub since: Date,
    /// Last common day; none while it lasts
    pub until: Option<Date>,
}

/// Notes an act for a person.
///
/// # Errors
/// When SQLite fails.
pub fn note(connection: &Connection, citizen: &str, entry: &Entry) -> rusqlite::Result<()> {
    connection.prepare_cached("INSERT INTO history VALUES (NULL,?1,?2,?3,?4,?5,?6,?7)")?.execute(params![
        citizen,
        entry.kind,
        entry.receipt_number,
        entry.case_id,
        entry.household_number,
        entry.effective_on.to_string(),
        entry.details.to_string()
    ])?;
    Ok(())
}

/// The acts of a person, oldest first.
///
/// # Errors
/// When SQLite fails.
pub fn entries(connection: &Connection, citizen: &str) -> rusqlite::Result<Vec<Entry>> {
    let mut statement = connection.prepare_cached(
        "SELECT kind,receipt,case_id,household,effective_on,details FROM history WHERE citizen = ?1 ORDER BY id",
    )?;
    let rows = statement.query_map([citizen], |row| {
        let details: String = row.get(5)?;
        Ok(Entry {
            kind: row.get(0)?,
            receipt_number: row.get(1)?,
            case_id: row.get(2)?,
            household_number: row.get(3)?,
            effective_on: records::date(row, 4)?,
            details: serde_json::from_str(&details).unwrap_or(Value::Null),
        })
    })?;
    rows.collect()
}

/// Ends the time the person's row tells of; called before the row changes.
///
/// # Errors
/// When SQLite fails.
pub fn end_stay(
    connection: &Connection,
    person: &Person,
    head: Option<&str>,
    until: Date,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO stay (citizen, household, relation, head, since, until)
             VALUES (?1, ?2, ?3, ?4, coalesce(
               (SELECT max(until) FROM stay WHERE citizen = ?1 AND household = ?2 AND until >= ?5), ?5), ?6)",
        )?
        .execute(params![
            person.citizen_number,
            person.household_number,
            person.relation,
            head,
            person.since.to_string(),
            until.to_string()
        ])?;
    Ok(())
}

/// Writes down the last stay of somebody whose leaving no act of this register noted, before the row is
/// used again.
///
/// # Errors
/// When SQLite fails.
pub fn keep_last_stay(connection: &Connection, person: &Person) -> rusqlite::Result<()> {
    match (person.status_since, of_row(connection, person)?) {
        (Some(day), Some(_)) => end_stay(connection, person, None, day),
        _ => Ok(()),
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<Stay> {
    Ok(Stay {
        citizen_number: row.get(0)?,
        household_number: row.get(1)?,
        relation: row.get(2)?,
        head: row.get(3)?,
        since: records::date(row, 4)?,
        until: Some(records::date(row, 5)?),
    })
}

/// The stay that the person's own row tells of; none when it was written down already.
fn of_row(connection: &Connection, person: &Person) -> rusqlite::Result<Option<Stay>> {
    let (citizen, household) = (&person.citizen_number, &person.household_number);
    let registered = person.status == PersonStatus::Registered;
    let last: Option<String> = connection
        .prepare_cached("SELECT max(until) FROM stay WHERE citizen = ?1 AND household = ?2 AND until >= ?3")?
        .query_row(params![citizen, household, person.since.to_string()], |row| row.get(0))?;
    if !registered && last.is_some() {
        return Ok(None);
    }
    let head: Option<String> = connection
        .prepare_cached("SELECT head FROM household WHERE number = ?1")?
        .query_row([household], |row| row.get(0))?;
    Ok(Some(Stay {
        citizen_number: citizen.clone(),
        household_number: household.clone(),
        relation: person.relation.clone(),
        head: if registered { head } else { None },
        since: last.and_then(|day| day.parse().ok()).unwrap_or(person.since),
        until: if registered { None } else { person.status_since },
    }))
}

/// Every stay in a household, ended or not, that lasted at least a night.
fn in_household(connection: &Connection, household: &str) -> rusqlite::Result<Vec<Stay>> {
    let mut statement = connection.prepare_cached(
        "SELECT citizen, household, relation, head, since, until FROM stay WHERE household = ?1 ORDER BY id",
    )?;
    let mut stays = statement.query_map([household], read)?.collect::<rusqlite::Result<Vec<_>>>()?;
    for person in records::ever_of_household(connection, household)? {
        stays.extend(of_row(connection, &person)?);
    }
    stays.retain(|stay| stay.until.is_none_or(|until| stay.since < until));
    Ok(stays)
}

fn earlier(one: Option<Date>, other: Option<Date>) -> Option<Date> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

/// With whom a person was in one household, and when; oldest first.
///
/// # Errors
/// When SQLite fails.
pub fn shared(connection: &Connection, person: &Person) -> rusqlite::Result<Vec<Shared>> {
    let mut statement = connection.prepare_cached("SELECT household FROM stay WHERE citizen = ?1")?;
    let mut households = statement
        .query_map([&person.citizen_number], |row| row.get::<_, String>(0))?
        .collect::<rusqlite::Result<BTreeSet<_>>>()?;
    households.insert(person.household_number.clone());
    let mut found = Vec::new();
    for household in households {
        let stays = in_household(connection, &household)?;
        let (own, others): (Vec<Stay>, Vec<Stay>) =
            stays.into_iter().partition(|stay| stay.citizen_number == person.citizen_number);
        for own in &own {
            for other in &others {
                let (since, until) = (own.since.max(other.since), earlier(own.until, other.until));
                if until.is_some_and(|until| until <= since) {
                    continue;
                }
                let mut own = own.clone();
                if own.head.is_none() {
                    own.head = head_of(others.iter().chain([&own]), since, until);
                }
                found.push(Shared { own, other: other.clone(), since, until });
            }
        }
    }
    found.sort_by(|a, b| (a.since, &a.other.citizen_number).cmp(&(b.since, &b.other.citizen_number)));
    Ok(found)
}

/// Who was head all the while.
fn head_of<'a>(
    mut stays: impl Iterator<Item = &'a Stay>,
    since: Date,
    until: Option<Date>,
) -> Option<String> {
    let covers = |stay: &&Stay| {
        let lasts = match (stay.until, until) {
            (None, _) => true,
            (Some(end), Some(until)) => end >= until,
            (Some(_), None) => false,
        };
        stay.relation == HEAD && stay.since <= since && lasts
    };
    stays.find(covers).map(|stay| stay.citizen_number.clone())
}
