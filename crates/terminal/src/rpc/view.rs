//! What the windows are shown. Everything a screen needs to draw and to offer: screens hold no rules.

use domain::code::{CodeRow, CodeTable};
use domain::event::{
    Attestation, CheckState, Decision, Identity, Outcome, Reason, SubmissionMode, ValueSource,
};
use domain::flow::StepKind;
use domain::ids::{
    CaseId, ContentHash, FieldPath, MaterialId, MatterId, OfficerId, PageId, QuestionId, SlotId, UnitCode,
};
use domain::matter::{Answer, FieldKind, Guide, MaterialRule, PrintMoment};
use domain::person::{PersonRole, Post, Role};
use domain::requirement::{FieldFault, Missing};
use driver_contract::{DeviceInfo, Fault};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The frame around the work area: header and status bar.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Shell {
    /// Rises with every change of anything shown.
    #[ts(type = "number")]
    pub revision: u64,
    /// What the officer window has to show first.
    pub gate: Gate,
    /// Name of the window, e.g. 柜台一.
    pub window: String,
    /// The unit where the terminal stands.
    pub unit: Option<UnitLine>,
    /// Who works here.
    pub session: Option<SessionView>,
    /// Counts for the header.
    pub counts: Counts,
    /// State of the line to the server.
    pub sync: SyncLine,
    /// One entry per configured device.
    pub devices: Vec<DeviceLine>,
    /// Number of parked cases.
    pub parked: u32,
    /// What can be undone for the next seconds.
    pub undo: Option<UndoView>,
    /// The card that lies on the reader of an empty desk.
    pub arrival: bool,
    /// Trusted time, milliseconds since 1970-01-01 UTC.
    #[ts(type = "number")]
    pub now: i64,
    /// Whether the server confirmed the time since the last reboot.
    pub time_confirmed: bool,
    /// Whether the station is a demo: papers and screens say so.
    pub demo: bool,
    /// Work in progress that takes longer than a moment.
    pub operations: Vec<OperationView>,
    /// Version of the program.
    pub version: String,
}

/// What stands before the work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Gate {
    /// The terminal is not enrolled yet.
    Enrol,
    /// Nobody is logged in.
    Login,
    /// The screen is locked.
    Locked,
    /// Work.
    Open,
}

/// A unit in one line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct UnitLine {
    /// Code.
    pub code: UnitCode,
    /// Full name.
    pub name: String,
    /// Short name.
    pub short: String,
}

/// Who works here, in which post.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SessionView {
    /// Log-in name.
    pub officer: OfficerId,
    /// Name.
    pub name: String,
    /// Present post.
    pub post: Post,
    /// Title of the present post, e.g. 辅警.
    pub title: String,
    /// All posts.
    pub posts: Vec<PostLine>,
    /// Whether the log-in was checked by the server or by this terminal alone.
    pub online: bool,
}

/// A post in one line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PostLine {
    /// The post.
    pub post: Post,
    /// Title of the role.
    pub title: String,
    /// Short name of the unit.
    pub unit: String,
}

/// Counts for the header.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Counts {
    /// 待办: waits for the present post.
    pub to_do: u32,
    /// 在办: taken in here, waits for somebody else.
    pub waiting: u32,
    /// 临期: due within three days, or over.
    pub due_soon: u32,
    /// 待审: waits for a review by the present post.
    pub to_review: u32,
}

/// State of the line to the server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SyncLine {
    /// Whether the server can be reached.
    pub online: bool,
    /// Trusted time since when the state holds.
    #[ts(type = "number")]
    pub since: i64,
    /// Acts that wait.
    pub pending: u32,
    /// Files that wait.
    pub pending_files: u32,
    /// Acts refused or in conflict.
    pub rejected: u32,
}

/// A device in the status bar.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct DeviceLine {
    /// The device as its host lists it.
    pub device: DeviceInfo,
    /// Whether it can be used now.
    pub ready: bool,
    /// State in a few words: 正常, 未接, 缺纸 ….
    pub words: String,
    /// What stands in the way.
    pub fault: Option<FaultView>,
}

/// A device fault with its sentence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct FaultView {
    /// The fault.
    pub fault: Fault,
    /// What happened.
    pub sentence: String,
    /// What to do.
    pub cure: String,
    /// Who can do it: clerk, administrator, maker.
    pub who: String,
}

/// Work that takes longer than a moment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct OperationView {
    /// Name.
    pub id: String,
    /// The case that it belongs to.
    pub case: Option<CaseId>,
    /// What it is: 正在读卡 ….
    pub title: String,
    /// Progress in words and numbers: 第 2 页 ….
    pub progress: String,
    /// How it ended; none while it runs.
    pub end: Option<OperationEnd>,
}

