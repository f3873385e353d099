//! People from other cities: whether they can come, and how they are written down.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::admit::{Desk, cancelled, dead, not_replaced};
use super::refusal::{EffectError, Refusal, RefusalCode};
use super::request::Migrant;
use super::write::{self, Identity};
use super::{numbering, sound};
use crate::model::{Household, Person, PersonStatus};
use crate::records;

/// How the record of somebody who came says why.
pub(super) const MOVED_IN: &str = "市外迁入";

/// One who comes, and the row the register has from before.
pub(super) struct Arrival {
    /// As the register will show the person
    pub person: Person,
    /// The person as known, moved out
    pub known: Option<Person>,
}

/// Refuses people who cannot come into this household; gives their rows.
pub(super) fn admit(
    desk: &Desk<'_>,
    migrants: &[Migrant],
    household: &Household,
) -> Result<Vec<Arrival>, EffectError> {
    if migrants.is_empty() {
        return Err(Refusal::new(RefusalCode::MoversMissing, "须至少写明一名迁移人员").into());
    }
    let numbers: BTreeSet<&str> = migrants.iter().map(|m| m.citizen_number.as_str()).collect();
    if numbers.len() < migrants.len() {
        return Err(Refusal::new(RefusalCode::DuplicatePerson, "同一人填写了两次").into());
    }
    let today = desk.clock.today();
    let mut arrivals = Vec::new();
    for migrant in migrants {
        numbering::fits(&migrant.citizen_number, migrant.birth_date, &migrant.sex)?;
        if !write::name_possible(&migrant.name) {
            return Err(Refusal::new(RefusalCode::NameImpossible, "姓名不符合登记要求").into());
        }
        not_replaced(desk.connection, &migrant.citizen_number)?;
        let known = records::person(desk.connection, &migrant.citizen_number)?;
        match known.as_ref().map(|person| person.status) {
            None | Some(PersonStatus::MovedOut) => {}
            Some(PersonStatus::Dead) => return Err(dead().into()),
            Some(PersonStatus::Cancelled) => return Err(cancelled().into()),
            Some(PersonStatus::Registered) => {
                return Err(already_registered().into());
            }
        }
        let identity = Identity {
            number: &migrant.citizen_number,
            name: &migrant.name,
            sex: &migrant.sex,
            ethnic_group: &migrant.ethnic_group,
            birth_date: migrant.birth_date,
        };
        let person = write::newcomer(&identity, household, &migrant.relation, today, MOVED_IN);
        arrivals.push(Arrival { person, known });
    }
    let mut full = household.clone();
    full.members.extend(arrivals.iter().map(|arrival| arrival.person.clone()));
    sound::check_members(&full, today)?;
    Ok(arrivals)
}

pub(super) fn already_registered() -> Refusal {
    Refusal::new(RefusalCode::PersonAlreadyRegistered, "该人已在本市登记常住户口")
}

/// Where two lists of people say different things; relations are not compared.
pub(super) fn differences(given: &[Migrant], recorded: &[Migrant]) -> Vec<Value> {
    let numbers = |list: &[Migrant]| -> Vec<String> {
        let mut numbers: Vec<String> = list.iter().map(|m| m.citizen_number.clone()).collect();
        numbers.sort_unstable();
        numbers
    };
    if numbers(given) != numbers(recorded) {
        return vec![json!({ "field": "persons", "given": numbers(given), "recorded": numbers(recorded) })];
    }
    let mut differing = Vec::new();
    for one in given {
        let Some(other) = recorded.iter().find(|m| m.citizen_number == one.citizen_number) else { continue };
        for (field, given, recorded) in [
            ("name", &one.name, &other.name),
            ("sex", &one.sex, &other.sex),
            ("ethnic_group", &one.ethnic_group, &other.ethnic_group),
        ] {
            if given != recorded {
                differing.push(json!({ "field": field, "given": given, "recorded": recorded,
                    "citizen_number": one.citizen_number }));
            }
        }
    }
    differing
}
