//! 户主变更

use rusqlite::Connection;
use serde_json::json;

use super::refusal::{EffectError, Refusal, RefusalCode};
use super::request::HeadChange;
use super::{Change, Note, open_household, write};
use crate::model::Person;
use crate::register::Clock;

pub(super) fn apply(
    connection: &Connection,
    clock: &Clock,
    client: &str,
    act: &HeadChange,
) -> Result<Change, EffectError> {
    let household = open_household(connection, client, &act.household_number, act.household_version)?;
    if household.kind == "2" {
        return Err(Refusal::new(RefusalCode::HouseholdCollective, "集体户不办理户主变更").into());
    }
    if household.head.as_deref() == Some(&act.new_head) {
        return Err(Refusal::new(RefusalCode::HeadUnchanged, "新户主就是现户主").into());
    }
    let new_head = household
        .members
        .iter()
        .find(|m| m.citizen_number == act.new_head)
        .ok_or_else(|| Refusal::new(RefusalCode::NewHeadNotMember, "新户主不是该户在册成员"))?;
    if !new_head.is_adult_on(clock.today()) {
        return Err(Refusal::new(RefusalCode::NewHeadNotAdult, "新户主须年满十八周岁").into());
    }
    let members: Vec<&Person> = household.members.iter().collect();
    write::set_head(connection, clock.today(), &household, new_head, &members, &act.relations, None)?;
    write::touch_household(connection, &household.household_number)?;
    let before = household.head.as_deref();
    let notes = members
        .iter()
        .map(|member| {
            let details = json!({ "head": { "before": before, "after": act.new_head } });
            Note::new(&member.citizen_number, &household.household_number, details)
        })
        .collect();
    Ok(Change {
        notes,
        assigned: json!({}),
        person: Some(act.new_head.clone()),
        household: Some(household.household_number.clone()),
    })
}
