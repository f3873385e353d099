//! Citizen numbers: the next free one, and what follows when a person gets another.

use jiff::civil::Date;
use rusqlite::{Connection, params};

use super::refusal::{EffectError, Refusal, RefusalCode};
use crate::number::{self, DEMO_SEQUENCE_START};
use crate::records;

/// The lowest free number of this division, day and sex, below the demo people's range.
pub(super) fn next(
    connection: &Connection,
    division: &str,
    birth: Date,
    male: bool,
) -> Result<String, EffectError> {
    let mut sequence = if male { 1 } else { 2 };
    while sequence < DEMO_SEQUENCE_START {
        let candidate = number::compose(division, birth, sequence);
        if !taken(connection, &candidate)? {
            return Ok(candidate);
        }
        sequence += 2;
    }
    Err(Refusal::new(RefusalCode::NumbersExhausted, "当日号段已用完").into())
}

/// Whether anybody has the number, had it, or holds it elsewhere.
fn taken(connection: &Connection, candidate: &str) -> rusqlite::Result<bool> {
    Ok(records::person(connection, candidate)?.is_some()
        || records::replaced_by(connection, candidate)?.is_some()
        || held_elsewhere(connection, candidate)?)
}

/// Whether a record elsewhere has this number.
pub(super) fn held_elsewhere(connection: &Connection, number: &str) -> rusqlite::Result<bool> {
    Ok(records::collisions(connection, number)?.iter().any(|collision| collision.other_number == number))
}

/// Refuses a number whose check digit, birth date or sex is not the person's.
pub(super) fn fits(citizen_number: &str, birth: Date, sex: &str) -> Result<(), EffectError> {
    if number::is_valid(citizen_number)
        && number::birth_date(citizen_number) == Some(birth)
        && number::sex(citizen_number) == Some(sex)
    {
        return Ok(());
    }
    Err(Refusal::new(RefusalCode::NumberImpossible, "公民身份号码与出生日期、性别或校验位不符").into())
}

/// Every place where one person's row or paper names another, and whether it makes a row of `person` another.
const LINKS: &[&str] = &[
    "UPDATE person SET mother = ?2, version = version + 1 WHERE mother = ?1",
    "UPDATE person SET father = ?2, version = version + 1 WHERE father = ?1",
    "UPDATE person SET spouse = ?2, version = version + 1 WHERE spouse = ?1",
    "UPDATE household SET head = ?2 WHERE head = ?1",
    "UPDATE birth_certificate SET mother = ?2 WHERE mother = ?1",
    "UPDATE birth_certificate SET father = ?2 WHERE father = ?1",
    "UPDATE birth_certificate SET used_by = ?2 WHERE used_by = ?1",
    "UPDATE death_certificate SET citizen = ?2 WHERE citizen = ?1",
    "UPDATE marriage SET husband = ?2 WHERE husband = ?1",
    "UPDATE marriage SET wife = ?2 WHERE wife = ?1",
    "UPDATE collision SET citizen = ?2 WHERE citizen = ?1",
    "UPDATE card_acceptance SET citizen = ?2 WHERE citizen = ?1",
    "UPDATE stay SET citizen = ?2 WHERE citizen = ?1",
    "UPDATE stay SET head = ?2 WHERE head = ?1",
    "UPDATE history SET citizen = ?2 WHERE citizen = ?1",
    "UPDATE former_number SET current = ?2 WHERE current = ?1",
];

/// Gives a person another number. The old one is nobody else's ever after, and finds the person.
pub(super) fn replace(connection: &Connection, old: &str, new: &str, today: Date) -> rusqlite::Result<()> {
    connection.execute("UPDATE person SET number = ?2 WHERE number = ?1", params![old, new])?;
    for link in LINKS {
        connection.execute(link, params![old, new])?;
    }
    connection
        .execute("INSERT INTO former_number VALUES (?1, ?2, ?3)", params![old, new, today.to_string()])?;
    Ok(())
}
