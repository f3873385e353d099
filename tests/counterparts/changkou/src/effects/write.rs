//! The small writes the acts are made of.

use std::collections::BTreeMap;

use jiff::civil::Date;
use rusqlite::{Connection, params};
use serde_json::json;

use super::refusal::{EffectError, Refusal, RefusalCode};
use super::request::Relations;
use crate::history;
use crate::model::{Household, Person, PersonStatus};
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
    today: Date,
    household: &Household,
    new_head: &Person,
    members: &[&Person],
    relations: &Relations,
    exception: Option<&str>,
) -> Result<(), EffectError> {
    let others: Vec<&&Person> =
        members.iter().filter(|m| m.citizen_number != new_head.citizen_number).collect();
    let numbers: Vec<&str> = others.iter().map(|m| m.citizen_number.as_str()).collect();
    relations_complete(&numbers, relations)?;
    if relations.values().filter(|code| relation::is_spouse(code)).count() > 1 {
        return Err(impossible(RelationFault::SecondSpouse, "").into());
    }
    for member in members {
        history::end_stay(connection, member, household.head.as_deref(), today)?;
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

/// Refuses unless the relations name exactly these persons.
pub(super) fn relations_complete(persons: &[&str], relations: &Relations) -> Result<(), EffectError> {
    let missing: Vec<&&str> = persons.iter().filter(|number| !relations.contains_key(**number)).collect();
    let strangers: Vec<&String> =
        relations.keys().filter(|number| !persons.contains(&number.as_str())).collect();
    if missing.is_empty() && strangers.is_empty() {
        return Ok(());
    }
    Err(Refusal::with(
        RefusalCode::RelationsIncomplete,
        "须为户内其余每一名成员重新填写与户主关系",
        json!({ "missing": missing, "not_members": strangers }),
    )
    .into())
}

/// Writes a relation; an unchanged one keeps the person's version.
fn set_relation(connection: &Connection, number: &str, code: &str) -> rusqlite::Result<()> {
    connection.execute(
        "UPDATE person SET relation = ?2, version = version + 1 WHERE number = ?1 AND relation <> ?2",
        params![number, code],
    )?;
    Ok(())
}

/// Puts a person into a household, whatever the row said before.
pub(super) fn place(
    connection: &Connection,
    number: &str,
    household: &str,
    relation: &str,
    since: Date,
    reason: &str,
) -> rusqlite::Result<()> {
    connection.execute(
        "UPDATE person SET household = ?2, relation = ?3, since = ?4, since_reason = ?5, status = 'registered',
           status_since = NULL, status_reason = NULL, version = version + 1 WHERE number = ?1",
        params![number, household, relation, since.to_string(), reason],
    )?;
    Ok(())
}

/// Ends a person's registration and the stay in the household.
pub(super) fn end_registration(
    connection: &Connection,
    person: &Person,
    head: Option<&str>,
    status: PersonStatus,
    on: Date,
    reason: Option<&str>,
) -> rusqlite::Result<()> {
    history::end_stay(connection, person, head, on)?;
    connection.execute(
        "UPDATE person SET status = ?2, status_since = ?3, status_reason = ?4, version = version + 1
         WHERE number = ?1",
        params![person.citizen_number, status.word(), on.to_string(), reason],
    )?;
    Ok(())
}

/// Puts somebody who was registered before back, with the items of today.
pub(super) fn come_back(connection: &Connection, known: &Person, now: &Person) -> rusqlite::Result<()> {
    history::keep_last_stay(connection, known)?;
    connection.execute(
        "UPDATE person SET former_name = CASE WHEN name = ?2 THEN former_name ELSE name END, name = ?2,
           ethnic = ?3 WHERE number = ?1",
        params![known.citizen_number, now.name, now.ethnic_group],
    )?;
    place(
        connection,
        &known.citizen_number,
        &now.household_number,
        &now.relation,
        now.since,
        &now.since_reason,
    )
}

/// What is said of somebody the register does not know.
pub(super) struct Identity<'a> {
    /// 公民身份号码
    pub number: &'a str,
    /// 姓名
    pub name: &'a str,
    /// 性别
    pub sex: &'a str,
    /// 民族
    pub ethnic_group: &'a str,
    /// 出生日期
    pub birth_date: Date,
}

/// A new row for somebody who was not born into the register.
pub(super) fn newcomer(
    identity: &Identity<'_>,
    household: &Household,
    relation: &str,
    today: Date,
    reason: &str,
) -> Person {
    let mut person = Person {
        citizen_number: identity.number.to_owned(),
        name: identity.name.to_owned(),
        former_name: None,
        sex: identity.sex.to_owned(),
        ethnic_group: identity.ethnic_group.to_owned(),
        birth_date: identity.birth_date,
        marital_status: "10".into(),
        education: None,
        household_number: household.household_number.clone(),
        relation: relation.to_owned(),
        since: today,
        since_reason: reason.to_owned(),
        status: PersonStatus::Registered,
        status_since: None,
        status_reason: None,
        mother: None,
        father: None,
        spouse: None,
        id_card: None,
        further_items: BTreeMap::new(),
        former_numbers: Vec::new(),
        version: 1,
    };
    if person.is_adult_on(today) {
        // Nothing was said about it: 未说明.
        person.marital_status = "90".into();
    }
    person
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
