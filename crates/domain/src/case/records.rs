//! What a case remembers of the acts on it.

use crate::event::{
    Attestation, BlobRef, Decision, EventTime, Fingerprint, Identity, Reading, Reason, RegisterAnswer,
    SetAsideFinger, SubmissionMode, ValueSource,
};
use crate::flow::Stage;
use crate::ids::{ContentHash, MatterId, PageId, UnitCode};
use crate::matter::Family;
use crate::person::Actor;
use jiff::civil::Date;

/// How a case began.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    /// Matter.
    pub matter: MatterId,
    /// Its short name then.
    pub matter_name: String,
    /// Its family.
    pub family: Family,
    /// The definition that the case keeps: the one of its opening until it was moved to another.
    pub definition: ContentHash,
    /// The unit that took it in.
    pub unit: UnitCode,
    /// By whom.
    pub actor: Actor,
    /// When.
    pub time: EventTime,
}

/// An identity with how it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentityRecord {
    /// The identity.
    pub identity: Identity,
    /// How it was read; none when typed.
    pub reading: Option<Reading>,
}

/// A field's value with where it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldValue {
    /// The value.
    pub value: String,
    /// Where it came from.
    pub source: ValueSource,
    /// When.
    pub time: EventTime,
    /// The value before, when there was one.
    pub previous: Option<String>,
}

impl FieldValue {
    /// Whether the value is locked: it came from a card or the register, and a change needs a reason.
    #[must_use]
    pub fn locked(&self) -> bool {
        matches!(self.source, ValueSource::Card | ValueSource::Register)
    }
}

/// An answer of the register with its time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LookupRecord {
    /// The answer.
    pub answer: RegisterAnswer,
    /// When it was recorded.
    pub time: EventTime,
}

/// A scanned page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Name.
    pub id: PageId,
    /// The picture.
    pub picture: BlobRef,
    /// Attestation of the device; none for an imported file.
    pub attestation: Option<Attestation>,
    /// Why this picture is used although something is wrong with it; empty where nobody said so.
    pub kept: String,
}

/// A signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// Signer's name then.
    pub name: String,
    /// Strokes.
    pub strokes: BlobRef,
    /// What the signer was shown.
    pub shown: ContentHash,
    /// When.
    pub time: EventTime,
}

/// A submission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submission {
    /// How it counts.
    pub mode: SubmissionMode,
    /// Printed number.
    pub number: Option<String>,
    /// Number of the intake slip, kept after the confirmation.
    pub intake_number: Option<String>,
    /// Number of the acceptance, once given: a case that was sent back keeps it, however it is handed in again.
    pub accepted_number: Option<String>,
    /// Password for the citizen's query.
    pub query_password: String,
    /// Last day of the promised time, counted from the first acceptance.
    pub due: Option<Date>,
    /// By whom.
    pub actor: Actor,
    /// When it was handed in, the last time if it was sent back.
    pub time: EventTime,
    /// When it was first handed in: the day of the application.
    pub applied: EventTime,
    /// When it first came to count as accepted.
    pub accepted: Option<EventTime>,
}

/// A reviewer's decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewRecord {
    /// Step.
    pub stage: Stage,
    /// Decision.
    pub decision: Decision,
    /// Reason.
    pub reason: Option<Reason>,
    /// Opinion.
    pub opinion: String,
    /// By whom.
    pub actor: Actor,
    /// Whose review it was, when he let the actor do it (授权代审).
    pub on_behalf_of: Option<Actor>,
    /// When.
    pub time: EventTime,
}

/// Who took the result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collection {
    /// Name.
    pub name: String,
    /// Signature.
    pub strokes: BlobRef,
    /// When.
    pub time: EventTime,
}

/// Fingerprints of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FingerprintRecord {
    /// They were taken.
    Taken {
        /// The pictures, finger by finger.
        prints: Vec<Fingerprint>,
        /// Fingers that give no picture.
        set_aside: Vec<SetAsideFinger>,
        /// When.
        time: EventTime,
    },
    /// None are taken.
    Omitted {
        /// Why.
        reason: String,
        /// When.
        time: EventTime,
    },
}
