//! The sheet that stands beside every template: its title, its paper, the data it wants.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;

use crate::schema::{self, Field, FieldType};
use crate::{PaperError, TemplateId};

/// What sets a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Engine {
    /// Flowing text and tables: `main.typ` in the template's folder.
    Typst,
    /// Text at exact places: boxes in the sheet itself.
    Placed,
}

/// A template's sheet: `assets/templates/ID/template.toml` or `assets/templates/placed/ID.toml`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct TemplateSheet {
    /// Name; equal to the folder's or file's.
    pub id: String,
    /// The paper's name in Chinese.
    pub title: String,
    /// What sets it.
    pub engine: Engine,
    /// Width and height of the page in millimetres.
    pub paper: [f32; 2],
    /// Most pages it may become; without it, any number.
    pub pages: Option<u32>,
    /// The data it wants.
    pub fields: BTreeMap<String, Field>,
}

impl TemplateSheet {
    /// Where the sheet of a template may be, in the order they are looked for.
    #[must_use]
    pub fn places(folder: &Path, id: &TemplateId) -> [PathBuf; 2] {
        [
            folder.join(id.as_str()).join("template.toml"),
            folder.join("placed").join(id.as_str()).with_extension("toml"),
        ]
    }

    /// Loads the sheet of a template.
    ///
    /// # Errors
    /// [`PaperError::TemplateUnknown`] when there is none, [`PaperError::TemplateBroken`] when it is no sheet.
    pub fn load(folder: &Path, id: &TemplateId) -> Result<Self, PaperError> {
        let text = Self::places(folder, id)
            .iter()
            .find_map(|place| std::fs::read_to_string(place).ok())
            .ok_or_else(|| PaperError::TemplateUnknown { template: id.to_string() })?;
        Self::parse(id, &text)
    }

    /// Reads a sheet from its text. Every template also takes `demo` (mark the paper 演示 / 培训) and
    /// `reprint` (mark it 补打, with the count).
    ///
    /// # Errors
    /// [`PaperError::TemplateBroken`] when the text is no sheet of that template.
    pub fn parse(id: &TemplateId, text: &str) -> Result<Self, PaperError> {
        let broken = |at: &str, what: &str| PaperError::TemplateBroken {
            template: id.to_string(),
            at: at.to_owned(),
            what: what.to_owned(),
        };
        let mut sheet: Self = toml::from_str(text).map_err(|error| {
            let line = error.span().map_or(0, |span| text[..span.start].matches('\n').count() + 1);
            broken(&format!("template.toml:{line}"), error.message())
        })?;
        if sheet.id != id.as_str() {
            return Err(broken("template.toml", "id differs from the file's name"));
        }
        for (name, field) in &sheet.fields {
            if let Some(path) = field.fault(name) {
                return Err(broken("template.toml", &format!("field {path} does not say what it holds")));
            }
        }
        let common = [
            ("demo", Field::optional(FieldType::Flag, "演示 / 培训", None)),
            ("reprint", Field::optional(FieldType::Integer, "补打次数", Some(1))),
        ];
        for (name, field) in common {
            sheet.fields.entry(name.to_owned()).or_insert(field);
        }
        Ok(sheet)
    }

    /// Checks an order's data against this sheet.
    ///
    /// # Errors
    /// [`PaperError::DataInvalid`] with the path of the first field that does not fit.
    pub fn check(&self, data: &Value) -> Result<(), PaperError> {
        schema::check(&self.id, &self.fields, data)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHEET: &str = "id = \"x\"\ntitle = \"样张\"\nengine = \"typst\"\npaper = [210, 297]\n[fields]\n";

    #[test]
    fn every_template_takes_the_marks() {
        let sheet = TemplateSheet::parse(&TemplateId::new("x").unwrap(), SHEET).unwrap();
        sheet.check(&serde_json::json!({"demo": true, "reprint": 2})).unwrap();
        assert!(sheet.check(&serde_json::json!({"reprint": 0})).is_err());
    }

    #[test]
    fn a_broken_sheet_names_its_line() {
        let id = TemplateId::new("x").unwrap();
        let text = format!("{SHEET}a = {{ type = \"colour\" }}\n");
        let error = TemplateSheet::parse(&id, &text).unwrap_err();
        assert!(
            matches!(&error, PaperError::TemplateBroken { at, .. } if at == "template.toml:6"),
            "{error}"
        );
        let other = TemplateId::new("y").unwrap();
        assert_eq!(TemplateSheet::parse(&other, SHEET).unwrap_err().code(), "PAPER_TEMPLATE_BROKEN");
    }

    #[test]
    fn an_absent_template_is_unknown() {
        let folder = tempfile::tempdir().unwrap();
        let error = TemplateSheet::load(folder.path(), &TemplateId::new("x").unwrap()).unwrap_err();
        assert_eq!(error, PaperError::TemplateUnknown { template: "x".into() });
    }
}
