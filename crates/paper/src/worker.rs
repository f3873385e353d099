//! The client of the worker process.

use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::message::{FromWorker, ToWorker};
use crate::running::{Lost, Running};
use crate::{Cancellation, PaperError, PrintOrder, PrintSet, Rendered, TemplateId};

/// Where Debian and Ubuntu put the fonts of the papers (packages fonts-noto-cjk, fonts-hanazono,
/// fonts-babelstone-han).
pub const DEBIAN_FONT_FOLDERS: [&str; 3] = [
    "/usr/share/fonts/opentype/noto",
    "/usr/share/fonts/truetype/hanazono",
    "/usr/share/fonts/truetype/babelstone",
];

/// How the worker is run.
#[derive(Debug, Clone)]
pub struct WorkerSettings {
    /// The program `paper-worker`.
    pub program: PathBuf,
    /// The folder `assets/templates`.
    pub templates: PathBuf,
    /// Folders of fonts; the first find of a face wins.
    pub fonts: Vec<PathBuf>,
    /// How long a worker without orders is kept. 60 s: an officer who printed once often prints again, and a
    /// worker holds over 100 MB.
    pub idle: Duration,
    /// How long one paper may take, waiting for its turn included. 20 s: a form takes some milliseconds, a
    /// day sheet of hundreds of lines a second; beyond that the citizen is told.
    pub deadline: Duration,
}

impl WorkerSettings {
    /// Usual settings: Debian's font folders, 60 s idle, 20 s for a paper.
    #[must_use]
    pub fn new(program: impl Into<PathBuf>, templates: impl Into<PathBuf>) -> Self {
        Self {
            program: program.into(),
            templates: templates.into(),
            fonts: DEBIAN_FONT_FOLDERS.iter().map(PathBuf::from).collect(),
            idle: Duration::from_mins(1),
            deadline: Duration::from_secs(20),
        }
    }
}

enum Slot {
    Empty,
    Idle { worker: Running, since: Instant },
    Busy { pid: Option<u32> },
}

struct Desk {
    settings: WorkerSettings,
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    slot: Slot,
    watched: bool,
    closed: bool,
}

/// Makes papers in a worker process, one at a time. Blocking: call it from a blocking thread. Shared freely
/// between threads; dropping it ends the worker.
pub struct PaperWorker {
    desk: Arc<Desk>,
}

impl PaperWorker {
    /// A client; no process is started before the first order.
    #[must_use]
    pub fn new(settings: WorkerSettings) -> Self {
        let state = State { slot: Slot::Empty, watched: false, closed: false };
        Self { desk: Arc::new(Desk { settings, state: Mutex::new(state), changed: Condvar::new() }) }
    }

    /// Names the print set that this installation would use for a template now.
    ///
    /// # Errors
    /// Unknown or broken template, missing fonts, and everything that can happen to the worker.
    pub fn current_print_set(&self, template: &TemplateId, timestamp: i64) -> Result<PrintSet, PaperError> {
        let message = ToWorker::PrintSet { template: template.clone(), timestamp };
        match self.desk.ask(&message, &Cancellation::new())? {
            FromWorker::PrintSet(set) => Ok(set),
            FromWorker::Failed(error) => Err(error),
            FromWorker::Ready { .. } | FromWorker::Printed(_) | FromWorker::Pictured(_) => {
                Err(PaperError::WorkerGarbled)
            }
        }
    }

    /// Makes a paper. If the worker ends meanwhile, a fresh one gets the order once more.
    ///
    /// # Errors
    /// Data that does not fit, a print set that is not installed, characters without a glyph, text that does
    /// not fit, the deadline, a cancel, and everything that can happen to the worker.
    pub fn render(&self, order: &PrintOrder, cancel: &Cancellation) -> Result<Rendered, PaperError> {
        let message = ToWorker::Print(Box::new(order.clone()));
        match self.desk.ask(&message, cancel)? {
            FromWorker::Printed(rendered) if rendered.print_set == order.print_set => Ok(rendered),
            FromWorker::Failed(error) => Err(error),
            FromWorker::Ready { .. }
            | FromWorker::PrintSet(_)
            | FromWorker::Printed(_)
            | FromWorker::Pictured(_) => Err(PaperError::WorkerGarbled),
        }
    }

    /// Makes a picture of a flowing paper, as PNG: for printers that take nothing else. The paper itself stays what
    /// [`PaperWorker::render`] makes.
    ///
    /// # Errors
    /// As for [`PaperWorker::render`]; [`PaperError::TemplateBroken`] for a placed paper, which no such printer prints.
    pub fn picture(
        &self,
        order: &PrintOrder,
        dots_per_millimetre: u16,
        cancel: &Cancellation,
    ) -> Result<Vec<u8>, PaperError> {
        let message = ToWorker::Picture { order: Box::new(order.clone()), dots_per_millimetre };
        match self.desk.ask(&message, cancel)? {
            FromWorker::Pictured(png) => Ok(png),
            FromWorker::Failed(error) => Err(error),
            FromWorker::Ready { .. } | FromWorker::PrintSet(_) | FromWorker::Printed(_) => {
                Err(PaperError::WorkerGarbled)
            }
        }
    }

