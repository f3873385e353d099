//! What a client is told, and what it tells.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use crate::{DeviceClass, DeviceEvent, DeviceId, Fault};

/// Where the host's standard error goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HostLog {
    /// To the terminal's own.
    Inherit,
    /// Nowhere.
    Discard,
    /// Appended to a file that only this account can read.
    File(PathBuf),
}

/// The largest page, A3 at 600 dpi in colour, takes 209 MB, and a driver may hold it three times while it turns it.
const MEMORY_LIMIT: u64 = 1 << 30;

/// How a host is started and when it is given up.
#[derive(Debug, Clone)]
pub struct HostOptions {
    /// The host program.
    pub program: PathBuf,
    /// The class it is to serve.
    pub class: DeviceClass,
    /// The terminal's profile: what other windows read as the holder of a device.
    pub profile: String,
    /// The host's configuration file: `{"devices": [DeviceConfig, …]}`.
    pub config: PathBuf,
    /// The folder of the device locks; the same for all terminals on this PC.
    pub lock_dir: PathBuf,
    /// Where its log goes.
    pub log: HostLog,
    /// Variables set for the host beside those it inherits, for example `SANE_CONFIG_DIR`.
    pub environment: Vec<(OsString, OsString)>,
    /// Time between two pings.
    pub ping_every: Duration,
    /// A host that leaves a ping, or a watch its switch, unanswered for so long is killed.
    pub ping_limit: Duration,
    /// A host that lets a request's deadline pass by so much is killed.
    pub deadline_grace: Duration,
    /// A maker's library that this host loads, and nothing else; `None`: the open drivers of the class.
    pub library: Option<PathBuf>,
    /// A host that holds more memory than so many bytes is ended.
    pub memory_limit: u64,
    /// A host that has kept a core busy for so long, while nothing was asked of it, is ended.
    pub busy_limit: Duration,
    /// Share of a core, in a hundred, from which it counts as busy: four fifths, since other programs take their part.
    pub busy_percent: u32,
    /// Pauses before the first, second, … restart in a row; the last one repeats.
    pub restart_pauses: Vec<Duration>,
}

impl HostOptions {
    /// The usual times: a ping each second, 8 s without answer is a hang (a host on a busy PC must not be
    /// killed for being slow), a deadline may pass by 6 s (the longest single exchange of a driver, so
    /// that its own fault comes first), restarts after 0.1 to 2 s.
    #[must_use]
    pub fn new(
        program: PathBuf,
        class: DeviceClass,
        profile: &str,
        config: PathBuf,
        lock_dir: PathBuf,
    ) -> Self {
        Self {
            program,
            class,
            profile: profile.to_owned(),
            config,
            lock_dir,
            log: HostLog::Inherit,
            environment: Vec::new(),
            ping_every: Duration::from_secs(1),
            ping_limit: Duration::from_secs(8),
            deadline_grace: Duration::from_secs(6),
            library: None,
            memory_limit: MEMORY_LIMIT,
            busy_limit: Duration::from_secs(20),
            busy_percent: 80,
            restart_pauses: [100, 250, 500, 1000, 2000].map(Duration::from_millis).to_vec(),
        }
    }
}

/// How a host stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HostState {
    /// It was started and has not yet said hello.
    Starting,
    /// It serves.
    Running {
        /// Its process id.
        pid: u32,
    },
    /// It ended or was ended; another one is started after a pause.
    Restarting {
        /// Why.
        fault: Fault,
        /// Which restart in a row, from 1.
        attempt: u32,
    },
    /// It cannot be started. Tried again all the same.
    Unavailable {
        /// Why.
        fault: Fault,
    },
    /// The client was dropped.
    Stopped,
}

/// What a client tells unasked.
#[derive(Debug, Clone, PartialEq)]
pub enum HostNotice {
    /// The host's state changed.
    State(HostState),
    /// A device was used: a task ended (not one that only asks for a state, and not one that was called off), or a
    /// watch read something.
    Used {
        /// Which.
        device: DeviceId,
        /// Why it did not end well.
        result: Result<(), Fault>,
    },
    /// Something happened at a device outside any task.
    Device {
        /// Where.
        device: DeviceId,
        /// What.
        event: DeviceEvent,
    },
}
