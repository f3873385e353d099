//! A hand-over that the register has and has not finished.

use domain::effect::UnfinishedState;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What the register has done of an act, what is lacking, and how it goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct EffectView {
    /// How it stands by the last recorded answer.
    pub state: UnfinishedState,
    /// The same in words.
    pub words: String,
    /// What the register has done, part by part; empty while it did nothing.
    pub done: Vec<String>,
    /// What it has still to do, part by part.
    pub pending: Vec<String>,
    /// Why the rest is not done, in the register's words; may be empty.
    pub reason: String,
    /// Trusted time of the first such answer.
    #[ts(type = "number")]
    pub since: i64,
    /// Trusted time when the register was asked last.
    #[ts(type = "number")]
    pub asked: i64,
    /// What the register told since and nobody has recorded yet, in words; empty when nothing.
    pub told: String,
    /// What to do.
    pub cure: String,
    /// Who can.
    pub who: String,
}
