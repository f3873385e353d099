//! What can go wrong with the store.

use gm::GmError;

/// The store could not do it. No personal data inside.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// SQLite says no.
    #[error("the database refuses: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// Opening or deciphering failed: wrong key, foreign file, damage.
    #[error(transparent)]
    Cipher(#[from] GmError),
    /// A file could not be read or written.
    #[error("a file of the store cannot be {doing}: {source}")]
    File {
        /// What was being done.
        doing: &'static str,
        /// What the system says.
        source: std::io::Error,
    },
    /// The disk is full.
    #[error("the disk is full")]
    DiskFull,
    /// A newer version of the program has changed the database in a way that this one would damage.
    #[error("the database is of a newer version ({found}, this program knows {known})")]
    TooNew {
        /// Number in the database.
        found: u32,
        /// Number of this program.
        known: u32,
    },
    /// The list of applied migrations is not a beginning of this program's list.
    #[error("the database was changed by a program of another line (at `{0}`)")]
    ForeignMigration(String),
    /// A stored file is damaged or gone.
    #[error("a stored file is damaged or gone")]
    BlobDamaged,
    /// The author chain moved on since the act was signed: sign again.
    #[error("the author chain has moved on")]
    ChainMoved,
    /// The number was taken meanwhile: take the next.
    #[error("the number was taken meanwhile")]
    NumberTaken,
    /// The store is closed or its writer has ended.
    #[error("the store is closed")]
    Closed,
    /// Something in the database does not read.
    #[error("a row of {0} does not read")]
    Unreadable(&'static str),
}

impl StoreError {
    /// All codes of this crate's own errors, for the completeness test of the message catalogue.
    pub const CODES: [&'static str; 10] = [
        "STORE_DATABASE",
        "STORE_FILE",
        "DISK_FULL",
        "STORE_TOO_NEW",
        "STORE_FOREIGN",
        "STORE_BLOB_DAMAGED",
        "STORE_CHAIN_MOVED",
        "STORE_NUMBER_TAKEN",
        "STORE_CLOSED",
        "STORE_UNREADABLE",
    ];

    /// Stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Sqlite(fault) if is_full(fault) => "DISK_FULL",
            Self::Sqlite(_) => "STORE_DATABASE",
            Self::Cipher(fault) => fault.code(),
            Self::File { source, .. } if source.kind() == std::io::ErrorKind::StorageFull => "DISK_FULL",
            Self::File { .. } => "STORE_FILE",
            Self::DiskFull => "DISK_FULL",
            Self::TooNew { .. } => "STORE_TOO_NEW",
            Self::ForeignMigration(_) => "STORE_FOREIGN",
            Self::BlobDamaged => "STORE_BLOB_DAMAGED",
            Self::ChainMoved => "STORE_CHAIN_MOVED",
            Self::NumberTaken => "STORE_NUMBER_TAKEN",
            Self::Closed => "STORE_CLOSED",
            Self::Unreadable(_) => "STORE_UNREADABLE",
        }
    }
}

fn is_full(fault: &rusqlite::Error) -> bool {
    fault.sqlite_error_code() == Some(rusqlite::ErrorCode::DiskFull)
}

/// Short form.
pub type Result<T> = std::result::Result<T, StoreError>;

/// Names what was being done to a file.
pub(crate) fn doing(what: &'static str) -> impl FnOnce(std::io::Error) -> StoreError {
    move |source| StoreError::File { doing: what, source }
}
