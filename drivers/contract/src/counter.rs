//! The small devices of a counter: evaluation pad, code scanner, queue caller, spoken prompts.

use std::fmt;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::Provenance;

/// What the citizen's evaluation pad is to ask.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct EvaluationParameters {
    /// What a pad with a display or a voice says; others only light up.
    pub prompt: String,
}

/// What the citizen pressed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct EvaluationReading {
    /// Where, when and for which request.
    pub provenance: Provenance,
    /// Level, 5 非常满意 to 1 非常不满意 (国办发〔2019〕51号: five levels).
    pub score: u8,
    /// The pad's frame: what the SM3 was taken of.
    #[serde(with = "crate::wire::hex_bytes")]
    #[ts(type = "string")]
    pub raw: Vec<u8>,
}

/// A code that was held in front of the scanner.
///
/// `Debug` shows the length only: a code may hold a citizen's number.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CodeReading {
    /// Where, when and for which request.
    pub provenance: Provenance,
    /// The text.
    pub text: String,
    /// The bytes as they came: what the SM3 was taken of.
    #[serde(with = "crate::wire::hex_bytes")]
    #[ts(type = "string")]
    pub raw: Vec<u8>,
}

impl fmt::Debug for CodeReading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CodeReading")
            .field("device", &self.provenance.device)
            .field("length", &self.raw.len())
            .finish_non_exhaustive()
    }
}

/// A call of the queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CallParameters {
    /// Number of the ticket: A023.
    pub ticket: String,
    /// Number or name of the window.
    pub window: String,
    /// Whether it is called once more (重呼).
    pub again: bool,
}

/// A spoken prompt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SpeechParameters {
    /// What to say, in Chinese.
    pub text: String,
}
