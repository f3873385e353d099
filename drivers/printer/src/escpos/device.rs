//! A receipt printer as the host sees it. Its line is open while it has something to do, so that a printer that was
//! switched off, or that serves another PC too, is found as it is.

use std::sync::{MutexGuard, PoisonError};

use driver_contract::{
    DeviceClass, DeviceConfig, DeviceId, DeviceInfo, Fault, FaultCode, JobState, OpenDevice, Outcome, Task,
    TaskContext,
};
use driver_line::{SerialLine, recorded};

use super::error::ReceiptError;
use super::factory::{FORMAT, Knowledge, Known};
use super::node::NodeLine;
use super::raster::Dots;
use super::settings::ReceiptSettings;
use super::slip::Slip;
use super::talk::Talk;
use super::tcp::Address;

/// Where a printer is.
#[derive(Debug, Clone)]
pub(super) enum Place {
    Network(Address),
    Serial { path: String, baud: u32 },
    Node { path: String },
}

pub(super) struct ReceiptPrinter {
    info: DeviceInfo,
    entry: DeviceConfig,
    place: Place,
    settings: ReceiptSettings,
    known: Knowledge,
}

impl ReceiptPrinter {
    pub(super) const fn new(
        info: DeviceInfo,
        entry: DeviceConfig,
        place: Place,
        settings: ReceiptSettings,
        known: Knowledge,
    ) -> Self {
        Self { info, entry, place, settings, known }
    }

    /// Whether the line can be opened, where that disturbs nobody.
    pub(super) fn look(&self) -> Result<(), ReceiptError> {
        match &self.place {
            Place::Network(_) => {}
            Place::Serial { path, baud } => drop(SerialLine::open(path, *baud, true)?),
            Place::Node { path } => drop(NodeLine::open(path)?),
        }
        Ok(())
    }

    fn talk(&self, stop: &dyn Fn() -> bool) -> Result<Talk, ReceiptError> {
        let line = match &self.place {
            Place::Network(address) => recorded(address.connect(stop)?, &self.entry),
            Place::Serial { path, baud } => recorded(SerialLine::open(path, *baud, true)?, &self.entry),
            Place::Node { path } => recorded(NodeLine::open(path)?, &self.entry),
        };
        Talk::new(line?)
    }

    fn state(&self, context: &dyn TaskContext) -> Result<Vec<Fault>, ReceiptError> {
        let stop = || context.cancelled();
        let told = |fault: Fault| fault.at(&self.info.id);
        let asked = self.talk(&stop).and_then(|mut talk| {
            if !self.settings.answers {
                return Ok(Vec::new());
            }
            talk.status(self.settings.answer_limit, &stop).map(|status| {
                let bare = |code| {
                    told(Fault::new(code, DeviceClass::Printer).with_detail(status.reasons().join(",")))
                };
                status.faults().into_iter().map(bare).collect()
            })
        });
        match asked {
            Err(error @ ReceiptError::Stopped) => Err(error),
            Err(error) => Ok(vec![told(error.fault())]),
            Ok(faults) => Ok(faults),
        }
    }
}

fn lock(known: &Knowledge) -> MutexGuard<'_, Known> {
    known.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Keeps the list from asking a printer that has something to do.
struct Engagement<'a> {
    known: &'a Knowledge,
    path: &'a str,
}

impl<'a> Engagement<'a> {
    fn new(known: &'a Knowledge, path: &'a str) -> Self {
        lock(known).engaged.insert(path.to_owned());
        Self { known, path }
    }

    /// Whether the last slip came to its end; unknown again from now on.
    fn take_clean(&self) -> bool {
        lock(self.known).clean.remove(self.path)
    }

    fn set_clean(&self) {
        lock(self.known).clean.insert(self.path.to_owned());
    }
}

impl Drop for Engagement<'_> {
    fn drop(&mut self) {
        lock(self.known).engaged.remove(self.path);
    }
}

impl OpenDevice for ReceiptPrinter {
    fn info(&self) -> &DeviceInfo {
        &self.info
    }

    fn run(&mut self, task: &Task, context: &mut dyn TaskContext) -> Result<Outcome, Fault> {
        let device: &DeviceId = &self.info.id;
        let refused =
            |code, detail: &str| Fault::new(code, DeviceClass::Printer).at(device).with_detail(detail);
        let told = |error: ReceiptError| error.fault().at(device);
        let engagement = Engagement::new(&self.known, &self.entry.path);
        match task {
            Task::Print(parameters) => {
                if parameters.copies == 0 {
                    return Err(refused(FaultCode::BadParameters, "no copy"));
                }
                if parameters.format != FORMAT {
                    return Err(refused(
                        FaultCode::FormatNotSupported,
                        "a receipt printer takes pictures only",
                    ));
                }
                let document = context.document(parameters.document)?;
                let picture = Dots::of_png(&document, self.settings.dots).map_err(told)?;
                let talk = self.talk(&|| context.cancelled()).map_err(|error| match error {
                    ReceiptError::Stopped => super::slip::stopped(device, context),
                    error => told(error),
                })?;
                let cut_first = !engagement.take_clean();
                let slip = Slip::new(talk, device, self.settings, &picture, parameters.copies, cut_first);
                let status = slip.print(context)?;
                if status.state == JobState::Completed {
                    engagement.set_clean();
                }
                Ok(Outcome::Printed(status))
            }
            Task::CheckState => self.state(context).map(Outcome::State).map_err(told),
            _ => Err(refused(FaultCode::BadParameters, "not a task for a printer")),
        }
    }
}
