//! Reading the register's rows.

use jiff::civil::Date;
use rusqlite::{Connection, OptionalExtension as _, Row, types::Type};

use crate::model::{
    BirthCertificate, Collision, DeathCertificate, Household, IdCard, Marriage, Person, PersonStatus,
};

/// Most persons a search answers with.
pub const SEARCH_LIMIT: usize = 50;

const PERSON: &str =
    "SELECT number,name,former_name,sex,ethnic,birth,marital,education,household,relation,since,
 since_reason,status,status_since,mother,father,spouse,card_office,card_from,card_until,version,status_reason,
 further,(SELECT group_concat(old) FROM former_number WHERE current = person.number) FROM person";

pub(crate) fn date(row: &Row<'_>, index: usize) -> rusqlite::Result<Date> {
    let text: String = row.get(index)?;
    text.parse()
        .map_err(|error| rusqlite::Error::FromSqlConversionFailure(index, Type::Text, Box::new(error)))
}

pub(crate) fn optional_date(row: &Row<'_>, index: usize) -> rusqlite::Result<Option<Date>> {
    match row.get_ref(index)? {
        rusqlite::types::ValueRef::Null => Ok(None),
        _ => date(row, index).map(Some),
    }
}

fn read_person(row: &Row<'_>) -> rusqlite::Result<Person> {
    let office: Option<String> = row.get(17)?;
    let id_card = match office {
        None => None,
        Some(issuing_office) => {
            Some(IdCard { issuing_office, valid_from: date(row, 18)?, valid_until: row.get(19)? })
        }
    };
    let status: String = row.get(12)?;
    let (further, former): (String, Option<String>) = (row.get(22)?, row.get(23)?);
    Ok(Person {
        citizen_number: row.get(0)?,
        name: row.get(1)?,
        former_name: row.get(2)?,
        sex: row.get(3)?,
        ethnic_group: row.get(4)?,
        birth_date: date(row, 5)?,
        marital_status: row.get(6)?,
        education: row.get(7)?,
        household_number: row.get(8)?,
        relation: row.get(9)?,
        since: date(row, 10)?,
        since_reason: row.get(11)?,
        status: PersonStatus::from_word(&status),
        status_since: optional_date(row, 13)?,
        status_reason: row.get(21)?,
        mother: row.get(14)?,
        father: row.get(15)?,
        spouse: row.get(16)?,
        id_card,
        further_items: serde_json::from_str(&further)
            .map_err(|error| rusqlite::Error::FromSqlConversionFailure(22, Type::Text, Box::new(error)))?,
        former_numbers: former.iter().flat_map(|old| old.split(',')).map(str::to_owned).collect(),
        version: row.get(20)?,
    })
}

/// The person with this number, whatever the status.
///
/// # Errors
/// When SQLite fails.
pub fn person(connection: &Connection, number: &str) -> rusqlite::Result<Option<Person>> {
    connection
        .prepare_cached(&format!("{PERSON} WHERE number = ?1"))?
        .query_row([number], read_person)
        .optional()
}

/// The number that replaced this one, when it was replaced.
///
/// # Errors
/// When SQLite fails.
pub fn replaced_by(connection: &Connection, number: &str) -> rusqlite::Result<Option<String>> {
    connection
        .prepare_cached("SELECT current FROM former_number WHERE old = ?1")?
        .query_row([number], |row| row.get(0))
        .optional()
}

/// The person who has this number, or had it before.
///
/// # Errors
/// When SQLite fails.
pub fn person_by_any_number(connection: &Connection, number: &str) -> rusqlite::Result<Option<Person>> {
    match replaced_by(connection, number)? {
        Some(current) => person(connection, &current),
        None => person(connection, number),
    }
}

/// Persons of this name born on this day, at most [`SEARCH_LIMIT`]; the flag says there are more.
///
/// # Errors
/// When SQLite fails.
pub fn search(
    connection: &Connection,
    name: &str,
    birth: Option<Date>,
) -> rusqlite::Result<(Vec<Person>, bool)> {
    let sql =
        format!("{PERSON} WHERE name = ?1 AND (?2 IS NULL OR birth = ?2) ORDER BY birth, number LIMIT ?3");
    let mut statement = connection.prepare_cached(&sql)?;
    let limit = i64::try_from(SEARCH_LIMIT + 1).unwrap_or(i64::MAX);
    let rows =
        statement.query_map(rusqlite::params![name, birth.map(|d| d.to_string()), limit], read_person)?;
    let mut found = rows.collect::<rusqlite::Result<Vec<_>>>()?;
    let more = found.len() > SEARCH_LIMIT;
    found.truncate(SEARCH_LIMIT);
    Ok((found, more))
}

