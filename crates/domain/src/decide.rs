//! The rules: a command either becomes events or is refused. Pure, and the same on terminal and server.

mod counter;
mod course;
mod definition;
mod evaluate;
mod fingerprints;
mod hand_over;
mod home;
mod link;
mod rectify;
mod result;
mod review;
mod row_card;
mod settle;
mod submit;
mod unfinished;

pub use self::evaluate::evaluable;

use crate::case::Case;
use crate::command::Command;
use crate::context::{Context, Facts};
use crate::event::Event;
use crate::flow::{Stage, StepKind};
use crate::ids::{FieldPath, MaterialId};
use crate::person::Role;
use crate::refusal::Refusal;
use crate::requirement::Missing;

/// Decides a command on a case.
///
/// # Errors
/// The [`Refusal`] that stands in the way. A refused command changes nothing.
pub fn decide(
    command: &Command,
    case: &Case,
    context: &Context,
    facts: &Facts<'_>,
) -> Result<Vec<Event>, Refusal> {
    if case.needs_update.is_some() {
        return Err(Refusal::NeedsUpdate);
    }
    if !facts.roster.holds(&context.actor.officer, &context.actor.post) {
        return Err(Refusal::PostNotHeld);
    }
    if matches!(command, Command::Open) {
        return counter::open(case, context, facts);
    }
    if case.opening.is_none() {
        return Err(Refusal::NotOpen);
    }
    if case.outcome.is_some() && !course::despite_end(command) {
        return Err(Refusal::Ended);
    }
    if case.course.suspension.is_some() && !course::despite_suspension(command) {
        return Err(Refusal::Suspended);
    }
    if case.course.rectification.is_some() && !course::rectifies(command) {
        return Err(Refusal::WrongStage);
    }
    match command {
        Command::Open => Err(Refusal::AlreadyOpen),
        Command::ReadIdentity { person, identity, reading } => {
            counter::read_identity(*person, identity, reading.as_ref(), case, context, facts)
        }
        Command::ReadRowCard { section, identity, reading } => {
            row_card::read_row_card(section, identity, reading, case, context, facts)
        }
        Command::Answer { question, answer } => counter::answer(question, answer, case, context, facts),
        Command::ChangeFields { changes, source, reason } => {
            counter::change_fields(changes, *source, reason, case, context, facts)
        }
        Command::RecordLookup { lookup, answer } => {
            counter::record_lookup(lookup, answer, case, context, facts)
        }
        Command::AddPage { material, page, picture, reading } => {
            counter::add_page(material, *page, picture, reading.as_ref(), case, context, facts)
        }
        Command::ReplacePage { material, page, picture, reading } => {
            counter::replace_page(material, *page, picture, reading.as_ref(), case, context, facts)
        }
        Command::RemovePage { material, page } => counter::remove_page(material, *page, case, context, facts),
        Command::KeepPage { material, page, findings, reason } => {
            counter::keep_page(material, *page, findings, reason, case, context, facts)
        }
        Command::ReorderPages { material, order } => {
            counter::reorder_pages(material, order, case, context, facts)
        }
        Command::Sign { slot, strokes, shown } => counter::sign(slot, strokes, *shown, case, context, facts),
        Command::ClearSignature { slot } => counter::clear_signature(slot, case, context, facts),
        Command::Override { rule, reason } => counter::override_warning(rule, reason, case, context, facts),
        Command::Submit => submit::submit(case, context, facts),
        Command::ConfirmAcceptance => submit::confirm(case, context, facts),
        Command::Review { decision, reason, opinion } => {
            review::review(*decision, reason.as_ref(), opinion, case, context, facts)
        }
        Command::RecordEffect { answer, refused } => {
            result::record_effect(answer, refused, case, context, facts)
        }
        Command::RecordUnfinished { answer, state, reason } => {
            unfinished::record_unfinished(answer, *state, reason, case, context, facts)
        }
        Command::Continue => result::go_on(case, context, facts),
        Command::RecordPrint(document) => result::record_print(document, case, context, facts),
        Command::Collect { name, document, number, strokes } => {
            result::collect(name, *document, number, strokes, case, context, facts)
        }
        Command::Withdraw { reason } => submit::withdraw(reason, case, context, facts),
        Command::PromiseMaterials { materials, until } => {
            course::promise(materials, *until, case, context, facts)
        }
        Command::CancelTolerance { reason } => course::cancel_tolerance(reason, case, context),
        Command::RequestSupplement { materials, until, reason } => {
            course::supplement(materials, *until, reason, case, context, facts)
        }
        Command::Suspend { kind, reason, until } => {
            course::suspend(*kind, reason, *until, case, context, facts)
        }
        Command::Resume => course::resume(case, context, facts),
        Command::Terminate { reason } => course::terminate(reason, case, context),
        Command::Abandon { reason } => course::abandon(reason, case, context, facts),
        Command::Rectify { reason } => rectify::open(reason, case, context),
        Command::HandOver { to, reason } => hand_over::hand_over(to, reason, case, context, facts),
        Command::DelegateReview { to, until, reason } => {
            hand_over::delegate_review(to, *until, reason, case, context, facts)
        }
        Command::MoveToDefinition { definition: to } => definition::move_to(to, case, context, facts),
        Command::LinkCase(link) => link::link(link, case, context, facts),
        Command::SettleAct(settlement) => settle::settle_act(settlement, case, context, facts),
        Command::Evaluate { score, reading } => evaluate::evaluate(*score, reading.as_ref(), case, context),
        Command::TakeFingerprints { person, prints, set_aside } => {
            fingerprints::take(*person, prints, set_aside, case, context, facts)
        }
        Command::OmitFingerprints { person, reason } => {
            fingerprints::omit(*person, reason, case, context, facts)
        }
    }
}

