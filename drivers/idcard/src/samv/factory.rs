//! Finds and opens readers on serial lines.

use std::path::Path;
use std::time::Duration;

use driver_contract::{
    Capabilities, Connection, DeviceClass, DeviceConfig, DeviceId, DeviceInfo, DriverFactory, Fault,
    OpenDevice,
};
use driver_line::{Line, SerialLine, Settings, recorded_masked};

use super::device::{Connect, SamvDevice};
use super::error::SamvError;
use super::mask::SamvMask;
use super::reader::{SamvReader, Timing};

/// The rate at which readers leave the factory.
pub const BAUD_DEFAULT: u32 = 115_200;

/// Other rates that readers are set to, the likeliest first; 230400 is that of some embedded modules.
pub const BAUD_ALTERNATIVES: [u32; 5] = [57_600, 38_400, 19_200, 9_600, 230_400];

/// What the officer calls a reader that nobody has named.
pub(super) const USUAL_NAME: &str = "居民身份证阅读器";

/// USB serial bridges that readers are built with: FTDI FT232, WCH CH340, Silicon Labs CP210x.
const BRIDGES: [(u16, u16); 3] = [(0x0403, 0x6001), (0x1a86, 0x7523), (0x10c4, 0xea60)];

/// How long a module may take to answer its self-test while rates are tried.
const RATE_TRIAL: Duration = Duration::from_millis(400);

/// The driver `samv-serial`.
///
/// Its configuration entries name a device file in `path`. Settings, all optional: `baud` (a number; when
/// absent the usual rates are tried in turn), `added_address` and `management_number` (`false` for
/// readers that take offence at command 30 03 or 30 05).
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
        for port in ports() {
            let serialport::SerialPortType::UsbPort(usb) = port.port_type else { continue };
            let known = configured.iter().any(|config| config.path == port.port_name);
            if !known && BRIDGES.contains(&(usb.vid, usb.pid)) {
                let mut found = describe(&bare_config(NAME, &port.port_name));
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
            .unwrap_or_else(|| bare_config(NAME, device.local()));
        let fault = |error: SamvError| error.at(device);
        let info = describe(&config);
        let port = Port::of(config).map_err(fault)?;
        let opened = SamvDevice::open(info, Box::new(port)).map_err(fault)?;
        Ok(Box::new(opened))
    }
}

/// The serial ports that the kernel shows. The library panics where it shows none at all (a container without `/sys`), and
/// a reader that is configured would go with it.
fn ports() -> Vec<serialport::SerialPortInfo> {
    if !Path::new("/sys/class/tty").is_dir() {
        return Vec::new();
    }
    serialport::available_ports().unwrap_or_default()
}

pub(super) fn bare_config(driver: &str, path: &str) -> DeviceConfig {
    DeviceConfig {
        driver: driver.to_owned(),
        path: path.to_owned(),
        name: None,
        maker: None,
        attestation: driver_contract::Attestation::default(),
        record: None,
        settings: serde_json::Map::new(),
    }
}

fn describe(config: &DeviceConfig) -> DeviceInfo {
    let connection = Connection::Serial { path: config.path.clone() };
    let capabilities = Capabilities::IdCardReader { fingerprint: true, added_address: true };
    let mut info = driver_line::describe(NAME, DeviceClass::IdCardReader, config, connection, capabilities);
    if config.name.is_none() {
        USUAL_NAME.clone_into(&mut info.name);
    }
    info
}

/// How to reach one reader on its port, again and again.
struct Port {
    config: DeviceConfig,
    baud: Option<u32>,
    added_address: bool,
    management_number: bool,
}

impl Port {
    fn of(config: DeviceConfig) -> Result<Self, SamvError> {
        let settings = Settings::new(&config);
        let baud = match settings.other("baud") {
            None => None,
            Some(value) if value == "auto" => None,
            Some(_) => Some(settings.number("baud", BAUD_DEFAULT, 1..=u32::MAX)?),
        };
        let added_address = settings.flag("added_address", true)?;
        let management_number = settings.flag("management_number", true)?;
        Ok(Self { baud, added_address, management_number, config })
    }
}

impl Connect for Port {
    /// Opens the line and finds the rate at which a module answers its self-test.
    fn connect(&self) -> Result<SamvReader<Box<dyn Line>>, SamvError> {
        let first = self.baud.unwrap_or(BAUD_DEFAULT);
        // The exclusive flag of a tty outlives a killed process for as long as the other end of a
        // pty stays open; a real port forgets it with the last close.
        let exclusive = !Settings::new(&self.config).is_virtual();
        let mut line = SerialLine::open(&self.config.path, first, exclusive)?;
        if self.baud.is_none() {
            line = find_rate(line)?;
        }
        let mut reader =
            SamvReader::new(recorded_masked(line, &self.config, SamvMask::default())?, Timing::default());
        reader.self_test()?;
        Ok(reader)
    }

    fn added_address(&self) -> bool {
        self.added_address
    }

    fn management_number(&self) -> bool {
        self.management_number
    }
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
