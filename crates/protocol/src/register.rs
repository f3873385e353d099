//! The population register behind the server.

use domain::event::RegisterAnswer;
use domain::ids::{CaseId, CommandId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Asks the register. The server keeps every answer, so that acts that contain it can be proved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueryRequest {
    /// The case for which it is asked; none on the arrival page.
    pub case: Option<CaseId>,
    /// Kind of query, as definitions name it.
    pub query: String,
    /// Parameters.
    pub ask: BTreeMap<String, String>,
}

/// Hands a decided act over (业务落实).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EffectRequest {
    /// The case.
    pub case: CaseId,
    /// Idempotency key: a repeat has the same, and gets the same answer.
    pub key: CommandId,
    /// Kind of act in the register.
    pub kind: String,
    /// The request, flattened: dotted place → value; list elements by number from 0.
    pub body: BTreeMap<String, String>,
}

/// What the register did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EffectAnswer {
    /// Its answer.
    pub answer: RegisterAnswer,
    /// Its reason when it refused; empty when it did it.
    pub refused: String,
}
