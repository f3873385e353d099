//! Key, copy, pages.

use crate::error::CheckError;
use crate::report::{Part, Report};
use domain::ids::{ContentHash, TerminalId};
use gm::{DatabaseKey, KeySlots, MachineSecret, VerifyingKey};
use rusqlite::types::FromSql;
use rusqlite::{Connection, OpenFlags, Params, Row};
use rustix::fs::{FlockOperation, flock};
use serde::Deserialize;
use std::fs::File;
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use uuid::Uuid;

const MACHINE_SECRET: &str = "machine.secret";
const ENROLMENT: &str = "enrolment.json";
const STORE: &str = "store";
const DATABASE: &str = "terminal.db";
/// What SQLite writes beside a database in WAL mode and has not moved into it (sqlite.org/wal.html).
const LOG: &str = "terminal.db-wal";
/// Held by the window that has the data open.
const WINDOW_LOCK: &str = "window.lock";

/// What is needed of the enrolment.
#[derive(Deserialize)]
pub(crate) struct Enrolment {
    pub(crate) terminal: TerminalId,
    pub(crate) epoch: u32,
    pub(crate) server_key: VerifyingKey,
}

/// A readable copy of the database, and the folder of its files.
pub(crate) struct Opened {
    pub(crate) connection: Connection,
    pub(crate) store: PathBuf,
    pub(crate) enrolment: Enrolment,
    _copy: TempDir,
}

/// The key of the database, from the officer's slot.
pub(crate) fn key(data: &Path, officer: &str, password: &str) -> Result<DatabaseKey, CheckError> {
    let slots = data.join(STORE).join(gm::keyslots::FILE_NAME);
    for (file, name) in [
        (data.join(STORE).join(DATABASE), DATABASE),
        (slots.clone(), gm::keyslots::FILE_NAME),
        (data.join(MACHINE_SECRET), MACHINE_SECRET),
        (data.join(ENROLMENT), ENROLMENT),
    ] {
        if !file.is_file() {
            return Err(CheckError::NotData(name));
        }
    }
    let secret = std::fs::read(data.join(MACHINE_SECRET))?;
    let secret = MachineSecret::from_slice(&secret).map_err(|_| CheckError::Unreadable(MACHINE_SECRET))?;
    let slots = KeySlots::load(&slots).map_err(|_| CheckError::Unreadable(gm::keyslots::FILE_NAME))?;
    Ok(slots.unlock_user(&officer.trim().to_uppercase(), password, &secret)?)
}

fn in_use(data: &Path) -> bool {
    let Ok(file) = File::open(data.join(WINDOW_LOCK)) else { return false };
    flock(&file, FlockOperation::NonBlockingLockShared).is_err()
}

/// A program without a window may write while its files are copied: the copy is taken again then, so often.
const MOST_COPIES: u32 = 5;

/// Copies database and log, encrypted as they are: nothing readable leaves the data folder.
fn copy_database(store: &Path, copy: &Path) -> Result<(), CheckError> {
    let stamp = |name: &str| {
        let facts = std::fs::metadata(store.join(name)).ok()?;
        Some((facts.len(), facts.modified().ok()?))
    };
    for _ in 0..MOST_COPIES {
        let before = (stamp(DATABASE), stamp(LOG));
        std::fs::copy(store.join(DATABASE), copy.join(DATABASE))?;
        if before.1.is_some() {
            std::fs::copy(store.join(LOG), copy.join(LOG))?;
        }
        if before == (stamp(DATABASE), stamp(LOG)) {
            return Ok(());
        }
        let _ = std::fs::remove_file(copy.join(LOG));
    }
    Err(CheckError::InUse)
}

impl Opened {
    pub(crate) fn copy(data: &Path, key: &DatabaseKey) -> Result<Self, CheckError> {
        let store = data.join(STORE);
        if !store.join(DATABASE).is_file() {
            return Err(CheckError::NotData(DATABASE));
        }
        if in_use(data) {
            return Err(CheckError::InUse);
        }
        let enrolment = std::fs::read(data.join(ENROLMENT)).map_err(|_| CheckError::NotData(ENROLMENT))?;
        let enrolment: Enrolment =
            serde_json::from_slice(&enrolment).map_err(|_| CheckError::Unreadable(ENROLMENT))?;
        let copy = tempfile::tempdir()?;
        copy_database(&store, copy.path())?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = gm::open_encrypted(&copy.path().join(DATABASE), key, flags)?;
        Ok(Self { connection, store, enrolment, _copy: copy })
    }

    /// All rows of a question.
    pub(crate) fn rows<T>(
        &self,
        sql: &str,
        parameters: impl Params,
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<Vec<T>> {
        self.connection.prepare(sql)?.query_map(parameters, read)?.collect()
    }

    /// The one value of a question.
    pub(crate) fn one<T: FromSql>(&self, sql: &str) -> rusqlite::Result<T> {
        self.connection.query_row(sql, [], |row| row.get(0))
    }
}

/// A count or number of a row.
pub(crate) fn number(row: &Row<'_>, at: usize) -> rusqlite::Result<u64> {
    let number: i64 = row.get(at)?;
    u64::try_from(number).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(at, number))
}

/// A name of 16 bytes.
pub(crate) fn name(row: &Row<'_>, at: usize) -> rusqlite::Result<Uuid> {
    Ok(Uuid::from_bytes(row.get(at)?))
}

/// A hash of 32 bytes.
pub(crate) fn hash(row: &Row<'_>, at: usize) -> rusqlite::Result<ContentHash> {
    Ok(ContentHash(row.get(at)?))
}

/// SM3 as events carry it.
pub(crate) fn sm3(bytes: &[u8]) -> ContentHash {
    ContentHash(gm::sm3(bytes).0)
}

/// The HMAC of every page, then SQLite's own look at their order and contents.
pub(crate) fn pages(opened: &Opened, report: &mut Report) -> rusqlite::Result<()> {
    // Of the copy: pages that stand in the log only are brought to their places, where they can be verified.
    opened.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    report.pages = number_of(opened.one("PRAGMA page_count")?);
    match gm::sqlite::check_pages(&opened.connection) {
        Ok(pages) => {
            for page in &pages.damaged_pages {
                report.must(Part::Pages, false, || format!("第 {page} 页的校验码不符"));
            }
            for remark in &pages.remarks {
                report.must(Part::Pages, false, || format!("校验没有完成：{remark}"));
            }
        }
        Err(_) => report.must(Part::Pages, false, || "校验码无法核对".to_owned()),
    }
    let findings: Vec<String> = opened.rows("PRAGMA integrity_check(20)", [], |row| row.get(0))?;
    for finding in findings.iter().filter(|finding| *finding != "ok") {
        report.must(Part::Pages, false, || format!("页的次序或内容不符：{finding}"));
    }
    Ok(())
}

pub(crate) fn number_of(count: i64) -> u64 {
    u64::try_from(count).unwrap_or(0)
}
