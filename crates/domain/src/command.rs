//! Commands: what somebody at the counter wants to be done to a case.

use crate::course::SuspensionKind;
use crate::effect::UnfinishedState;
use crate::event::{
    BlobRef, CaseLink, Decision, Fingerprint, Identity, PrintedDocument, Reading, Reason, RegisterAnswer,
    SetAsideFinger, Settlement, ValueSource,
};
use crate::identity::DocumentKind;
use crate::ids::{ContentHash, FieldPath, MaterialId, OfficerId, PageId, QuestionId, SlotId};
use crate::person::PersonRole;
use jiff::civil::Date;
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
    /// Keep a page that was found unfit.
    KeepPage {
        /// Material.
        material: MaterialId,
        /// Page.
        page: PageId,
        /// What was found, as stable codes (`page.blurred`).
        findings: Vec<String>,
        /// Why it is used all the same.
        reason: String,
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
    /// Keep an answer of the register that ends nothing: it does the act later, or did a part of it.
    RecordUnfinished {
        /// The answer.
        answer: RegisterAnswer,
        /// How the act stands.
        state: UnfinishedState,
        /// Why the rest is not done; may be empty.
        reason: String,
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
    /// The applicant promises to bring materials later (容缺).
    PromiseMaterials {
        /// The materials; empty takes the promise back.
        materials: Vec<MaterialId>,
        /// Last day for them.
        until: Date,
    },
    /// A head takes the tolerance back.
    CancelTolerance {
        /// Why.
        reason: Reason,
    },
    /// A reviewer asks for materials to be brought or corrected (补正).
    RequestSupplement {
        /// The materials.
        materials: Vec<MaterialId>,
        /// Last day for them.
        until: Date,
        /// Why.
        reason: Reason,
    },
    /// Stop the clock (中止、特别程序).
    Suspend {
        /// Why, by kind.
        kind: SuspensionKind,
        /// Why, in words.
        reason: Reason,
        /// Last day foreseen; a special procedure needs one.
        until: Option<Date>,
    },
    /// Let the clock go on.
    Resume,
    /// End the case because what was promised or asked for did not come (终止).
    Terminate {
        /// Why.
        reason: Reason,
    },
    /// End a case that was opened by mistake, or give a rectification up (作废).
    Abandon {
        /// Why.
        reason: String,
    },
    /// Reopen a closed case so that its record becomes right (更正).
    Rectify {
        /// Why.
        reason: String,
    },
    /// Hand the work to a colleague (移交).
    HandOver {
        /// Who has it from now on.
        to: OfficerId,
        /// Why.
        reason: String,
    },
    /// Let somebody else review at the present step for a time (授权代审).
    DelegateReview {
        /// Who may review.
        to: OfficerId,
        /// Last day.
        until: Date,
        /// Why.
        reason: String,
    },
    /// Go on under another definition of the same matter: the one that the context names.
    MoveToDefinition {
        /// Its hash, as the officer saw it.
        definition: ContentHash,
    },
    /// Tie the case to another one.
    LinkCase(CaseLink),
    /// Keep how the citizen rated the service.
    Evaluate {
        /// Level, 5 非常满意 to 1 非常不满意.
        score: u8,
        /// The evaluation pad; none from the applicant screen.
        reading: Option<Reading>,
    },
    /// Keep fingerprints.
    TakeFingerprints {
        /// Whose.
        person: PersonRole,
        /// The pictures, finger by finger.
        prints: Vec<Fingerprint>,
        /// Fingers that give no picture.
        set_aside: Vec<SetAsideFinger>,
    },
    /// Take no fingerprints of a person.
    OmitFingerprints {
        /// Of whom.
        person: PersonRole,
        /// Why.
        reason: String,
    },
    /// Keep how an act that the server did not place was dealt with (处理冲突和拒收).
    SettleAct(Settlement),
    /// Take a card that was read into a table of persons (连续读卡): a new row, or the row of the same number.
    ReadRowCard {
        /// The table section.
        section: String,
        /// What the card shows.
        identity: Identity,
        /// How it was read.
        reading: Reading,
    },
}
