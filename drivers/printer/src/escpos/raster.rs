//! A picture as the dots of a print head.

use std::io::Cursor;

use image::imageops::FilterType;
use image::{DynamicImage, GrayImage, ImageFormat, ImageReader, Limits};

use super::error::ReceiptError;

/// Longest slip, in rows of 1/203 inch: 2 m. Whatever is longer is no slip, and a roll has 50 to 80 m.
const LONGEST: u32 = 16_000;
/// Widest picture that is read, in pixels: an A4 page at 600 dpi.
const WIDEST: u32 = 5_000;
/// Memory for reading a picture: one of the longest and widest with colours and transparency is larger and no slip.
const MEMORY: u64 = 128 << 20;
/// Darker than this is black: the middle of the scale.
const BLACK_BELOW: u8 = 128;
/// A pixel between these is neither ink nor paper.
const HALF_TONES: std::ops::Range<u8> = 48..208;
/// From so many half tones in a hundred pixels on, a picture is a photo. Text has them at its edges only: a page full
/// of small Chinese text has about twelve.
const PHOTO_PERCENT: usize = 30;

/// Dots to print: one bit each, the highest bit of a byte left, 1 is black.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Dots {
    line: usize,
    bytes: Vec<u8>,
}

impl Dots {
    #[cfg(test)]
    pub(crate) fn of_rows(width: usize, bytes: Vec<u8>) -> Self {
        assert!(width.is_multiple_of(8) && bytes.len().is_multiple_of(width / 8));
        Self { line: width / 8, bytes }
    }

    /// Reads a PNG picture and brings it to the width of a head, in dots. White rows at its end are left out.
    ///
    /// # Errors
    /// [`ReceiptError::Format`] if it is no PNG picture, [`ReceiptError::Picture`] if it is too large or white.
    pub(crate) fn of_png(bytes: &[u8], width: u32) -> Result<Self, ReceiptError> {
        let mut reader = ImageReader::with_format(Cursor::new(bytes), ImageFormat::Png);
        let mut limits = Limits::default();
        (limits.max_image_width, limits.max_image_height) = (Some(WIDEST), Some(LONGEST * WIDEST / 64));
        limits.max_alloc = Some(MEMORY);
        reader.limits(limits);
        let picture = reader.decode().map_err(|error| match error {
            image::ImageError::Limits(_) => ReceiptError::Picture { reason: "too large" },
            _ => ReceiptError::Format { reason: "no readable PNG" },
        })?;
        let grey = at_width(on_white(&picture), width)?;
        let photo = is_photo(&grey);
        let dots = if photo { diffuse(&grey) } else { threshold(&grey) };
        let line = usize::try_from(width / 8).unwrap_or_default();
        let used = dots.iter().rposition(|byte| *byte != 0).map(|last| (last / line + 1) * line);
        let used = used.ok_or(ReceiptError::Picture { reason: "nothing but white" })?;
        Ok(Self { line, bytes: dots[..used].to_vec() })
    }

    /// Bytes of a row.
    pub(crate) const fn line_bytes(&self) -> usize {
        self.line
    }

    /// Number of rows.
    pub(crate) const fn height(&self) -> usize {
        self.bytes.len() / self.line
    }

    /// Some rows.
    pub(crate) fn rows(&self, first: usize, count: usize) -> &[u8] {
        &self.bytes[first * self.line..(first + count) * self.line]
    }
}

/// Grey, with paper behind what is transparent.
fn on_white(picture: &DynamicImage) -> GrayImage {
    if !picture.color().has_alpha() {
        return picture.to_luma8();
    }
    let both = picture.to_luma_alpha8();
    let pixel = |grey: u8, alpha: u8| {
        let (grey, alpha) = (u32::from(grey), u32::from(alpha));
        u8::try_from((grey * alpha + 255 * (255 - alpha)) / 255).unwrap_or(255)
    };
    let pixels = both.pixels().map(|one| pixel(one.0[0], one.0[1])).collect();
    GrayImage::from_raw(both.width(), both.height(), pixels).unwrap_or_default()
}

