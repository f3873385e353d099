//! What can be asked of a host.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use super::connection::{Connection, Incoming, Pending};
use super::supervisor::Core;
use super::{HostClient, ReceivedPage, Running, TaskNews};
use crate::provenance::CaptureGate;
use crate::wire::{Answer, Request, ToHost};
use crate::{
    CardReading, DeviceEvent, DeviceId, DeviceInfo, Fault, FaultCode, JobStatus, Outcome, PrintParameters,
    ScanParameters, Task,
};

/// How long a request waits for a host that is being restarted: two seconds for the restart, and the time
/// to start a program.
const PATIENCE: Duration = Duration::from_secs(4);

/// A deadline further away than this is none (an `Instant` far in the future may not exist).
const NEVER: Duration = Duration::from_secs(30 * 24 * 3600);

impl Core {
    fn send(
        self: &Arc<Self>,
        connection: &Connection,
        request: Request,
        limit: Duration,
    ) -> Result<(u64, Receiver<Incoming>), Fault> {
        let id = self.next_id();
        let (sender, receiver) = channel();
        let endless = limit >= NEVER || matches!(&request, Request::Run { task, .. } if task.is_endless());
        let overdue_at = (!endless).then(|| Instant::now() + limit + self.options().deadline_grace);
        let uses = match &request {
            Request::Run { device, task, .. } if !endless && !matches!(task, Task::CheckState) => {
                Some(device.clone())
            }
            _ => None,
        };
        connection.expect(id, Pending { uses, sender: Some(sender), overdue_at });
        let deadline_ms = u64::try_from(limit.min(NEVER).as_millis()).unwrap_or(u64::MAX);
        if connection.send(&ToHost::Request { id, deadline_ms, request }) {
            return Ok((id, receiver));
        }
        connection.forget(id);
        Err(Fault::new(FaultCode::HostCrashed, self.class()).with_detail("the host closed its line"))
    }

    fn ask(self: &Arc<Self>, request: Request, limit: Duration) -> Result<Answer, Fault> {
        let connection = self.connection_within(limit.min(PATIENCE))?;
        let (_, receiver) = self.send(&connection, request, limit)?;
        loop {
            match receiver.recv() {
                Ok(Incoming::Ended(result)) => return result,
                Ok(Incoming::Event(_)) => {}
                Err(_) => return Err(Fault::new(FaultCode::HostCrashed, self.class())),
            }
        }
    }

    pub(super) fn begin(
        self: &Arc<Self>,
        device: &DeviceId,
        task: Task,
        limit: Duration,
    ) -> Result<Running, Fault> {
        let connection = self.connection_within(limit.min(PATIENCE))?;
        self.begin_on(connection, device, task, limit)
    }

    fn begin_on(
        self: &Arc<Self>,
        connection: Arc<Connection>,
        device: &DeviceId,
        task: Task,
        limit: Duration,
    ) -> Result<Running, Fault> {
        let nonce = gm::random::random_array::<16>().map(hex::encode).map_err(|error| {
            Fault::new(FaultCode::DriverFailed, self.class()).with_detail(format!("no nonce: {error}"))
        })?;
        let gate = CaptureGate::new(self.class(), device.clone(), nonce.clone());
        let request = Request::Run { device: device.clone(), task, nonce };
        let (id, receiver) = self.send(&connection, request, limit)?;
        Ok(Running { id, core: Arc::clone(self), connection, receiver, gate, ended: false })
    }

    fn garbage(&self) -> Fault {
        Fault::new(FaultCode::ProtocolGarbage, self.class()).with_detail("an answer to another request")
    }
}

impl HostClient {
    /// The devices of this class.
    ///
    /// # Errors
    /// The host's fault, or that there is no host.
    pub fn list(&self, limit: Duration) -> Result<Vec<DeviceInfo>, Fault> {
        match self.core.ask(Request::List, limit)? {
            Answer::Devices(devices) => Ok(devices),
            _ => Err(self.core.garbage()),
        }
    }

