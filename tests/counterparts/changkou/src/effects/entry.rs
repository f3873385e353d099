//! 恢复户口、户口补录、涉外定居、收养入户: somebody comes into the register who was not born into it.

use rusqlite::params;
use serde_json::json;

use super::admit::{Desk, dead, not_replaced};
use super::refusal::{EffectError, Refusal, RefusalCode};
use super::request::{Entrant, EntryCategory, PersonEntry};
use super::target::{self, Target};
use super::write::{self, Identity};
use super::{Change, Note, migrants, numbering, sound};
use crate::model::{Household, Person, PersonStatus};
use crate::relation::{HEAD, RelationFault};
use crate::{database, records};

/// Relation of somebody in a collective household, where nothing else is said.
const UNRELATED: &str = "99";

pub(super) fn apply(desk: &Desk<'_>, act: &PersonEntry) -> Result<Change, EffectError> {
    let target = Target {
        number: act.household_number.as_ref(),
        version: act.household_version,
        new: act.new_household.as_ref(),
    };
    let household = target.open(desk)?;
    let entrant = &act.person;
    let today = desk.clock.today();
    if !write::name_possible(&entrant.name) {
        return Err(Refusal::new(RefusalCode::NameImpossible, "姓名不符合登记要求").into());
    }
    if !matches!(entrant.sex.as_str(), "1" | "2") {
        return Err(Refusal::with(
            RefusalCode::ValueImpossible,
            "性别填写有误",
            json!({ "place": "person.sex" }),
        )
        .into());
    }
    if entrant.birth_date > today {
        return Err(Refusal::new(RefusalCode::DateImpossible, "出生日期晚于今天").into());
    }
    let known = former(desk, act)?;
    no_double(desk, act)?;
    let citizen_number = match &act.former_number {
        Some(number) => number.clone(),
        None => {
            numbering::next(desk.connection, &household.division, entrant.birth_date, entrant.sex == "1")?
        }
    };
    let relation = relation(&household, entrant, act.new_household.is_some())?;
    let identity = Identity {
        number: &citizen_number,
        name: &entrant.name,
        sex: &entrant.sex,
        ethnic_group: &entrant.ethnic_group,
        birth_date: entrant.birth_date,
    };
    let person = write::newcomer(&identity, &household, relation, today, act.category.reason());
    match &known {
        Some(known) => write::come_back(desk.connection, known, &person)?,
        None => database::insert_person(desk.connection, &person)?,
    }
    let founds = act.new_household.is_some() && household.kind == "1";
    if founds && !person.is_adult_on(today) {
        if act.head_exception.as_deref() != Some("minors_only") {
            return Err(sound::not_adult(0).into());
        }
        desk.connection.execute(
            "UPDATE household SET head_exception = 'minors_only' WHERE number = ?1",
            params![household.household_number],
        )?;
    }
    target::settle(desk, &household, &[(&citizen_number, relation)])?;
    let details = json!({ "category": act.category.reason(), "approval_number": act.approval_number,
        "former_status": known.map(|person| person.status), "relation": relation });
    Ok(Change {
        assigned: json!({ "citizen_number": citizen_number,
            "household_number": household.household_number, "booklet_number": household.booklet_number }),
        notes: vec![Note::new(&citizen_number, &household.household_number, details)],
        person: Some(citizen_number),
        household: Some(household.household_number),
    })
}

/// The record under the former number, if the category may bring it back.
fn former(desk: &Desk<'_>, act: &PersonEntry) -> Result<Option<Person>, EffectError> {
    let Some(number) = &act.former_number else {
        return fitting(act, None).map(|()| None);
    };
    numbering::fits(number, act.person.birth_date, &act.person.sex)?;
    not_replaced(desk.connection, number)?;
    let known = records::person(desk.connection, number)?;
    match known.as_ref().map(|person| person.status) {
        Some(PersonStatus::Registered) => return Err(migrants::already_registered().into()),
        Some(PersonStatus::Dead) if act.category != EntryCategory::RevokedDeath => return Err(dead().into()),
        None if numbering::held_elsewhere(desk.connection, number)? => {
            return Err(Refusal::new(RefusalCode::DuplicatePerson, "该公民身份号码在他处登记").into());
        }
        _ => {}
    }
    fitting(act, known.as_ref())?;
    Ok(known)
}

/// What is revoked must have been said.
fn fitting(act: &PersonEntry, known: Option<&Person>) -> Result<(), EffectError> {
    let fits = match act.category {
        EntryCategory::RevokedDeath => known.is_some_and(|p| p.status == PersonStatus::Dead),
        EntryCategory::RevokedMissing => {
            known.is_some_and(|p| p.status_reason.as_deref() == Some("declared_missing"))
        }
        _ => true,
    };
    if fits {
        return Ok(());
    }
    Err(Refusal::new(RefusalCode::CategoryImpossible, "登记类别与该人现在的登记状态不符").into())
}

/// Another record of this name, day and sex is the same person until somebody shows that it is not.
fn no_double(desk: &Desk<'_>, act: &PersonEntry) -> Result<(), EffectError> {
    let (found, _) = records::search(desk.connection, &act.person.name, Some(act.person.birth_date))?;
    let double = found
        .iter()
        .find(|p| p.sex == act.person.sex && Some(&p.citizen_number) != act.former_number.as_ref());
    match double {
        None => Ok(()),
        Some(double) => Err(Refusal::with(
            RefusalCode::DuplicatePerson,
            "已有姓名、性别、出生日期相同的登记，须先核查",
            json!({ "citizen_number": double.citizen_number }),
        )
        .into()),
    }
}

/// The relation said, or the only one there can be.
fn relation<'a>(household: &Household, entrant: &'a Entrant, founds: bool) -> Result<&'a str, EffectError> {
    match (entrant.relation.as_deref(), household.kind.as_str()) {
        (Some(relation), "1") if founds && relation != HEAD => {
            Err(write::impossible(RelationFault::Unknown, "").into())
        }
        (Some(relation), _) => Ok(relation),
        (None, "2") => Ok(UNRELATED),
        (None, _) if founds => Ok(HEAD),
        (None, _) => Err(write::impossible(RelationFault::Unknown, "").into()),
    }
}
