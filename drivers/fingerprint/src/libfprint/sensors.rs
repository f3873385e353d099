//! The thread on which libfprint lives, and what can be asked of it.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use super::error::SensorError;
use super::ffi::{Cancellable, Context, Device, Library, Picture};

/// How often the thread lets GLib's loop run while nothing is asked: sensors that come or go are seen so late at most.
const IDLE: Duration = Duration::from_millis(50);

/// How long an opening may take: some sensors calibrate themselves first.
const OPENING: Duration = Duration::from_secs(20);

/// How long the library may take to come back once a capture was cancelled.
const COMING_BACK: Duration = Duration::from_secs(5);

/// How long a list may take.
const LISTING: Duration = Duration::from_secs(5);

/// A sensor as the library lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Listed {
    /// Our name for it: the library's driver, and a number from the second of a kind on.
    pub(super) local: String,
    pub(super) name: String,
    pub(super) pictures: bool,
}

/// What comes while a capture runs.
enum Progress {
    Finger(bool),
    Done(Result<Picture, SensorError>),
}

enum Job {
    List(Sender<Vec<Listed>>),
    Open(String, Sender<Result<Listed, SensorError>>),
    Capture(String, Arc<Cancellable>, Sender<Progress>),
    IsRemoved(String, Sender<bool>),
    Close(String, Sender<()>),
}

/// The way to the library's thread. The thread ends when the last of these is dropped.
#[derive(Clone)]
pub(super) struct Sensors {
    library: Arc<Library>,
    jobs: Sender<Job>,
    /// A capture has the thread.
    capturing: Arc<AtomicBool>,
}

impl Sensors {
    /// Loads the library and starts its thread.
    pub(super) fn start(library: &OsStr) -> Result<Self, SensorError> {
        let library = Library::load(library)?;
        let (jobs, queue) = channel();
        let own = Arc::clone(&library);
        std::thread::Builder::new()
            .name("libfprint".into())
            .spawn(move || Room::new(own).serve(&queue))
            .map_err(|_| SensorError::ThreadEnded)?;
        Ok(Self { library, jobs, capturing: Arc::default() })
    }

    fn ask<T>(&self, limit: Duration, job: impl FnOnce(Sender<T>) -> Job) -> Result<T, SensorError> {
        if self.capturing.load(Ordering::SeqCst) {
            return Err(SensorError::Occupied);
        }
        let (reply, answer) = channel();
        self.jobs.send(job(reply)).map_err(|_| SensorError::ThreadEnded)?;
        answer.recv_timeout(limit).map_err(|error| match error {
            RecvTimeoutError::Timeout => SensorError::Stuck,
            RecvTimeoutError::Disconnected => SensorError::ThreadEnded,
        })
    }

    /// The sensors that are there now.
    pub(super) fn list(&self) -> Result<Vec<Listed>, SensorError> {
        self.ask(LISTING, Job::List)
    }

    pub(super) fn open(&self, local: &str) -> Result<Listed, SensorError> {
        self.ask(OPENING, |reply| Job::Open(local.to_owned(), reply))?
    }

    pub(super) fn close(&self, local: &str) {
        let _ = self.ask(COMING_BACK, |reply| Job::Close(local.to_owned(), reply));
    }

    pub(super) fn is_removed(&self, local: &str) -> Result<bool, SensorError> {
        self.ask(LISTING, |reply| Job::IsRemoved(local.to_owned(), reply))
    }

    /// Takes one picture; watches meanwhile whether it is to `stop` and tells of fingers that come and go.
    pub(super) fn capture(
        &self,
        local: &str,
        mut stop: impl FnMut() -> bool,
        mut noticed: impl FnMut(bool),
    ) -> Result<Picture, SensorError> {
        let cancel = Arc::new(self.library.cancellable());
        let (reply, progress) = channel();
        let job = Job::Capture(local.to_owned(), Arc::clone(&cancel), reply);
        self.jobs.send(job).map_err(|_| SensorError::ThreadEnded)?;
        self.capturing.store(true, Ordering::SeqCst);
        let result = Self::follow(&cancel, &progress, &mut stop, &mut noticed);
        // A library that is stuck keeps its thread; what is asked next learns that after its own time.
        self.capturing.store(false, Ordering::SeqCst);
        result
    }

