//! A task under way.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use super::connection::{Connection, Incoming};
use super::supervisor::Core;
use crate::provenance::CaptureGate;
use crate::wire::{Answer, ToHost};
use crate::{DeviceEvent, Fault, FaultCode, Outcome, PageHeader, PictureHeader, Provenance, Region, Word};

/// A page, copied out of shared memory.
#[derive(Clone, PartialEq, Eq)]
pub struct ReceivedPage {
    /// How to read the bytes.
    pub header: PageHeader,
    /// Where, when and for which request; the SM3 of the pixels, which was checked.
    pub provenance: Provenance,
    /// The pixels.
    pub bytes: Vec<u8>,
}

/// An encoded picture, copied out of shared memory.
#[derive(Clone, PartialEq, Eq)]
pub struct ReceivedPicture {
    /// How to read the bytes.
    pub header: PictureHeader,
    /// Where, when and for which request; `None` for a picture of a preview, which must not be kept.
    pub provenance: Option<Provenance>,
    /// The file.
    pub bytes: Vec<u8>,
}

impl std::fmt::Debug for ReceivedPicture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ReceivedPicture({:?})", self.header)
    }
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
    /// An encoded picture came: a shot, or one of a preview.
    Picture(ReceivedPicture),
    /// The task ended. Nothing follows.
    Ended(Result<Outcome, Fault>),
}

/// A task under way. Dropping it before its end cancels it.
pub struct Running {
    pub(super) id: u64,
    pub(super) core: Arc<Core>,
    pub(super) connection: Arc<Connection>,
    pub(super) receiver: Receiver<Incoming>,
    pub(super) gate: CaptureGate,
    pub(super) ended: bool,
}

impl Running {
    /// Asks the device to stop; the end still comes as [`TaskNews::Ended`]. A driver that does not listen is ended
    /// with its host.
    pub fn cancel(&self) {
        self.connection.hurry(self.id, Instant::now() + self.core.options().deadline_grace);
        self.connection.send(&ToHost::Cancel { id: self.id });
    }

    /// Says something to the task.
    pub fn tell(&self, word: Word) {
        self.connection.send(&ToHost::Tell { id: self.id, word });
    }

    /// What the task says next; `None` if it says nothing within `wait`. A page is copied out, and its
    /// shared memory wiped and given back, by this call: a host never runs ahead of its reader by more
    /// than the shared memory holds. A capture that was replayed, altered or made at another time ends the task
    /// with its fault.
    pub fn next(&mut self, wait: Duration) -> Option<TaskNews> {
        if self.ended {
            return None;
        }
        let news = match self.receiver.recv_timeout(wait) {
            Ok(Incoming::Event(event)) => self.admit_event(event),
            Ok(Incoming::Ended(result)) => {
                self.ended = true;
                Ok(TaskNews::Ended(result.and_then(|answer| self.admit_answer(answer))))
            }
            Err(RecvTimeoutError::Timeout) => return None,
            // The sender goes only with its connection, which ends everything first; this is the case
            // where that end was lost.
            Err(RecvTimeoutError::Disconnected) => {
                self.ended = true;
                Err(self.lost())
            }
        };
        Some(news.unwrap_or_else(|fault| {
            if !self.ended {
                self.cancel();
                self.ended = true;
            }
            TaskNews::Ended(Err(fault))
        }))
    }

    fn admit_event(&mut self, event: DeviceEvent) -> Result<TaskNews, Fault> {
        Ok(match event {
            DeviceEvent::Page { header, region, provenance } => {
                let fits = header.is_consistent() && header.byte_length() == region.length;
                let bytes = self.copied(region)?;
                if !fits {
                    return Err(Fault::new(FaultCode::PageIncomplete, self.core.class()));
                }
                self.gate.admit(&provenance, &bytes)?;
                TaskNews::Page(ReceivedPage { header, provenance, bytes })
            }
            DeviceEvent::Picture { header, region, provenance } => {
                let bytes = self.picture(&header, region)?;
                self.gate.admit(&provenance, &bytes)?;
                TaskNews::Picture(ReceivedPicture { header, provenance: Some(provenance), bytes })
            }
            DeviceEvent::Frame { header, region } => {
                let bytes = self.picture(&header, region)?;
                TaskNews::Picture(ReceivedPicture { header, provenance: None, bytes })
            }
            DeviceEvent::CardRead(reading) => {
                self.gate.admit(&reading.provenance, &reading.raw)?;
                TaskNews::Event(DeviceEvent::CardRead(reading))
            }
            DeviceEvent::CodeRead(reading) => {
                self.gate.admit(&reading.provenance, &reading.raw)?;
                TaskNews::Event(DeviceEvent::CodeRead(reading))
            }
            other => TaskNews::Event(other),
        })
    }

    fn admit_answer(&mut self, answer: Answer) -> Result<Outcome, Fault> {
        let Answer::Done(outcome) = answer else { return Err(self.misplaced()) };
        match &outcome {
            Outcome::Card(reading) => self.gate.admit(&reading.provenance, &reading.raw)?,
            Outcome::Signature(reading) => self.gate.admit(&reading.provenance, &reading.raw)?,
            Outcome::Evaluated(reading) => self.gate.admit(&reading.provenance, &reading.raw)?,
            Outcome::Chip(reading) => self.gate.admit(&reading.provenance, &reading.raw)?,
            Outcome::Finger(reading) => self.gate.belongs(&reading.provenance)?,
            Outcome::Photo(reading) => self.gate.belongs(&reading.provenance)?,
            _ => {}
        }
        Ok(outcome)
    }

    fn picture(&self, header: &PictureHeader, region: Region) -> Result<Vec<u8>, Fault> {
        let bytes = self.copied(region)?;
        if header.fits(&bytes) {
            return Ok(bytes);
        }
        let fault = Fault::new(FaultCode::CameraPictureBroken, self.core.class());
        Err(fault.with_detail("no picture of the format that its header names"))
    }

    fn copied(&self, region: Region) -> Result<Vec<u8>, Fault> {
        let bytes = self.connection.area.read(region);
        self.connection.release(region);
        bytes.map_err(|error| {
            Fault::new(FaultCode::PageIncomplete, self.core.class()).with_detail(error.to_string())
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

    fn misplaced(&self) -> Fault {
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
            if let Incoming::Event(event) = incoming
                && let Some(region) = region_of(&event)
            {
                self.connection.release(region);
            }
        }
    }
}

/// The shared memory that an event speaks of.
pub(super) const fn region_of(event: &DeviceEvent) -> Option<Region> {
    match event {
        DeviceEvent::Page { region, .. }
        | DeviceEvent::Picture { region, .. }
        | DeviceEvent::Frame { region, .. } => Some(*region),
        _ => None,
    }
}
