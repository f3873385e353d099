//! The small writes the acts are made of.

use rusqlite::{Connection, params};
use serde_json::json;

use super::refusal::{EffectError, Refusal, RefusalCode};
use super::request::Relations;
use crate::model::{Household, Person};
use crate::relation::{self, RelationFault};

pub(super) fn touch_household(connection: &Connection, number: &str) -> rusqlite::Result<()> {
    connection.execute("UPDATE household SET version = version + 1 WHERE number = ?1", params![number])?;
    Ok(())
}

pub(super) fn touch_person(connection: &Connection, number: &str) -> rusqlite::Result<()> {
    connection.execute("UPDATE person SET version = version + 1 WHERE number = ?1", params![number])?;
    Ok(())
}

/// Makes `new_head` the head and gives every other member the relation the client named.
pub(super) fn set_head(
    connection: &Connection,
    household: &Household,
    new_head: &Person,
    members: &[&Person],
    relations: &Relations,
    exception: Option<&str>,
) -> Result<(), EffectError> {
    let others: Vec<&&Person> =
        members.iter().filter(|m| m.citizen_number != new_head.citizen_number).collect();
    let missing: Vec<&str> = others
        .iter()
        .map(|m| m.citizen_number.as_str())
        .filter(|number| !relations.contains_key(*number))
        .collect();
    let strangers: Vec<&String> = relations
        .keys()
        .filter(|number| !others.iter().any(|member| &member.citizen_number == *number))
        .collect();
    if !missing.is_empty() || !strangers.is_empty() {
        return Err(Refusal::with(
            RefusalCode::RelationsIncomplete,
            "须为户内其余每一名成员重新填写与户主关系",
            json!({ "missing": missing, "not_members": strangers }),
        )
        .into());
    }
    if relations.values().filter(|code| relation::is_spouse(code)).count() > 1 {
        return Err(impossible(RelationFault::SecondSpouse, "").into());
    }
    for member in others {
        let code = &relations[&member.citizen_number];
        if let Some(fault) = relation::fault(member, code, new_head) {
            return Err(impossible(fault, &member.citizen_number).into());
        }
        set_relation(connection, &member.citizen_number, code)?;
    }
    set_relation(connection, &new_head.citizen_number, relation::HEAD)?;
    connection.execute(
        "UPDATE household SET head = ?2, head_exception = ?3 WHERE number = ?1",
        params![household.household_number, new_head.citizen_number, exception],
    )?;
    Ok(())
}

/// Writes a relation; an unchanged one keeps the person's version.
fn set_relation(connection: &Connection, number: &str, code: &str) -> rusqlite::Result<()> {
    connection.execute(
        "UPDATE person SET relation = ?2, version = version + 1 WHERE number = ?1 AND relation <> ?2",
        params![number, code],
    )?;
    Ok(())
}

/// The refusal for a relation that cannot be.
pub(super) fn impossible(fault: RelationFault, number: &str) -> Refusal {
    let reason = match fault {
        RelationFault::Unknown => "unknown",
        RelationFault::Sex => "sex",
        RelationFault::SecondHead => "second_head",
        RelationFault::SecondSpouse => "second_spouse",
        RelationFault::Age => "age",
    };
    Refusal::with(
        RefusalCode::RelationImpossible,
        "与户主关系填写有误",
        json!({ "reason": reason, "citizen_number": number }),
    )
}

/// A name the register can hold: 2 to 50 Chinese characters, the separator `·` not at an end.
pub(super) fn name_possible(name: &str) -> bool {
    let count = name.chars().count();
    (2..=50).contains(&count)
        && !name.starts_with('·')
        && !name.ends_with('·')
        && name.chars().all(|c| {
            c == '·'
                || c == '〇'
                || ('\u{3400}'..='\u{9FFF}').contains(&c)
                || ('\u{F900}'..='\u{FAFF}').contains(&c)
                || ('\u{20000}'..='\u{33FFF}').contains(&c)
        })
}
