//! Beside the flow: tolerance, supplement, suspension, ending without a decision.

use super::review::may_review;
use super::unfinished::nothing_on_its_way;
use super::{at_own_counter, may_act};
use crate::case::Case;
use crate::context::{Context, Facts};
use crate::course::{Course, SuspensionKind};
use crate::event::{Event, Reason};
use crate::ids::MaterialId;
use crate::limit::TimeLimit;
use crate::matter::MaterialRule;
use crate::person::Role;
use crate::refusal::Refusal;
use crate::requirement::material_applies;
use jiff::civil::Date;

type Decided = Result<Vec<Event>, Refusal>;

/// Longest time for a supplement, calendar days: nobody who was asked for a paper waits longer than the longest
/// limit of the counter itself, the 60 days of an identity card (rules of the counter, 11; to be confirmed).
const SUPPLEMENT_LONGEST: TimeLimit = TimeLimit::CalendarDays(60);
/// Longest time that a clock is stopped for at once, calendar days: a court of first instance decides within six
/// months, and one extension; longer is stopped again, with a reason again (to be confirmed).
const SUSPENSION_LONGEST: TimeLimit = TimeLimit::CalendarDays(365);

/// A day of the future within a limit that counts from today.
pub(super) fn day_within(
    day: Date,
    limit: TimeLimit,
    context: &Context,
    facts: &Facts<'_>,
) -> Result<(), Refusal> {
    let today = context.time.day();
    let last = facts.calendar.due(today, limit)?;
    if today < day && day <= last {
        return Ok(());
    }
    let from = today.tomorrow().map_err(|_| Refusal::CalendarMissing { year: today.year() })?;
    Err(Refusal::DayNotAllowed { from: from.to_string(), until: last.to_string() })
}

/// A reason in words.
fn said(reason: &str) -> Result<(), Refusal> {
    if reason.trim().is_empty() { Err(Refusal::ReasonMissing) } else { Ok(()) }
}

/// A police officer of the unit that took the case in: not an auxiliary, not somebody from elsewhere.
pub(super) fn officer_of_the_unit(case: &Case, context: &Context) -> Result<(), Refusal> {
    let opening = case.opening.as_ref().ok_or(Refusal::NotOpen)?;
    if context.actor.post.unit != opening.unit {
        return Err(Refusal::UnitNotAllowed);
    }
    match context.actor.post.role {
        Role::Officer | Role::CommunityOfficer | Role::Head => Ok(()),
        _ => Err(Refusal::RoleNotAllowed),
    }
}

fn online(context: &Context) -> Result<(), Refusal> {
    if context.online { Ok(()) } else { Err(Refusal::NotOffline) }
}

pub(super) fn promise(
    materials: &[MaterialId],
    until: Date,
    case: &Case,
    context: &Context,
    facts: &Facts<'_>,
) -> Decided {
    at_own_counter(case, context, facts)?;
    if materials.is_empty() && case.course.tolerance.is_none() {
        return Ok(Vec::new());
    }
    for material in materials {
        let known = facts.definition.materials.iter().find(|one| one.id == *material);
        let known = known.filter(|one| material_applies(one, case));
        let known = known.ok_or_else(|| Refusal::UnknownName { name: material.to_string() })?;
        let asked = matches!(known.rule, MaterialRule::Required | MaterialRule::OneOf);
        if !known.tolerance && !crate::mutants::planted("every-material-tolerable") || !asked {
            return Err(Refusal::NotTolerable { name: known.name.clone() });
        }
    }
    if !materials.is_empty() {
        day_within(until, facts.definition.tolerance_limit, context, facts)?;
    }
    let mut events = vec![Event::MaterialsPromised { materials: materials.to_vec(), until }];
    // The promise stands on the form that is signed: who signed before signs again.
    events.extend(case.signatures.keys().map(|slot| Event::SignatureCleared { slot: slot.clone() }));
    Ok(events)
}

pub(super) fn cancel_tolerance(reason: &Reason, case: &Case, context: &Context) -> Decided {
    online(context)?;
    officer_of_the_unit(case, context)?;
    if context.actor.post.role != Role::Head {
        return Err(Refusal::RoleNotAllowed);
    }
    if case.outstanding().is_empty() || case.refused.is_some() {
        return Err(Refusal::WrongStage);
    }
    said(&reason.text)?;
    Ok(vec![Event::ToleranceCancelled { reason: reason.clone() }])
}

pub(super) fn supplement(
    materials: &[MaterialId],
    until: Date,
    reason: &Reason,
    case: &Case,
    context: &Context,
    facts: &Facts<'_>,
) -> Decided {
    online(context)?;
    let stage = may_review(case, context, facts)?;
    if case.course.rectification.is_some() {
        return Err(Refusal::WrongStage);
    }
    said(&reason.text)?;
    let known = |id: &MaterialId| {
        let named = facts.definition.materials.iter().find(|one| one.id == *id);
        named.is_some_and(|one| material_applies(one, case))
    };
    match materials.iter().find(|one| !known(one)) {
        Some(unknown) => return Err(Refusal::UnknownName { name: unknown.to_string() }),
        None if materials.is_empty() => return Err(Refusal::UnknownName { name: "materials".to_owned() }),
        None => {}
    }
    day_within(until, SUPPLEMENT_LONGEST, context, facts)?;
    Ok(vec![Event::SupplementRequested {
        stage: stage.clone(),
        materials: materials.to_vec(),
        until,
        reason: reason.clone(),
    }])
}

