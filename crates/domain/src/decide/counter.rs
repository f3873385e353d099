//! Taking in: what happens while the case lies at the counter.

use super::{at_own_counter, may_act, may_change_fields, may_change_pages};
use crate::address;
use crate::case::{Case, FieldValue};
use crate::condition::Situation;
use crate::context::{Context, Facts};
use crate::event::{BlobRef, CheckState, Event, FieldChange, Identity, Reading, RegisterAnswer, ValueSource};
use crate::flow::StepKind;
use crate::identity::{check_number, checked_by_arithmetic};
use crate::ids::{ContentHash, FieldPath, MaterialId, PageId, QuestionId, SlotId};
use crate::matter::{FieldKind, Lookup, MatterDefinition};
use crate::person::PersonRole;
use crate::refusal::Refusal;
use crate::requirement::{material_applies, signer_applies};
use crate::rule::Severity;
use std::collections::BTreeMap;

pub(super) type Decided = Result<Vec<Event>, Refusal>;

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
    let presets = presets(definition);
    if !presets.is_empty() {
        events.push(Event::FieldsChanged { changes: presets, reason: String::new() });
    }
    Ok(events)
}

/// Values that stand in a form from the start.
pub(super) fn presets(definition: &MatterDefinition) -> Vec<FieldChange> {
    definition
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
        .collect()
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
    number_holds(identity)?;
    let source = if reading.is_some() { ValueSource::Card } else { ValueSource::Typed };
    let mut changes = Vec::new();
    for section in facts.definition.sections.iter().filter(|one| one.person == Some(person)) {
        for field in &section.fields {
            let Some(part) = field.card.as_deref().and_then(|name| identity.part(name)) else { continue };
            let path = FieldPath(format!("{}.{}", section.id, field.id));
            if !part.is_empty() && case.value(&path) != Some(part) {
                // Typing an identity is typing: what a card or the register said is changed with a reason only.
                if reading.is_none() && case.fields.get(&path).is_some_and(FieldValue::locked) {
                    return Err(Refusal::FieldLocked { field: path.to_string() });
                }
                changes.push(FieldChange { field: path, value: part.to_owned(), source });
            }
        }
    }
    let read = Event::IdentityRead { person, identity: identity.clone(), reading: reading.cloned() };
    Ok(with_filled(read, changes, case, facts))
}

/// Only an impossible checksum on an 18-digit number blocks (rules of the counter, 9).
pub(super) fn number_holds(identity: &Identity) -> Result<(), Refusal> {
    if !checked_by_arithmetic(identity.document) {
        return Ok(());
    }
    check_number(identity.document, &identity.number)
        .map_err(|fault| Refusal::WrongValue { field: "identity.number".to_owned(), fault: fault.into() })
}

/// A reading, what it fills in, and what no longer stands because of that.
pub(super) fn with_filled(
    read: Event,
    changes: Vec<FieldChange>,
    case: &Case,
    facts: &Facts<'_>,
) -> Vec<Event> {
    let mut events = vec![read];
    let outdated = outdated_lookups(&changes, None, case, facts);
    if !changes.is_empty() {
        events.push(Event::FieldsChanged { changes, reason: String::new() });
    }
    events.extend(outdated);
    events.extend(stale_signatures(case, &events));
    events
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
    let mut events = vec![Event::SituationAnswered { question: question.clone(), answer: answer.to_owned() }];
    events.extend(stale_signatures(case, &events));
    Ok(events)
}

