//! What the host asks before a device is open. Nothing here touches a port that the configuration does not name.

use driver_contract::{
    Capabilities, Connection, DeviceClass, DeviceConfig, DeviceId, DeviceInfo, DriverFactory, Fault,
    FaultCode, OpenDevice,
};
use driver_line::{SerialLine, describe};

use crate::device::TemplatePad;

const NAME: &str = "template-serial";
/// As the sheet says.
const BAUD: u32 = 9600;

/// The driver `template-serial`: its entries name a serial port in `path`.
#[derive(Debug, Clone, Copy, Default)]
pub struct TemplatePads;

impl DriverFactory for TemplatePads {
    fn name(&self) -> &'static str {
        NAME
    }

    fn class(&self) -> DeviceClass {
        DeviceClass::EvaluationPad
    }

    fn list(&self, configured: &[DeviceConfig]) -> Result<Vec<DeviceInfo>, Fault> {
        Ok(configured.iter().map(listed).collect())
    }

    fn open(&self, device: &DeviceId, configured: &[DeviceConfig]) -> Result<Box<dyn OpenDevice>, Fault> {
        let config = configured.iter().find(|config| config.path == device.local());
        let config =
            config.ok_or_else(|| Fault::new(FaultCode::NotFound, DeviceClass::EvaluationPad).at(device))?;
        let line = SerialLine::open(&config.path, BAUD, true)
            .map_err(|error| crate::TemplateError::from(error).at(device))?;
        Ok(Box::new(TemplatePad::new(listed(config), Box::new(line))))
    }
}

fn listed(config: &DeviceConfig) -> DeviceInfo {
    let connection = Connection::Serial { path: config.path.clone() };
    describe(NAME, DeviceClass::EvaluationPad, config, connection, Capabilities::Unknown)
}
