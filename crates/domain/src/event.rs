//! Events: what happened to a case, for ever.
//!
//! The bytes of an event are deterministic CBOR with `type` and `schema`, signed by the author's session key,
//! stored and sent verbatim. `apply` never looks at a definition: what a definition decided stands in the
//! event as a fact. An event of an unknown type makes its case read-only, but is kept and relayed.

mod parts;

pub use self::parts::{
    Attestation, BlobRef, CaseLink, CheckState, Decision, EvaluationOccasion, EventTime, FieldChange,
    Fingerprint, Identity, PrintedDocument, Reading, Reason, RegisterAnswer, Relation, SetAsideFinger,
    Settlement, SubmissionMode, ValueSource, civil_day,
};

use crate::cbor::{self, CborFault};
use crate::course::SuspensionKind;
use crate::effect::UnfinishedState;
use crate::flow::Stage;
use crate::identity::DocumentKind;
use crate::ids::{
    CaseId, CommandId, ContentHash, EventId, FieldPath, MaterialId, MatterId, OfficerId, PageId, QuestionId,
    SlotId, StepId, TerminalId, UnitCode,
};
use crate::matter::Family;
use crate::person::{Actor, PersonRole};
use ciborium::Value;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;

/// Schema of events written by this version. Older ones are upcast on reading.
pub const SCHEMA: u16 = 1;

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data", rename_all = "snake_case")]
pub enum Event {
    /// A case was opened.
    CaseOpened {
        /// Matter.
        matter: MatterId,
        /// Its short name then.
        matter_name: String,
        /// Its family.
        family: Family,
        /// Hash of the definition that the case keeps.
        definition: ContentHash,
        /// The unit that takes it in.
        unit: UnitCode,
    },
    /// An identity was read from a document or typed.
    IdentityRead {
        /// Whose.
        person: PersonRole,
        /// What.
        identity: Identity,
        /// How; none when it was typed.
        reading: Option<Reading>,
    },
    /// A situation question was answered.
    SituationAnswered {
        /// Question.
        question: QuestionId,
        /// Id of the answer.
        answer: String,
    },
    /// Fields changed.
    FieldsChanged {
        /// New values.
        changes: Vec<FieldChange>,
        /// Why a locked value was changed; empty otherwise.
        reason: String,
    },
    /// The register was asked.
    LookupRecorded {
        /// Look-up of the definition.
        lookup: String,
        /// Its answer.
        answer: RegisterAnswer,
        /// Values as the register has them, for comparison.
        register: BTreeMap<FieldPath, String>,
    },
    /// A page was scanned.
    PageAdded {
        /// Material.
        material: MaterialId,
        /// Page.
        page: PageId,
        /// The picture.
        picture: BlobRef,
        /// Device; none for an imported file.
        reading: Option<Reading>,
    },
    /// A page got another picture: scanned again, rotated, cropped.
    PageReplaced {
        /// Material.
        material: MaterialId,
        /// Page.
        page: PageId,
        /// The new picture.
        picture: BlobRef,
        /// Device, when scanned again.
        reading: Option<Reading>,
    },
    /// A page was taken out.
    PageRemoved {
        /// Material.
        material: MaterialId,
        /// Page.
        page: PageId,
    },
    /// A page that was found unfit was kept, with the reason.
    PageKept {
        /// Material.
        material: MaterialId,
        /// Page.
        page: PageId,
        /// What was found, as stable codes (`page.blurred`).
        findings: Vec<String>,
        /// Why it is used all the same.
        reason: String,
    },
    /// The pages of a material were put in another order.
    PagesReordered {
        /// Material.
        material: MaterialId,
        /// All its pages in the new order.
        order: Vec<PageId>,
    },
    /// Somebody signed.
    Signed {
        /// Slot.
        slot: SlotId,
        /// Name of the signer then.
        name: String,
        /// Strokes: x, y, pressure, time.
        strokes: BlobRef,
        /// SM3 of what the signer was shown.
        shown: ContentHash,
    },
    /// A signature was taken back, because the form changed or the signer asked.
    SignatureCleared {
        /// Slot.
        slot: SlotId,
    },
    /// A warning was overridden.
    WarningOverridden {
        /// Rule that warns.
        rule: String,
        /// Why.
        reason: String,
    },
    /// The case was submitted.
    Submitted {
        /// How it counts.
        mode: SubmissionMode,
        /// Printed number; none while the leased block is exhausted.
        number: Option<String>,
        /// Password for the citizen's query.
        query_password: String,
        /// Last day of the promised time; none while taken in only.
        due: Option<Date>,
        /// Where it waits now; none while acceptance has to be confirmed.
        stage: Option<Stage>,
    },
    /// An intake without the network was confirmed: the case is accepted.
    AcceptanceConfirmed {
        /// Number of the acceptance.
        number: String,
        /// Last day of the promised time.
        due: Date,
        /// Where it waits now.
        stage: Option<Stage>,
    },
    /// The case is about a household that another unit keeps: that unit is told (跨所受理).
    HomeUnitNamed {
        /// The unit of the household.
        unit: UnitCode,
    },
    /// A reviewer decided.
    Reviewed {
        /// Step of the flow.
        stage: Stage,
        /// Decision.
        decision: Decision,
        /// Reason of a return or refusal.
        reason: Option<Reason>,
        /// Opinion in words.
        opinion: String,
        /// Where the case waits now; none when it went back to the counter.
        next: Option<Stage>,
    },
    /// A head's opinion given without the network; takes effect when the server has re-checked it.
    ProvisionalOpinionGiven {
        /// Step of the flow.
        stage: Stage,
        /// Decision.
        decision: Decision,
        /// Reason of a return or refusal.
        reason: Option<Reason>,
        /// Opinion in words.
        opinion: String,
    },
    /// The register did what was decided (业务落实).
    Effected {
        /// The register's receipt.
        answer: RegisterAnswer,
        /// Values given by the register.
        values: BTreeMap<FieldPath, String>,
        /// Where the case waits now.
        next: Option<Stage>,
    },
    /// The register refused what was decided.
    EffectRefused {
        /// The register's answer.
        answer: RegisterAnswer,
        /// Its reason in words.
        reason: String,
    },
    /// The register has the act and has not finished it: it does it later, or did a part.
    EffectUnfinished {
        /// The register's answer.
        answer: RegisterAnswer,
        /// How the act stands.
        state: UnfinishedState,
        /// Why the rest is not done; may be empty.
        reason: String,
    },
    /// The case goes on after a paper was issued, or after what came later was scanned (业务续办).
    Continued {
        /// The step that is done.
        stage: Stage,
        /// Where the case waits now.
        next: Option<Stage>,
    },
    /// A paper came out of a printer.
    Printed(PrintedDocument),
    /// The result was given to somebody.
    Collected {
        /// Collector's name.
        name: String,
        /// Kind of the collector's document.
        document: DocumentKind,
        /// Number of the collector's document.
        number: String,
        /// Strokes of the collector's signature.
        strokes: BlobRef,
    },
    /// The case ended.
    Closed {
        /// How.
        outcome: Outcome,
    },
    /// The applicant took the application back.
    Withdrawn {
        /// Why.
        reason: String,
    },
    /// The applicant promised to bring materials later (容缺承诺).
    MaterialsPromised {
        /// The materials.
        materials: Vec<MaterialId>,
        /// Last day for them.
        until: Date,
    },
    /// A head took the tolerance back: the case lies at the counter until the materials are there.
    ToleranceCancelled {
        /// Why.
        reason: Reason,
    },
    /// A reviewer asks for materials to be brought or corrected (补正): the case went back to the counter.
    SupplementRequested {
        /// The step that asks.
        stage: Stage,
        /// The materials.
        materials: Vec<MaterialId>,
        /// Last day for them.
        until: Date,
        /// Why.
        reason: Reason,
    },
    /// The clock stands still from here (中止、特别程序).
    Suspended {
        /// Why, by kind.
        kind: SuspensionKind,
        /// Why, in words.
        reason: Reason,
        /// Last day foreseen.
        until: Option<Date>,
    },
    /// The clock goes on.
    Resumed {
        /// Last day of the promised time now.
        due: Option<Date>,
    },
    /// Ended because what was promised or asked for did not come (终止).
    Terminated {
        /// Why.
        reason: Reason,
    },
    /// Ended before it was handed in, because it was opened by mistake; or a rectification was given up (作废).
    Abandoned {
        /// Why.
        reason: String,
    },
    /// A closed case was reopened so that its record becomes right (更正).
    RectificationOpened {
        /// Why.
        reason: String,
    },
    /// The work was handed to a colleague (移交).
    HandedOver {
        /// Who has it now.
        to: OfficerId,
        /// Name of who has it now.
        name: String,
        /// Why.
        reason: String,
    },
    /// A reviewer let somebody else review at this step for a time (授权代审).
    ReviewDelegated {
        /// The step.
        step: StepId,
        /// Who may review.
        to: OfficerId,
        /// Name of who may review.
        name: String,
        /// Last day.
        until: Date,
        /// Why.
        reason: String,
    },
    /// The case goes on under another definition of its matter.
    MovedToDefinition {
        /// Hash of the definition that the case keeps from now on.
        definition: ContentHash,
        /// Version that the definition says of itself.
        version: u32,
    },
    /// The case belongs together with another one.
    CaseLinked(CaseLink),
    /// A card was read for a person of a table.
    RowIdentityRead {
        /// The table section.
        section: String,
        /// The row.
        row: u16,
        /// What the card showed.
        identity: Identity,
        /// How it was read.
        reading: Reading,
    },
    /// The citizen rated the service (好差评), by a hand of his own.
    Evaluated {
        /// On what.
        occasion: EvaluationOccasion,
        /// Level, 5 非常满意 to 1 非常不满意.
        score: u8,
        /// The evaluation pad; none from the applicant screen, which is a part of this program.
        reading: Option<Reading>,
    },
    /// Fingerprints were taken. Those of the person that were taken before count no more.
    FingerprintsTaken {
        /// Whose.
        person: PersonRole,
        /// The pictures, finger by finger.
        prints: Vec<Fingerprint>,
        /// Fingers that give no picture.
        set_aside: Vec<SetAsideFinger>,
    },
    /// No fingerprints are taken of a person who would have to give them.
    FingerprintsOmitted {
        /// Of whom.
        person: PersonRole,
        /// Why.
        reason: String,
    },
    /// Somebody dealt with an act that the server did not place.
    ActSettled(Settlement),
    /// Something that this version does not know.
    #[serde(skip)]
    Unknown {
        /// Its type.
        kind: String,
    },
}

