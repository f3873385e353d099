//! Matter definitions (事项): what a matter asks for, shows, needs and does. Data, versioned; an open case keeps
//! the version it was opened with.

mod check;
pub mod file;
mod tolerance;

use crate::case::Case;
use crate::condition::Condition;
use crate::flow::{Flow, Step};
use crate::ids::{FieldPath, MaterialId, MatterId, QuestionId, SlotId};
use crate::limit::TimeLimit;
use crate::person::{PersonRole, Role};
use crate::rule::{Among, Rule};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;

/// A whole matter definition with its flow resolved: the form in which it is hashed, stored and named by events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MatterDefinition {
    /// Name of the matter.
    pub id: MatterId,
    /// Version of this definition, counted from 1.
    pub version: u32,
    /// Full name as on the guide.
    pub name: String,
    /// Short name for lists and keys.
    pub short: String,
    /// Pinyin initials of the short name, for search by typing.
    pub initials: String,
    /// Category path, widest first.
    pub category: Vec<String>,
    /// The family decides the wording of refusals.
    pub family: Family,
    /// What the guide tells the citizen.
    pub guide: Guide,
    /// Where the definition comes from and what the authority still has to confirm.
    pub source: Source,
    /// Roles that may take the matter in.
    pub intake_roles: Vec<Role>,
    /// Promised time.
    pub limit: TimeLimit,
    /// Longest time for materials that may come later against a signed promise (容缺).
    #[serde(default = "tolerance_limit", skip_serializing_if = "is_usual_tolerance")]
    pub tolerance_limit: TimeLimit,
    /// When the arrival page offers it first.
    #[serde(default)]
    pub offer: Offer,
    /// Whether it belongs to the daily business of every counter: offered before the others while nothing tells what
    /// this counter does most.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub common: bool,
    /// Whether a reviewer may pass several equal cases of it together ([`crate::batch`]).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub batch_review: bool,
    /// Situation questions in the order of asking.
    #[serde(default, rename = "question")]
    pub questions: Vec<Question>,
    /// Materials in the order of the guide.
    #[serde(default, rename = "material")]
    pub materials: Vec<Material>,
    /// Sections of the form.
    #[serde(rename = "section")]
    pub sections: Vec<Section>,
    /// Required signatures.
    #[serde(default, rename = "signer")]
    pub signers: Vec<Signer>,
    /// Look-ups in the population register.
    #[serde(default, rename = "lookup")]
    pub lookups: Vec<Lookup>,
    /// Rules beyond the shape of single fields.
    #[serde(default, rename = "rule")]
    pub rules: Vec<Rule>,
    /// Papers and when they are printed.
    #[serde(default, rename = "print")]
    pub prints: Vec<Print>,
    /// What is handed to the population register, one for each step of handing over. A definition with one writes it
    /// as a table, as the first version did.
    #[serde(default, rename = "effect", with = "one_or_many", skip_serializing_if = "Vec::is_empty")]
    pub effects: Vec<Effect>,
    /// Whether an application may be accepted without the network. Intake (收件) always may.
    #[serde(default)]
    pub accept_offline: bool,
    /// Whether a station may take it in for households that another station of the city keeps (跨所受理, 全市通办).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub cross_station: bool,
    /// Steps from submission to closing.
    pub flow: Flow,
    /// Steps of a case that officers alone took in, where they differ: what an officer takes in he may also decide
    /// (rules of the counter, 7).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub officer_flow: Option<Flow>,
    /// Other steps for other situations: the first whose condition holds counts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub other_flows: Vec<FlowChoice>,
    /// How the closed case is kept.
    #[serde(default, skip_serializing_if = "Archive::is_unsaid")]
    pub archive: Archive,
    /// Devices without which the matter cannot be taken in as meant; the desk says beforehand which are missing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub devices: Vec<DeviceWish>,
}

/// Fifteen working days, where a definition says nothing else: the longest that local rules on tolerance are known to
/// give (to be confirmed by the authority).
pub(crate) const fn tolerance_limit() -> TimeLimit {
    TimeLimit::WorkingDays(15)
}

