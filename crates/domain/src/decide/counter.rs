//! Taking in: what happens while the case lies at the counter.

use super::at_own_counter;
use crate::case::Case;
use crate::condition::Situation;
use crate::context::{Context, Facts};
use crate::event::{BlobRef, Event, FieldChange, Identity, Reading, RegisterAnswer, ValueSource};
use crate::identity::{DocumentKind, check_number};
use crate::ids::{ContentHash, FieldPath, MaterialId, PageId, QuestionId, SlotId};
use crate::matter::FieldKind;
use crate::person::PersonRole;
use crate::refusal::Refusal;
use crate::requirement::{material_applies, signer_applies};
use crate::rule::Severity;
use std::collections::BTreeMap;

type Decided = Result<Vec<Event>, Refusal>;

fn unknown(name: &(impl ToString + ?Sized)) -> Refusal {
    Refusal::UnknownName { name: name.to_string() }
}

pub(super) fn open(case: &Case, context: &Context, facts: &Facts<'_>) -> Decided {
    if case.opening.is_some() {
        return Err(Refusal::AlreadyOpen);
    }
    let definition = facts.definition;
    if !definition.intake_roles.contains(&context.actor.post.role) {
        return Err(Refusal::RoleNotAllowed);
    }
    let mut events = vec![Event::CaseOpened {
        matter: definition.id.clone(),
        matter_name: definition.short.clone(),
        family: definition.family,
        definition: context.definition,
        unit: context.actor.post.unit.clone(),
    }];
    let presets: Vec<FieldChange> = definition
        .sections
        .iter()
        .filter(|section| !section.table)
        .flat_map(|section| section.fields.iter().map(move |field| (section, field)))
        .filter(|(_, field)| !field.preset.is_empty())
        .map(|(section, field)| FieldChange {
            field: FieldPath(format!("{}.{}", section.id, field.id)),
            value: field.preset.clone(),
            source: ValueSource::Typed,
        })
        .collect();
    if !presets.is_empty() {
        events.push(Event::FieldsChanged { changes: presets, reason: String::new() });
    }
    Ok(events)
}

pub(super) fn read_identity(
    person: PersonRole,
    identity: &Identity,
    reading: Option<&Reading>,
    case: &Case,
    context: &Context,
    facts: &Facts<'_>,
) -> Decided {
    at_own_counter(case, context, facts)?;
    if identity.document != DocumentKind::None
        && let Err(fault) = check_number(identity.document, &identity.number)
        // Only an impossible checksum on an 18-digit number blocks (rules of the counter, 9).
        && matches!(
            identity.document,
            DocumentKind::ResidentCard | DocumentKind::ResidencePermit | DocumentKind::PermanentResidence18
        )
    {
        use crate::identity::NumberFault;
        use crate::requirement::FieldFault;
        let fault = match fault {
            NumberFault::Length => FieldFault::NumberLength,
            NumberFault::Sign => FieldFault::NumberSign,
            NumberFault::BirthDate => FieldFault::NumberBirthDate,
            NumberFault::CheckDigit => FieldFault::CheckDigit,
        };
        return Err(Refusal::WrongValue { field: "identity.number".to_owned(), fault });
    }
    let source = if reading.is_some() { ValueSource::Card } else { ValueSource::Typed };
    let mut changes = Vec::new();
    for section in facts.definition.sections.iter().filter(|one| one.person == Some(person)) {
        for field in &section.fields {
            let Some(part) = field.card.as_deref().and_then(|name| identity.part(name)) else { continue };
            let path = FieldPath(format!("{}.{}", section.id, field.id));
            if !part.is_empty() && case.value(&path) != Some(part) {
                changes.push(FieldChange { field: path, value: part.to_owned(), source });
            }
        }
    }
    let mut events =
        vec![Event::IdentityRead { person, identity: identity.clone(), reading: reading.cloned() }];
    if !changes.is_empty() {
        events.push(Event::FieldsChanged { changes, reason: String::new() });
    }
    events.extend(stale_signatures(case, &events));
    Ok(events)
}

