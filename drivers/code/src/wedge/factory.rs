//! Opens scanners that the configuration names. None is taken unasked: a keyboard looks the same.

use driver_contract::{
    Capabilities, Connection, DeviceClass, DeviceConfig, DeviceId, DeviceInfo, DriverFactory, Fault,
    FaultCode, OpenDevice,
};
use driver_line::{InputNode, Settings, describe};

use super::source::WedgeSource;
use crate::CodeError;
use crate::device::{CodeDevice, Source};
use crate::reading::Rules;

/// The driver `code-wedge`. Its entries name a node of `/dev/input/by-id` in `path`. Settings, all optional: `key_gap_ms`
/// (80: scanners send a key every 1 to 20 ms, a fast typist one every 100), and those of [`Rules`].
#[derive(Debug, Clone, Copy, Default)]
pub struct WedgeCodes;

const NAME: &str = "code-wedge";

impl DriverFactory for WedgeCodes {
    fn name(&self) -> &'static str {
        NAME
    }

    fn class(&self) -> DeviceClass {
        DeviceClass::CodeScanner
    }

    fn list(&self, configured: &[DeviceConfig]) -> Result<Vec<DeviceInfo>, Fault> {
        Ok(configured.iter().map(listed).collect())
    }

    fn open(&self, device: &DeviceId, configured: &[DeviceConfig]) -> Result<Box<dyn OpenDevice>, Fault> {
        let config =
            configured.iter().find(|config| config.path == device.local()).cloned().ok_or_else(|| {
                Fault::new(FaultCode::NotFound, DeviceClass::CodeScanner)
                    .at(device)
                    .with_detail("not configured")
            })?;
        let opened = CodeDevice::open(listed(&config), Box::new(move || open(&config)));
        Ok(Box::new(opened.map_err(|error| error.at(device))?))
    }
}

fn open(config: &DeviceConfig) -> Result<Box<dyn Source>, CodeError> {
    let settings = Settings::new(config);
    let rules = Rules::of_settings(settings)?;
    let key_gap = settings.number("key_gap_ms", 80, 5..=1000)?;
    let node = InputNode::open(&config.path, settings.is_virtual())?;
    Ok(Box::new(WedgeSource::new(node, rules, key_gap)))
}

fn listed(config: &DeviceConfig) -> DeviceInfo {
    let connection = Connection::System { name: config.path.clone() };
    describe(NAME, DeviceClass::CodeScanner, config, connection, Capabilities::Unknown)
}
