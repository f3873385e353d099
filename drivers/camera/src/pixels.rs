//! Pixels as cameras give them, to JPEG.
//!
//! Numbers of the conversion: ITU-R BT.601 (limited range, 16 to 235), and JFIF 1.02 (full range), in 256ths.

use driver_contract::PictureSize;
use image::ExtendedColorType;
use image::codecs::jpeg::JpegEncoder;

use crate::error::BrokenPicture;

/// How pixels lie in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Layout {
    /// Y0 Cb Y1 Cr: V4L2's `YUYV`, two pixels in four bytes.
    Yuyv,
    /// A plane of Y, then one of Cb and Cr by turns at half width and height: V4L2's `NV12`.
    Nv12,
    /// Planes Y, Cb, Cr; the two of colour at half width and height: 4:2:0, V4L2's `YU12`.
    Planar420,
    /// Planes Y, Cb, Cr; the two of colour at half width: 4:2:2.
    Planar422,
    /// Planes Y, Cb, Cr at full size: 4:4:4.
    Planar444,
    /// Grey alone: V4L2's `GREY`.
    Grey,
    /// Red, green, blue: V4L2's `RGB3`.
    Rgb,
    /// Blue, green, red: V4L2's `BGR3`.
    Bgr,
}

/// One picture as a camera gave it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pixels {
    /// Width and height in pixels.
    pub size: PictureSize,
    /// How they lie.
    pub layout: Layout,
    /// Bytes from one line of the first plane to the next; planes of colour follow from it.
    pub stride: usize,
    /// Black is 0 and white 255, not 16 and 235.
    pub full_range: bool,
    /// The bytes.
    pub bytes: Vec<u8>,
}

impl Layout {
    /// Bytes of the shortest line of the first plane.
    #[must_use]
    pub const fn line(self, width: u32) -> usize {
        let width = width as usize;
        match self {
            Self::Yuyv => width.div_ceil(2) * 4,
            Self::Rgb | Self::Bgr => width * 3,
            Self::Nv12 | Self::Planar420 | Self::Planar422 | Self::Planar444 | Self::Grey => width,
        }
    }

    /// Bytes of a whole picture whose lines are `stride` bytes apart.
    #[must_use]
    pub const fn length(self, size: PictureSize, stride: usize) -> usize {
        let height = size.height as usize;
        let first = stride * height;
        let (halved, half_height) = (stride.div_ceil(2), height.div_ceil(2));
        match self {
            Self::Yuyv | Self::Grey | Self::Rgb | Self::Bgr => first,
            Self::Nv12 | Self::Planar420 => first + 2 * halved * half_height,
            Self::Planar422 => first + 2 * halved * height,
            Self::Planar444 => 3 * first,
        }
    }
}

impl Pixels {
    /// As red, green, blue, line by line without gaps.
    ///
    /// # Errors
    /// Fewer bytes than the size asks for.
    pub fn to_rgb(&self) -> Result<Vec<u8>, BrokenPicture> {
        let expected = self.layout.length(self.size, self.stride);
        if self.bytes.len() < expected || self.stride < self.layout.line(self.size.width) {
            return Err(BrokenPicture::Short { expected, got: self.bytes.len() });
        }
        let (width, height) = (self.size.width as usize, self.size.height as usize);
        let mut rgb = Vec::with_capacity(width * height * 3);
        for y in 0..height {
            self.line_to_rgb(y, &mut rgb);
        }
        Ok(rgb)
    }

    /// Bytes of a plane's line.
    fn part(&self, from: usize, length: usize) -> &[u8] {
        self.bytes.get(from..from + length).unwrap_or_default()
    }

    fn line_to_rgb(&self, y: usize, rgb: &mut Vec<u8>) {
        let (width, height) = (self.size.width as usize, self.size.height as usize);
        let line = self.part(y * self.stride, self.layout.line(self.size.width));
        let first = self.stride * height;
        let (halved, half_width) = (self.stride.div_ceil(2), width.div_ceil(2));
        let colour = self.conversion();
        match self.layout {
            Layout::Rgb => rgb.extend(line),
            Layout::Bgr => {
                for pixel in line.chunks_exact(3) {
                    rgb.extend(pixel.iter().rev());
                }
            }
            Layout::Grey => {
                for luma in line {
                    rgb.extend([*luma; 3]);
                }
            }
            Layout::Yuyv => {
                let pairs = line.chunks_exact(4);
                let pixels = pairs.flat_map(|two| match two {
                    [y0, cb, y1, cr] => [colour(*y0, *cb, *cr), colour(*y1, *cb, *cr)],
                    _ => [[0; 3]; 2],
                });
                rgb.extend(pixels.take(width).flatten());
            }
            Layout::Nv12 => {
                let both = self.part(first + (y / 2) * halved * 2, half_width * 2);
                let pixels = line.chunks(2).zip(both.chunks_exact(2));
                for (lumas, pair) in pixels {
                    for luma in lumas {
                        rgb.extend(colour(*luma, pair[0], pair[1]));
                    }
                }
            }
            Layout::Planar420 | Layout::Planar422 => {
                let (row, rows) =
                    if self.layout == Layout::Planar420 { (y / 2, height.div_ceil(2)) } else { (y, height) };
                let blue = self.part(first + row * halved, half_width);
                let red = self.part(first + (rows + row) * halved, half_width);
                for (lumas, (cb, cr)) in line.chunks(2).zip(blue.iter().zip(red)) {
                    for luma in lumas {
                        rgb.extend(colour(*luma, *cb, *cr));
                    }
                }
            }
            Layout::Planar444 => {
                let blue = self.part(first + y * self.stride, width);
                let red = self.part(2 * first + y * self.stride, width);
                for (luma, (cb, cr)) in line.iter().zip(blue.iter().zip(red)) {
                    rgb.extend(colour(*luma, *cb, *cr));
                }
            }
        }
    }

