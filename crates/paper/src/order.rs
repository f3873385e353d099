//! What is ordered and what comes back.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::PaperError;

/// Name of a template: the folder (or placed sheet) under `assets/templates` that holds it.
///
/// Only lower-case letters, digits and `-`, at most 64: the name becomes part of a path.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TemplateId(String);

impl TemplateId {
    /// Takes a template's name.
    ///
    /// # Errors
    /// [`PaperError::TemplateUnknown`] when the name cannot be a template's name.
    pub fn new(name: impl Into<String>) -> Result<Self, PaperError> {
        let name = name.into();
        let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        // `common` is the folder of what templates share; it is no template.
        if (1..=64).contains(&name.len()) && name.bytes().all(fits) && name != "common" && name != "placed" {
            Ok(Self(name))
        } else {
            // Not echoed: a caller's slip could have put anything there.
            Err(PaperError::TemplateUnknown { template: String::new() })
        }
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TemplateId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl TryFrom<String> for TemplateId {
    type Error = PaperError;

    fn try_from(name: String) -> Result<Self, PaperError> {
        Self::new(name)
    }
}

impl From<TemplateId> for String {
    fn from(id: TemplateId) -> Self {
        id.0
    }
}

/// Everything besides the data that decides the bytes of a paper. Stored in the print event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrintSet {
    /// Version of the worker and of the two libraries that write its PDFs.
    pub renderer_version: String,
    /// SM3 (GB/T 32905-2016), lower-case hex, of all files of the template and of what it shares with others.
    pub template_hash: String,
    /// Face (family and weight) → SM3 of the face's identity: file length, table directory (which carries a
    /// checksum of every table) and `head` table. Not of the whole file: the fonts are 200 MB, and a worker
    /// must be ready in a tenth of a second.
    pub font_hashes: BTreeMap<String, String>,
    /// Unix seconds, from the print event; the date the document carries.
    pub timestamp: i64,
}

/// What to do about a character that no font has. There is no third way: never a silent box.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MissingGlyphs {
    /// Refuse the paper with [`PaperError::MissingGlyphs`].
    #[default]
    Refuse,
    /// Print 〓 (the typesetters' sign for a missing character) and list the code points in the answer.
    Mark,
}

/// An order for one paper.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct PrintOrder {
    /// Which template.
    pub template: TemplateId,
    /// The template's data; its shape is in the template's `template.toml` and in `assets/templates/README.md`.
    pub data: serde_json::Value,
    /// The set to print with.
    pub print_set: PrintSet,
    /// What to do about characters without a glyph.
    #[serde(default)]
    pub missing_glyphs: MissingGlyphs,
}

impl fmt::Debug for PrintOrder {
    /// Leaves the data out: it is personal, and this may reach a log.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("PrintOrder")
            .field("template", &self.template)
            .field("print_set", &self.print_set)
            .field("missing_glyphs", &self.missing_glyphs)
            .finish_non_exhaustive()
    }
}

/// A finished paper.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rendered {
    /// The PDF file.
    #[serde(with = "serde_bytes")]
    pub pdf: Vec<u8>,
    /// Number of pages.
    pub pages: u32,
    /// The set that made it; equal to the order's.
    pub print_set: PrintSet,
    /// Code points (`U+30EDD`) printed as 〓 because no font has them. Empty unless the order said
    /// [`MissingGlyphs::Mark`].
    pub missing_glyphs: Vec<String>,
}

impl fmt::Debug for Rendered {
    /// Leaves the bytes out: they are personal.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Rendered")
            .field("bytes", &self.pdf.len())
            .field("pages", &self.pages)
            .field("missing_glyphs", &self.missing_glyphs.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn template_names_cannot_leave_the_folder() {
        assert!(TemplateId::new("collection-slip").is_ok());
        for bad in ["", "..", "a/b", "../x", "Receipt", "common", "placed", "a.b", "受理", &"a".repeat(65)]
        {
            assert!(TemplateId::new(bad).is_err(), "{bad:?} was taken");
        }
        assert!(serde_json::from_str::<TemplateId>("\"../x\"").is_err());
    }

    #[test]
    fn debug_output_holds_no_data() {
        let order = PrintOrder {
            template: TemplateId::new("receipt").unwrap(),
            data: serde_json::json!({"name": "演示人"}),
            print_set: PrintSet {
                renderer_version: "1".into(),
                template_hash: String::new(),
                font_hashes: BTreeMap::new(),
                timestamp: 0,
            },
            missing_glyphs: MissingGlyphs::default(),
        };
        assert!(!format!("{order:?}").contains("演示人"));
    }
}
