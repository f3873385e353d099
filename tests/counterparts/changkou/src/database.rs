//! The register's SQLite file: its tables, the cached pristine population, the working copy.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use rusqlite::{Connection, Transaction, params};
use serde_json::json;

use crate::model::Household;
use crate::model::{BirthCertificate, Collision, DeathCertificate, Marriage, Person};
use crate::population::{self, POPULATION_VERSION, Population};

/// Goes up when the tables change; part of the file names, so that an old file is never misread.
const SCHEMA_VERSION: u32 = 4;

const TABLES: &str = "
CREATE TABLE household (
  number TEXT PRIMARY KEY, kind TEXT NOT NULL, division TEXT NOT NULL, owner_unit TEXT NOT NULL,
  address TEXT NOT NULL, booklet TEXT NOT NULL, flags TEXT NOT NULL, status TEXT NOT NULL,
  head TEXT, head_exception TEXT, name TEXT, responsible TEXT, version INTEGER NOT NULL,
  address_code TEXT) WITHOUT ROWID;
CREATE TABLE person (
  id INTEGER PRIMARY KEY, number TEXT NOT NULL, name TEXT NOT NULL, former_name TEXT, sex TEXT NOT NULL,
  ethnic TEXT NOT NULL, birth TEXT NOT NULL, marital TEXT NOT NULL, education TEXT,
  household TEXT NOT NULL, relation TEXT NOT NULL, since TEXT NOT NULL, since_reason TEXT NOT NULL,
  status TEXT NOT NULL, status_since TEXT, status_reason TEXT, mother TEXT, father TEXT, spouse TEXT,
  card_office TEXT, card_from TEXT, card_until TEXT, further TEXT NOT NULL, version INTEGER NOT NULL);