fn at_width(picture: GrayImage, width: u32) -> Result<GrayImage, ReceiptError> {
    let (is_wide, is_high) = picture.dimensions();
    if is_wide == 0 || is_high == 0 {
        return Err(ReceiptError::Picture { reason: "without a pixel" });
    }
    let high = u64::from(is_high) * u64::from(width) / u64::from(is_wide);
    let high = u32::try_from(high).ok().filter(|high| *high <= LONGEST);
    let high = high.ok_or(ReceiptError::Picture { reason: "longer than a slip" })?.max(1);
    if is_wide == width {
        return Ok(picture);
    }
    Ok(image::imageops::resize(&picture, width, high, FilterType::Triangle))
}

fn is_photo(picture: &GrayImage) -> bool {
    let half = picture.as_raw().iter().filter(|grey| HALF_TONES.contains(grey)).count();
    half * 100 >= picture.as_raw().len() * PHOTO_PERCENT
}

fn pack(width: u32, black: impl Iterator<Item = bool>) -> Vec<u8> {
    let line = usize::try_from(width).unwrap_or_default();
    let mut bytes = Vec::new();
    for (place, black) in black.enumerate() {
        let column = place % line;
        if column.is_multiple_of(8) {
            bytes.push(0);
        }
        if black && let Some(last) = bytes.last_mut() {
            *last |= 0x80 >> (column % 8);
        }
    }
    bytes
}

fn threshold(picture: &GrayImage) -> Vec<u8> {
    pack(picture.width(), picture.as_raw().iter().map(|grey| *grey < BLACK_BELOW))
}

