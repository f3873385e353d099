//! Opens scanners that the configuration names.

use std::time::Duration;

use driver_contract::{
    Capabilities, Connection, DeviceClass, DeviceConfig, DeviceId, DeviceInfo, DriverFactory, Fault,
    FaultCode, OpenDevice,
};
use driver_line::{SerialLine, Settings, describe, recorded};

use super::source::{SerialSource, Terminator};
use crate::CodeError;
use crate::device::{CodeDevice, Source};
use crate::reading::Rules;

/// The driver `code-serial`. Its entries name a tty in `path`. Settings, all optional: `baud` (9600), `terminator` (`line`,
/// `tab`, `stx-etx`), `gap_ms` (500: a code that stops for so long is broken off), and those of [`Rules`].
#[derive(Debug, Clone, Copy, Default)]
pub struct SerialCodes;

const NAME: &str = "code-serial";

impl DriverFactory for SerialCodes {
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
    let terminator = Terminator::of_settings(settings)?;
    let baud = settings.number("baud", 9600, 300..=921_600)?;
    let gap = Duration::from_millis(settings.number("gap_ms", 500, 20..=10_000)?.into());
    // The exclusive flag of a tty outlives a killed process for as long as the other end of a pty stays open.
    let line = recorded(SerialLine::open(&config.path, baud, !settings.is_virtual())?, config)?;
    Ok(Box::new(SerialSource::new(line, rules, terminator, gap)))
}

fn listed(config: &DeviceConfig) -> DeviceInfo {
    let connection = Connection::Serial { path: config.path.clone() };
    describe(NAME, DeviceClass::CodeScanner, config, connection, Capabilities::Unknown)
}
