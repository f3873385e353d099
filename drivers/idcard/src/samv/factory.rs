//! Finds and opens readers on serial lines.

use std::path::{Path, PathBuf};
use std::time::Duration;

use driver_contract::{
    Accessibility, Attestation, Capabilities, Connection, DeviceClass, DeviceConfig, DeviceId, DeviceInfo,
    DriverFactory, Fault, FaultCode, OpenDevice, Recorder,
};
use serde_json::Value;

use super::device::SamvDevice;
use super::error::SamvError;
use super::reader::{SamvReader, Timing};
use super::serial::{BAUD_ALTERNATIVES, BAUD_DEFAULT, Line, SerialLine, check_access};

/// USB serial bridges that readers are built with: FTDI FT232, WCH CH340, Silicon Labs CP210x.
const BRIDGES: [(u16, u16); 3] = [(0x0403, 0x6001), (0x1a86, 0x7523), (0x10c4, 0xea60)];

/// How long a module may take to answer its self-test while rates are tried.
const RATE_TRIAL: Duration = Duration::from_millis(400);

/// The driver `samv-serial`.
///
/// Its configuration entries name a device file in `path`. Settings, all optional: `baud` (a number; when
/// absent the usual rates are tried in turn), `added_address` (`false` for readers that take offence at
/// command 30 03).
#[derive(Debug, Clone, Copy, Default)]
pub struct SamvSerial;

const NAME: &str = "samv-serial";

impl DriverFactory for SamvSerial {
    fn name(&self) -> &'static str {
        NAME
    }

    fn class(&self) -> DeviceClass {
        DeviceClass::IdCardReader
    }

    fn list(&self, configured: &[DeviceConfig]) -> Result<Vec<DeviceInfo>, Fault> {
        let mut devices: Vec<DeviceInfo> = configured.iter().map(describe).collect();
        // Ports of other makes are left alone: to find out what is behind a port one would have to
        // write to it.
        for port in serialport::available_ports().unwrap_or_default() {
            let serialport::SerialPortType::UsbPort(usb) = port.port_type else { continue };
            let known = configured.iter().any(|config| config.path == port.port_name);
            if !known && BRIDGES.contains(&(usb.vid, usb.pid)) {
                let mut found = describe(&bare_config(&port.port_name));
                found.maker = usb.manufacturer.unwrap_or_default();
                devices.push(found);
            }
        }
        Ok(devices)
    }

    fn open(&self, device: &DeviceId, configured: &[DeviceConfig]) -> Result<Box<dyn OpenDevice>, Fault> {
        let config = configured
            .iter()
            .find(|config| config.path == device.local())
            .cloned()
            .unwrap_or_else(|| bare_config(device.local()));
        let settings = Settings::from_config(&config).map_err(|what| {
            Fault::new(FaultCode::BadConfiguration, DeviceClass::IdCardReader).at(device).with_detail(what)
        })?;
        let opened = SamvDevice::open(describe(&config), settings).map_err(|error| error.at(device))?;
        Ok(Box::new(opened))
    }
}

fn bare_config(path: &str) -> DeviceConfig {
    DeviceConfig {
        driver: NAME.to_owned(),
        path: path.to_owned(),
        name: None,
        maker: None,
        attestation: Attestation::default(),
        record: None,
        settings: serde_json::Map::new(),
    }
}

fn describe(config: &DeviceConfig) -> DeviceInfo {
    let accessibility = match check_access(&config.path) {
        Ok(()) => Accessibility::Accessible,
        Err(SamvError::PermissionDenied) => Accessibility::PermissionDenied,
        Err(_) => Accessibility::Absent,
    };
    DeviceInfo {
        id: DeviceId::new(NAME, &config.path),
        class: DeviceClass::IdCardReader,
        name: config.name.clone().unwrap_or_else(|| "居民身份证阅读器".to_owned()),
        maker: config.maker.clone().unwrap_or_default(),
        connection: Connection::Serial { path: config.path.clone() },
        accessibility,
        attestation: config.attestation,
        capabilities: Capabilities::IdCardReader { fingerprint: true, added_address: true },
    }
}

/// What a configuration entry says.
pub(super) struct Settings {
    path: String,
    baud: Option<u32>,
    exclusive: bool,
    record: Option<PathBuf>,
    pub(super) added_address: bool,
}

impl Settings {
    fn from_config(config: &DeviceConfig) -> Result<Self, String> {
        let baud = match config.settings.get("baud") {
            None | Some(Value::Null) => None,
            Some(value) => Some(
                value
                    .as_u64()
                    .and_then(|baud| u32::try_from(baud).ok())
                    .filter(|baud| *baud > 0)
                    .ok_or("settings.baud is not a rate")?,
            ),
        };
        let added_address = match config.settings.get("added_address") {
            None | Some(Value::Null) => true,
            Some(value) => value.as_bool().ok_or("settings.added_address is not true or false")?,
        };
        if config.record.is_some() && config.attestation != Attestation::Virtual {
            return Err("only virtual readers are recorded: a recording holds what a card says".to_owned());
        }
        Ok(Self {
            path: config.path.clone(),
            baud,
            // The exclusive flag of a tty outlives a killed process for as long as the other end of a
            // pty stays open; a real port forgets it with the last close.
            exclusive: config.attestation != Attestation::Virtual,
            record: config.record.clone(),
            added_address,
        })
    }

    /// Opens the line and finds the rate at which a module answers its self-test.
    pub(super) fn connect(&self) -> Result<SamvReader<Box<dyn Line>>, SamvError> {
        let first = self.baud.unwrap_or(BAUD_DEFAULT);
        let mut line = SerialLine::open(&self.path, first, self.exclusive)?;
        if self.baud.is_none() {
            line = find_rate(line)?;
        }
        let line: Box<dyn Line> = match &self.record {
            Some(path) => Box::new(Recorder::create(line, &next_tape(path))?),
            None => Box::new(line),
        };
        let mut reader = SamvReader::new(line, Timing::default());
        reader.self_test()?;
        Ok(reader)
    }
}

/// Each opening has a tape of its own: `name`, `name.1`, `name.2` and so on.
fn next_tape(path: &Path) -> PathBuf {
    let mut tape = path.to_owned();
    let mut number = 0;
    while tape.exists() {
        number += 1;
        let mut name = path.as_os_str().to_owned();
        name.push(format!(".{number}"));
        tape = name.into();
    }
    tape
}

fn find_rate(line: SerialLine) -> Result<SerialLine, SamvError> {
    let timing = Timing { short: RATE_TRIAL, ..Timing::default() };
    let mut reader = SamvReader::new(line, timing);
    for baud in std::iter::once(BAUD_DEFAULT).chain(BAUD_ALTERNATIVES) {
        reader.line_mut().set_baud(baud)?;
        match reader.self_test() {
            Ok(()) | Err(SamvError::Status(_)) => return Ok(reader.into_line()),
            Err(error) if error.line_is_lost() => return Err(error),
            Err(_) => {}
        }
    }
    Err(SamvError::Timeout)
}
