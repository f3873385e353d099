//! Receipt printers in the terms of the contract.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use driver_contract::{
    Accessibility, Capabilities, Connection, DeviceClass, DeviceConfig, DeviceId, DeviceInfo, DriverFactory,
    Fault, FaultCode, OpenDevice,
};
use driver_line::describe;

use super::device::{Place, ReceiptPrinter};
use super::error::ReceiptError;
use super::settings::ReceiptSettings;
use super::tcp::Address;

/// Name of the driver of printers on the network.
pub const NETWORK: &str = "escpos-tcp";
/// Name of the driver of printers on a serial line.
pub const SERIAL: &str = "escpos-serial";
/// Name of the driver of printers on USB.
pub const USB: &str = "escpos-usb";

/// The one kind of document that they take.
pub(super) const FORMAT: &str = "image/png";

/// What this process knows of its printers, by their `path`; a device is open for as long as a task only.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// They have a slip of ours. Many take one connection at a time, and must not be asked for another.
    pub(super) engaged: HashSet<String>,
    /// Their last slip came to its end. Until one did, nobody knows what hangs out of a printer: another program, or
    /// this one before it crashed, may have left a part of a slip.
    pub(super) clean: HashSet<String>,
}

pub(super) type Knowledge = Arc<Mutex<Known>>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Network,
    Serial,
    Usb,
}

/// Serves the configured receipt printers of one kind of line. Nothing is looked for, and nothing is written to a port
/// or an address that is not configured.
///
/// Configuration: `path` is `host[:port]`, a tty, or the node of the kernel's printer class. Settings:
/// `super::settings`.
struct ReceiptFactory {
    kind: Kind,
    known: Knowledge,
}

pub(super) fn all() -> Vec<Box<dyn DriverFactory>> {
    [Kind::Network, Kind::Serial, Kind::Usb]
        .into_iter()
        .map(|kind| -> Box<dyn DriverFactory> {
            Box::new(ReceiptFactory { kind, known: Knowledge::default() })
        })
        .collect()
}

impl ReceiptFactory {
    fn place(&self, entry: &DeviceConfig, settings: ReceiptSettings) -> Result<Place, ReceiptError> {
        Ok(match self.kind {
            Kind::Network => Place::Network(Address::parse(&entry.path)?),
            Kind::Serial => Place::Serial { path: entry.path.clone(), baud: settings.baud },
            Kind::Usb => Place::Node { path: entry.path.clone() },
        })
    }

    fn describe(&self, entry: &DeviceConfig) -> DeviceInfo {
        let settings = ReceiptSettings::read(entry, self.kind == Kind::Serial);
        let capabilities = settings.as_ref().map_or(Capabilities::Unknown, capabilities);
        let connection = match self.kind {
            Kind::Network => Connection::Network {
                address: Address::parse(&entry.path).map(|address| address.shown).unwrap_or_default(),
            },
            Kind::Serial => Connection::Serial { path: entry.path.clone() },
            Kind::Usb => Connection::System { name: entry.path.clone() },
        };
        let info = describe(self.name(), DeviceClass::Printer, entry, connection, capabilities);
        match &info.connection {
            // An address is no file that could be looked at.
            Connection::Network { address } => DeviceInfo {
                name: entry.name.clone().unwrap_or_else(|| address.clone()),
                accessibility: Accessibility::Accessible,
                ..info
            },
            _ => info,
        }
    }

    /// Whether something listens at an address. Nothing is sent.
    fn listens(&self, entry: &DeviceConfig) -> Accessibility {
        let engaged = self.known.lock().unwrap_or_else(PoisonError::into_inner).engaged.contains(&entry.path);
        let found =
            engaged || Address::parse(&entry.path).is_ok_and(|address| address.connect(&|| false).is_ok());
        if found { Accessibility::Accessible } else { Accessibility::Absent }
    }
}

/// Dots of a millimetre at 203 dpi.
const DOTS_A_MILLIMETRE: u32 = 8;
/// Longest slip in millimetres, see `raster`.
const LONGEST_MILLIMETRES: u32 = 2_000;

fn capabilities(settings: &ReceiptSettings) -> Capabilities {
    // A roll by PWG 5101.1: what can be printed on, at most.
    let width = settings.dots / DOTS_A_MILLIMETRE;
    Capabilities::Printer {
        formats: vec![FORMAT.to_owned()],
        media: vec![format!("roll_max_{width}x{LONGEST_MILLIMETRES}mm")],
        duplex: false,
        colour: false,
    }
}

impl DriverFactory for ReceiptFactory {
    fn name(&self) -> &'static str {
        match self.kind {
            Kind::Network => NETWORK,
            Kind::Serial => SERIAL,
            Kind::Usb => USB,
        }
    }

    fn class(&self) -> DeviceClass {
        DeviceClass::Printer
    }

    fn exclusive(&self) -> bool {
        // One on the network serves several windows and PCs, one slip after the other.
        self.kind != Kind::Network
    }

    fn list(&self, configured: &[DeviceConfig]) -> Result<Vec<DeviceInfo>, Fault> {
        Ok(configured
            .iter()
            .map(|entry| {
                let mut info = self.describe(entry);
                if self.kind == Kind::Network {
                    info.accessibility = self.listens(entry);
                }
                info
            })
            .collect())
    }

    fn open(&self, device: &DeviceId, configured: &[DeviceConfig]) -> Result<Box<dyn OpenDevice>, Fault> {
        let entry = configured.iter().find(|entry| entry.path == device.local()).ok_or_else(|| {
            Fault::new(FaultCode::NotFound, DeviceClass::Printer).at(device).with_detail("not configured")
        })?;
        let told = |error: ReceiptError| error.fault().at(device);
        let settings =
            ReceiptSettings::read(entry, self.kind == Kind::Serial).map_err(|error| told(error.into()))?;
        let place = self.place(entry, settings).map_err(told)?;
        let printer = ReceiptPrinter::new(
            self.describe(entry),
            entry.clone(),
            place,
            settings,
            Arc::clone(&self.known),
        );
        printer.look().map_err(told)?;
        Ok(Box::new(printer))
    }
}
