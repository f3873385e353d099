//! A page's JPEG as pixels.

use std::io::Cursor;

use driver_contract::{ColourMode, PageHeader};
use image::codecs::jpeg::JpegDecoder;
use image::error::ImageError;
use image::{ColorType, ImageDecoder, Limits};
use page_image::Picture;

use super::error::EsclError;
use crate::page::page_of;

/// Longest side of a page in pixels: A3 at 1200 dpi.
const LONGEST_SIDE: u32 = 20_000;
/// Largest page in bytes, as with SANE's devices: A3 at 600 dpi in colour has 209 MB.
const LARGEST: u64 = 256 << 20;
/// Bytes after the end of the picture that are padding: network stacks of scanners fill a block.
const PADDING: usize = 512;
/// A page of the glass may be so much lower than asked, in a hundred: scanners round to their own steps.
const SHORT_PERCENT: u64 = 2;

/// A decoded page.
#[derive(Debug)]
pub struct Page {
    /// What it looks like.
    pub header: PageHeader,
    /// Its pixels.
    pub bytes: Vec<u8>,
}

/// Decodes a page. `least` is the height that it must have, where it is known.
///
/// # Errors
/// No JPEG, one that breaks off, or one that is too large.
pub fn decode(jpeg: &[u8], mode: ColourMode, dpi: u16, least: Option<u32>) -> Result<Page, EsclError> {
    if !jpeg.starts_with(&[0xff, 0xd8, 0xff]) {
        return Err(EsclError::NotAPicture("no JPEG"));
    }
    // The decoder fills what is missing with grey; a page that was cut off has no end (ISO/IEC 10918-1 B.2.1, EOI).
    let tail = &jpeg[jpeg.len().saturating_sub(PADDING)..];
    if !tail.windows(2).any(|pair| pair == [0xff, 0xd9]) {
        return Err(EsclError::Incomplete("no end of the picture"));
    }
    let mut decoder = JpegDecoder::new(Cursor::new(jpeg)).map_err(|error| refused(&error))?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(LONGEST_SIDE);
    limits.max_image_height = Some(LONGEST_SIDE);
    limits.max_alloc = Some(2 * LARGEST);
    let (width, height) = decoder.dimensions();
    decoder.set_limits(limits).map_err(|error| refused(&error))?;
    if decoder.total_bytes() > LARGEST {
        return Err(EsclError::TooLarge);
    }
    let short = |least| u64::from(height) * 100 < u64::from(least) * (100 - SHORT_PERCENT);
    if least.is_some_and(short) && !crate::mutants::planted("short-page-accepted") {
        return Err(EsclError::Incomplete("fewer lines than asked"));
    }
    let colour = decoder.color_type();
    let length = usize::try_from(decoder.total_bytes()).map_err(|_| EsclError::TooLarge)?;
    let mut bytes = vec![0; length];
    decoder.read_image(&mut bytes).map_err(|error| refused(&error))?;
    let size = (width as usize, height as usize);
    let picture = match colour {
        ColorType::L8 => Picture::grey(size.0, size.1, bytes),
        ColorType::Rgb8 => Picture::rgb(size.0, size.1, bytes),
        _ => return Err(EsclError::NotAPicture("a kind of JPEG that no scanner gives")),
    };
    let picture = picture.map_err(|_| EsclError::TooLarge)?;
    let (header, bytes) = page_of(picture, mode, dpi);
    Ok(Page { header, bytes })
}

fn refused(error: &ImageError) -> EsclError {
    match error {
        ImageError::Limits(_) => EsclError::TooLarge,
        ImageError::Unsupported(_) => EsclError::NotAPicture("a kind of JPEG that nobody reads"),
        _ => EsclError::Incomplete("the picture cannot be read"),
    }
}
