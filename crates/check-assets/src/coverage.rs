//! `docs/coverage.csv`: every entry of the sources has its definition, or a reason why it has none.

use domain::catalogue::Catalogue;
use std::collections::{BTreeMap, BTreeSet};

/// One row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The source's id.
    pub source: String,
    /// Definitions that cover it.
    pub definitions: Vec<String>,
    /// Why there is none, or how it is covered.
    pub reason: String,
}

/// Reads the list.
///
/// # Errors
/// A line that is no row of four cells.
pub fn read(text: &str) -> Result<Vec<Row>, String> {
    let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let mut rows = Vec::new();
    for record in reader.deserialize::<(String, String, String, String)>() {
        let (source, _title, definitions, reason) = record.map_err(|error| error.to_string())?;
        rows.push(Row {
            source,
            definitions: definitions.split_whitespace().map(str::to_owned).collect(),
            reason: reason.trim().to_owned(),
        });
    }
    Ok(rows)
}

/// What is wrong with the list, by the source's id.
#[must_use]
pub fn faults(rows: &[Row], entries: &[String], catalogue: &Catalogue) -> BTreeMap<String, Vec<String>> {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut add = |source: &str, fault: String| found.entry(source.to_owned()).or_default().push(fault);
    let mut seen = BTreeSet::new();
    for row in rows {
        if !seen.insert(row.source.as_str()) {
            add(&row.source, "重复的一行".to_owned());
        }
        if !entries.contains(&row.source) {
            add(&row.source, "来源没有这一项".to_owned());
        }
        if row.definitions.is_empty() && row.reason.is_empty() {
            add(&row.source, "既没有定义，也没有理由".to_owned());
        }
        for definition in &row.definitions {
            if catalogue.definition(definition).is_none() {
                add(&row.source, format!("没有定义 {definition}"));
            }
        }
    }
    for entry in entries.iter().filter(|entry| !seen.contains(entry.as_str())) {
        add(entry, "对照表里没有这一项".to_owned());
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_cells_keep_commas_and_quotes() {
        let rows = read("source,title,definition,reason\nT001,\"出生，\"\"随母\"\"\",T001 T002,\n").unwrap();
        assert_eq!(rows[0].definitions, ["T001", "T002"]);
        assert!(read("a,b\nT001,x\n").is_err());
    }

    #[test]
    fn entries_without_row_and_rows_without_entry_are_told() {
        let rows = read("source,title,definition,reason\nT001,x,,\nT9,x,NONE,\n").unwrap();
        let found = faults(&rows, &["T001".to_owned(), "T002".to_owned()], &Catalogue::default());
        assert_eq!(found.keys().map(String::as_str).collect::<Vec<_>>(), ["T001", "T002", "T9"]);
        assert_eq!(found["T9"].len(), 2);
    }
}
