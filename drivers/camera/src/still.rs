//! Whether a picture shows anything at all.

use std::io::Cursor;

use driver_contract::PictureSize;
use image::{ImageReader, Limits};

use crate::error::{BrokenPicture, CameraError};

/// A picture of which 99 of 100 pixels are darker than this, of 255, shows no face and no paper: a lens cap, a covered
/// camera, a room without light. A dim room still has a window, a screen or a face in it that is brighter.
const DARK: u8 = 40;

/// Most memory that decoding may take: 100 megapixels in colour, more than any camera of the field has.
const MOST_MEMORY: u64 = 300 << 20;

/// Decodes a JPEG picture to red, green, blue: what cannot be decoded has not been taken.
pub(crate) fn decoded(jpeg: &[u8], size: PictureSize) -> Result<Vec<u8>, CameraError> {
    let mut reader = ImageReader::with_format(Cursor::new(jpeg), image::ImageFormat::Jpeg);
    let mut limits = Limits::default();
    limits.max_alloc = Some(MOST_MEMORY);
    reader.limits(limits);
    let picture = reader.decode().map_err(|_| BrokenPicture::Undecodable)?.into_rgb8();
    let got = PictureSize { width: picture.width(), height: picture.height() };
    if got != size {
        return Err(CameraError::WrongSize { expected: size, got });
    }
    Ok(picture.into_raw())
}

/// Looks whether there is light in a picture of red, green, blue.
pub(crate) fn lit(rgb: &[u8]) -> Result<(), CameraError> {
    let (mut bright, mut all) = (0_usize, 0_usize);
    // Every 16th pixel says enough.
    for pixel in rgb.chunks_exact(3).step_by(16) {
        all += 1;
        bright += usize::from(pixel.iter().any(|part| *part >= DARK));
    }
    if bright * 100 < all.max(1) { Err(CameraError::Dark(DARK)) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hundredth_of_light_is_enough_and_nothing_is_not() {
        let mut pixels = vec![12; 3 * 16 * 1000];
        assert_eq!(lit(&pixels), Err(CameraError::Dark(DARK)));
        assert_eq!(lit(&[]), Err(CameraError::Dark(DARK)));
        pixels[..3 * 16 * 10].fill(120);
        assert_eq!(lit(&pixels), Ok(()));
    }

    #[test]
    fn a_header_of_another_size_is_no_picture() {
        let size = PictureSize { width: 32, height: 16 };
        let jpeg = crate::pixels::to_jpeg(&[200; 32 * 16 * 3], size, 90).unwrap();
        assert!(decoded(&jpeg, size).is_ok());
        let other = PictureSize { width: 16, height: 32 };
        assert_eq!(decoded(&jpeg, other), Err(CameraError::WrongSize { expected: other, got: size }));
        assert!(decoded(&jpeg[..40], size).is_err());
    }
}
