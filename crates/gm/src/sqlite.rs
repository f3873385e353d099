//! SQLCipher with SM4-CBC pages, HMAC-SM3 and PBKDF2-HMAC-SM3.
//!
//! The library carries its own page format; only the algorithms are replaced, through the provider interface
//! that SQLCipher exports. Files made here cannot be read by a stock SQLCipher.
//!
//! The first 16 bytes of a file, SQLCipher's salt, are chosen so that they tell ours from foreign files and the
//! right key from a wrong one before SQLite reads anything (the `mark` module). That is why a wrong key leaves
//! even a hot journal beside the database alone.

mod file_head;
mod mark;
mod provider;

use std::path::Path;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};
use zeroize::Zeroizing;

pub use provider::{PROVIDER_NAME, SQLCIPHER_RELEASE, register_provider};

use crate::{DatabaseKey, GmError, Result};
use mark::Mark;

/// Bytes of a page: SQLCipher's default since release 4, written down so that an upgrade cannot move it.
pub const PAGE_BYTES: u32 = 4096;

/// First bytes of every unencrypted SQLite 3 file (sqlite.org/fileformat2.html section 1.3.1).
const PLAIN_MAGIC: &[u8; 16] = b"SQLite format 3\0";

/// Opens or, where `flags` allow it, creates an SM4 database. See [`open_encrypted_with_vfs`].
///
/// # Errors
/// As [`open_encrypted_with_vfs`].
pub fn open_encrypted(path: &Path, key: &DatabaseKey, flags: OpenFlags) -> Result<Connection> {
    open_encrypted_with_vfs(path, key, flags, None)
}

/// Opens or creates an SM4 database through a named SQLite VFS (`None`: the system's).
///
/// The provider is registered and asserted, and the key proved on the first page, before the connection is
/// handed out; a refused file keeps every byte. A new database must be created by one connection, which makes
/// its first write, before others open the file.
///
/// # Errors
/// - [`GmError::PlainDatabase`]: an unencrypted SQLite file;
/// - [`GmError::WrongKey`]: one of ours, under another key;
/// - [`GmError::DatabaseDamaged`]: ours and the right key, but the first page does not verify;
/// - [`GmError::NotADatabase`]: anything else that is not empty;
/// - [`GmError::Provider`], [`GmError::SqlcipherRelease`]: this program was built wrongly;
/// - [`GmError::Sqlite`]: missing, locked or unreadable file.
pub fn open_encrypted_with_vfs(
    path: &Path,
    key: &DatabaseKey,
    flags: OpenFlags,
    vfs: Option<&str>,
) -> Result<Connection> {
    register_provider()?;
    let connection = match vfs {
        None => Connection::open_with_flags(path, flags)?,
        Some(name) => Connection::open_with_flags_and_vfs(path, flags, name)?,
    };
    let head = file_head::read(&connection)?;
    if &head == PLAIN_MAGIC {
        return Err(GmError::PlainDatabase);
    }
    let mark = mark::read(&head, key);
    let new_salt = match mark {
        Mark::OtherKey => return Err(GmError::WrongKey),
        Mark::Absent => Some(mark::fresh_salt(key)?),
        Mark::ThisKey | Mark::Foreign => None,
    };
    file_head::set_key(&connection, &key_specification(key, new_salt.as_ref())?)?;
    assert_provider(&connection)?;
    settle_parameters(&connection)?;
    prove_first_page(&connection, mark)?;
    Ok(connection)
}

/// The raw key in SQLCipher's spelling, with the salt where the file has none yet.
fn key_specification(key: &DatabaseKey, salt: Option<&[u8; 16]>) -> Result<Zeroizing<Vec<u8>>> {
    let mut text = Zeroizing::new(vec![b'0'; 3 + 32 + if salt.is_some() { 32 } else { 0 }]);
    let last = text.len() - 1;
    text[..2].copy_from_slice(b"x'");
    text[last] = b'\'';
    hex::encode_to_slice(key.expose(), &mut text[2..34]).map_err(|_| GmError::Hex("the database key"))?;
    if let Some(salt) = salt {
        hex::encode_to_slice(salt, &mut text[34..66]).map_err(|_| GmError::Hex("the salt"))?;
    }
    Ok(text)
}

fn assert_provider(connection: &Connection) -> Result<()> {
    let name: String = connection
        .query_row("PRAGMA cipher_provider", [], |row| row.get(0))
        .map_err(|_| GmError::Provider)?;
    if name == PROVIDER_NAME { Ok(()) } else { Err(GmError::Provider) }
}

/// Pins what the file format depends on. The labels are SQLCipher's; the provider maps each of them to SM3.
fn settle_parameters(connection: &Connection) -> Result<()> {
    connection.pragma_update(None, "cipher_page_size", PAGE_BYTES)?;
    connection.pragma_update(None, "cipher_hmac_algorithm", "HMAC_SHA256")?;
    connection.pragma_update(None, "cipher_kdf_algorithm", "PBKDF2_HMAC_SHA256")?;
    Ok(())
}

fn prove_first_page(connection: &Connection, mark: Mark) -> Result<()> {
    // Should the file prove foreign, closing it must not move its write-ahead log into it.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    let read = connection.query_row("PRAGMA schema_version", [], |_| Ok(()));
    match read {
        Ok(()) => {
            connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)?;
            Ok(())
        }
        Err(error) => Err(match (error.sqlite_error_code(), mark) {
            (Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt), Mark::ThisKey) => {
                GmError::DatabaseDamaged
            }
            (Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt), _) => GmError::NotADatabase,
            _ => GmError::Sqlite(error),
        }),
    }
}

/// What [`check_pages`] found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PageReport {
    /// Pages whose HMAC does not fit, counted from 1, in order.
    pub damaged_pages: Vec<u32>,
    /// SQLCipher's other findings, for example that the check could not run. They name no data.
    pub remarks: Vec<String>,
}

impl PageReport {
    /// Whether every page verified.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.damaged_pages.is_empty() && self.remarks.is_empty()
    }
}

/// Verifies the HMAC of every page in the database file.
///
/// It reads the file past SQLite's cache, so it also finds damage in pages no query has touched. Pages still in
/// the write-ahead log are not looked at; checkpoint first. It says nothing about the order of pages: follow
/// it with `PRAGMA integrity_check`.
///
/// # Errors
/// [`GmError::Sqlite`] when the check cannot be started.
pub fn check_pages(connection: &Connection) -> Result<PageReport> {
    let mut report = PageReport::default();
    let mut statement = connection.prepare("PRAGMA cipher_integrity_check")?;
    let lines = statement.query_map([], |row| row.get::<_, String>(0))?;
    for line in lines {
        let line = line?;
        match damaged_page(&line) {
            Some(page) => report.damaged_pages.push(page),
            None => report.remarks.push(line),
        }
    }
    Ok(report)
}

/// The page number in SQLCipher's three sentences about a page.
fn damaged_page(line: &str) -> Option<u32> {
    let after = ["HMAC verification failed for page ", "HMAC operation failed for page ", "page "]
        .into_iter()
        .find_map(|lead| line.strip_prefix(lead))
        .or_else(|| line.split_once(" bytes from file page ").map(|(_, rest)| rest))?;
    let digits = after.split(|c: char| !c.is_ascii_digit()).next()?;
    digits.parse().ok()
}

#[cfg(test)]
mod tests;
