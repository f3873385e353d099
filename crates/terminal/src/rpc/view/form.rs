//! What stands on the form of a case: questions, fields, materials, signers, look-ups.

use domain::event::{Attestation, CheckState, Identity, ValueSource};
use domain::ids::{ContentHash, FieldPath, MaterialId, PageId, QuestionId, SlotId};
use domain::matter::{Answer, FieldKind, MaterialRule};
use domain::person::PersonRole;
use domain::requirement::FieldFault;
use driver_contract::FaultCode;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

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
    /// Whether cards may be read into it one after the other (连续读卡).
    pub takes_cards: bool,
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
    /// The same in words (name of a code).
    pub previous_words: Option<String>,
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
    /// Code of the standard address, beside an address that was chosen from those.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub address_code: Option<String>,
    /// An address typed by hand although standard addresses are here: to be looked at, stops nothing.
    #[serde(default)]
    pub non_standard: bool,
    /// A code whose table is too long for the windows: asked for by `find_codes` as it is typed.
    #[serde(default)]
    pub searched: bool,
    /// Whether a code out of use may stand in it.
    #[serde(default)]
    pub historic: bool,
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
    /// Whether it may come later: it was promised, and the last day is not over.
    pub tolerated: bool,
    /// Whether it was asked for again and has no new page yet.
    pub asked_again: bool,
    /// Whether its pages may be changed now: while taking in, and where the flow waits for just this paper.
    pub open: bool,
    /// What the officer looks at in it or inside other systems; empty for nothing.
    pub inspect: String,
    /// Why it is asked for in this situation; empty where it always is.
    pub because: String,
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
    /// Why it is used although something is wrong with it; empty where nobody said so.
    pub kept: String,
    /// Whether the picture is on this terminal.
    pub here: bool,
}

/// What is wrong with a page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PageFinding {
    /// Stable code of the catalogue of device faults: `page.blurred`.
    pub code: FaultCode,
    /// What is wrong, in words.
    pub sentence: String,
    /// What to do.
    pub cure: String,
}

/// A QR code or bar code on a page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PageCode {
    /// Its kind, as officers call it.
    pub kind: String,
    /// What it says.
    pub text: String,
}

/// What a page looks like.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PageJudged {
    /// Its picture.
    pub blob: ContentHash,
    /// What is wrong; empty for a good page.
    pub findings: Vec<PageFinding>,
    /// Codes on it, from top to bottom.
    pub codes: Vec<PageCode>,
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
