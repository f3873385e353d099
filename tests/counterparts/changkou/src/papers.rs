//! 准予迁入证明 and 户口迁移证: papers of people who move between cities.

use jiff::{ToSpan as _, civil::Date};
use rusqlite::{Connection, OptionalExtension as _, params};
use serde::Serialize;

use crate::effects::{Document, Migrant};
use crate::records;
use crate::register::next_count;

/// Days a 准予迁入证明 is good for. Not the register's choice: the paper's own form prints it, and a rule
/// that changes the form changes it here.
pub const ENTRY_PERMIT_DAYS: i32 = 40;
/// Days a 户口迁移证 is good for; as above.
pub const MIGRATION_CERTIFICATE_DAYS: i32 = 30;

/// A paper of somebody who moves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Paper {
    /// 编号
    pub number: String,
    /// `entry_permit` or `migration_certificate`
    pub document: String,
    /// The unit here that issued it; none for a paper of another city
    pub unit: Option<String>,
    /// 签发机关
    pub issued_by: String,
    /// 签发日期
    pub issued_on: Date,
    /// 有效期止, itself still good
    pub valid_until: Date,
    /// Whom it is for
    pub persons: Vec<Migrant>,
    /// 户号 they may join, or left; none where a household is to be founded
    pub household_number: Option<String>,
    /// 迁出地址
    pub from_address: Option<String>,
    /// 迁往地址
    pub to_address: Option<String>,
    /// Reason of the move
    pub reason: String,
    /// Approval document
    pub approval_number: Option<String>,
    /// The day it was used
    pub used_on: Option<Date>,
    /// The day another paper replaced it
    pub void_since: Option<Date>,
    /// The paper that replaced it
    pub replaced_by: Option<String>,
    /// The day the province's platform took them out of their old registration (一站式迁出)
    pub moved_out_on: Option<Date>,
}

impl Paper {
    /// Whether its last day is over.
    #[must_use]
    pub fn expired(&self, today: Date) -> bool {
        self.valid_until < today
    }
}

/// The last day of a paper issued today.
#[must_use]
pub fn valid_until(document: Document, today: Date) -> Date {
    let days = match document {
        Document::EntryPermit => ENTRY_PERMIT_DAYS,
        Document::MigrationCertificate | Document::Booklet => MIGRATION_CERTIFICATE_DAYS,
    };
    today + days.days()
}

/// A new number: kind, unit, day, count. Letters and digits only, so that it fits into a path.
///
/// # Errors
/// When SQLite fails.
pub fn next_number(
    connection: &Connection,
    document: Document,
    unit: &str,
    today: Date,
) -> rusqlite::Result<String> {
    let letters = if document == Document::EntryPermit { "ZQ" } else { "QY" };
    let count = next_count(connection, document.word())?;
    Ok(format!("{letters}{unit}{}{count:05}", today.strftime("%Y%m%d")))
}

/// Writes a paper down.
///
/// # Errors
/// When SQLite refuses, for example because the number is taken.
pub fn insert(connection: &Connection, paper: &Paper) -> rusqlite::Result<()> {
    connection
        .prepare_cached("INSERT INTO paper VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16)")?
        .execute(params![
            paper.number,
            paper.document,
            paper.unit,
            paper.issued_by,
            paper.issued_on.to_string(),
            paper.valid_until.to_string(),
            serde_json::json!(paper.persons).to_string(),
            paper.household_number,
            paper.from_address,
            paper.to_address,
            paper.reason,
            paper.approval_number,
            paper.used_on.map(|day| day.to_string()),
            paper.void_since.map(|day| day.to_string()),
            paper.replaced_by,
            paper.moved_out_on.map(|day| day.to_string())
        ])?;
    Ok(())
}

/// The paper of this kind and number.
///
/// # Errors
/// When SQLite fails.
pub fn find(connection: &Connection, document: Document, number: &str) -> rusqlite::Result<Option<Paper>> {
    connection
        .prepare_cached("SELECT * FROM paper WHERE number = ?1 AND document = ?2")?
        .query_row([number, document.word()], |row| {
            let persons: String = row.get(6)?;
            Ok(Paper {
                number: row.get(0)?,
                document: row.get(1)?,
                unit: row.get(2)?,
                issued_by: row.get(3)?,
                issued_on: records::date(row, 4)?,
                valid_until: records::date(row, 5)?,
                persons: serde_json::from_str(&persons).unwrap_or_default(),
                household_number: row.get(7)?,
                from_address: row.get(8)?,
                to_address: row.get(9)?,
                reason: row.get(10)?,
                approval_number: row.get(11)?,
                used_on: records::optional_date(row, 12)?,
                void_since: records::optional_date(row, 13)?,
                replaced_by: row.get(14)?,
                moved_out_on: records::optional_date(row, 15)?,
            })
        })
        .optional()
}

/// Marks a paper used.
///
/// # Errors
/// When SQLite fails.
pub fn use_up(connection: &Connection, number: &str, today: Date) -> rusqlite::Result<()> {
    connection
        .execute("UPDATE paper SET used_on = ?2 WHERE number = ?1", params![number, today.to_string()])?;
    Ok(())
}

/// Notes the day of the 一站式迁出 on the permit.
///
/// # Errors
/// When SQLite fails.
pub fn move_out(connection: &Connection, number: &str, today: Date) -> rusqlite::Result<()> {
    connection.execute(
        "UPDATE paper SET moved_out_on = ?2 WHERE number = ?1",
        params![number, today.to_string()],
    )?;
    Ok(())
}

/// Marks a paper void in favour of another.
///
/// # Errors
/// When SQLite fails.
pub fn make_void(
    connection: &Connection,
    number: &str,
    replaced_by: &str,
    today: Date,
) -> rusqlite::Result<()> {
    connection.execute(
        "UPDATE paper SET void_since = ?2, replaced_by = ?3 WHERE number = ?1",
        params![number, today.to_string(), replaced_by],
    )?;
    Ok(())
}