fn is_usual_tolerance(limit: &TimeLimit) -> bool {
    *limit == tolerance_limit()
}

/// Steps for one situation, for example for who comes from another province.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FlowChoice {
    /// When they count.
    pub when: Condition,
    /// Steps from submission to closing.
    pub flow: Flow,
    /// Steps of a case that officers alone took in, where they differ.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub officer_flow: Option<Flow>,
}

/// How a closed case is kept (归档规则).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Archive {
    /// 保管期限: 永久, 30年, 10年 ….
    #[serde(default)]
    pub retention: String,
    /// 密级; empty for none.
    #[serde(default)]
    pub secrecy: String,
    /// 归档范围 beyond events, forms, materials and signatures, which are always kept.
    #[serde(default)]
    pub scope: Vec<String>,
}

impl Archive {
    /// Whether the definition says nothing about it.
    #[must_use]
    pub fn is_unsaid(&self) -> bool {
        *self == Self::default()
    }
}

/// Devices that a matter uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeviceWish {
    /// 读卡器
    CardReader,
    /// 扫描仪 or 高拍仪
    Scanner,
    /// 签字板 or 客屏
    SignaturePad,
    /// 指纹仪
    FingerprintSensor,
    /// 照相机
    Camera,
    /// 打印机
    Printer,
}

/// When the arrival page offers a matter. Plain rules on what the card itself tells (rules of the counter, 24).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Offer {
    /// Like any other.
    #[default]
    Usual,
    /// Before all others when the card expires soon or has expired, and after them otherwise.
    CardExpiring,
}

/// Families of matters; each has its own words for a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Family {
    /// Household registration: 不予办理.
    Household,
    /// ID cards: 审核不通过.
    IdCard,
    /// Proofs: 不予出具.
    Proof,
    /// Licences: 不予许可.
    Licence,
}

impl Family {
    /// The words for a refusal.
    #[must_use]
    pub fn refusal_word(self) -> &'static str {
        match self {
            Self::Household => "不予办理",
            Self::IdCard => "审核不通过",
            Self::Proof => "不予出具",
            Self::Licence => "不予许可",
        }
    }
}

/// What the guide tells (办事指南).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Guide {
    /// Who may apply and when.
    pub conditions: String,
    /// How it goes.
    pub procedure: String,
    /// Fee in words; empty when there is none.
    #[serde(default)]
    pub fee: String,
    /// Legal basis as far as the source names one.
    #[serde(default)]
    pub basis: String,
    /// Who may apply, in words.
    #[serde(default)]
    pub applicant: String,
    /// Who has to come in person, in words; the signers of the form enforce it.
    #[serde(default)]
    pub presence: String,
    /// What else limits the matter: ages, places, numbers.
    #[serde(default)]
    pub limits: String,
    /// Questions that citizens ask.
    #[serde(default)]
    pub faq: Vec<Faq>,
}

/// A question that citizens ask, with its answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Faq {
    /// The question.
    pub question: String,
    /// The answer.
    pub answer: String,
}

/// Where a definition comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// Document.
    pub document: String,
    /// Lines of the document.
    #[serde(default)]
    pub lines: String,
    /// What the authority must confirm before use.
    #[serde(default)]
    pub to_confirm: Vec<String>,
    /// Where the list of materials departs from the source's.
    #[serde(default, rename = "difference", skip_serializing_if = "Vec::is_empty")]
    pub differences: Vec<Difference>,
}

/// A material that the source has otherwise, or not at all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Difference {
    /// Name of the material, here or in the source.
    pub material: String,
    /// Why it differs.
    pub why: String,
}

/// A situation question (情形).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// Name.
    pub id: QuestionId,
    /// The question in words.
    pub text: String,
    /// When it is asked at all.
    #[serde(default)]
    pub when: Option<Condition>,
    /// Possible answers; the officer types their digit.
    #[serde(rename = "answer")]
    pub answers: Vec<Answer>,
}

/// An answer to a situation question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// Name.
    pub id: String,
    /// In words.
    pub text: String,
}

