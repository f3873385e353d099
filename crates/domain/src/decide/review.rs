//! Review, investigation, approval.

use super::may_act;
use crate::case::Case;
use crate::context::{Context, Facts};
use crate::event::{Decision, Event, Reason};
use crate::flow::StepKind;
use crate::refusal::Refusal;

pub(super) fn review(
    decision: Decision,
    reason: Option<&Reason>,
    opinion: &str,
    case: &Case,
    context: &Context,
    facts: &Facts<'_>,
) -> Result<Vec<Event>, Refusal> {
    let stage = case.stage.as_ref().ok_or(Refusal::WrongStage)?;
    if !matches!(stage.kind, StepKind::Review | StepKind::Investigate) {
        return Err(Refusal::WrongStage);
    }
    may_act(stage, case, context, facts)?;
    // The person, not the post: across accounts' posts and take-overs nobody reviews his own work.
    if case.makers.contains(&context.actor.officer) {
        return Err(Refusal::MakerCannotReview);
    }
    if case.reviewers.contains(&context.actor.officer)
        && case
            .reviews
            .iter()
            .any(|one| one.actor.officer == context.actor.officer && one.decision == Decision::Pass)
    {
        return Err(Refusal::ReviewerTwice);
    }
    if decision != Decision::Pass && reason.is_none_or(|one| one.text.trim().is_empty()) {
        return Err(Refusal::ReasonMissing);
    }
    let reason = reason.filter(|_| decision != Decision::Pass).cloned();
    if !context.online {
        return Ok(vec![Event::ProvisionalOpinionGiven {
            stage: stage.clone(),
            decision,
            reason,
            opinion: opinion.to_owned(),
        }]);
    }
    let flow = &facts.definition.flow;
    let next = match decision {
        Decision::Pass => flow.after(&stage.step),
        Decision::Return => None,
        Decision::Refuse => flow.collect(),
    };
    let mut events = vec![Event::Reviewed {
        stage: stage.clone(),
        decision,
        reason,
        opinion: opinion.to_owned(),
        next: next.clone(),
    }];
    if next.is_none() && decision != Decision::Return {
        let outcome = match decision {
            Decision::Refuse => crate::event::Outcome::Refused,
            _ => crate::event::Outcome::Done,
        };
        events.push(Event::Closed { outcome });
    }
    Ok(events)
}
