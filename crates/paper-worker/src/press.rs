//! The press: an order in, a paper out.

use std::path::{Path, PathBuf};

use paper::{Engine, MissingGlyphs, PaperError, PrintOrder, PrintSet, Rendered, TemplateId};

use crate::files::TemplateFiles;
use crate::flow::Flow;
use crate::fonts::FontShelf;
use crate::hash::PartsHash;
use crate::placed::PlacedPress;
use crate::prepare::prepare;

/// Version of printpdf, which does not tell it; a test compares it with the lock file.
pub(crate) const PRINTPDF_VERSION: &str = "0.12.8";

/// A finished paper.
pub(crate) struct Made {
    pub(crate) bytes: Vec<u8>,
    pub(crate) pages: u32,
}

/// In which form a paper is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// The paper itself.
    Pdf,
    /// A picture of it, as PNG.
    Picture { dots_per_millimetre: u16 },
}

/// Templates and fonts, ready for orders.
pub struct Press {
    templates: PathBuf,
    shelf: FontShelf,
    flow: Flow,
    placed: PlacedPress,
    outspoken: bool,
}

impl Press {
    /// Opens the fonts. Templates are read with every order, so that a corrected template needs no restart.
    ///
    /// # Errors
    /// [`PaperError::FontFolderMissing`] or [`PaperError::FontMissing`].
    pub fn open(templates: &Path, fonts: &[PathBuf]) -> Result<Self, PaperError> {
        let shelf = FontShelf::open(fonts)?;
        let flow = Flow::new(&shelf);
        let placed = PlacedPress::default();
        Ok(Self { templates: templates.to_owned(), shelf, flow, placed, outspoken: false })
    }

    /// Puts the type setter's own words into errors. They can quote the data of the order, so this is for
    /// who writes templates and never for the product.
    #[must_use]
    pub fn outspoken(mut self) -> Self {
        self.outspoken = true;
        self
    }

    /// The version that goes into print sets.
    #[must_use]
    pub fn renderer_version() -> String {
        let typst = typst::utils::version();
        format!(
            "paper-worker {}, typst {}, printpdf {PRINTPDF_VERSION}",
            env!("CARGO_PKG_VERSION"),
            typst.raw()
        )
    }

    /// Today's print set of a template.
    ///
    /// # Errors
    /// Unknown or broken template.
    pub fn print_set(&self, template: &TemplateId, timestamp: i64) -> Result<PrintSet, PaperError> {
        let files = TemplateFiles::load(&self.templates, template)?;
        Ok(self.set_of(&files, timestamp))
    }

    fn set_of(&self, files: &TemplateFiles, timestamp: i64) -> PrintSet {
        PrintSet {
            renderer_version: Self::renderer_version(),
            template_hash: files.hash.clone(),
            font_hashes: self.shelf.hashes(),
            timestamp,
        }
    }

    /// Makes a paper.
    ///
    /// # Errors
    /// See [`paper::PaperWorker::render`]; none of those about the worker itself.
    pub fn render(&mut self, order: &PrintOrder) -> Result<Rendered, PaperError> {
        let (made, print_set, missing_glyphs) = self.make(order, Form::Pdf)?;
        Ok(Rendered { pdf: made.bytes, pages: made.pages, print_set, missing_glyphs })
    }

    /// Makes a picture of a flowing paper.
    ///
    /// # Errors
    /// See [`paper::PaperWorker::picture`]; none of those about the worker itself.
    pub fn picture(&mut self, order: &PrintOrder, dots_per_millimetre: u16) -> Result<Vec<u8>, PaperError> {
        Ok(self.make(order, Form::Picture { dots_per_millimetre })?.0.bytes)
    }

    fn make(&mut self, order: &PrintOrder, form: Form) -> Result<(Made, PrintSet, Vec<String>), PaperError> {
        let files = TemplateFiles::load(&self.templates, &order.template)?;
        let today = self.set_of(&files, order.print_set.timestamp);
        let differs = differences(&order.print_set, &today);
        if !differs.is_empty() {
            return Err(PaperError::PrintSetUnavailable { differs });
        }
        files.sheet.check(&order.data)?;
        let flowing = files.sheet.engine == Engine::Typst;
        let prepared = prepare(&files.sheet, &order.data, &self.shelf, flowing, order.missing_glyphs)?;
        let missing_glyphs = prepared.missing.clone();
        let ident = identity(order);
        let made = match files.sheet.engine {
            Engine::Typst => self.flow.make(&files, prepared, &today, ident, form, self.outspoken)?,
            Engine::Placed if form != Form::Pdf => {
                return Err(PaperError::TemplateBroken {
                    template: files.sheet.id,
                    at: "template.toml".to_owned(),
                    what: "only a flowing paper can be a picture".to_owned(),
                });
            }
            Engine::Placed => self.placed.make(&self.shelf, &files, &prepared, &today, &ident)?,
        };
        if let Some(allowed) = files.sheet.pages.filter(|allowed| made.pages > *allowed) {
            let template = files.sheet.id;
            return Err(PaperError::TooManyPages { template, made: made.pages, allowed });
        }
        Ok((made, today, missing_glyphs))
    }
}

/// What differs between the set of an order and today's.
fn differences(wanted: &PrintSet, today: &PrintSet) -> Vec<String> {
    let mut differs = Vec::new();
    if wanted.renderer_version != today.renderer_version {
        differs.push("renderer".to_owned());
    }
    if wanted.template_hash != today.template_hash {
        differs.push("template".to_owned());
    }
    let faces = wanted.font_hashes.keys().chain(today.font_hashes.keys());
    let mut changed: Vec<String> = faces
        .filter(|face| wanted.font_hashes.get(*face) != today.font_hashes.get(*face))
        .map(|face| format!("font {face}"))
        .collect();
    changed.sort();
    changed.dedup();
    differs.append(&mut changed);
    differs
}

/// Identifies the document: the same order is the same document. Only a hash, so it tells nothing.
fn identity(order: &PrintOrder) -> String {
    let mut hash = PartsHash::new("document");
    hash.part(order.template.as_str().as_bytes());
    hash.part(order.data.to_string().as_bytes());
    hash.part(order.print_set.template_hash.as_bytes());
    hash.part(&order.print_set.timestamp.to_be_bytes());
    hash.part(&[u8::from(order.missing_glyphs == MissingGlyphs::Mark)]);
    hash.hex()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_named_library_version_is_the_locked_one() {
        let lock = include_str!("../../../Cargo.lock");
        assert!(lock.contains(&format!("name = \"printpdf\"\nversion = \"{PRINTPDF_VERSION}\"")));
    }

    #[test]
    fn every_part_of_a_set_counts() {
        let set = PrintSet {
            renderer_version: "r".into(),
            template_hash: "t".into(),
            font_hashes: [("a".to_owned(), "1".to_owned())].into(),
            timestamp: 0,
        };
        assert!(differences(&set, &set.clone()).is_empty());
        let mut other = set.clone();
        other.font_hashes.insert("b".into(), "2".into());
        assert_eq!(differences(&set, &other), ["font b"]);
        other.renderer_version.clear();
        other.template_hash.clear();
        assert_eq!(differences(&other, &set), ["renderer", "template", "font b"]);
    }
}
