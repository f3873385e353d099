//! The terminal's side of the synchronisation.
//!
//! Six lanes work side by side, each with a supervisor of its own: acts are pushed, others' events are pulled,
//! stored files are sent, definitions and number blocks are kept up, standard addresses are fetched, and the line is
//! watched. A lane always has a
//! timer or a request in flight; a failed round arms the next timer itself. Nothing is deleted because the server
//! said so: refused acts stay with their outcome, and an act that the server lost waits again.
//!
//! [`Sync::start`] begins, [`Sync::wake`] hurries, [`Sync::stop`] ends. The calls of [`Sync`] that return an answer
//! wait for it and belong on ordinary threads, never on a thread of the runtime.

mod addresses;
mod blobs;
mod calls;
mod client;
mod core;
mod credential;
mod devices;
mod edition;
mod engine;
mod error;
mod lane;
mod line;
mod numbers;
mod pull;
mod push;
mod release;
mod settings;
mod verify;

pub use calls::{CALL, enrol, login_without_store};
pub use credential::{delegation, keep_delegation};
pub use engine::{LaneView, Sync};
pub use error::{ReleaseFault, Result, SyncError};
pub use settings::{Projection, Settings, Watcher};
