//! 姓名变更

use rusqlite::{Connection, params};
use serde_json::json;

use super::refusal::{EffectError, Refusal, RefusalCode};
use super::request::NameChange;
use super::{Change, Note, consent, open_household, registered_person, write};
use crate::records;
use crate::register::Clock;

pub(super) fn apply(
    connection: &Connection,
    clock: &Clock,
    client: &str,
    act: &NameChange,
) -> Result<Change, EffectError> {
    let person = registered_person(connection, &act.citizen_number, act.person_version)?;
    // A name touches nobody else in the household, so only the person's version must be the seen one.
    let current = records::household(connection, &person.household_number)?.map_or(0, |h| h.version);
    let household = open_household(connection, client, &person.household_number, current)?;
    if act.new_name == person.name {
        return Err(Refusal::new(RefusalCode::NameUnchanged, "新姓名与现姓名相同").into());
    }
    if !write::name_possible(&act.new_name) {
        return Err(Refusal::new(RefusalCode::NameImpossible, "姓名不符合登记要求").into());
    }
    consent::check(connection, clock.today(), &person, &act.consents, act.consent_exception.as_deref())?;
    connection.execute(
        "UPDATE person SET former_name = name, name = ?2 WHERE number = ?1",
        params![act.citizen_number, act.new_name],
    )?;
    write::touch_person(connection, &act.citizen_number)?;
    write::touch_household(connection, &household.household_number)?;
    let details = json!({
        "changes": { "name": { "before": person.name, "after": act.new_name } },
        "approval_number": act.approval_number,
    });
    Ok(Change {
        notes: vec![Note::new(&act.citizen_number, &household.household_number, details)],
        assigned: json!({ "former_name": person.name, "approval_number": act.approval_number }),
        person: Some(act.citizen_number.clone()),
        household: Some(household.household_number),
    })
}
