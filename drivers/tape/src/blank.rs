//! Pictures on which nothing is to be seen.

use driver_contract::PictureHeader;
use image::codecs::{jpeg::JpegEncoder, png::PngEncoder};
use image::{ExtendedColorType, ImageEncoder, ImageResult};

/// The one grey of a blank picture: half of the light.
const GREY: u8 = 0x80;

/// A grey picture of the same size and format that can be decoded. Of a format that the contract does not know: nothing.
///
/// # Errors
/// The encoder's, for a size that its format does not have.
pub(crate) fn blank(header: &PictureHeader) -> ImageResult<Vec<u8>> {
    let (width, height) = (header.size.width, header.size.height);
    let side = |length: u32| length.clamp(1, PictureHeader::MOST_SIDE);
    let (width, height) = (side(width), side(height));
    let pixels = vec![GREY; width as usize * height as usize];
    let mut file = Vec::new();
    let grey = ExtendedColorType::L8;
    match header.format.as_str() {
        "image/jpeg" => JpegEncoder::new(&mut file).write_image(&pixels, width, height, grey)?,
        "image/png" => PngEncoder::new(&mut file).write_image(&pixels, width, height, grey)?,
        _ => {}
    }
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;
    use driver_contract::PictureSize;

    #[test]
    fn a_blank_picture_can_be_decoded_and_has_the_size_of_the_other() {
        for format in ["image/jpeg", "image/png"] {
            let size = PictureSize { width: 641, height: 33 };
            let header = PictureHeader { format: format.into(), size, number: 1 };
            let file = blank(&header).unwrap();
            assert!(header.fits(&file));
            let picture = image::load_from_memory(&file).unwrap().into_luma8();
            assert_eq!(picture.dimensions(), (641, 33));
            assert!(picture.pixels().all(|pixel| pixel.0[0].abs_diff(GREY) <= 1), "{format}");
        }
        let size = PictureSize { width: 1, height: 1 };
        let other = PictureHeader { format: "image/heic".into(), size, number: 1 };
        assert!(blank(&other).unwrap().is_empty());
    }
}
