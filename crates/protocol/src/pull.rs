//! Pulling what others did.

use crate::credential::Signed;
use domain::ids::{CaseId, ContentHash};
use serde::{Deserialize, Serialize};

/// At most so many changes in one answer.
pub const MOST_CHANGES: usize = 500;
/// A pull that finds nothing waits at most so long (milliseconds): below the idle time of common proxies (30 s).
pub const LONGEST_WAIT: u32 = 25_000;

/// Asks for changes after a cursor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PullRequest {
    /// Epoch of the asking store.
    pub epoch: u32,
    /// Opaque; empty for the beginning.
    #[serde(with = "serde_bytes")]
    pub cursor: Vec<u8>,
    /// How long to wait for something new, milliseconds.
    pub wait: u32,
    /// At most so many changes.
    pub limit: u32,
}

/// Changes in the order of their commits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PullAnswer {
    /// Changes after the cursor that this terminal may see.
    pub changes: Vec<Change>,
    /// Where the next pull goes on; stored with the changes in one transaction.
    #[serde(with = "serde_bytes")]
    pub cursor: Vec<u8>,
    /// Whether more lies behind this answer.
    pub more: bool,
    /// The cursor is too old or from a lost server state: begin anew.
    pub reset: bool,
    /// Own acts up to this outbox number are contained.
    pub ack_through: u64,
    /// Server time.
    pub now: i64,
    /// See [`crate::enrol::ServerTime::incarnation`].
    pub incarnation: u64,
}

/// One change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Change {
    /// An event got its place.
    Placed {
        /// The event, verbatim.
        #[serde(with = "serde_bytes")]
        event: Vec<u8>,
        /// The author's signature.
        #[serde(with = "serde_bytes")]
        signature: Vec<u8>,
        /// SM3 of [`Signed::bytes`] of the delegation of the author's session key.
        delegation: ContentHash,
        /// The server's place: a [`Signed`] [`Place`].
        place: Signed,
    },
    /// A delegation that events of this answer name; comes before them.
    Delegation {
        /// A [`Signed`] [`crate::credential::Delegation`].
        delegation: Signed,
    },
    /// The roster, definitions, code tables or calendar changed: ask for the edition.
    Edition,
    /// A case is no longer for this terminal's eyes: forget it.
    Forget {
        /// The case.
        case: CaseId,
    },
}

/// The place of an event in its case: the chain of the server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The case.
    pub case: CaseId,
    /// 1, 2, 3 … without gaps.
    pub version: u64,
    /// SM3 of the event's bytes.
    pub event: ContentHash,
    /// SM3 of the bytes of the place before; zeros for the first.
    pub previous: ContentHash,
}
