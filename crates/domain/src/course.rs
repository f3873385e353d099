//! The course of a case beside its flow: what was promised for later (容缺), asked for again (补正), stopped for a
//! while (中止、特别程序), reopened (更正), handed to a colleague (移交、授权代审).
//!
//! All of it stands in the case as facts of its events; no definition is needed to read it.

use crate::case::{Case, FieldValue, Page};
use crate::event::{EventTime, Outcome, Reason};
use crate::flow::{Level, Stage, StepKind};
use crate::ids::{FieldPath, MaterialId, OfficerId, StepId};
use crate::person::{Actor, Role};
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use ts_rs::TS;

/// Everything of a case that is not its flow. Empty for most.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Course {
    /// Materials that may come later against a signed promise, while the promise stands.
    pub tolerance: Option<Tolerance>,
    /// What was asked for again, oldest first; the last one is open while it has no answer.
    pub supplements: Vec<Supplement>,
    /// Why the clock stands still, while it does.
    pub suspension: Option<Suspension>,
    /// Times the clock stood still before.
    pub suspensions: Vec<(Suspension, EventTime)>,
    /// The rectification of a closed case, while it is open.
    pub rectification: Option<Rectification>,
    /// Rectifications that came to an end, oldest first.
    pub rectifications: Vec<RectificationRecord>,
    /// Who has the work now, once it was handed over.
    pub holder: Option<HandOver>,
    /// Reviews that were handed to somebody for a time, oldest first.
    pub delegations: Vec<ReviewDelegation>,
    /// Decisions of earlier rounds: a case that came back to the counter is decided anew, by the same people.
    pub earlier_reviews: usize,
    /// Why it was ended without a decision on the matter itself: 终止 or 作废.
    pub ended_for: String,
    /// Who ended it because nothing came, when, and why; none unless it was terminated.
    pub termination: Option<Termination>,
}

/// The end of a case because nothing came of what was promised or asked for (终止).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Termination {
    /// Why.
    pub reason: Reason,
    /// Who ended it.
    pub actor: Actor,
    /// When.
    pub time: EventTime,
}

/// Materials that come later against a signed promise (容缺承诺).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tolerance {
    /// The materials.
    pub materials: BTreeSet<MaterialId>,
    /// Last day for them.
    pub until: Date,
    /// Who took the promise.
    pub actor: Actor,
    /// When.
    pub time: EventTime,
}

/// Materials that were ticked to be brought or corrected (补正).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Supplement {
    /// The materials.
    pub materials: BTreeSet<MaterialId>,
    /// Those of them that have new pages since.
    pub supplied: BTreeSet<MaterialId>,
    /// Last day for them.
    pub until: Date,
    /// Why.
    pub reason: Reason,
    /// Who asked.
    pub actor: Actor,
    /// When.
    pub time: EventTime,
    /// When the case was handed in again.
    pub answered: Option<EventTime>,
}

/// Why the clock of a case stands still.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SuspensionKind {
    /// 中止: something else has to be known first, a court's judgement for example
    Suspended,
    /// 特别程序: an examination, a hearing, a public notice whose days do not count
    SpecialProcedure,
}

impl SuspensionKind {
    /// The word on screens and papers.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Suspended => "中止",
            Self::SpecialProcedure => "特别程序",
        }
    }
}

/// A clock that stands still.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suspension {
    /// Why, by kind.
    pub kind: SuspensionKind,
    /// Why, in words.
    pub reason: Reason,
    /// Last day foreseen.
    pub until: Option<Date>,
    /// Who stopped it.
    pub actor: Actor,
    /// When.
    pub time: EventTime,
}

/// A closed case that was reopened so that its record becomes right (更正).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rectification {
    /// Why.
    pub reason: String,
    /// By whom.
    pub actor: Actor,
    /// When.
    pub time: EventTime,
    /// How the case had ended.
    pub outcome: Outcome,
    /// The values as they were: they count again if the rectification is given up or refused.
    pub fields: BTreeMap<FieldPath, FieldValue>,
    /// The pages as they were.
    pub materials: BTreeMap<MaterialId, Vec<Page>>,
}

