//! 出生登记: the register gives the child its number.

use std::collections::BTreeMap;

use rusqlite::{Connection, params};
use serde_json::json;

use super::refusal::{EffectError, Refusal, RefusalCode};
use super::request::{BirthRegistration, Joins};
use super::{Change, Note, birth_certificate, numbering, open_household, registered_person, write};
use crate::model::{Household, Person, PersonStatus};
use crate::register::Clock;
use crate::{database, records, relation};

pub(super) fn apply(
    connection: &Connection,
    clock: &Clock,
    client: &str,
    act: &BirthRegistration,
) -> Result<Change, EffectError> {
    let household = open_household(connection, client, &act.household_number, act.household_version)?;
    let mother = mother(connection, act)?;
    check_household(act, &household)?;
    let father = father(connection, act)?;
    if let Some(number) = &act.certificate {
        birth_certificate::check(connection, act, number)?;
    }
    let newborn = &act.newborn;
    if !write::name_possible(&newborn.name) {
        return Err(Refusal::new(RefusalCode::NameImpossible, "姓名不符合登记要求").into());
    }
    if !matches!(newborn.sex.as_str(), "1" | "2") {
        let details = json!({ "place": "newborn.sex" });
        return Err(Refusal::with(RefusalCode::ValueImpossible, "性别填写有误", details).into());
    }
    if newborn.birth_date > clock.today() {
        return Err(Refusal::new(RefusalCode::DateImpossible, "出生日期晚于今天").into());
    }
    check_ethnic_group(act, mother.as_ref(), father.as_ref())?;
    birth_certificate::no_double(connection, act)?;
    let citizen_number =
        numbering::next(connection, &household.division, newborn.birth_date, newborn.sex == "1")?;
    let child = child(act, &household, clock, citizen_number.clone());
    if !relation::fits_newborn(&newborn.relation) && household.head_exception.as_deref() != Some("collective")
    {
        return Err(write::impossible(relation::RelationFault::Unknown, "").into());
    }
    if let Some(head) = household.members.iter().find(|m| m.relation == relation::HEAD)
        && let Some(fault) = relation::fault(&child, &newborn.relation, head)
    {
        return Err(write::impossible(fault, "").into());
    }
    database::insert_person(connection, &child)?;
    connection.execute(
        "UPDATE birth_certificate SET used_by = ?2 WHERE number = ?1",
        params![act.certificate, citizen_number],
    )?;
    write::touch_household(connection, &household.household_number)?;
    let mut details = json!({ "certificate": act.certificate });
    if act.joins != Joins::Mother {
        details["joins"] = json!(act.joins.word());
    }
    Ok(Change {
        notes: vec![Note::new(&citizen_number, &household.household_number, details)],
        assigned: json!({ "citizen_number": citizen_number, "booklet_number": household.booklet_number }),
        person: Some(citizen_number),
        household: Some(household.household_number),
    })
}

/// The mother: registered and as seen where the child joins her, else as far as the register knows her.
fn mother(connection: &Connection, act: &BirthRegistration) -> Result<Option<Person>, EffectError> {
    let Some(number) = &act.mother else { return Ok(None) };
    if act.joins == Joins::Mother {
        return registered_person(connection, number, act.mother_version.unwrap_or_default()).map(Some);
    }
    let Some(mother) = records::person(connection, number)? else { return Ok(None) };
    if mother.sex != "2" {
        return Err(Refusal::new(RefusalCode::ParentImpossible, "登记为母亲的人不是女性").into());
    }
    if let Some(seen) = act.mother_version.filter(|seen| *seen != mother.version) {
        return Err(Refusal::with(
            RefusalCode::PersonVersionChanged,
            "该人信息已变动，请重新核对",
            json!({ "seen": seen, "current": mother.version }),
        )
        .into());
    }
    Ok(Some(mother))
}

fn father(connection: &Connection, act: &BirthRegistration) -> Result<Option<Person>, EffectError> {
    let Some(number) = &act.father else { return Ok(None) };
    match records::person(connection, number)? {
        Some(father) if father.sex != "1" && act.joins != Joins::Mother => {
            Err(Refusal::new(RefusalCode::ParentImpossible, "登记为父亲的人不是男性").into())
        }
        Some(father) => Ok(Some(father)),
        None if act.joins == Joins::Mother => {
            Err(Refusal::new(RefusalCode::PersonNotFound, "查无父亲的户籍信息").into())
        }
        None => Ok(None),
    }
}

/// Whether the one whose household the child joins belongs to it.
fn check_household(act: &BirthRegistration, household: &Household) -> Result<(), EffectError> {
    // Members are the registered ones.
    let member = |number: &Option<String>, sex: Option<&str>| {
        household
            .members
            .iter()
            .any(|one| Some(&one.citizen_number) == number.as_ref() && sex.is_none_or(|sex| one.sex == sex))
    };
    let (mother, father) = (member(&act.mother, Some("2")), member(&act.father, Some("1")));
    let (holds, code, words) = match act.joins {
        Joins::Mother => (mother, RefusalCode::MotherNotInHousehold, "母亲不是该户在册成员"),
        Joins::Father => (father, RefusalCode::FatherNotInHousehold, "父亲不是该户在册成员"),
        Joins::EitherParent => {
            (mother || father, RefusalCode::ParentNotInHousehold, "父母都不是该户在册成员")
        }
        Joins::Grandparent | Joins::Guardian => {
            let words = "同意落户的祖父母、外祖父母或者监护人不是该户在册成员";
            (member(&act.host, None), RefusalCode::HostNotInHousehold, words)
        }
        Joins::Collective => (household.kind == "2", RefusalCode::HouseholdNotCollective, "该户不是集体户"),
    };
    if holds { Ok(()) } else { Err(Refusal::new(code, words).into()) }
}

/// The ethnic group is a parent's, as far as the register knows them: one it does not know may have any.
fn check_ethnic_group(
    act: &BirthRegistration,
    mother: Option<&Person>,
    father: Option<&Person>,
) -> Result<(), EffectError> {
    let stranger = act.mother.is_some() && mother.is_none() || act.father.is_some() && father.is_none();
    let mut known = mother.into_iter().chain(father).peekable();
    let unsaid = known.peek().is_none() || stranger;
    if unsaid || known.any(|parent| parent.ethnic_group == act.newborn.ethnic_group) {
        return Ok(());
    }
    Err(Refusal::new(RefusalCode::EthnicGroupNotOfParent, "民族须随父或随母").into())
}

fn child(act: &BirthRegistration, household: &Household, clock: &Clock, citizen_number: String) -> Person {
    let newborn = &act.newborn;
    Person {
        citizen_number,
        name: newborn.name.clone(),
        former_name: None,
        sex: newborn.sex.clone(),
        ethnic_group: newborn.ethnic_group.clone(),
        birth_date: newborn.birth_date,
        marital_status: "10".into(),
        education: None,
        household_number: household.household_number.clone(),
        relation: newborn.relation.clone(),
        since: clock.today(),
        since_reason: "出生登记".into(),
        status: PersonStatus::Registered,
        status_since: None,
        status_reason: None,
        mother: act.mother.clone(),
        father: act.father.clone(),
        spouse: None,
        id_card: None,
        further_items: BTreeMap::new(),
        former_numbers: Vec::new(),
        version: 1,
    }
}
