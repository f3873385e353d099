//! Review, investigation, approval.

use super::{may_act, nothing_outstanding};
use crate::case::Case;
use crate::context::{Context, Facts};
use crate::event::{Decision, Event, Reason};
use crate::flow::{Stage, StepKind};
use crate::refusal::Refusal;

/// Whether the actor made the case: the person, not the post; across accounts' posts and take-overs nobody reviews
/// his own work.
fn made_it(case: &Case, context: &Context) -> bool {
    case.makers.contains(&context.actor.officer) && !crate::mutants::planted("maker-may-review")
}

/// The step at which the actor may decide: he neither made the case nor decided in this round.
pub(super) fn may_review<'c>(
    case: &'c Case,
    context: &Context,
    facts: &Facts<'_>,
) -> Result<&'c Stage, Refusal> {
    let stage = case.stage.as_ref().ok_or(Refusal::WrongStage)?;
    if !matches!(stage.kind, StepKind::Review | StepKind::Investigate) {
        return Err(Refusal::WrongStage);
    }
    may_act(stage, case, context, facts)?;
    if made_it(case, context) {
        return Err(Refusal::MakerCannotReview);
    }
    // A case that came back begins a new round: who passed it before it was returned may look at it again.
    let mut this_round = case.reviews.iter().skip(case.course.earlier_reviews);
    if this_round.any(|one| one.actor.officer == context.actor.officer) {
        return Err(Refusal::ReviewerTwice);
    }
    Ok(stage)
}

pub(super) fn review(
    decision: Decision,
    reason: Option<&Reason>,
    opinion: &str,
    case: &Case,
    context: &Context,
    facts: &Facts<'_>,
) -> Result<Vec<Event>, Refusal> {
    let stage = case.stage.as_ref().ok_or(Refusal::WrongStage)?;
    super::unfinished::nothing_on_its_way(case)?;
    // What the register refused to do goes back to the counter or is refused; it cannot be passed any more.
    let after_refusal = stage.kind == StepKind::Effect
        && case.effect_refused.is_some()
        && case.effects.is_empty()
        && decision != Decision::Pass;
    if after_refusal {
        may_act(stage, case, context, facts)?;
        // Sending back decides nothing; a refusal is decided by somebody who did not make the case.
        if decision == Decision::Refuse && made_it(case, context) {
            return Err(Refusal::MakerCannotReview);
        }
    } else {
        may_review(case, context, facts)?;
    }
    if decision != Decision::Pass && reason.is_none_or(|one| one.text.trim().is_empty()) {
        return Err(Refusal::ReasonMissing);
    }
    let reason = reason.filter(|_| decision != Decision::Pass).cloned();
    if !context.online && after_refusal {
        return Err(Refusal::NotOffline);
    }
    if !context.online {
        return Ok(vec![Event::ProvisionalOpinionGiven {
            stage: stage.clone(),
            decision,
            reason,
            opinion: opinion.to_owned(),
        }]);
    }
    let flow = facts.definition.flow_of(case);
    let rectifies = case.course.rectification.is_some();
    let next = match decision {
        Decision::Pass => flow.after(&stage.step),
        Decision::Refuse if !rectifies => flow.collect(),
        Decision::Return | Decision::Refuse => None,
    };
    let ends = next.is_none() && decision != Decision::Return;
    // What was promised and did not come keeps the case open (rules of the counter, 12).
    if ends && decision == Decision::Pass && !rectifies {
        nothing_outstanding(case, facts)?;
    }
    let mut events = vec![Event::Reviewed {
        stage: stage.clone(),
        decision,
        reason,
        opinion: opinion.to_owned(),
        next: next.clone(),
    }];
    // A rectification that is refused leaves the case closed as it was.
    if ends && !(rectifies && decision == Decision::Refuse) {
        let outcome = match decision {
            Decision::Refuse => crate::event::Outcome::Refused,
            _ => crate::event::Outcome::Done,
        };
        events.push(Event::Closed { outcome });
    }
    Ok(events)
}
