//! A case as its screens show it.

use super::course::CourseView;
use super::definition::NewerDefinition;
use super::desk::CaseLine;
use super::effect::EffectView;
use super::form::{FieldView, IdentityView, LookupView, MaterialView, QuestionView, SectionView, SignerView};
use domain::code::CodeRow;
use domain::event::{Decision, Outcome, Reason, SubmissionMode};
use domain::flow::StepKind;
use domain::ids::{ContentHash, FieldPath};
use domain::matter::{Guide, PrintMoment};
use domain::person::PersonRole;
use domain::person::Role;
use domain::requirement::Missing;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

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
    /// Fields that the present step asks for and the present post may fill in, after the submission.
    pub late_fields: Vec<FieldView>,
    /// Signatures that apply.
    pub signers: Vec<SignerView>,
    /// Fingerprints, where the matter asks for them.
    pub fingerprints: Option<FingerprintsView>,
    /// What the citizen thinks of the service.
    pub evaluation: EvaluationView,
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
    /// What the register has taken and not finished.
    pub effect: Option<EffectView>,
    /// How it ended.
    pub outcome: Option<Outcome>,
    /// What happens beside the flow.
    pub course: CourseView,
    /// Trail, oldest first.
    pub trail: Vec<TrailLine>,
    /// Refused acts and conflicts.
    pub troubles: Vec<TroubleView>,
    /// The definition in force, when the case keeps another and may be moved to it.
    pub newer: Option<NewerDefinition>,
    /// Draft values not yet part of the case, with the place of the cursor.
    pub draft: Option<DraftView>,
}

/// How it stands with the citizen's evaluation. The level is not shown here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct EvaluationView {
    /// The citizen may be asked now.
    pub possible: bool,
    /// He is being asked.
    pub asked: bool,
    /// He has answered.
    pub given: bool,
}

/// Fingerprints of a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct FingerprintsView {
    /// Whose.
    pub person: PersonRole,
    /// Who that is, in words.
    pub label: String,
    /// How it stands.
    pub state: FingerprintState,
    /// What is asked for, what was taken, or why nothing is.
    pub words: String,
    /// Whether a sensor is ready.
    pub sensor: bool,
}

/// How it stands with fingerprints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum FingerprintState {
    /// Still to be taken.
    Missing,
    /// Taken.
    Taken,
    /// Not taken, for a reason.
    Omitted,
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
    /// Whether it is printed on a controlled blank, whose serial is confirmed before.
    pub blank: bool,
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
    /// Serial of the controlled blank; empty for plain paper.
    pub blank: String,
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
    /// 业务续办: a paper was issued, or what came later was scanned
    Continue,
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
    /// Parts that it is about, in words.
    pub parts: Vec<String>,
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
