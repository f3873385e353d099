//! Enrolment of a terminal, time, leased numbers.

use domain::ids::{TerminalId, UnitCode};
use domain::number::NumberKind;
use serde::{Deserialize, Serialize};

/// What the server says of itself and the time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServerTime {
    /// Protocol version, [`crate::VERSION`].
    pub version: u16,
    /// Milliseconds since 1970-01-01 UTC.
    pub now: i64,
    /// The server's public key, 65 bytes: signs certificates, receipts and places, opens envelopes.
    #[serde(with = "serde_bytes")]
    pub server_key: Vec<u8>,
    /// Changes whenever the server was restored from a backup: places may have gone back.
    pub incarnation: u64,
}

/// Makes a store of a PC known, with a one-time code that the administrator gave out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnrolRequest {
    /// The one-time code.
    pub code: String,
    /// Name of the window: 柜台一 ….
    pub window: String,
    /// The terminal's public key, 65 bytes.
    #[serde(with = "serde_bytes")]
    pub terminal_key: Vec<u8>,
}

/// The server's answer to an enrolment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnrolAnswer {
    /// Name of the terminal.
    pub terminal: TerminalId,
    /// Epoch of its store: rises with every re-creation.
    pub epoch: u32,
    /// The unit where it stands.
    pub unit: UnitCode,
    /// The server's public key.
    #[serde(with = "serde_bytes")]
    pub server_key: Vec<u8>,
    /// Public key of the unit's escrow, for the escrow slot of the database key.
    #[serde(with = "serde_bytes")]
    pub escrow_key: Vec<u8>,
    /// Server time.
    pub now: i64,
}

/// Asks for a block of numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlockRequest {
    /// Kind.
    pub kind: NumberKind,
    /// Year in the number; the next year's from 1 December.
    pub year: i16,
    /// Epoch of the asking store.
    pub epoch: u32,
    /// How many; the server may give fewer.
    pub count: u32,
    /// Names this wish: asked again with the same id, the same block comes back.
    pub request: uuid::Uuid,
}