pub(super) fn change_fields(
    changes: &[(FieldPath, String)],
    source: ValueSource,
    reason: &str,
    case: &Case,
    context: &Context,
    facts: &Facts<'_>,
) -> Decided {
    let texts: Vec<FieldPath> =
        changes.iter().map(|(path, _)| address::text_path(path).unwrap_or_else(|| path.clone())).collect();
    may_change_fields(&texts, case, context, facts)?;
    if !matches!(source, ValueSource::Typed | ValueSource::EarlierCase) {
        return Err(Refusal::ForeignAnswer);
    }
    let mut accepted = Vec::new();
    for (path, value) in changes {
        let text_path = address::text_path(path);
        let named = text_path.as_ref().unwrap_or(path);
        if case.course.rectification.is_some() && super::rectify::registered(facts.definition, named) {
            return Err(Refusal::RegisteredItem { field: named.to_string() });
        }
        if let Some(text) = text_path {
            accepted.extend(address_code(path, &text, value, source, case, facts)?);
            continue;
        }
        let field = facts.definition.field(path).ok_or_else(|| unknown(path))?;
        if !field.kind.typed() {
            let fault = match field.kind {
                FieldKind::Computed => crate::requirement::FieldFault::Computed,
                _ => crate::requirement::FieldFault::AssignedByRegister,
            };
            return Err(Refusal::WrongValue { field: path.to_string(), fault });
        }
        let before = case.fields.get(path);
        if before.is_some_and(|one| one.value == *value) || (before.is_none() && value.is_empty()) {
            continue;
        }
        let locked = before.is_some_and(crate::case::FieldValue::locked);
        if locked && reason.trim().is_empty() && !crate::mutants::planted("locked-value-accepted") {
            return Err(Refusal::FieldLocked { field: path.to_string() });
        }
        accepted.push(FieldChange { field: path.clone(), value: value.clone(), source });
        // A text that is changed by hand is no longer the standard address whose code stood beside it.
        let code = address::code_path(path);
        if case.fields.get(&code).is_some_and(|one| !one.value.is_empty())
            && !changes.iter().any(|(other, _)| *other == code)
        {
            accepted.push(FieldChange { field: code, value: String::new(), source });
        }
    }
    if accepted.is_empty() {
        return Ok(Vec::new());
    }
    let outdated = match case.course.rectification {
        // The register was asked for what it then did.
        Some(_) => Vec::new(),
        None => outdated_lookups(&accepted, None, case, facts),
    };
    let mut events = vec![Event::FieldsChanged { changes: accepted, reason: reason.to_owned() }];
    events.extend(outdated);
    events.extend(stale_signatures(case, &events));
    Ok(events)
}

/// The code of a standard address, beside the text that was chosen with it.
fn address_code(
    path: &FieldPath,
    text: &FieldPath,
    value: &str,
    source: ValueSource,
    case: &Case,
    facts: &Facts<'_>,
) -> Result<Option<FieldChange>, Refusal> {
    facts
        .definition
        .field(text)
        .filter(|field| field.kind == FieldKind::Address)
        .ok_or_else(|| unknown(path))?;
    if !address::is_code(value) {
        return Err(Refusal::WrongValue {
            field: path.to_string(),
            fault: crate::requirement::FieldFault::NotACode,
        });
    }
    let before = case.fields.get(path).map_or("", |one| one.value.as_str());
    let change = FieldChange { field: path.clone(), value: value.to_owned(), source };
    Ok((before != value).then_some(change))
}

/// An answer of the register belongs to what was asked: when that changes, the look-up counts as not made.
pub(super) fn outdated_lookups(
    changes: &[FieldChange],
    just_made: Option<&str>,
    case: &Case,
    facts: &Facts<'_>,
) -> Vec<Event> {
    let asked_about = |lookup: &&Lookup| {
        changes.iter().any(|change| lookup.ask.values().any(|field| *field == change.field))
    };
    let made = |lookup: &&Lookup| {
        just_made != Some(lookup.id.as_str()) && case.check_state(&lookup.id) != CheckState::NotChecked
    };
    let not_checked = |lookup: &Lookup| Event::LookupRecorded {
        lookup: lookup.id.clone(),
        answer: RegisterAnswer {
            query_id: String::new(),
            state: CheckState::NotChecked,
            answered_at: 0,
            values: BTreeMap::new(),
        },
        register: BTreeMap::new(),
    };
    facts.definition.lookups.iter().filter(made).filter(asked_about).map(not_checked).collect()
}

