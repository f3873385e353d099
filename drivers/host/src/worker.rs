//! One thread per device: its tasks one after the other.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Condvar, Mutex, PoisonError, Weak};
use std::time::Instant;

use driver_contract::wire::{Answer, FromHost};
use driver_contract::{
    CaptureMark, DeviceClass, DeviceConfig, DeviceEvent, DeviceId, DeviceLock, DriverFactory, Fault,
    FaultCode, OpenDevice, Outcome, Recording, Task, TaskContext, Word,
};
use driver_tape::RecordedDevice;

use crate::context::{Context, Shown};
use crate::hub::{Hub, locked};
use crate::search::Search;

/// Something to do with a device.
pub(crate) struct Job {
    pub(crate) id: u64,
    pub(crate) until: Instant,
    pub(crate) controls: Arc<Controls>,
    pub(crate) what: What,
    /// Lives as long as a watch is queued or runs.
    pub(crate) _watch: Option<Arc<()>>,
}

pub(crate) enum What {
    Open,
    Close,
    Run(Box<Run>),
}

/// A task on its way through its turns.
pub(crate) struct Run {
    pub(crate) task: Task,
    /// Numbers the captures of this request, through all its turns.
    pub(crate) mark: CaptureMark,
    /// Numbers the pictures of a preview, likewise.
    pub(crate) shown: Shown,
}

/// What the terminal can say to a request under way.
#[derive(Debug, Default)]
pub(crate) struct Controls {
    pub(crate) cancel: AtomicBool,
    words: Mutex<VecDeque<Word>>,
}

impl Controls {
    pub(crate) fn tell(&self, word: Word) {
        locked(&self.words).push_back(word);
    }

    pub(crate) fn told(&self) -> Option<Word> {
        locked(&self.words).pop_front()
    }
}

/// The queue in front of a device.
#[derive(Default)]
pub(crate) struct Queue {
    jobs: Mutex<VecDeque<Job>>,
    added: Condvar,
    /// The device's watch, if there is one.
    watch: Mutex<Weak<()>>,
}

impl Queue {
    pub(crate) fn add(&self, job: Job) {
        locked(&self.jobs).push_back(job);
        self.added.notify_all();
    }

    /// A mark for a new watch; `None` while there is one already. Two watches on one device would step
    /// aside for each other for ever.
    pub(crate) fn claim_watch(&self) -> Option<Arc<()>> {
        let mut watch = locked(&self.watch);
        if watch.strong_count() > 0 {
            return None;
        }
        let mark = Arc::new(());
        *watch = Arc::downgrade(&mark);
        Some(mark)
    }

    fn others_wait(&self) -> bool {
        !locked(&self.jobs).is_empty()
    }

