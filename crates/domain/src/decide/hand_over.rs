//! Work and reviews handed to a colleague.

use super::course::day_within;
use super::may_act;
use crate::case::Case;
use crate::context::{Context, Facts};
use crate::event::Event;
use crate::flow::StepKind;
use crate::ids::{OfficerId, UnitCode};
use crate::limit::TimeLimit;
use crate::person::{Officer, Role};
use crate::refusal::Refusal;
use jiff::civil::Date;

type Decided = Result<Vec<Event>, Refusal>;

/// Longest delegation of a review, calendar days: a leave; who stays away longer is replaced in the roster.
const DELEGATION_LONGEST: TimeLimit = TimeLimit::CalendarDays(30);

fn colleague<'r>(
    to: &OfficerId,
    unit: &UnitCode,
    roles: &dyn Fn(Role) -> bool,
    context: &Context,
    facts: &Facts<'r>,
) -> Result<&'r Officer, Refusal> {
    let known = facts.roster.officer(to).filter(|one| one.active && one.id != context.actor.officer);
    known
        .filter(|one| one.posts.iter().any(|post| post.unit == *unit && roles(post.role)))
        .ok_or(Refusal::OfficerNotSuitable)
}

pub(super) fn hand_over(
    to: &OfficerId,
    reason: &str,
    case: &Case,
    context: &Context,
    facts: &Facts<'_>,
) -> Decided {
    let opening = case.opening.as_ref().ok_or(Refusal::NotOpen)?;
    if context.actor.post.unit != opening.unit {
        return Err(Refusal::UnitNotAllowed);
    }
    let takes_in = |role: Role| facts.definition.intake_roles.contains(&role);
    let role = context.actor.post.role;
    if !takes_in(role) && role != Role::Head {
        return Err(Refusal::RoleNotAllowed);
    }
    // The head hands over what is anybody's, also to somebody who comes back to his own work.
    let colleague = colleague(to, &opening.unit, &takes_in, context, facts)?;
    if reason.trim().is_empty() {
        return Err(Refusal::ReasonMissing);
    }
    Ok(vec![Event::HandedOver { to: to.clone(), name: colleague.name.clone(), reason: reason.to_owned() }])
}

pub(super) fn delegate_review(
    to: &OfficerId,
    until: Date,
    reason: &str,
    case: &Case,
    context: &Context,
    facts: &Facts<'_>,
) -> Decided {
    if !context.online {
        return Err(Refusal::NotOffline);
    }
    let stage = case.stage.as_ref().ok_or(Refusal::WrongStage)?;
    if !matches!(stage.kind, StepKind::Review | StepKind::Investigate) {
        return Err(Refusal::WrongStage);
    }
    // In his own right: what was handed to somebody is not handed on.
    if !stage.roles.contains(&context.actor.post.role) {
        return Err(Refusal::RoleNotAllowed);
    }
    may_act(stage, case, context, facts)?;
    // Nobody chooses the reviewer of his own work.
    if case.makers.contains(&context.actor.officer) {
        return Err(Refusal::MakerCannotReview);
    }
    let police = |role: Role| {
        matches!(
            role,
            Role::Officer | Role::CommunityOfficer | Role::Head | Role::CountyReviewer | Role::CityReviewer
        )
    };
    let colleague = colleague(to, &context.actor.post.unit, &police, context, facts)?;
    if case.makers.contains(to) {
        return Err(Refusal::MakerCannotReview);
    }
    if reason.trim().is_empty() {
        return Err(Refusal::ReasonMissing);
    }
    day_within(until, DELEGATION_LONGEST, context, facts)?;
    Ok(vec![Event::ReviewDelegated {
        step: stage.step.clone(),
        to: to.clone(),
        name: colleague.name.clone(),
        until,
        reason: reason.to_owned(),
    }])
}
