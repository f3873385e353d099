//! What a matter hands to the population register (业务落实), and what comes back.

use super::one_or_many::{self, OneOrMany};
use crate::condition::Condition;
use crate::ids::FieldPath;
use crate::rule::Among;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;

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
