//! Raw pixels.

use crate::{PictureError, Plane};

/// Most pixels of a picture: an A3 sheet (297 × 420 mm, ISO 216) at 600 dpi has 69.6 million; no scanner or camera of a
/// counter gives more.
pub const MOST_PIXELS: usize = 72_000_000;

/// A picture of 8 bits a channel: grey, or red, green and blue. Rows follow each other without gaps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    width: usize,
    height: usize,
    channels: usize,
    bytes: Vec<u8>,
}

impl Picture {
    /// A grey picture of `width × height` bytes, 0 is black.
    ///
    /// # Errors
    /// Too large, or another number of bytes.
    pub fn grey(width: usize, height: usize, bytes: Vec<u8>) -> Result<Self, PictureError> {
        Self::new(width, height, 1, bytes)
    }

    /// A colour picture of `width × height × 3` bytes: red, green, blue.
    ///
    /// # Errors
    /// Too large, or another number of bytes.
    pub fn rgb(width: usize, height: usize, bytes: Vec<u8>) -> Result<Self, PictureError> {
        Self::new(width, height, 3, bytes)
    }

    fn new(width: usize, height: usize, channels: usize, bytes: Vec<u8>) -> Result<Self, PictureError> {
        let pixels = width.checked_mul(height).filter(|pixels| *pixels <= MOST_PIXELS);
        let wanted = pixels.ok_or(PictureError::TooLarge)? * channels;
        if bytes.len() != wanted {
            return Err(PictureError::WrongLength { wanted, got: bytes.len() });
        }
        Ok(Self { width, height, channels, bytes })
    }

    /// A picture of one colour.
    ///
    /// # Errors
    /// Too large.
    pub(crate) fn filled(
        width: usize,
        height: usize,
        channels: usize,
        level: u8,
    ) -> Result<Self, PictureError> {
        let pixels = width.checked_mul(height).filter(|pixels| *pixels <= MOST_PIXELS);
        let bytes = vec![level; pixels.ok_or(PictureError::TooLarge)? * channels];
        Ok(Self { width, height, channels, bytes })
    }

    /// Width in pixels.
    #[must_use]
    pub const fn width(&self) -> usize {
        self.width
    }

    /// Height in pixels.
    #[must_use]
    pub const fn height(&self) -> usize {
        self.height
    }

    /// 1 of a grey picture, 3 of a colour one.
    #[must_use]
    pub const fn channels(&self) -> usize {
        self.channels
    }

    /// The pixels, row after row.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The pixels, row after row.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    pub(crate) fn bytes_mut(&mut self) -> &mut [u8] {
        &mut self.bytes
    }

    /// Whether there is no pixel.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Brightness by ITU-R BT.601 §2.5.1 (0.299 R + 0.587 G + 0.114 B, in 256ths).
    #[must_use]
    pub fn luma(&self) -> Plane {
        self.plane(|pixel| {
            let [red, green, blue] = [pixel[0], pixel[1], pixel[2]].map(u32::from);
            ((77 * red + 150 * green + 29 * blue) >> 8) as u8
        })
    }

    /// The darkest channel of each pixel: coloured ink and seals are as dark there as black ink.
    #[must_use]
    pub fn darkest(&self) -> Plane {
        self.plane(|pixel| pixel[0].min(pixel[1]).min(pixel[2]))
    }

    fn plane(&self, level: impl Fn(&[u8]) -> u8) -> Plane {
        let levels = match self.channels {
            1 => self.bytes.clone(),
            _ => self.bytes.chunks_exact(3).map(level).collect(),
        };
        Plane::of(self.width, self.height, levels)
    }

    /// A picture of averages of `factor × factor` pixels.
    pub(crate) fn shrunk(&self, factor: usize) -> Self {
        let factor = factor.max(1);
        if factor == 1 {
            return self.clone();
        }
        let (width, height) = (self.width.div_ceil(factor), self.height.div_ceil(factor));
        let mut bytes = Vec::with_capacity(width * height * self.channels);
        let mut sums = vec![0_u32; width * self.channels];
        for rows in self.bytes.chunks(factor * self.width * self.channels) {
            sums.fill(0);
            let lines = rows.len() / (self.width * self.channels);
            for row in rows.chunks_exact(self.width * self.channels) {
                let blocks = row.chunks(factor * self.channels).zip(sums.chunks_exact_mut(self.channels));
                for (block, sum) in blocks {
                    for pixel in block.chunks_exact(self.channels) {
                        for (sum, level) in sum.iter_mut().zip(pixel) {
                            *sum += u32::from(*level);
                        }
                    }
                }
            }
            for (index, sum) in sums.iter().enumerate() {
                let column = index / self.channels;
                let columns = factor.min(self.width - column * factor);
                bytes.push((sum / (columns * lines) as u32) as u8);
            }
        }
        Self { width, height, channels: self.channels, bytes }
    }

    /// The level of a channel at a place, pixel centres at halves, by the four pixels around it; `None` outside.
    pub(crate) fn at(&self, x: f64, y: f64, channel: usize) -> Option<f64> {
        let inside = x >= 0.0 && y >= 0.0 && x <= self.width as f64 && y <= self.height as f64;
        if !inside || self.is_empty() {
            return None;
        }
        let (x, y) = ((x - 0.5).max(0.0), (y - 0.5).max(0.0));
        let (left, top) = ((x as usize).min(self.width - 1), (y as usize).min(self.height - 1));
        let (right, bottom) = ((left + 1).min(self.width - 1), (top + 1).min(self.height - 1));
        let (dx, dy) = ((x - left as f64).min(1.0), (y - top as f64).min(1.0));
        let level =
            |x: usize, y: usize| f64::from(self.bytes[(y * self.width + x) * self.channels + channel]);
        let upper = level(left, top) * (1.0 - dx) + level(right, top) * dx;
        let lower = level(left, bottom) * (1.0 - dx) + level(right, bottom) * dx;
        Some(upper * (1.0 - dy) + lower * dy)
    }
}
