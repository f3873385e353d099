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
    /// Set before the first picture.
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