    /// Opens a device and holds it until [`HostClient::close`]. Tasks do not need this: without it the
    /// device is opened for the task and let go afterwards.
    ///
    /// # Errors
    /// Not found, permission denied, busy, or what the device said.
    pub fn open(&self, device: &DeviceId, limit: Duration) -> Result<DeviceInfo, Fault> {
        match self.core.ask(Request::Open { device: device.clone() }, limit)? {
            Answer::Opened(info) => Ok(*info),
            _ => Err(self.core.garbage()),
        }
    }

    /// Lets go of a device.
    ///
    /// # Errors
    /// That there is no host.
    pub fn close(&self, device: &DeviceId, limit: Duration) -> Result<(), Fault> {
        self.core.ask(Request::Close { device: device.clone() }, limit).map(drop)
    }

    /// Begins a task and returns at once.
    ///
    /// # Errors
    /// That there is no host. Everything else comes as [`TaskNews::Ended`].
    pub fn begin(&self, device: &DeviceId, task: Task, limit: Duration) -> Result<Running, Fault> {
        self.core.begin(device, task, limit)
    }

    /// Waits up to `limit` for a card and reads it.
    ///
    /// # Errors
    /// The reader's fault; [`FaultCode::NoCard`] when none was laid.
    pub fn read_card(
        &self,
        device: &DeviceId,
        fingerprint: bool,
        limit: Duration,
    ) -> Result<CardReading, Fault> {
        match self.begin(device, Task::ReadCard { fingerprint }, limit)?.finish(drop)? {
            Outcome::Card(reading) => Ok(*reading),
            _ => Err(self.core.garbage()),
        }
    }

    /// Scans and hands each page to `each` as it comes. Returns the number of pages and whether the
    /// feeder ran empty.
    ///
    /// # Errors
    /// The scanner's fault; pages handed over before it are whole.
    pub fn scan(
        &self,
        device: &DeviceId,
        parameters: ScanParameters,
        limit: Duration,
        mut each: impl FnMut(ReceivedPage),
    ) -> Result<(u32, bool), Fault> {
        let running = self.begin(device, Task::Scan(parameters), limit)?;
        let outcome = running.finish(|news| {
            if let TaskNews::Page(page) = news {
                each(page);
            }
        })?;
        match outcome {
            Outcome::Scanned { pages, feeder_empty } => Ok((pages, feeder_empty)),
            _ => Err(self.core.garbage()),
        }
    }

    /// Prints a document and follows the job to its end; `each` sees every change. The parameters'
    /// `document` is filled in here.
    ///
    /// # Errors
    /// The printer's fault. A job that ended as cancelled or aborted is an answer, not an error.
    pub fn print(
        &self,
        device: &DeviceId,
        document: &[u8],
        mut parameters: PrintParameters,
        limit: Duration,
        mut each: impl FnMut(JobStatus),
    ) -> Result<JobStatus, Fault> {
        let connection = self.core.connection_within(limit.min(PATIENCE))?;
        let region = connection.lay_document(document).map_err(|error| {
            Fault::new(FaultCode::BadParameters, self.class()).at(device).with_detail(error.to_string())
        })?;
        parameters.document = region;
        let result = self
            .core
            .begin_on(Arc::clone(&connection), device, Task::Print(parameters), limit)
            .and_then(|running| {
                running.finish(|news| {
                    if let TaskNews::Event(DeviceEvent::PrintJob(status)) = news {
                        each(status);
                    }
                })
            });
        connection.clear_document(region);
        match result? {
            Outcome::Printed(status) => Ok(status),
            _ => Err(self.core.garbage()),
        }
    }

    /// What stands in the way of using the device now; empty means ready.
    ///
    /// # Errors
    /// That the device cannot even be asked.
    pub fn check_state(&self, device: &DeviceId, limit: Duration) -> Result<Vec<Fault>, Fault> {
        match self.begin(device, Task::CheckState, limit)?.finish(drop)? {
            Outcome::State(faults) => Ok(faults),
            _ => Err(self.core.garbage()),
        }
    }
}
