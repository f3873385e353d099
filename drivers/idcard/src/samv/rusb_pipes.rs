//! The pipes through libusb (crate `rusb`), and the readers that hang on this PC's USB.

use std::io;
use std::time::Duration;

use driver_contract::{Accessibility, DeviceModel};
use rusb::{Context, Device, DeviceHandle, Direction, TransferType, UsbContext};
use serde::Deserialize;

use super::usb::Pipes;

/// The models that are taken for readers.
const TABLE: &str = include_str!("../../usb-readers.toml");

#[derive(Debug, Clone, Deserialize)]
struct Table {
    reader: Vec<Model>,
}

/// One line of the table.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Model {
    pub(super) vendor: u16,
    pub(super) product: u16,
    pub(super) name: String,
}

/// A reader on USB.
#[derive(Debug, Clone)]
pub(super) struct Found {
    /// `0400:c35a@1-2.3`: ids, bus and ports, the same as long as it stays in its socket.
    pub(super) place: String,
    pub(super) name: String,
    pub(super) vendor: u16,
    pub(super) product: u16,
    pub(super) accessibility: Accessibility,
    pub(super) model: DeviceModel,
}

fn models() -> Vec<Model> {
    // The file is part of the program; a test reads it.
    toml::from_str::<Table>(TABLE).map(|table| table.reader).unwrap_or_default()
}

fn place_of(device: &Device<Context>, model: &Model) -> String {
    let ports: Vec<String> =
        device.port_numbers().unwrap_or_default().iter().map(ToString::to_string).collect();
    format!("{:04x}:{:04x}@{}-{}", model.vendor, model.product, device.bus_number(), ports.join("."))
}

fn readers() -> rusb::Result<Vec<(Device<Context>, Model, String)>> {
    let models = models();
    let mut found = Vec::new();
    for device in Context::new()?.devices()?.iter() {
        let Ok(descriptor) = device.device_descriptor() else { continue };
        let ids = (descriptor.vendor_id(), descriptor.product_id());
        let model = models.iter().find(|model| (model.vendor, model.product) == ids);
        if let Some(model) = model {
            let place = place_of(&device, model);
            found.push((device, model.clone(), place));
        }
    }
    Ok(found)
}

/// The readers that are plugged in.
///
/// # Errors
/// USB itself cannot be looked at.
pub(super) fn list() -> io::Result<Vec<Found>> {
    let found = readers().map_err(io_error)?;
    Ok(found.into_iter().map(|(device, model, place)| described(&device, model, place)).collect())
}

fn described(device: &Device<Context>, model: Model, place: String) -> Found {
    let mut told = DeviceModel::default();
    let accessibility = match device.open() {
        Ok(handle) => {
            if let Ok(descriptor) = device.device_descriptor() {
                told.model = handle.read_product_string_ascii(&descriptor).unwrap_or_default();
                told.serial = handle.read_serial_number_string_ascii(&descriptor).unwrap_or_default();
                told.firmware = descriptor.device_version().to_string();
            }
            Accessibility::Accessible
        }
        Err(rusb::Error::Access) => Accessibility::PermissionDenied,
        Err(rusb::Error::Busy) => Accessibility::Busy { held_by: None },
        Err(_) => Accessibility::Absent,
    };
    let Model { vendor, product, name } = model;
    Found { place, name, vendor, product, accessibility, model: told }
}

/// An open interface with its bulk endpoints.
#[derive(Debug)]
pub(super) struct RusbPipes {
    handle: DeviceHandle<Context>,
    interface: u8,
    outs: Vec<u8>,
    ins: Vec<u8>,
}

impl RusbPipes {
    /// Opens the reader at a place.
    ///
    /// # Errors
    /// Nothing there, not allowed, held by another program, or without bulk pipes.
    pub(super) fn open(place: &str) -> io::Result<Self> {
        let found = readers().map_err(io_error)?;
        let (device, ..) = found.iter().find(|(.., at)| at == place).ok_or(io::ErrorKind::NotFound)?;
        let config = device.active_config_descriptor().map_err(io_error)?;
        for interface in config.interfaces() {
            let Some(descriptor) = interface.descriptors().next() else { continue };
            let bulk = |direction: Direction| -> Vec<u8> {
                let of = descriptor.endpoint_descriptors().filter(|endpoint| {
                    endpoint.transfer_type() == TransferType::Bulk && endpoint.direction() == direction
                });
                of.map(|endpoint| endpoint.address()).collect()
            };
            let (outs, ins) = (bulk(Direction::Out), bulk(Direction::In));
            if outs.is_empty() || ins.is_empty() {
                continue;
            }
            let handle = device.open().map_err(io_error)?;
            handle.claim_interface(interface.number()).map_err(io_error)?;
            return Ok(Self { handle, interface: interface.number(), outs, ins });
        }
        Err(io::Error::new(io::ErrorKind::Unsupported, "no bulk pipes"))
    }
}

impl Drop for RusbPipes {
    fn drop(&mut self) {
        let _ = self.handle.release_interface(self.interface);
    }
}

impl Pipes for RusbPipes {
    fn outs(&self) -> &[u8] {
        &self.outs
    }

    fn ins(&self) -> &[u8] {
        &self.ins
    }

    fn send(&mut self, endpoint: u8, bytes: &[u8], limit: Duration) -> io::Result<usize> {
        self.handle.write_bulk(endpoint, bytes, limit).map_err(io_error)
    }

    fn receive(&mut self, endpoint: u8, buffer: &mut [u8], limit: Duration) -> io::Result<usize> {
        self.handle.read_bulk(endpoint, buffer, limit).map_err(io_error)
    }
}

fn io_error(error: rusb::Error) -> io::Error {
    use io::ErrorKind as Kind;
    let kind = match error {
        rusb::Error::Timeout => Kind::TimedOut,
        rusb::Error::Access => Kind::PermissionDenied,
        rusb::Error::Busy => Kind::ResourceBusy,
        rusb::Error::NotFound => Kind::NotFound,
        // A reader that was pulled answers with any of these, depending on what it was doing.
        rusb::Error::NoDevice | rusb::Error::Io | rusb::Error::Pipe => Kind::BrokenPipe,
        rusb::Error::Interrupted => Kind::Interrupted,
        rusb::Error::Overflow => Kind::InvalidData,
        rusb::Error::NotSupported => Kind::Unsupported,
        _ => Kind::Other,
    };
    io::Error::new(kind, error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_readers_is_whole() {
        let models = models();
        assert!(models.iter().any(|model| (model.vendor, model.product) == (0x0400, 0xc35a)));
        assert!(models.iter().all(|model| !model.name.is_empty()));
        // A boot loader is no reader.
        assert!(!models.iter().any(|model| (model.vendor, model.product) == (0x28e9, 0x0289)));
    }
}
