//! 变更更正: items of a person's record, and the citizen number where it must follow.

use rusqlite::params;
use serde_json::{Map, Value, json};

use super::admit::{Desk, open_household, registered_person};
use super::refusal::{EffectError, Refusal, RefusalCode};
use super::request::ItemChange;
use super::{Change, Note, consent, household_kind, item_values, numbering, sound, write};
use crate::model::{Household, Person};
use crate::{database, history, records};

pub(super) fn apply(desk: &Desk<'_>, act: &ItemChange) -> Result<Change, EffectError> {
    let person = registered_person(desk.connection, &act.citizen_number, act.person_version)?;
    // As with a name: only the person's version must be the seen one.
    let current = records::household(desk.connection, &person.household_number)?.map_or(0, |h| h.version);
    let household = open_household(desk.connection, desk.client, &person.household_number, current)?;
    let today = desk.clock.today();
    let mends_number = item_values::mends_number(&act.category);
    if act.changes.contains_key(household_kind::ITEM) {
        return household_kind::apply(desk, act, &person, &household);
    }
    let relation = act.relation.as_ref().filter(|relation| **relation != person.relation);
    if act.changes.is_empty() && !mends_number && relation.is_none() {
        return Err(Refusal::new(RefusalCode::ChangesMissing, "须写明变更的项目").into());
    }
    let mut after = person.clone();
    let (mut before, mut changes, mut unchanged) = (Map::new(), Map::new(), Vec::new());
    for (place, value) in &act.changes {
        let present = item_values::current(&person, place)?;
        item_values::set(&mut after, place, value, today)?;
        if present.as_ref() == Some(value) {
            unchanged.push(place);
        }
        before.insert(place.clone(), json!(present));
        changes.insert(place.clone(), json!({ "before": present, "after": value }));
    }
    if !unchanged.is_empty() {
        return Err(Refusal::with(
            RefusalCode::ValueUnchanged,
            "新内容与现登记内容相同",
            json!({ "unchanged": unchanged }),
        )
        .into());
    }
    check_permission(desk, act, &person)?;
    if after.name != person.name && !act.changes.contains_key("former_name") {
        after.former_name = Some(person.name.clone());
    }
    if let Some(relation) = relation {
        after.relation.clone_from(relation);
        changes.insert("relation".to_owned(), json!({ "before": person.relation, "after": relation }));
    }
    store(desk, &household, &person, &after)?;
    let renumbered = mends_number || after.sex != person.sex || after.birth_date != person.birth_date;
    let mut assigned = json!({ "before": before });
    let mut number = person.citizen_number.clone();
    if renumbered {
        number = numbering::next(desk.connection, &household.division, after.birth_date, after.sex == "1")?;
        numbering::replace(desk.connection, &person.citizen_number, &number, today)?;
        assigned["citizen_number"] = json!(number);
        changes
            .insert("citizen_number".to_owned(), json!({ "before": person.citizen_number, "after": number }));
    }
    write::touch_household(desk.connection, &household.household_number)?;
    sound::check(desk.connection, &household.household_number, today)?;
    let details = json!({ "changes": Value::Object(changes), "category": act.category,
        "approval_number": act.approval_number });
    Ok(Change {
        assigned,
        notes: vec![Note::new(&number, &household.household_number, details)],
        person: Some(number),
        household: Some(household.household_number),
    })
}

/// The category, the approval and the parents' consent.
fn check_permission(desk: &Desk<'_>, act: &ItemChange, person: &Person) -> Result<(), EffectError> {
    item_values::check_category(&act.category, act.changes.keys().map(String::as_str))?;
    let guarded = item_values::mends_number(&act.category)
        || act.changes.keys().any(|place| item_values::guarded(place));
    if guarded && act.approval_number.as_deref().is_none_or(|number| number.trim().is_empty()) {
        return Err(Refusal::new(RefusalCode::ApprovalMissing, "该项目变更须有审批文号").into());
    }
    if act.changes.contains_key("name") {
        let exception = act.consent_exception.as_deref();
        consent::check(desk.connection, desk.clock.today(), person, &act.consents, exception)?;
    }
    Ok(())
}

fn store(desk: &Desk<'_>, household: &Household, before: &Person, after: &Person) -> Result<(), EffectError> {
    if after.relation != before.relation {
        history::end_stay(desk.connection, before, household.head.as_deref(), desk.clock.today())?;
    }
    desk.connection.execute(
        "UPDATE person SET name = ?2, former_name = ?3, sex = ?4, ethnic = ?5, birth = ?6, marital = ?7,
           education = ?8, relation = ?9, further = ?10, version = version + 1 WHERE number = ?1",
        params![
            before.citizen_number,
            after.name,
            after.former_name,
            after.sex,
            after.ethnic_group,
            after.birth_date.to_string(),
            after.marital_status,
            after.education,
            after.relation,
            database::items_text(&after.further_items)
        ],
    )?;
    Ok(())
}
