//! Members leave a household: somebody else becomes head, or it is closed.

use std::collections::BTreeSet;

use jiff::civil::Date;
use rusqlite::{Connection, params};
use serde_json::json;

use super::admit::{Desk, open_household, registered_person};
use super::refusal::{EffectError, Refusal, RefusalCode};
use super::request::{Relations, Versions};
use super::write;
use crate::model::{Household, Person};

/// Who follows a head that leaves.
pub(super) struct Succession<'a> {
    /// The new head
    pub new_head: Option<&'a str>,
    /// Every other staying member's relation to the new head
    pub relations: &'a Relations,
    /// `minors_only` when no adult stays
    pub head_exception: Option<&'a str>,
}

/// The movers as the client saw them, and the household they are all members of.
pub(super) fn movers(
    desk: &Desk<'_>,
    numbers: &BTreeSet<String>,
    versions: &Versions,
    household_version: i64,
) -> Result<(Household, Vec<Person>), EffectError> {
    let missing: Vec<&String> = numbers.iter().filter(|number| !versions.contains_key(*number)).collect();
    if !missing.is_empty() {
        return Err(Refusal::with(
            RefusalCode::PersonVersionMissing,
            "须写明每名迁移人员核对时的信息版本",
            json!({ "missing": missing }),
        )
        .into());
    }
    let mut persons = Vec::new();
    for number in numbers {
        persons.push(registered_person(desk.connection, number, versions[number].0)?);
    }
    let Some(first) = persons.first() else {
        return Err(Refusal::new(RefusalCode::MoversMissing, "须至少写明一名迁移人员").into());
    };
    if persons.iter().any(|person| person.household_number != first.household_number) {
        return Err(Refusal::new(RefusalCode::MoversNotOneHousehold, "迁移人员须属于同一户").into());
    }
    let household = open_household(desk.connection, desk.client, &first.household_number, household_version)?;
    Ok((household, persons))
}

/// After `leaving` went: gives the household its next head, or closes it when nobody stays. Returns whether
/// it was closed.
pub(super) fn hand_on(
    connection: &Connection,
    today: Date,
    household: &Household,
    leaving: &BTreeSet<&str>,
    succession: &Succession<'_>,
) -> Result<bool, EffectError> {
    let remaining: Vec<&Person> =
        household.members.iter().filter(|m| !leaving.contains(m.citizen_number.as_str())).collect();
    if remaining.is_empty() {
        connection.execute(
            "UPDATE household SET status = 'closed', head = NULL WHERE number = ?1",
            params![household.household_number],
        )?;
    } else if household.head.as_deref().is_some_and(|head| leaving.contains(head)) {
        succeed(connection, today, household, &remaining, succession)?;
    }
    write::touch_household(connection, &household.household_number)?;
    Ok(remaining.is_empty())
}

/// The head is gone and others remain: the act must name the new head and every relation again.
fn succeed(
    connection: &Connection,
    today: Date,
    household: &Household,
    remaining: &[&Person],
    succession: &Succession<'_>,
) -> Result<(), EffectError> {
    let adults = remaining.iter().filter(|m| m.is_adult_on(today)).count();
    let numbers: Vec<&str> = remaining.iter().map(|m| m.citizen_number.as_str()).collect();
    let Some(new_head) = succession.new_head else {
        return Err(Refusal::with(
            RefusalCode::NewHeadNeeded,
            "户主离开本户，须确定新户主并重新填写全部成员与户主关系",
            json!({ "members": numbers, "adults": adults }),
        )
        .into());
    };
    let new_head = remaining
        .iter()
        .find(|m| m.citizen_number == new_head)
        .ok_or_else(|| Refusal::new(RefusalCode::NewHeadNotMember, "新户主不是该户在册成员"))?;
    let minors_only = adults == 0 && succession.head_exception == Some("minors_only");
    if !new_head.is_adult_on(today) && !minors_only {
        return Err(Refusal::with(
            RefusalCode::NewHeadNotAdult,
            "新户主须年满十八周岁；户内已无成年人的，须注明只有未成年人",
            json!({ "adults": adults }),
        )
        .into());
    }
    let exception = minors_only.then_some("minors_only");
    write::set_head(connection, today, household, new_head, remaining, succession.relations, exception)
}
