//! The shipped words of papers: offices, addresses, time limits, remedies. Data that a province edits.

use crate::error::{Own, Result};
use domain::ids::UnitCode;
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
