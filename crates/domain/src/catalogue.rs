//! The whole set of data that decides what a counter does: matters, forms, flows, papers, code tables, calendar. Built
//! from the texts of files; whoever calls reads the files.

use crate::code::{CodeRow, CodeTable, CodeTables, ValidityFault};
use crate::every_core;
use crate::fault::{DefinitionFault, DefinitionFaults, Wrong};
use crate::flow::Flow;
use crate::ids::MatterId;
use crate::limit::Calendar;
use crate::matter::MatterDefinition;
use crate::matter::file::{FormFile, Forms, MatterFile, PaperSetFile, line_of_forms};
use crate::package::Package;
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;

/// The folders of the assets that make a catalogue, each with files `*.toml`.
pub const FOLDERS: [&str; 7] = ["calendar", "codes", "flows", "forms", "matters", "packages", "papersets"];

/// A file: its name, `FOLDER/FILE.toml`, and its text.
pub type NamedText = (String, String);

/// A definition with the bytes that its hash names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CatalogueMatter {
    /// The definition.
    pub definition: MatterDefinition,
    /// [`MatterDefinition::to_bytes`] of it.
    pub bytes: Vec<u8>,
    /// The form it takes and those that this one builds on, nearest first; empty when it has one of its own.
    pub forms: Vec<String>,
    /// File that it was read from.
    pub file: String,
}

/// All matters, code tables and the calendar.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Catalogue {
    /// Matters by name.
    pub matters: BTreeMap<MatterId, CatalogueMatter>,
    /// Flows by name.
    pub flows: BTreeMap<String, Flow>,
    /// Titles of the forms by name.
    pub forms: BTreeMap<String, String>,
    /// Code tables.
    pub codes: CodeTables,
    /// Names of the code tables that are for demonstration only.
    pub demo_tables: Vec<String>,
    /// Calendar.
    pub calendar: Calendar,
    /// One-thing packages (一件事), by name.
    pub packages: Vec<Package>,
}

/// A code table as a file of `assets/codes/` writes it. Keys of a table's own are left to those who know the table.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct CodeFile {
    /// Name.
    pub table: String,
    /// Title.
    pub title: String,
    /// Standard or document that it comes from.
    pub source: String,
    /// What stands behind it.
    pub status: CodeStatus,
    /// Day of the data, where the document has one; written for people.
    #[serde(default)]
    pub date: String,
    /// Since when, or for how long, the document is in force; written for people.
    #[serde(default)]
    pub validity: String,
    /// Rows.
    #[serde(default)]
    pub row: Vec<CodeRow>,
    /// Rows of a long table, one a line: code|name|initials|from|until|successor, empty parts at the end left out.
    #[serde(default)]
    pub lines: String,
}

/// A line of a long table.
fn row_of_line(line: &str) -> Option<CodeRow> {
    let mut parts = line.split('|');
    let mut next = || parts.next().unwrap_or_default().to_owned();
    let (code, name, initials, from, until, successor) = (next(), next(), next(), next(), next(), next());
    let day = |text: String| if text.is_empty() { Some(None) } else { text.parse().ok().map(Some) };
    let whole = !code.is_empty() && !name.is_empty() && parts.next().is_none();
    whole.then_some(())?;
    let successor = Some(successor).filter(|one| !one.is_empty());
    Some(CodeRow {
        code,
        name,
        initials,
        from: day(from)?,
        until: day(until)?,
        next: successor,
        number_rule: None,
        number_prefix: String::new(),
    })
}

/// What stands behind a code table.
#[derive(Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CodeStatus {
    /// A published standard.
    Standard,
    /// Practice; the authority still has to confirm it.
    ToBeConfirmed,
    /// For demonstration only.
    Demo,
}

/// Reads one file after another and collects what is wrong.
#[derive(Default)]
struct Reading {
    catalogue: Catalogue,
    forms: Forms,
    paper_sets: BTreeMap<String, PaperSetFile>,
    packages: BTreeMap<String, (String, Package)>,
    faults: Vec<DefinitionFault>,
}

impl Catalogue {
    /// Builds the whole set from the files of [`FOLDERS`]; others are left alone.
    ///
    /// # Errors
    /// Everything that is wrong: files that do not read, name what is not there, or name one thing twice.
    pub fn from_files(files: &[NamedText]) -> Result<Self, DefinitionFaults> {
        let mut reading = Reading::default();
        // What others name comes first.
        for folder in ["calendar", "codes", "flows", "forms", "papersets", "matters", "packages"] {
            let texts = files.iter().filter(|(file, _)| file.split('/').next() == Some(folder));
            if folder == "matters" {
                reading.check_forms();
                reading.matters(&texts.collect::<Vec<_>>());
                continue;
            }
            for (file, text) in texts {
                reading.file(folder, file, text);
            }
        }
        reading.check_packages();
        if reading.faults.is_empty() { Ok(reading.catalogue) } else { Err(DefinitionFaults(reading.faults)) }
    }

