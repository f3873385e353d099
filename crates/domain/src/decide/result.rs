//! Handing over to the register, printing, giving out.

use super::{may_act, nothing_outstanding};
use crate::case::Case;
use crate::condition::Situation as _;
use crate::context::{Context, Facts};
use crate::effect::UnfinishedState;
use crate::event::{BlobRef, CheckState, Event, Outcome, PrintedDocument, RegisterAnswer};
use crate::flow::{Step, StepKind};
use crate::identity::{DocumentKind, check_number, checked_by_arithmetic};
use crate::matter::{Print, PrintMoment};
use crate::refusal::Refusal;
use crate::requirement::{Missing, check_value, field_applies, material_applies, section_applies};
use jiff::civil::Date;
use std::collections::BTreeMap;

type Decided = Result<Vec<Event>, Refusal>;

pub(super) fn record_effect(
    answer: &RegisterAnswer,
    refused: &str,
    case: &Case,
    context: &Context,
    facts: &Facts<'_>,
) -> Decided {
    if !context.online {
        return Err(Refusal::NotOffline);
    }
    let stage = case.stage.as_ref().filter(|one| one.kind == StepKind::Effect).ok_or(Refusal::WrongStage)?;
    may_act(stage, case, context, facts)?;
    if case.refused.is_some() {
        return Err(Refusal::WrongStage);
    }
    let effect = facts.definition.effect_at(case).ok_or(Refusal::WrongStage)?;
    nothing_outstanding(case, facts)?;
    if !refused.is_empty() {
        // The part that is done stays done: a half-done act is finished, not refused.
        if case.unfinished.as_ref().is_some_and(|one| one.state == UnfinishedState::Partial) {
            return Err(Refusal::EffectUnfinished);
        }
        return Ok(vec![Event::EffectRefused { answer: answer.clone(), reason: refused.to_owned() }]);
    }
    if answer.state != CheckState::Agrees {
        return Err(Refusal::NotEffected);
    }
    // What the register did at one step is no answer for another.
    if case.effects.values().any(|before| before.query_id == answer.query_id) {
        return Err(Refusal::ForeignAnswer);
    }
    let mut values = BTreeMap::new();
    for (field, place) in &effect.result {
        match answer.values.get(place) {
            Some(value) => {
                values.insert(field.clone(), value.clone());
            }
            None if facts.definition.field(field).is_some_and(|one| one.required) => {
                return Err(Refusal::ForeignAnswer);
            }
            None => {}
        }
    }
    let next = facts.definition.flow_of(case).after(&stage.step);
    let ends = next.is_none();
    let mut events = vec![Event::Effected { answer: answer.clone(), values, next }];
    if ends {
        events.push(Event::Closed { outcome: Outcome::Done });
    }
    Ok(events)
}

/// Whether a paper belongs to the present moment of a case.
#[must_use]
pub fn printable(moment: PrintMoment, case: &Case) -> bool {
    use crate::event::SubmissionMode;
    let mode = case.submission.as_ref().map(|one| one.mode);
    match moment {
        PrintMoment::Intake => true,
        PrintMoment::Accepted => mode == Some(SubmissionMode::Accepted),
        PrintMoment::IntakeSlip => case
            .submission
            .as_ref()
            .is_some_and(|one| one.mode == SubmissionMode::TakenIn || one.intake_number.is_some()),
        PrintMoment::Issued => case.issued(),
        PrintMoment::Effected => {
            let more = case.stage.as_ref().is_some_and(|stage| stage.kind == StepKind::Effect);
            case.effect.is_some() && !more
        }
        PrintMoment::Refused => case.refused.is_some(),
        PrintMoment::Promised => case.course.tolerance.is_some(),
        PrintMoment::Supplement => !case.course.supplements.is_empty(),
        PrintMoment::Suspended => case.course.suspension.is_some() || !case.course.suspensions.is_empty(),
        PrintMoment::Terminated => case.outcome == Some(Outcome::Terminated),
    }
}

pub(super) fn go_on(case: &Case, context: &Context, facts: &Facts<'_>) -> Decided {
    if !context.online {
        return Err(Refusal::NotOffline);
    }
    let stage = case.stage.as_ref().ok_or(Refusal::WrongStage)?;
    let flow = facts.definition.flow_of(case);
    let step = flow.step(&stage.step).ok_or(Refusal::WrongStage)?;
    let lacking: Vec<Missing> = match step.kind {
        StepKind::LateScan => {
            let mut lacking = late_materials(step, case, facts);
            lacking.extend(late_fields(step, case, facts, context.time.day()));
            lacking
        }
        // What was issued is in the citizen's hands only once it came out of a printer.
        StepKind::Issue if !case.prints.iter().any(|(one, _)| one.document == step.document) => {
            return Err(Refusal::NotPrinted);
        }
        StepKind::Issue => Vec::new(),
        StepKind::Review | StepKind::Investigate | StepKind::Effect | StepKind::Collect => {
            return Err(Refusal::WrongStage);
        }
    };
    may_act(stage, case, context, facts)?;
    if case.refused.is_some() {
        return Err(Refusal::WrongStage);
    }
    nothing_outstanding(case, facts)?;
    if !lacking.is_empty() {
        return Err(Refusal::Incomplete { missing: lacking });
    }
    let next = flow.after(&stage.step);
    let ends = next.is_none();
    let mut events = vec![Event::Continued { stage: stage.clone(), next }];
    if ends {
        events.push(Event::Closed { outcome: Outcome::Done });
    }
    Ok(events)
}