pub(super) fn answer(
    question: &QuestionId,
    answer: &str,
    case: &Case,
    context: &Context,
    facts: &Facts<'_>,
) -> Decided {
    at_own_counter(case, context, facts)?;
    let known =
        facts.definition.questions.iter().find(|one| one.id == *question).ok_or_else(|| unknown(question))?;
    if !known.answers.iter().any(|one| one.id == answer) {
        return Err(unknown(answer));
    }
    if case.answer(question) == Some(answer) {
        return Ok(Vec::new());
    }
    Ok(vec![Event::SituationAnswered { question: question.clone(), answer: answer.to_owned() }])
}

pub(super) fn change_fields(
    changes: &[(FieldPath, String)],
    source: ValueSource,
    reason: &str,
    case: &Case,
    context: &Context,
    facts: &Facts<'_>,
) -> Decided {
    at_own_counter(case, context, facts)?;
    if !matches!(source, ValueSource::Typed | ValueSource::EarlierCase) {
        return Err(Refusal::ForeignAnswer);
    }
    let mut accepted = Vec::new();
    for (path, value) in changes {
        let field = facts.definition.field(path).ok_or_else(|| unknown(path))?;
        if field.kind == FieldKind::Assigned {
            return Err(Refusal::WrongValue {
                field: path.to_string(),
                fault: crate::requirement::FieldFault::AssignedByRegister,
            });
        }
        let before = case.fields.get(path);
        if before.is_some_and(|one| one.value == *value) || (before.is_none() && value.is_empty()) {
            continue;
        }
        if before.is_some_and(crate::case::FieldValue::locked) && reason.trim().is_empty() {
            return Err(Refusal::FieldLocked { field: path.to_string() });
        }
        accepted.push(FieldChange { field: path.clone(), value: value.clone(), source });
    }
    if accepted.is_empty() {
        return Ok(Vec::new());
    }
    let mut events = vec![Event::FieldsChanged { changes: accepted, reason: reason.to_owned() }];
    events.extend(stale_signatures(case, &events));
    Ok(events)
}

/// Who signed signed what he was shown: a change of the form takes the signatures back.
fn stale_signatures(case: &Case, events: &[Event]) -> Vec<Event> {
    let form_changed = events.iter().any(|event| matches!(event, Event::FieldsChanged { .. }));
    if !form_changed {
        return Vec::new();
    }
    case.signatures.keys().map(|slot| Event::SignatureCleared { slot: slot.clone() }).collect()
}

pub(super) fn record_lookup(
    lookup: &str,
    answer: &RegisterAnswer,
    case: &Case,
    context: &Context,
    facts: &Facts<'_>,
) -> Decided {
    // The last look-ups of an intake without the network are made when it is confirmed.
    if !case.awaits_confirmation() {
        at_own_counter(case, context, facts)?;
    }
    if !context.online && answer.state != crate::event::CheckState::Unavailable {
        return Err(Refusal::NotOffline);
    }
    let known = facts.definition.lookup(lookup).ok_or_else(|| unknown(lookup))?;
    let mut register = BTreeMap::new();
    for (field, place) in &known.fill {
        if let Some(value) = answer.values.get(place) {
            register.insert(field.clone(), value.clone());
        }
    }
    if let Some(rows) = &known.rows {
        for row in 0..u16::MAX {
            let prefix = format!("{}.{row}.", rows.list);
            if !answer.values.range(prefix.clone()..).next().is_some_and(|(key, _)| key.starts_with(&prefix))
            {
                break;
            }
            for (column, place) in &rows.columns {
                if let Some(value) = answer.values.get(&format!("{prefix}{place}")) {
                    register.insert(FieldPath(format!("{}.{row}.{column}", rows.section)), value.clone());
                }
            }
        }
    }
    // Empty fields take the register's value; filled ones are compared, never overwritten.
    let changes: Vec<FieldChange> = register
        .iter()
        .filter(|(field, value)| {
            !value.is_empty()
                && case.value(field).is_none()
                && facts.definition.field(field).is_some_and(|one| one.kind != FieldKind::Assigned)
        })
        .map(|(field, value)| FieldChange {
            field: field.clone(),
            value: value.clone(),
            source: ValueSource::Register,
        })
        .collect();
    let mut events =
        vec![Event::LookupRecorded { lookup: lookup.to_owned(), answer: answer.clone(), register }];
    if !changes.is_empty() && case.at_counter() {
        events.push(Event::FieldsChanged { changes, reason: String::new() });
    }
    events.extend(stale_signatures(case, &events));
    Ok(events)
}

