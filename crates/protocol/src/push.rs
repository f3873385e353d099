//! Pushing acts.

use crate::credential::Signed;
use domain::ids::{CaseId, CommandId, ContentHash, EventId, FieldPath};
use domain::refusal::Refusal;
use serde::{Deserialize, Serialize};

/// At most so many acts in one push: about a tenth of a second of server work, so that others get their turn.
pub const MOST_ACTS: usize = 200;
/// At most so many bytes in one push; a single larger act goes alone.
pub const MOST_BYTES: usize = 1 << 20;

/// Acts in the order of the outbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PushRequest {
    /// Epoch of the sending store.
    pub epoch: u32,
    /// Acts; the outbox numbers are consecutive.
    pub items: Vec<PushItem>,
    /// Delegations that the acts name, each a [`Signed`] [`crate::credential::Delegation`].
    pub delegations: Vec<Signed>,
}

/// One act with its number in the outbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PushItem {
    /// Number in the outbox, 1, 2, 3 … per epoch: with terminal and epoch the idempotency key.
    pub seq: u64,
    /// Bytes of a [`domain::act::Act`].
    #[serde(with = "serde_bytes")]
    pub act: Vec<u8>,
}

/// Answers, one per act, in order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PushAnswer {
    /// One per act, until the first act that the server could not look at yet.
    pub results: Vec<PushResult>,
    /// The next outbox number that the server expects.
    pub expected: u64,
    /// Server time.
    pub now: i64,
}

/// What became of one act.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PushResult {
    /// Number in the outbox.
    pub seq: u64,
    /// The act.
    pub act: CommandId,
    /// What became of it.
    pub outcome: PushOutcome,
    /// Server's receipt: a [`Signed`] [`Receipt`].
    pub receipt: Signed,
}

/// What the server signs for an act.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// SM3 of the act's bytes.
    pub act: ContentHash,
    /// SM3 of the outcome's bytes.
    pub outcome: ContentHash,
    /// Server time, milliseconds since 1970-01-01 UTC.
    pub now: i64,
}

/// What became of an act.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum PushOutcome {
    /// Every event has its place in the case.
    Placed {
        /// The case's version after the last event.
        version: u64,
    },
    /// Somebody else changed what the act reads or writes: both sides are kept in a conflict record.
    Conflict {
        /// Fields or parts that clash.
        paths: Vec<String>,
        /// The events that came in between.
        others: Vec<EventId>,
        /// The case's version on the server.
        version: u64,
    },
    /// Refused; it stays in the terminal's reject lane.
    Rejected {
        /// Stable code.
        code: RejectCode,
        /// The rules' refusal, when they refused.
        refusal: Option<Refusal>,
        /// The field concerned, when there is one.
        field: Option<FieldPath>,
    },
    /// An earlier own act of this case is in conflict or rejected, and this one names it as its base
    /// ([`domain::act::Base::own`]): it waits with it. An act rebuilt on what the server has is placed.
    Held {
        /// The case.
        case: CaseId,
    },
}

/// Why the server refuses an act.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RejectCode {
    /// The command does not give exactly these events, or the bytes are not what they say.
    Forged,
    /// A signature or certificate does not hold.
    BadSignature,
    /// The officer did not hold the post then, or the account was closed.
    NoAuthority,
    /// The delegation had ended.
    DelegationEnded,
    /// The terminal's copy of the roster was older than the policy allows.
    RosterTooOld,
    /// The act does not hold on the case as it is now.
    NoLongerHolds,
    /// The register's answer in the act is not one that this server passed on.
    UnknownAnswer,
    /// The number does not come from a block leased to this epoch, or was used already.
    NumberNotLeased,
    /// A definition, code table or calendar that the server never gave out.
    UnknownDefinition,
    /// The chain of the author has a gap or a fork.
    BrokenChain,
    /// The act does not read.
    Unreadable,
    /// It was made at a time that has not come yet: the terminal's clock was ahead, and nobody had confirmed it.
    ClockAhead,
    /// What the server keeps of the case does not open: its administrator is to bring the case back, then it is done again.
    CaseDamaged,
}

impl RejectCode {
    /// All codes, for the completeness test of the message catalogue.
    pub const CODES: [&'static str; 13] = [
        "FORGED",
        "BAD_SIGNATURE",
        "NO_AUTHORITY",
        "DELEGATION_ENDED",
        "ROSTER_TOO_OLD",
        "NO_LONGER_HOLDS",
        "UNKNOWN_ANSWER",
        "NUMBER_NOT_LEASED",
        "UNKNOWN_DEFINITION",
        "BROKEN_CHAIN",
        "UNREADABLE",
        "CLOCK_AHEAD",
        "CASE_DAMAGED",
    ];

    /// Stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Forged => "FORGED",
            Self::BadSignature => "BAD_SIGNATURE",
            Self::NoAuthority => "NO_AUTHORITY",
            Self::DelegationEnded => "DELEGATION_ENDED",
            Self::RosterTooOld => "ROSTER_TOO_OLD",
            Self::NoLongerHolds => "NO_LONGER_HOLDS",
            Self::UnknownAnswer => "UNKNOWN_ANSWER",
            Self::NumberNotLeased => "NUMBER_NOT_LEASED",
            Self::UnknownDefinition => "UNKNOWN_DEFINITION",
            Self::BrokenChain => "BROKEN_CHAIN",
            Self::Unreadable => "UNREADABLE",
            Self::ClockAhead => "CLOCK_AHEAD",
            Self::CaseDamaged => "CASE_DAMAGED",
        }
    }
}
