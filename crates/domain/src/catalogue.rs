//! The whole set of data that decides what a counter does: matters, flows, code tables, calendar. Built from the
//! texts of files; whoever calls reads the files.

use crate::code::{CodeRow, CodeTable, CodeTables};
use crate::flow::Flow;
use crate::ids::MatterId;
use crate::limit::Calendar;
use crate::matter::{DefinitionFault, MatterDefinition};
use serde::Deserialize;
use std::collections::BTreeMap;

/// A file: its name, for faults, and its text.
pub type NamedText<'a> = (&'a str, &'a str);

/// The texts of the files of one edition.
#[derive(Debug, Clone, Copy, Default)]
pub struct Sources<'a> {
    /// `assets/matters/*.toml`
    pub matters: &'a [NamedText<'a>],
    /// `assets/flows/*.toml`
    pub flows: &'a [NamedText<'a>],
    /// `assets/codes/*.toml`
    pub codes: &'a [NamedText<'a>],
    /// `assets/calendar/*.toml`
    pub calendars: &'a [NamedText<'a>],
}

/// A definition with the bytes that its hash names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CatalogueMatter {
    /// The definition.
    pub definition: MatterDefinition,
    /// [`MatterDefinition::to_bytes`] of it.
    pub bytes: Vec<u8>,
}

/// All matters, code tables and the calendar.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Catalogue {
    /// Matters by name.
    pub matters: BTreeMap<MatterId, CatalogueMatter>,
    /// Flows by name.
    pub flows: BTreeMap<String, Flow>,
    /// Code tables.
    pub codes: CodeTables,
    /// Names of the code tables that are for demonstration only.
    pub demo_tables: Vec<String>,
    /// Calendar.
    pub calendar: Calendar,
}

/// What is wrong with a file of the set.
#[derive(Debug, thiserror::Error)]
pub enum CatalogueFault {
    /// The file does not read.
    #[error("{file}: {fault}")]
    Shape {
        /// File.
        file: String,
        /// What the parser says.
        fault: String,
    },
    /// The definition is at fault.
    #[error("{file}: {fault}")]
    Definition {
        /// File.
        file: String,
        /// The fault.
        fault: DefinitionFault,
    },
    /// A name stands twice.
    #[error("{file}: `{name}` is there already")]
    Twice {
        /// File.
        file: String,
        /// The name.
        name: String,
    },
    /// A definition uses a code table, or a code of one, that is not there.
    #[error("{file}: the code table or code `{name}` is not there")]
    NoCode {
        /// Matter.
        file: String,
        /// Table, or table and code.
        name: String,
    },
}

/// A code table as its file writes it. Keys of a table's own are left to those who know the table.
#[derive(Debug, Deserialize)]
struct CodeFile {
    table: String,
    title: String,
    source: String,
    status: CodeStatus,
    row: Vec<CodeRow>,
}

#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum CodeStatus {
    Standard,
    ToBeConfirmed,
    Demo,
}

fn read<T: for<'de> Deserialize<'de>>((file, text): NamedText<'_>) -> Result<T, CatalogueFault> {
    toml::from_str(text)
        .map_err(|fault| CatalogueFault::Shape { file: file.to_owned(), fault: fault.to_string() })
}

impl Catalogue {
    /// Builds the whole set.
    ///
    /// # Errors
    /// [`CatalogueFault`] with the first file that does not read, names what is not there, or names one thing
    /// twice.
    pub fn from_texts(sources: Sources<'_>) -> Result<Self, CatalogueFault> {
        let mut catalogue = Self::default();
        for &named in sources.flows {
            let flow: Flow = read(named)?;
            let name = flow.id.clone();
            if catalogue.flows.insert(name.clone(), flow).is_some() {
                return Err(CatalogueFault::Twice { file: named.0.to_owned(), name });
            }
        }
        for &named in sources.codes {
            catalogue.add_codes(named)?;
        }
        for &named in sources.calendars {
            catalogue.add_calendar(named)?;
        }
        for &named in sources.matters {
            catalogue.add_matter(named)?;
        }
        Ok(catalogue)
    }

