//! Matter definitions (事项): what a matter asks for, shows, needs and does. Data, versioned; an open case keeps
//! the version it was opened with.

mod check;
mod effect;
pub mod file;
mod fingerprints;
mod form;
mod material;
mod one_or_many;
mod tolerance;

pub use self::effect::{AnswerEntries, AnswerValue, CaseFact, Effect, EffectEntries, EffectRows, FixedValue};
pub use self::fingerprints::FingerprintDemand;
pub use self::form::{Field, FieldKind, Section};
pub use self::material::{Material, MaterialRule, Medium};

use crate::case::Case;
use crate::condition::Condition;
use crate::flow::{Flow, Step};
use crate::ids::{FieldPath, MatterId, QuestionId, SlotId};
use crate::limit::TimeLimit;
use crate::person::{PersonRole, Role};
use crate::rule::Rule;
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
    /// Whose fingerprints are taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fingerprints: Option<FingerprintDemand>,
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

impl MatterDefinition {
    /// What a person of the form is called there.
    #[must_use]
    pub fn person_words(&self, person: PersonRole) -> &str {
        self.sections.iter().find(|one| one.person == Some(person)).map_or("", |one| one.title.as_str())
    }

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
