//! Answers of the register that end nothing: taken and done later, or done in part.

use super::may_act;
use crate::case::Case;
use crate::context::{Context, Facts};
use crate::effect::UnfinishedState;
use crate::event::{CheckState, Event, RegisterAnswer};
use crate::flow::StepKind;
use crate::refusal::Refusal;

pub(super) fn record_unfinished(
    answer: &RegisterAnswer,
    state: UnfinishedState,
    reason: &str,
    case: &Case,
    context: &Context,
    facts: &Facts<'_>,
) -> Result<Vec<Event>, Refusal> {
    if !context.online {
        return Err(Refusal::NotOffline);
    }
    let stage = case.stage.as_ref().filter(|one| one.kind == StepKind::Effect).ok_or(Refusal::WrongStage)?;
    may_act(stage, case, context, facts)?;
    if case.refused.is_some() || facts.definition.effect_at(case).is_none() {
        return Err(Refusal::WrongStage);
    }
    super::nothing_outstanding(case, facts)?;
    // An answer that agrees or differs ended the hand-over: it is recorded as what it is.
    if answer.state != CheckState::NotChecked {
        return Err(Refusal::ForeignAnswer);
    }
    // What is written in the register stays there: a half-done act does not become one that only waits.
    let half_done = case.unfinished.as_ref().is_some_and(|one| one.state == UnfinishedState::Partial);
    if half_done && state == UnfinishedState::Delayed {
        return Err(Refusal::ForeignAnswer);
    }
    Ok(vec![Event::EffectUnfinished { answer: answer.clone(), state, reason: reason.to_owned() }])
}

/// Refuses what would give up a hand-over that the register has.
pub(super) fn nothing_on_its_way(case: &Case) -> Result<(), Refusal> {
    if case.unfinished.is_some() { Err(Refusal::EffectUnfinished) } else { Ok(()) }
}