    /// A definition by the name of its matter.
    #[must_use]
    pub fn definition(&self, matter: &str) -> Option<&MatterDefinition> {
        self.matters.get(&MatterId::from(matter)).map(|one| &one.definition)
    }
}

impl Reading {
    fn add(&mut self, file: &str, place: impl Into<String>, wrong: Wrong) {
        self.faults.push(DefinitionFault { file: file.to_owned(), place: place.into(), wrong });
    }

    fn twice(&mut self, file: &str, what: &'static str, name: String) {
        self.add(file, "id", Wrong::Twice { what, name });
    }

    fn read<T: for<'de> Deserialize<'de>>(&mut self, file: &str, text: &str) -> Option<T> {
        read(file, text).map_err(|fault| self.faults.push(fault)).ok()
    }

    fn file(&mut self, folder: &str, file: &str, text: &str) {
        match folder {
            "calendar" => self.calendar(file, text),
            "codes" => self.codes(file, text),
            "flows" => {
                let Some(flow) = self.read::<Flow>(file, text) else { return };
                let name = flow.id.clone();
                if self.catalogue.flows.insert(name.clone(), flow).is_some() {
                    self.twice(file, "流程", name);
                }
            }
            "forms" => {
                let Some(form) = self.read::<FormFile>(file, text) else { return };
                let name = form.id.clone();
                self.catalogue.forms.insert(name.clone(), form.title.clone());
                if self.forms.insert(name.clone(), form).is_some() {
                    self.twice(file, "表单", name);
                }
            }
            "papersets" => {
                let Some(set) = self.read::<PaperSetFile>(file, text) else { return };
                let name = set.id.clone();
                if self.paper_sets.insert(name.clone(), set).is_some() {
                    self.twice(file, "文书组", name);
                }
            }
            "packages" => {
                let Some(package) = self.read::<Package>(file, text) else { return };
                let name = package.id.clone();
                if self.packages.insert(name.clone(), (file.to_owned(), package)).is_some() {
                    self.twice(file, "一件事", name);
                }
            }
            _ => {}
        }
    }

    fn codes(&mut self, file: &str, text: &str) {
        let Some(read) = self.read::<CodeFile>(file, text) else { return };
        let name = read.table.clone();
        let mut rows = read.row;
        for line in read.lines.lines().filter(|line| !line.trim().is_empty()) {
            match row_of_line(line) {
                Some(row) => rows.push(row),
                None => {
                    let said = format!("“{line}”应写成 代码|名称|拼音首字母|启用日|停用日|承接代码");
                    self.add(file, "lines", Wrong::Unreadable { said });
                }
            }
        }
        if read.status == CodeStatus::Demo {
            self.catalogue.demo_tables.push(name.clone());
        }
        let table = CodeTable { id: read.table, title: read.title, source: read.source, rows };
        for fault in table.validity_faults() {
            let (code, wrong) = match fault {
                ValidityFault::Overlap(code) => (code.clone(), Wrong::Twice { what: "代码", name: code }),
                ValidityFault::Reversed(code) => {
                    let said = "启用日在停用日之后，请核对 from 和 until".to_owned();
                    (code, Wrong::Unreadable { said })
                }
                ValidityFault::NoSuccessor(code, next) => {
                    let known = table.rows.iter().map(|row| row.code.as_str());
                    (code, Wrong::unknown("承接代码", &next, known))
                }
            };
            self.add(file, format!("row.{code}"), wrong);
        }
        if self.catalogue.codes.tables.insert(name.clone(), table).is_some() {
            self.twice(file, "代码表", name);
        }
    }

    fn calendar(&mut self, file: &str, text: &str) {
        let Some(read) = self.read::<Calendar>(file, text) else { return };
        for year in &read.years {
            if self.catalogue.calendar.years.contains(year) {
                let wrong = Wrong::Twice { what: "年份", name: year.to_string() };
                self.add(file, "years", wrong);
            }
        }
        let calendar = &mut self.catalogue.calendar;
        if !calendar.source.is_empty() {
            calendar.source.push('；');
        }
        calendar.source.push_str(&read.source);
        calendar.years.extend(read.years);
        calendar.years.sort_unstable();
        calendar.exceptions.extend(read.exceptions);
    }

    /// Forms that are wrong by themselves are told once, and not again with every matter that takes them.
    fn check_forms(&mut self) {
        let mut found = Vec::new();
        for (name, form) in &self.forms {
            for (place, wrong) in form.faults(&self.forms) {
                found.push((format!("forms/{name}.toml"), place, wrong));
            }
        }
        for (file, place, wrong) in found {
            self.add(&file, place, wrong);
        }
    }

    /// The order of what is found stays that of the files.
    fn matters(&mut self, files: &[&NamedText]) {
        let known = &*self;
        let found = every_core::each(files, |(file, text)| known.matter(file, text));
        for matter in found {
            match matter {
                Ok(matter) => {
                    let (file, name) = (matter.file.clone(), matter.definition.id.clone());
                    if self.catalogue.matters.insert(name.clone(), matter).is_some() {
                        self.twice(&file, "事项", name.to_string());
                    }
                }
                Err(faults) => self.faults.extend(faults),
            }
        }
    }

