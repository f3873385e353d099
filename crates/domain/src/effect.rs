//! Handing a decided act over (业务落实): the key under which the register does it once, and what an answer may say
//! that is neither done nor refused.

use crate::case::Case;
use crate::event::{EventTime, RegisterAnswer};
use crate::flow::StepKind;
use crate::ids::{CaseId, StepId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;
use ts_rs::TS;

/// Under what the register keeps a hand-over: the same for every terminal and every click, so that whoever goes on
/// gets the answer that was given before. Only a new decision, after an answer stands in the case, has another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EffectKey(pub String);

impl fmt::Display for EffectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl EffectKey {
    /// The key of a hand-over: the case, its step, and the number of answers that ended a hand-over before.
    #[must_use]
    pub fn new(case: CaseId, step: &StepId, round: u32) -> Self {
        Self(format!("{case}:{step}:{round}"))
    }

    /// The key of the hand-over at which a case stands; none when it stands elsewhere.
    #[must_use]
    pub fn of(case: &Case) -> Option<Self> {
        let stage = case.stage.as_ref().filter(|one| one.kind == StepKind::Effect)?;
        Some(Self::new(case.id, &stage.step, case.effect_rounds))
    }
}

/// How a hand-over can be on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum UnfinishedState {
    /// The register has taken it and does it later.
    Delayed,
    /// The register did a part; the rest waits until somebody goes on (常口续办).
    Partial,
}

impl UnfinishedState {
    /// Words for a case that stands so.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Delayed => "落实中，等常口回复",
            Self::Partial => "常口只办了一部分，待续办",
        }
    }
}

/// A hand-over that the register has and has not finished. It cannot be undone from here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnfinishedEffect {
    /// How it stands.
    pub state: UnfinishedState,
    /// The register's last answer.
    pub answer: RegisterAnswer,
    /// Why the rest is not done, in the register's words; may be empty.
    pub reason: String,
    /// When the first such answer was recorded.
    pub since: EventTime,
    /// When the last one was: the register was asked then.
    pub asked: EventTime,
}
