//! A task under way.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use super::connection::{Connection, Incoming};
use super::supervisor::Core;
use crate::wire::{Answer, ToHost};
use crate::{DeviceEvent, Fault, FaultCode, Outcome, PageHeader};

/// A page, copied out of shared memory.
#[derive(Clone, PartialEq, Eq)]
pub struct ReceivedPage {
    /// How to read the bytes.
    pub header: PageHeader,
    /// The pixels.
    pub bytes: Vec<u8>,
}

impl std::fmt::Debug for ReceivedPage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ReceivedPage({:?})", self.header)
    }
}

/// What a task says next.
#[derive(Debug, PartialEq)]
pub enum TaskNews {
    /// Something happened; pages excepted.
    Event(DeviceEvent),
    /// A page came.
    Page(ReceivedPage),
    /// The task ended. Nothing follows.
    Ended(Result<Outcome, Fault>),
}

/// A task under way. Dropping it before its end cancels it.
pub struct Running {
    pub(super) id: u64,
    pub(super) core: Arc<Core>,
    pub(super) connection: Arc<Connection>,
    pub(super) receiver: Receiver<Incoming>,
    pub(super) ended: bool,
}

impl Running {
    /// Asks the device to stop; the end still comes as [`TaskNews::Ended`].
    pub fn cancel(&self) {
        self.connection.send(&ToHost::Cancel { id: self.id });
    }

    /// What the task says next; `None` if it says nothing within `wait`. A page is copied out, and its
    /// shared memory wiped and given back, by this call: a host never runs ahead of its reader by more
    /// than the shared memory holds.
    pub fn next(&mut self, wait: Duration) -> Option<TaskNews> {
        if self.ended {
            return None;
        }
        let incoming = match self.receiver.recv_timeout(wait) {
            Ok(incoming) => incoming,
            Err(RecvTimeoutError::Timeout) => return None,
            // The sender goes only with its connection, which ends everything first; this is the case
            // where that end was lost.
            Err(RecvTimeoutError::Disconnected) => Incoming::Ended(Err(self.lost())),
        };
        Some(match incoming {
            Incoming::Event(DeviceEvent::Page { header, region }) => {
                let bytes = self.connection.area.read(region);
                self.connection.release(region);
                match bytes {
                    Ok(bytes) if header.is_consistent() && header.byte_length() == region.length => {
                        TaskNews::Page(ReceivedPage { header, bytes })
                    }
                    _ => {
                        self.cancel();
                        self.ended = true;
                        TaskNews::Ended(Err(Fault::new(FaultCode::PageIncomplete, self.core.class())))
                    }
                }
            }
            Incoming::Event(event) => TaskNews::Event(event),
            Incoming::Ended(result) => {
                self.ended = true;
                TaskNews::Ended(result.and_then(|answer| match answer {
                    Answer::Done(outcome) => Ok(outcome),
                    other => Err(self.misplaced(&other)),
                }))
            }
        })
    }

    /// Waits for the end and hands everything else to `each`.
    ///
    /// # Errors
    /// The task's fault.
    pub fn finish(mut self, mut each: impl FnMut(TaskNews)) -> Result<Outcome, Fault> {
        loop {
            match self.next(Duration::from_secs(60)) {
                Some(TaskNews::Ended(result)) => return result,
                Some(news) => each(news),
                None => {}
            }
        }
    }

    fn lost(&self) -> Fault {
        Fault::new(FaultCode::HostCrashed, self.core.class()).with_detail("the line was lost")
    }

    fn misplaced(&self, _answer: &Answer) -> Fault {
        Fault::new(FaultCode::ProtocolGarbage, self.core.class()).with_detail("an answer to another request")
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if self.ended {
            return;
        }
        let overdue_at = Instant::now() + self.core.options().deadline_grace;
        if self.connection.abandon(self.id, overdue_at) {
            self.cancel();
        }
        // Nobody adds to the queue any more; what lies in it is given back.
        while let Ok(incoming) = self.receiver.try_recv() {
            if let Incoming::Event(DeviceEvent::Page { region, .. }) = incoming {
                self.connection.release(region);
            }
        }
    }
}
