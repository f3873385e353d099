//! Finds and opens readers on USB.

use driver_contract::{
    Accessibility, Capabilities, Connection, DeviceClass, DeviceConfig, DeviceId, DeviceInfo, DeviceModel,
    DriverFactory, Fault, OpenDevice,
};
use driver_line::{Line, Settings, recorded_masked};

use super::device::{Connect, SamvDevice};
use super::error::SamvError;
use super::factory::{USUAL_NAME, bare_config};
use super::mask::SamvMask;
use super::reader::{SamvReader, Timing};
use super::rusb_pipes::{Found, RusbPipes, list};
use super::usb::UsbLine;

/// The driver `samv-usb`.
///
/// Finds readers by the table `usb-readers.toml`. Configuration entries name a reader's place in `path`
/// (`0400:c35a@1-2.3`), to give it a name, an attestation, or the settings of `samv-serial` but
/// `baud`.
#[derive(Debug, Clone, Copy, Default)]
pub struct SamvUsb;

const NAME: &str = "samv-usb";

impl DriverFactory for SamvUsb {
    fn name(&self) -> &'static str {
        NAME
    }

    fn class(&self) -> DeviceClass {
        DeviceClass::IdCardReader
    }

    fn list(&self, configured: &[DeviceConfig]) -> Result<Vec<DeviceInfo>, Fault> {
        // A PC without USB has no readers there, which is no fault.
        let found = list().unwrap_or_default();
        let mut devices: Vec<DeviceInfo> =
            found.iter().map(|reader| describe(reader, entry(configured, &reader.place))).collect();
        let missing = configured.iter().filter(|one| found.iter().all(|reader| reader.place != one.path));
        devices.extend(missing.map(absent));
        Ok(devices)
    }

    fn open(&self, device: &DeviceId, configured: &[DeviceConfig]) -> Result<Box<dyn OpenDevice>, Fault> {
        let fault = |error: SamvError| error.at(device);
        let place = device.local();
        let entry = entry(configured, place);
        let config = entry.cloned().unwrap_or_else(|| bare_config(NAME, place));
        let flag = |name: &str| Settings::new(&config).flag(name, true).map_err(|error| fault(error.into()));
        let (added_address, management_number) = (flag("added_address")?, flag("management_number")?);
        let found = list().map_err(|error| fault(error.into()))?;
        let reader =
            found.iter().find(|reader| reader.place == place).ok_or_else(|| fault(SamvError::NotFound))?;
        let info = describe(reader, entry);
        let socket = Socket { config, added_address, management_number };
        let opened = SamvDevice::open(info, Box::new(socket)).map_err(fault)?;
        Ok(Box::new(opened))
    }
}

fn entry<'a>(configured: &'a [DeviceConfig], place: &str) -> Option<&'a DeviceConfig> {
    configured.iter().find(|entry| entry.path == place)
}

fn describe(reader: &Found, entry: Option<&DeviceConfig>) -> DeviceInfo {
    DeviceInfo {
        id: DeviceId::new(NAME, &reader.place),
        class: DeviceClass::IdCardReader,
        name: entry.and_then(|entry| entry.name.clone()).unwrap_or_else(|| reader.name.clone()),
        maker: entry.and_then(|entry| entry.maker.clone()).unwrap_or_default(),
        connection: Connection::Usb { vendor: reader.vendor, product: reader.product },
        accessibility: reader.accessibility.clone(),
        attestation: entry.map(|entry| entry.attestation).unwrap_or_default(),
        capabilities: Capabilities::IdCardReader { fingerprint: true, added_address: true },
        model: reader.model.clone(),
    }
}

/// A reader that is configured and not plugged in.
fn absent(entry: &DeviceConfig) -> DeviceInfo {
    DeviceInfo {
        id: DeviceId::new(NAME, &entry.path),
        class: DeviceClass::IdCardReader,
        name: entry.name.clone().unwrap_or_else(|| USUAL_NAME.to_owned()),
        maker: entry.maker.clone().unwrap_or_default(),
        connection: Connection::System { name: entry.path.clone() },
        accessibility: Accessibility::Absent,
        attestation: entry.attestation,
        capabilities: Capabilities::Unknown,
        model: DeviceModel::default(),
    }
}

/// How to reach one reader, again and again.
struct Socket {
    config: DeviceConfig,
    added_address: bool,
    management_number: bool,
}

impl Connect for Socket {
    fn connect(&self) -> Result<SamvReader<Box<dyn Line>>, SamvError> {
        let line = UsbLine::new(RusbPipes::open(&self.config.path)?)?;
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
