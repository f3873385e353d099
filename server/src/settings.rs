//! How a server is started.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

/// Everything that a server is started with. [`Settings::in_folder`] needs nothing else.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Data folder: keys, and, where nothing else is named, database and objects.
    pub data: PathBuf,
    /// `postgres://…`; a SQLite file in the data folder otherwise.
    pub database: Option<String>,
    /// `s3://bucket/prefix` (with the usual `AWS_…` variables) or a folder; `objects` in the data folder otherwise.
    pub objects: Option<String>,
    /// The population register.
    pub register: Option<RegisterSettings>,
    /// Folder with `matters`, `flows`, `codes`, `calendar`; what the database holds otherwise.
    pub assets: Option<PathBuf>,
    /// File with the master secret that seals the server's key; `master.secret` in the data folder otherwise. A
    /// production server keeps it on another medium.
    pub master_secret: Option<PathBuf>,
    /// File with the key that signs releases of definitions; `publisher.key` in the data folder otherwise. It may lie
    /// on a medium that is there only while somebody publishes.
    pub publisher: Option<PathBuf>,
    /// Limits that an administrator may set.
    pub policy: Policy,
}

/// The population register behind the server.
#[derive(Debug, Clone)]
pub struct RegisterSettings {
    /// Its address, `http://host:port`.
    pub url: String,
    /// The server's token there.
    pub token: String,
    /// How long an answer is waited for.
    pub timeout: Duration,
}

/// Limits that an administrator may set.
#[derive(Debug, Clone)]
pub struct Policy {
    /// How long after a new roster an act decided on the old one still counts, milliseconds.
    pub roster_age: i64,
    /// Validity of an officer's certificate, milliseconds.
    pub certificate: i64,
    /// Iterations of PBKDF2-HMAC-SM3 for new passwords.
    pub password_iterations: u32,
    /// Wrong passwords after which an account is locked.
    pub wrong_passwords: u32,
    /// How long it stays locked, milliseconds.
    pub locked: i64,
    /// Requests of one terminal per second, on average; ten seconds' worth may come at once.
    pub requests_per_second: u32,
    /// Largest block of numbers.
    pub largest_block: u32,
}

/// Hours in milliseconds.
const HOUR: i64 = 3_600_000;

impl Default for Policy {
    fn default() -> Self {
        Self {
            // A counter without network over a weekend still works by its roster.
            roster_age: 72 * HOUR,
            certificate: 30 * 24 * HOUR,
            password_iterations: gm::digest::MIN_CALIBRATED_ITERATIONS,
            wrong_passwords: 5,
            locked: HOUR / 2,
            requests_per_second: 50,
            largest_block: 500,
        }
    }
}

impl Settings {
    /// A server with its own SQLite file and objects in one folder, on a free port of this machine.
    #[must_use]
    pub fn in_folder(data: impl Into<PathBuf>) -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            data: data.into(),
            database: None,
            objects: None,
            register: None,
            assets: None,
            master_secret: None,
            publisher: None,
            policy: Policy::default(),
        }
    }
}
