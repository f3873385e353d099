//! The scanner as the host sees it.

use driver_contract::{
    DeviceClass, DeviceInfo, Fault, FaultCode, OpenDevice, Outcome, ScanSource, Task, TaskContext,
};

use super::capabilities::ScannerCapabilities;
use super::error::EsclError;
use super::job::{Ended, obstacle, scan, status};
use super::transport::Transport;

/// A scanner at an address.
pub(super) struct EsclScanner {
    pub(super) info: DeviceInfo,
    pub(super) transport: Transport,
    pub(super) capabilities: ScannerCapabilities,
    pub(super) alive: bool,
}

impl EsclScanner {
    fn judge(&mut self, error: &EsclError) -> Fault {
        // Another scanner may stand there when it answers again.
        if matches!(error, EsclError::Unreachable(_)) {
            self.alive = false;
        }
        error.at(&self.info.id)
    }
}

impl OpenDevice for EsclScanner {
    fn info(&self) -> &DeviceInfo {
        &self.info
    }

    fn run(&mut self, task: &Task, context: &mut dyn TaskContext) -> Result<Outcome, Fault> {
        match task {
            Task::Scan(wanted) => {
                scan(&self.transport, &self.capabilities, wanted, context).map_err(|ended| match ended {
                    Ended::Escl(error) => self.judge(&error),
                    Ended::Page(fault) => fault,
                })
            }
            Task::CheckState => {
                match status(&self.transport, &|| context.cancelled().then_some(EsclError::Cancelled)) {
                    // An empty feeder stands in nobody's way before somebody wants to scan from it.
                    Ok(now) => {
                        let trouble = now.feeder_trouble().or_else(|| obstacle(&now, ScanSource::Flatbed));
                        Ok(Outcome::State(trouble.iter().map(|error| error.at(&self.info.id)).collect()))
                    }
                    Err(error) => Ok(Outcome::State(vec![self.judge(&error)])),
                }
            }
            _ => Err(Fault::new(FaultCode::BadParameters, DeviceClass::Scanner)
                .at(&self.info.id)
                .with_detail("not a task for a scanner")),
        }
    }

    fn is_alive(&self) -> bool {
        self.alive
    }
}