CREATE TABLE former_number (old TEXT PRIMARY KEY, current TEXT NOT NULL, replaced_on TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE stay (
  id INTEGER PRIMARY KEY, citizen TEXT NOT NULL, household TEXT NOT NULL, relation TEXT NOT NULL, head TEXT,
  since TEXT NOT NULL, until TEXT NOT NULL);
CREATE TABLE history (
  id INTEGER PRIMARY KEY, citizen TEXT NOT NULL, kind TEXT NOT NULL, receipt TEXT NOT NULL, case_id TEXT NOT NULL,
  household TEXT, effective_on TEXT NOT NULL, details TEXT NOT NULL);
CREATE TABLE paper (
  number TEXT PRIMARY KEY, document TEXT NOT NULL, unit TEXT, issued_by TEXT NOT NULL, issued_on TEXT NOT NULL,
  valid_until TEXT NOT NULL, persons TEXT NOT NULL, household TEXT, from_address TEXT, to_address TEXT,
  reason TEXT NOT NULL, approval TEXT, used_on TEXT, void_since TEXT, replaced_by TEXT,
  moved_out_on TEXT) WITHOUT ROWID;
CREATE TABLE void_booklet (
  number TEXT PRIMARY KEY, household TEXT NOT NULL, reason TEXT NOT NULL, void_since TEXT NOT NULL,
  replaced_by TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE birth_certificate (
  number TEXT PRIMARY KEY, newborn_name TEXT NOT NULL, sex TEXT NOT NULL, birth TEXT NOT NULL,
  birth_time TEXT NOT NULL, birth_place TEXT NOT NULL, issued_by TEXT NOT NULL,
  mother_name TEXT NOT NULL, mother TEXT NOT NULL, father_name TEXT, father TEXT, used_by TEXT) WITHOUT ROWID;
CREATE TABLE death_certificate (
  number TEXT PRIMARY KEY, citizen TEXT NOT NULL, name TEXT NOT NULL, died_on TEXT NOT NULL,
  cause TEXT NOT NULL, issued_by TEXT NOT NULL, used INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE marriage (
  certificate TEXT PRIMARY KEY, husband TEXT NOT NULL, wife TEXT NOT NULL, registered_on TEXT NOT NULL,
  registered_by TEXT NOT NULL, status TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE collision (
  kind TEXT NOT NULL, citizen TEXT NOT NULL, other_number TEXT NOT NULL, other_name TEXT NOT NULL,
  other_sex TEXT NOT NULL, other_birth TEXT NOT NULL, held_at TEXT NOT NULL);
CREATE TABLE effect (
  client TEXT NOT NULL, key TEXT NOT NULL, kind TEXT NOT NULL, case_id TEXT NOT NULL, request TEXT NOT NULL,
  state TEXT NOT NULL, receipt TEXT, status INTEGER NOT NULL, answer TEXT NOT NULL, answered_at TEXT NOT NULL,
  PRIMARY KEY (client, key)) WITHOUT ROWID;
CREATE TABLE card_acceptance (
  receipt TEXT PRIMARY KEY, citizen TEXT NOT NULL, acceptance_number TEXT NOT NULL UNIQUE, reason TEXT NOT NULL,
  collection TEXT NOT NULL, accepted_on TEXT NOT NULL, state TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE proof (query_id TEXT PRIMARY KEY, client TEXT NOT NULL, answer TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
";

const INDEXES: &str = "
CREATE UNIQUE INDEX person_number ON person(number);
CREATE INDEX person_name ON person(name, birth);
CREATE INDEX person_household ON person(household);
CREATE INDEX birth_mother ON birth_certificate(mother);
CREATE INDEX death_citizen ON death_certificate(citizen);
CREATE INDEX marriage_husband ON marriage(husband);
CREATE INDEX marriage_wife ON marriage(wife);
CREATE INDEX collision_citizen ON collision(citizen);
CREATE INDEX collision_other ON collision(other_number);
CREATE INDEX effect_case ON effect(client, case_id, kind);
CREATE INDEX person_mother ON person(mother);
CREATE INDEX person_father ON person(father);
CREATE INDEX person_spouse ON person(spouse);
CREATE INDEX former_current ON former_number(current);
CREATE INDEX stay_citizen ON stay(citizen);
CREATE INDEX stay_household ON stay(household);
CREATE INDEX history_citizen ON history(citizen);
CREATE INDEX card_citizen ON card_acceptance(citizen);
";

/// Opens the working copy in `data`, making it from the cached population the first time.
///
/// `cache` holds one pristine file per seed, size and version; it may be shared by many data folders.
/// With `fresh` an existing working copy is thrown away.
///
/// # Errors
/// When a folder cannot be written or SQLite refuses.
pub fn open(data: &Path, cache: &Path, seed: u64, persons: usize, fresh: bool) -> anyhow::Result<Connection> {
    std::fs::create_dir_all(data).with_context(|| format!("cannot create {}", data.display()))?;
    std::fs::create_dir_all(cache).with_context(|| format!("cannot create {}", cache.display()))?;
    let stem = format!("v{SCHEMA_VERSION}.{POPULATION_VERSION}-seed{seed}-{persons}.sqlite");
    let working = data.join(format!("register-{stem}"));
    if fresh {
        for suffix in ["", "-wal", "-shm"] {
            let _ = std::fs::remove_file(with_suffix(&working, suffix));
        }
    }
    if !working.exists() {
        let pristine = cache.join(format!("population-{stem}"));
        if !pristine.exists() {
            build(&pristine, seed, persons)?;
        }
        let partial = with_suffix(&working, ".partial");
        std::fs::copy(&pristine, &partial).context("cannot copy the cached population")?;
        std::fs::rename(&partial, &working).context("cannot put the register in place")?;
    }
    let connection = Connection::open(&working).context("cannot open the register")?;
    // Effects must survive a killed register: that is what "drop after commit" tests stand on.
    connection.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -16384;
         PRAGMA foreign_keys = OFF;",
    )?;
    connection.execute_batch(crate::effects::LATER_TABLES)?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// Writes the pristine population beside its place and renames it there, so that two programs building
/// the same one at once both end with a whole file.
fn build(target: &Path, seed: u64, persons: usize) -> anyhow::Result<()> {
    let partial = with_suffix(target, &format!(".{}", std::process::id()));
    let _ = std::fs::remove_file(&partial);
    let mut connection = Connection::open(&partial).context("cannot create the population file")?;
    // A torn file is thrown away and built again, so nothing needs to be synced while building.
    connection
        .execute_batch("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -65536;")?;
    connection.execute_batch(TABLES)?;
    let population = population::invent(seed, persons);
    let transaction = connection.transaction()?;
    insert_population(&transaction, &population)?;
    transaction.commit()?;
    connection.execute_batch(INDEXES)?;
    connection.close().map_err(|(_, error)| error)?;
    std::fs::rename(&partial, target).context("cannot put the population in place")?;
    Ok(())
}

fn insert_population(transaction: &Transaction<'_>, population: &Population) -> rusqlite::Result<()> {
    for household in &population.households {
        insert_household(transaction, household)?;
    }
    for person in &population.persons {
        insert_person(transaction, person)?;
    }
    for certificate in &population.births {
        insert_birth_certificate(transaction, certificate)?;
    }
    for certificate in &population.deaths {
        insert_death_certificate(transaction, certificate)?;
    }
    for marriage in &population.marriages {
        insert_marriage(transaction, marriage)?;
    }
    for collision in &population.collisions {
        insert_collision(transaction, collision)?;
    }
    Ok(())
}

/// Adds a household row; `members` are not written.
///
/// # Errors
/// When SQLite refuses, for example because the number is taken.
pub fn insert_household(connection: &Connection, household: &Household) -> rusqlite::Result<()> {
    connection
        .prepare_cached("INSERT INTO household VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14)")?
        .execute(params![
            household.household_number,
            household.kind,
            household.division,
            household.owner_unit,
            household.address,
            household.booklet_number,
            household.flags.join(","),
            household.status,
            household.head,
            household.head_exception,
            household.name,
            household.responsible,
            household.version,
            household.address_code
        ])?;
    Ok(())
}

/// Adds a person row.
///
/// # Errors
/// When SQLite refuses, for example because the number is taken.
pub fn insert_person(connection: &Connection, person: &Person) -> rusqlite::Result<()> {
    let card = person.id_card.as_ref();
    connection
        .prepare_cached(
            "INSERT INTO person VALUES (NULL,?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17,?18,?19,?20,?21,
             ?22,?23)",
        )?
        .execute(params![
            person.citizen_number,
            person.name,
            person.former_name,
            person.sex,
            person.ethnic_group,
            person.birth_date.to_string(),
            person.marital_status,
            person.education,
            person.household_number,
            person.relation,
            person.since.to_string(),
            person.since_reason,
            person.status.word(),
            person.status_since.map(|d| d.to_string()),
            person.status_reason,
            person.mother,
            person.father,
            person.spouse,
            card.map(|c| c.issuing_office.as_str()),
            card.map(|c| c.valid_from.to_string()),
            card.map(|c| c.valid_until.as_str()),
            items_text(&person.further_items),
            person.version
        ])?;
    Ok(())
}

/// Further items as the row holds them.
#[must_use]
pub fn items_text(items: &BTreeMap<String, String>) -> String {
    json!(items).to_string()
}

/// Adds a birth certificate.
///
/// # Errors
/// When SQLite refuses.
pub fn insert_birth_certificate(
    connection: &Connection,
    certificate: &BirthCertificate,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached("INSERT INTO birth_certificate VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12)")?
        .execute(params![
            certificate.number,
            certificate.newborn_name,
            certificate.sex,
            certificate.birth_date.to_string(),
            certificate.birth_time,
            certificate.birth_place,
            certificate.issued_by,
            certificate.mother_name,
            certificate.mother,
            certificate.father_name,
            certificate.father,
            certificate.used_by
        ])?;
    Ok(())
}

/// Adds a death certificate.
///
/// # Errors
/// When SQLite refuses.
pub fn insert_death_certificate(
    connection: &Connection,
    certificate: &DeathCertificate,
) -> rusqlite::Result<()> {
    connection.prepare_cached("INSERT INTO death_certificate VALUES (?1,?2,?3,?4,?5,?6,?7)")?.execute(
        params![
            certificate.number,
            certificate.citizen_number,
            certificate.name,
            certificate.died_on.to_string(),
            certificate.cause,
            certificate.issued_by,
            certificate.used
        ],
    )?;
    Ok(())
}

/// Adds a marriage.
///
/// # Errors
/// When SQLite refuses.
pub fn insert_marriage(connection: &Connection, marriage: &Marriage) -> rusqlite::Result<()> {
    connection.prepare_cached("INSERT INTO marriage VALUES (?1,?2,?3,?4,?5,?6)")?.execute(params![
        marriage.certificate,
        marriage.husband,
        marriage.wife,
        marriage.registered_on.to_string(),
        marriage.registered_by,
        marriage.status
    ])?;
    Ok(())
}

fn insert_collision(connection: &Connection, collision: &Collision) -> rusqlite::Result<()> {
    connection.prepare_cached("INSERT INTO collision VALUES (?1,?2,?3,?4,?5,?6,?7)")?.execute(params![
        collision.kind,
        collision.citizen_number,
        collision.other_number,
        collision.other_name,
        collision.other_sex,
        collision.other_birth_date.to_string(),
        collision.held_at
    ])?;
    Ok(())
}
