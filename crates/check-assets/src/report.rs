//! One row per case, in a file; what is counted is read from it again.

use serde::{Deserialize, Serialize};
use std::path::Path;

/// A case of the suite.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// Its name.
    pub id: String,
    /// What was looked at, as a hash.
    pub input: String,
    /// `passed` or `failed`.
    pub result: String,
    /// Seconds that it took.
    pub seconds: f64,
    /// What was seen.
    pub evidence: String,
}

/// The whole report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Name of the suite.
    pub suite: String,
    /// Planted fault, if any.
    pub mutant: Option<String>,
    /// The cases.
    pub cases: Vec<Row>,
}

impl Report {
    /// Writes the report.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write(&self, file: &Path) -> std::io::Result<()> {
        if let Some(folder) = file.parent() {
            std::fs::create_dir_all(folder)?;
        }
        std::fs::write(file, serde_json::to_vec_pretty(self)?)
    }

    /// Reads a report.
    ///
    /// # Errors
    /// When the file is no report.
    pub fn read(file: &Path) -> std::io::Result<Self> {
        Ok(serde_json::from_slice(&std::fs::read(file)?)?)
    }

    /// How many cases whose name begins so there are, and how many of them failed.
    #[must_use]
    pub fn count(&self, beginning: &str) -> (usize, usize) {
        let cases = self.cases.iter().filter(|row| row.id.starts_with(beginning));
        let failed = cases.clone().filter(|row| row.result != "passed").count();
        (cases.count(), failed)
    }
}
