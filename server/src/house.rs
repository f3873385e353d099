//! What every request handler shares.

use crate::definitions::PublisherFile;
use crate::fault::{Fault, Result, told};
use crate::keys::Keys;
use crate::library::Library;
use crate::limits::{Nonces, Rates};
use crate::register::Gateway;
use crate::rosters::Rosters;
use crate::settings::Policy;
use crate::storage::{Mode, Storage, Work, one, values};
use domain::ids::{TerminalId, UnitCode};
use object_store::ObjectStore;
use protocol::error::ErrorCode;
use std::sync::Arc;
use tokio::sync::watch;

/// The server's parts.
pub struct House {
    /// Rows.
    pub storage: Arc<dyn Storage>,
    /// Stored files.
    pub objects: Arc<dyn ObjectStore>,
    /// Keys.
    pub keys: Keys,
    /// The key that signs releases of definitions.
    pub publisher: PublisherFile,
    /// Definitions, code tables, calendars.
    pub library: Library,
    /// Sessions of the admin page.
    pub admin: crate::admin::Sessions,
    /// Rosters.
    pub rosters: Rosters,
    /// The population register, when one is set up.
    pub register: Option<Gateway>,
    /// Limits.
    pub policy: Policy,
    /// Nonces seen.
    pub nonces: Nonces,
    /// Requests counted.
    pub rates: Rates,
    /// Rings whenever something was committed that a pull may wait for.
    pub bell: watch::Sender<u64>,
    /// Turns true when the server ends.
    pub stopping: watch::Receiver<bool>,
    /// See [`protocol::enrol::ServerTime::incarnation`].
    pub incarnation: u64,
}

/// A terminal that the server knows.
#[derive(Debug, Clone)]
pub struct Terminal {
    /// Its name.
    pub id: TerminalId,
    /// Its unit.
    pub unit: UnitCode,
    /// Its public key.
    pub key: Vec<u8>,
    /// The epoch of its store.
    pub epoch: u32,
    /// Whether it was stopped because a copy of its store was seen.
    pub stopped: bool,
}

impl House {
    /// Begins reading.
    ///
    /// # Errors
    /// When the storage fails.
    pub async fn read(&self) -> Result<Box<dyn Work>> {
        Ok(self.storage.begin(Mode::Read).await?)
    }

    /// Begins writing.
    ///
    /// # Errors
    /// When the storage fails.
    pub async fn write(&self) -> Result<Box<dyn Work>> {
        Ok(self.storage.begin(Mode::Write).await?)
    }

    /// Wakes everybody who waits for changes.
    pub fn ring(&self) {
        self.bell.send_modify(|count| *count = count.wrapping_add(1));
    }

    /// A terminal by name.
    ///
    /// # Errors
    /// When the storage fails.
    pub async fn terminal(&self, work: &mut dyn Work, id: &TerminalId) -> Result<Option<Terminal>> {
        let row = one(
            work,
            "SELECT unit, public_key, epoch, state FROM terminal WHERE id = $1",
            values![id.to_string()],
        )
        .await?;
        row.map(|row| {
            Ok(Terminal {
                id: *id,
                unit: unit_code(row.text(0)?)?,
                key: row.bytes(1)?.to_vec(),
                epoch: row.small(2)?,
                stopped: row.text(3)? == "stopped",
            })
        })
        .transpose()
    }
}

impl Terminal {
    /// Whether a request of this epoch comes from the terminal's present store.
    ///
    /// # Errors
    /// [`ErrorCode::OldEpoch`] or, for a stopped terminal, [`ErrorCode::Fork`].
    pub fn check_epoch(&self, epoch: u32) -> Result<()> {
        if epoch != self.epoch {
            return Err(told(ErrorCode::OldEpoch));
        }
        if self.stopped {
            return Err(told(ErrorCode::Fork));
        }
        Ok(())
    }
}

/// A unit code of a row.
///
/// # Errors
/// When it is none.
pub fn unit_code(text: &str) -> Result<UnitCode> {
    UnitCode::try_from(text).map_err(|_| Fault::Stored("unit code"))
}

/// Milliseconds since 1970-01-01 UTC.
#[must_use]
pub fn now() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

/// Runs work that keeps a processor busy for long off the threads that answer requests.
///
/// # Errors
/// [`Fault::Ended`] when it panicked.
pub async fn heavy<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(|_| Fault::Ended)
}
