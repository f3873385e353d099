//! The terminal's end of the line: starts a device host, watches it, restarts it, talks to it.
//!
//! Everything here blocks and may be called from any thread that may block; nothing needs an async
//! runtime. One [`HostClient`] serves one class; a crash of its host touches no other class.

mod calls;
mod connection;
mod consumption;
mod options;
mod running;
mod session;
mod supervisor;
mod watch;

pub use options::{HostLog, HostNotice, HostOptions, HostState};
pub use running::{ReceivedPage, ReceivedPicture, Running, TaskNews};
pub use watch::{CardNews, CodeNews, Watch};

use std::sync::Arc;
use std::thread::JoinHandle;

use crate::DeviceClass;
use supervisor::Core;

/// A device host and the thread that keeps it alive. Dropping it ends the host.
pub struct HostClient {
    core: Arc<Core>,
    supervisor: Option<JoinHandle<()>>,
}

impl HostClient {
    /// Starts the host program and keeps it running from now on.
    ///
    /// `notices` is called from the client's own threads; it must return soon and must not call back into
    /// this client.
    ///
    /// # Errors
    /// Only if no thread can be made. A host that cannot be started is told by
    /// [`HostState::Unavailable`] and tried again.
    pub fn start(
        options: HostOptions,
        notices: impl Fn(HostNotice) + Send + Sync + 'static,
    ) -> std::io::Result<Self> {
        let core = Arc::new(Core::new(options, Box::new(notices)));
        let thread = std::thread::Builder::new().name(format!("host-{}", core.class().as_str()));
        let supervisor = thread.spawn({
            let core = Arc::clone(&core);
            move || core.supervise()
        })?;
        Ok(Self { core, supervisor: Some(supervisor) })
    }

    /// The class it serves.
    #[must_use]
    pub fn class(&self) -> DeviceClass {
        self.core.class()
    }

    /// How the host stands now.
    #[must_use]
    pub fn state(&self) -> HostState {
        self.core.state()
    }

    /// Waits until the host runs; `false` if it does not within `limit`.
    #[must_use]
    pub fn wait_until_running(&self, limit: std::time::Duration) -> bool {
        self.core.connection_within(limit).is_ok()
    }
}

impl Drop for HostClient {
    fn drop(&mut self) {
        self.core.stop();
        if let Some(thread) = self.supervisor.take() {
            let _ = thread.join();
        }
    }
}