/// A material (材料) that a matter asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Material {
    /// Name.
    pub id: MaterialId,
    /// As printed on the guide.
    pub name: String,
    /// Whether it must be there.
    pub rule: MaterialRule,
    /// For `one_of`: the group; one material of each group must be there.
    #[serde(default)]
    pub group: String,
    /// When it is asked for at all.
    #[serde(default)]
    pub when: Option<Condition>,
    /// In the citizen's words, for the one-time notice.
    #[serde(default)]
    pub plain: String,
    /// Whether it may be missing against a signed promise (容缺).
    #[serde(default)]
    pub tolerance: bool,
    /// Name of the look-up that checks it.
    #[serde(default)]
    pub check: Option<String>,
    /// In which form it may be given.
    #[serde(default, skip_serializing_if = "Medium::is_either")]
    pub medium: Medium,
    /// Paper copies that stay with the file; 0: none, the scan is enough.
    #[serde(default, skip_serializing_if = "no_copies")]
    pub copies: u8,
    /// The electronic certificate that may stand for it, by its name in the certificate library.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub certificate: String,
    /// What the officer looks at in it or inside other systems, in words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub inspect: String,
    /// Why it is asked for in the situation at hand, in words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub because: String,
}

fn no_copies(copies: &u8) -> bool {
    *copies == 0
}

/// In which form a material may be given (材料模板：电子化、实物、选择性).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Medium {
    /// 选择性: scanned paper or an electronic certificate
    #[default]
    Either,
    /// 电子化: only electronic
    Electronic,
    /// 实物: the paper itself is taken in
    Physical,
}

impl Medium {
    fn is_either(&self) -> bool {
        *self == Self::Either
    }
}

/// Upload rule of a material.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MaterialRule {
    /// 必须
    Required,
    /// 可选
    Optional,
    /// 多选一, within its group
    OneOf,
    /// 内部核查: not asked from the citizen; the officer looks it up inside, and may add a page
    Internal,
    /// 补扫: comes later, at the step of the flow that names it
    Late,
}

/// A section of the form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Section {
    /// Name; first part of its fields' paths.
    pub id: String,
    /// Title.
    pub title: String,
    /// The person the section describes; an identity read for this person fills it.
    #[serde(default)]
    pub person: Option<PersonRole>,
    /// Whether the section is a table with rows.
    #[serde(default)]
    pub table: bool,
    /// When it is shown at all.
    #[serde(default)]
    pub when: Option<Condition>,
    /// Fields in order.
    #[serde(rename = "field")]
    pub fields: Vec<Field>,
}

/// A field of the form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// Name within its section.
    pub id: String,
    /// Label.
    pub label: String,
    /// Kind of value.
    pub kind: FieldKind,
    /// Whether the case cannot go on without it.
    #[serde(default)]
    pub required: bool,
    /// When it is shown at all.
    #[serde(default)]
    pub when: Option<Condition>,
    /// Code table of a `code` field.
    #[serde(default)]
    pub codes: Option<String>,
    /// Whether a code that is no longer in use may stand in it, as in what was long ago (籍贯、出生地).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub historic: bool,
    /// Part of a card reading that fills it: `name`, `number`, `address` ….
    #[serde(default)]
    pub card: Option<String>,
    /// Columns of the twelve-column grid that it takes; 0 means the kind's own width.
    #[serde(default)]
    pub width: u8,
    /// Value that stands there from the start.
    #[serde(default)]
    pub preset: String,
    /// How the value of a `computed` field comes about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compute: Option<crate::compute::Computation>,
}

/// Kinds of value of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FieldKind {
    /// Free text of one line.
    Text,
    /// A person's name, at most 50 characters, with the separator ·.
    Name,
    /// An 18-digit identity number.
    IdNumber,
    /// A day, `YYYY-MM-DD`.
    Date,
    /// A day or 长期.
    DateOrLongTerm,
    /// A code of a code table.
    Code,
    /// A phone number.
    Phone,
    /// An address.
    Address,
    /// Text of several lines.
    LongText,
    /// A whole number.
    Number,
    /// Given by the population register and by nobody else (待赋号).
    Assigned,
    /// Follows from other fields; typed and kept by nobody.
    Computed,
}

