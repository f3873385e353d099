//! Named rules of definitions: what must hold between fields. Each is general; matters choose and word them.

use crate::case::Case;
use crate::code::CodeTables;
use crate::condition::{Condition, Situation};
use crate::event::CheckState;
use crate::identity::{NumberFault, age_on, birth_date};
use crate::ids::FieldPath;
use crate::person::PersonRole;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A rule of a matter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Rule {
    /// Name.
    pub id: String,
    /// What is wrong and what to do, for the officer.
    pub text: String,
    /// Whether it stops the case.
    pub severity: Severity,
    /// When it applies at all.
    #[serde(default)]
    pub when: Option<Condition>,
    /// What must hold.
    pub must: Must,
}

/// Whether a broken rule stops a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The case cannot go on.
    Block,
    /// The officer may override it with a reason.
    Warn,
}

/// What must hold. A rule whose fields are still empty holds: empty fields are found elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Must {
    /// Younger than `years` on the day.
    AgeBelow {
        /// Birth date.
        field: FieldPath,
        /// Years.
        years: i16,
    },
    /// At least `years` old on the day.
    AgeAtLeast {
        /// Birth date.
        field: FieldPath,
        /// Years.
        years: i16,
    },
    /// Not after the day.
    NotFuture {
        /// Date.
        field: FieldPath,
    },
    /// Not before another date.
    NotBefore {
        /// Date.
        field: FieldPath,
        /// The other date.
        than: FieldPath,
    },
    /// Both values equal.
    Same {
        /// The two fields.
        fields: [FieldPath; 2],
    },
    /// The values differ.
    Different {
        /// The two fields.
        fields: [FieldPath; 2],
    },
    /// The birth date inside an identity number is the birth date of the form.
    NumberMatchesBirth {
        /// Identity number.
        number: FieldPath,
        /// Birth date.
        birth: FieldPath,
    },
    /// The number is one that its kind of identity document has (rules of the counter, 9). A wrong check digit is told
    /// by [`Must::DocumentCheckDigit`].
    DocumentNumber {
        /// Kind of the document, of the code table `identity-document-type`.
        document: FieldPath,
        /// Its number.
        number: FieldPath,
    },
    /// The check digit of an 18-digit number is the one that the others give.
    DocumentCheckDigit {
        /// Kind of the document, of the code table `identity-document-type`.
        document: FieldPath,
        /// Its number.
        number: FieldPath,
    },
    /// The identity document of a person is valid on the day.
    DocumentValid {
        /// The person.
        person: PersonRole,
    },
    /// An identity document's last day lies within so many days, or behind.
    ExpiresWithin {
        /// Last day of validity.
        field: FieldPath,
        /// Days.
        days: i32,
    },
    /// A condition holds: for what the answers to the questions rule out.
    Holds {
        /// The condition.
        condition: Condition,
    },
    /// A look-up did not find a difference. One that was not made, or could not be, holds.
    NotDiffering {
        /// The look-up.
        lookup: String,
    },
    /// The row of a table that a field names is there and has one of these values in a column.
    RowHas {
        /// The table section.
        section: String,
        /// Column by which the row is known.
        key: String,
        /// The field that names it.
        field: FieldPath,
        /// The column.
        column: String,
        /// Its possible values.
        one_of: Vec<String>,
    },
    /// Among the rows that stay, exactly one is head of the household, and an adult (rules of the counter, 10).
    OneAdultHead {
        /// The table section of the members.
        section: String,
        /// Column with the relation to the head.
        relation: String,
        /// Codes that mean head.
        head_codes: Vec<String>,
        /// Column with the birth date.
        birth: String,
        /// Column with the identity number, by which the leaving member is known.
        number: String,
        /// The field with the identity number of a member who leaves by this act.
        #[serde(default)]
        leaving: Option<FieldPath>,
        /// Only these rows count: where a table holds the members of two households.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        among: Option<Among>,
    },
    /// A table has a row with any value.
    HasRow {
        /// The table section.
        section: String,
    },
    /// No value stands twice in a column: nobody is in a household twice.
    UniqueColumn {
        /// The table section.
        section: String,
        /// The column.
        column: String,
    },
    /// A list in the last answer of a look-up holds none of these values, for example the flags of a household.
    AnswerLacks {
        /// The look-up.
        lookup: String,
        /// Place of the list in the answer (dotted).
        list: String,
        /// The values.
        values: Vec<String>,
    },
}

/// Rows that have one of these values in a column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Among {
    /// The column.
    pub column: String,
    /// Its possible values.
    pub one_of: Vec<String>,
}

impl Among {
    /// Whether a row is one of them.
    #[must_use]
    pub fn has(&self, case: &Case, section: &str, row: u16) -> bool {
        case.cell(section, row, &self.column).is_some_and(|value| self.one_of.iter().any(|one| one == value))
    }
}

/// Age of majority (民法典 §17).
const ADULT: i16 = 18;

/// Word for a validity without end.
const LONG_TERM: &str = "长期";

fn number_fault(
    case: &Case,
    codes: &CodeTables,
    document: &FieldPath,
    number: &FieldPath,
) -> Option<NumberFault> {
    codes.number_fault(case.value(document)?, case.value(number)?)
}