/// How an operation ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum OperationEnd {
    /// Done.
    Done {
        /// In words.
        words: String,
    },
    /// Stopped by the officer.
    Cancelled,
    /// Did not work.
    Failed {
        /// Why and what to do.
        error: super::RpcError,
    },
}

/// The last act that can be undone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct UndoView {
    /// What would be undone: 删除第 2 页 ….
    pub words: String,
    /// Trusted time until when.
    #[ts(type = "number")]
    pub until: i64,
}

/// The desk (工作台).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Desk {
    /// Waits for the present post.
    pub to_do: Vec<CaseLine>,
    /// Waits for somebody else.
    pub waiting: Vec<CaseLine>,
    /// Due soon or over.
    pub due_soon: Vec<CaseLine>,
    /// Today in numbers.
    pub today: Vec<TodayNumber>,
    /// Matters used last here; digits 1 to 9 start them.
    pub recent: Vec<MatterLine>,
    /// Notices of the system.
    pub notices: Vec<String>,
}

/// One number of today.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct TodayNumber {
    /// What is counted.
    pub title: String,
    /// How many.
    pub count: u32,
}

/// A case in one line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CaseLine {
    /// Case.
    pub id: CaseId,
    /// Printed number, when it has one.
    pub number: String,
    /// Person whose business it is.
    pub person: String,
    /// Matter.
    pub matter: MatterId,
    /// Short name of the matter.
    pub matter_name: String,
    /// Where it stands, in words.
    pub state: String,
    /// Who acts next, in words; empty when it has ended.
    pub next: String,
    /// Who took it in.
    pub taken_in_by: String,
    /// Trusted time of opening.
    #[ts(type = "number")]
    pub opened: i64,
    /// Trusted time of the last event.
    #[ts(type = "number")]
    pub changed: i64,
    /// Last day of the promised time, `YYYY-MM-DD`; empty when none runs.
    pub due: String,
    /// Days until then; negative when over.
    pub days_left: Option<i32>,
    /// Acts that are not on the server yet.
    pub unsent: u32,
    /// Whether an act of it was refused or is in conflict.
    pub troubled: bool,
    /// Whether it is parked.
    pub parked: bool,
    /// Whether it has ended.
    pub ended: bool,
}

/// A matter in one line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct MatterLine {
    /// Name.
    pub id: MatterId,
    /// Full name.
    pub name: String,
    /// Short name.
    pub short: String,
    /// Pinyin initials.
    pub initials: String,
    /// Category path.
    pub category: Vec<String>,
    /// Guide.
    pub guide: Guide,
    /// Materials by name.
    pub materials: Vec<String>,
    /// Whether the present post may take it in.
    pub allowed: bool,
    /// Why it cannot be accepted now (without the network only 收件); empty when it can.
    pub limit: String,
}

/// 来意页: who laid a card, and what concerns him here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Arrival {
    /// Identity as read.
    pub identity: Identity,
    /// What the card lacks or tells: expired, expires soon ….
    pub notes: Vec<String>,
    /// Open cases of the own unit.
    pub open_cases: Vec<CaseLine>,
    /// Results that wait for him.
    pub to_collect: Vec<CaseLine>,
    /// Likeliest matters; digits start them.
    pub matters: Vec<MatterLine>,
}

/// A whole case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct CaseView {
    /// The case in one line.
    pub line: CaseLine,
    /// Full name of the matter.
    pub matter_name: String,
    /// Guide.
    pub guide: Guide,
    /// Whether it lies at the counter and the present post may change it.
    pub editable: bool,
    /// Situation questions that apply.
    pub questions: Vec<QuestionView>,
    /// Sections that apply.
    pub sections: Vec<SectionView>,
    /// Materials that apply.
    pub materials: Vec<MaterialView>,
    /// Signatures that apply.
    pub signers: Vec<SignerView>,
    /// Identities by person.
    pub identities: Vec<IdentityView>,
    /// Look-ups that apply.
    pub lookups: Vec<LookupView>,
    /// What is missing before submission.
    pub missing: Vec<Missing>,
    /// Papers.
    pub prints: Vec<PrintView>,
    /// What the present post may do now.
    pub actions: Vec<ActionView>,
    /// Submission.
    pub submission: Option<SubmissionView>,
    /// Step that it waits for.
    pub step: Option<StepKind>,
    /// Why it was sent back.
    pub returned: Option<Reason>,
    /// Words for a refusal in this matter's family: 不予办理, 审核不通过 ….
    pub refusal_word: String,
    /// Why it was refused.
    pub refused: Option<Reason>,
    /// Why the register refused.
    pub register_refused: Option<String>,
    /// How it ended.
    pub outcome: Option<Outcome>,
    /// Trail, oldest first.
    pub trail: Vec<TrailLine>,
    /// Refused acts and conflicts.
    pub troubles: Vec<TroubleView>,
    /// Draft values not yet part of the case, with the place of the cursor.
    pub draft: Option<DraftView>,
}

