//! Migrations: never changed, only added. All that are missing run in one transaction, so that a failed one
//! leaves the database to the old program as it was.

use crate::table;
use crate::{Result, StoreError};
use rusqlite::{Connection, OptionalExtension, TransactionBehavior};

/// One step of the database's history.
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    /// Name; sorts by time.
    pub name: &'static str,
    /// What it does.
    pub sql: &'static str,
    /// Whether a program without it would damage a database with it. Raises [`CURRENT`]'s number.
    pub breaking: bool,
}

/// This program's history, in order.
pub const CURRENT: &[Migration] = &[
    table::terminal::MIGRATION,
    table::event::MIGRATION,
    table::outbox::MIGRATION,
    table::case::MIGRATION,
    table::draft::MIGRATION,
    table::number::MIGRATION,
    table::blob::MIGRATION,
    table::content::MIGRATION,
    table::officer::MIGRATION,
    table::command::MIGRATION,
    table::audit::MIGRATION,
    table::recheck::MIGRATION,
    table::event::OWN_OF_CASE,
    table::addresses::MIGRATION,
    table::addresses::RESTS_INDEXED,
    table::outbox::SETTLED_REASON,
    table::blob::LAST_TRY,
];

/// Number in `PRAGMA user_version`: one more with every breaking migration.
fn generation(migrations: &[Migration]) -> u32 {
    1 + u32::try_from(migrations.iter().filter(|one| one.breaking).count()).unwrap_or(u32::MAX)
}

pub(crate) fn migrate(connection: &mut Connection) -> Result<()> {
    migrate_to(connection, CURRENT)
}

pub(crate) fn migrate_to(connection: &mut Connection, migrations: &[Migration]) -> Result<()> {
    let known = generation(migrations);
    let found: u32 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if found > known {
        return Err(StoreError::TooNew { found, known });
    }
    let applied = applied(connection)?;
    for (at, name) in applied.iter().enumerate() {
        match migrations.get(at) {
            Some(one) if one.name == name => {}
            // A newer program added something that does not hurt this one.
            None => {}
            Some(_) => return Err(StoreError::ForeignMigration(name.clone())),
        }
    }
    if applied.len() >= migrations.len() {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    transaction.execute_batch(
        "CREATE TABLE IF NOT EXISTS migrations (at INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT",
    )?;
    for (at, one) in migrations.iter().enumerate().skip(applied.len()) {
        transaction.execute_batch(one.sql)?;
        transaction.execute(
            "INSERT INTO migrations (at, name) VALUES (?1, ?2)",
            (i64::try_from(at).unwrap_or(i64::MAX), one.name),
        )?;
    }
    transaction.pragma_update(None, "user_version", known)?;
    transaction.commit()?;
    Ok(())
}

fn applied(connection: &Connection) -> Result<Vec<String>> {
    let exists: Option<i64> = connection
        .query_row("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'migrations'", [], |row| {
            row.get(0)
        })
        .optional()?;
    if exists.is_none() {
        return Ok(Vec::new());
    }
    let mut statement = connection.prepare("SELECT name FROM migrations ORDER BY at")?;
    let names = statement.query_map([], |row| row.get(0))?.collect::<std::result::Result<_, _>>()?;
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: Migration = Migration { name: "1", sql: "CREATE TABLE a (x) ", breaking: false };
    const BROKEN: Migration = Migration { name: "2", sql: "CREATE TABLE b (x); NONSENSE", breaking: true };
    const BREAKING: Migration = Migration { name: "2", sql: "CREATE TABLE b (x)", breaking: true };
    const ADDED: Migration = Migration { name: "2", sql: "CREATE TABLE b (x)", breaking: false };

    #[test]
    fn a_failed_migration_leaves_everything_as_it_was() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate_to(&mut connection, &[FIRST]).unwrap();
        assert!(migrate_to(&mut connection, &[FIRST, BROKEN]).is_err());
        migrate_to(&mut connection, &[FIRST]).unwrap();
        assert_eq!(applied(&connection).unwrap(), ["1"]);
        assert!(connection.prepare("SELECT * FROM b").is_err());
    }

    #[test]
    fn an_old_program_refuses_what_it_would_damage_and_takes_the_rest() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate_to(&mut connection, &[FIRST, ADDED]).unwrap();
        migrate_to(&mut connection, &[FIRST]).unwrap();
        let mut connection = Connection::open_in_memory().unwrap();
        migrate_to(&mut connection, &[FIRST, BREAKING]).unwrap();
        assert!(matches!(
            migrate_to(&mut connection, &[FIRST]),
            Err(StoreError::TooNew { found: 2, known: 1 })
        ));
    }

    #[test]
    fn a_program_of_another_line_is_refused() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate_to(&mut connection, &[FIRST]).unwrap();
        let other = Migration { name: "other", ..FIRST };
        assert!(matches!(migrate_to(&mut connection, &[other]), Err(StoreError::ForeignMigration(_))));
    }
}