/// Who signed signed what he was shown: a change of the form, or of the situation, takes the signatures back.
pub(super) fn stale_signatures(case: &Case, events: &[Event]) -> Vec<Event> {
    // What is filled in after the submission was never shown to those who signed; a rectification is told beside it.
    if case.stage.is_some() || case.course.rectification.is_some() {
        return Vec::new();
    }
    let form_changed = events
        .iter()
        .any(|event| matches!(event, Event::FieldsChanged { .. } | Event::SituationAnswered { .. }));
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
    // The register refuses an act on a household that changed since it was seen: who hands the act over looks
    // again. Nothing of the form changes by it.
    let handing_over = case.stage.as_ref().filter(|stage| stage.kind == StepKind::Effect);
    match handing_over {
        Some(stage) => may_act(stage, case, context, facts)?,
        None => at_own_counter(case, context, facts)?,
    }
    if !context.online && answer.state != CheckState::Unavailable {
        return Err(Refusal::NotOffline);
    }
    let known = facts.definition.lookup(lookup).ok_or_else(|| unknown(lookup))?;
    let answer = &RegisterAnswer { state: known.state(answer), ..answer.clone() };
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
            let left_out = rows.without.iter().any(|one| {
                let found = answer.values.get(&format!("{prefix}{}", one.place)).map(String::as_str);
                found.is_some() && found == case.value(&one.field)
            });
            if left_out {
                continue;
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
                && facts.definition.field(field).is_some_and(|one| one.kind.typed())
        })
        .map(|(field, value)| FieldChange {
            field: field.clone(),
            value: value.clone(),
            source: ValueSource::Register,
        })
        .collect();
    let mut events =
        vec![Event::LookupRecorded { lookup: lookup.to_owned(), answer: answer.clone(), register }];
    // After an intake without the network the citizen has signed and gone: the register's answer is compared with
    // what was signed, and adds nothing to it.
    let signed_and_gone = case.awaits_confirmation();
    if !changes.is_empty() && handing_over.is_none() && !signed_and_gone {
        let outdated = outdated_lookups(&changes, Some(lookup), case, facts);
        events.push(Event::FieldsChanged { changes, reason: String::new() });
        events.extend(outdated);
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
    may_change_pages(material, case, context, facts)?;
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
    may_change_pages(material, case, context, facts)?;
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
    may_change_pages(material, case, context, facts)?;
    known_page(material, page, case)?;
    Ok(vec![Event::PageRemoved { material: material.clone(), page }])
}

/// A page that is hard to read is better than none, when somebody stands for it.
pub(super) fn keep_page(
    material: &MaterialId,
    page: PageId,
    findings: &[String],
    reason: &str,
    case: &Case,
    context: &Context,
    facts: &Facts<'_>,
) -> Decided {
    may_change_pages(material, case, context, facts)?;
    known_page(material, page, case)?;
    if reason.trim().is_empty() {
        return Err(Refusal::ReasonMissing);
    }
    Ok(vec![Event::PageKept {
        material: material.clone(),
        page,
        findings: findings.to_vec(),
        reason: reason.to_owned(),
    }])
}

pub(super) fn reorder_pages(
    material: &MaterialId,
    order: &[PageId],
    case: &Case,
    context: &Context,
    facts: &Facts<'_>,
) -> Decided {
    may_change_pages(material, case, context, facts)?;
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
    // The warning of a duplicate is no rule of a definition: it looks at other cases.
    if rule != crate::duplicate::RULE {
        let known = facts.definition.rules.iter().find(|one| one.id == rule).ok_or_else(|| unknown(rule))?;
        if known.severity == Severity::Block {
            return Err(Refusal::NotOverridable);
        }
    }
    if reason.trim().is_empty() {
        return Err(Refusal::ReasonMissing);
    }
    Ok(vec![Event::WarningOverridden { rule: rule.to_owned(), reason: reason.to_owned() }])
}
