//! Computed fields: what the form tells about other fields and nobody types. Their values are shown and printed, never
//! kept: they follow from what the case holds.

use crate::case::Case;
use crate::condition::Situation as _;
use crate::fault::Wrong;
use crate::identity::{age_on, birth_date};
use crate::ids::FieldPath;
use crate::matter::file::Placed;
use crate::matter::{Field, FieldKind, MatterDefinition, Section};
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How the value of a computed field comes about. In a table, the fields named are those of the same row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Computation {
    /// Whole years at the application (周岁).
    Age {
        /// Field of the same section with the birth date.
        birth: String,
    },
    /// The birth date inside an identity number.
    BirthDate {
        /// Field of the same section with the identity number.
        number: String,
    },
    /// How many rows a table has (人数).
    Rows {
        /// The table section.
        section: String,
    },
}

impl Computation {
    fn source(&self) -> Option<(&str, &'static [FieldKind])> {
        match self {
            Self::Age { birth } => Some((birth, &[FieldKind::Date])),
            Self::BirthDate { number } => Some((number, &[FieldKind::IdNumber])),
            Self::Rows { .. } => None,
        }
    }
}

/// The value of a field as the form shows it: what the case holds, or what follows from it.
#[must_use]
pub fn shown(field: &Field, path: &FieldPath, case: &Case, today: Date) -> Option<String> {
    let Some(computation) = &field.compute else { return case.value(path).map(str::to_owned) };
    let (row, _) = path.as_str().rsplit_once('.')?;
    let beside = |id: &str| case.value(&FieldPath(format!("{row}.{id}")));
    match computation {
        Computation::Age { birth } => {
            let day = case.submission.as_ref().map_or(today, |one| one.applied.day());
            let born: Date = beside(birth)?.parse().ok()?;
            (born <= day).then(|| age_on(born, day).to_string())
        }
        Computation::BirthDate { number } => birth_date(beside(number)?).map(|born| born.to_string()),
        Computation::Rows { section } => {
            let rows = case.rows(section).len();
            (rows > 0).then(|| rows.to_string())
        }
    }
}

impl MatterDefinition {
    /// Computed fields that say too little or too much, or lean on what cannot carry them.
    pub(crate) fn wrong_computations(&self) -> Vec<Placed> {
        let mut faults = Vec::new();
        for section in &self.sections {
            for field in &section.fields {
                let place = format!("section.{}.field.{}.compute", section.id, field.id);
                match (&field.compute, field.kind == FieldKind::Computed) {
                    (None, false) => {}
                    (None, true) => faults.push((place, Wrong::Unsaid { what: "怎样算出来（compute）" })),
                    (Some(_), false) => {
                        let what = "有 compute 的栏不能由人填，种类要写 computed";
                        faults.push((place, Wrong::Misused { what }));
                    }
                    (Some(computation), true) => {
                        faults.extend(
                            self.wrong_source(section, computation).map(|wrong| (place.clone(), wrong)),
                        );
                        if field.required || !field.preset.is_empty() || field.card.is_some() {
                            let what = "算出来的栏不能必填、预填或者由证件填";
                            faults.push((place, Wrong::Misused { what }));
                        }
                    }
                }
            }
        }
        faults
    }

    fn wrong_source(&self, section: &Section, computation: &Computation) -> Option<Wrong> {
        if let Computation::Rows { section: table } = computation {
            let tables = || self.sections.iter().filter(|one| one.table).map(|one| one.id.as_str());
            return (!tables().any(|one| one == table)).then(|| Wrong::unknown("表格段", table, tables()));
        }
        let (id, kinds) = computation.source()?;
        let fits =
            || section.fields.iter().filter(|one| kinds.contains(&one.kind)).map(|one| one.id.as_str());
        (!fits().any(|one| one == id)).then(|| Wrong::unknown("栏目", id, fits()))
    }
}