/// A situation question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct QuestionView {
    /// Name.
    pub id: QuestionId,
    /// In words.
    pub text: String,
    /// Answers; the digit is the place from 1.
    pub answers: Vec<Answer>,
    /// The answer given.
    pub answer: Option<String>,
}

/// A section of the form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SectionView {
    /// Name.
    pub id: String,
    /// Title.
    pub title: String,
    /// Person that it describes.
    pub person: Option<PersonRole>,
    /// Whether it is a table.
    pub table: bool,
    /// Fields; those of a table by rows.
    pub rows: Vec<Vec<FieldView>>,
    /// Fields of the next row of a table, empty; none for a section that is no table.
    pub next_row: Vec<FieldView>,
    /// Fields still missing or wrong.
    pub lacking: u32,
}

/// A field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct FieldView {
    /// Path.
    pub path: FieldPath,
    /// Label.
    pub label: String,
    /// Kind.
    pub kind: FieldKind,
    /// Code table.
    pub codes: Option<String>,
    /// Columns of twelve; 0 for the kind's own.
    pub width: u8,
    /// Whether it must be filled.
    pub required: bool,
    /// Value.
    pub value: String,
    /// Value in words (name of a code).
    pub words: String,
    /// Where it came from.
    pub source: Option<ValueSource>,
    /// Trusted time of the value.
    #[ts(type = "number | null")]
    pub at: Option<i64>,
    /// Value before.
    pub previous: Option<String>,
    /// Value as the register has it, when it differs.
    pub register: Option<String>,
    /// The same in words (name of a code).
    pub register_words: Option<String>,
    /// Whether a change needs a reason.
    pub locked: bool,
    /// Whether nobody here may type it.
    pub assigned: bool,
    /// What is wrong with it.
    pub fault: Option<FieldFault>,
}

/// A material.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct MaterialView {
    /// Name.
    pub id: MaterialId,
    /// As on the guide.
    pub name: String,
    /// In the citizen's words.
    pub plain: String,
    /// Rule.
    pub rule: MaterialRule,
    /// Group of a one-of.
    pub group: String,
    /// Whether the rule is met.
    pub met: bool,
    /// Pages.
    pub pages: Vec<PageView>,
    /// Its check.
    pub check: Option<LookupView>,
}

/// A scanned page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PageView {
    /// Name.
    pub id: PageId,
    /// Picture; shown from `/pictures/{blob}`.
    pub blob: ContentHash,
    /// Device's attestation.
    pub attestation: Option<Attestation>,
    /// Whether the picture is on this terminal.
    pub here: bool,
}

/// A signature slot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SignerView {
    /// Name.
    pub slot: SlotId,
    /// Who, in words.
    pub label: String,
    /// Person.
    pub person: PersonRole,
    /// Name of the signer as the form has it.
    pub name: String,
    /// Whether his identity was read or typed.
    pub identified: bool,
    /// State.
    pub state: SignatureState,
    /// Strokes, shown from `/strokes/{blob}`.
    pub strokes: Option<ContentHash>,
}

/// State of a signature slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SignatureState {
    /// Not signed.
    Missing,
    /// Released to the applicant screen.
    Released,
    /// Signed.
    Signed,
}

/// An identity of the case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct IdentityView {
    /// Person.
    pub person: PersonRole,
    /// Identity.
    pub identity: Identity,
    /// Device's attestation; none when typed.
    pub attestation: Option<Attestation>,
    /// Device that read it.
    pub device: Option<String>,
}

/// A look-up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct LookupView {
    /// Name.
    pub id: String,
    /// In words.
    pub title: String,
    /// State.
    pub state: CheckState,
    /// Register's time, milliseconds since 1970-01-01 UTC.
    #[ts(type = "number | null")]
    pub at: Option<i64>,
    /// Register's number of the query.
    pub query_id: String,
    /// Whether the case can be accepted only when it agrees.
    pub must_agree: bool,
    /// Whether everything that it asks with is filled.
    pub askable: bool,
}

/// A paper.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PrintView {
    /// Name within the matter.
    pub document: String,
    /// Title.
    pub title: String,
    /// When it belongs.
    pub at: PrintMoment,
    /// Whether it can be printed now.
    pub printable: bool,
    /// Whether printing needs a reason (reprint).
    pub reprint: bool,
    /// Prints so far.
    pub printed: Vec<PrintedLine>,
}

/// A print that came out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PrintedLine {
    /// Trusted time.
    #[ts(type = "number")]
    pub at: i64,
    /// Printer.
    pub printer: String,
    /// Reason of the reprint.
    pub reason: String,
    /// The PDF, shown from `/documents/{blob}`.
    pub pdf: ContentHash,
}

