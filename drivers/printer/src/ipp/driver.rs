//! Printers in the terms of the contract.

use std::time::Duration;

use driver_contract::{
    Accessibility, Capabilities, Connection, DeviceClass, DeviceConfig, DeviceId, DeviceInfo, DeviceModel,
    DriverFactory, Fault, FaultCode, OpenDevice, Outcome, Task, TaskContext,
};

use super::error::PrintError;
use super::follow::Print;
use super::queue::{PrinterAttributes, Queue};

/// Name of this driver, in front of its device ids.
pub const DRIVER: &str = "ipp";
/// How long a printer that has a job may be silent, if the configuration does not say otherwise: as long
/// as a network printer takes to restart its network card.
const LOST_AFTER: Duration = Duration::from_secs(20);

/// Serves the configured IPP printers and CUPS queues.
///
/// Configuration: `path` is the address, `ipp://host[:port]/path` or `http://host[:port]/path`. Settings:
/// `lost_after_ms`, how long a printer that has a job may be silent before the job counts as lost.
pub struct IppFactory;

impl DriverFactory for IppFactory {
    fn name(&self) -> &'static str {
        DRIVER
    }

    fn class(&self) -> DeviceClass {
        DeviceClass::Printer
    }

    fn exclusive(&self) -> bool {
        false
    }

    fn list(&self, configured: &[DeviceConfig]) -> Result<Vec<DeviceInfo>, Fault> {
        Ok(configured
            .iter()
            .map(|entry| {
                let asked = Queue::new(&entry.path).and_then(|queue| queue.attributes(&|| false));
                let accessibility = match &asked {
                    Ok(_) => Accessibility::Accessible,
                    Err(error) => {
                        tracing::debug!(%error, "a printer cannot be asked");
                        match error.fault().code {
                            FaultCode::PermissionDenied => Accessibility::PermissionDenied,
                            FaultCode::Busy => Accessibility::Busy { held_by: None },
                            _ => Accessibility::Absent,
                        }
                    }
                };
                info(entry, accessibility, asked.ok())
            })
            .collect())
    }

    fn open(&self, device: &DeviceId, configured: &[DeviceConfig]) -> Result<Box<dyn OpenDevice>, Fault> {
        let entry = configured.iter().find(|entry| entry.path == device.local()).ok_or_else(|| {
            Fault::new(FaultCode::NotFound, DeviceClass::Printer).at(device).with_detail("not configured")
        })?;
        let unusable = |detail: &str| {
            Fault::new(FaultCode::BadConfiguration, DeviceClass::Printer).at(device).with_detail(detail)
        };
        let mut lost_after = LOST_AFTER;
        for (key, value) in &entry.settings {
            match (key.as_str(), value.as_u64()) {
                ("lost_after_ms", Some(milliseconds)) => lost_after = Duration::from_millis(milliseconds),
                _ => return Err(unusable(&format!("setting {key}"))),
            }
        }
        let queue = Queue::new(&entry.path).map_err(|error| error.fault().at(device))?;
        let attributes = queue.attributes(&|| false).map_err(|error| error.fault().at(device))?;
        let info = info(entry, Accessibility::Accessible, Some(attributes));
        Ok(Box::new(IppPrinter { info, queue, lost_after }))
    }
}

fn info(
    entry: &DeviceConfig,
    accessibility: Accessibility,
    attributes: Option<PrinterAttributes>,
) -> DeviceInfo {
    let address = Queue::new(&entry.path).map(|queue| queue.shown().to_owned()).unwrap_or_default();
    let told = attributes.as_ref().map(|attributes| attributes.name.clone()).filter(|name| !name.is_empty());
    let model = attributes.as_ref().map(|attributes| attributes.model.clone()).unwrap_or_default();
    DeviceInfo {
        id: DeviceId::new(DRIVER, &entry.path),
        class: DeviceClass::Printer,
        name: entry.name.clone().or(told).unwrap_or_else(|| address.clone()),
        maker: entry.maker.clone().unwrap_or_else(|| model.clone()),
        connection: Connection::Network { address },
        accessibility,
        attestation: entry.attestation,
        capabilities: attributes.map_or(Capabilities::Unknown, |attributes| Capabilities::Printer {
            formats: attributes.formats,
            media: attributes.media,
            duplex: attributes.duplex,
            colour: attributes.colour,
        }),
        model: DeviceModel { model, ..DeviceModel::default() },
    }
}

struct IppPrinter {
    info: DeviceInfo,
    queue: Queue,
    lost_after: Duration,
}

impl OpenDevice for IppPrinter {
    fn info(&self) -> &DeviceInfo {
        &self.info
    }

    fn run(&mut self, task: &Task, context: &mut dyn TaskContext) -> Result<Outcome, Fault> {
        let device = &self.info.id;
        match task {
            Task::Print(parameters) => {
                if parameters.copies == 0 {
                    return Err(PrintError::Request { reason: "no copy" }.fault().at(device));
                }
                let document = context.document(parameters.document)?;
                if document.is_empty() {
                    return Err(PrintError::Request { reason: "an empty document" }.fault().at(device));
                }
                let print = Print { queue: &self.queue, device, lost_after: self.lost_after };
                print.run(parameters, &document, context).map(Outcome::Printed)
            }
            Task::CheckState => Ok(Outcome::State(match self.queue.attributes(&|| context.cancelled()) {
                Ok(attributes) => attributes.faults(device),
                Err(PrintError::Stopped) => return Err(PrintError::Stopped.fault().at(device)),
                Err(error) => vec![error.fault().at(device)],
            })),
            _ => Err(Fault::new(FaultCode::BadParameters, DeviceClass::Printer)
                .at(device)
                .with_detail("not a task for a printer")),
        }
    }
}
