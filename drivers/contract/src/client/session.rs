//! One run of the host program, from its start to its end.

use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

use super::connection::{Connection, locked};
use super::consumption::Consumption;
use super::options::{HostLog, HostNotice, HostOptions, HostState};
use super::supervisor::Core;
use crate::wire::{FromHost, PROTOCOL, ToHost, read_frame};
use crate::{DeviceEvent, Fault, FaultCode, SharedArea};

/// How long a host may take to say hello: starting a program on a cold, busy PC.
const HELLO_LIMIT: Duration = Duration::from_secs(10);

/// How long a host may take to end when told to, before it is killed.
const FAREWELL: Duration = Duration::from_millis(1500);

pub(super) struct Session {
    child: Child,
    connection: Arc<Connection>,
    progress: Arc<Progress>,
}

/// What the reading thread has learnt.
#[derive(Default)]
struct Progress {
    /// [`PROTOCOL`] of the host; 0 before its hello.
    protocol: AtomicU32,
    last_pong: AtomicU64,
    silent_ms: AtomicU64,
}

impl Session {
    /// Starts the program with one end of a socket as its standard input and the shared memory as its
    /// standard output: both descriptors reach this child and no other, without a moment in which another
    /// child could inherit them.
    pub(super) fn spawn(options: &HostOptions) -> io::Result<Self> {
        let (ours, theirs) = UnixStream::pair()?;
        let area = SharedArea::create()?;
        let mut command = Command::new(&options.program);
        if let Some(library) = &options.library {
            command.arg("--library").arg(library);
        }
        // A group of its own: what a driver or a library has started ends with its host.
        let child = command
            .process_group(0)
            .arg("--class")
            .arg(options.class.as_str())
            .arg("--profile")
            .arg(&options.profile)
            .arg("--config")
            .arg(&options.config)
            .arg("--lock-dir")
            .arg(&options.lock_dir)
            .arg("--parent")
            .arg(std::process::id().to_string())
            .envs(options.environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::from(OwnedFd::from(theirs)))
            .stdout(Stdio::from(area.duplicate()?))
            .stderr(log_target(&options.log)?)
            .spawn()?;
        Ok(Self { child, connection: Arc::new(Connection::new(ours, area)), progress: Arc::default() })
    }

    /// Serves until the host ends, must be ended, or the client stops. Says why.
    pub(super) fn run(mut self, core: &Arc<Core>) -> Fault {
        let fault = self.watch_over(core);
        core.take_connection();
        if let Some(group) = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw) {
            let _ = kill_process_group(group, Signal::KILL);
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
        self.connection.close();
        for used in self.connection.fail_all(&fault) {
            core.tell(used);
        }
        fault
    }

    fn watch_over(&mut self, core: &Arc<Core>) -> Fault {
        let class = core.class();
        let fault = |code: FaultCode, detail: String| Fault::new(code, class).with_detail(detail);
        if let Err(error) = self.start_reading(core) {
            return fault(FaultCode::HostUnavailable, error.to_string());
        }
        let started = Instant::now();
        let (mut pings, mut ping_sent) = (0_u64, started);
        let mut consumption = Consumption::of(self.child.id());
        let mut serving = false;
        loop {
            core.rest();
            if core.is_stopping() {
                self.say_farewell();
                return fault(FaultCode::Cancelled, "the terminal closes".into());
            }
            match self.child.try_wait() {
                Ok(None) => {}
                Ok(Some(status)) => return fault(FaultCode::HostCrashed, status.to_string()),
                Err(error) => return fault(FaultCode::HostCrashed, error.to_string()),
            }
            if self.connection.is_closed() {
                return fault(FaultCode::HostCrashed, "the host closed its line".into());
            }
            let now = Instant::now();
            if !serving {
                match self.progress.protocol.load(Ordering::SeqCst) {
                    0 if now - started > HELLO_LIMIT => {
                        return fault(FaultCode::HostHung, "no hello".into());
                    }
                    0 => continue,
                    PROTOCOL => {
                        serving = true;
                        core.serve(&self.connection, self.child.id());
                    }
                    other => {
                        return fault(FaultCode::HostUnavailable, format!("host speaks version {other}"));
                    }
                }
            }
            let limit = core.options().ping_limit;
            let answered = self.progress.last_pong.load(Ordering::SeqCst) == pings;
            if !answered && now - ping_sent > limit {
                return fault(FaultCode::HostHung, "ping without answer".into());
            }
            if Duration::from_millis(self.progress.silent_ms.load(Ordering::SeqCst)) > limit {
                return fault(FaultCode::HostHung, "a watch is stuck".into());
            }
            if self.connection.has_overdue(now) {
                return fault(FaultCode::HostHung, "deadline passed".into());
            }
            let idle = self.connection.is_idle();
            if let Some((code, detail)) = consumption.look(core.options(), idle) {
                return fault(code, detail);
            }
            if answered && now - ping_sent >= core.options().ping_every {
                pings += 1;
                ping_sent = now;
                self.connection.send(&ToHost::Ping { id: pings });
            }
        }
    }

    fn say_farewell(&mut self) {
        self.connection.send(&ToHost::Shutdown);
        let end = Instant::now() + FAREWELL;
        while Instant::now() < end && matches!(self.child.try_wait(), Ok(None)) {
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    fn start_reading(&self, core: &Arc<Core>) -> io::Result<()> {
        let mut stream = self.connection.reading_end()?;
        let (connection, progress, core) =
            (Arc::clone(&self.connection), Arc::clone(&self.progress), Arc::clone(core));
        std::thread::Builder::new().name(format!("read-{}", core.class().as_str())).spawn(move || {
            while let Ok(Some(message)) = read_frame::<FromHost>(&mut stream) {
                match message {
                    FromHost::Hello { protocol, .. } => progress.protocol.store(protocol, Ordering::SeqCst),
                    FromHost::Answer { id, result } => {
                        if let Some(used) = connection.deliver_end(id, result) {
                            core.tell(used);
                        }
                    }
                    FromHost::Event { request: Some(id), device, event } => {
                        let read = match &event {
                            DeviceEvent::CardRead(_) | DeviceEvent::CodeRead(_) => Some(Ok(())),
                            DeviceEvent::CardFailed(fault) => Some(Err(fault.clone())),
                            _ => None,
                        };
                        connection.deliver_event(id, event);
                        if let Some(result) = read {
                            core.tell(HostNotice::Used { device, result });
                        }
                    }
                    FromHost::Event { request: None, device, event } => {
                        core.tell(HostNotice::Device { device, event });
                    }
                    FromHost::Pong { id, silent_ms } => {
                        progress.silent_ms.store(silent_ms, Ordering::SeqCst);
                        progress.last_pong.store(id, Ordering::SeqCst);
                    }
                }
                if progress.protocol.load(Ordering::SeqCst) != 0
                    && !matches!(core.state(), HostState::Running { .. })
                {
                    core.wake();
                }
            }
            connection.close();
            core.wake();
        })?;
        Ok(())
    }
}

impl Connection {
    fn reading_end(&self) -> io::Result<UnixStream> {
        locked(self.writer()).try_clone()
    }
}

fn log_target(log: &HostLog) -> io::Result<Stdio> {
    Ok(match log {
        HostLog::Inherit => Stdio::inherit(),
        HostLog::Discard => Stdio::null(),
        HostLog::File(path) => Stdio::from(File::options().append(true).create(true).mode(0o600).open(path)?),
    })
}
