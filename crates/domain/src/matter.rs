//! Matter definitions (事项): what a matter asks for, shows, needs and does. Data, versioned; an open case keeps
//! the version it was opened with.

use crate::condition::Condition;
use crate::flow::Flow;
use crate::ids::{FieldPath, MaterialId, MatterId, QuestionId, SlotId};
use crate::limit::TimeLimit;
use crate::person::{PersonRole, Role};
use crate::rule::Rule;
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
    /// When the arrival page offers it first.
    #[serde(default)]
    pub offer: Offer,
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
    /// What is handed to the population register.
    #[serde(default)]
    pub effect: Option<Effect>,
    /// Whether an application may be accepted without the network. Intake (收件) always may.
    #[serde(default)]
    pub accept_offline: bool,
    /// Steps from submission to closing.
    pub flow: Flow,
}

/// When the arrival page offers a matter. Plain rules on what the card itself tells (rules of the counter, 24).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Offer {
    /// Like any other.
    #[default]
    Usual,
    /// Before all others when the card expires soon or has expired, and after them otherwise.
    CardExpiring,
}

/// Families of matters; each has its own words for a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
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
}

/// Where a definition comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
}

/// A situation question (情形).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// Name.
    pub id: String,
    /// In words.
    pub text: String,
}

/// A material (材料) that a matter asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
}

/// Upload rule of a material.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum MaterialRule {
    /// 必须
    Required,
    /// 可选
    Optional,
    /// 多选一, within its group
    OneOf,
}

/// A section of the form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
    /// Part of a card reading that fills it: `name`, `number`, `address` ….
    #[serde(default)]
    pub card: Option<String>,
    /// Columns of the twelve-column grid that it takes; 0 means the kind's own width.
    #[serde(default)]
    pub width: u8,
    /// Value that stands there from the start.
    #[serde(default)]
    pub preset: String,
}

/// Kinds of value of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
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
}

/// A signature slot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WithoutElement {
    /// Place within the element (dotted).
    pub place: String,
    /// The field whose value marks the element.
    pub field: FieldPath,
}

/// A paper of the matter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
}

/// Moments of printing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum PrintMoment {
    /// While taking in: application form, one-time notice.
    Intake,
    /// After an acceptance that counts (受理回执).
    Accepted,
    /// After an intake that still has to be confirmed (收件凭证).
    IntakeSlip,
    /// After the register answered.
    Effected,
    /// After a refusal.
    Refused,
}

/// What is handed to the population register (业务落实), and what comes back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Effect {
    /// Kind of act in the register: `birth_registration` ….
    pub kind: String,
    /// Request: place (dotted) → field.
    pub body: BTreeMap<String, FieldPath>,
    /// Request: a list made from the rows of a table section.
    #[serde(default)]
    pub rows: Option<EffectRows>,
    /// Request: an object made from the rows of a table section.
    #[serde(default)]
    pub entries: Option<EffectEntries>,
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
}

/// How the rows of a table section become a list of the request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EffectRows {
    /// The table section.
    pub section: String,
    /// Place of the list in the request (dotted).
    pub list: String,
    /// Place within one element → column.
    pub columns: BTreeMap<String, String>,
}

/// A matter as written in a file of `assets/matters/`: names its flow instead of containing it.
#[derive(Debug, Clone, Deserialize)]
struct MatterFile {
    flow: String,
    #[serde(flatten)]
    rest: toml::Table,
}

/// What is wrong with a definition file.
#[derive(Debug, thiserror::Error)]
pub enum DefinitionFault {
    /// The file does not read as a definition.
    #[error("the definition does not read: {0}")]
    Shape(String),
    /// It names something that is not there.
    #[error("the definition names {what} `{name}`, which is not there")]
    Dangling {
        /// Kind of thing.
        what: &'static str,
        /// Its name.
        name: String,
    },
    /// Two things have one name.
    #[error("two {what} are named `{name}`")]
    Twice {
        /// Kind of thing.
        what: &'static str,
        /// The name.
        name: String,
    },
}

impl MatterDefinition {
    /// Reads a definition file and joins it with its flow.
    ///
    /// # Errors
    /// [`DefinitionFault`] when it does not read, names things that are not there, or names one thing twice.
    pub fn from_files(matter: &str, flow_of: &dyn Fn(&str) -> Option<Flow>) -> Result<Self, DefinitionFault> {
        let shape = |fault: toml::de::Error| DefinitionFault::Shape(fault.to_string());
        let file: MatterFile = toml::from_str(matter).map_err(shape)?;
        let flow = flow_of(&file.flow)
            .ok_or_else(|| DefinitionFault::Dangling { what: "flow", name: file.flow.clone() })?;
        let mut table = file.rest;
        let flow = toml::Table::try_from(&flow).map_err(|fault| DefinitionFault::Shape(fault.to_string()))?;
        table.insert("flow".to_owned(), toml::Value::Table(flow));
        let definition: Self = table.try_into().map_err(shape)?;
        definition.check()?;
        Ok(definition)
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

    /// A look-up by name.
    #[must_use]
    pub fn lookup(&self, id: &str) -> Option<&Lookup> {
        self.lookups.iter().find(|lookup| lookup.id == id)
    }
}
