//! Keeps a host alive: starts it, notices its end, starts another one.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::connection::{Connection, locked};
use super::options::{HostNotice, HostOptions, HostState};
use super::session::Session;
use crate::{DeviceClass, Fault, FaultCode};

/// The supervisor looks at its host so often; whatever is urgent wakes it.
const REST: Duration = Duration::from_millis(100);

/// A host that served for so long is no longer "failing in a row".
const STEADY: Duration = Duration::from_secs(10);

/// What the threads of one client share.
pub(super) struct Core {
    options: HostOptions,
    notices: Box<dyn Fn(HostNotice) + Send + Sync>,
    inner: Mutex<Inner>,
    /// Told at every change of `inner`.
    changed: Condvar,
    stopping: AtomicBool,
    next_id: AtomicU64,
}

struct Inner {
    state: HostState,
    connection: Option<Arc<Connection>>,
    /// Somebody has news for the supervisor.
    woken: bool,
}

impl Core {
    pub(super) fn new(options: HostOptions, notices: Box<dyn Fn(HostNotice) + Send + Sync>) -> Self {
        Self {
            options,
            notices,
            inner: Mutex::new(Inner { state: HostState::Starting, connection: None, woken: false }),
            changed: Condvar::new(),
            stopping: AtomicBool::new(false),
            next_id: AtomicU64::new(1),
        }
    }

    pub(super) const fn options(&self) -> &HostOptions {
        &self.options
    }

    pub(super) const fn class(&self) -> DeviceClass {
        self.options.class
    }

    pub(super) fn state(&self) -> HostState {
        locked(&self.inner).state.clone()
    }

    pub(super) fn next_id(&self) -> u64 {
        self.next_id.fetch_add(1, Ordering::Relaxed)
    }

    pub(super) fn stop(&self) {
        self.stopping.store(true, Ordering::SeqCst);
        self.wake();
    }

    pub(super) fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::SeqCst)
    }

    pub(super) fn tell(&self, notice: HostNotice) {
        (self.notices)(notice);
    }

    /// Wakes the supervisor.
    pub(super) fn wake(&self) {
        locked(&self.inner).woken = true;
        self.changed.notify_all();
    }

    /// The supervisor's pause between two looks.
    pub(super) fn rest(&self) {
        self.pause(REST);
    }

    fn pause(&self, time: Duration) {
        let inner = locked(&self.inner);
        let waited = self.changed.wait_timeout_while(inner, time, |inner| !inner.woken);
        waited.unwrap_or_else(PoisonError::into_inner).0.woken = false;
    }

    fn set_state(&self, state: HostState) {
        {
            let mut inner = locked(&self.inner);
            if inner.state == state {
                return;
            }
            inner.state = state.clone();
        }
        self.changed.notify_all();
        self.tell(HostNotice::State(state));
    }

    /// The host has said hello: requests may go out.
    pub(super) fn serve(&self, connection: &Arc<Connection>, pid: u32) {
        locked(&self.inner).connection = Some(Arc::clone(connection));
        self.set_state(HostState::Running { pid });
    }

    pub(super) fn take_connection(&self) {
        locked(&self.inner).connection = None;
    }

    /// The living host, once there is one.
    pub(super) fn connection_within(&self, limit: Duration) -> Result<Arc<Connection>, Fault> {
        let end = Instant::now() + limit.min(Duration::from_secs(3600));
        let mut inner = locked(&self.inner);
        loop {
            if let Some(connection) = inner.connection.as_ref().filter(|connection| !connection.is_closed()) {
                return Ok(Arc::clone(connection));
            }
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() || self.is_stopping() {
                return Err(self.why_not(&inner.state));
            }
            let waited = self.changed.wait_timeout(inner, left.min(REST));
            inner = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn why_not(&self, state: &HostState) -> Fault {
        match state {
            HostState::Restarting { fault, .. } | HostState::Unavailable { fault } => fault.clone(),
            HostState::Stopped => {
                Fault::new(FaultCode::Cancelled, self.class()).with_detail("the terminal closes")
            }
            HostState::Starting | HostState::Running { .. } => {
                Fault::new(FaultCode::HostHung, self.class()).with_detail("the host does not serve yet")
            }
        }
    }

    /// The supervisor's whole life. It also is the thread whose end ends the host (the parent-death signal
    /// follows the thread that started the process).
    pub(super) fn supervise(self: &Arc<Self>) {
        let mut failures = 0_u32;
        while !self.is_stopping() {
            self.set_state(HostState::Starting);
            let started = Instant::now();
            let fault = match Session::spawn(&self.options) {
                Ok(session) => session.run(self),
                Err(error) => {
                    Fault::new(FaultCode::HostUnavailable, self.class()).with_detail(error.to_string())
                }
            };
            if self.is_stopping() {
                break;
            }
            failures = if started.elapsed() > STEADY { 1 } else { failures.saturating_add(1) };
            self.set_state(if fault.code == FaultCode::HostUnavailable {
                HostState::Unavailable { fault }
            } else {
                HostState::Restarting { fault, attempt: failures }
            });
            self.pause_before_restart(failures);
        }
        self.set_state(HostState::Stopped);
    }

    fn pause_before_restart(&self, failures: u32) {
        let pauses = &self.options.restart_pauses;
        let index = usize::try_from(failures).unwrap_or(usize::MAX).saturating_sub(1);
        let pause = pauses.get(index).or(pauses.last()).copied().unwrap_or(REST);
        let end = Instant::now() + pause;
        while !self.is_stopping() {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            self.pause(left);
        }
    }
}
