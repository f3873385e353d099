//! Sections and fields of a form.

use crate::condition::Condition;
use crate::person::PersonRole;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

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