fn known_material(material: &MaterialId, case: &Case, facts: &Facts<'_>) -> Result<(), Refusal> {
    let known =
        facts.definition.materials.iter().find(|one| one.id == *material).ok_or_else(|| unknown(material))?;
    if material_applies(known, case) { Ok(()) } else { Err(unknown(material)) }
}

pub(super) fn add_page(
    material: &MaterialId,
    page: PageId,
    picture: &BlobRef,
    reading: Option<&Reading>,
    case: &Case,
    context: &Context,
    facts: &Facts<'_>,
) -> Decided {
    at_own_counter(case, context, facts)?;
    known_material(material, case, facts)?;
    if case.materials.values().flatten().any(|one| one.id == page) {
        return Err(Refusal::NoSuchPage);
    }
    Ok(vec![Event::PageAdded {
        material: material.clone(),
        page,
        picture: picture.clone(),
        reading: reading.cloned(),
    }])
}

fn known_page(material: &MaterialId, page: PageId, case: &Case) -> Result<(), Refusal> {
    let found = case.materials.get(material).is_some_and(|pages| pages.iter().any(|one| one.id == page));
    if found { Ok(()) } else { Err(Refusal::NoSuchPage) }
}

pub(super) fn replace_page(
    material: &MaterialId,
    page: PageId,
    picture: &BlobRef,
    reading: Option<&Reading>,
    case: &Case,
    context: &Context,
    facts: &Facts<'_>,
) -> Decided {
    at_own_counter(case, context, facts)?;
    known_page(material, page, case)?;
    Ok(vec![Event::PageReplaced {
        material: material.clone(),
        page,
        picture: picture.clone(),
        reading: reading.cloned(),
    }])
}

pub(super) fn remove_page(
    material: &MaterialId,
    page: PageId,
    case: &Case,
    context: &Context,
    facts: &Facts<'_>,
) -> Decided {
    at_own_counter(case, context, facts)?;
    known_page(material, page, case)?;
    Ok(vec![Event::PageRemoved { material: material.clone(), page }])
}

pub(super) fn reorder_pages(
    material: &MaterialId,
    order: &[PageId],
    case: &Case,
    context: &Context,
    facts: &Facts<'_>,
) -> Decided {
    at_own_counter(case, context, facts)?;
    let mut here: Vec<PageId> = case
        .materials
        .get(material)
        .map(|pages| pages.iter().map(|one| one.id).collect())
        .unwrap_or_default();
    if here == order {
        return Ok(Vec::new());
    }
    let mut wanted = order.to_vec();
    here.sort_unstable();
    wanted.sort_unstable();
    if here != wanted {
        return Err(Refusal::OrderIncomplete);
    }
    Ok(vec![Event::PagesReordered { material: material.clone(), order: order.to_vec() }])
}

pub(super) fn sign(
    slot: &SlotId,
    strokes: &BlobRef,
    shown: ContentHash,
    case: &Case,
    context: &Context,
    facts: &Facts<'_>,
) -> Decided {
    at_own_counter(case, context, facts)?;
    let signer = facts
        .definition
        .signers
        .iter()
        .find(|one| one.slot == *slot && signer_applies(one, case))
        .ok_or_else(|| unknown(slot))?;
    let name = case.value(&signer.name_field).ok_or_else(|| unknown(&signer.name_field))?.to_owned();
    Ok(vec![Event::Signed { slot: slot.clone(), name, strokes: strokes.clone(), shown }])
}

pub(super) fn clear_signature(slot: &SlotId, case: &Case, context: &Context, facts: &Facts<'_>) -> Decided {
    at_own_counter(case, context, facts)?;
    if case.signatures.contains_key(slot) {
        Ok(vec![Event::SignatureCleared { slot: slot.clone() }])
    } else {
        Ok(Vec::new())
    }
}

pub(super) fn override_warning(
    rule: &str,
    reason: &str,
    case: &Case,
    context: &Context,
    facts: &Facts<'_>,
) -> Decided {
    at_own_counter(case, context, facts)?;
    let known = facts.definition.rules.iter().find(|one| one.id == rule).ok_or_else(|| unknown(rule))?;
    if known.severity == Severity::Block {
        return Err(Refusal::NotOverridable);
    }
    if reason.trim().is_empty() {
        return Err(Refusal::ReasonMissing);
    }
    Ok(vec![Event::WarningOverridden { rule: rule.to_owned(), reason: reason.to_owned() }])
}