/// The household and its registered members, the head first.
///
/// # Errors
/// When SQLite fails.
pub fn household(connection: &Connection, number: &str) -> rusqlite::Result<Option<Household>> {
    let found = connection
        .prepare_cached(
            "SELECT kind,division,owner_unit,address,booklet,flags,status,head,head_exception,version,name,responsible,address_code
             FROM household WHERE number = ?1",
        )?
        .query_row([number], |row| {
            let flags: String = row.get(5)?;
            Ok(Household {
                household_number: number.to_owned(),
                kind: row.get(0)?,
                division: row.get(1)?,
                owner_unit: row.get(2)?,
                address: row.get(3)?,
                booklet_number: row.get(4)?,
                flags: flags.split(',').filter(|f| !f.is_empty()).map(str::to_owned).collect(),
                status: row.get(6)?,
                head: row.get(7)?,
                head_exception: row.get(8)?,
                version: row.get(9)?,
                name: row.get(10)?,
                responsible: row.get(11)?,
                address_code: row.get(12)?,
                members: Vec::new(),
            })
        })
        .optional()?;
    let Some(mut household) = found else { return Ok(None) };
    let sql = format!(
        "{PERSON} WHERE household = ?1 AND status = 'registered' ORDER BY relation <> '02', since, id"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    household.members = statement.query_map([number], read_person)?.collect::<rusqlite::Result<_>>()?;
    Ok(Some(household))
}

/// Everybody whose newest household this is, whatever the status.
///
/// # Errors
/// When SQLite fails.
pub fn ever_of_household(connection: &Connection, number: &str) -> rusqlite::Result<Vec<Person>> {
    let mut statement = connection.prepare_cached(&format!("{PERSON} WHERE household = ?1 ORDER BY id"))?;
    statement.query_map([number], read_person)?.collect()
}

/// The birth certificate of this number.
///
/// # Errors
/// When SQLite fails.
pub fn birth_certificate(
    connection: &Connection,
    number: &str,
) -> rusqlite::Result<Option<BirthCertificate>> {
    connection
        .prepare_cached("SELECT * FROM birth_certificate WHERE number = ?1")?
        .query_row([number], |row| {
            Ok(BirthCertificate {
                number: row.get(0)?,
                newborn_name: row.get(1)?,
                sex: row.get(2)?,
                birth_date: date(row, 3)?,
                birth_time: row.get(4)?,
                birth_place: row.get(5)?,
                issued_by: row.get(6)?,
                mother_name: row.get(7)?,
                mother: row.get(8)?,
                father_name: row.get(9)?,
                father: row.get(10)?,
                used_by: row.get(11)?,
            })
        })
        .optional()
}

/// The death certificate of this number.
///
/// # Errors
/// When SQLite fails.
pub fn death_certificate(
    connection: &Connection,
    number: &str,
) -> rusqlite::Result<Option<DeathCertificate>> {
    connection
        .prepare_cached("SELECT * FROM death_certificate WHERE number = ?1")?
        .query_row([number], |row| {
            Ok(DeathCertificate {
                number: row.get(0)?,
                citizen_number: row.get(1)?,
                name: row.get(2)?,
                died_on: date(row, 3)?,
                cause: row.get(4)?,
                issued_by: row.get(5)?,
                used: row.get(6)?,
            })
        })
        .optional()
}

/// The newest marriage in which either number stands.
///
/// # Errors
/// When SQLite fails.
pub fn marriage(connection: &Connection, citizen: &str) -> rusqlite::Result<Option<Marriage>> {
    connection
        .prepare_cached(
            "SELECT certificate,husband,wife,registered_on,registered_by,status FROM marriage
             WHERE husband = ?1 OR wife = ?1 ORDER BY registered_on DESC LIMIT 1",
        )?
        .query_row([citizen], |row| {
            Ok(Marriage {
                certificate: row.get(0)?,
                husband: row.get(1)?,
                wife: row.get(2)?,
                registered_on: date(row, 3)?,
                registered_by: row.get(4)?,
                status: row.get(5)?,
            })
        })
        .optional()
}

/// Records elsewhere that collide with this number.
///
/// # Errors
/// When SQLite fails.
pub fn collisions(connection: &Connection, citizen: &str) -> rusqlite::Result<Vec<Collision>> {
    let mut statement = connection.prepare_cached(
        "SELECT kind,citizen,other_number,other_name,other_sex,other_birth,held_at FROM collision
         WHERE citizen = ?1 OR other_number = ?1 ORDER BY other_number",
    )?;
    let rows = statement.query_map([citizen], |row| {
        Ok(Collision {
            kind: row.get(0)?,
            citizen_number: row.get(1)?,
            other_number: row.get(2)?,
            other_name: row.get(3)?,
            other_sex: row.get(4)?,
            other_birth_date: date(row, 5)?,
            held_at: row.get(6)?,
        })
    })?;
    rows.collect()
}
