//! What the windows ask. Every changing request carries the `command` that names it: a repeat returns the first
//! result instead of doing it again. Who asks is never in a request: it comes from the session.

use super::view::{SettingValue, Steer};
use domain::course::SuspensionKind;
use domain::event::{Decision, Identity, Reason};
use domain::identity::DocumentKind;
use domain::ids::{
    CaseId, CommandId, ContentHash, FieldPath, MaterialId, MatterId, OfficerId, PageId, QuestionId, SlotId,
};
use domain::person::{PersonRole, Post};
use driver_contract::{DeviceClass, DeviceId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;

macro_rules! request {
    ($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $kind:ty),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
        #[serde(deny_unknown_fields)]
        pub struct $name { $($(#[$field_doc])* pub $field: $kind),* }
    };
}

request! {
    /// Nothing to say.
    Empty {}
}
request! {
    /// Makes this terminal known to a server.
    Enrol {
        /// Address of the server.
        server: String,
        /// One-time code.
        code: String,
    }
}
request! {
    /// Logs in.
    Login {
        /// Log-in name.
        officer: String,
        /// Password.
        password: String,
    }
}
request! {
    /// Goes on after a lock.
    Unlock {
        /// Password.
        password: String,
    }
}
request! {
    /// Acts in another post.
    SwitchPost {
        /// The post.
        post: Post,
    }
}
request! {
    /// Moves a case to another definition of its matter.
    MoveDefinition {
        /// The case.
        case: CaseId,
        /// Names the wish.
        command: CommandId,
        /// The definition, as it was compared.
        definition: ContentHash,
    }
}
request! {
    /// Searches cases.
    FindCases {
        /// Number, name, or part of them; empty for the newest.
        text: String,
        /// Only those that wait for a review by the present post.
        to_review: bool,
        /// Also ended ones.
        ended: bool,
    }
}
request! {
    /// Begins a case.
    OpenCase {
        /// Names the command.
        command: CommandId,
        /// Matter.
        matter: MatterId,
        /// Takes the card of the arrival page for this person of the case; none to leave it.
        arrival: bool,
    }
}
request! {
    /// Names a case.
    OneCase {
        /// Case.
        case: CaseId,
    }
}
request! {
    /// Does something to a case that needs no more words.
    CaseAct {
        /// Names the command.
        command: CommandId,
        /// Case.
        case: CaseId,
    }
}
request! {
    /// Answers a situation question.
    AnswerQuestion {
        /// Names the command.
        command: CommandId,
        /// Case.
        case: CaseId,
        /// Question.
        question: QuestionId,
        /// Id of the answer.
        answer: String,
    }
}
request! {
    /// Changes fields.
    ChangeFields {
        /// Names the command.
        command: CommandId,
        /// Case.
        case: CaseId,
        /// Field, new value.
        changes: Vec<(FieldPath, String)>,
        /// Why locked values change; empty otherwise.
        reason: String,
    }
}
request! {
    /// Standard addresses by what is typed.
    FindAddresses {
        /// Parts of the address: Chinese, numbers, initials of the road.
        text: String,
    }
}
request! {
    /// Codes of a long table by what is typed.
    FindCodes {
        /// The table.
        table: String,
        /// Digits, pinyin initials or Chinese; several parts with blanks between.
        text: String,
        /// Whether codes out of use may be chosen.
        historic: bool,
    }
}
request! {
    /// Keeps what is being typed, within a second of the last key.
    SaveDraft {
        /// Case.
        case: CaseId,
        /// Section.
        section: String,
        /// Values typed so far that are not part of the case.
        values: Vec<(FieldPath, String)>,
        /// Field with the cursor.
        field: Option<FieldPath>,
        /// Place of the cursor, in UTF-16 units.
        cursor: u32,
    }
}
request! {
    /// Reads a card for a person of the case.
    ReadCard {
        /// Names the command.
        command: CommandId,
        /// Case.
        case: CaseId,
        /// Person.
        person: PersonRole,
    }
}
request! {
    /// One device.
    OneDevice {
        /// Its id.
        device: DeviceId,
    }
}
request! {
    /// Lets a device do something real, for the officer to see.
    TryDevice {
        /// Names the command.
        command: CommandId,
        /// The device's id.
        device: DeviceId,
    }
}
request! {
    /// Lets a virtual device of a training counter do something. Doing it twice is doing it twice, as a hand would.
    Rehearse {
        /// Class of the device.
        class: DeviceClass,
        /// Name of the act.
        act: String,
    }
}
request! {
    /// Takes an identity as typed, when no card can be read.
    TypeIdentity {
        /// Names the command.
        command: CommandId,
        /// Case.
        case: CaseId,
        /// Person.
        person: PersonRole,
        /// Identity.
        identity: Identity,
    }
}
request! {
    /// Asks the register.
    RunLookup {
        /// Names the command.
        command: CommandId,
        /// Case.
        case: CaseId,
        /// Look-up.
        lookup: String,
    }
}
request! {
    /// Scans pages for a material.
    ScanPages {
        /// Names the command.
        command: CommandId,
        /// Case.
        case: CaseId,
        /// Material.
        material: MaterialId,
        /// The page to replace; none to add.
        replace: Option<PageId>,
        /// Whether to take all pages of the feeder.
        feeder: bool,
        /// Whether pages of the feeder with nothing on them are left out.
        #[serde(default)]
        skip_blank: bool,
        /// By the document camera, though a scanner is there.
        #[serde(default)]
        camera: bool,
        /// Both sides of a card, set on one page.
        #[serde(default)]
        card: bool,
    }
}
request! {
    /// Asks what a page looks like.
    JudgePage {
        /// Case.
        case: CaseId,
        /// Material.
        material: MaterialId,
        /// Page.
        page: PageId,
    }
}
request! {
    /// Keeps a page although something is wrong with it.
    KeepPage {
        /// Names the command.
        command: CommandId,
        /// Case.
        case: CaseId,
        /// Material.
        material: MaterialId,
        /// Page.
        page: PageId,
        /// Why it is used.
        reason: String,
    }
}
request! {
    /// Turns a page.
    RotatePage {
        /// Names the command.
        command: CommandId,
        /// Case.
        case: CaseId,
        /// Material.
        material: MaterialId,
        /// Page.
        page: PageId,
        /// Quarter turns clockwise, 1 to 3.
        quarters: u8,
    }
}
request! {
    /// Cuts a page.
    CropPage {
        /// Names the command.
        command: CommandId,
        /// Case.
        case: CaseId,
        /// Material.
        material: MaterialId,
        /// Page.
        page: PageId,
        /// Left edge, thousandths of the width.
        left: u16,
        /// Top edge, thousandths of the height.
        top: u16,
        /// Right edge, thousandths of the width.
        right: u16,
        /// Bottom edge, thousandths of the height.
        bottom: u16,
    }
}
request! {
    /// Takes a page out.
    RemovePage {
        /// Names the command.
        command: CommandId,
        /// Case.
        case: CaseId,
        /// Material.
        material: MaterialId,
        /// Page.
        page: PageId,
    }
}
request! {
    /// Puts pages in another order.
    ReorderPages {
        /// Names the command.
        command: CommandId,
        /// Case.
        case: CaseId,
        /// Material.
        material: MaterialId,
        /// All its pages.
        order: Vec<PageId>,
    }
}
request! {
    /// Releases a signature slot to the applicant screen; `slot` `collector` asks for the collector's signature.
    RequestSignature {
        /// Case.
        case: CaseId,
        /// Slot.
        slot: SlotId,
    }
}
request! {
    /// Takes a signature back.
    ClearSignature {
        /// Names the command.
        command: CommandId,
        /// Case.
        case: CaseId,
        /// Slot.
        slot: SlotId,
    }
}
request! {
    /// Overrides a warning.
    OverrideWarning {
        /// Names the command.
        command: CommandId,
        /// Case.
        case: CaseId,
        /// Rule.
        rule: String,
        /// Why.
        reason: String,
    }
}
request! {
    /// Takes the application back.
    Withdraw {
        /// Names the command.
        command: CommandId,
        /// Case.
        case: CaseId,
        /// Why.
        reason: String,
    }
}
request! {
    /// Does something beside the flow; only what the kind asks for is read.
    SteerCase {
        /// Names the command.
        command: CommandId,
        /// Case.
        case: CaseId,
        /// What.
        steer: Steer,
        /// Materials that are promised or asked for.
        materials: Vec<MaterialId>,
        /// Last day, `YYYY-MM-DD`; empty for none.
        until: String,
        /// Why.
        reason: Reason,
        /// Kind of a suspension.
        kind: Option<SuspensionKind>,
        /// Who it is handed to.
        to: Option<OfficerId>,
    }
}
request! {
    /// Decides as a reviewer.
    DecideReview {
        /// Names the command.
        command: CommandId,
        /// Case.
        case: CaseId,
        /// Decision.
        decision: Decision,
        /// Reason of a return or refusal.
        reason: Option<Reason>,
        /// Opinion.
        opinion: String,
    }
}
request! {
    /// Gives the result out; the collector's signature must lie ready (slot `collector`).
    CollectResult {
        /// Names the command.
        command: CommandId,
        /// Case.
        case: CaseId,
        /// Collector's name.
        name: String,
        /// Kind of the collector's document.
        document: DocumentKind,
        /// Number of the collector's document.
        number: String,
    }
}
request! {
    /// Shows a paper before printing.
    PreviewPrint {
        /// Case.
        case: CaseId,
        /// Name of the paper within the matter.
        document: String,
    }
}
request! {
    /// Prints a paper.
    PrintDocument {
        /// Names the command.
        command: CommandId,
        /// Case.
        case: CaseId,
        /// Name of the paper within the matter.
        document: String,
        /// Why it is printed again; empty for the first print.
        reprint_reason: String,
        /// Serial of the controlled blank on top, as the officer read it; none for plain paper.
        blank: Option<String>,
    }
}
request! {
    /// Takes fingerprints.
    TakeFingerprints {
        /// Names the command.
        command: CommandId,
        /// Case.
        case: CaseId,
    }
}
request! {
    /// Takes no fingerprints.
    OmitFingerprints {
        /// Names the command.
        command: CommandId,
        /// Case.
        case: CaseId,
        /// Why.
        reason: String,
    }
}
request! {
    /// The citizen rates the service.
    SubmitEvaluation {
        /// Release that it answers.
        release: String,
        /// Level, 5 非常满意 to 1 非常不满意.
        score: u8,
    }
}
request! {
    /// Calls a ticket.
    CallTicket {
        /// The ticket: A023.
        ticket: String,
    }
}
request! {
    /// Begins or ends the recording of a device.
    RecordDevice {
        /// Which.
        device: DeviceId,
        /// Whether it is to be recorded from now on.
        on: bool,
    }
}
request! {
    /// Sets something at a device.
    SetDevice {
        /// Which.
        device: DeviceId,
        /// Key → value; none lets the station's own hold again.
        values: BTreeMap<String, Option<SettingValue>>,
    }
}
request! {
    /// Shows what a camera sees with other settings, for as long as it is looked at.
    AdjustLook {
        /// The operation that shows it.
        operation: String,
        /// Key → value, as [`SetDevice`] has them.
        values: BTreeMap<String, SettingValue>,
    }
}
request! {
    /// Says something to an operation.
    ProceedOperation {
        /// Operation.
        operation: String,
        /// One of the choices that it offers.
        choice: String,
    }
}
request! {
    /// Names an operation.
    OneOperation {
        /// Operation.
        operation: String,
    }
}
request! {
    /// Names a stored file.
    OneBlob {
        /// The file.
        blob: ContentHash,
    }
}
request! {
    /// The citizen signed.
    SubmitSignature {
        /// The release that it answers.
        release: String,
        /// Width of the signing surface, in its own units.
        width: u32,
        /// Height of the signing surface.
        height: u32,
        /// Strokes: points of x, y, pressure 0 to 1023, milliseconds from the first point.
        strokes: Vec<Vec<(i32, i32, u16, u32)>>,
    }
}

mod business;
mod mend;
pub use business::*;
pub use mend::*;
