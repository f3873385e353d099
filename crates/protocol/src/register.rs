//! The population register behind the server.

use domain::command::Command;
use domain::effect::{EffectKey, UnfinishedState};
use domain::event::RegisterAnswer;
use domain::ids::CaseId;
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
    /// Idempotency key: whoever goes on has the same, and gets the same answer.
    pub key: EffectKey,
    /// Kind of act in the register.
    pub kind: String,
    /// The request, flattened: dotted place → value; list elements by number from 0.
    pub body: BTreeMap<String, String>,
    /// Whether a half-done act is to be finished now (常口续办); otherwise the register is only asked how it stands.
    #[serde(default)]
    pub resume: bool,
}

/// How far an act is that the register has not finished.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unfinished {
    /// How it stands.
    pub state: UnfinishedState,
    /// Why the rest is not done, in the register's words; may be empty.
    pub reason: String,
    /// Seconds in which the register means to be done; none when it does not say.
    pub expected_in: Option<u32>,
}

/// How an act stands after an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EffectState {
    /// Done.
    Done,
    /// Refused; nothing has changed.
    Refused,
    /// Taken, and done later.
    Accepted,
    /// Done in part.
    Partial,
}

/// What the register did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EffectAnswer {
    /// Its answer.
    pub answer: RegisterAnswer,
    /// Its reason when it refused; empty when it did it.
    pub refused: String,
    /// How far it is, while it is not done.
    #[serde(default)]
    pub unfinished: Option<Unfinished>,
}

impl EffectAnswer {
    /// How the act stands.
    #[must_use]
    pub fn state(&self) -> EffectState {
        match &self.unfinished {
            Some(one) if one.state == UnfinishedState::Partial => EffectState::Partial,
            Some(_) => EffectState::Accepted,
            None if self.refused.is_empty() => EffectState::Done,
            None => EffectState::Refused,
        }
    }

    /// The command that records the answer in the case.
    #[must_use]
    pub fn recorded(self) -> Command {
        match self.unfinished {
            Some(one) => {
                Command::RecordUnfinished { answer: self.answer, state: one.state, reason: one.reason }
            }
            None => Command::RecordEffect { answer: self.answer, refused: self.refused },
        }
    }
}
