//! What a configuration entry says, and how its device is listed.

use std::ops::RangeInclusive;

use driver_contract::{
    Accessibility, Attestation, Capabilities, Connection, DeviceClass, DeviceConfig, DeviceId, DeviceInfo,
    DeviceModel, LineMask, Recorder, Recording,
};
use serde_json::Value;

use crate::serial::check_access;
use crate::{Line, LineError};

/// A setting that cannot be used. It says which, never what a device said.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SettingsError(String);

impl SettingsError {
    /// With what is wrong.
    #[must_use]
    pub fn new(what: impl Into<String>) -> Self {
        Self(what.into())
    }
}

/// The driver's own settings of an entry.
#[derive(Debug, Clone, Copy)]
pub struct Settings<'a> {
    config: &'a DeviceConfig,
}

impl<'a> Settings<'a> {
    /// Those of this entry.
    #[must_use]
    pub const fn new(config: &'a DeviceConfig) -> Self {
        Self { config }
    }

    fn value(self, name: &str) -> Option<&'a Value> {
        self.config.settings.get(name).filter(|value| !value.is_null())
    }

    /// A number, `default` where it is not set.
    ///
    /// # Errors
    /// Not a number, or outside of the range.
    pub fn number(self, name: &str, default: u32, range: RangeInclusive<u32>) -> Result<u32, SettingsError> {
        let Some(value) = self.value(name) else { return Ok(default) };
        let number = value.as_u64().and_then(|number| u32::try_from(number).ok());
        number.filter(|number| range.contains(number)).ok_or_else(|| {
            SettingsError::new(format!(
                "settings.{name} is no number from {} to {}",
                range.start(),
                range.end()
            ))
        })
    }

    /// A text, if it is set.
    ///
    /// # Errors
    /// Not a text.
    pub fn text(self, name: &str) -> Result<Option<&'a str>, SettingsError> {
        let Some(value) = self.value(name) else { return Ok(None) };
        let text = value.as_str().filter(|text| !text.is_empty());
        text.map(Some).ok_or_else(|| SettingsError::new(format!("settings.{name} is no text")))
    }

    /// Yes or no, `default` where it is not set.
    ///
    /// # Errors
    /// Neither of them.
    pub fn flag(self, name: &str, default: bool) -> Result<bool, SettingsError> {
        let Some(value) = self.value(name) else { return Ok(default) };
        value.as_bool().ok_or_else(|| SettingsError::new(format!("settings.{name} is not true or false")))
    }

    /// A value of another shape, if it is set.
    #[must_use]
    pub fn other(self, name: &str) -> Option<&'a Value> {
        self.value(name)
    }

    /// Whether the device is a virtual one.
    #[must_use]
    pub fn is_virtual(self) -> bool {
        self.config.attestation == Attestation::Virtual
    }
}

/// How a configured device with a device file is listed.
#[must_use]
pub fn describe(
    driver: &str,
    class: DeviceClass,
    config: &DeviceConfig,
    connection: Connection,
    capabilities: Capabilities,
) -> DeviceInfo {
    let accessibility = match check_access(&config.path) {
        Ok(()) => Accessibility::Accessible,
        Err(LineError::PermissionDenied) => Accessibility::PermissionDenied,
        Err(_) => Accessibility::Absent,
    };
    DeviceInfo {
        id: DeviceId::new(driver, &config.path),
        class,
        name: config.name.clone().unwrap_or_else(|| class.chinese().to_owned()),
        maker: config.maker.clone().unwrap_or_default(),
        connection,
        accessibility,
        attestation: config.attestation,
        capabilities,
        model: DeviceModel::default(),
    }
}

/// Records a line where its configuration asks for it. Nothing is known of what is personal in its bytes.
///
/// # Errors
/// Asked for a device that is no virtual one, because a recording holds what citizens write and scan; asked to be masked;
/// a file that cannot be made.
pub fn recorded(line: impl Line + 'static, config: &DeviceConfig) -> Result<Box<dyn Line>, SettingsError> {
    match &config.record {
        Some(recording) if recording.line => {
            if recording.mask {
                let what = "record: what is personal on this device's line cannot be masked; \"line\": false records without it";
                return Err(SettingsError::new(what));
            }
            record(line, config, recording, None)
        }
        _ => Ok(Box::new(line)),
    }
}

/// Records a line where its configuration asks for it; `mask` knows what is personal in its bytes.
///
/// # Errors
/// Asked in clear for a device that is no virtual one; a file that cannot be made.
pub fn recorded_masked(
    line: impl Line + 'static,
    config: &DeviceConfig,
    mask: impl LineMask + 'static,
) -> Result<Box<dyn Line>, SettingsError> {
    match &config.record {
        Some(recording) if recording.line => {
            let mask = recording.mask.then(|| -> Box<dyn LineMask> { Box::new(mask) });
            record(line, config, recording, mask)
        }
        _ => Ok(Box::new(line)),
    }
}

fn record(
    line: impl Line + 'static,
    config: &DeviceConfig,
    recording: &Recording,
    mask: Option<Box<dyn LineMask>>,
) -> Result<Box<dyn Line>, SettingsError> {
    if mask.is_none() && config.attestation != Attestation::Virtual {
        return Err(SettingsError::new("record: only virtual devices are recorded without \"mask\": true"));
    }
    let recorder = Recorder::create(line, &recording.file, mask)
        .map_err(|error| SettingsError::new(format!("record: {}", error.kind())))?;
    Ok(Box::new(recorder))
}
