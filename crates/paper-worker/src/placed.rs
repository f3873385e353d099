//! Papers with exact places, by printpdf: boxes in millimetres from a data file.

use std::collections::BTreeMap;

use paper::{PaperError, PrintSet};
use printpdf::{
    Color, CustomPdfConformance, FontId, Greyscale, Line, LinePoint, Mm, Op, PaintMode, ParsedFont,
    PdfConformance, PdfDocument, PdfFont, PdfFontHandle, PdfPage, PdfSaveOptions, Point, Pt, Rect, TextItem,
    WindingOrder,
};
use serde::Deserialize;
use serde_json::Value;

use crate::files::TemplateFiles;
use crate::fonts::{FACES, FontShelf};
use crate::prepare::{Prepared, code_point};
use crate::press::Made;
use crate::qr::{Modules, QUIET};
use crate::setting::{self, ASCENT, LEADING, SetText, Unset};

/// Points in a millimetre.
const POINTS: f32 = 72.0 / 25.4;

/// The face a box asks for.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Style {
    Song,
    SongBold,
    Hei,
    HeiBold,
}

impl Style {
    /// Faces by their place on the shelf, the wanted one first.
    /// All of them: a character that any face has is set.
    fn chain(self) -> [usize; FACES.len()] {
        match self {
            Self::Song => [0, 4, 5, 6, 1, 2, 3],
            Self::SongBold => [1, 4, 5, 6, 0, 2, 3],
            Self::Hei => [2, 4, 5, 6, 0, 1, 3],
            Self::HeiBold => [3, 4, 5, 6, 0, 1, 2],
        }
    }
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Align {
    #[default]
    Left,
    Center,
    Right,
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Stand {
    #[default]
    Middle,
    Top,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TextBox {
    /// Left upper corner in millimetres from the page's left upper corner.
    at: [f32; 2],
    /// Width and height in millimetres.
    size: [f32; 2],
    /// Text; `{name}` stands for a field.
    text: String,
    font: Style,
    /// Size of the type in points.
    pt: f32,
    /// Smallest size it may shrink to.
    least: f32,
    #[serde(default)]
    align: Align,
    #[serde(default)]
    stand: Stand,
    /// Black is 0, white 1.
    #[serde(default)]
    grey: f32,
    /// Only when this field is there (and not false).
    when: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    from: [f32; 2],
    to: [f32; 2],
    /// Thickness in points.
    pt: f32,
    #[serde(default)]
    grey: f32,
    when: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CodeBox {
    at: [f32; 2],
    /// Side in millimetres, quiet zone included.
    side: f32,
    /// The field of type `qr`.
    field: String,
}

/// The places of a placed paper; its other keys are the template's sheet.
#[derive(Debug, Deserialize)]
struct Places {
    #[serde(default)]
    text: Vec<TextBox>,
    #[serde(default)]
    line: Vec<Rule>,
    #[serde(default)]
    code: Vec<CodeBox>,
    /// Without it, one sheet.
    repeat: Option<Repeat>,
}

/// A list that takes as many sheets as it needs: every sheet sees its own part of it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Repeat {
    /// The field of type `list`.
    list: String,
    /// Elements that one sheet has room for.
    rows: usize,
}

impl Repeat {
    /// The data of every sheet.
    fn sheets(repeat: Option<&Self>, data: &Value) -> Vec<Value> {
        let Some(repeat) = repeat else { return vec![data.clone()] };
        let list = data.get(&repeat.list).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let parts: Vec<&[Value]> = list.chunks(repeat.rows.max(1)).collect();
        if parts.is_empty() {
            return vec![data.clone()];
        }
        let count = parts.len();
        let sheet = |(at, part): (usize, &[Value])| {
            let mut own = data.clone();
            own[&repeat.list] = Value::from(part);
            own["sheet"] = Value::from(at + 1);
            own["sheets"] = Value::from(count);
            own
        };
        parts.into_iter().enumerate().map(sheet).collect()
    }
}

/// The printpdf side of a press. Parsed faces are kept: parsing takes longer than setting.
#[derive(Default)]
pub(crate) struct PlacedPress {
    parsed: BTreeMap<usize, ParsedFont>,
}

impl PlacedPress {
    /// Sets a paper.
    pub(crate) fn make(
        &mut self,
        shelf: &FontShelf,
        files: &TemplateFiles,
        prepared: &Prepared,
        set: &PrintSet,
        ident: &str,
    ) -> Result<Made, PaperError> {
        let template = files.sheet.id.as_str();
        let broken = |what: &str| PaperError::TemplateBroken {
            template: template.to_owned(),
            at: format!("placed/{template}.toml"),
            what: what.to_owned(),
        };
        let text = files.files.values().next().and_then(|bytes| std::str::from_utf8(bytes).ok());
        let places: Places = toml::from_str(text.ok_or_else(|| broken("not UTF-8"))?)
            .map_err(|error| broken(error.message()))?;
        let paper = files.sheet.paper;
        let mut pages = Vec::new();
        for data in Repeat::sheets(places.repeat.as_ref(), &prepared.data) {
            let mut page = PageOps { height: paper[1], ops: Vec::new() };
            page.fill(&places, &data, shelf, template)?;
            pages.push(page);
        }
        let mut document = PdfDocument::new(&files.sheet.title);
        for face in faces(&pages) {
            let parsed = self.face(shelf, face).ok_or_else(|| broken("a font cannot be read"))?;
            document.resources.fonts.map.insert(font_id(face), PdfFont::new(parsed));
        }
        let count = u32::try_from(pages.len()).unwrap_or(u32::MAX);
        let made = pages.into_iter().map(|page| PdfPage::new(Mm(paper[0]), Mm(paper[1]), page.ops));
        document.with_pages(made.collect());
        finish(document, set, ident, count).ok_or_else(|| broken("the PDF cannot be written"))
    }

    fn face(&mut self, shelf: &FontShelf, face: usize) -> Option<ParsedFont> {
        if let Some(parsed) = self.parsed.get(&face) {
            return Some(parsed.clone());
        }
        let found = &shelf.shelved[face];
        let parsed = ParsedFont::from_bytes(found.bytes.as_ref(), found.index as usize, &mut Vec::new())?;
        self.parsed.insert(face, parsed.clone());
        Some(parsed)
    }
}

/// Own names for fonts: printpdf's are random, and the same order must give the same bytes. It puts the name
/// before the font's own, where a subset must have six capitals (ISO 32000-1, 9.6.4).
fn font_id(face: usize) -> FontId {
    const TAGS: [&str; FACES.len()] = ["FACEAA", "FACEAB", "FACEAC", "FACEAD", "FACEAE", "FACEAF", "FACEAG"];
    FontId(TAGS[face].to_owned())
}

/// Writes the file with the order's identity and time in place of printpdf's random ones.
fn finish(mut document: PdfDocument, set: &PrintSet, ident: &str, pages: u32) -> Option<Made> {
    let info = &mut document.metadata.info;
    info.conformance = PdfConformance::Custom(CustomPdfConformance {
        requires_xmp_metadata: false,
        requires_icc_profile: false,
        ..CustomPdfConformance::default()
    });
    let time = printpdf::OffsetDateTime::from_unix_timestamp(set.timestamp).ok()?;
    info.creation_date = time;
    info.modification_date = time;
    info.metadata_date = time;
    info.creator.clone_from(&set.renderer_version);
    info.producer = "printpdf".into();
    let options =
        PdfSaveOptions { subset_fonts: true, image_optimization: None, ..PdfSaveOptions::default() };
    let mut warnings = Vec::new();
    let mut file = printpdf::to_lopdf_doc(&document, &options, &mut warnings);
    let id = || lopdf::Object::string_literal(ident.get(..32).unwrap_or(ident));
    file.trailer.set("ID", lopdf::Object::Array(vec![id(), id()]));
    file.compress();
    let mut pdf = Vec::new();
    file.save_to(&mut pdf).ok()?;
    Some(Made { bytes: pdf, pages })
}

struct PageOps {
    /// Height of the page in millimetres; PDF counts from below.
    height: f32,
    ops: Vec<Op>,
}

impl PageOps {
    fn point(&self, at: [f32; 2]) -> Point {
        Point { x: Pt(at[0] * POINTS), y: Pt((self.height - at[1]) * POINTS) }
    }

    /// Everything that one sheet shows.
    fn fill(
        &mut self,
        places: &Places,
        data: &Value,
        shelf: &FontShelf,
        template: &str,
    ) -> Result<(), PaperError> {
        for rule in places.line.iter().filter(|rule| shown(rule.when.as_deref(), data)) {
            self.line(rule);
        }
        for code in &places.code {
            let text = data.get(&code.field).and_then(Value::as_str);
            if let Some(text) = text.filter(|text| !text.is_empty()) {
                let modules = Modules::of(text).ok_or_else(|| PaperError::Overflow {
                    template: template.to_owned(),
                    place: code.field.clone(),
                })?;
                self.code(code, &modules);
            }
        }
        for text in places.text.iter().filter(|text| shown(text.when.as_deref(), data)) {
            let words = filled(&text.text, data);
            let set = setting::set(
                shelf,
                &text.font.chain(),
                &words,
                (text.pt, text.least),
                (text.size[0] * POINTS, text.size[1] * POINTS),
            );
            // The box is named by the template's own words, never by what was filled in.
            let set = set.map_err(|unset| match unset {
                Unset::Missing(c) => PaperError::MissingGlyphs { code_points: vec![code_point(c)] },
                Unset::TooLarge => {
                    PaperError::Overflow { template: template.to_owned(), place: text.text.clone() }
                }
            })?;
            self.text(text, &set);
        }
        Ok(())
    }

    fn line(&mut self, rule: &Rule) {
        let points = [rule.from, rule.to].map(|at| LinePoint { p: self.point(at), bezier: false }).to_vec();
        self.ops.extend([
            Op::SetOutlineColor { col: grey(rule.grey) },
            Op::SetOutlineThickness { pt: Pt(rule.pt) },
            Op::DrawLine { line: Line { points, is_closed: false } },
        ]);
    }

    #[allow(clippy::cast_precision_loss)] // a QR code has at most 177 modules on a side
    fn code(&mut self, code: &CodeBox, modules: &Modules) {
        let module = code.side / (modules.side + 2 * QUIET) as f32;
        self.ops.push(Op::SetFillColor { col: grey(0.0) });
        for (column, row, length) in modules.runs() {
            let left = code.at[0] + (column + QUIET) as f32 * module;
            let bottom = code.at[1] + (row + QUIET + 1) as f32 * module;
            let corner = self.point([left, bottom]);
            let rectangle = Rect {
                x: corner.x,
                y: corner.y,
                width: Pt(length as f32 * module * POINTS),
                height: Pt(module * POINTS),
                mode: Some(PaintMode::Fill),
                winding_order: Some(WindingOrder::NonZero),
            };
            self.ops.push(Op::DrawRectangle { rectangle });
        }
    }

    fn text(&mut self, text: &TextBox, set: &SetText) {
        let [width, height] = text.size.map(|side| side * POINTS);
        let above = match text.stand {
            Stand::Top => 0.0,
            Stand::Middle => (height - set.height()) / 2.0,
        };
        let corner = self.point(text.at);
        let mut base = corner.y.0 - above - set.size * ASCENT;
        self.ops.push(Op::SetFillColor { col: grey(text.grey) });
        for line in &set.lines {
            let room = width - set.width(line);
            let mut left = corner.x.0
                + match text.align {
                    Align::Left => 0.0,
                    Align::Center => room / 2.0,
                    Align::Right => room,
                };
            for run in line {
                self.ops.extend([
                    Op::StartTextSection,
                    Op::SetFont { font: PdfFontHandle::External(font_id(run.face)), size: Pt(set.size) },
                    Op::SetTextCursor { pos: Point { x: Pt(left), y: Pt(base) } },
                    Op::ShowText { items: vec![TextItem::Text(run.text.clone())] },
                    Op::EndTextSection,
                ]);
                left += run.width * set.size;
            }
            base -= set.size * LEADING;
        }
    }
}

/// Faces in use.
fn faces(pages: &[PageOps]) -> Vec<usize> {
    let used = |face: &usize| {
        pages.iter().flat_map(|page| &page.ops).any(
            |op| matches!(op, Op::SetFont { font: PdfFontHandle::External(id), .. } if *id == font_id(*face)),
        )
    };
    (0..FACES.len()).filter(used).collect()
}

fn grey(percent: f32) -> Color {
    Color::Greyscale(Greyscale { percent, icc_profile: None })
}

fn shown(when: Option<&str>, data: &Value) -> bool {
    when.is_none_or(|field| !matches!(at(data, field), None | Some(Value::Null | Value::Bool(false))))
}

/// A field, or a part of one: `persons.0.name`.
fn at<'a>(data: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.').try_fold(data, |value, part| match value {
        Value::Array(items) => items.get(part.parse::<usize>().ok()?),
        other => other.get(part),
    })
}

/// Puts fields into a box's text. Days are written the Chinese way; an absent field leaves nothing.
fn filled(text: &str, data: &Value) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let Some((name, after)) = after.split_once('}') else {
            rest = after;
            break;
        };
        match at(data, name) {
            Some(Value::String(value)) => out.push_str(&chinese_date(value).unwrap_or_else(|| value.clone())),
            Some(Value::Number(value)) => out.push_str(&value.to_string()),
            _ => {}
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

/// `2026-03-05` as 2026年3月5日, also before a time of day.
fn chinese_date(text: &str) -> Option<String> {
    let (date, time) = text.split_once(' ').map_or((text, None), |(date, time)| (date, Some(time)));
    let parts: Vec<&str> = date.split('-').collect();
    let [year, month, day] = parts[..] else { return None };
    let number = |part: &str, length: usize| {
        (part.len() == length && part.bytes().all(|b| b.is_ascii_digit()))
            .then(|| part.parse::<u32>().ok())?
    };
    let (year, month, day) = (number(year, 4)?, number(month, 2)?, number(day, 2)?);
    let date = format!("{year}年{month}月{day}日");
    Some(time.map_or(date.clone(), |time| format!("{date} {time}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_fill_the_text() {
        let data = serde_json::json!({"name": "演示𠮷", "day": "2026-03-05", "n": 3, "none": null});
        assert_eq!(filled("姓名：{name}，{day}，{n}{none}件", &data), "姓名：演示𠮷，2026年3月5日，3件");
        assert_eq!(chinese_date("2026-03-05 09:30").unwrap(), "2026年3月5日 09:30");
        assert!(chinese_date("999901-2026-03").is_none());
    }

    #[test]
    fn a_list_takes_as_many_sheets_as_it_needs() {
        let data = serde_json::json!({"n": "x", "persons": [{"name": "甲"}, {"name": "乙"}, {"name": "丙"}]});
        let repeat = Repeat { list: "persons".to_owned(), rows: 2 };
        let sheets = Repeat::sheets(Some(&repeat), &data);
        let words = |sheet: &Value| filled("{n}{persons.0.name}{persons.1.name} {sheet}/{sheets}", sheet);
        assert_eq!(sheets.iter().map(words).collect::<Vec<_>>(), ["x甲乙 1/2", "x丙 2/2"]);
        assert_eq!(Repeat::sheets(None, &data).len(), 1);
        assert!(!shown(Some("persons.1"), &sheets[1]) && shown(Some("persons.1.name"), &sheets[0]));
    }

    #[test]
    fn a_box_shows_only_with_its_field() {
        let data = serde_json::json!({"demo": false, "reprint": 2, "none": null});
        assert!(shown(None, &data) && shown(Some("reprint"), &data));
        assert!(!shown(Some("demo"), &data) && !shown(Some("none"), &data) && !shown(Some("other"), &data));
    }
}
