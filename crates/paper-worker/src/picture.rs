//! A paper as a picture, for printers that print dots and nothing else.

use std::io::Cursor;

use image::{DynamicImage, GrayImage, ImageFormat};
use typst::layout::Abs;
use typst::utils::Scalar;
use typst_layout::PagedDocument;
use typst_render::{RenderOptions, render};

/// Most pixels: an A4 page at 600 dpi has 35 million. A roll of 2 m at 203 dpi has 9 million.
const MOST_PIXELS: f64 = 40e6;

/// The pages one under the other, as a grey PNG. `None` if that were too large.
pub(crate) fn picture(document: &PagedDocument, dots_per_millimetre: u16) -> Option<Vec<u8>> {
    let dots_per_point = f64::from(dots_per_millimetre) / Abs::mm(1.0).to_pt();
    let pixels: f64 = document
        .pages()
        .iter()
        .map(|page| page.frame.width().to_pt() * page.frame.height().to_pt() * dots_per_point.powi(2))
        .sum();
    if pixels > MOST_PIXELS {
        return None;
    }
    let options = RenderOptions { pixel_per_pt: Scalar::new(dots_per_point), render_bleed: false };
    let (mut width, mut grey) = (0, Vec::new());
    for page in document.pages() {
        let drawn = render(page, &options);
        if width != 0 && drawn.width() != width {
            return None;
        }
        width = drawn.width();
        // Pages are drawn on white, so no pixel is transparent. Weights of ITU-R BT.601, in thousandths.
        grey.extend(drawn.pixels().iter().map(|pixel| {
            let sum =
                u32::from(pixel.red()) * 299 + u32::from(pixel.green()) * 587 + u32::from(pixel.blue()) * 114;
            u8::try_from(sum / 1000).unwrap_or(u8::MAX)
        }));
    }
    let height = u32::try_from(grey.len()).ok()?.checked_div(width)?;
    let mut png = Cursor::new(Vec::new());
    DynamicImage::from(GrayImage::from_raw(width, height, grey)?)
        .write_to(&mut png, ImageFormat::Png)
        .ok()?;
    Some(png.into_inner())
}
