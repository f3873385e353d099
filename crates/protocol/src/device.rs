//! How the devices of a terminal stand, for whoever looks after the stations.

use domain::device::DeviceRecord;
use serde::{Deserialize, Serialize};

/// Devices of one report: a counter has a dozen; beyond this something is wrong.
pub const MOST_DEVICES: usize = 64;

/// All devices that a terminal knows. A report takes the place of the one before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceReport {
    /// At most [`MOST_DEVICES`], each once and of a sound size.
    pub devices: Vec<DeviceRecord>,
}

/// That a report was kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceReceipt {
    /// Server time of the report, milliseconds since 1970-01-01 UTC.
    pub at: i64,
}
