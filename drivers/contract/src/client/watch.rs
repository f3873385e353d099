//! A watch for cards that survives crashes, unplugging and busy readers.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use super::supervisor::Core;
use super::{HostClient, TaskNews};
use crate::{CardReading, DeviceEvent, DeviceId, Fault, FaultCode, Task};

/// Time before a watch that ended with a fault is begun again.
const AGAIN: Duration = Duration::from_millis(500);

/// What a watch tells.
#[derive(Debug, Clone, PartialEq)]
pub enum CardNews {
    /// The reader is open and looked at; said again after every trouble.
    Ready,
    /// A card lies on it.
    Present,
    /// The card was read.
    Read(Box<CardReading>),
    /// The card could not be read.
    Failed(Fault),
    /// The card was taken away.
    Removed,
    /// The reader cannot be used now; said once per kind of fault. The watch goes on trying.
    Trouble(Fault),
}

/// A watch. Dropping it ends it.
pub struct CardWatch {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl HostClient {
    /// Watches a reader for cards until the returned handle is dropped. `each` is called from the watch's own thread; it may call this client,
    /// but must not drop the handle.
    ///
    /// # Errors
    /// Only if no thread can be made.
    pub fn watch_cards(
        &self,
        device: &DeviceId,
        interval: Duration,
        each: impl FnMut(CardNews) + Send + 'static,
    ) -> std::io::Result<CardWatch> {
        let stop = Arc::new(AtomicBool::new(false));
        let watcher = Watcher {
            core: Arc::clone(&self.core),
            device: device.clone(),
            interval_ms: u32::try_from(interval.as_millis()).unwrap_or(u32::MAX),
            stop: Arc::clone(&stop),
            told: None,
            each,
        };
        let thread = std::thread::Builder::new().name("card-watch".into()).spawn(move || watcher.run())?;
        Ok(CardWatch { stop, thread: Some(thread) })
    }
}

impl Drop for CardWatch {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

struct Watcher<E> {
    core: Arc<Core>,
    device: DeviceId,
    interval_ms: u32,
    stop: Arc<AtomicBool>,
    told: Option<FaultCode>,
    each: E,
}

impl<E: FnMut(CardNews)> Watcher<E> {
    fn run(mut self) {
        while !self.is_over() {
            if let Err(fault) = self.watch_once() {
                self.trouble(fault);
                std::thread::sleep(AGAIN);
            }
        }
    }

    fn is_over(&self) -> bool {
        self.stop.load(Ordering::SeqCst) || self.core.is_stopping()
    }

    fn trouble(&mut self, fault: Fault) {
        if self.told != Some(fault.code) && !self.is_over() {
            self.told = Some(fault.code);
            (self.each)(CardNews::Trouble(fault));
        }
    }

    fn watch_once(&mut self) -> Result<(), Fault> {
        let task = Task::WatchCards { interval_ms: self.interval_ms };
        let mut running = self.core.begin(&self.device, task, Duration::MAX)?;
        while !self.is_over() {
            match running.next(Duration::from_millis(100)) {
                Some(TaskNews::Ended(result)) => return result.map(drop),
                Some(TaskNews::Event(event)) => self.pass_on(event),
                Some(TaskNews::Page(_) | TaskNews::Picture(_)) | None => {}
            }
        }
        // The device must be free when the handle's owner goes on.
        running.cancel();
        running.finish(drop).map(drop)
    }

    fn pass_on(&mut self, event: DeviceEvent) {
        let news = match event {
            DeviceEvent::Started | DeviceEvent::Plugged(_) => {
                self.told = None;
                CardNews::Ready
            }
            DeviceEvent::Present => {
                self.told = None;
                CardNews::Present
            }
            DeviceEvent::CardRead(reading) => CardNews::Read(reading),
            DeviceEvent::CardFailed(fault) => CardNews::Failed(fault),
            DeviceEvent::Removed => CardNews::Removed,
            DeviceEvent::Unplugged => {
                let fault = Fault::new(FaultCode::Unplugged, self.core.class()).at(&self.device);
                self.trouble(fault);
                return;
            }
            DeviceEvent::Warning(fault) => {
                self.trouble(fault);
                return;
            }
            _ => return,
        };
        (self.each)(news);
    }
}
