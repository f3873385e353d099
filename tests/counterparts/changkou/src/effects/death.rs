//! 死亡注销

use rusqlite::{Connection, params};
use serde_json::json;

use super::refusal::{EffectError, Refusal, RefusalCode};
use super::request::DeathCancellation;
use super::{Change, open_household, registered_person, write};
use crate::model::{Household, Person};
use crate::records;
use crate::register::Clock;

pub(super) fn apply(
    connection: &Connection,
    clock: &Clock,
    client: &str,
    act: &DeathCancellation,
) -> Result<Change, EffectError> {
    let person = registered_person(connection, &act.citizen_number, act.person_version)?;
    let household = open_household(connection, client, &person.household_number, act.household_version)?;
    if act.died_on > clock.today() || act.died_on < person.birth_date {
        return Err(Refusal::new(RefusalCode::DateImpossible, "死亡日期不可能").into());
    }
    check_proof(connection, act)?;
    let remaining: Vec<&Person> =
        household.members.iter().filter(|m| m.citizen_number != person.citizen_number).collect();
    let was_head = household.head.as_deref() == Some(&person.citizen_number);
    if was_head && !remaining.is_empty() {
        succeed(connection, clock, act, &household, &remaining)?;
    }
    connection.execute(
        "UPDATE person SET status = 'dead', status_since = ?2, version = version + 1 WHERE number = ?1",
        params![person.citizen_number, act.died_on.to_string()],
    )?;
    if let Some(spouse) = &person.spouse {
        connection.execute(
            "UPDATE person SET marital = '30', version = version + 1
             WHERE number = ?1 AND marital IN ('20','21','22','23')",
            params![spouse],
        )?;
        connection.execute(
            "UPDATE marriage SET status = 'ended_by_death'
             WHERE status = 'married' AND (husband = ?1 OR wife = ?1)",
            params![person.citizen_number],
        )?;
    }
    if remaining.is_empty() {
        connection.execute(
            "UPDATE household SET status = 'closed', head = NULL WHERE number = ?1",
            params![household.household_number],
        )?;
    }
    write::touch_household(connection, &household.household_number)?;
    Ok(Change {
        assigned: json!({ "household_closed": remaining.is_empty() }),
        person: Some(person.citizen_number.clone()),
        household: Some(household.household_number.clone()),
    })
}

fn check_proof(connection: &Connection, act: &DeathCancellation) -> Result<(), EffectError> {
    if act.proof != "medical_certificate" {
        return Ok(());
    }
    let number = act.proof_number.as_deref().unwrap_or_default();
    let certificate = records::death_certificate(connection, number)?
        .ok_or_else(|| Refusal::new(RefusalCode::CertificateNotFound, "查无此死亡医学证明"))?;
    if certificate.used {
        return Err(Refusal::new(RefusalCode::CertificateUsed, "该死亡医学证明已办理过注销").into());
    }
    let mut differing = Vec::new();
    if certificate.citizen_number != act.citizen_number {
        differing.push(json!({ "field": "citizen_number", "given": act.citizen_number,
            "recorded": certificate.citizen_number }));
    }
    if certificate.died_on != act.died_on {
        differing.push(json!({ "field": "died_on", "given": act.died_on, "recorded": certificate.died_on }));
    }
    if !differing.is_empty() {
        return Err(Refusal::with(
            RefusalCode::CertificateDiffers,
            "申报内容与死亡医学证明不一致",
            json!({ "differing": differing }),
        )
        .into());
    }
    connection.execute("UPDATE death_certificate SET used = 1 WHERE number = ?1", params![number])?;
    Ok(())
}

/// The head died and others remain: the act must name the new head and every relation again.
fn succeed(
    connection: &Connection,
    clock: &Clock,
    act: &DeathCancellation,
    household: &Household,
    remaining: &[&Person],
) -> Result<(), EffectError> {
    let today = clock.today();
    let adults = remaining.iter().filter(|m| m.is_adult_on(today)).count();
    let numbers: Vec<&str> = remaining.iter().map(|m| m.citizen_number.as_str()).collect();
    let Some(new_head) = &act.new_head else {
        return Err(Refusal::with(
            RefusalCode::NewHeadNeeded,
            "户主死亡，须确定新户主并重新填写全部成员与户主关系",
            json!({ "members": numbers, "adults": adults }),
        )
        .into());
    };
    let new_head = remaining
        .iter()
        .find(|m| &m.citizen_number == new_head)
        .ok_or_else(|| Refusal::new(RefusalCode::NewHeadNotMember, "新户主不是该户在册成员"))?;
    let minors_only = adults == 0 && act.head_exception.as_deref() == Some("minors_only");
    if !new_head.is_adult_on(today) && !minors_only {
        return Err(Refusal::with(
            RefusalCode::NewHeadNotAdult,
            "新户主须年满十八周岁；户内已无成年人的，须注明只有未成年人",
            json!({ "adults": adults }),
        )
        .into());
    }
    let exception = minors_only.then_some("minors_only");
    write::set_head(connection, household, new_head, remaining, &act.relations, exception)
}
