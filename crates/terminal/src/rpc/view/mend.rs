//! Acts of a case that the server did not place, as their screen shows them: both sides, and what may be done.

use domain::ids::{CaseId, FieldPath};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What is to be dealt with in a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct MendView {
    /// The case.
    pub case: CaseId,
    /// Person and matter, as far as they are known here.
    pub title: String,
    /// Whether the case is there: its opening has a place, or waits for one.
    pub known: bool,
    /// The acts in their order; the first is dealt with first.
    pub acts: Vec<MendAct>,
}

/// An act without a place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct MendAct {
    /// Number in the outbox.
    #[ts(type = "number")]
    pub seq: u64,
    /// What it is.
    pub words: String,
    /// Who made it.
    pub by: String,
    /// When, trusted time in milliseconds since 1970-01-01 UTC.
    #[ts(type = "number")]
    pub at: i64,
    /// Stable code of what stands in its way.
    pub code: String,
    /// What happened.
    pub sentence: String,
    /// What to do.
    pub cure: String,
    /// The values that it would set, each with what stands there now. Empty for acts of another kind.
    pub fields: Vec<MendField>,
    /// What somebody else did meanwhile that it clashes with, beside values.
    pub others: Vec<MendPart>,
    /// Whether somebody has to look: what it read or wrote was changed meanwhile.
    pub asks: bool,
    /// Whether it may be made again now; said of the first act only.
    pub redo: bool,
    /// Why not.
    pub why_not: String,
}

/// A value of an act beside what stands there now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct MendField {
    /// Path.
    pub path: FieldPath,
    /// Label.
    pub label: String,
    /// The value from here, in words.
    pub mine: String,
    /// The value that stands there now, in words.
    pub now: String,
    /// Who set the value of now; empty when nobody did.
    pub by: String,
    /// When, in milliseconds since 1970-01-01 UTC.
    #[ts(type = "number | null")]
    pub at: Option<i64>,
    /// Whether somebody else changed it meanwhile.
    pub clashes: bool,
    /// Whether both are the same: nothing is to be chosen.
    pub same: bool,
}

/// A part of the case that somebody else changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct MendPart {
    /// The part, in words.
    pub label: String,
    /// What was done.
    pub words: String,
    /// By whom.
    pub by: String,
    /// When, in milliseconds since 1970-01-01 UTC.
    #[ts(type = "number")]
    pub at: i64,
}
