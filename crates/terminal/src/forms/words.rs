//! The shipped words of papers: offices, addresses, time limits, remedies. Data that a province edits.

use crate::error::{Own, Result};
use domain::ids::{FieldPath, UnitCode};
use domain::limit::TimeLimit;
use domain::matter::Family;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;

/// `assets/papers/words.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PaperWords {
    /// Shape of the file; this program knows 1.
    format: u32,
    /// What the authority must confirm before use; for people.
    #[serde(default, rename = "to_confirm")]
    _to_confirm: Vec<String>,
    pub(super) register_name: String,
    pub(super) address: Addresses,
    #[serde(default, rename = "office")]
    offices: Vec<Office>,
    promised: Promised,
    pub(super) next: Next,
    pub(super) notice: Notice,
    pub(super) form: Form,
    pub(super) received: Received,
    pub(super) slip: Slip,
    pub(super) refusal: RefusalWords,
    pub(super) no_proof: NoProof,
    pub(super) later: Later,
    pub(super) promise: PromiseWords,
    pub(super) supplement: SupplementWords,
    pub(super) suspension: SuspensionWords,
    pub(super) termination: TerminationWords,
    /// Further facts of the proofs, by kind.
    #[serde(default, rename = "proof")]
    pub(super) proofs: Vec<ProofForm>,
    /// What goes where on pre-printed blanks.
    #[serde(default, rename = "blank")]
    pub(super) blanks: Vec<BlankForm>,
}

/// Addresses in QR codes. Nothing personal is filled in.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Addresses {
    pub(super) query: String,
    pub(super) guide: String,
}

/// Where a citizen finds or calls a unit.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Office {
    /// Beginning of the codes of the units that it is for.
    units: String,
    pub(super) place: String,
    pub(super) phone: String,
    pub(super) hours: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Promised {
    on_the_spot: String,
    working_days: String,
    calendar_days: String,
    months: String,
}

/// What comes next, in the citizen's words.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Next {
    pub(super) reviewed: String,
    pub(super) elsewhere: String,
    pub(super) asked: String,
    pub(super) effected: ByFamily<String>,
    pub(super) collected: ByFamily<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Notice {
    pub(super) signature: String,
    pub(super) signature_how: String,
    pub(super) differs: String,
    /// Of a material that not everybody in the situation has to bring.
    pub(super) depends: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Form {
    pub(super) statement: String,
    pub(super) accepted_by: String,
    pub(super) unassigned: String,
    pub(super) passed: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Received {
    pub(super) application: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Slip {
    pub(super) bring: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RefusalWords {
    pub(super) received_by: String,
    /// What was decided, after "您于…申请办理…，".
    pub(super) decided: ByFamily<String>,
    pub(super) remedies: Vec<String>,
    pub(super) can_do: ByFamily<Vec<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NoProof {
    pub(super) reason: String,
    pub(super) basis: Vec<String>,
    /// Answer to a situation question → the document that proves it.
    pub(super) proved_by: BTreeMap<String, String>,
}

/// What the receipt and the notice say of materials that come later.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Later {
    pub(super) receipt: String,
}

/// 容缺受理承诺书.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PromiseWords {
    pub(super) statement: String,
    pub(super) consequences: Vec<String>,
}

/// 补正通知书.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SupplementWords {
    pub(super) follows: Vec<String>,
    pub(super) basis: Vec<String>,
}

/// 中止、特别程序告知书.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SuspensionWords {
    pub(super) foreseen: String,
    pub(super) open_end: String,
    pub(super) can_do: Vec<String>,
    pub(super) suspended: SuspensionKindWords,
    pub(super) special_procedure: SuspensionKindWords,
}

/// One kind of standing still.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SuspensionKindWords {
    pub(super) title: String,
    pub(super) decided: String,
    pub(super) not_counted: String,
    #[serde(default)]
    pub(super) basis: Vec<String>,
}

/// 终止办理告知书.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TerminationWords {
    pub(super) promised: String,
    pub(super) asked: String,
    pub(super) basis: Vec<String>,
    pub(super) can_do: Vec<String>,
}