    /// Process id of the worker, if one runs.
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        match &self.desk.lock().slot {
            Slot::Empty => None,
            Slot::Idle { worker, .. } => Some(worker.pid()),
            Slot::Busy { pid } => *pid,
        }
    }

    /// Ends an idle worker now; the next order starts a fresh one. A worker at work is left to finish.
    pub fn rest(&self) {
        let mut state = self.desk.lock();
        if matches!(state.slot, Slot::Idle { .. }) {
            state.slot = Slot::Empty;
            self.desk.changed.notify_all();
        }
    }
}

impl Drop for PaperWorker {
    fn drop(&mut self) {
        let mut state = self.desk.lock();
        state.closed = true;
        if matches!(state.slot, Slot::Idle { .. }) {
            state.slot = Slot::Empty;
        }
        self.desk.changed.notify_all();
    }
}

impl Desk {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ask(self: &Arc<Self>, message: &ToWorker, cancel: &Cancellation) -> Result<FromWorker, PaperError> {
        let deadline = Instant::now() + self.settings.deadline;
        let mut kept = self.take(cancel, deadline)?;
        let mut answer = Err(PaperError::WorkerCrashed);
        // A worker can end for reasons that are not the order's (memory taken by another program, a kill).
        // Making a paper changes nothing, so a second try is safe; a third would only hide a fault.
        for _ in 0..2 {
            let tried = match kept.take() {
                Some(worker) => Ok(worker),
                None => Running::start(&self.settings, cancel, deadline),
            }
            .and_then(|worker| {
                self.lock().slot = Slot::Busy { pid: Some(worker.pid()) };
                let reply = worker.exchange(message, cancel, deadline)?;
                Ok((worker, reply))
            });
            match tried {
                Ok((worker, reply)) => {
                    kept = Some(worker);
                    answer = Ok(reply);
                    break;
                }
                Err(Lost::Ended) => tracing::warn!("the paper worker ended during an order"),
                Err(Lost::Final(error)) => {
                    answer = Err(error);
                    break;
                }
            }
        }
        self.give_back(kept);
        answer.map_err(|error| match error {
            PaperError::DeadlineExceeded { .. } => self.late(),
            other => other,
        })
    }

    fn late(&self) -> PaperError {
        let milliseconds = u64::try_from(self.settings.deadline.as_millis()).unwrap_or(u64::MAX);
        PaperError::DeadlineExceeded { milliseconds }
    }

    /// Waits for its turn; the worker that is there, if one is.
    fn take(
        self: &Arc<Self>,
        cancel: &Cancellation,
        deadline: Instant,
    ) -> Result<Option<Running>, PaperError> {
        let woken = Arc::clone(self);
        let _waking = cancel.waking(move || {
            // Under the lock, so that the call cannot fall between the waiter's check and its wait.
            let _state = woken.lock();
            woken.changed.notify_all();
        });
        let mut state = self.lock();
        loop {
            // Not asked of `cancel` while holding our lock: it calls us while holding its own.
            drop(state);
            let cancelled = cancel.is_cancelled();
            state = self.lock();
            if cancelled {
                return Err(PaperError::Cancelled);
            }
            if !matches!(state.slot, Slot::Busy { .. }) {
                let slot = std::mem::replace(&mut state.slot, Slot::Busy { pid: None });
                return Ok(match slot {
                    Slot::Idle { worker, .. } => Some(worker),
                    Slot::Empty | Slot::Busy { .. } => None,
                });
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(self.late());
            }
            // Bounded: between the check of `cancel` above and this wait a cancel may have knocked.
            let step = left.min(Duration::from_millis(100));
            state = self.changed.wait_timeout(state, step).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn give_back(self: &Arc<Self>, worker: Option<Running>) {
        let mut state = self.lock();
        state.slot = match worker {
            Some(worker) if !state.closed => Slot::Idle { worker, since: Instant::now() },
            _ => Slot::Empty,
        };
        if matches!(state.slot, Slot::Idle { .. }) && !state.watched {
            state.watched = true;
            let desk = Arc::clone(self);
            thread::spawn(move || desk.watch());
        }
        self.changed.notify_all();
    }

    /// Ends the worker when it was idle for long enough; ends itself when there is nothing to watch.
    fn watch(&self) {
        let mut state = self.lock();
        while !state.closed {
            let left = match &state.slot {
                Slot::Empty => break,
                Slot::Busy { .. } => self.settings.idle,
                Slot::Idle { since, .. } => self.settings.idle.saturating_sub(since.elapsed()),
            };
            if left.is_zero() {
                state.slot = Slot::Empty;
                break;
            }
            state = self.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        state.watched = false;
    }
}