    /// The next job; a watch waits until nothing else does. `None` when the host closes.
    fn next(&self, hub: &Hub) -> Option<Job> {
        let mut jobs = locked(&self.jobs);
        loop {
            if hub.is_closing() {
                return None;
            }
            if let Some(job) = jobs.pop_front() {
                return Some(job);
            }
            let waited = self.added.wait_timeout(jobs, std::time::Duration::from_millis(200));
            jobs = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

/// A device that is open, and the lock that says so to other terminals.
struct Held {
    // Declared first, so dropped first: the device is closed before the lock is let go.
    device: Box<dyn OpenDevice>,
    _lock: Option<DeviceLock>,
}

pub(crate) struct Worker {
    pub(crate) hub: Arc<Hub>,
    pub(crate) queue: Arc<Queue>,
    pub(crate) factory: Arc<dyn DriverFactory>,
    pub(crate) device: DeviceId,
    pub(crate) configured: Vec<DeviceConfig>,
    pub(crate) search: Arc<Search>,
    /// How a device is recorded whose entry does not say.
    pub(crate) record: Option<Recording>,
    pub(crate) lock_dir: PathBuf,
    pub(crate) profile: String,
}

impl Worker {
    pub(crate) fn run(self) {
        let mut held: Option<Held> = None;
        // Opened by request, so it stays open between tasks.
        let mut kept = false;
        while let Some(mut job) = self.queue.next(&self.hub) {
            let (id, until, controls) = (job.id, job.until, Arc::clone(&job.controls));
            let result = match &mut job.what {
                What::Open => self.hold(&mut held).map(|held| {
                    kept = true;
                    Answer::Opened(Box::new(held.device.info().clone()))
                }),
                What::Close => {
                    kept = false;
                    held = None;
                    Ok(Answer::Closed)
                }
                What::Run(run) => self.do_task(&mut held, (id, until, &controls), run).map(Answer::Done),
            };
            if held.as_ref().is_some_and(|held| !held.device.is_alive()) {
                held = None;
            }
            if matches!(result, Ok(Answer::Done(Outcome::Yielded))) {
                // Still the same watch: it goes on behind whatever waits, with the device kept open, so
                // that it knows the card that lies there.
                self.queue.add(job);
                continue;
            }
            drop(controls);
            drop(job);
            // Closed before the answer goes out: who hears that a task is done finds the device free.
            if !kept && !self.queue.others_wait() {
                held = None;
            }
            self.hub.send(&FromHost::Answer { id, result });
        }
    }

    fn do_task(
        &self,
        held: &mut Option<Held>,
        (id, until, controls): (u64, Instant, &Controls),
        run: &mut Run,
    ) -> Result<Outcome, Fault> {
        let queue = Arc::clone(&self.queue);
        let mut context = Context {
            hub: &self.hub,
            request: id,
            device: &self.device,
            controls,
            mark: run.mark.clone(),
            shown: run.shown.clone().turn(),
            others_wait: Arc::new(move || queue.others_wait()),
            until,
            endless: run.task.is_endless(),
        };
        if context.cancelled() {
            self.hub.stop_beating(id);
            // A watch may be told to stop while it waits for its next turn.
            return if context.endless {
                Ok(Outcome::Stopped)
            } else {
                Err(self.fault(FaultCode::Cancelled))
            };
        }
        let fresh = held.is_none();
        let opened = self.hold(held);
        let result = match opened {
            Err(fault) => Err(fault),
            Ok(held) => {
                context.mark.attest(held.device.info().attestation);
                if fresh {
                    context.emit(DeviceEvent::Started);
                }
                // A panic is the driver's own: its device is thrown away, the others live on.
                catch_unwind(AssertUnwindSafe(|| held.device.run(&run.task, &mut context)))
                    .unwrap_or_else(|_| Err(self.fault(FaultCode::DriverFailed).with_detail("panic")))
            }
        };
        (run.mark, run.shown) = (context.mark, context.shown);
        self.hub.stop_beating(id);
        if matches!(&result, Err(fault) if fault.code == FaultCode::DriverFailed) {
            *held = None;
        }
        result
    }

    fn hold<'a>(&self, held: &'a mut Option<Held>) -> Result<&'a mut Held, Fault> {
        if let Some(held) = held {
            return Ok(held);
        }
        let recording = self.recording();
        if recording.is_some() && self.hub.class == DeviceClass::Ukey {
            let detail = "record: a UKey's traffic is never recorded";
            return Err(self.fault(FaultCode::BadConfiguration).with_detail(detail));
        }
        let lock = if self.factory.exclusive() {
            let lock = DeviceLock::acquire(&self.lock_dir, self.hub.class, &self.device, &self.profile)?;
            Some(lock)
        } else {
            None
        };
        let entries = self.entries(recording.as_ref());
        let opening = || self.factory.open(&self.device, &entries);
        let mut device = catch_unwind(AssertUnwindSafe(opening))
            .unwrap_or_else(|_| Err(self.fault(FaultCode::DriverFailed).with_detail("panic at opening")))?;
        self.search.learn(device.info());
        if let Some(recording) = recording {
            device = Box::new(RecordedDevice::create(device, &recording)?);
        }
        Ok(held.insert(Held { device, _lock: lock }))
    }

    fn is_ours(&self, entry: &DeviceConfig) -> bool {
        DeviceId::new(self.factory.name(), &entry.path) == self.device
    }

    /// How this device is recorded, if it is: by its own entry, else as the host was started.
    fn recording(&self) -> Option<Recording> {
        let entry = self.configured.iter().find(|entry| self.is_ours(entry));
        entry.and_then(|entry| entry.record.clone()).or_else(|| self.record.clone())
    }

    /// The entries as the driver sees them: what it records is the line, beside our own tape.
    fn entries(&self, recording: Option<&Recording>) -> Vec<DeviceConfig> {
        let mut entries = self.configured.clone();
        for entry in &mut entries {
            entry.record = recording.filter(|_| self.is_ours(entry)).map(Recording::of_line);
        }
        entries
    }

    fn fault(&self, code: FaultCode) -> Fault {
        Fault::new(code, self.hub.class).at(&self.device)
    }
}
