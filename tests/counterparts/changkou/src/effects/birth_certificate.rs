//! What stands for the truth of a birth: the 出生医学证明, or that nobody like the child is registered yet.

use rusqlite::Connection;
use serde_json::{Map, Value, json};

use super::refusal::{EffectError, Refusal, RefusalCode};
use super::request::BirthRegistration;
use crate::model::{BirthCertificate, Person};
use crate::records;

/// Refuses a certificate that is unknown, used, or says something else.
pub(super) fn check(
    connection: &Connection,
    act: &BirthRegistration,
    number: &str,
) -> Result<(), EffectError> {
    let certificate = records::birth_certificate(connection, number)?
        .ok_or_else(|| Refusal::new(RefusalCode::CertificateNotFound, "查无此出生医学证明"))?;
    if certificate.used_by.is_some() {
        return Err(Refusal::new(RefusalCode::CertificateUsed, "该出生医学证明已办理过出生登记").into());
    }
    let differing = differences(act, &certificate);
    if differing.is_empty() {
        return Ok(());
    }
    Err(Refusal::with(
        RefusalCode::CertificateDiffers,
        "申报内容与出生医学证明不一致",
        json!({ "differing": differing }),
    )
    .into())
}

/// Refuses a child that is registered already. Without a certificate, anybody of this name, sex and day may be it.
pub(super) fn no_double(connection: &Connection, act: &BirthRegistration) -> Result<(), EffectError> {
    let newborn = &act.newborn;
    let (found, _) = records::search(connection, &newborn.name, Some(newborn.birth_date))?;
    let of_mother = |one: &Person| act.mother.is_some() && one.mother == act.mother;
    let same = |one: &&Person| of_mother(one) || act.certificate.is_none() && one.sex == newborn.sex;
    match found.iter().find(same) {
        None => Ok(()),
        Some(one) if of_mother(one) => {
            Err(Refusal::new(RefusalCode::DuplicatePerson, "该新生儿已登记").into())
        }
        Some(double) => Err(Refusal::with(
            RefusalCode::DuplicatePerson,
            "已有姓名、性别、出生日期相同的登记，须先核查",
            json!({ "citizen_number": double.citizen_number }),
        )
        .into()),
    }
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
    if let Some(given) = &act.mother {
        compare("mother", given, &certificate.mother);
    }
    if let (Some(given), Some(recorded)) = (&act.father, &certificate.father) {
        compare("father", given, recorded);
    }
    differing
}
