//! Code tables (代码表): sex, ethnic groups, relations ….

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;

/// One code table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CodeTable {
    /// Name, e.g. `ethnic_group`.
    pub id: String,
    /// Title.
    pub title: String,
    /// Standard or document that it comes from.
    pub source: String,
    /// Rows in the order of the standard.
    pub rows: Vec<CodeRow>,
}

/// One row of a code table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct CodeRow {
    /// Code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Pinyin initials, for search by typing.
    #[serde(default)]
    pub initials: String,
}

/// All code tables by name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeTables {
    /// The tables.
    pub tables: BTreeMap<String, CodeTable>,
}

impl CodeTables {
    /// Whether a table has a code.
    #[must_use]
    pub fn has(&self, table: &str, code: &str) -> bool {
        self.name(table, code).is_some()
    }

    /// The name of a code.
    #[must_use]
    pub fn name(&self, table: &str, code: &str) -> Option<&str> {
        self.tables.get(table)?.rows.iter().find(|row| row.code == code).map(|row| row.name.as_str())
    }
}
