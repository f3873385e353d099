//! Flows: the steps of a case after intake, as data. Several matters share one flow.

use crate::ids::{FieldPath, MaterialId, StepId};
use crate::person::Role;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The steps of a case after intake (流程).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Flow {
    /// Name of the flow, e.g. `b`.
    pub id: String,
    /// Title.
    pub name: String,
    /// Steps in order.
    #[serde(rename = "step")]
    pub steps: Vec<Step>,
}

/// One step of a flow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Name.
    pub id: StepId,
    /// What is done.
    pub kind: StepKind,
    /// Title of the act: 民警审核 ….
    pub title: String,
    /// Words for a case that waits here: 待民警审核 ….
    pub state: String,
    /// Level of the unit that acts.
    pub level: Level,
    /// Roles that may act.
    pub roles: Vec<Role>,
    /// For `effect`: the act of the definition that is handed over; empty where there is one only.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub effect: String,
    /// For `late_scan`: the materials that come now (补扫).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub materials: Vec<MaterialId>,
    /// For `late_scan`: fields that can be filled in only now, from the papers that came. They are not asked for before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldPath>,
    /// For `issue`: the paper that is issued (签发).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub document: String,
}

/// What is done in a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum StepKind {
    /// Decided by somebody who is neither maker nor an earlier reviewer (审核, 审批, 审签).
    Review,
    /// Field check with a report (调查核实); also by somebody who is neither maker nor an earlier reviewer.
    Investigate,
    /// Handed to the population register (业务落实).
    Effect,
    /// A paper is issued and printed, and the case waits for what the citizen brings back (开具准迁证).
    Issue,
    /// Papers that came later are scanned (业务续办：补扫准迁证、补扫迁移证).
    LateScan,
    /// Result given to the citizen (领取登记).
    Collect,
}

/// Levels of units.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// 派出所 or 户政大厅
    Station,
    /// 分局, 县局
    County,
    /// 市局
    City,
    /// 省厅
    Province,
}

/// Where a case stands, written into events as a fact so that no definition is needed to read them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Stage {
    /// Step of the flow.
    pub step: StepId,
    /// What is done there.
    pub kind: StepKind,
    /// Title of the act.
    pub title: String,
    /// Words for a case that waits here.
    pub state: String,
    /// Level of the unit that acts.
    pub level: Level,
    /// Roles that may act.
    pub roles: Vec<Role>,
}

impl Flow {
    /// The first step after submission.
    #[must_use]
    pub fn first(&self) -> Option<Stage> {
        self.steps.first().map(Step::stage)
    }

    /// The step after another.
    #[must_use]
    pub fn after(&self, step: &StepId) -> Option<Stage> {
        let at = self.steps.iter().position(|one| one.id == *step)?;
        self.steps.get(at + 1).map(Step::stage)
    }

    /// A step by name.
    #[must_use]
    pub fn step(&self, id: &StepId) -> Option<&Step> {
        self.steps.iter().find(|one| one.id == *id)
    }

    /// The step of giving the result to the citizen, which a refusal goes to directly.
    #[must_use]
    pub fn collect(&self) -> Option<Stage> {
        self.steps.iter().find(|one| one.kind == StepKind::Collect).map(Step::stage)
    }
}

impl Step {
    fn stage(&self) -> Stage {
        Stage {
            step: self.id.clone(),
            kind: self.kind,
            title: self.title.clone(),
            state: self.state.clone(),
            level: self.level,
            roles: self.roles.clone(),
        }
    }
}