/// Whether the case lies at the counter of the actor's unit, and the role may take it in. A case taken in without
/// the network lies there until it is confirmed: what the checks then find has to be mended.
fn at_own_counter(case: &Case, context: &Context, facts: &Facts<'_>) -> Result<(), Refusal> {
    let opening = case.opening.as_ref().ok_or(Refusal::NotOpen)?;
    if !case.at_counter() && !case.awaits_confirmation() {
        return Err(Refusal::NotAtCounter);
    }
    if context.actor.post.unit != opening.unit {
        return Err(Refusal::UnitNotAllowed);
    }
    if !facts.definition.intake_roles.contains(&context.actor.post.role) {
        return Err(Refusal::RoleNotAllowed);
    }
    Ok(())
}

/// Whether pages of a material may be changed: while the case is taken in, and where a step of the flow waits for
/// just this paper (补扫).
///
/// # Errors
/// The [`Refusal`] that stands in the way.
pub fn may_change_pages(
    material: &MaterialId,
    case: &Case,
    context: &Context,
    facts: &Facts<'_>,
) -> Result<(), Refusal> {
    let flow = facts.definition.flow_of(case);
    let step = case.stage.as_ref().and_then(|stage| flow.step(&stage.step));
    let waited_for =
        step.is_some_and(|one| one.kind == StepKind::LateScan && one.materials.contains(material));
    match (&case.stage, &case.opening) {
        (Some(stage), _) if waited_for => may_act(stage, case, context, facts),
        // What was promised for later is taken at the counter that took the case, wherever the case waits.
        (Some(_), Some(opening)) if promised(material, case) => {
            if context.actor.post.unit != opening.unit {
                return Err(Refusal::UnitNotAllowed);
            }
            let takes_in = facts.definition.intake_roles.contains(&context.actor.post.role);
            if takes_in { Ok(()) } else { Err(Refusal::RoleNotAllowed) }
        }
        _ => at_own_counter(case, context, facts),
    }
}

/// What was promised may be brought until the register has the act; after that the file stays as it was.
fn promised(material: &MaterialId, case: &Case) -> bool {
    let open = case.refused.is_none() && case.unfinished.is_none() && case.effects.is_empty();
    open && case.course.tolerance.iter().any(|one| one.materials.contains(material))
}

/// Whether everything that was promised for later is there: without it nothing is issued, put into force or ended
/// (rules of the counter, 12).
fn nothing_outstanding(case: &Case, facts: &Facts<'_>) -> Result<(), Refusal> {
    let outstanding = case.outstanding();
    if outstanding.is_empty() || crate::mutants::planted("tolerance-forgotten") {
        return Ok(());
    }
    let name = |id: &MaterialId| {
        let known = facts.definition.materials.iter().find(|one| one.id == *id);
        known.map_or_else(|| id.to_string(), |one| one.name.clone())
    };
    let missing = outstanding.iter().map(|id| Missing::Material { material: id.clone(), name: name(id) });
    Err(Refusal::Incomplete { missing: missing.collect() })
}

/// Whether fields may be changed: while the case is taken in, and those that the present step of the flow asks for.
fn may_change_fields<'p>(
    paths: impl IntoIterator<Item = &'p FieldPath>,
    case: &Case,
    context: &Context,
    facts: &Facts<'_>,
) -> Result<(), Refusal> {
    let flow = facts.definition.flow_of(case);
    let step = case.stage.as_ref().and_then(|stage| flow.step(&stage.step));
    match (&case.stage, step) {
        (Some(stage), Some(step))
            if step.kind == StepKind::LateScan
                && paths.into_iter().all(|path| step.fields.contains(path)) =>
        {
            may_act(stage, case, context, facts)
        }
        _ => at_own_counter(case, context, facts),
    }
}

/// Whether the actor's role and unit may act in a stage of a case.
///
/// # Errors
/// [`Refusal::RoleNotAllowed`] or [`Refusal::UnitNotAllowed`].
pub fn may_act(stage: &Stage, case: &Case, context: &Context, facts: &Facts<'_>) -> Result<(), Refusal> {
    let opening = case.opening.as_ref().ok_or(Refusal::NotOpen)?;
    // A review may have been handed to somebody for a time (授权代审).
    let delegated = || {
        matches!(stage.kind, StepKind::Review | StepKind::Investigate)
            && case.delegation(&stage.step, &context.actor.officer, context.time.day()).is_some()
    };
    if !stage.roles.contains(&context.actor.post.role) && !delegated() {
        return Err(Refusal::RoleNotAllowed);
    }
    let unit = facts.roster.unit_at(&opening.unit, stage.level).ok_or(Refusal::UnitNotAllowed)?;
    if unit.code == context.actor.post.unit { Ok(()) } else { Err(Refusal::UnitNotAllowed) }
}

/// Whether somebody may take a matter in at all: for the list of matters on the screen.
#[must_use]
pub fn may_take_in(definition: &crate::matter::MatterDefinition, role: Role) -> bool {
    definition.intake_roles.contains(&role)
}

pub use result::{blank_is_right, printable};