impl FieldKind {
    /// Whether somebody may type it.
    #[must_use]
    pub const fn typed(self) -> bool {
        !matches!(self, Self::Assigned | Self::Computed)
    }
}

/// A signature slot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Signer {
    /// Name.
    pub slot: SlotId,
    /// Who signs, in words.
    pub label: String,
    /// The person; the slot asks for an identity read of this person.
    pub person: PersonRole,
    /// Field that holds the signer's name.
    pub name_field: FieldPath,
    /// When it is asked for at all.
    #[serde(default)]
    pub when: Option<Condition>,
}

/// A look-up in the population register: prefill, check, or both.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Lookup {
    /// Name, shown with its state on the section or material.
    pub id: String,
    /// In words: 出生证核验 ….
    pub title: String,
    /// What the register is asked: `person`, `household`, `birth_certificate`, `duplicate` ….
    pub query: String,
    /// The question: parameter → field. An empty field is not asked about.
    pub ask: BTreeMap<String, FieldPath>,
    /// Parameters without which the register is not asked; empty: all of `ask`. The others only make a check
    /// stricter, so that a certificate's number alone may bring what stands on it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<String>,
    /// Parameters that are the same for every case: parameter → value.
    #[serde(default)]
    pub fixed: BTreeMap<String, String>,
    /// Places of an agreeing answer (dotted) that must have this value if they are there; another value makes
    /// the check differ. For example a certificate that agrees but was used already.
    #[serde(default)]
    pub expect: BTreeMap<String, String>,
    /// The answer: field → place in the answer (dotted).
    #[serde(default)]
    pub fill: BTreeMap<FieldPath, String>,
    /// A table section filled from a list in the answer.
    #[serde(default)]
    pub rows: Option<LookupRows>,
    /// When it is asked at all.
    #[serde(default)]
    pub when: Option<Condition>,
    /// Whether the case may be accepted only after this check agreed.
    #[serde(default)]
    pub must_agree: bool,
}

/// How a list in a register answer becomes the rows of a table section.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LookupRows {
    /// The table section.
    pub section: String,
    /// Place of the list in the answer (dotted).
    pub list: String,
    /// Column → place within one element (dotted).
    pub columns: BTreeMap<String, String>,
    /// Elements that make no row: the element whose place has the value of the field.
    #[serde(default)]
    pub without: Vec<WithoutElement>,
}

/// An element of a list that makes no row, for example the person who died.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WithoutElement {
    /// Place within the element (dotted).
    pub place: String,
    /// The field whose value marks the element.
    pub field: FieldPath,
}

/// A paper of the matter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Print {
    /// Name of the paper within the matter, e.g. `receipt`.
    pub document: String,
    /// Title in words.
    pub title: String,
    /// Template that makes it.
    pub template: String,
    /// When in the life of the case it belongs.
    pub at: PrintMoment,
    /// Whether it may be printed without the network.
    #[serde(default)]
    pub offline: bool,
    /// Whether it is printed on a controlled blank (空白证件): the officer confirms the serial of the top sheet
    /// before (rules of the counter, 18).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub blank: bool,
}

/// Moments of printing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PrintMoment {
    /// While taking in: application form, one-time notice.
    Intake,
    /// After an acceptance that counts (受理回执).
    Accepted,
    /// After an intake that still has to be confirmed (收件凭证).
    IntakeSlip,
    /// At the step that issues it, and afterwards.
    Issued,
    /// After the register answered, and nothing else is to be handed over.
    Effected,
    /// After a refusal.
    Refused,
    /// While materials may come later against a promise (容缺承诺书).
    Promised,
    /// After materials were asked for again (补正通知书).
    Supplement,
    /// After the clock was stopped (中止、特别程序告知书).
    Suspended,
    /// After the case was ended because nothing came (终止办理通知书).
    Terminated,
}