/// A kind of proof: what it says beside the register's own sentences.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ProofForm {
    /// Row of the code table `record-proof-kind`.
    pub(super) kind: String,
    pub(super) intro: String,
    #[serde(default)]
    pub(super) facts: Vec<ProofFact>,
    #[serde(default)]
    pub(super) tables: Vec<ProofTable>,
    #[serde(default)]
    pub(super) closing: Vec<String>,
}

/// A fact in the register's answer.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ProofFact {
    pub(super) label: String,
    /// Place in the answer (dotted).
    pub(super) at: String,
    pub(super) codes: Option<String>,
    /// Sixths of the line.
    pub(super) width: u8,
}

/// A list in the register's answer.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ProofTable {
    pub(super) title: String,
    /// Place of the list in the answer (dotted).
    pub(super) list: String,
    pub(super) columns: Vec<ProofFact>,
}

/// A pre-printed blank.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BlankForm {
    pub(super) template: String,
    /// Kinds of acts of the register that issue it.
    pub(super) acts: Vec<String>,
    pub(super) place: Vec<BlankPlace>,
    pub(super) rows: Option<BlankRows>,
}

/// What stands in one place of a blank: the first source that has something.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BlankPlace {
    /// Field of the template.
    pub(super) to: String,
    /// Place in the register's answer (dotted).
    pub(super) answer: Option<String>,
    /// Fields of the form.
    #[serde(default)]
    pub(super) field: Vec<FieldPath>,
    /// Places in answers to look-ups, `LOOKUP:PLACE`.
    #[serde(default)]
    pub(super) lookup: Vec<String>,
    /// Code table of what the register says.
    pub(super) codes: Option<String>,
    #[serde(default)]
    pub(super) required: bool,
}

/// The lines of a blank: a table of the form, or a list that the register gave.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BlankRows {
    pub(super) to: String,
    pub(super) section: Option<String>,
    /// Place of a list (dotted), in the answer to the act or to `lookup`.
    pub(super) list: Option<String>,
    pub(super) lookup: Option<String>,
    /// Column of the template → column of the table, or place within an element; `a|b` for the first that is there.
    pub(super) columns: BTreeMap<String, String>,
    /// Column of the template → code table.
    #[serde(default)]
    pub(super) codes: BTreeMap<String, String>,
}

/// One thing per family of matters.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ByFamily<T> {
    household: T,
    id_card: T,
    proof: T,
    licence: T,
}

impl<T> ByFamily<T> {
    pub(super) fn of(&self, family: Family) -> &T {
        match family {
            Family::Household => &self.household,
            Family::IdCard => &self.id_card,
            Family::Proof => &self.proof,
            Family::Licence => &self.licence,
        }
    }
}

impl PaperWords {
    /// Reads the words from the folder of assets.
    ///
    /// # Errors
    /// When the file is not there, does not read, or has another format.
    pub(crate) fn read(assets: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(assets.join("papers/words.toml"))?;
        let words: Self = toml::from_str(&text).map_err(|_| Own::ProgramFault)?;
        if words.format == 1 { Ok(words) } else { Err(Own::ProgramFault.into()) }
    }

    /// The office of a unit: the entry with the longest beginning of its code.
    pub(super) fn office(&self, unit: &UnitCode) -> Option<&Office> {
        self.offices
            .iter()
            .filter(|office| unit.as_str().starts_with(&office.units))
            .max_by_key(|office| office.units.len())
    }

    /// Telephone of a unit.
    pub(crate) fn phone(&self, unit: &UnitCode) -> Option<String> {
        self.office(unit).map(|office| office.phone.clone())
    }

    /// The promised time in words.
    pub(super) fn promised(&self, limit: TimeLimit) -> String {
        let counted = |text: &str, count: u16| filled(text, &[("count", &count.to_string())]);
        match limit {
            TimeLimit::OnTheSpot => self.promised.on_the_spot.clone(),
            TimeLimit::WorkingDays(count) => counted(&self.promised.working_days, count),
            TimeLimit::CalendarDays(count) => counted(&self.promised.calendar_days, count),
            TimeLimit::Months(count) => counted(&self.promised.months, count),
        }
    }
}

/// A text with its `{name}` places filled.
pub(super) fn filled(text: &str, values: &[(&str, &str)]) -> String {
    values.iter().fold(text.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
}
