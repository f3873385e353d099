//! A signature as it came from the pad.

use serde::{Deserialize, Serialize};

/// One point of a stroke.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StrokePoint {
    /// Right of the pad's left edge, in device units.
    pub x: f64,
    /// Below the pad's upper edge, in device units.
    pub y: f64,
    /// Pressure of the pen, 0 to 1023.
    pub pressure: u16,
    /// Milliseconds since the first point of the signature. Kept with the paper's data, not drawn.
    pub t: u64,
}

/// What the pen drew from touching the pad to leaving it.
pub type Stroke = Vec<StrokePoint>;

/// A signature: the value of a field of type `strokes`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Strokes {
    /// Width of the pad in device units.
    pub width: f64,
    /// Height of the pad in device units.
    pub height: f64,
    /// The strokes in the order they were drawn.
    pub strokes: Vec<Stroke>,
}