/// What is handed to the population register (业务落实), and what comes back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Effect {
    /// Name, by which a step of the flow means it; empty where there is one only.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub id: String,
    /// Kind of act in the register: `birth_registration` ….
    pub kind: String,
    /// Request: place (dotted) → field.
    pub body: BTreeMap<String, FieldPath>,
    /// Request: lists made from the rows of table sections.
    #[serde(default, with = "one_or_many", skip_serializing_if = "Vec::is_empty")]
    #[schemars(with = "OneOrMany<EffectRows>")]
    pub rows: Vec<EffectRows>,
    /// Request: objects made from the rows of table sections.
    #[serde(default, with = "one_or_many", skip_serializing_if = "Vec::is_empty")]
    #[schemars(with = "OneOrMany<EffectEntries>")]
    pub entries: Vec<EffectEntries>,
    /// Request: objects made from a list that the register gave in a look-up, for example the versions of those who
    /// move.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub answer_entries: Vec<AnswerEntries>,
    /// Request: values that stand in the definition.
    #[serde(default)]
    pub fixed: Vec<FixedValue>,
    /// Request: values that the register gave in a look-up, as it gave them last: versions, internal numbers.
    #[serde(default)]
    pub answers: Vec<AnswerValue>,
    /// Request: facts of the case itself: place (dotted) → fact.
    #[serde(default)]
    pub case: BTreeMap<String, CaseFact>,
    /// Places of the request that are whole numbers and not text.
    #[serde(default)]
    pub numbers: Vec<String>,
    /// Answer: field → place in the answer (dotted). A required field must be in the answer.
    #[serde(default)]
    pub result: BTreeMap<FieldPath, String>,
}

/// A value of the request that stands in the definition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FixedValue {
    /// Place in the request (dotted).
    pub place: String,
    /// The value.
    pub value: String,
    /// When it is sent at all.
    #[serde(default)]
    pub when: Option<Condition>,
}

/// A value of the request that comes from a look-up's last answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswerValue {
    /// Place in the request (dotted).
    pub place: String,
    /// The look-up.
    pub lookup: String,
    /// Place in its answer (dotted).
    pub at: String,
}

/// Facts of a case that an act may need.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CaseFact {
    /// Printed number of the acceptance.
    Number,
    /// Day of the acceptance.
    AcceptedOn,
    /// Day of the last passing review.
    ApprovedOn,
}

/// How the rows of a table section become an object of the request: one column gives the keys, one the values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EffectEntries {
    /// The table section.
    pub section: String,
    /// Place of the object in the request (dotted).
    pub place: String,
    /// Column of the keys.
    pub key: String,
    /// Column of the values.
    pub value: String,
    /// Rows that are left out: those whose key is the value of one of these fields.
    #[serde(default)]
    pub without: Vec<FieldPath>,
    /// Only these rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub among: Option<Among>,
    /// When it is sent at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
}

/// How a list in a look-up's last answer becomes an object of the request: one place of each element gives the key,
/// one the value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswerEntries {
    /// Place of the object in the request (dotted).
    pub place: String,
    /// The look-up.
    pub lookup: String,
    /// Place of the list in its answer (dotted).
    pub list: String,
    /// Place of the key within an element.
    pub key: String,
    /// Place of the value within an element.
    pub value: String,
    /// Only elements whose key is the value of one of these fields, or stands in one of these columns of a table
    /// (`section.column`).
    pub only: Vec<FieldPath>,
}

/// How the rows of a table section become a list of the request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EffectRows {
    /// The table section.
    pub section: String,
    /// Place of the list in the request (dotted).
    pub list: String,
    /// Place within one element → column.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub columns: BTreeMap<String, String>,
    /// Instead of `columns`: the list holds the values of this column themselves.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub column: String,
    /// Only these rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub among: Option<Among>,
    /// When it is sent at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
}

/// What [`one_or_many`] reads, for the schema.
#[derive(JsonSchema)]
#[serde(untagged)]
#[allow(dead_code, reason = "only its schema is used")]
enum OneOrMany<T> {
    /// One, as a table.
    One(T),
    /// Several, as a list.
    Many(Vec<T>),
}

