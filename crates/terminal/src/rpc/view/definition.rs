//! A newer definition of a case's matter, and what it would change.

use domain::difference::{DifferenceLine, LeftValue};
use domain::ids::ContentHash;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The definition in force of a case's matter, when the case keeps another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct NewerDefinition {
    /// Version that the case keeps.
    pub kept: u32,
    /// Version in force.
    pub version: u32,
    /// Hash of the one in force; goes back with the wish to move.
    pub definition: ContentHash,
}

/// The release of definitions in force at a terminal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ReleaseLine {
    /// Its number.
    #[ts(type = "number")]
    pub number: u64,
    /// When it was published, milliseconds since 1970-01-01 UTC.
    #[ts(type = "number")]
    pub at: i64,
    /// Why a later one is not used; empty while none was refused.
    pub refused: String,
    /// What to do about it.
    pub cure: String,
}

/// What the definition in force would change for a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DefinitionDifference {
    /// The two versions.
    pub newer: NewerDefinition,
    /// What differs, each with the words for the officer.
    pub lines: Vec<DifferenceWords>,
    /// What the case holds and the other definition has no place for. It stays in the case.
    pub left: Vec<LeftValue>,
    /// Names of those whose signature would be taken back.
    pub signatures: Vec<String>,
}

/// One line of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DifferenceWords {
    /// The line.
    pub line: DifferenceLine,
    /// 新增, 取消 or 修改 with the part: 新增材料 ….
    pub title: String,
    /// What of it, each in a sentence.
    pub details: Vec<String>,
}
