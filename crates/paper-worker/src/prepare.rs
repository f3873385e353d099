//! From an order's data to what a template reads: pictures become files, characters without a glyph are
//! found (and, where the order allows it, marked).

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use paper::{DataProblem, Field, FieldType, MissingGlyphs, PaperError, TemplateSheet};
use serde_json::Value;

use crate::fonts::FontShelf;
use crate::{ink, qr};

/// The typesetters' sign for a missing character, U+3013.
const MARK: char = '〓';
/// Largest side of a picture in pixels: a full A4 page at 600 dpi is 4960 × 7016.
const PICTURE_SIDE: u32 = 8_000;

/// Data ready for a template.
pub(crate) struct Prepared {
    pub(crate) data: Value,
    /// Virtual path → bytes of pictures, signatures and codes.
    pub(crate) files: BTreeMap<String, Vec<u8>>,
    /// Code points without a glyph.
    pub(crate) missing: Vec<String>,
}

struct Preparing<'a> {
    shelf: &'a FontShelf,
    draw_codes: bool,
    files: BTreeMap<String, Vec<u8>>,
    missing: BTreeSet<char>,
}

/// Prepares data that was checked against the sheet. `draw_codes` turns texts of type `qr` into pictures.
pub(crate) fn prepare(
    sheet: &TemplateSheet,
    data: &Value,
    shelf: &FontShelf,
    draw_codes: bool,
    rule: MissingGlyphs,
) -> Result<Prepared, PaperError> {
    let mut preparing = Preparing { shelf, draw_codes, files: BTreeMap::new(), missing: BTreeSet::new() };
    let mut data = data.clone();
    preparing.record(&sheet.fields, &mut data, "").map_err(|(path, problem)| PaperError::DataInvalid {
        template: sheet.id.clone(),
        path,
        problem,
    })?;
    let missing: Vec<String> = preparing.missing.iter().map(|c| code_point(*c)).collect();
    if rule == MissingGlyphs::Refuse && !missing.is_empty() {
        return Err(PaperError::MissingGlyphs { code_points: missing });
    }
    Ok(Prepared { data, files: preparing.files, missing })
}

/// A character's code point as `U+30EDD`.
pub(crate) fn code_point(c: char) -> String {
    format!("U+{:04X}", u32::from(c))
}

type Fault = (String, DataProblem);

impl Preparing<'_> {
    fn record(
        &mut self,
        fields: &BTreeMap<String, Field>,
        value: &mut Value,
        path: &str,
    ) -> Result<(), Fault> {
        let Value::Object(record) = value else { return Ok(()) };
        for (name, field) in fields {
            let at = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
            match record.get_mut(name) {
                // Absent is null for the template, so that it need not ask twice.
                None => {
                    record.insert(name.clone(), Value::Null);
                }
                Some(Value::Null) => {}
                Some(value) => self.value(field, value, &at)?,
            }
        }
        Ok(())
    }

    fn value(&mut self, field: &Field, value: &mut Value, path: &str) -> Result<(), Fault> {
        let unreadable = || (path.to_owned(), DataProblem::Unreadable);
        match field.kind {
            FieldType::Text | FieldType::Prose => {
                if let Value::String(text) = value {
                    *text = self.glyphs(text);
                }
            }
            FieldType::Qr if self.draw_codes => {
                let text = value.as_str().unwrap_or_default();
                let svg = qr::Modules::of(text).ok_or_else(unreadable)?.svg();
                *value = self.file("svg", svg.into_bytes());
            }
            FieldType::Picture => {
                let (kind, bytes) = picture(value).ok_or_else(unreadable)?;
                *value = self.file(kind, bytes);
            }
            FieldType::Strokes => {
                let strokes = serde_json::from_value(value.take()).map_err(|_| unreadable())?;
                let svg = ink::svg(&strokes).ok_or_else(unreadable)?;
                *value = self.file("svg", svg.into_bytes());
            }
            FieldType::Record => self.record(&field.fields, value, path)?,
            FieldType::List => {
                if let (Value::Array(items), Some(of)) = (value, &field.of) {
                    for (n, item) in items.iter_mut().enumerate() {
                        self.value(of, item, &format!("{path}[{n}]"))?;
                    }
                }
            }
            FieldType::Qr | FieldType::Integer | FieldType::Flag | FieldType::Date | FieldType::Moment => {}
        }
        Ok(())
    }

    fn file(&mut self, kind: &str, bytes: Vec<u8>) -> Value {
        // Named by number, so that a changed picture is a changed file under the same name.
        let path = format!("/data/{}.{kind}", self.files.len());
        self.files.insert(path.clone(), bytes);
        Value::String(path)
    }

    fn glyphs(&mut self, text: &str) -> String {
        text.chars()
            .map(|c| {
                if c == '\n' || is_invisible(c) || self.shelf.covers(c) {
                    c
                } else {
                    self.missing.insert(c);
                    MARK
                }
            })
            .collect()
    }
}

/// Characters that show nothing by themselves: variation selectors (the glyph is chosen by the font, or the
/// plain one stands) and the zero-width joiners and spaces.
pub(crate) fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200B}'..='\u{200D}' | '\u{2060}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{E0100}'..='\u{E01EF}')
}

/// Decodes a picture far enough to know that it is one, of the kind it says, of a sane size.
fn picture(value: &Value) -> Option<(&'static str, Vec<u8>)> {
    let (name, format) = match value.get("kind")?.as_str()? {
        "png" => ("png", image::ImageFormat::Png),
        "jpeg" => ("jpg", image::ImageFormat::Jpeg),
        _ => return None,
    };
    let text = value.get("base64")?.as_str()?;
    let bytes = base64::engine::general_purpose::STANDARD.decode(text).ok()?;
    let mut reader = image::ImageReader::with_format(std::io::Cursor::new(&bytes), format);
    let mut limits = image::Limits::default();
    limits.max_image_width = Some(PICTURE_SIDE);
    limits.max_image_height = Some(PICTURE_SIDE);
    reader.limits(limits);
    reader.decode().ok()?;
    Some((name, bytes))
}
