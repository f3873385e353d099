//! What a household must look like after an act, with a refusal for each way it may not.

use jiff::civil::Date;
use rusqlite::Connection;
use serde_json::json;

use super::refusal::{EffectError, Refusal, RefusalCode};
use super::write::impossible;
use crate::model::{Household, Person};
use crate::records;
use crate::relation::{self, RelationFault};

/// Refuses when the household as it is written now is not sound; the caller's savepoint takes the act back.
pub(super) fn check(connection: &Connection, number: &str, today: Date) -> Result<(), EffectError> {
    match records::household(connection, number)? {
        Some(household) => check_members(&household, today).map_err(Into::into),
        None => Ok(()),
    }
}

/// The same for a household as it would be.
pub(super) fn check_members(household: &Household, today: Date) -> Result<(), Refusal> {
    let members = &household.members;
    if members.is_empty() || household.status != "open" {
        return Ok(());
    }
    if household.kind == "2" {
        // Nobody heads a collective household, so nobody is related to its head.
        for member in members {
            if !relation::exists(&member.relation) {
                return Err(impossible(RelationFault::Unknown, &member.citizen_number));
            }
            if member.relation == relation::HEAD {
                return Err(impossible(RelationFault::SecondHead, &member.citizen_number));
            }
        }
        return Ok(());
    }
    let adults = members.iter().filter(|m| m.is_adult_on(today)).count();
    let heads: Vec<&Person> = members.iter().filter(|m| m.relation == relation::HEAD).collect();
    let head = match heads.as_slice() {
        [head] => *head,
        [] => {
            let numbers: Vec<&str> = members.iter().map(|m| m.citizen_number.as_str()).collect();
            return Err(Refusal::with(
                RefusalCode::NewHeadNeeded,
                "该户没有户主，须确定一名户主",
                json!({ "members": numbers, "adults": adults }),
            ));
        }
        [_, second, ..] => return Err(impossible(RelationFault::SecondHead, &second.citizen_number)),
    };
    if !head.is_adult_on(today) && household.head_exception.as_deref() != Some("minors_only") {
        return Err(not_adult(adults));
    }
    if members.iter().filter(|m| relation::is_spouse(&m.relation)).count() > 1 {
        return Err(impossible(RelationFault::SecondSpouse, ""));
    }
    for member in members.iter().filter(|m| m.citizen_number != head.citizen_number) {
        if let Some(fault) = relation::fault(member, &member.relation, head) {
            return Err(impossible(fault, &member.citizen_number));
        }
    }
    Ok(())
}

/// The refusal of a head who is a minor.
pub(super) fn not_adult(adults: usize) -> Refusal {
    Refusal::with(RefusalCode::NewHeadNotAdult, "户主须年满十八周岁", json!({ "adults": adults }))
}
