//! 死亡注销

use rusqlite::{Connection, params};
use serde_json::json;

use super::leave::{self, Succession};
use super::refusal::{EffectError, Refusal, RefusalCode};
use super::request::DeathCancellation;
use super::{Change, Note, open_household, registered_person, write};
use crate::model::PersonStatus;
use crate::records;
use crate::register::Clock;

pub(super) fn apply(
    connection: &Connection,
    clock: &Clock,
    client: &str,
    act: &DeathCancellation,
) -> Result<Change, EffectError> {
    let person = registered_person(connection, &act.citizen_number, act.person_version)?;
    let seen = act.household_version.unwrap_or_default();
    let household = open_household(connection, client, &person.household_number, seen)?;
    if act.died_on > clock.today() || act.died_on < person.birth_date {
        return Err(Refusal::new(RefusalCode::DateImpossible, "死亡日期不可能").into());
    }
    check_proof(connection, act)?;
    let leaving = [person.citizen_number.as_str()].into();
    let succession = Succession {
        new_head: act.new_head.as_deref(),
        relations: &act.relations,
        head_exception: act.head_exception.as_deref(),
    };
    write::end_registration(
        connection,
        &person,
        household.head.as_deref(),
        PersonStatus::Dead,
        act.died_on,
        None,
    )?;
    let closed = leave::hand_on(connection, clock.today(), &household, &leaving, &succession)?;
    let own = json!({ "died_on": act.died_on, "cause": act.cause, "proof": act.proof });
    let mut notes = vec![Note::new(&person.citizen_number, &household.household_number, own)];
    if let Some(spouse) = &person.spouse {
        notes.extend(widow(connection, &person.citizen_number, spouse)?);
    }
    Ok(Change {
        assigned: json!({ "household_closed": closed }),
        notes,
        person: Some(person.citizen_number.clone()),
        household: Some(household.household_number.clone()),
    })
}

/// The spouse is a widow or widower, and the marriage is over.
fn widow(connection: &Connection, dead: &str, spouse: &str) -> rusqlite::Result<Option<Note>> {
    connection.execute(
        "UPDATE marriage SET status = 'ended_by_death'
         WHERE status = 'married' AND (husband = ?1 OR wife = ?1)",
        params![dead],
    )?;
    let Some(person) = records::person(connection, spouse)? else { return Ok(None) };
    let changed = connection.execute(
        "UPDATE person SET marital = '30', version = version + 1
         WHERE number = ?1 AND marital IN ('20','21','22','23')",
        params![spouse],
    )?;
    let details = json!({
        "changes": { "marital_status": { "before": person.marital_status, "after": "30" } },
    });
    Ok((changed > 0).then(|| Note::new(spouse, &person.household_number, details)))
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
