//! Watches for cards and codes that survive crashes, unplugging and busy devices.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use super::supervisor::Core;
use super::{HostClient, TaskNews};
use crate::{CardReading, CodeReading, DeviceEvent, DeviceId, Fault, FaultCode, Task};

/// Time before a watch that ended with a fault is begun again.
const AGAIN: Duration = Duration::from_millis(500);

/// What a watch for cards tells.
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

/// What a watch for codes tells.
#[derive(Debug, Clone, PartialEq)]
pub enum CodeNews {
    /// The scanner is open; said again after every trouble.
    Ready,
    /// A code was held in front of it.
    Read(Box<CodeReading>),
    /// The scanner cannot be used now; said once per kind of fault. The watch goes on trying.
    Trouble(Fault),
}

/// A watch. Dropping it ends it.
pub struct Watch {
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
        mut each: impl FnMut(CardNews) + Send + 'static,
    ) -> std::io::Result<Watch> {
        let interval_ms = u32::try_from(interval.as_millis()).unwrap_or(u32::MAX);
        self.watch(device, Task::WatchCards { interval_ms }, move |news| {
            let news = match news {
                Seen::Ready => CardNews::Ready,
                Seen::Trouble(fault) => CardNews::Trouble(fault),
                Seen::Event(DeviceEvent::Present) => CardNews::Present,
                Seen::Event(DeviceEvent::CardRead(reading)) => CardNews::Read(reading),
                Seen::Event(DeviceEvent::CardFailed(fault)) => CardNews::Failed(fault),
                Seen::Event(DeviceEvent::Removed) => CardNews::Removed,
                Seen::Event(_) => return,
            };
            each(news);
        })
    }

    /// Watches a code scanner, as [`Self::watch_cards`] a reader.
    ///
    /// # Errors
    /// Only if no thread can be made.
    pub fn watch_codes(
        &self,
        device: &DeviceId,
        mut each: impl FnMut(CodeNews) + Send + 'static,
    ) -> std::io::Result<Watch> {
        self.watch(device, Task::WatchCodes, move |news| {
            let news = match news {
                Seen::Ready => CodeNews::Ready,
                Seen::Trouble(fault) => CodeNews::Trouble(fault),
                Seen::Event(DeviceEvent::CodeRead(reading)) => CodeNews::Read(reading),
                Seen::Event(_) => return,
            };
            each(news);
        })
    }

    fn watch(
        &self,
        device: &DeviceId,
        task: Task,
        each: impl FnMut(Seen) + Send + 'static,
    ) -> std::io::Result<Watch> {
        let stop = Arc::new(AtomicBool::new(false));
        let (core, device) = (Arc::clone(&self.core), device.clone());
        let watcher = Watcher { core, device, task, stop: Arc::clone(&stop), told: None, each };
        let thread = std::thread::Builder::new().name("device-watch".into()).spawn(move || watcher.run())?;
        Ok(Watch { stop, thread: Some(thread) })
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// What a watched device says.
enum Seen {
    Ready,
    Event(DeviceEvent),
    Trouble(Fault),
}

struct Watcher<E> {
    core: Arc<Core>,
    device: DeviceId,
    task: Task,
    stop: Arc<AtomicBool>,
    told: Option<FaultCode>,
    each: E,
}

impl<E: FnMut(Seen)> Watcher<E> {
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
            (self.each)(Seen::Trouble(fault));
        }
    }

    fn watch_once(&mut self) -> Result<(), Fault> {
        let mut running = self.core.begin(&self.device, self.task.clone(), Duration::MAX)?;
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
        match event {
            DeviceEvent::Started | DeviceEvent::Plugged(_) => {
                self.told = None;
                (self.each)(Seen::Ready);
            }
            DeviceEvent::Unplugged => {
                let fault = Fault::new(FaultCode::Unplugged, self.core.class()).at(&self.device);
                self.trouble(fault);
            }
            DeviceEvent::Warning(fault) => self.trouble(fault),
            other => {
                if matches!(other, DeviceEvent::Present | DeviceEvent::CodeRead(_)) {
                    self.told = None;
                }
                (self.each)(Seen::Event(other));
            }
        }
    }
}