impl Rule {
    /// The fields that the rule names.
    #[must_use]
    pub fn fields(&self) -> Vec<FieldPath> {
        match &self.must {
            Must::AgeBelow { field, .. }
            | Must::AgeAtLeast { field, .. }
            | Must::NotFuture { field }
            | Must::ExpiresWithin { field, .. } => vec![field.clone()],
            Must::NotBefore { field, than } => vec![field.clone(), than.clone()],
            Must::Same { fields } | Must::Different { fields } => fields.to_vec(),
            Must::NumberMatchesBirth { number, birth } => vec![number.clone(), birth.clone()],
            Must::DocumentNumber { document, number } | Must::DocumentCheckDigit { document, number } => {
                vec![document.clone(), number.clone()]
            }
            Must::DocumentValid { .. }
            | Must::Holds { .. }
            | Must::NotDiffering { .. }
            | Must::HasRow { .. }
            | Must::UniqueColumn { .. }
            | Must::AnswerLacks { .. } => Vec::new(),
            Must::RowHas { field, .. } => vec![field.clone()],
            Must::OneAdultHead { leaving, .. } => leaving.iter().cloned().collect(),
        }
    }

    /// Whether the rule holds for a case on a day.
    #[must_use]
    pub fn holds(&self, case: &Case, codes: &CodeTables, day: Date) -> bool {
        if self.when.as_ref().is_some_and(|when| !when.holds(case)) {
            return true;
        }
        let date = |field: &FieldPath| case.value(field).and_then(|value| value.parse::<Date>().ok());
        match &self.must {
            Must::AgeBelow { field, years } => date(field).is_none_or(|born| age_on(born, day) < *years),
            Must::AgeAtLeast { field, years } => date(field).is_none_or(|born| age_on(born, day) >= *years),
            Must::NotFuture { field } => date(field).is_none_or(|one| one <= day),
            Must::NotBefore { field, than } => match (date(field), date(than)) {
                (Some(one), Some(other)) => one >= other,
                _ => true,
            },
            Must::Same { fields: [first, second] } => match (case.value(first), case.value(second)) {
                (Some(first), Some(second)) => first == second,
                _ => true,
            },
            Must::Different { fields: [first, second] } => match (case.value(first), case.value(second)) {
                (Some(first), Some(second)) => first != second,
                _ => true,
            },
            Must::NumberMatchesBirth { number, birth } => match (case.value(number), date(birth)) {
                (Some(number), Some(born)) => birth_date(number).is_none_or(|inside| inside == born),
                _ => true,
            },
            Must::DocumentNumber { document, number } => number_fault(case, codes, document, number)
                .is_none_or(|fault| fault == NumberFault::CheckDigit),
            Must::DocumentCheckDigit { document, number } => {
                number_fault(case, codes, document, number) != Some(NumberFault::CheckDigit)
            }
            Must::DocumentValid { person } => case
                .identities
                .get(person)
                .and_then(|record| record.identity.valid_until.parse::<Date>().ok())
                .is_none_or(|last| last >= day),
            Must::ExpiresWithin { field, days } => match date(field) {
                Some(last) => day.checked_add(jiff::Span::new().days(*days)).is_ok_and(|limit| last <= limit),
                // 长期 never expires; anything else that is no date is found elsewhere.
                None => case.value(field) != Some(LONG_TERM),
            },
            Must::Holds { condition } => condition.holds(case),
            Must::NotDiffering { lookup } => case.check_state(lookup) != CheckState::Differs,
            Must::RowHas { section, key, field, column, one_of } => {
                let Some(wanted) = case.value(field) else { return true };
                case.rows(section)
                    .into_iter()
                    .find(|row| case.cell(section, *row, key) == Some(wanted))
                    .and_then(|row| case.cell(section, row, column))
                    .is_some_and(|value| one_of.iter().any(|one| one == value))
            }
            Must::HasRow { section } => !case.rows(section).is_empty(),
            Must::UniqueColumn { section, column } => {
                let mut seen = std::collections::BTreeSet::new();
                let rows = case.rows(section);
                rows.iter().filter_map(|row| case.cell(section, *row, column)).all(|value| seen.insert(value))
            }
            Must::AnswerLacks { lookup, list, values } => case.lookups.get(lookup).is_none_or(|record| {
                let prefix = format!("{list}.");
                let within = record
                    .answer
                    .values
                    .range(prefix.clone()..)
                    .take_while(|(at, _)| at.starts_with(&prefix));
                within.into_iter().all(|(_, value)| !values.contains(value))
            }),
            Must::OneAdultHead { section, relation, head_codes, birth, number, leaving, among } => {
                let leaving = leaving.as_ref().and_then(|field| case.value(field));
                let staying: Vec<u16> = case
                    .rows(section)
                    .into_iter()
                    .filter(|row| {
                        let member = case.cell(section, *row, number);
                        leaving.is_none() || member != leaving
                    })
                    .filter(|row| among.as_ref().is_none_or(|among| among.has(case, section, *row)))
                    .collect();
                if staying.is_empty() {
                    return true;
                }
                let heads: Vec<u16> = staying
                    .into_iter()
                    .filter(|row| {
                        case.cell(section, *row, relation)
                            .is_some_and(|code| head_codes.iter().any(|head| head == code))
                    })
                    .collect();
                if crate::mutants::planted("household-without-head") {
                    return true;
                }
                let [head] = heads.as_slice() else { return false };
                case.cell(section, *head, birth)
                    .and_then(|value| value.parse::<Date>().ok())
                    .is_some_and(|born| age_on(born, day) >= ADULT)
            }
        }
    }
}