/// A rectification that came to an end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RectificationRecord {
    /// Why.
    pub reason: String,
    /// By whom.
    pub actor: Actor,
    /// When it was opened.
    pub time: EventTime,
    /// Whether the record was changed by it; if not, everything is as it was before.
    pub done: bool,
    /// When it ended.
    pub ended: EventTime,
}

/// Work that was handed to a colleague (移交).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandOver {
    /// Who has it now.
    pub to: OfficerId,
    /// Name of who has it now.
    pub name: String,
    /// Why.
    pub reason: String,
    /// Who handed it over.
    pub actor: Actor,
    /// When.
    pub time: EventTime,
}

/// A review that a reviewer let somebody else do for a time (授权代审).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewDelegation {
    /// The step.
    pub step: StepId,
    /// Who may review.
    pub to: OfficerId,
    /// Name of who may review.
    pub name: String,
    /// Last day.
    pub until: Date,
    /// Why.
    pub reason: String,
    /// Whose review it is.
    pub actor: Actor,
    /// When.
    pub time: EventTime,
}

/// Name of the step at which a rectification is reviewed. A definition cannot use it.
pub const RECTIFICATION: &str = "rectification";

/// Where a rectification waits for its review: a head of the station that closed the case.
#[must_use]
pub fn rectification_stage() -> Stage {
    Stage {
        step: StepId(RECTIFICATION.to_owned()),
        kind: StepKind::Review,
        title: "更正审核".to_owned(),
        state: "待更正审核".to_owned(),
        level: Level::Station,
        roles: vec![Role::Head],
    }
}

impl Case {
    /// Materials that were promised for later and have no page yet. While there are any, the case is not ended and
    /// nothing is issued (rules of the counter, 12).
    #[must_use]
    pub fn outstanding(&self) -> Vec<MaterialId> {
        let promised = self.course.tolerance.iter().flat_map(|one| &one.materials);
        promised.filter(|one| self.materials.get(*one).is_none_or(Vec::is_empty)).cloned().collect()
    }

    /// The request for more materials that waits for its answer.
    #[must_use]
    pub fn open_supplement(&self) -> Option<&Supplement> {
        self.course.supplements.last().filter(|one| one.answered.is_none())
    }

    /// Materials that were asked for again and have no new page yet.
    #[must_use]
    pub fn unsupplied(&self) -> Vec<MaterialId> {
        self.open_supplement()
            .map(|one| one.materials.difference(&one.supplied).cloned().collect())
            .unwrap_or_default()
    }

    /// The last day that is over for the applicant: of a promise or of a supplement. Nothing happens by itself then:
    /// the officer reminds, and ends the case with a notice if it must be.
    #[must_use]
    pub fn overdue(&self, day: Date) -> Option<Date> {
        if self.outcome.is_some() || self.course.suspension.is_some() {
            return None;
        }
        let promise =
            self.course.tolerance.as_ref().map(|one| one.until).filter(|_| !self.outstanding().is_empty());
        let supplement = self.open_supplement().map(|one| one.until);
        promise.into_iter().chain(supplement).filter(|until| *until < day).min()
    }

    /// The delegation by which somebody may review at a step on a day.
    #[must_use]
    pub fn delegation(&self, step: &StepId, to: &OfficerId, day: Date) -> Option<&ReviewDelegation> {
        let mut newest_first = self.course.delegations.iter().rev();
        newest_first.find(|one| one.step == *step && one.to == *to && day <= one.until)
    }

    /// Brings a closed case's record back to what it was before a rectification, or keeps what it became.
    pub(crate) fn end_rectification(&mut self, done: bool, time: EventTime) {
        let Some(open) = self.course.rectification.take() else { return };
        if !done {
            self.fields = open.fields;
            self.materials = open.materials;
        }
        self.outcome = Some(open.outcome);
        self.stage = None;
        self.returned = None;
        self.course.rectifications.push(RectificationRecord {
            reason: open.reason,
            actor: open.actor,
            time: open.time,
            done,
            ended: time,
        });
    }
}
