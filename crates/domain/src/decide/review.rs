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
    super::unfinished::nothing_on_its_way(case)?;
    // What the register refused to do goes back to the counter or is refused; it cannot be passed any more.
    let after_refusal = stage.kind == StepKind::Effect
        && case.effect_refused.is_some()
        && case.effects.is_empty()
        && decision != Decision::Pass;
    if !matches!(stage.kind, StepKind::Review | StepKind::Investigate) && !after_refusal {
        return Err(Refusal::WrongStage);
    }
    may_act(stage, case, context, facts)?;
    // Sending back decides nothing; everything else is decided by somebody who did not make the case.
    let decides = !after_refusal || decision == Decision::Refuse;
    // The person, not the post: across accounts' posts and take-overs nobody reviews his own work.
    let made_it =
        case.makers.contains(&context.actor.officer) && !crate::mutants::planted("maker-may-review");
    if decides && made_it {
        return Err(Refusal::MakerCannotReview);
    }
    // A case that came back begins a new round: who passed it before it was returned may look at it again.
    let mut this_round = case.reviews.iter().rev().take_while(|one| one.decision != Decision::Return);
    if !after_refusal && this_round.any(|one| one.actor.officer == context.actor.officer) {
        return Err(Refusal::ReviewerTwice);
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
