//! Commands: what somebody at the counter wants to be done to a case.

use crate::event::{
    BlobRef, CaseLink, Decision, Identity, PrintedDocument, Reading, Reason, RegisterAnswer, ValueSource,
};
use crate::identity::DocumentKind;
use crate::ids::{ContentHash, FieldPath, MaterialId, PageId, QuestionId, SlotId};
use crate::person::PersonRole;
use serde::{Deserialize, Serialize};

/// A wish. The rules answer with events or a [`crate::refusal::Refusal`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data", rename_all = "snake_case")]
pub enum Command {
    /// Begin a case on the matter of the context's definition.
    Open,
    /// Take an identity read from a document or typed.
    ReadIdentity {
        /// Whose.
        person: PersonRole,
        /// What.
        identity: Identity,
        /// How; none when typed.
        reading: Option<Reading>,
    },
    /// Answer a situation question.
    Answer {
        /// Question.
        question: QuestionId,
        /// Id of the answer.
        answer: String,
    },
    /// Change fields.
    ChangeFields {
        /// Field, new value.
        changes: Vec<(FieldPath, String)>,
        /// Where the values come from; typed, or an earlier case.
        source: ValueSource,
        /// Why locked values change; empty otherwise.
        reason: String,
    },
    /// Keep an answer of the register.
    RecordLookup {
        /// Look-up of the definition.
        lookup: String,
        /// The answer.
        answer: RegisterAnswer,
    },
    /// Add a scanned page.
    AddPage {
        /// Material.
        material: MaterialId,
        /// Name of the new page.
        page: PageId,
        /// Picture.
        picture: BlobRef,
        /// Device.
        reading: Option<Reading>,
    },
    /// Give a page another picture.
    ReplacePage {
        /// Material.
        material: MaterialId,
        /// Page.
        page: PageId,
        /// Picture.
        picture: BlobRef,
        /// Device, when scanned again.
        reading: Option<Reading>,
    },
    /// Take a page out.
    RemovePage {
        /// Material.
        material: MaterialId,
        /// Page.
        page: PageId,
    },
    /// Put the pages of a material in another order.
    ReorderPages {
        /// Material.
        material: MaterialId,
        /// All its pages.
        order: Vec<PageId>,
    },
    /// Keep a signature.
    Sign {
        /// Slot.
        slot: SlotId,
        /// Strokes.
        strokes: BlobRef,
        /// What the signer was shown.
        shown: ContentHash,
    },
    /// Take a signature back.
    ClearSignature {
        /// Slot.
        slot: SlotId,
    },
    /// Override a warning.
    Override {
        /// Rule.
        rule: String,
        /// Why.
        reason: String,
    },
    /// Submit.
    Submit,
    /// Confirm an intake made without the network.
    ConfirmAcceptance,
    /// Decide as a reviewer.
    Review {
        /// Decision.
        decision: Decision,
        /// Reason of a return or refusal.
        reason: Option<Reason>,
        /// Opinion in words.
        opinion: String,
    },
    /// Keep the register's answer to the act handed to it.
    RecordEffect {
        /// The answer.
        answer: RegisterAnswer,
        /// The register's reason when it refused; empty when it did it.
        refused: String,
    },
    /// Go on after a paper was issued, or after what came later was scanned.
    Continue,
    /// Keep that a paper came out of a printer.
    RecordPrint(PrintedDocument),
    /// Give the result to somebody.
    Collect {
        /// Collector's name.
        name: String,
        /// Kind of the collector's document.
        document: DocumentKind,
        /// Number of the collector's document.
        number: String,
        /// Signature.
        strokes: BlobRef,
    },
    /// The applicant takes the application back.
    Withdraw {
        /// Why.
        reason: String,
    },
    /// Tie the case to another one.
    LinkCase(CaseLink),
}
