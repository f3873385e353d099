//! Flowing papers: typst to PDF/A-2b (ISO 19005-2, level B).

use std::collections::BTreeSet;

use paper::{PaperError, PrintSet};
use serde_json::json;
use typst::diag::SourceDiagnostic;
use typst::foundations::{Bytes, Datetime, Smart};
use typst::layout::{Frame, FrameItem};
use typst::text::FontBook;
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World, WorldExt};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};

use crate::files::TemplateFiles;
use crate::fonts::FontShelf;
use crate::picture::picture;
use crate::prepare::{Prepared, code_point};
use crate::press::{Form, Made};
use crate::world::{OrderWorld, file_id};

/// Minutes that Beijing is ahead of UTC; papers are dated by the wall clock of the counter.
const BEIJING_MINUTES: i32 = 8 * 60;
/// How many later papers a cached piece of layout survives unused. Keeps what all papers share, drops what
/// one citizen's paper held.
const CACHE_AGE: usize = 2;

/// The typst side of a press.
pub(crate) struct Flow {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    fonts: Vec<typst::text::Font>,
}

impl Flow {
    pub(crate) fn new(shelf: &FontShelf) -> Self {
        Self {
            library: LazyHash::new(<Library as LibraryExt>::default()),
            book: LazyHash::new(shelf.book.clone()),
            fonts: shelf.shelved.iter().map(|found| found.font.clone()).collect(),
        }
    }

    /// Sets a paper. `outspoken` puts typst's own words into errors; they can quote data, so only the proof
    /// tool asks for them.
    pub(crate) fn make(
        &self,
        files: &TemplateFiles,
        prepared: Prepared,
        set: &PrintSet,
        ident: String,
        form: Form,
        outspoken: bool,
    ) -> Result<Made, PaperError> {
        let made = self.typeset(files, prepared, set, ident, form, outspoken);
        typst::comemo::evict(CACHE_AGE);
        made
    }

    fn typeset(
        &self,
        files: &TemplateFiles,
        prepared: Prepared,
        set: &PrintSet,
        ident: String,
        form: Form,
        outspoken: bool,
    ) -> Result<Made, PaperError> {
        let template = files.sheet.id.clone();
        let time = jiff::Timestamp::from_second(set.timestamp)
            .map_err(|_| PaperError::TimestampInvalid)?
            .to_zoned(jiff::tz::TimeZone::fixed(jiff::tz::offset(8)));
        let broken = |at: &str, what: &str| PaperError::TemplateBroken {
            template: template.clone(),
            at: at.to_owned(),
            what: what.to_owned(),
        };
        let main = file_id(&format!("/{template}/main.typ")).ok_or_else(|| broken("main.typ", "no path"))?;
        let mut readable: std::collections::BTreeMap<String, Bytes> = files
            .files
            .iter()
            .map(|(path, bytes)| (path.clone(), Bytes::new(bytes.clone())))
            .chain(prepared.files.into_iter().map(|(path, bytes)| (path, Bytes::new(bytes))))
            .collect();
        let sheet = json!({
            "id": files.sheet.id,
            "title": files.sheet.title,
            "paper": files.sheet.paper,
            "printed": time.strftime("%Y-%m-%d %H:%M").to_string(),
        });
        readable.insert("/data.json".into(), Bytes::new(prepared.data.to_string().into_bytes()));
        readable.insert("/sheet.json".into(), Bytes::new(sheet.to_string().into_bytes()));
        let world = OrderWorld {
            library: &self.library,
            book: &self.book,
            fonts: &self.fonts,
            main,
            files: readable,
        };
        let fault = |faults: &[SourceDiagnostic]| {
            let Some(first) = faults.first() else { return broken("main.typ", "unknown") };
            let place = place(&world, first);
            let what = if outspoken { first.message.as_str() } else { "the template cannot be set" };
            broken(&place, what)
        };
        let document: PagedDocument =
            typst::compile(&world).output.map_err(|faults| fault(faults.as_slice()))?;
        let mut missing = BTreeSet::new();
        for page in document.pages() {
            gaps(&page.frame, &mut missing);
        }
        if !missing.is_empty() {
            // Characters of the data were looked at before; these stand in the template itself, or a font
            // claims a character that it cannot shape.
            return Err(PaperError::MissingGlyphs {
                code_points: missing.into_iter().map(code_point).collect(),
            });
        }
        let pages = u32::try_from(document.pages().len()).unwrap_or(u32::MAX);
        if let Form::Picture { dots_per_millimetre } = form {
            let bytes = picture(&document, dots_per_millimetre)
                .ok_or_else(|| broken("(picture)", "too large for a picture"))?;
            return Ok(Made { bytes, pages });
        }
        let date = Datetime::from_ymd_hms(
            time.year().into(),
            time.month().try_into().unwrap_or(1),
            time.day().try_into().unwrap_or(1),
            time.hour().try_into().unwrap_or(0),
            time.minute().try_into().unwrap_or(0),
            time.second().try_into().unwrap_or(0),
        )
        .and_then(|date| Timestamp::new_local(date, BEIJING_MINUTES))
        .filter(|_| time.year() >= 1)
        .ok_or(PaperError::TimestampInvalid)?;
        let options = PdfOptions {
            ident: Smart::Custom(ident),
            creator: Smart::Custom(Some(set.renderer_version.clone())),
            timestamp: Some(date),
            page_ranges: None,
            standards: PdfStandards::new(&[PdfStandard::A_2b])
                .map_err(|_| broken("(PDF/A)", "the standard cannot be set"))?,
            tagged: true,
            pretty: false,
        };
        let bytes = typst_pdf::pdf(&document, &options).map_err(|faults| fault(faults.as_slice()))?;
        Ok(Made { bytes, pages })
    }
}

/// File and line of a fault.
fn place(world: &OrderWorld<'_>, fault: &SourceDiagnostic) -> String {
    let Some(id) = fault.span.id() else { return "main.typ".into() };
    let path = id.vpath().get_with_slash().to_owned();
    let line = world.range(fault.span).zip(world.source(id).ok()).and_then(|(range, source)| {
        source.text().get(..range.start).map(|before| before.matches('\n').count() + 1)
    });
    match line {
        Some(line) => format!("{path}:{line}"),
        None => path,
    }
}

/// Characters set with the glyph that stands for "none".
fn gaps(frame: &Frame, missing: &mut BTreeSet<char>) {
    for (_, item) in frame.items() {
        match item {
            FrameItem::Group(group) => gaps(&group.frame, missing),
            FrameItem::Text(text) => {
                for glyph in text.glyphs.iter().filter(|glyph| glyph.id == 0) {
                    missing.extend(text.text[glyph.range()].chars());
                }
            }
            FrameItem::Shape(..) | FrameItem::Image(..) | FrameItem::Link(..) | FrameItem::Tag(_) => {}
        }
    }
}
