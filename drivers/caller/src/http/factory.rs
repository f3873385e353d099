//! Opens servers that the configuration names.

use std::time::Duration;

use driver_contract::{
    Accessibility, Capabilities, Connection, DeviceClass, DeviceConfig, DeviceId, DeviceInfo, DeviceModel,
    DriverFactory, Fault, FaultCode, OpenDevice,
};
use driver_line::{Settings, SettingsError};

use super::device::HttpDevice;
use super::shape::Shape;
use crate::CallError;

/// The driver `caller-http`. Its entries name an address in `path`: `http://host:port/path`, within the station's network.
/// Settings, all optional: `answer_ms` (3000), and those of [`Shape`].
#[derive(Debug, Clone, Copy, Default)]
pub struct HttpCaller;

const NAME: &str = "caller-http";

impl DriverFactory for HttpCaller {
    fn name(&self) -> &'static str {
        NAME
    }

    fn class(&self) -> DeviceClass {
        DeviceClass::QueueCaller
    }

    /// One server serves all windows of a hall.
    fn exclusive(&self) -> bool {
        false
    }

    fn list(&self, configured: &[DeviceConfig]) -> Result<Vec<DeviceInfo>, Fault> {
        Ok(configured.iter().map(listed).collect())
    }

    fn open(&self, device: &DeviceId, configured: &[DeviceConfig]) -> Result<Box<dyn OpenDevice>, Fault> {
        let config = configured.iter().find(|config| config.path == device.local()).ok_or_else(|| {
            Fault::new(FaultCode::NotFound, DeviceClass::QueueCaller).at(device).with_detail("not configured")
        })?;
        open(config).map_err(|error| error.at(device))
    }
}

fn open(config: &DeviceConfig) -> Result<Box<dyn OpenDevice>, CallError> {
    let settings = Settings::new(config);
    let host = config.path.strip_prefix("http://").unwrap_or_default();
    // A password in an address ends up in lists and logs.
    if host.is_empty() || host.starts_with(['/', ':']) || host.contains('@') {
        return Err(SettingsError::new("path is not http://host:port/path without a password").into());
    }
    let answer_limit = Duration::from_millis(settings.number("answer_ms", 3000, 100..=10_000)?.into());
    Ok(Box::new(HttpDevice {
        info: listed(config),
        url: config.path.clone(),
        shape: Shape::of_settings(settings)?,
        answer_limit,
    }))
}

fn listed(config: &DeviceConfig) -> DeviceInfo {
    let address = config.path.rsplit_once('@').map_or(config.path.as_str(), |(_, rest)| rest);
    DeviceInfo {
        id: DeviceId::new(NAME, &config.path),
        class: DeviceClass::QueueCaller,
        name: config.name.clone().unwrap_or_else(|| DeviceClass::QueueCaller.chinese().to_owned()),
        maker: config.maker.clone().unwrap_or_default(),
        connection: Connection::Network { address: address.to_owned() },
        // Whether it answers is known when it is called.
        accessibility: Accessibility::Accessible,
        attestation: config.attestation,
        capabilities: Capabilities::Unknown,
        model: DeviceModel::default(),
    }
}