pub(super) fn suspend(
    kind: SuspensionKind,
    reason: &Reason,
    until: Option<Date>,
    case: &Case,
    context: &Context,
    facts: &Facts<'_>,
) -> Decided {
    online(context)?;
    let stage = case.stage.as_ref().ok_or(Refusal::WrongStage)?;
    if may_act(stage, case, context, facts).is_err() || context.actor.post.role == Role::Auxiliary {
        officer_of_the_unit(case, context)?;
    }
    if case.refused.is_some() || case.course.rectification.is_some() {
        return Err(Refusal::WrongStage);
    }
    nothing_on_its_way(case)?;
    said(&reason.text)?;
    match until {
        Some(day) => day_within(day, SUSPENSION_LONGEST, context, facts)?,
        // Its days are told to the applicant beforehand.
        None if kind == SuspensionKind::SpecialProcedure => return Err(Refusal::ReasonMissing),
        None => {}
    }
    Ok(vec![Event::Suspended { kind, reason: reason.clone(), until }])
}

pub(super) fn resume(case: &Case, context: &Context, facts: &Facts<'_>) -> Decided {
    online(context)?;
    let stopped = case.course.suspension.as_ref().ok_or(Refusal::WrongStage)?;
    let here = case.stage.as_ref().is_some_and(|stage| may_act(stage, case, context, facts).is_ok());
    if !here || context.actor.post.role == Role::Auxiliary {
        officer_of_the_unit(case, context)?;
    }
    let due = case.submission.as_ref().and_then(|one| one.due);
    let due = due
        .map(|due| {
            let (from, to) = (stopped.time.day(), context.time.day());
            facts.calendar.due_after_pause(due, from, to, facts.definition.limit)
        })
        .transpose()?;
    Ok(vec![Event::Resumed { due }])
}

pub(super) fn terminate(reason: &Reason, case: &Case, context: &Context) -> Decided {
    online(context)?;
    officer_of_the_unit(case, context)?;
    nothing_on_its_way(case)?;
    let over = case.overdue(context.time.day()).is_some() && case.refused.is_none();
    if !over || case.course.rectification.is_some() {
        return Err(Refusal::NotOverdue);
    }
    said(&reason.text)?;
    Ok(vec![Event::Terminated { reason: reason.clone() }])
}

pub(super) fn abandon(reason: &str, case: &Case, context: &Context, facts: &Facts<'_>) -> Decided {
    if case.course.rectification.is_some() {
        officer_of_the_unit(case, context)?;
        online(context)?;
    } else {
        at_own_counter(case, context, facts)?;
        if case.submission.is_some() {
            return Err(Refusal::AlreadySubmitted);
        }
    }
    said(reason)?;
    Ok(vec![Event::Abandoned { reason: reason.to_owned() }])
}

/// Whether a case that has ended takes a command all the same: nothing of it becomes another by that, but by rectifying.
pub(super) fn despite_end(command: &crate::command::Command) -> bool {
    use crate::command::Command;
    matches!(
        command,
        Command::RecordPrint(_) | Command::Rectify { .. } | Command::Evaluate { .. } | Command::SettleAct(_)
    )
}

/// Whether a suspended case takes a command all the same.
pub(super) fn despite_suspension(command: &crate::command::Command) -> bool {
    use crate::command::Command;
    matches!(
        command,
        Command::Resume
            | Command::Withdraw { .. }
            | Command::RecordPrint(_)
            | Command::HandOver { .. }
            | Command::DelegateReview { .. }
            | Command::Evaluate { .. }
            | Command::SettleAct(_)
    )
}

/// Whether a case that is being rectified takes a command: its record is changed and reviewed, nothing else.
pub(super) fn rectifies(command: &crate::command::Command) -> bool {
    use crate::command::Command;
    matches!(
        command,
        Command::ChangeFields { .. }
            | Command::AddPage { .. }
            | Command::ReplacePage { .. }
            | Command::RemovePage { .. }
            | Command::KeepPage { .. }
            | Command::ReorderPages { .. }
            | Command::Submit
            | Command::Review { .. }
            | Command::Abandon { .. }
            | Command::RecordPrint(_)
            | Command::HandOver { .. }
            | Command::DelegateReview { .. }
            | Command::SettleAct(_)
    )
}

impl Course {
    /// Whether a material may be missing for now, on a day.
    #[must_use]
    pub fn tolerates(&self, material: &MaterialId, day: Date) -> bool {
        self.tolerance.as_ref().is_some_and(|one| one.materials.contains(material) && day <= one.until)
    }
}