/// Something that may be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ActionView {
    /// What.
    pub action: Action,
    /// On the key: 提交, 通过, 业务落实 ….
    pub label: String,
    /// Whether it can be done now.
    pub enabled: bool,
    /// Why not, in words.
    pub why_not: String,
}

/// Things that may be done to a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// 提交
    Submit,
    /// 确认受理
    ConfirmAcceptance,
    /// 审核, 审批, 审签, 调查核实
    Review,
    /// 业务落实
    Effect,
    /// 领取登记
    Collect,
    /// 撤销
    Withdraw,
}

/// A submission.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SubmissionView {
    /// How it counts.
    pub mode: SubmissionMode,
    /// Number.
    pub number: String,
    /// Number of the intake slip.
    pub intake_number: String,
    /// Password for the citizen's query.
    pub query_password: String,
    /// Last day of the promised time.
    pub due: String,
}

/// A line of the trail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct TrailLine {
    /// Trusted time.
    #[ts(type = "number")]
    pub at: i64,
    /// Who.
    pub name: String,
    /// His role.
    pub role: Role,
    /// What, in words.
    pub words: String,
    /// Decision of a review.
    pub decision: Option<Decision>,
    /// Whether the server has it.
    pub placed: bool,
}

/// A refused act or conflict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct TroubleView {
    /// Number in the outbox.
    #[ts(type = "number")]
    pub seq: u64,
    /// Stable code.
    pub code: String,
    /// What happened.
    pub sentence: String,
    /// What to do.
    pub cure: String,
    /// Parts that clash.
    pub paths: Vec<String>,
}

/// Draft values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DraftView {
    /// Values by field.
    pub values: Vec<(FieldPath, String)>,
    /// Field with the cursor.
    pub field: Option<FieldPath>,
    /// Place of the cursor in the field, in UTF-16 units.
    pub cursor: u32,
}

/// A reviewer's side: the form with its differences, and what to decide with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ReviewView {
    /// The case.
    pub case: CaseView,
    /// Fields that differ from the register.
    pub differences: Vec<FieldView>,
    /// Reasons to choose from when sending back or refusing.
    pub reasons: Vec<CodeRow>,
    /// Cases left to review after this one.
    pub left: u32,
}

/// What waits for the server, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SyncView {
    /// The line.
    pub line: SyncLine,
    /// Acts that wait, oldest first.
    pub waiting: Vec<OutboxLine>,
    /// Refused acts and conflicts.
    pub troubles: Vec<OutboxLine>,
    /// Numbers left by kind.
    pub numbers: Vec<TodayNumber>,
}

/// An act in the outbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct OutboxLine {
    /// Number.
    #[ts(type = "number")]
    pub seq: u64,
    /// Case.
    pub case: CaseId,
    /// Person and matter.
    pub title: String,
    /// What the act is.
    pub words: String,
    /// Stable code of the reason: `SYNC_OFFLINE` and `SYNC_SENDING` of an act that waits, otherwise as in its case's
    /// troubles.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub code: Option<String>,
    /// Why it waits or was refused.
    pub reason: String,
    /// What to do.
    pub cure: String,
    /// Trusted time of the act.
    #[ts(type = "number")]
    pub at: i64,
}

/// What the applicant screen shows. Nothing of an earlier citizen is ever inside.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ApplicantView {
    /// Rises with every change.
    #[ts(type = "number")]
    pub revision: u64,
    /// Name of the window.
    pub window: String,
    /// Name of the officer.
    pub officer: String,
    /// Mode with its content.
    pub mode: ApplicantMode,
    /// Whether the station is a demo.
    pub demo: bool,
}

/// Modes of the applicant screen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ApplicantMode {
    /// 欢迎
    Welcome,
    /// 暂停服务: nobody works here.
    Closed,
    /// 请签名
    Sign {
        /// Names this release; the answer carries it.
        release: String,
        /// Matter.
        matter: String,
        /// Who signs, in words.
        label: String,
        /// Name of the signer.
        name: String,
        /// The fields released for this signature: label, value in words.
        fields: Vec<(String, String)>,
        /// What the signature stands for.
        statement: String,
    },
    /// 谢谢
    Thanks {
        /// What comes next.
        words: String,
    },
}

/// Code tables and reasons for the form grid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Codes {
    /// Tables.
    pub tables: Vec<CodeTable>,
}

/// A preview of a paper.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PreviewView {
    /// The PDF, shown from `/documents/{blob}`.
    pub pdf: ContentHash,
    /// Pages.
    pub pages: u32,
}

/// Number of a device's list of faults, for the device page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct DevicesView {
    /// Devices.
    pub devices: Vec<DeviceLine>,
}
