//! Submission, its confirmation, and taking back.

use super::at_own_counter;
use crate::case::Case;
use crate::context::{Context, Facts};
use crate::event::{Event, SubmissionMode};
use crate::person::Role;
use crate::refusal::Refusal;
use crate::requirement::{Missing, missing};
use jiff::civil::Date;
use std::borrow::Cow;

type Decided = Result<Vec<Event>, Refusal>;

/// The case as it is once the actor has handed it in. Who hands in takes part in the intake: where an auxiliary does,
/// the case goes the way of those that have to be reviewed (rules of the counter, 7).
fn handed_in<'c>(case: &'c Case, context: &Context) -> Cow<'c, Case> {
    if case.auxiliary_made || context.actor.post.role != Role::Auxiliary {
        return Cow::Borrowed(case);
    }
    Cow::Owned(Case { auxiliary_made: true, ..case.clone() })
}

pub(super) fn submit(case: &Case, context: &Context, facts: &Facts<'_>) -> Decided {
    at_own_counter(case, context, facts)?;
    if case.awaits_confirmation() {
        return Err(Refusal::NotAtCounter);
    }
    if case.course.rectification.is_some() {
        return super::rectify::submit(case, context, facts);
    }
    let case = &*handed_in(case, context);
    let accepted = context.online || facts.definition.accept_offline;
    let mut lacking = missing(facts.definition, case, facts.codes, context.time.day(), !accepted);
    lacking.extend(crate::duplicate::warning(case, &context.duplicates, context.elsewhere.as_ref()));
    if !lacking.is_empty() {
        return Err(Refusal::Incomplete { missing: lacking });
    }
    let query_password = case
        .submission
        .as_ref()
        .map(|one| one.query_password.clone())
        .or_else(|| context.allotted.query_password.clone())
        .unwrap_or_default();
    if !accepted {
        return Ok(vec![Event::Submitted {
            mode: SubmissionMode::TakenIn,
            // An exhausted block stops the number, not the intake.
            number: context.allotted.intake_number.clone(),
            query_password,
            due: None,
            stage: None,
        }]);
    }
    let number = acceptance_number(case, context)?;
    let due = promised_day(case, context, facts)?;
    let homes = super::home::name_home_units(case, facts)?;
    let mut events = vec![Event::Submitted {
        mode: SubmissionMode::Accepted,
        number: Some(number),
        query_password,
        due: Some(due),
        stage: facts.definition.flow_of(case).first(),
    }];
    events.extend(homes);
    Ok(events)
}

/// A case that was sent back keeps its number.
fn acceptance_number(case: &Case, context: &Context) -> Result<String, Refusal> {
    let kept = case.submission.as_ref().and_then(|one| one.accepted_number.clone());
    kept.or_else(|| context.allotted.case_number.clone()).ok_or(Refusal::NoNumberLeft)
}

/// The day on the citizen's receipt. It stays when a case that was sent back is handed in again: the citizen holds
/// the first receipt.
fn promised_day(case: &Case, context: &Context, facts: &Facts<'_>) -> Result<Date, Refusal> {
    let kept = case.submission.as_ref().filter(|one| one.accepted.is_some()).and_then(|one| one.due);
    match kept {
        Some(day) => Ok(day),
        None => Ok(facts.calendar.due(context.time.day(), facts.definition.limit)?),
    }
}

pub(super) fn confirm(case: &Case, context: &Context, facts: &Facts<'_>) -> Decided {
    if !context.online {
        return Err(Refusal::NotOffline);
    }
    if !case.awaits_confirmation() {
        return Err(Refusal::WrongStage);
    }
    let opening = case.opening.as_ref().ok_or(Refusal::NotOpen)?;
    if opening.unit != context.actor.post.unit {
        return Err(Refusal::UnitNotAllowed);
    }
    if !facts.definition.intake_roles.contains(&context.actor.post.role) {
        return Err(Refusal::RoleNotAllowed);
    }
    let case = &*handed_in(case, context);
    let lacking: Vec<Missing> = missing(facts.definition, case, facts.codes, context.time.day(), false);
    if !lacking.is_empty() {
        return Err(Refusal::Incomplete { missing: lacking });
    }
    let number = acceptance_number(case, context)?;
    let due = promised_day(case, context, facts)?;
    let homes = super::home::name_home_units(case, facts)?;
    let mut events =
        vec![Event::AcceptanceConfirmed { number, due, stage: facts.definition.flow_of(case).first() }];
    events.extend(homes);
    Ok(events)
}

pub(super) fn withdraw(reason: &str, case: &Case, context: &Context, facts: &Facts<'_>) -> Decided {
    let opening = case.opening.as_ref().ok_or(Refusal::NotOpen)?;
    if opening.unit != context.actor.post.unit {
        return Err(Refusal::UnitNotAllowed);
    }
    if !facts.definition.intake_roles.contains(&context.actor.post.role) {
        return Err(Refusal::RoleNotAllowed);
    }
    super::unfinished::nothing_on_its_way(case)?;
    // What the register has done cannot be taken back here, nor what was refused before the applicant is told.
    if case.effect.is_some() || case.refused.is_some() {
        return Err(Refusal::WrongStage);
    }
    if reason.trim().is_empty() {
        return Err(Refusal::ReasonMissing);
    }
    Ok(vec![Event::Withdrawn { reason: reason.to_owned() }])
}
