//! Requests about acts that the server did not place.

use domain::ids::{CaseId, CommandId, FieldPath};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

request! {
    /// Makes an act again that the server did not place.
    RedoAct {
        /// Names the command.
        command: CommandId,
        /// Case.
        case: CaseId,
        /// Number in the outbox.
        #[ts(type = "number")]
        seq: u64,
        /// Of a change of fields: those whose value from here is used. The others stay as they are now.
        fields: Vec<FieldPath>,
        /// Why the others are given up; empty when none is.
        reason: String,
    }
}
request! {
    /// Gives an act up that the server did not place.
    GiveUpAct {
        /// Names the command.
        command: CommandId,
        /// Case.
        case: CaseId,
        /// Number in the outbox.
        #[ts(type = "number")]
        seq: u64,
        /// Everything of the case that waits behind it, too.
        all: bool,
        /// Why.
        reason: String,
    }
}
