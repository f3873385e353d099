//! The terminal's encrypted SQLite database and its files.
//!
//! One writer thread owns the write connection; interactive work overtakes synchronisation. Readers have a pool.
//! Every table has a file of its own under [`table`], with its migration beside it. The bytes of events and acts
//! are kept verbatim; work lists and search are made from them and can be rebuilt.

pub mod blob_file;
mod error;
pub mod failpoint;
mod migration;
mod reader;
pub mod table;
mod writer;

pub use error::{Result, StoreError};
pub use migration::{CURRENT, Migration};
pub use rusqlite::{Connection, Transaction};
pub use writer::Priority;

use domain::ids::CaseId;
use gm::DatabaseKey;
use reader::Readers;
use rusqlite::OpenFlags;
use std::path::{Path, PathBuf};
use std::time::Duration;
use writer::Writer;

/// Name of the database file in the store's folder.
pub const DATABASE: &str = "terminal.db";

/// Read connections kept open: the windows ask two or three things at once, synchronisation one.
const READERS: usize = 4;

/// How to open a store.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Name of the SQLite VFS; none for the system's. Power-cut tests put theirs here.
    pub vfs: Option<String>,
}

/// An open store.
pub struct Store {
    folder: PathBuf,
    writer: Writer,
    readers: Readers,
}

impl Store {
    /// Makes a new store in an empty or missing folder.
    ///
    /// # Errors
    /// When the folder holds a database already, or cannot be written.
    pub fn create(folder: &Path, key: &DatabaseKey, options: &Options) -> Result<Self> {
        std::fs::create_dir_all(folder).map_err(error::doing("made"))?;
        if folder.join(DATABASE).exists() {
            return Err(StoreError::File {
                doing: "made",
                source: std::io::Error::from(std::io::ErrorKind::AlreadyExists),
            });
        }
        Self::open_with(
            folder,
            key,
            options,
            OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE,
        )
    }

    /// Opens a store and brings it to this program's version.
    ///
    /// # Errors
    /// Wrong key, foreign file, newer version: nothing is changed then.
    pub fn open(folder: &Path, key: &DatabaseKey, options: &Options) -> Result<Self> {
        Self::open_with(folder, key, options, OpenFlags::SQLITE_OPEN_READ_WRITE)
    }

    fn open_with(folder: &Path, key: &DatabaseKey, options: &Options, flags: OpenFlags) -> Result<Self> {
        let flags = flags | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let path = folder.join(DATABASE);
        let connect = |flags| gm::open_encrypted_with_vfs(&path, key, flags, options.vfs.as_deref());
        let mut connection = connect(flags)?;
        prepare(&connection)?;
        migration::migrate(&mut connection)?;
        let mut readers = Vec::with_capacity(READERS);
        for _ in 0..READERS {
            let reader = connect(OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
            prepare(&reader)?;
            reader.pragma_update(None, "query_only", true)?;
            readers.push(reader);
        }
        blob_file::sweep(folder, &table::blob::names(&connection)?)?;
        Ok(Self {
            folder: folder.to_owned(),
            writer: Writer::start(connection),
            readers: Readers::new(readers),
        })
    }

    /// The store's folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Runs one transaction on the writer thread and waits until it is durable.
    ///
    /// # Errors
    /// What the work returns, in which case nothing of it is kept; or that the store cannot write.
    pub fn write<T, W>(&self, priority: Priority, work: W) -> Result<T>
    where
        T: Send + 'static,
        W: FnOnce(&Transaction<'_>) -> Result<T> + Send + 'static,
    {
        self.writer.run(priority, work)
    }

    /// Reads. All statements of the work see one state of the database.
    ///
    /// # Errors
    /// What the work returns.
    pub fn read<T>(&self, work: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        self.readers.with(work)
    }

    /// Makes work list and search anew from the events, in one transaction: `project` writes the row of a case.
    /// Gives the number of cases.
    ///
    /// # Errors
    /// What `project` returns; the old lists stand then as they were.
    pub fn rebuild<P>(&self, project: P) -> Result<usize>
    where
        P: Fn(&Transaction<'_>, CaseId) -> Result<()> + Send + 'static,
    {
        self.write(Priority::Background, move |transaction| {
            table::case::clear(transaction)?;
            let cases = table::event::cases(transaction)?;
            for case in &cases {
                project(transaction, *case)?;
            }
            Ok(cases.len())
        })
    }
}

/// Settings of every connection. `synchronous = FULL`: a commit is on the disk before anybody hears of it.
fn prepare(connection: &Connection) -> Result<()> {
    connection.busy_timeout(Duration::from_secs(5))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", synchronous())?;
    connection.pragma_update(None, "foreign_keys", true)?;
    // 16 MiB of pages deciphered: decipherment is what reading costs (an SM4 page takes about 40 µs).
    connection.pragma_update(None, "cache_size", -16_384)?;
    Ok(())
}

/// The durability of commits.
fn synchronous() -> &'static str {
    if planted("synchronous=OFF") { "OFF" } else { "FULL" }
}

/// Whether a fault was planted to prove that the tests find it:
///
/// | name | what breaks |
/// |---|---|
/// | `synchronous=OFF` | commits do not wait for the disk |
/// | `directory-fsync-removed` | the names of new files are not made durable |
/// | `answer-before-commit` | whoever waits for a write hears of it before it is durable |
#[cfg(feature = "mutants")]
fn planted(name: &str) -> bool {
    std::env::var("MUTANT").is_ok_and(|one| one == name)
}

/// Never in this build.
#[cfg(not(feature = "mutants"))]
const fn planted(_name: &str) -> bool {
    false
}
