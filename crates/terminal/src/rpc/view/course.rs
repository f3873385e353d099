//! What happens to a case beside its flow, for the windows.

use domain::code::CodeRow;
use domain::course::SuspensionKind;
use domain::ids::{MaterialId, OfficerId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What was promised, asked for again, stopped, reopened or handed on, and what of it may be done now.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
pub struct CourseView {
    /// Promise of materials, while it stands.
    pub tolerance: Option<AwaitedView>,
    /// Request for materials, while it waits.
    pub supplement: Option<AwaitedView>,
    /// Why the clock stands still.
    pub suspension: Option<SuspensionView>,
    /// Why the closed case is open again.
    pub rectification: String,
    /// Who has the work, once it was handed over; empty otherwise.
    pub holder: String,
    /// Reviews of the present step that were handed to somebody: one line each.
    pub delegations: Vec<String>,
    /// What the present post may do.
    pub choices: Vec<SteerChoice>,
}

/// Materials that are awaited.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AwaitedView {
    /// Names of those that are not there yet.
    pub lacking: Vec<String>,
    /// Names of all.
    pub materials: Vec<String>,
    /// Last day, `YYYY-MM-DD`.
    pub until: String,
    /// Whether that day is over and something lacks.
    pub overdue: bool,
    /// Why they were asked for; empty for a promise.
    pub reason: String,
}

/// A clock that stands still.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SuspensionView {
    /// 中止 or 特别程序.
    pub title: String,
    /// Why.
    pub reason: String,
    /// Since when, `YYYY-MM-DD`.
    pub since: String,
    /// Until when it is foreseen, `YYYY-MM-DD`; empty when nobody knows.
    pub until: String,
}

/// Kinds of what may be done beside the flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Steer {
    /// 容缺受理
    Promise,
    /// 取消容缺
    CancelTolerance,
    /// 补正
    Supplement,
    /// 中止, 特别程序
    Suspend,
    /// 恢复办理
    Resume,
    /// 终止办理
    Terminate,
    /// 作废
    Abandon,
    /// 更正
    Rectify,
    /// 移交
    HandOver,
    /// 授权代审
    Delegate,
}

/// Something that the present post may do beside the flow, with what it needs to be told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct SteerChoice {
    /// What.
    pub steer: Steer,
    /// In words.
    pub label: String,
    /// What it does, before it is done.
    pub effect: String,
    /// Materials to be ticked; empty when none are.
    pub materials: Vec<SteerMaterial>,
    /// First and last day that may be given; none when no day is asked for.
    pub days: Option<SteerDays>,
    /// Reasons to choose from; the reason in words is asked for wherever `reason` is true.
    pub reasons: Vec<CodeRow>,
    /// Whether a reason in words is needed.
    pub reason: bool,
    /// Colleagues to choose from.
    pub colleagues: Vec<Colleague>,
    /// Kinds of suspension to choose from.
    pub kinds: Vec<(SuspensionKind, String)>,
}

/// A material to be ticked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SteerMaterial {
    /// Name.
    pub id: MaterialId,
    /// As on the guide.
    pub name: String,
}

/// Days that may be given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SteerDays {
    /// First, `YYYY-MM-DD`.
    pub from: String,
    /// Last, `YYYY-MM-DD`.
    pub until: String,
    /// What stands there from the start, `YYYY-MM-DD`.
    pub usual: String,
    /// Whether it may be left open.
    pub optional: bool,
}

/// A colleague to choose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Colleague {
    /// Log-in name.
    pub officer: OfficerId,
    /// Name and post in words.
    pub name: String,
}
