//! Scanning: what to scan and what a page is.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Where the paper is taken from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ScanSource {
    /// The glass.
    Flatbed,
    /// The feeder, front sides.
    Feeder,
    /// The feeder, both sides.
    FeederDuplex,
}

/// How much colour to capture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ColourMode {
    /// Black and white, one bit a pixel.
    Lineart,
    /// 256 greys.
    Gray,
    /// 8 bits each of red, green, blue.
    Colour,
}

/// A part of the bed, in tenths of a millimetre from its upper left corner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ScanArea {
    /// Distance from the left edge.
    pub left: u32,
    /// Distance from the upper edge.
    pub top: u32,
    /// Width.
    pub width: u32,
    /// Height.
    pub height: u32,
}

impl ScanArea {
    /// A4 at the corner of the glass (210 × 297 mm, ISO 216).
    pub const A4: Self = Self { left: 0, top: 0, width: 2100, height: 2970 };
}

/// What to scan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ScanParameters {
    /// Where from.
    pub source: ScanSource,
    /// How much colour.
    pub mode: ColourMode,
    /// Resolution in dots per inch; the driver takes the nearest that the device offers and says so in
    /// the page's header.
    pub dpi: u16,
    /// Part of the bed; `None` is the whole bed.
    pub area: Option<ScanArea>,
    /// Stop after so many pages; `None` scans one page from the glass, and the feeder until it is empty.
    pub max_pages: Option<u32>,
}

/// How the bytes of a page are to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum PixelFormat {
    /// One bit a pixel, most significant bit leftmost, 1 is black; lines start on a byte.
    Bilevel,
    /// One byte a pixel, 0 is black.
    Gray8,
    /// Three bytes a pixel: red, green, blue.
    Rgb8,
}

/// What a page of pixels is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PageHeader {
    /// Number of the page within its task, from 1.
    pub page: u32,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Bytes from one line to the next.
    pub stride: u32,
    /// Resolution really used, in dots per inch.
    pub dpi: u16,
    /// Layout of a pixel.
    pub format: PixelFormat,
}

impl PageHeader {
    /// Number of bytes the page takes: `stride × height`.
    #[must_use]
    pub fn byte_length(&self) -> u64 {
        u64::from(self.stride) * u64::from(self.height)
    }

    /// Whether a line of `width` pixels fits into `stride` bytes.
    #[must_use]
    pub fn is_consistent(&self) -> bool {
        let line = match self.format {
            PixelFormat::Bilevel => u64::from(self.width).div_ceil(8),
            PixelFormat::Gray8 => u64::from(self.width),
            PixelFormat::Rgb8 => u64::from(self.width) * 3,
        };
        self.width > 0 && self.height > 0 && u64::from(self.stride) >= line
    }
}
