//! What scanned pages look like: judged, set upright, codes read, kept with a reason.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use crate::Terminal;
use crate::error::{Own, Result};
use crate::rpc::request::{JudgePage, KeepPage};
use crate::rpc::view::{CaseView, PageCode, PageFinding, PageJudged};
use crate::scan::DPI;
use domain::command::Command;
use domain::ids::ContentHash;
use driver_contract::FaultCode;
use image::{DynamicImage, GrayImage, ImageFormat, RgbImage};
use page_image::code::Symbology;
use page_image::judge::{Defect, Origin, judge};
use page_image::straighten::{self, LEAST_SLANT, MOST_SLANT};
use page_image::{Format, Picture};

/// Judgements that are kept: a case has some twenty pages, an officer some cases open; each has some hundred bytes.
const KEPT: usize = 400;

/// Judgements of pictures, by their names. A picture never changes, so neither does what was found.
#[derive(Default)]
pub(crate) struct Judged(Mutex<BTreeMap<ContentHash, PageJudged>>);

/// What is told of a scan at its end.
#[derive(Debug, Default)]
pub(crate) struct Told {
    /// Pages kept.
    pub(crate) pages: u32,
    /// Pages left out, because nothing is on them.
    pub(crate) blank: u32,
    /// Pages that were set upright, and by how many degrees.
    pub(crate) straightened: Vec<(u32, f64)>,
}

impl Told {
    /// In words.
    pub(crate) fn words(&self) -> String {
        let mut words = format!("已扫描 {} 页", self.pages);
        if self.blank > 0 {
            words.push_str(&format!("，略去空白页 {} 页", self.blank));
        }
        for (page, slant) in &self.straightened {
            words.push_str(&format!("，第 {page} 页歪斜 {:.1}°已扶正", slant.abs()));
        }
        words
    }
}

/// The pixels of a picture for judging; `None` for one that is larger than any page.
fn pixels(picture: &DynamicImage) -> Option<Picture> {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let taken = match picture {
        DynamicImage::ImageLuma8(grey) => Picture::grey(width, height, grey.as_raw().clone()),
        other => Picture::rgb(width, height, other.to_rgb8().into_raw()),
    };
    taken.ok()
}

/// Whether nothing is on a page.
pub(crate) fn is_blank(picture: &DynamicImage) -> bool {
    pixels(picture).is_some_and(|pixels| page_image::judge::is_blank(&pixels))
}

/// A page set upright and by how many degrees it slanted, if that is so much that it is seen and so little that it surely
/// was meant to be straight.
pub(crate) fn upright(picture: &DynamicImage) -> Option<(DynamicImage, f64)> {
    let pixels = pixels(picture)?;
    let slant = page_image::skew::skew(&pixels)?;
    if !(LEAST_SLANT..=MOST_SLANT).contains(&slant.abs()) {
        return None;
    }
    let turned = straighten::upright(&pixels, slant);
    let (width, height) = (picture.width(), picture.height());
    let turned = match turned.channels() {
        1 => GrayImage::from_raw(width, height, turned.into_bytes()).map(DynamicImage::ImageLuma8),
        _ => RgbImage::from_raw(width, height, turned.into_bytes()).map(DynamicImage::ImageRgb8),
    };
    turned.map(|turned| (turned, slant))
}

/// A card's side out of a page: cut out and straight. `None` where no card of ID-1 size is seen.
pub(crate) fn card_side(picture: &DynamicImage) -> Option<Picture> {
    let pixels = pixels(picture)?;
    let is_card = |format: &Format| matches!(format, Format::Id1 | Format::Id1Upright);
    // A document camera has cut it out already.
    if Format::of_sides(pixels.width() as f64, pixels.height() as f64).filter(is_card).is_some() {
        return Some(pixels);
    }
    let corners = page_image::find::find(&pixels)?.corners;
    let (wide, high) = corners.sides();
    let format = Format::of_sides(wide, high).filter(is_card)?;
    straighten::page(&pixels, &corners, format, DPI).ok()
}

/// Both sides of a card on one page.
///
/// # Errors
/// Never for cards; the sheet has the size of a page.
pub(crate) fn card_sheet(front: &Picture, back: &Picture) -> Result<DynamicImage> {
    let sheet = page_image::sheet::card(front, back, DPI).map_err(|_| Own::PictureUnreadable)?;
    let (width, height) = (sheet.width() as u32, sheet.height() as u32);
    let whole = match sheet.channels() {
        1 => GrayImage::from_raw(width, height, sheet.into_bytes()).map(DynamicImage::ImageLuma8),
        _ => RgbImage::from_raw(width, height, sheet.into_bytes()).map(DynamicImage::ImageRgb8),
    };
    whole.ok_or_else(|| Own::PictureUnreadable.into())
}

const fn code_of(defect: Defect) -> FaultCode {
    match defect {
        Defect::NotFound => FaultCode::PageNotFound,
        Defect::CutOff => FaultCode::PageCutOff,
        Defect::TooDark => FaultCode::PageTooDark,
        Defect::TooBright => FaultCode::PageTooBright,
        Defect::Blurred => FaultCode::PageBlurred,
        Defect::Glare => FaultCode::PageGlare,
        Defect::Skewed => FaultCode::PageSkewed,
        Defect::Blank => FaultCode::PageBlank,
    }
}

