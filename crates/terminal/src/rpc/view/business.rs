//! Finding a matter, consultation, packages, one more, the day sheet.

use super::desk::CaseLine;
use super::form::QuestionView;
use crate::rpc::RpcError;
use domain::event::Relation;
use domain::ids::{CaseId, FieldPath, MaterialId, MatterId, OfficerId, QuestionId};
use domain::matter::{Guide, MaterialRule};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Matters that fit what was typed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct FoundMatters {
    /// Best first.
    pub matters: Vec<MatterId>,
    /// Whether digits 1 to 9 choose one of the first nine; otherwise a digit is typed.
    pub digits_choose: bool,
}

/// A consultation as far as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Consultation {
    /// Matter.
    pub matter: MatterId,
    /// Full name.
    pub name: String,
    /// Guide.
    pub guide: Guide,
    /// Questions that are asked, with the answers that still count.
    pub questions: Vec<QuestionView>,
    /// Questions without answer.
    pub open: u32,
    /// What the citizen has to bring.
    pub materials: Vec<NeededView>,
    /// How many of them he lacks.
    pub lacking: u32,
    /// The notice as a telephone shows it.
    pub text: String,
    /// The same as a QR code: rows of `1` for dark and `0` for light, without the quiet zone of four modules.
    pub code: Vec<String>,
}

/// A material of a consultation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct NeededView {
    /// Material.
    pub id: MaterialId,
    /// As printed on the guide.
    pub name: String,
    /// In the citizen's words.
    pub plain: String,
    /// Why it is asked for.
    pub because: String,
    /// Rule.
    pub rule: MaterialRule,
    /// Whether the situation needs it for certain; otherwise it depends on the form.
    pub certain: bool,
    /// Whether it may come later against a signed promise.
    pub tolerance: bool,
    /// Whether the citizen has it.
    pub has: bool,
    /// Others that are as good, with whether the citizen has them.
    pub or: Vec<OtherView>,
}

/// A material that is as good as another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct OtherView {
    /// Material.
    pub id: MaterialId,
    /// As printed on the guide.
    pub name: String,
    /// Whether the citizen has it.
    pub has: bool,
}

/// A one-thing package (一件事) that may be begun.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PackageLine {
    /// Name.
    pub id: String,
    /// Title.
    pub title: String,
    /// Pinyin initials.
    pub initials: String,
    /// For whom, in words.
    pub guide: String,
    /// Its matters.
    pub members: Vec<PackageMember>,
    /// Whether the present post may take all of them in.
    pub allowed: bool,
}

/// A matter of a package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PackageMember {
    /// Matter.
    pub matter: MatterId,
    /// Short name.
    pub name: String,
    /// Whether it may be left out.
    pub optional: bool,
    /// When it is wanted, in words.
    pub when: String,
}

/// The members of a package that was begun.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct PackageView {
    /// Name of the package; empty where the case belongs to none.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Member cases; the first leads.
    pub members: Vec<MemberView>,
}

/// A member case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct MemberView {
    /// The case.
    pub line: CaseLine,
    /// Whether it lies at the counter and the present post may change it.
    pub editable: bool,
    /// What is missing, in words; empty when it can be submitted.
    pub missing: Vec<String>,
    /// Labels of shared fields whose value here differs from the leading case.
    pub differs: Vec<String>,
    /// Fields of its form that stand in the form of a member before it; a column of a table by its first row.
    pub shared: Vec<FieldPath>,
    /// Questions that a member before it asks too.
    pub shared_questions: Vec<QuestionId>,
    /// Materials that a member before it asks for too.
    pub shared_materials: Vec<MaterialId>,
    /// Why it was not taken when all were submitted.
    pub refused: Option<RpcError>,
}

/// What an earlier case offers to this one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CarryView {
    /// The earlier case, where there is one.
    pub from: Option<CaseLine>,
    /// Why the two belong together.
    pub relation: Option<Relation>,
    /// Scanned materials that may be taken over.
    pub materials: Vec<OfferedView>,
    /// Cases of the same person and matter that are open or were done lately.
    pub duplicates: Vec<CaseLine>,
    /// Whether the server was asked for others.
    pub server: ServerLook,
    /// Cases that the server told of and that are not here, in words.
    pub elsewhere: Vec<String>,
}

/// How it stands with the look-up of the same business at the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ServerLook {
    /// Nobody is named yet, or the case lies at no counter.
    NotNeeded,
    /// The server answered.
    Looked,
    /// It was not asked, or did not answer.
    NotLooked,
}

/// A scanned material of the earlier case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct OfferedView {
    /// The material here.
    pub material: MaterialId,
    /// Its name.
    pub name: String,
    /// Pages there.
    pub pages: u32,
}

/// The day sheet (日清单) of one officer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DaySheetView {
    /// Day, `YYYY-MM-DD`.
    pub day: String,
    /// Officer.
    pub officer: OfficerId,
    /// His name.
    pub name: String,
    /// Officers who did anything here on the day.
    pub officers: Vec<(OfficerId, String)>,
    /// Taken in.
    pub taken: Vec<SheetLine>,
    /// Ended or given out.
    pub finished: Vec<SheetLine>,
    /// Withdrawn.
    pub void: Vec<SheetLine>,
    /// Papers printed.
    pub printed: u32,
    /// Of these, printed again.
    pub reprinted: u32,
    /// Controlled blanks that were printed on.
    pub blanks: Vec<BlanksLine>,
    /// Acts of this terminal that are not at the server yet.
    pub unsynced: Vec<SheetLine>,
    /// What the sheet cannot count here, in words.
    pub notes: Vec<String>,
}

/// Controlled blanks of one kind on the day sheet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct BlanksLine {
    /// What they become.
    pub title: String,
    /// How many were printed on.
    pub used: u32,
    /// Their serials; those that follow on another as first and last.
    pub serials: String,
    /// How many have to be taken back because their paper was printed anew.
    pub void: u32,
    /// Their serials.
    pub void_serials: String,
}

/// A line of the day sheet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SheetLine {
    /// Case.
    pub case: CaseId,
    /// Trusted time, milliseconds.
    #[ts(type = "number")]
    pub at: i64,
    /// Number of the case.
    pub number: String,
    /// Matter.
    pub matter: String,
    /// Person.
    pub person: String,
    /// State or reason, in words.
    pub words: String,
}

/// What became of the cases of a batch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct BatchView {
    /// Cases that were passed.
    pub passed: Vec<CaseId>,
    /// Cases that were not, and why.
    pub refused: Vec<(CaseId, RpcError)>,
}

/// Whether a case may be passed together with others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct BatchLine {
    /// The case.
    pub line: CaseLine,
    /// What the form says otherwise than the register.
    pub differs: Vec<BatchDifference>,
    /// Why it has to be looked at by itself, in words; empty when it may be passed with others.
    pub alone: String,
}

/// A field whose value is not what the register holds, both in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct BatchDifference {
    /// Section and field.
    pub label: String,
    /// What the form says.
    pub form: String,
    /// What the register holds.
    pub register: String,
}
