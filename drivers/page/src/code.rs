//! QR codes and bar codes on a page.

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

use rxing::helpers::detect_multiple_in_luma_with_hints;
use rxing::{BarcodeFormat, DecodeHints, RXingResult};
use serde::{Deserialize, Serialize};

use crate::Picture;
use crate::geometry::Point;
use crate::plane::factor_for;

/// Longest side of the picture in which codes are looked for: A4 at 300 dpi. A module of 0.25 mm, the smallest that the
/// GS1 General Specifications (§5.12) allow in print, has three pixels there.
const SIDE: usize = 3600;
/// Longest text that is taken: a QR code of version 40-L holds 4296 letters (ISO/IEC 18004 table 7).
const LONGEST: usize = 4296;
/// Shortest text of a Code 39 that is believed: without a check digit, lines of a table read as one of one or two signs.
const SHORTEST_UNCHECKED: usize = 4;

/// A kind of code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Symbology {
    /// QR Code (ISO/IEC 18004, GB/T 18284).
    Qr,
    /// PDF417 (ISO/IEC 15438, GB/T 17172).
    Pdf417,
    /// Code 128 (ISO/IEC 15417, GB/T 18347).
    Code128,
    /// Code 39 (ISO/IEC 16388, GB/T 12908).
    Code39,
    /// EAN-13 and EAN-8 (ISO/IEC 15420, GB 12904).
    Ean,
}

/// A code that was found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Code {
    /// Its kind.
    pub symbology: Symbology,
    /// What it says.
    pub text: String,
    /// A place on it, in pixels.
    pub place: Point,
}

/// Bands that a page is divided into where the whole of it shows no code: text above a code can pass for its beginning.
/// Each is two of them high, so that a code lies whole in one.
const BANDS: usize = 5;

/// The codes on a page, from top to bottom; each text once. A page that slants by more than some degrees is straightened
/// first.
#[must_use]
pub fn read(picture: &Picture) -> Vec<Code> {
    let factor = factor_for(picture.width(), picture.height(), SIDE);
    let plane = picture.shrunk(factor).luma();
    let (width, height) = (plane.width(), plane.height());
    let mut found = look(plane.levels(), width, height, 0, factor as f64);
    let band = height.div_ceil(BANDS);
    if found.is_empty() && band > 0 {
        for top in (0..height.saturating_sub(band)).step_by(band) {
            let rows = (2 * band).min(height - top);
            let levels = &plane.levels()[top * width..(top + rows) * width];
            found.extend(look(levels, width, rows, top, factor as f64));
        }
    }
    found.sort_by(|a, b| a.place.y.total_cmp(&b.place.y));
    let mut seen = HashSet::new();
    found.retain(|one| seen.insert((one.symbology, one.text.clone())));
    found
}

/// The codes in rows that begin at `top`.
fn look(levels: &[u8], width: usize, height: usize, top: usize, scale: f64) -> Vec<Code> {
    let (Ok(wide), Ok(high)) = (u32::try_from(width), u32::try_from(height)) else { return Vec::new() };
    if wide == 0 || high == 0 {
        return Vec::new();
    }
    let mut hints = DecodeHints {
        PossibleFormats: Some(HashSet::from([
            BarcodeFormat::QR_CODE,
            BarcodeFormat::PDF_417,
            BarcodeFormat::CODE_128,
            BarcodeFormat::CODE_39,
            BarcodeFormat::EAN_13,
            BarcodeFormat::EAN_8,
        ])),
        TryHarder: Some(true),
        ..DecodeHints::default()
    };
    // The reader is foreign code before foreign pictures: where it stumbles, no code was found.
    let found = catch_unwind(AssertUnwindSafe(|| {
        detect_multiple_in_luma_with_hints(levels.to_vec(), wide, high, &mut hints)
    }));
    let found = found.ok().and_then(Result::ok).unwrap_or_default();
    found.iter().filter_map(|one| code(one, top as f64, scale)).collect()
}

fn code(found: &RXingResult, top: f64, scale: f64) -> Option<Code> {
    let symbology = match found.getBarcodeFormat() {
        BarcodeFormat::QR_CODE => Symbology::Qr,
        BarcodeFormat::PDF_417 => Symbology::Pdf417,
        BarcodeFormat::CODE_128 => Symbology::Code128,
        BarcodeFormat::CODE_39 => Symbology::Code39,
        BarcodeFormat::EAN_13 | BarcodeFormat::EAN_8 => Symbology::Ean,
        _ => return None,
    };
    let text = found.getText();
    let length = text.chars().count();
    let least = if symbology == Symbology::Code39 { SHORTEST_UNCHECKED } else { 1 };
    if !(least..=LONGEST).contains(&length) {
        return None;
    }
    let points = found.getPoints();
    let count = points.len().max(1) as f64;
    let mean =
        |of: fn(&rxing::Point) -> f32| points.iter().map(|one| f64::from(of(one))).sum::<f64>() / count;
    let place = Point::new(mean(|one| one.x) * scale, (mean(|one| one.y) + top) * scale);
    Some(Code { symbology, text: text.to_owned(), place })
}
