//! Stored files between terminal and server. A blob is sent as ciphertext in pieces; its id is the SM3 of the
//! whole ciphertext; its key travels in an envelope.

use domain::ids::{CaseId, ContentHash};
use serde::{Deserialize, Serialize};

/// Pieces have 1 MiB but the last: a lost connection costs at most one.
pub const PIECE: u64 = 1 << 20;
/// A page at 600 dpi in colour stays far below; larger files are refused before the first piece.
pub const MOST_BYTES: u64 = 256 << 20;

/// Offers a blob.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlobOffer {
    /// Length of the ciphertext in bytes.
    pub length: u64,
    /// The case that it belongs to.
    pub case: CaseId,
    /// The blob's key in an SM2 envelope to the server's key.
    #[serde(with = "serde_bytes")]
    pub key: Vec<u8>,
}

/// What the server has of a blob.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlobState {
    /// Whether it is whole, verified and durable.
    pub complete: bool,
    /// Numbers of the pieces still missing, in order.
    pub missing: Vec<u32>,
}

/// Asks for the key of a blob; the server checks the right and logs the access.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyRequest {
    /// The case in which the blob is named.
    pub case: CaseId,
    /// The blob.
    pub blob: ContentHash,
}

/// The key of a blob for the asking terminal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyAnswer {
    /// The key in an SM2 envelope to the terminal's key.
    #[serde(with = "serde_bytes")]
    pub key: Vec<u8>,
    /// Length of the ciphertext in bytes.
    pub length: u64,
}