impl Event {
    /// Whether the officer's own key signs it, not the key of the session: decisions on somebody's application, and
    /// what puts one into force. They must stand for the person long after the shift's key is gone.
    #[must_use]
    pub fn wants_officer_key(&self) -> bool {
        matches!(
            self,
            Self::Reviewed { .. }
                | Self::Effected { .. }
                | Self::ToleranceCancelled { .. }
                | Self::SupplementRequested { .. }
                | Self::Suspended { .. }
                | Self::Terminated { .. }
                | Self::ReviewDelegated { .. }
        )
    }
}

/// How a case ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// 办结
    Done,
    /// 不予办理 and its kind
    Refused,
    /// 撤销
    Withdrawn,
    /// 终止: what was promised or asked for did not come. Never written into an event: a type of its own tells it.
    Terminated,
    /// 作废: opened by mistake. Never written into an event: a type of its own tells it.
    Abandoned,
}

/// Types of event that this version knows.
const KNOWN: [&str; 43] = [
    "case_opened",
    "identity_read",
    "situation_answered",
    "fields_changed",
    "lookup_recorded",
    "page_added",
    "page_replaced",
    "page_kept",
    "page_removed",
    "pages_reordered",
    "signed",
    "signature_cleared",
    "warning_overridden",
    "submitted",
    "acceptance_confirmed",
    "home_unit_named",
    "reviewed",
    "provisional_opinion_given",
    "effected",
    "effect_refused",
    "effect_unfinished",
    "continued",
    "printed",
    "collected",
    "closed",
    "withdrawn",
    "materials_promised",
    "tolerance_cancelled",
    "supplement_requested",
    "suspended",
    "resumed",
    "terminated",
    "abandoned",
    "rectification_opened",
    "handed_over",
    "review_delegated",
    "moved_to_definition",
    "case_linked",
    "row_identity_read",
    "evaluated",
    "fingerprints_taken",
    "fingerprints_omitted",
    "act_settled",
];

