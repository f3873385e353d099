//! Finds and opens sensors through libfprint.

use std::ffi::OsString;
use std::sync::{Mutex, PoisonError};

use driver_contract::{
    Accessibility, Capabilities, Connection, DeviceClass, DeviceConfig, DeviceId, DeviceInfo, DeviceModel,
    DriverFactory, Fault, OpenDevice,
};

use super::device::FingerSensor;
use super::error::SensorError;
use super::sensors::{Listed, Sensors};

const NAME: &str = "libfprint";
/// What every distribution calls the library (its major version is part of the name).
const LIBRARY: &str = "libfprint-2.so.2";

/// The resolution that GA/T 1011 asks for and libfprint assumes where a sensor tells none.
const USUAL_DPI: u16 = 500;

/// The driver `libfprint`.
///
/// It finds sensors by itself. A configuration entry adds a name, a maker or an attestation; its `path` is the
/// library's name for the kind of sensor (`elan`), with `-2` and so on for a second one of the kind.
pub struct Libfprint {
    library: OsString,
    sensors: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Loaded at the first need and kept: its thread and its search cost something.
    sensors: Option<Sensors>,
    /// The last list, for while a capture keeps the library's thread.
    last: Vec<Listed>,
}

impl Default for Libfprint {
    fn default() -> Self {
        Self::with_library(LIBRARY)
    }
}

impl Libfprint {
    /// A driver that loads the library from another file.
    #[must_use]
    pub fn with_library(library: impl Into<OsString>) -> Self {
        Self { library: library.into(), sensors: Mutex::default() }
    }

    fn sensors(&self) -> Result<Sensors, SensorError> {
        let mut state = self.sensors.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(sensors) = &state.sensors {
            return Ok(sensors.clone());
        }
        let sensors = Sensors::start(&self.library)?;
        state.sensors = Some(sensors.clone());
        Ok(sensors)
    }

    /// What is there now; while a capture runs, what was there before it.
    fn found(&self) -> Result<Vec<Listed>, SensorError> {
        let sensors = self.sensors()?;
        let found = sensors.list();
        let mut state = self.sensors.lock().unwrap_or_else(PoisonError::into_inner);
        match found {
            Ok(found) => state.last.clone_from(&found),
            Err(SensorError::Occupied | SensorError::Stuck) => {}
            Err(error) => return Err(error),
        }
        Ok(state.last.clone())
    }
}

fn info(local: &str, found: Option<&Listed>, entry: Option<&DeviceConfig>) -> DeviceInfo {
    let model = found.map(|listed| listed.name.clone()).unwrap_or_default();
    let name = entry.and_then(|entry| entry.name.clone());
    DeviceInfo {
        id: DeviceId::new(NAME, local),
        class: DeviceClass::Fingerprint,
        name: name
            .unwrap_or_else(|| if model.is_empty() { "指纹采集器".to_owned() } else { model.clone() }),
        maker: entry.and_then(|entry| entry.maker.clone()).unwrap_or_default(),
        connection: Connection::System { name: local.to_owned() },
        accessibility: if found.is_some() { Accessibility::Accessible } else { Accessibility::Absent },
        attestation: entry.map(|entry| entry.attestation).unwrap_or_default(),
        capabilities: found.map_or(Capabilities::Unknown, |listed| Capabilities::Fingerprint {
            dpi: USUAL_DPI,
            images: listed.pictures,
        }),
        model: DeviceModel { model, ..DeviceModel::default() },
    }
}

impl DriverFactory for Libfprint {
    fn name(&self) -> &'static str {
        NAME
    }

    fn class(&self) -> DeviceClass {
        DeviceClass::Fingerprint
    }

    fn list(&self, configured: &[DeviceConfig]) -> Result<Vec<DeviceInfo>, Fault> {
        let found = match self.found() {
            Ok(found) => found,
            // Sensors of another driver are not hidden because this library is not installed.
            Err(SensorError::LibraryMissing(_)) if configured.is_empty() => return Ok(Vec::new()),
            Err(error) => return Err(error.at(&DeviceId::new(NAME, ""))),
        };
        let mut devices: Vec<DeviceInfo> = found
            .iter()
            .map(|listed| {
                let entry = configured.iter().find(|entry| entry.path == listed.local);
                info(&listed.local, Some(listed), entry)
            })
            .collect();
        let absent = configured.iter().filter(|entry| !found.iter().any(|listed| listed.local == entry.path));
        devices.extend(absent.map(|entry| info(&entry.path, None, Some(entry))));
        Ok(devices)
    }

    fn open(&self, device: &DeviceId, configured: &[DeviceConfig]) -> Result<Box<dyn OpenDevice>, Fault> {
        let local = device.local();
        let entry = configured.iter().find(|entry| entry.path == local);
        let opened = self.sensors().and_then(|sensors| Ok((sensors.open(local)?, sensors)));
        let (listed, sensors) = opened.map_err(|error| error.at(device))?;
        Ok(Box::new(FingerSensor::new(info(local, Some(&listed), entry), sensors, local.to_owned())))
    }
}

#[cfg(test)]
mod tests {
    use driver_contract::{Attestation, FaultCode};

    use super::*;

    #[test]
    fn a_missing_library_is_named_where_a_device_is_configured_and_hides_nothing_else() {
        let driver = Libfprint::with_library("libnobody-has-this.so.9");
        assert_eq!(driver.list(&[]), Ok(Vec::new()));
        let entry = DeviceConfig {
            driver: NAME.to_owned(),
            path: "one".to_owned(),
            name: None,
            maker: None,
            attestation: Attestation::Virtual,
            record: None,
            settings: serde_json::Map::new(),
        };
        let entries = [entry];
        assert_eq!(driver.list(&entries).unwrap_err().code, FaultCode::LibraryMissing);
        let opened = driver.open(&DeviceId::new(NAME, "one"), &entries);
        assert_eq!(opened.err().map(|fault| fault.code), Some(FaultCode::LibraryMissing));
    }
}
