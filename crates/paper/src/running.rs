//! One running worker process: its pipes, its threads, its end.

use std::io::{BufReader, BufWriter};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::Instant;

use crate::cancel::Cancellation;
use crate::message::{FromWorker, PROTOCOL_VERSION, ToWorker};
use crate::worker::WorkerSettings;
use crate::{FRAME_LIMIT, PaperError, read_frame, write_frame};

enum Event {
    Frame(Vec<u8>),
    /// The worker closed its end: it ended, whatever the reason.
    Ended,
    Cancelled,
}

/// How an exchange ended without an answer.
pub(crate) enum Lost {
    /// The worker ended; another may do better.
    Ended,
    /// No further try makes sense.
    Final(PaperError),
}

/// A worker process that is ready for orders. Killed when dropped: it holds no state worth an orderly end.
pub(crate) struct Running {
    child: Child,
    orders: Sender<Vec<u8>>,
    events: Receiver<Event>,
    knock: Sender<Event>,
}

impl Running {
    /// Starts a worker and waits until its fonts are found.
    pub(crate) fn start(
        settings: &WorkerSettings,
        cancel: &Cancellation,
        deadline: Instant,
    ) -> Result<Self, Lost> {
        // No argument and an empty environment: neither can carry anything from here, and the bytes of a
        // paper cannot depend on the environment of whoever started us.
        let mut child = Command::new(&settings.program)
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| {
                Lost::Final(PaperError::WorkerUnavailable { reason: error.kind().to_string() })
            })?;
        let (orders, outbox) = mpsc::channel::<Vec<u8>>();
        let (knock, events) = mpsc::channel();
        if let Some(pipe) = child.stdin.take() {
            // Its own thread: a worker that does not read must not hold the caller beyond the deadline. The
            // worker ends by itself when this pipe closes, so it cannot outlive this process.
            thread::spawn(move || {
                let mut pipe = BufWriter::new(pipe);
                for body in outbox {
                    if write_frame(&mut pipe, &body).is_err() {
                        break;
                    }
                }
            });
        }
        if let Some(pipe) = child.stdout.take() {
            let arrived = knock.clone();
            thread::spawn(move || {
                let mut pipe = BufReader::new(pipe);
                while let Ok(Some(body)) = read_frame(&mut pipe) {
                    if arrived.send(Event::Frame(body)).is_err() {
                        return;
                    }
                }
                // Nobody may be listening any more; then nobody needs to know.
                let _ = arrived.send(Event::Ended);
            });
        }
        let running = Self { child, orders, events, knock };
        let open = ToWorker::Open {
            version: PROTOCOL_VERSION,
            templates: settings.templates.clone(),
            fonts: settings.fonts.clone(),
        };
        let refused = |error| Err(Lost::Final(error));
        match running.exchange(&open, cancel, deadline)? {
            FromWorker::Ready { version: PROTOCOL_VERSION } => Ok(running),
            FromWorker::Ready { version } => {
                refused(PaperError::WorkerVersion { theirs: version, ours: PROTOCOL_VERSION })
            }
            FromWorker::Failed(error) => refused(error),
            FromWorker::PrintSet(_) | FromWorker::Printed(_) | FromWorker::Pictured(_) => {
                refused(PaperError::WorkerGarbled)
            }
        }
    }

    /// Sends one message and waits for its answer. After anything but an answer the worker must not be used
    /// again: a late answer would be taken for the next order's.
    pub(crate) fn exchange(
        &self,
        message: &ToWorker,
        cancel: &Cancellation,
        deadline: Instant,
    ) -> Result<FromWorker, Lost> {
        let body = message.to_bytes().map_err(Lost::Final)?;
        if body.len() > FRAME_LIMIT as usize {
            return Err(Lost::Final(PaperError::OrderTooLarge { limit: u64::from(FRAME_LIMIT) }));
        }
        let waking = {
            let knock = self.knock.clone();
            cancel.waking(move || {
                // The receiver lives as long as this exchange.
                let _ = knock.send(Event::Cancelled);
            })
        };
        self.orders.send(body).map_err(|_| Lost::Ended)?;
        let left = deadline.saturating_duration_since(Instant::now());
        let event = self.events.recv_timeout(left);
        drop(waking);
        match event {
            Ok(Event::Frame(body)) => {
                // A cancel that came after the answer belongs to no later order.
                while matches!(self.events.try_recv(), Ok(Event::Cancelled)) {}
                FromWorker::from_bytes(&body).map_err(Lost::Final)
            }
            Ok(Event::Ended) | Err(RecvTimeoutError::Disconnected) => Err(Lost::Ended),
            Ok(Event::Cancelled) => Err(Lost::Final(PaperError::Cancelled)),
            Err(RecvTimeoutError::Timeout) => {
                Err(Lost::Final(PaperError::DeadlineExceeded { milliseconds: 0 }))
            }
        }
    }

    /// Process id of the worker.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already; waiting afterwards takes its entry out of the process table.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