const fn kind_of(symbology: Symbology) -> &'static str {
    match symbology {
        Symbology::Qr => "二维码",
        Symbology::Pdf417 => "PDF417 条码",
        Symbology::Code128 | Symbology::Code39 | Symbology::Ean => "条形码",
    }
}

fn look(blob: ContentHash, picture: &DynamicImage) -> PageJudged {
    let Some(pixels) = pixels(picture) else {
        return PageJudged { blob, findings: Vec::new(), codes: Vec::new() };
    };
    let finding = |defect| {
        let code = code_of(defect);
        PageFinding { code, sentence: code.sentence().to_owned(), cure: code.cure().to_owned() }
    };
    // Pages are kept at one resolution, whatever device they came from.
    let findings = judge(&pixels, Origin::Scanner { dpi: DPI }).findings;
    let codes = page_image::code::read(&pixels);
    PageJudged {
        blob,
        findings: findings.into_iter().map(|one| finding(one.defect)).collect(),
        codes: codes
            .into_iter()
            .map(|one| PageCode { kind: kind_of(one.symbology).to_owned(), text: one.text })
            .collect(),
    }
}

impl Terminal {
    /// Judges a picture that was just taken, so that nobody waits for it later.
    pub(crate) fn judged(&self, blob: ContentHash, picture: &DynamicImage) -> PageJudged {
        let judged = look(blob, picture);
        let mut book = self.judged.0.lock().unwrap_or_else(PoisonError::into_inner);
        if book.len() >= KEPT {
            book.clear();
        }
        book.insert(blob, judged.clone());
        judged
    }

    pub(crate) fn judge_page(&self, request: JudgePage) -> Result<PageJudged> {
        self.actor()?;
        let picture = self.page_picture(request.case, &request.material, request.page)?;
        let known = self.judged.0.lock().unwrap_or_else(PoisonError::into_inner).get(&picture.id).cloned();
        if let Some(known) = known {
            return Ok(known);
        }
        let bytes = self.blob_content(request.case, &picture)?;
        let decoded = image::load_from_memory_with_format(&bytes, ImageFormat::Jpeg)
            .map_err(|_| Own::PictureUnreadable)?;
        Ok(self.judged(picture.id, &decoded))
    }

    pub(crate) fn keep_page(&self, request: KeepPage) -> Result<CaseView> {
        let about = JudgePage { case: request.case, material: request.material.clone(), page: request.page };
        // What is wrong with it is found here, not told by a window.
        let findings = self.judge_page(about)?.findings;
        let findings = findings.iter().map(|one| one.code.as_str().to_owned()).collect();
        let KeepPage { command, case, material, page, reason } = request;
        self.act(case, command, Command::KeepPage { material, page, findings, reason }, "保留有缺陷的页面")?;
        self.acted(case)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lines of dashes that fall by so many degrees, on A4 at 100 dpi.
    fn page(slant: f64) -> DynamicImage {
        let (sine, cosine) = slant.to_radians().sin_cos();
        DynamicImage::ImageLuma8(GrayImage::from_fn(827, 1169, |x, y| {
            let (x, y) = (f64::from(x) - 413.0, f64::from(y) - 584.0);
            let (along, down) = (x * cosine + y * sine, y * cosine - x * sine);
            let text = along.abs() < 330.0 && down.abs() < 500.0 && down.rem_euclid(20.0) < 5.0;
            image::Luma([if text && (along / 9.0).floor().rem_euclid(4.0) > 0.0 { 30 } else { 235 }])
        }))
    }

    #[test]
    fn a_page_is_set_upright_only_where_it_is_seen_and_sure() {
        for (slant, seen) in [(0.1, false), (1.4, true), (-6.0, true), (12.5, false)] {
            let told = upright(&page(slant));
            assert_eq!(told.is_some(), seen, "{slant}");
            if let Some((set, measured)) = told {
                assert!((measured - slant).abs() < 0.3, "{slant}: {measured}");
                assert!(upright(&set).is_none(), "it is upright now");
            }
        }
    }

    #[test]
    fn what_is_told_names_every_page() {
        let told = Told { pages: 3, blank: 2, straightened: vec![(2, -1.24)] };
        assert_eq!(told.words(), "已扫描 3 页，略去空白页 2 页，第 2 页歪斜 1.2°已扶正");
        assert_eq!(Told { pages: 1, ..Told::default() }.words(), "已扫描 1 页");
    }

    #[test]
    fn every_defect_has_a_sentence_and_a_way_on() {
        use Defect::{Blank, Blurred, CutOff, Glare, NotFound, Skewed, TooBright, TooDark};
        for defect in [NotFound, CutOff, TooDark, TooBright, Blurred, Glare, Skewed, Blank] {
            let code = code_of(defect);
            assert!(code.as_str().starts_with("page.") && code.sentence().ends_with('。'), "{code:?}");
        }
        let blank = DynamicImage::ImageLuma8(GrayImage::from_pixel(827, 1169, image::Luma([240])));
        assert!(is_blank(&blank) && !is_blank(&page(0.0)));
        let found = look(ContentHash([1; 32]), &blank);
        assert_eq!(found.findings.iter().map(|one| one.code).collect::<Vec<_>>(), [FaultCode::PageBlank]);
    }
}
