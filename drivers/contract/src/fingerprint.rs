//! Fingerprints: which finger, and what the sensor gave.

use std::fmt;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::Provenance;

/// A finger, in the order of ISO/IEC 19794-4:2005 table 6 (positions 1 to 10).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Finger {
    RightThumb,
    RightIndex,
    RightMiddle,
    RightRing,
    RightLittle,
    LeftThumb,
    LeftIndex,
    LeftMiddle,
    LeftRing,
    LeftLittle,
}

impl Finger {
    /// Every finger.
    pub const ALL: [Self; 10] = [
        Self::RightThumb,
        Self::RightIndex,
        Self::RightMiddle,
        Self::RightRing,
        Self::RightLittle,
        Self::LeftThumb,
        Self::LeftIndex,
        Self::LeftMiddle,
        Self::LeftRing,
        Self::LeftLittle,
    ];
}

/// One picture of one finger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct FingerParameters {
    /// Which finger; the sensor cannot know, the officer sees to it.
    pub finger: Finger,
    /// Which picture of it, from 1.
    pub image: u8,
}

/// What the sensor gave. The picture comes before it, as [`crate::DeviceEvent::Page`] with the same provenance.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct FingerReading {
    /// Where, when and for which request.
    pub provenance: Provenance,
    /// Which finger was asked for.
    pub finger: Finger,
    /// Which picture of it, from 1.
    pub image: u8,
    /// Quality, 0 to 100; `None` where neither sensor nor library judges.
    pub quality: Option<u8>,
    /// The maker's template; empty without the maker's library. Personal: never logged.
    #[serde(with = "crate::wire::hex_bytes")]
    #[ts(type = "string")]
    pub template: Vec<u8>,
}

impl fmt::Debug for FingerReading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FingerReading")
            .field("device", &self.provenance.device)
            .field("image", &self.image)
            .field("quality", &self.quality)
            .finish_non_exhaustive()
    }
}
