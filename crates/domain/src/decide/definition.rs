//! Moving an open case to another definition of its matter: explicitly, and only while it lies at the counter.

use super::at_own_counter;
use super::counter::{Decided, presets};
use crate::case::Case;
use crate::context::{Context, Facts};
use crate::event::{CheckState, Event, RegisterAnswer};
use crate::ids::ContentHash;
use crate::refusal::Refusal;
use std::collections::BTreeMap;

/// Decides the move. The definition of the context is the one to go to. Values, pages and answers stay, also those
/// that the new definition has no place for.
pub(super) fn move_to(to: &ContentHash, case: &Case, context: &Context, facts: &Facts<'_>) -> Decided {
    let opening = case.opening.as_ref().ok_or(Refusal::NotOpen)?;
    if !case.at_counter() {
        return Err(Refusal::NotAtCounter);
    }
    at_own_counter(case, context, facts)?;
    if facts.definition.id != opening.matter {
        return Err(Refusal::OtherMatter);
    }
    if *to != context.definition {
        return Err(Refusal::UnknownName { name: to.to_hex() });
    }
    if opening.definition == *to {
        return Err(Refusal::SameDefinition);
    }
    let version = facts.definition.version;
    let mut events = vec![Event::MovedToDefinition { definition: *to, version }];
    let mut changes = presets(facts.definition);
    changes.retain(|change| !case.fields.contains_key(&change.field));
    if !changes.is_empty() {
        events.push(Event::FieldsChanged { changes, reason: String::new() });
    }
    // What the new definition would have judged otherwise has to be asked again.
    for lookup in &facts.definition.lookups {
        let Some(made) = case.lookups.get(&lookup.id) else { continue };
        if lookup.state(&made.answer) != made.answer.state {
            events.push(Event::LookupRecorded {
                lookup: lookup.id.clone(),
                answer: RegisterAnswer {
                    query_id: String::new(),
                    state: CheckState::NotChecked,
                    answered_at: 0,
                    values: BTreeMap::new(),
                },
                register: BTreeMap::new(),
            });
        }
    }
    // Who signed signed what he was shown, and that was the form before.
    events.extend(case.signatures.keys().map(|slot| Event::SignatureCleared { slot: slot.clone() }));
    Ok(events)
}
