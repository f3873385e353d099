//! Cameras: sizes, what can be set, moving pictures and shots.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::Provenance;

/// Width and height in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[expect(missing_docs, reason = "the names say it")]
pub struct PictureSize {
    pub width: u32,
    pub height: u32,
}

/// What a camera lets one set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ControlKind {
    /// Time of exposure, in tenths of a millisecond (V4L2 counts in 100 µs).
    Exposure,
    /// Colour temperature, in kelvin.
    WhiteBalance,
    /// Distance, in the camera's own steps.
    Focus,
    /// Magnification, in the camera's own steps.
    Zoom,
    /// Brightness, in the camera's own steps.
    Brightness,
    /// Av: f-number times ten.
    Aperture,
    /// Tv: time of the shutter in microseconds.
    Shutter,
    /// Sensitivity, ISO 12232.
    Iso,
}

/// One thing that can be set, and to what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CameraControl {
    /// What.
    pub kind: ControlKind,
    /// Smallest value.
    pub least: i32,
    /// Largest value.
    pub most: i32,
    /// From one value to the next.
    pub step: i32,
    /// The values that can be set, where they are no even steps (a DSLR's Av, Tv, ISO); else empty.
    pub values: Vec<i32>,
    /// Value now.
    pub value: i32,
    /// The camera can choose by itself.
    pub automatic: bool,
}

/// A value for one control; `None` lets the camera choose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ControlSetting {
    /// What.
    pub kind: ControlKind,
    /// To what.
    pub value: Option<i32>,
}

/// Moving pictures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PreviewParameters {
    /// Wished size; the camera takes the nearest.
    pub size: PictureSize,
    /// Wished pictures per second.
    pub frames_per_second: u16,
    /// Set before the first picture, and set back after the last where the camera takes moving pictures (V4L2).
    pub settings: Vec<ControlSetting>,
}

/// One shot at full size.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PhotoParameters {
    /// Wished size; `None` is the largest.
    pub size: Option<PictureSize>,
    /// Set before the shot, and set back after it: preview and shot may differ (ISO under flash).
    pub settings: Vec<ControlSetting>,
}

/// How an encoded picture in shared memory is to be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PictureHeader {
    /// MIME type: `image/jpeg` or `image/png`.
    pub format: String,
    /// Size.
    pub size: PictureSize,
    /// Number within its task, from 1. A preview leaves out numbers that nobody fetched in time.
    pub number: u32,
}

impl PictureHeader {
    /// Longest side that any picture may have, in pixels: twice that of the largest DSLR of the field.
    pub const MOST_SIDE: u32 = 16_384;

    /// Whether the bytes begin as the format says (JPEG: ITU-T T.81 B.1.1.3; PNG: RFC 2083 3.1) and the size is one
    /// that a picture can have. Says nothing about whether they can be decoded.
    #[must_use]
    pub fn fits(&self, bytes: &[u8]) -> bool {
        let begins = match self.format.as_str() {
            "image/jpeg" => bytes.starts_with(&[0xff, 0xd8, 0xff]),
            "image/png" => bytes.starts_with(b"\x89PNG\r\n\x1a\n"),
            _ => false,
        };
        let side = |length: u32| (1..=Self::MOST_SIDE).contains(&length);
        begins && side(self.size.width) && side(self.size.height)
    }
}

/// What a shot gave. The picture comes before it, as [`crate::DeviceEvent::Picture`] with the same provenance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PhotoReading {
    /// Where, when and for which request.
    pub provenance: Provenance,
    /// Size of the picture.
    pub size: PictureSize,
    /// What was really set during the shot.
    pub settings: Vec<ControlSetting>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_fits_only_what_begins_as_it_says() {
        let header = |format: &str, width: u32| PictureHeader {
            format: format.to_owned(),
            size: PictureSize { width, height: 480 },
            number: 1,
        };
        let (jpeg, png) = ([0xff, 0xd8, 0xff, 0xe0], *b"\x89PNG\r\n\x1a\n");
        assert!(header("image/jpeg", 640).fits(&jpeg) && header("image/png", 640).fits(&png));
        assert!(!header("image/jpeg", 640).fits(&png) && !header("image/png", 640).fits(&jpeg));
        assert!(!header("image/bmp", 640).fits(b"BM") && !header("image/jpeg", 640).fits(&[]));
        assert!(!header("image/jpeg", 0).fits(&jpeg) && !header("image/jpeg", 16_385).fits(&jpeg));
    }
}
