//! What the synchronisation is started with, and whom it tells.

use crate::{ReleaseFault, SyncError};
use domain::ids::{CaseId, TerminalId};
use store::Transaction;

/// Who this terminal is and where its server stands.
pub struct Settings {
    /// Address of the server: `https://host[:port]`, or `http://` of this machine.
    pub server: String,
    /// Name of the terminal.
    pub terminal: TerminalId,
    /// Epoch of its store.
    pub epoch: u32,
    /// The terminal's key.
    pub terminal_key: gm::SigningKey,
    /// The server's key, as the enrolment told it.
    pub server_key: gm::VerifyingKey,
}

/// Is told what happens. Every method is called from threads of the synchronisation and must return at once.
pub trait Watcher: Send + std::marker::Sync {
    /// The server can be reached, or cannot.
    fn line(&self, online: bool);
    /// The server said what time it is, milliseconds since 1970-01-01 UTC.
    fn server_time(&self, now: i64, incarnation: u64);
    /// Events of these cases changed; their rows of the work list are new already.
    fn cases_changed(&self, cases: &[CaseId]);
    /// Definitions, code tables, calendar or roster changed.
    fn edition_changed(&self);
    /// A release of definitions was refused; the one before stays in use. Told once for each release and reason.
    fn release_refused(&self, _why: ReleaseFault) {}
    /// Acts of the outbox or files to be sent got another state.
    fn outbox_changed(&self);
    /// The synchronisation ended for good: the store is a copy, an old one, or the terminal is not known.
    fn stopped(&self, why: SyncError);
}

/// Makes the work-list row of a case anew, in the transaction that changed its events.
pub trait Projection: Send + std::marker::Sync {
    /// Reads the case's events and writes its row.
    ///
    /// # Errors
    /// What the store says; the whole transaction is then taken back.
    fn project(&self, transaction: &Transaction<'_>, case: CaseId) -> store::Result<()>;
}
