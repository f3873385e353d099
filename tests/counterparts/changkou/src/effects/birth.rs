//! 出生登记: the register gives the child its number.

use std::collections::BTreeMap;

use rusqlite::{Connection, params};
use serde_json::{Map, Value, json};

use super::refusal::{EffectError, Refusal, RefusalCode};
use super::request::BirthRegistration;
use super::{Change, Note, numbering, open_household, registered_person, write};
use crate::model::{BirthCertificate, Person, PersonStatus};
use crate::register::Clock;
use crate::{database, records, relation};

pub(super) fn apply(
    connection: &Connection,
    clock: &Clock,
    client: &str,
    act: &BirthRegistration,
) -> Result<Change, EffectError> {
    let household = open_household(connection, client, &act.household_number, act.household_version)?;
    let mother = registered_person(connection, &act.mother, act.mother_version)?;
    if mother.household_number != household.household_number || mother.sex != "2" {
        return Err(Refusal::new(RefusalCode::MotherNotInHousehold, "母亲不是该户在册成员").into());
    }
    let father = match &act.father {
        None => None,
        Some(number) => Some(
            records::person(connection, number)?
                .ok_or_else(|| Refusal::new(RefusalCode::PersonNotFound, "查无父亲的户籍信息"))?,
        ),
    };
    let certificate = records::birth_certificate(connection, &act.certificate)?
        .ok_or_else(|| Refusal::new(RefusalCode::CertificateNotFound, "查无此出生医学证明"))?;
    if certificate.used_by.is_some() {
        return Err(Refusal::new(RefusalCode::CertificateUsed, "该出生医学证明已办理过出生登记").into());
    }
    let differing = differences(act, &certificate);
    if !differing.is_empty() {
        return Err(Refusal::with(
            RefusalCode::CertificateDiffers,
            "申报内容与出生医学证明不一致",
            json!({ "differing": differing }),
        )
        .into());
    }
    let newborn = &act.newborn;
    if !write::name_possible(&newborn.name) {
        return Err(Refusal::new(RefusalCode::NameImpossible, "姓名不符合登记要求").into());
    }
    if newborn.birth_date > clock.today() {
        return Err(Refusal::new(RefusalCode::DateImpossible, "出生日期晚于今天").into());
    }
    let of_father = father.as_ref().is_some_and(|f| f.ethnic_group == newborn.ethnic_group);
    if newborn.ethnic_group != mother.ethnic_group && !of_father {
        return Err(Refusal::new(RefusalCode::EthnicGroupNotOfParent, "民族须随父或随母").into());
    }
    let (twins_and_doubles, _) = records::search(connection, &newborn.name, Some(newborn.birth_date))?;
    if twins_and_doubles.iter().any(|p| p.mother.as_deref() == Some(&act.mother)) {
        return Err(Refusal::new(RefusalCode::DuplicatePerson, "该新生儿已登记").into());
    }
    let citizen_number =
        numbering::next(connection, &household.division, newborn.birth_date, newborn.sex == "1")?;
    let child = Person {
        citizen_number: citizen_number.clone(),
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
        mother: Some(act.mother.clone()),
        father: act.father.clone(),
        spouse: None,
        id_card: None,
        further_items: BTreeMap::new(),
        former_numbers: Vec::new(),
        version: 1,
    };
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
    let details = json!({ "certificate": act.certificate });
    Ok(Change {
        notes: vec![Note::new(&citizen_number, &household.household_number, details)],
        assigned: json!({ "citizen_number": citizen_number, "booklet_number": household.booklet_number }),
        person: Some(citizen_number),
        household: Some(household.household_number),
    })
}

fn differences(act: &BirthRegistration, certificate: &BirthCertificate) -> Vec<Value> {
    let newborn = &act.newborn;
    let mut differing = Vec::new();
    let mut compare = |field: &str, given: &str, recorded: &str| {
        if given != recorded {
            let mut row = Map::new();
            row.insert("field".into(), field.into());
            row.insert("given".into(), given.into());
            row.insert("recorded".into(), recorded.into());
            differing.push(Value::Object(row));
        }
    };
    compare("newborn_name", &newborn.name, &certificate.newborn_name);
    compare("sex", &newborn.sex, &certificate.sex);
    compare("birth_date", &newborn.birth_date.to_string(), &certificate.birth_date.to_string());
    compare("mother", &act.mother, &certificate.mother);
    if let (Some(given), Some(recorded)) = (&act.father, &certificate.father) {
        compare("father", given, recorded);
    }
    differing
}
