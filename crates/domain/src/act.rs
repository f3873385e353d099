//! Acts: what a terminal pushes. The command, what the rules used, and the events that came of it.

use crate::cbor;
use crate::command::Command;
use crate::context::Context;
use crate::ids::{CaseId, CommandId, ContentHash, EventId};
use serde::{Deserialize, Serialize};

/// What the author knew of the case: the ground on which the act was decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Base {
    /// Version of the case as the server last told it; 0 before it knew the case.
    pub version: u64,
    /// The author's own last event of the case, pushed or not.
    pub own: Option<EventId>,
}

/// An event as its author signed it: verbatim bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedEvent {
    /// Deterministic CBOR of an [`crate::event::EventRecord`].
    #[serde(with = "serde_bytes")]
    pub bytes: Vec<u8>,
    /// SM2 signature over `bytes`, r‖s, 64 bytes: of the session key, or of the officer's own where
    /// [`crate::event::Event::wants_officer_key`].
    #[serde(with = "serde_bytes")]
    pub signature: Vec<u8>,
}

/// One officer's act on one case: all its events or none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Act {
    /// Name of the command; a repeat has the same.
    pub id: CommandId,
    /// The case.
    pub case: CaseId,
    /// The wish.
    pub command: Command,
    /// What the rules used.
    pub context: Context,
    /// What came of it, in order.
    pub events: Vec<SignedEvent>,
    /// What the author knew.
    pub base: Base,
    /// SM3 of the delegation that certifies the session key and carries the officer's certificate.
    pub delegation: ContentHash,
}

impl Act {
    /// Deterministic bytes, for the outbox and the idempotency hash.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        cbor::to_vec(self)
    }

    /// The inverse of [`Self::to_bytes`].
    ///
    /// # Errors
    /// When the bytes are no act.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, cbor::CborFault> {
        cbor::from_slice(bytes)
    }
}