    fn add_codes(&mut self, named: NamedText<'_>) -> Result<(), CatalogueFault> {
        let file: CodeFile = read(named)?;
        let name = file.table.clone();
        let twice = |name: String| CatalogueFault::Twice { file: named.0.to_owned(), name };
        for (at, row) in file.row.iter().enumerate() {
            if file.row.iter().take(at).any(|other| other.code == row.code) {
                return Err(twice(format!("{name}.{}", row.code)));
            }
        }
        if file.status == CodeStatus::Demo {
            self.demo_tables.push(name.clone());
        }
        let table = CodeTable { id: file.table, title: file.title, source: file.source, rows: file.row };
        match self.codes.tables.insert(name.clone(), table) {
            Some(_) => Err(twice(name)),
            None => Ok(()),
        }
    }

    fn add_calendar(&mut self, named: NamedText<'_>) -> Result<(), CatalogueFault> {
        let calendar: Calendar = read(named)?;
        for year in &calendar.years {
            if self.calendar.years.contains(year) {
                return Err(CatalogueFault::Twice { file: named.0.to_owned(), name: year.to_string() });
            }
        }
        if !self.calendar.source.is_empty() {
            self.calendar.source.push('；');
        }
        self.calendar.source.push_str(&calendar.source);
        self.calendar.years.extend(calendar.years);
        self.calendar.years.sort_unstable();
        self.calendar.exceptions.extend(calendar.exceptions);
        Ok(())
    }

    fn add_matter(&mut self, (file, text): NamedText<'_>) -> Result<(), CatalogueFault> {
        let definition = MatterDefinition::from_files(text, &|name| self.flows.get(name).cloned())
            .map_err(|fault| CatalogueFault::Definition { file: file.to_owned(), fault })?;
        for field in definition.sections.iter().flat_map(|section| &section.fields) {
            let Some(table) = &field.codes else { continue };
            let known = self.codes.tables.contains_key(table)
                && (field.preset.is_empty() || self.codes.has(table, &field.preset));
            if !known {
                return Err(CatalogueFault::NoCode { file: file.to_owned(), name: table.clone() });
            }
        }
        let bytes = definition.to_bytes();
        let name = definition.id.clone();
        match self.matters.insert(name.clone(), CatalogueMatter { definition, bytes }) {
            Some(_) => Err(CatalogueFault::Twice { file: file.to_owned(), name: name.to_string() }),
            None => Ok(()),
        }
    }

    /// A definition by the name of its matter.
    #[must_use]
    pub fn definition(&self, matter: &str) -> Option<&MatterDefinition> {
        self.matters.get(&MatterId::from(matter)).map(|one| &one.definition)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = r#"
        table = "sex"
        title = "性别"
        source = "GB/T 2261.1-2003"
        status = "standard"
        row = [ { code = "1", name = "男", own = 7 }, { code = "2", name = "女" } ]
    "#;

    #[test]
    fn tables_keep_their_rows_and_ignore_what_is_their_own() {
        let sources = Sources { codes: &[("sex.toml", TABLE)], ..Sources::default() };
        let catalogue = Catalogue::from_texts(sources).unwrap();
        assert_eq!(catalogue.codes.name("sex", "2"), Some("女"));
    }

    #[test]
    fn a_table_or_a_year_stands_once() {
        let twice = Sources { codes: &[("a", TABLE), ("b", TABLE)], ..Sources::default() };
        assert!(matches!(Catalogue::from_texts(twice), Err(CatalogueFault::Twice { .. })));
        let year = "source = \"x\"\nyears = [2026]\n[exceptions]\n\"2026-10-10\" = true";
        let twice = Sources { calendars: &[("a", year), ("b", year)], ..Sources::default() };
        assert!(matches!(Catalogue::from_texts(twice), Err(CatalogueFault::Twice { .. })));
    }

    #[test]
    fn a_broken_file_is_named() {
        let sources = Sources { flows: &[("x.toml", "id = 3")], ..Sources::default() };
        let fault = Catalogue::from_texts(sources).unwrap_err().to_string();
        assert!(fault.starts_with("x.toml"), "{fault}");
    }
}
