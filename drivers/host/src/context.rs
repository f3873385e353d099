//! What a driver sees of the host while it works.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use driver_contract::wire::FromHost;
use driver_contract::{
    CaptureMark, DeviceEvent, DeviceId, Fault, FaultCode, PageHeader, PictureHeader, Provenance, Region,
    TaskContext, Word,
};

use crate::hub::Hub;
use crate::worker::Controls;

/// Pictures of one preview that the terminal has not yet given back: one that it draws, one that is next. More would
/// only be older.
const FRAMES_UNDER_WAY: usize = 2;

/// What of a preview outlives one of its turns: it steps aside for a shot and goes on.
#[derive(Debug, Clone, Default)]
pub(crate) struct Shown {
    /// Pictures that were laid and may not have been given back yet.
    under_way: Vec<Region>,
    /// The last number of the turns before: a driver counts each turn from 1, the terminal sees one row of numbers.
    before: u32,
    /// The last number so far.
    last: u32,
}

impl Shown {
    /// For the next turn.
    pub(crate) const fn turn(mut self) -> Self {
        self.before = self.last;
        self
    }
}

pub(crate) struct Context<'a> {
    pub(crate) hub: &'a Hub,
    pub(crate) request: u64,
    pub(crate) device: &'a DeviceId,
    pub(crate) controls: &'a Controls,
    pub(crate) mark: CaptureMark,
    pub(crate) shown: Shown,
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

impl Context<'_> {
    fn lay(&self, bytes: &[u8]) -> Result<Region, Fault> {
        self.hub.lay_page(bytes, || self.cancelled()).map_err(|fault| fault.at(self.device))
    }
}

impl TaskContext for Context<'_> {
    fn cancelled(&self) -> bool {
        self.beat();
        self.controls.cancel.load(Ordering::SeqCst) || self.hub.is_closing() || self.remaining().is_zero()
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

    fn told(&mut self) -> Option<Word> {
        self.controls.told()
    }

    fn provenance(&mut self, raw: &[u8]) -> Provenance {
        self.mark.next(raw)
    }

    fn page(&mut self, header: &PageHeader, bytes: &[u8]) -> Result<Provenance, Fault> {
        if !header.is_consistent() || header.byte_length() != bytes.len() as u64 {
            return Err(Fault::new(FaultCode::PageIncomplete, self.hub.class).at(self.device));
        }
        let region = self.lay(bytes)?;
        let provenance = self.mark.next(bytes);
        self.emit(DeviceEvent::Page { header: *header, region, provenance: provenance.clone() });
        Ok(provenance)
    }

    fn picture(&mut self, header: &PictureHeader, bytes: &[u8]) -> Result<Provenance, Fault> {
        let region = self.lay(bytes)?;
        let provenance = self.mark.next(bytes);
        let header = header.clone();
        self.emit(DeviceEvent::Picture { header, region, provenance: provenance.clone() });
        Ok(provenance)
    }

    fn frame(&mut self, header: &PictureHeader, bytes: &[u8]) -> bool {
        let number = self.shown.before.saturating_add(header.number);
        self.shown.last = self.shown.last.max(number);
        self.shown.under_way.retain(|region| self.hub.is_taken(*region));
        if self.shown.under_way.len() >= FRAMES_UNDER_WAY {
            self.beat();
            return false;
        }
        let Some(region) = self.hub.lay_now(bytes) else { return false };
        self.shown.under_way.push(region);
        self.emit(DeviceEvent::Frame { header: PictureHeader { number, ..header.clone() }, region });
        true
    }

    fn document(&mut self, region: Region) -> Result<Vec<u8>, Fault> {
        self.hub.document(region).map_err(|fault| fault.at(self.device))
    }
}
