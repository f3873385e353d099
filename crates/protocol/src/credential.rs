//! Keys of officers and sessions, and who certifies them.
//!
//! One officer key per (officer, terminal), born there, certified by the server at log-in. At log-in the officer
//! key signs a delegation to a session key; the session key signs each event. Times are milliseconds since
//! 1970-01-01 UTC.

use domain::ids::{OfficerId, TerminalId};
use domain::person::Post;
use serde::{Deserialize, Serialize};

/// A delegation is good for at most twelve hours: the longest shift of a window.
pub const DELEGATION_MILLISECONDS: i64 = 12 * 3600 * 1000;

/// Bytes with a signature over them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signed {
    /// Deterministic CBOR of the thing.
    #[serde(with = "serde_bytes")]
    pub bytes: Vec<u8>,
    /// SM2 signature, r‖s, 64 bytes.
    #[serde(with = "serde_bytes")]
    pub signature: Vec<u8>,
}

/// What the server's certificate authority says of an officer key; signed by the server's key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfficerCertificate {
    /// Number of the certificate.
    pub serial: u64,
    /// The officer.
    pub officer: OfficerId,
    /// The only terminal that may use it.
    pub terminal: TerminalId,
    /// Public key, 65 bytes, uncompressed.
    #[serde(with = "serde_bytes")]
    pub key: Vec<u8>,
    /// First moment of validity.
    pub not_before: i64,
    /// Last moment of validity.
    pub not_after: i64,
}

/// What an officer key says of a session key; signed by the officer key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delegation {
    /// Certificate of the officer key, a [`Signed`] [`OfficerCertificate`].
    pub certificate: Signed,
    /// Public session key, 65 bytes, uncompressed.
    #[serde(with = "serde_bytes")]
    pub session_key: Vec<u8>,
    /// The terminal.
    pub terminal: TerminalId,
    /// The post that the officer acts in.
    pub post: Post,
    /// First moment of validity.
    pub not_before: i64,
    /// Last moment of validity.
    pub not_after: i64,
}
