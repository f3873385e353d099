//! Opens signs that the configuration names, with the model that it names.

use std::time::Duration;

use driver_contract::{
    Capabilities, Connection, DeviceClass, DeviceConfig, DeviceId, DeviceInfo, DriverFactory, Fault,
    FaultCode, OpenDevice,
};
use driver_line::{Model, Settings, describe};

use super::device::{SignDevice, SignTalk};
use crate::CallError;

/// Models that come with the program.
const SHIPPED: &[&str] = &[include_str!("../../../../assets/devices/caller-sign.toml")];

/// The driver `caller-frames`. Its entries name a tty in `path`. Settings: `model` or `model_file` (see [`Model::of_config`]);
/// `answer_ms` (1500): how long the sign may take to confirm.
#[derive(Debug, Clone, Copy, Default)]
pub struct FrameCaller;

const NAME: &str = "caller-frames";

impl DriverFactory for FrameCaller {
    fn name(&self) -> &'static str {
        NAME
    }

    fn class(&self) -> DeviceClass {
        DeviceClass::QueueCaller
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
    let model = Model::of_config(config, DeviceClass::QueueCaller, SHIPPED)?;
    let settings = Settings::new(config);
    let limit = Duration::from_millis(settings.number("answer_ms", 1500, 100..=10_000)?.into());
    let line = model.open_line::<CallError>(config)?;
    Ok(Box::new(SignDevice::new(listed(config), SignTalk::new(line, model, limit)?)))
}

fn listed(config: &DeviceConfig) -> DeviceInfo {
    let connection = Connection::Serial { path: config.path.clone() };
    describe(NAME, DeviceClass::QueueCaller, config, connection, Capabilities::Unknown)
}
