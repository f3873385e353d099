//! What a driver sees of the host while it works.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use driver_contract::wire::FromHost;
use driver_contract::{DeviceEvent, DeviceId, Fault, FaultCode, PageHeader, Region, TaskContext};

use crate::hub::Hub;

pub(crate) struct Context<'a> {
    pub(crate) hub: &'a Hub,
    pub(crate) request: u64,
    pub(crate) device: &'a DeviceId,
    pub(crate) cancel: &'a AtomicBool,
    /// Whether other work waits for the device.
    pub(crate) others_wait: Arc<dyn Fn() -> bool + Send + Sync>,
    pub(crate) until: Instant,
    pub(crate) endless: bool,
}

impl Context<'_> {
    fn beat(&self) {
        if self.endless {
            self.hub.beat(self.request);
        }
    }
}

impl TaskContext for Context<'_> {
    fn cancelled(&self) -> bool {
        self.beat();
        self.cancel.load(Ordering::SeqCst) || self.hub.is_closing() || self.remaining().is_zero()
    }

    fn should_yield(&self) -> bool {
        (self.others_wait)()
    }

    fn remaining(&self) -> Duration {
        self.until.saturating_duration_since(Instant::now())
    }

    fn emit(&mut self, event: DeviceEvent) {
        self.beat();
        self.hub.send(&FromHost::Event { request: Some(self.request), device: self.device.clone(), event });
    }

    fn page(&mut self, header: &PageHeader, bytes: &[u8]) -> Result<(), Fault> {
        if !header.is_consistent() || header.byte_length() != bytes.len() as u64 {
            return Err(Fault::new(FaultCode::PageIncomplete, self.hub.class).at(self.device));
        }
        let region = self.hub.lay_page(bytes, || self.cancelled()).map_err(|fault| fault.at(self.device))?;
        self.emit(DeviceEvent::Page { header: *header, region });
        Ok(())
    }

    fn document(&mut self, region: Region) -> Result<Vec<u8>, Fault> {
        self.hub.document(region).map_err(|fault| fault.at(self.device))
    }
}
