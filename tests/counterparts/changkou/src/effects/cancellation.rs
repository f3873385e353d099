//! 注销 for other reasons than death or moving.

use serde_json::json;

use super::admit::{Desk, open_household, registered_person};
use super::leave::{self, Succession};
use super::refusal::{EffectError, Refusal, RefusalCode};
use super::request::Cancellation;
use super::{Change, Note, write};
use crate::model::PersonStatus;

pub(super) fn apply(desk: &Desk<'_>, act: &Cancellation) -> Result<Change, EffectError> {
    let person = registered_person(desk.connection, &act.citizen_number, act.person_version)?;
    let household =
        open_household(desk.connection, desk.client, &person.household_number, act.household_version)?;
    if act.on > desk.clock.today() || act.on < person.birth_date {
        return Err(Refusal::new(RefusalCode::DateImpossible, "注销日期不可能").into());
    }
    write::end_registration(
        desk.connection,
        &person,
        household.head.as_deref(),
        PersonStatus::Cancelled,
        act.on,
        Some(act.reason.word()),
    )?;
    let leaving = [person.citizen_number.as_str()].into();
    let succession = Succession {
        new_head: act.new_head.as_deref(),
        relations: &act.relations,
        head_exception: act.head_exception.as_deref(),
    };
    let closed = leave::hand_on(desk.connection, desk.clock.today(), &household, &leaving, &succession)?;
    let details = json!({ "reason": act.reason.word(), "on": act.on, "address": household.address,
        "approval_number": act.approval_number });
    Ok(Change {
        assigned: json!({ "household_closed": closed }),
        notes: vec![Note::new(&person.citizen_number, &household.household_number, details)],
        person: Some(person.citizen_number),
        household: Some(household.household_number),
    })
}