    fn matter(&self, file: &str, text: &str) -> Result<CatalogueMatter, Vec<DefinitionFault>> {
        let read: MatterFile = read(file, text).map_err(|fault| vec![fault])?;
        let forms =
            read.form.as_ref().and_then(|form| line_of_forms(form, &self.forms).ok()).unwrap_or_default();
        let of_file = |faults: Vec<(String, Wrong)>| -> Vec<DefinitionFault> {
            let fault = |(place, wrong)| DefinitionFault { file: file.to_owned(), place, wrong };
            faults.into_iter().map(fault).collect()
        };
        let definition = read.join(&self.forms, &self.paper_sets, &self.catalogue.flows).map_err(of_file)?;
        let faults = self.codes_used(&definition);
        if !faults.is_empty() {
            return Err(of_file(faults));
        }
        let bytes = definition.to_bytes();
        Ok(CatalogueMatter { definition, bytes, forms, file: file.to_owned() })
    }

    /// Packages name matters, fields and materials: looked at when everything else holds.
    fn check_packages(&mut self) {
        if !self.faults.is_empty() {
            return;
        }
        let definitions: BTreeMap<MatterId, &MatterDefinition> =
            self.catalogue.matters.iter().map(|(id, one)| (id.clone(), &one.definition)).collect();
        let mut faults = Vec::new();
        let mut packages = Vec::new();
        for (file, package) in self.packages.values() {
            let wrong = package.faults(&definitions).into_iter().map(Wrong::Package);
            faults.extend(wrong.map(|wrong| DefinitionFault {
                file: file.clone(),
                place: String::new(),
                wrong,
            }));
            packages.push(package.clone());
        }
        self.faults.extend(faults);
        self.catalogue.packages = packages;
    }

    /// Code tables and presets that are not there.
    fn codes_used(&self, definition: &MatterDefinition) -> Vec<(String, Wrong)> {
        let mut faults = Vec::new();
        for section in &definition.sections {
            for field in &section.fields {
                let Some(name) = &field.codes else { continue };
                let place = format!("section.{}.field.{}", section.id, field.id);
                let Some(table) = self.catalogue.codes.tables.get(name) else {
                    let known = self.catalogue.codes.tables.keys().map(String::as_str);
                    faults.push((place, Wrong::unknown("代码表", name, known)));
                    continue;
                };
                if !field.preset.is_empty() && !table.rows.iter().any(|row| row.code == field.preset) {
                    let known = table.rows.iter().map(|row| row.code.as_str());
                    faults.push((place, Wrong::unknown("代码", &field.preset, known)));
                }
            }
        }
        faults
    }
}

/// A file as what its folder holds.
fn read<T: for<'de> Deserialize<'de>>(file: &str, text: &str) -> Result<T, DefinitionFault> {
    toml::from_str(text).map_err(|fault| {
        // The message is drawn over several lines, with the line of the file below it.
        let said = fault.to_string().trim_end().to_owned();
        DefinitionFault { file: file.to_owned(), place: String::new(), wrong: Wrong::Unreadable { said } }
    })
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

    fn files(named: &[(&str, &str)]) -> Vec<NamedText> {
        named.iter().map(|(file, text)| ((*file).to_owned(), (*text).to_owned())).collect()
    }

    #[test]
    fn tables_keep_their_rows_and_ignore_what_is_their_own() {
        let catalogue = Catalogue::from_files(&files(&[("codes/sex.toml", TABLE)])).unwrap();
        assert_eq!(catalogue.codes.name("sex", "2"), Some("女"));
    }

    #[test]
    fn a_table_or_a_year_stands_once() {
        let twice = files(&[("codes/a.toml", TABLE), ("codes/b.toml", TABLE)]);
        let faults = Catalogue::from_files(&twice).unwrap_err();
        assert!(matches!(faults.0[..], [DefinitionFault { wrong: Wrong::Twice { .. }, .. }]), "{faults}");
        let year = "source = \"x\"\nyears = [2026]\n[exceptions]\n\"2026-10-10\" = true";
        let twice = files(&[("calendar/a.toml", year), ("calendar/b.toml", year)]);
        let faults = Catalogue::from_files(&twice).unwrap_err();
        assert!(matches!(faults.0[..], [DefinitionFault { wrong: Wrong::Twice { .. }, .. }]), "{faults}");
    }

    #[test]
    fn a_broken_file_is_named() {
        let faults = Catalogue::from_files(&files(&[("flows/x.toml", "id = 3")])).unwrap_err().to_string();
        assert!(faults.starts_with("flows/x.toml"), "{faults}");
    }

    #[test]
    fn everything_wrong_is_told_at_once() {
        let broken = files(&[("flows/x.toml", "id = 3"), ("codes/y.toml", "table = ")]);
        assert_eq!(Catalogue::from_files(&broken).unwrap_err().0.len(), 2);
    }
}