/// An event with its envelope: what is signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventRecord {
    /// Schema of the event.
    pub schema: u16,
    /// Name of the event.
    pub id: EventId,
    /// The case.
    pub case: CaseId,
    /// Author chain: the terminal.
    pub terminal: TerminalId,
    /// Author chain: the epoch of the terminal's store.
    pub epoch: u32,
    /// Author chain: 1, 2, 3 … without gaps.
    pub seq: u64,
    /// Author chain: SM3 of the bytes of the event before.
    pub previous: ContentHash,
    /// The command that made it.
    pub command: CommandId,
    /// Its place among the events of the command, from 0.
    pub index: u16,
    /// Number of events of the command.
    pub count: u16,
    /// Who.
    pub actor: Actor,
    /// When.
    pub time: EventTime,
    /// What.
    pub event: Event,
}

impl EventRecord {
    /// The bytes that are hashed, signed, stored and sent.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        cbor::to_vec(self)
    }

    /// Reads the bytes of an event, of this or an older schema, or of a type that is not known here.
    ///
    /// # Errors
    /// When the bytes are no event at all.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, CborFault> {
        if let Ok(record) = cbor::from_slice(bytes) {
            return Ok(record);
        }
        let mut value = cbor::from_slice::<Value>(bytes)?;
        let unknown = take_unknown(&mut value);
        let mut record: Self = cbor::read(&value)?;
        if let Some(kind) = unknown {
            record.event = Event::Unknown { kind };
        }
        Ok(record)
    }
}

/// Puts a stand-in for an event of an unknown type, so that its envelope can be read.
fn take_unknown(record: &mut Value) -> Option<String> {
    let event = entry(record, "event")?;
    let kind = entry(event, "type")?.as_text()?.to_owned();
    if KNOWN.contains(&kind.as_str()) {
        return None;
    }
    let stand_in = Event::Closed { outcome: Outcome::Withdrawn };
    *event = Value::serialized(&stand_in).ok()?;
    Some(kind)
}

fn entry<'a>(map: &'a mut Value, name: &str) -> Option<&'a mut Value> {
    map.as_map_mut()?.iter_mut().find(|(key, _)| key.as_text() == Some(name)).map(|(_, value)| value)
}

#[cfg(test)]
mod tests;
