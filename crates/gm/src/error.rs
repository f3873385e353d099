//! What can go wrong, each with a code that never changes.

/// Shorthand of this crate.
pub type Result<T> = std::result::Result<T, GmError>;

/// A cryptographic refusal. No variant carries key material, plaintext or personal data.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GmError {
    /// The operating system's random source failed. There is no fallback.
    #[error("the operating system gave no random bytes")]
    Random,
    /// A byte string has another length than its type needs.
    #[error("{what} needs {expected} bytes, got {got}")]
    Length {
        /// Which value.
        what: &'static str,
        /// Bytes needed.
        expected: usize,
        /// Bytes given.
        got: usize,
    },
    /// Text that should be hexadecimal is not.
    #[error("{0} is not hexadecimal")]
    Hex(&'static str),
    /// A private key is zero, too large, or its container cannot be read.
    #[error("the private key cannot be read")]
    PrivateKey,
    /// A public key is not an uncompressed point of the SM2 curve.
    #[error("the public key is not a point of the curve")]
    PublicKey,
    /// Signing failed (the nonce fell into one of the excluded values; practically impossible).
    #[error("signing failed")]
    Signing,
    /// The signature does not fit message and key, or is malformed.
    #[error("the signature does not hold")]
    Signature,
    /// The secret for an envelope is empty or longer than [`crate::envelope::MAX_SECRET_BYTES`].
    #[error("an envelope takes 1 to {max} bytes, got {got}")]
    EnvelopeSize {
        /// Longest secret.
        max: usize,
        /// Bytes given.
        got: usize,
    },
    /// An SM2 envelope is torn, altered, or made for another key.
    #[error("the envelope cannot be opened")]
    Envelope,
    /// Authenticated data was altered, cut, or the key, nonce or associated data differ.
    #[error("the sealed data cannot be opened")]
    Aead,
    /// Decrypted SM4-CBC or SM4-ECB text has no whole blocks or no PKCS#7 padding: wrong key or torn text.
    #[error("the decrypted text has no valid padding")]
    Padding,
    /// A message is longer than SM4-GCM may take under one nonce (NIST SP 800-38D: 2^36 - 32 bytes).
    #[error("the message is too long for one seal")]
    TooLong,
    /// The bytes are not a blob of this program, or of a version it does not know.
    #[error("not a blob of a known version")]
    BlobHeader,
    /// The blob's length does not fit its header: cut, or something was appended.
    #[error("the blob has {got} bytes where its header says {expected}")]
    BlobLength {
        /// Bytes by the header.
        expected: u64,
        /// Bytes there.
        got: u64,
    },
    /// One chunk of a blob does not verify: altered, moved, or taken from another blob.
    #[error("chunk {index} of the blob does not verify")]
    BlobChunk {
        /// Counted from 0.
        index: u32,
    },
    /// The blob's bytes are not those its id names.
    #[error("the blob is not the one its id names")]
    BlobId,
    /// More bytes than [`crate::blob::MAX_PLAINTEXT_BYTES`].
    #[error("the file is too large for a blob")]
    BlobTooLarge,
    /// The source gave another number of bytes than announced.
    #[error("the source gave {got} bytes where {expected} were announced")]
    BlobSource {
        /// Announced bytes.
        expected: u64,
        /// Bytes read (one more than announced means "at least").
        got: u64,
    },
    /// The key slot file is damaged: not JSON, a field is missing or malformed, or the checksum differs.
    #[error("the key slot file is damaged: {0}")]
    KeySlotsDamaged(&'static str),
    /// The key slot file was written by a newer program.
    #[error("the key slot file has version {0}, which this program does not know")]
    KeySlotsVersion(u64),
    /// No slot for this user on this machine.
    #[error("no key slot for this user on this machine")]
    UnknownUser,
    /// The slot exists and the file is whole, but the password does not open it.
    #[error("wrong password")]
    WrongPassword,
    /// A user has a slot already.
    #[error("the user has a key slot already")]
    UserExists,
    /// No escrow slot for this server key.
    #[error("no escrow slot for this key")]
    NoEscrow,
    /// Removing the slot would leave none, and the database unreadable for ever.
    #[error("the last key slot cannot be removed")]
    LastSlot,
    /// The database key handed in is not the one these slots hold.
    #[error("the database key does not belong to these key slots")]
    ForeignDatabaseKey,
    /// An iteration count of zero or above [`crate::digest::MAX_ITERATIONS`].
    #[error("{0} iterations are outside the allowed range")]
    Iterations(u32),
    /// The file holds a plain SQLite database. Nothing was written.
    #[error("the file is an unencrypted SQLite database")]
    PlainDatabase,
    /// The file is one of ours under another key. Nothing was written.
    #[error("the database does not open with this key")]
    WrongKey,
    /// The file is no database of ours, or encrypted in a way this program does not know. Nothing was written.
    #[error("the file is not a database of this program")]
    NotADatabase,
    /// The key is right but the first page does not verify.
    #[error("the database is damaged in its first page")]
    DatabaseDamaged,
    /// The connection would not use the SM4 page provider; it was closed before anything was written.
    #[error("the SM4 page provider is not active")]
    Provider,
    /// The bundled SQLCipher is not the release whose provider interface this program was written for.
    #[error("unknown SQLCipher release")]
    SqlcipherRelease,
    /// SQLite refused.
    #[error("SQLite: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// The file system refused.
    #[error("file: {0}")]
    Io(#[from] std::io::Error),
    /// Our engine and the second implementation disagree: nothing may be sent.
    #[error("the second implementation disagrees")]
    SecondOpinion,
}

impl GmError {
    /// Stable code of the error, for the error catalogue and for callers that branch.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Random => "GM_RANDOM",
            Self::Length { .. } => "GM_LENGTH",
            Self::Hex(_) => "GM_HEX",
            Self::PrivateKey => "GM_PRIVATE_KEY",
            Self::PublicKey => "GM_PUBLIC_KEY",
            Self::Signing => "GM_SIGNING",
            Self::Signature => "GM_SIGNATURE",
            Self::EnvelopeSize { .. } => "GM_ENVELOPE_SIZE",
            Self::Envelope => "GM_ENVELOPE",
            Self::Aead => "GM_SEAL",
            Self::Padding => "GM_PADDING",
            Self::TooLong => "GM_TOO_LONG",
            Self::BlobHeader => "GM_BLOB_HEADER",
            Self::BlobLength { .. } => "GM_BLOB_LENGTH",
            Self::BlobChunk { .. } => "GM_BLOB_CHUNK",
            Self::BlobId => "GM_BLOB_ID",
            Self::BlobTooLarge => "GM_BLOB_TOO_LARGE",
            Self::BlobSource { .. } => "GM_BLOB_SOURCE",
            Self::KeySlotsDamaged(_) => "GM_KEYSLOTS_DAMAGED",
            Self::KeySlotsVersion(_) => "GM_KEYSLOTS_VERSION",
            Self::UnknownUser => "GM_UNKNOWN_USER",
            Self::WrongPassword => "GM_WRONG_PASSWORD",
            Self::UserExists => "GM_USER_EXISTS",
            Self::NoEscrow => "GM_NO_ESCROW",
            Self::LastSlot => "GM_LAST_SLOT",
            Self::ForeignDatabaseKey => "GM_FOREIGN_DATABASE_KEY",
            Self::Iterations(_) => "GM_ITERATIONS",
            Self::PlainDatabase => "GM_PLAIN_DATABASE",
            Self::WrongKey => "GM_WRONG_KEY",
            Self::NotADatabase => "GM_NOT_A_DATABASE",
            Self::DatabaseDamaged => "GM_DATABASE_DAMAGED",
            Self::Provider => "GM_PROVIDER",
            Self::SqlcipherRelease => "GM_SQLCIPHER_RELEASE",
            Self::Sqlite(_) => "GM_SQLITE",
            Self::Io(_) => "GM_FILE",
            Self::SecondOpinion => "GM_SECOND_OPINION",
        }
    }
}
