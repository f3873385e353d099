//! Signing on a pad: what is shown and what the pen did.

use std::fmt;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::Provenance;

/// What is to be signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SignatureParameters {
    /// What the pad shows above the line, where it has a display: kind of paper and who signs as what.
    pub title: String,
    /// The text that is signed, where the pad has a display.
    pub text: String,
    /// Both as a picture of the size of the pad's display (PNG), for pads that take nothing else; else empty.
    #[serde(default, with = "crate::wire::hex_bytes")]
    #[ts(type = "string")]
    pub screen: Vec<u8>,
    /// The pad gives up when the pen has not touched it for so many milliseconds.
    pub idle_ms: u32,
}

/// One sample of the pen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PenPoint {
    /// Milliseconds since the first sample of the signature.
    pub at_ms: u32,
    /// From the left edge, in the pad's units.
    pub x: u32,
    /// From the upper edge, in the pad's units.
    pub y: u32,
    /// Pressure, 0 to the pad's largest; the largest where the pad tells none and the pen touches.
    pub pressure: u16,
    /// Whether the pen touches. A stroke begins with the first sample that does and ends before the first that
    /// does not.
    pub down: bool,
}

/// A finished signature.
///
/// `Debug` shows the number of points only.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SignatureReading {
    /// Where, when and for which request.
    pub provenance: Provenance,
    /// Width of the writing field, in the pad's units.
    pub width: u32,
    /// Height of the writing field.
    pub height: u32,
    /// Largest pressure that the pad tells; 0 if it tells none.
    pub pressure: u16,
    /// The samples in their order.
    pub points: Vec<PenPoint>,
    /// The reports as they came from the pad, one after the other: what the SM3 was taken of.
    #[serde(with = "crate::wire::hex_bytes")]
    #[ts(type = "string")]
    pub raw: Vec<u8>,
}

impl fmt::Debug for SignatureReading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignatureReading")
            .field("device", &self.provenance.device)
            .field("points", &self.points.len())
            .finish_non_exhaustive()
    }
}