/// One thing written as a table, several as a list of tables.
mod one_or_many {
    use serde::de::{MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer};
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<T: Serialize, S: Serializer>(
        things: &[T],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match things {
            [one] => one.serialize(serializer),
            many => many.serialize(serializer),
        }
    }

    pub(super) fn deserialize<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<T>, D::Error> {
        struct Either<T>(std::marker::PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Either<T> {
            type Value = Vec<T>;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a table, or a list of them")
            }
            fn visit_unit<E>(self) -> Result<Self::Value, E> {
                Ok(Vec::new())
            }
            fn visit_none<E>(self) -> Result<Self::Value, E> {
                Ok(Vec::new())
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(|one| vec![one])
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
                let mut found = Vec::new();
                while let Some(one) = list.next_element()? {
                    found.push(one);
                }
                Ok(found)
            }
        }
        deserializer.deserialize_any(Either(std::marker::PhantomData))
    }
}

impl MatterDefinition {
    /// Deterministic bytes of the definition: what its hash names.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        crate::cbor::to_vec(self)
    }

    /// The inverse of [`Self::to_bytes`].
    ///
    /// # Errors
    /// When the bytes are no definition of this schema.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, crate::cbor::CborFault> {
        crate::cbor::from_slice(bytes)
    }

    /// The section of a field path.
    #[must_use]
    pub fn section_of(&self, path: &FieldPath) -> Option<&Section> {
        let (section, _) = path.as_str().split_once('.')?;
        self.sections.iter().find(|one| one.id == section)
    }

    /// The definition of a field path, in plain and in table sections.
    #[must_use]
    pub fn field(&self, path: &FieldPath) -> Option<&Field> {
        let (section, rest) = path.as_str().split_once('.')?;
        let section = self.sections.iter().find(|one| one.id == section)?;
        let id = if section.table {
            let (row, column) = rest.split_once('.')?;
            // One way of writing a row only: `1`, never `01` or `+1`, so that a value is never lost beside its row.
            row.parse::<u16>().ok().filter(|number| number.to_string() == row)?;
            column
        } else {
            rest
        };
        section.fields.iter().find(|field| field.id == id)
    }

    /// The steps of a case: those of its situation, and those for officers where nobody else took it in.
    #[must_use]
    pub fn flow_of(&self, case: &Case) -> &Flow {
        let other = self.other_flows.iter().find(|one| one.when.holds(case));
        let (flow, officer_flow) = match other {
            Some(choice) => (&choice.flow, &choice.officer_flow),
            None => (&self.flow, &self.officer_flow),
        };
        officer_flow.as_ref().filter(|_| !case.auxiliary_made).unwrap_or(flow)
    }

    /// All flows.
    pub fn flows(&self) -> impl Iterator<Item = &Flow> {
        let others =
            self.other_flows.iter().flat_map(|one| std::iter::once(&one.flow).chain(&one.officer_flow));
        std::iter::once(&self.flow).chain(&self.officer_flow).chain(others)
    }

    /// Whether a field is filled in at a later step of the case's flow, and not while it is taken in.
    #[must_use]
    pub fn comes_later(&self, path: &FieldPath, case: &Case) -> bool {
        self.flow_of(case).steps.iter().any(|step| step.fields.contains(path))
    }

    /// The act that a step hands to the register.
    #[must_use]
    pub fn effect_of(&self, step: &Step) -> Option<&Effect> {
        if step.effect.is_empty() {
            self.effects.first()
        } else {
            self.effects.iter().find(|one| one.id == step.effect)
        }
    }

    /// The act that a case hands to the register at the step where it waits.
    #[must_use]
    pub fn effect_at(&self, case: &Case) -> Option<&Effect> {
        let stage = case.stage.as_ref()?;
        self.effect_of(self.flow_of(case).step(&stage.step)?)
    }

    /// A look-up by name.
    #[must_use]
    pub fn lookup(&self, id: &str) -> Option<&Lookup> {
        self.lookups.iter().find(|lookup| lookup.id == id)
    }
}