    fn follow(
        cancel: &Cancellable,
        progress: &Receiver<Progress>,
        stop: &mut dyn FnMut() -> bool,
        noticed: &mut dyn FnMut(bool),
    ) -> Result<Picture, SensorError> {
        let mut told: Option<Instant> = None;
        loop {
            match progress.recv_timeout(IDLE) {
                Ok(Progress::Finger(present)) => noticed(present),
                Ok(Progress::Done(result)) => return result,
                Err(RecvTimeoutError::Disconnected) => return Err(SensorError::ThreadEnded),
                Err(RecvTimeoutError::Timeout) => {}
            }
            match told {
                None if stop() => {
                    cancel.cancel();
                    told = Some(Instant::now());
                }
                Some(since) if since.elapsed() > COMING_BACK => return Err(SensorError::Stuck),
                _ => {}
            }
        }
    }
}

/// What the thread holds.
struct Room {
    library: Arc<Library>,
    context: Context,
    open: HashMap<String, Device>,
}

impl Room {
    fn new(library: Arc<Library>) -> Self {
        let context = library.context();
        Self { library, context, open: HashMap::new() }
    }

    fn serve(mut self, queue: &Receiver<Job>) {
        loop {
            match queue.recv_timeout(IDLE) {
                Ok(job) => {
                    // What happened before it was asked comes first: a sensor that has gone is not there.
                    self.library.settle();
                    self.answer(job);
                }
                Err(RecvTimeoutError::Timeout) => self.library.settle(),
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    fn answer(&mut self, job: Job) {
        match job {
            Job::List(reply) => {
                let _ = reply.send(self.found().into_iter().map(|(listed, _)| listed).collect());
            }
            Job::Open(local, reply) => {
                let _ = reply.send(self.open(&local));
            }
            Job::Capture(local, cancel, reply) => {
                let result = self.capture(&local, &cancel, &reply);
                let _ = reply.send(Progress::Done(result));
            }
            Job::IsRemoved(local, reply) => {
                let _ = reply.send(self.open.get(&local).is_none_or(Device::is_removed));
            }
            Job::Close(local, reply) => {
                if let Some(device) = self.open.remove(&local)
                    && let Err(error) = device.close()
                {
                    tracing::debug!(%error, "closing a fingerprint sensor");
                }
                let _ = reply.send(());
            }
        }
    }

    fn found(&self) -> Vec<(Listed, Device)> {
        let mut found: Vec<(Listed, Device)> = Vec::new();
        let mut devices = self.context.devices();
        // The same order whenever the same sensors are there.
        devices.sort_by_key(|device| (device.driver(), device.id()));
        for device in devices.into_iter().filter(|device| !device.is_removed()) {
            let driver = device.driver();
            let before = found.iter().filter(|(_, other)| other.driver() == driver).count();
            let local = if before == 0 { driver } else { format!("{driver}-{}", before + 1) };
            let listed = Listed { local, name: device.name(), pictures: device.gives_pictures() };
            found.push((listed, device));
        }
        found
    }

    fn open(&mut self, local: &str) -> Result<Listed, SensorError> {
        if self.open.contains_key(local) {
            self.answer(Job::Close(local.to_owned(), channel().0));
        }
        let search = |room: &Self| room.found().into_iter().find(|(listed, _)| listed.local == local);
        let mut found = search(self);
        if found.is_none() && self.open.is_empty() {
            // A sensor without USB is looked for at the beginning of a search only.
            self.context = self.library.context();
            self.library.settle();
            found = search(self);
        }
        let (listed, device) = found.ok_or(SensorError::NotFound)?;
        if !listed.pictures {
            return Err(SensorError::NoPictures);
        }
        device.open()?;
        self.open.insert(local.to_owned(), device);
        Ok(listed)
    }

    fn capture(
        &self,
        local: &str,
        cancel: &Cancellable,
        progress: &Sender<Progress>,
    ) -> Result<Picture, SensorError> {
        let device = self.open.get(local).ok_or(SensorError::NotFound)?;
        if device.is_removed() {
            return Err(SensorError::from_library("fp-device-error-quark", 0x100));
        }
        device.capture(cancel, &mut |present| {
            let _ = progress.send(Progress::Finger(present));
        })
    }
}