/// Error diffusion (R. W. Floyd, L. Steinberg, "An adaptive algorithm for spatial grey scale", 1976): 7, 3, 5 and 1
/// sixteenth of what a dot is too dark or too light go to its neighbours.
fn diffuse(picture: &GrayImage) -> Vec<u8> {
    let (width, height) = picture.dimensions();
    let line = usize::try_from(width).unwrap_or_default();
    let mut here = vec![0_i32; line + 2];
    let mut black = Vec::with_capacity(picture.as_raw().len());
    for row in picture.as_raw().chunks_exact(line).take(usize::try_from(height).unwrap_or_default()) {
        let mut below = vec![0_i32; line + 2];
        for (column, grey) in row.iter().enumerate() {
            // Errors lie one to the right, so that the first column has a left neighbour.
            let wanted = i32::from(*grey) + here[column + 1] / 16;
            let is_black = wanted < i32::from(BLACK_BELOW);
            let error = wanted - if is_black { 0 } else { 255 };
            here[column + 2] += error * 7;
            below[column] += error * 3;
            below[column + 1] += error * 5;
            below[column + 2] += error;
            black.push(is_black);
        }
        here = below;
    }
    pack(width, black.into_iter())
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{LumaA, Rgb, RgbImage};

    fn png(picture: impl Into<DynamicImage>) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        picture.into().write_to(&mut bytes, ImageFormat::Png).unwrap();
        bytes.into_inner()
    }

    fn black_share(dots: &Dots) -> f64 {
        let black: u32 = dots.bytes.iter().map(|byte| byte.count_ones()).sum();
        f64::from(black) / f64::from(u32::try_from(dots.bytes.len() * 8).unwrap())
    }

    #[test]
    fn a_picture_of_the_heads_width_is_printed_dot_for_dot() {
        let picture =
            GrayImage::from_fn(64, 9, |x, y| [if (x * 7 + y * 3) % 5 < 2 { 0 } else { 255 }].into());
        let dots = Dots::of_png(&png(picture.clone()), 64).unwrap();
        assert_eq!((dots.line_bytes(), dots.height()), (8, 9));
        for (x, y, pixel) in picture.enumerate_pixels() {
            let (x, y) = (usize::try_from(x).unwrap(), usize::try_from(y).unwrap());
            let black = dots.rows(y, 1)[x / 8] >> (7 - x % 8) & 1 == 1;
            assert_eq!(black, pixel.0[0] == 0, "{x}, {y}");
        }
    }

    #[test]
    fn colours_and_what_is_transparent_become_ink_and_paper() {
        let colours =
            RgbImage::from_fn(16, 1, |x, _| [Rgb([255, 255, 0]), Rgb([0, 0, 255])][usize::from(x >= 8)]);
        assert_eq!(Dots::of_png(&png(colours), 16).unwrap().rows(0, 1), [0x00, 0xff]);
        let clear = image::GrayAlphaImage::from_fn(16, 1, |x, _| LumaA([0, if x < 8 { 0 } else { 255 }]));
        assert_eq!(Dots::of_png(&png(clear), 16).unwrap().rows(0, 1), [0x00, 0xff]);
    }

    #[test]
    fn it_is_scaled_to_the_head_and_keeps_its_shape() {
        let picture = GrayImage::from_fn(1152, 400, |x, _| [if x < 576 { 0 } else { 255 }].into());
        for head in [384, 576, 1152] {
            let dots = Dots::of_png(&png(picture.clone()), head).unwrap();
            assert_eq!(dots.height(), usize::try_from(400 * head / 1152).unwrap());
            assert!((black_share(&dots) - 0.5).abs() < 0.01, "{}", black_share(&dots));
        }
    }

    #[test]
    fn text_stays_sharp_and_a_photo_keeps_its_tones() {
        // A slope from black to white: half of the dots, spread over the whole width.
        let photo = GrayImage::from_fn(256, 64, |x, _| [u8::try_from(x).unwrap()].into());
        let dots = Dots::of_png(&png(photo), 256).unwrap();
        for (quarter, expected) in [0.875, 0.625, 0.375, 0.125].into_iter().enumerate() {
            let black: u32 = (0..dots.height())
                .map(|row| {
                    dots.rows(row, 1)[quarter * 8..(quarter + 1) * 8]
                        .iter()
                        .map(|b| b.count_ones())
                        .sum::<u32>()
                })
                .sum();
            let share = f64::from(black) / (64.0 * 64.0);
            assert!((share - expected).abs() < 0.03, "quarter {quarter}: {share}");
        }
        // Strokes with soft edges: each row the same, no scattered dots.
        let stroke = |x: u32| match x % 16 {
            0 => 0,
            1 => 90,
            14 => 200,
            15 => 60,
            _ => 255,
        };
        let text = GrayImage::from_fn(64, 8, |x, _| [stroke(x)].into());
        let dots = Dots::of_png(&png(text), 64).unwrap();
        assert!((0..8).all(|row| dots.rows(row, 1) == [0b1100_0000, 0b0000_0001].repeat(4)));
    }

    #[test]
    fn white_rows_at_the_end_cost_no_paper() {
        let picture = GrayImage::from_fn(64, 500, |_, y| [if y == 99 { 0 } else { 255 }].into());
        assert_eq!(Dots::of_png(&png(picture), 64).unwrap().height(), 100);
    }

    #[test]
    fn what_cannot_be_printed_says_why() {
        let reason = |bytes: &[u8]| Dots::of_png(bytes, 64).map(|_| ()).unwrap_err().to_string();
        assert!(reason(b"%PDF-1.7").contains("no readable PNG"));
        let whole = png(GrayImage::new(64, 64));
        assert!(reason(&whole[..whole.len() / 2]).contains("no readable PNG"));
        assert!(reason(&png(GrayImage::from_pixel(64, 64, [255].into()))).contains("nothing but white"));
        assert!(reason(&png(GrayImage::new(64, LONGEST + 1))).contains("longer"));
        assert!(reason(&png(GrayImage::new(WIDEST + 1, 1))).contains("too large"));
    }
}