/// The fields that a step asks for and that are empty or cannot be.
fn late_fields(step: &Step, case: &Case, facts: &Facts<'_>, day: Date) -> Vec<Missing> {
    let mut found = Vec::new();
    for path in &step.fields {
        let (Some(section), Some(field)) = (facts.definition.section_of(path), facts.definition.field(path))
        else {
            continue;
        };
        if !section_applies(section, case) || !field_applies(field, case) {
            continue;
        }
        match case.value(path) {
            None if field.required => {
                found.push(Missing::Field { field: path.clone(), label: field.label.clone() });
            }
            None => {}
            Some(value) => {
                if let Err(fault) = check_value(field, value, facts.codes, day) {
                    found.push(Missing::FieldWrong {
                        field: path.clone(),
                        label: field.label.clone(),
                        fault,
                    });
                }
            }
        }
    }
    found
}

/// The papers that a step waits for and that are not scanned yet.
fn late_materials(step: &Step, case: &Case, facts: &Facts<'_>) -> Vec<Missing> {
    let awaited = facts.definition.materials.iter().filter(|one| step.materials.contains(&one.id));
    awaited
        .filter(|one| material_applies(one, case))
        .filter(|one| case.materials.get(&one.id).is_none_or(Vec::is_empty))
        .map(|one| Missing::Material { material: one.id.clone(), name: one.name.clone() })
        .collect()
}

pub(super) fn record_print(
    document: &PrintedDocument,
    case: &Case,
    context: &Context,
    facts: &Facts<'_>,
) -> Decided {
    let opening = case.opening.as_ref().ok_or(Refusal::NotOpen)?;
    if opening.unit != context.actor.post.unit {
        return Err(Refusal::UnitNotAllowed);
    }
    let known = facts
        .definition
        .prints
        .iter()
        .find(|one| one.document == document.document && one.template == document.template)
        .ok_or_else(|| Refusal::UnknownName { name: document.document.clone() })?;
    if !printable(known.at, case) {
        return Err(Refusal::NotPrintable);
    }
    if known.at == PrintMoment::Issued {
        nothing_outstanding(case, facts)?;
    }
    if !context.online && !known.offline {
        return Err(Refusal::NotOffline);
    }
    let again = case.prints.iter().any(|(one, _)| one.document == document.document);
    // While taking in, a form is printed as often as it changes; a paper that was handed out needs a reason.
    if again && known.at != PrintMoment::Intake && document.reprint_reason.trim().is_empty() {
        return Err(Refusal::ReasonMissing);
    }
    blank_is_right(known, &document.blank, case)?;
    Ok(vec![Event::Printed(document.clone())])
}

/// A controlled blank is printed on once, under its own serial; plain paper has none (rules of the counter, 18).
///
/// # Errors
/// [`Refusal::BlankSerial`] when a serial is missing or given for plain paper, [`Refusal::BlankUsed`] when this case
/// has used the blank before.
pub fn blank_is_right(print: &Print, serial: &str, case: &Case) -> Result<(), Refusal> {
    let serial = serial.trim();
    if print.blank == serial.is_empty() {
        return Err(Refusal::BlankSerial);
    }
    let used = |one: &PrintedDocument| one.template == print.template && one.blank.trim() == serial;
    if print.blank && case.prints.iter().any(|(one, _)| used(one)) {
        return Err(Refusal::BlankUsed { serial: serial.to_owned() });
    }
    Ok(())
}

pub(super) fn collect(
    name: &str,
    document: DocumentKind,
    number: &str,
    strokes: &BlobRef,
    case: &Case,
    context: &Context,
    facts: &Facts<'_>,
) -> Decided {
    if !context.online {
        return Err(Refusal::NotOffline);
    }
    let stage = case.stage.as_ref().filter(|one| one.kind == StepKind::Collect).ok_or(Refusal::WrongStage)?;
    may_act(stage, case, context, facts)?;
    if name.trim().is_empty() {
        return Err(Refusal::WrongValue {
            field: "collector.name".to_owned(),
            fault: crate::requirement::FieldFault::NameSign,
        });
    }
    if checked_by_arithmetic(document)
        && let Err(fault) = check_number(document, number)
    {
        return Err(Refusal::WrongValue { field: "collector.number".to_owned(), fault: fault.into() });
    }
    let outcome = if case.refused.is_some() { Outcome::Refused } else { Outcome::Done };
    if outcome == Outcome::Done {
        nothing_outstanding(case, facts)?;
    }
    Ok(vec![
        Event::Collected {
            name: name.to_owned(),
            document,
            number: number.to_owned(),
            strokes: strokes.clone(),
        },
        Event::Closed { outcome },
    ])
}
