//! One living host: its socket, its shared memory, and the requests under way.

use std::collections::HashMap;
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::options::HostNotice;
use super::running::region_of;
use crate::wire::{Answer, ToHost, write_frame};
use crate::{DeviceEvent, DeviceId, Fault, FaultCode, Region, RegionBook, SharedArea};

/// What comes for a request.
#[derive(Debug)]
pub(super) enum Incoming {
    Event(DeviceEvent),
    Ended(Result<Answer, Fault>),
}

/// A request under way.
#[derive(Debug)]
pub(super) struct Pending {
    /// The device that is used, for requests that count as a use.
    pub(super) uses: Option<DeviceId>,
    /// `None` once nobody waits for it any more.
    pub(super) sender: Option<Sender<Incoming>>,
    /// When the host is given up for not answering it; `None` for endless tasks.
    pub(super) overdue_at: Option<Instant>,
}

#[derive(Debug)]
pub(super) struct Connection {
    writer: Mutex<UnixStream>,
    pub(super) area: SharedArea,
    documents: Mutex<RegionBook>,
    pending: Mutex<HashMap<u64, Pending>>,
    closed: AtomicBool,
}

pub(super) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // What these locks guard is valid at every moment; a panic elsewhere does not spoil it.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Connection {
    pub(super) fn new(writer: UnixStream, area: SharedArea) -> Self {
        Self {
            writer: Mutex::new(writer),
            area,
            documents: Mutex::new(RegionBook::new(SharedArea::DOCUMENTS)),
            pending: Mutex::default(),
            closed: AtomicBool::new(false),
        }
    }

    pub(super) const fn writer(&self) -> &Mutex<UnixStream> {
        &self.writer
    }

    /// Sends; `false` if the host cannot be reached any more.
    pub(super) fn send(&self, message: &ToHost) -> bool {
        let sent = write_frame(&mut *locked(&self.writer), message).is_ok();
        if !sent {
            self.close();
        }
        sent
    }

    pub(super) fn close(&self) {
        self.closed.store(true, Ordering::SeqCst);
        let _ = locked(&self.writer).shutdown(std::net::Shutdown::Both);
    }

    pub(super) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::SeqCst)
    }

    pub(super) fn expect(&self, id: u64, pending: Pending) {
        locked(&self.pending).insert(id, pending);
    }

    pub(super) fn forget(&self, id: u64) {
        locked(&self.pending).remove(&id);
    }

    /// Nobody waits for the request any more; it must still come to its end in time.
    pub(super) fn abandon(&self, id: u64, overdue_at: Instant) -> bool {
        match locked(&self.pending).get_mut(&id) {
            Some(pending) => {
                pending.sender = None;
                pending.overdue_at = Some(overdue_at);
                true
            }
            None => false,
        }
    }

    /// The request was cancelled: it must come to its end soon, whatever its deadline.
    pub(super) fn hurry(&self, id: u64, overdue_at: Instant) {
        if let Some(pending) = locked(&self.pending).get_mut(&id) {
            pending.overdue_at = Some(pending.overdue_at.map_or(overdue_at, |at| at.min(overdue_at)));
        }
    }

    /// Nothing is asked of the host.
    pub(super) fn is_idle(&self) -> bool {
        locked(&self.pending).is_empty()
    }

    pub(super) fn has_overdue(&self, now: Instant) -> bool {
        locked(&self.pending).values().any(|pending| pending.overdue_at.is_some_and(|at| at <= now))
    }

    /// Brings an event to whoever waits for it; a page that nobody wants is given back at once.
    pub(super) fn deliver_event(&self, id: u64, event: DeviceEvent) {
        let region = region_of(&event);
        let delivered = locked(&self.pending)
            .get(&id)
            .and_then(|pending| pending.sender.as_ref())
            .is_some_and(|sender| sender.send(Incoming::Event(event)).is_ok());
        if let (false, Some(region)) = (delivered, region) {
            self.release(region);
        }
    }

    /// Brings a request's end to whoever waits for it, and says what that tells of the device.
    pub(super) fn deliver_end(&self, id: u64, result: Result<Answer, Fault>) -> Option<HostNotice> {
        let pending = locked(&self.pending).remove(&id)?;
        let told = match &result {
            Err(fault) if fault.code == FaultCode::Cancelled => None,
            Err(fault) => Some(Err(fault.clone())),
            Ok(_) => Some(Ok(())),
        };
        if let Some(sender) = pending.sender {
            let _ = sender.send(Incoming::Ended(result));
        }
        told.zip(pending.uses).map(|(result, device)| HostNotice::Used { device, result })
    }

    /// Ends everything under way with one fault, and says what that tells of the devices.
    pub(super) fn fail_all(&self, fault: &Fault) -> Vec<HostNotice> {
        let pending: Vec<u64> = locked(&self.pending).keys().copied().collect();
        pending.into_iter().filter_map(|id| self.deliver_end(id, Err(fault.clone()))).collect()
    }

    /// Wipes a page's memory and tells the host that it is free.
    pub(super) fn release(&self, region: Region) {
        let _ = self.area.wipe(region);
        self.send(&ToHost::Release { region });
    }

    /// Lays a document into shared memory.
    pub(super) fn lay_document(&self, bytes: &[u8]) -> std::io::Result<Region> {
        let region = locked(&self.documents)
            .take(bytes.len() as u64)
            .ok_or_else(|| std::io::Error::other("no room for the document in shared memory"))?;
        if let Err(error) = self.area.write(region, bytes) {
            self.clear_document(region);
            return Err(error);
        }
        Ok(region)
    }

    pub(super) fn clear_document(&self, region: Region) {
        let _ = self.area.wipe(region);
        locked(&self.documents).give_back(region);
    }
}
