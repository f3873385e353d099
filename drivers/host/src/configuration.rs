//! The host's configuration file.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context;
use driver_contract::{DeviceConfig, DeviceId};
use serde::Deserialize;

/// The file: `{"devices": [{"driver": "samv-serial", "path": "/dev/ttyUSB0", …}, …]}`. One file may serve
/// all hosts of a terminal: each takes the entries of its own drivers.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HostConfiguration {
    /// The devices.
    #[serde(default)]
    pub devices: Vec<DeviceConfig>,
    /// What was set at a device beside its entry, which may be none: device → settings, over those of the entry.
    #[serde(default)]
    pub adjusted: BTreeMap<DeviceId, Settings>,
}

/// A driver's own settings of a device.
pub type Settings = serde_json::Map<String, serde_json::Value>;

impl HostConfiguration {
    /// Reads the file.
    ///
    /// # Errors
    /// It is not there, or not such a file.
    pub fn load(path: &Path) -> anyhow::Result<Self> {
        let text = std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
        serde_json::from_str(&text).with_context(|| format!("understanding {}", path.display()))
    }
}