    fn conversion(&self) -> fn(u8, u8, u8) -> [u8; 3] {
        const fn clipped(value: i32) -> u8 {
            let value = value >> 8;
            if value < 0 {
                0
            } else if value > 255 {
                255
            } else {
                value as u8
            }
        }
        if self.full_range {
            |y, cb, cr| {
                let (y, cb, cr) = (i32::from(y) * 256 + 128, i32::from(cb) - 128, i32::from(cr) - 128);
                [clipped(y + 359 * cr), clipped(y - 88 * cb - 183 * cr), clipped(y + 454 * cb)]
            }
        } else {
            |y, cb, cr| {
                let (y, cb, cr) = ((i32::from(y) - 16) * 298 + 128, i32::from(cb) - 128, i32::from(cr) - 128);
                [clipped(y + 409 * cr), clipped(y - 100 * cb - 208 * cr), clipped(y + 516 * cb)]
            }
        }
    }
}

/// Encodes lines of red, green, blue as JPEG.
///
/// # Errors
/// More lines than a JPEG picture can have.
pub fn to_jpeg(rgb: &[u8], size: PictureSize, quality: u8) -> Result<Vec<u8>, BrokenPicture> {
    let side = |length: u32| u16::try_from(length).map_err(|_| BrokenPicture::NotEncoded);
    let (width, height) = (side(size.width)?, side(size.height)?);
    // A tenth of the pixels' bytes is what pictures of this quality take; it saves growing.
    let mut jpeg = Vec::with_capacity(rgb.len() / 10);
    JpegEncoder::new_with_quality(&mut jpeg, quality)
        .encode(rgb, width.into(), height.into(), ExtendedColorType::Rgb8)
        .map_err(|_| BrokenPicture::NotEncoded)?;
    Ok(jpeg)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Layout; 8] = [
        Layout::Yuyv,
        Layout::Nv12,
        Layout::Planar420,
        Layout::Planar422,
        Layout::Planar444,
        Layout::Grey,
        Layout::Rgb,
        Layout::Bgr,
    ];

    /// A picture of one colour in any layout, as Y, Cb, Cr.
    fn plain(layout: Layout, size: PictureSize, [y, cb, cr]: [u8; 3]) -> Pixels {
        let stride = layout.line(size.width);
        let first = stride * size.height as usize;
        let length = layout.length(size, stride);
        let bytes = match layout {
            Layout::Yuyv => [y, cb, y, cr].into_iter().cycle().take(length).collect(),
            Layout::Rgb | Layout::Bgr | Layout::Grey => vec![y; length],
            Layout::Nv12 => {
                let colour = [cb, cr].into_iter().cycle().take(length - first);
                std::iter::repeat_n(y, first).chain(colour).collect()
            }
            _ => {
                let plane = (length - first) / 2;
                let luma = std::iter::repeat_n(y, first);
                luma.chain(std::iter::repeat_n(cb, plane)).chain(std::iter::repeat_n(cr, plane)).collect()
            }
        };
        Pixels { size, layout, stride, full_range: false, bytes }
    }

    #[test]
    fn one_colour_is_the_same_in_every_layout_and_at_odd_sizes() {
        for (width, height) in [(1, 1), (3, 5), (16, 8), (17, 9)] {
            let size = PictureSize { width, height };
            let pixels = (width * height) as usize;
            for layout in
                [Layout::Yuyv, Layout::Nv12, Layout::Planar420, Layout::Planar422, Layout::Planar444]
            {
                // BT.601: pure red in limited range is 81, 90, 240.
                let rgb = plain(layout, size, [81, 90, 240]).to_rgb().unwrap();
                assert_eq!(rgb.len(), pixels * 3, "{layout:?} {width}x{height}");
                for pixel in rgb.chunks(3) {
                    assert!(pixel[0] >= 253 && pixel[1] <= 2 && pixel[2] <= 2, "{layout:?}: {pixel:?}");
                }
            }
            for layout in [Layout::Grey, Layout::Rgb, Layout::Bgr] {
                assert_eq!(plain(layout, size, [9, 0, 0]).to_rgb().unwrap(), vec![9; pixels * 3]);
            }
        }
    }

    #[test]
    fn black_and_white_of_both_ranges() {
        let size = PictureSize { width: 2, height: 2 };
        let shade = |y: u8, full_range: bool| {
            let pixels = Pixels { full_range, ..plain(Layout::Planar420, size, [y, 128, 128]) };
            pixels.to_rgb().unwrap()[0]
        };
        assert_eq!([shade(16, false), shade(235, false)], [0, 255]);
        assert_eq!([shade(0, true), shade(128, true), shade(255, true)], [0, 128, 255]);
    }

    #[test]
    fn one_byte_less_than_the_size_asks_for_is_no_picture() {
        let size = PictureSize { width: 7, height: 5 };
        for layout in ALL {
            let mut pixels = plain(layout, size, [50, 128, 128]);
            pixels.bytes.pop();
            assert!(matches!(pixels.to_rgb(), Err(BrokenPicture::Short { .. })), "{layout:?}");
        }
    }

    #[test]
    fn lines_with_padding_are_read_without_it() {
        let size = PictureSize { width: 2, height: 2 };
        let bytes = vec![1, 2, 3, 4, 5, 6, 99, 99, 7, 8, 9, 10, 11, 12, 99, 99];
        let pixels = Pixels { size, layout: Layout::Bgr, stride: 8, full_range: true, bytes };
        assert_eq!(pixels.to_rgb().unwrap(), [3, 2, 1, 6, 5, 4, 9, 8, 7, 12, 11, 10]);
    }
}
