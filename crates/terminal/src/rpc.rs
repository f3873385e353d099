//! The commands of the windows, declared once: dispatch, per-window lists and TypeScript come from here.

mod list;
pub mod request;
mod shipped;
pub mod view;

pub use list::{APPLICANT_COMMANDS, OFFICER_COMMANDS, command_types};
pub use shipped::shipped_error;

use crate::Terminal;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

/// Which window asks. Fixed when the window opens; never part of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum WindowRole {
    /// The officer's window.
    Officer,
    /// The applicant screen (客屏).
    Applicant,
}

/// Something shown has changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Change {
    /// Rises by one with every change; a gap means: ask for everything anew.
    #[ts(type = "number")]
    pub revision: u64,
    /// What changed: `shell`, `desk`, `case:ID`, `devices`, `sync`, `arrival`, `applicant`, `operation:ID`.
    pub topics: Vec<String>,
    /// Who changed it.
    pub source: ChangeSource,
}

/// Who changed something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ChangeSource {
    /// A window's command.
    Window,
    /// Synchronisation.
    Sync,
    /// A device.
    Device,
    /// The clock or the program itself.
    Program,
}

/// Why a command did not work: a stable code, a sentence with a cure, and who can do it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, thiserror::Error)]
#[error("{code}")]
pub struct RpcError {
    /// Stable code.
    pub code: String,
    /// What happened and what it means.
    pub sentence: String,
    /// What to do.
    pub cure: String,
    /// Who can do it: `clerk`, `administrator`, `maker`.
    pub who: String,
    /// The rules' refusal, when they refused.
    pub refusal: Option<domain::refusal::Refusal>,
    /// Name of the report file, when the program itself failed.
    pub report: Option<String>,
}

/// A file for a window: picture, document, strokes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    /// Media type.
    pub media: String,
    /// Bytes.
    pub bytes: Vec<u8>,
}

impl Terminal {
    /// Runs a command for a window. Blocks; never call it from an asynchronous worker or the GUI thread.
    ///
    /// A panic is caught: the answer is a code and a report file, and the window lives on.
    ///
    /// # Errors
    /// [`RpcError`]; `UNKNOWN_COMMAND` for a command that is not on the window's list.
    pub fn call(&self, window: WindowRole, command: &str, payload: Value) -> Result<Value, RpcError> {
        let run = std::panic::AssertUnwindSafe(|| match window {
            WindowRole::Officer => list::dispatch_officer(self, command, payload),
            WindowRole::Applicant => list::dispatch_applicant(self, command, payload),
        });
        match std::panic::catch_unwind(run) {
            Ok(result) => result,
            Err(_) => Err(self.panic_report(command)),
        }
    }
}
