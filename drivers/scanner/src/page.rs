//! A picture as a page of the contract.

use driver_contract::{ColourMode, PageHeader, PixelFormat};
use page_image::Picture;
use page_image::reduce::{Palette, reduce};

/// The page in the mode that was asked for, whatever colours the scanner sent.
pub(crate) fn page_of(picture: Picture, mode: ColourMode, dpi: u16) -> (PageHeader, Vec<u8>) {
    let picture = match mode {
        ColourMode::Colour => picture,
        ColourMode::Gray => reduce(picture, Palette::Grey),
        ColourMode::Lineart => reduce(picture, Palette::Black),
    };
    let (width, height) = (picture.width(), picture.height());
    let (format, stride) = match (mode, picture.channels()) {
        (ColourMode::Lineart, _) => (PixelFormat::Bilevel, width.div_ceil(8)),
        (_, 1) => (PixelFormat::Gray8, width),
        _ => (PixelFormat::Rgb8, width * 3),
    };
    let bytes = if format == PixelFormat::Bilevel { packed(&picture) } else { picture.into_bytes() };
    let number = |size: usize| u32::try_from(size).unwrap_or(u32::MAX);
    let header = PageHeader {
        page: 0,
        width: number(width),
        height: number(height),
        stride: number(stride),
        dpi,
        format,
    };
    (header, bytes)
}

/// Eight pixels a byte, the leftmost highest, 1 is black.
fn packed(picture: &Picture) -> Vec<u8> {
    let lines = picture.bytes().chunks_exact(picture.width().max(1));
    let byte = |eight: &[u8]| {
        eight.iter().enumerate().fold(0, |byte, (bit, level)| byte | (u8::from(*level == 0) << (7 - bit)))
    };
    lines.flat_map(|line| line.chunks(8).map(byte)).collect()
}
