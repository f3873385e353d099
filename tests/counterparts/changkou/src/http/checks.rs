//! 核验: does what stands on a paper agree with what is recorded?

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::StatusCode;
use axum::response::Response;
use jiff::civil::Date;
use serde::Deserialize;
use serde_json::{Value, json};

use super::envelope::{answer, broken, failure};
use super::{Shared, with_register};
use crate::model::Collision;
use crate::records;
use crate::register::Register;

pub(super) type Body<T> = Result<Json<T>, JsonRejection>;

pub(super) fn malformed(register: &Register) -> Response {
    failure(register, StatusCode::BAD_REQUEST, "BODY_MALFORMED", "请求内容不符合接口格式")
}

/// Compares what was given with what is recorded; fields not given are not compared.
#[derive(Default)]
pub(super) struct Comparison(Vec<Value>);

impl Comparison {
    pub(super) fn field(&mut self, name: &str, given: Option<&str>, recorded: Option<&str>) {
        if let Some(given) = given
            && Some(given) != recorded
        {
            self.0.push(json!({ "field": name, "given": given, "recorded": recorded }));
        }
    }

    pub(super) fn answer(self, register: &Register, mut body: Value) -> Response {
        let agrees = self.0.is_empty();
        body["differing"] = Value::Array(self.0);
        body["state_name"] = json!(if agrees { "已核验相符" } else { "核验不符" });
        answer(register, StatusCode::OK, if agrees { "agrees" } else { "differs" }, body)
    }
}

pub(super) fn unknown(register: &Register, name: &str) -> Response {
    let body = json!({ name: null, "differing": [], "state_name": "核验不符（查无）" });
    answer(register, StatusCode::OK, "not_found", body)
}

/// The number in force for one that a paper may have from before it was replaced.
fn current(register: &Register, given: Option<&str>) -> Option<String> {
    let given = given?;
    let replaced = records::replaced_by(&register.connection(), given);
    Some(replaced.ok().flatten().unwrap_or_else(|| given.to_owned()))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BirthCheck {
    number: String,
    newborn_name: Option<String>,
    sex: Option<String>,
    birth_date: Option<Date>,
    mother: Option<String>,
    father: Option<String>,
}

pub(super) async fn birth_certificate(State(shared): State<Shared>, body: Body<BirthCheck>) -> Response {
    let Ok(Json(check)) = body else { return malformed(&shared.register) };
    with_register(&shared, move |register| {
        let found = records::birth_certificate(&register.connection(), &check.number);
        let certificate = match found {
            Ok(Some(certificate)) => certificate,
            Ok(None) => return unknown(register, "certificate"),
            Err(error) => return broken(register, &error),
        };
        let mut comparison = Comparison::default();
        comparison.field("newborn_name", check.newborn_name.as_deref(), Some(&certificate.newborn_name));
        comparison.field("sex", check.sex.as_deref(), Some(&certificate.sex));
        let (given, recorded) = (check.birth_date.map(|d| d.to_string()), certificate.birth_date.to_string());
        comparison.field("birth_date", given.as_deref(), Some(&recorded));
        let (mother, father) =
            (current(register, check.mother.as_deref()), current(register, check.father.as_deref()));
        comparison.field("mother", mother.as_deref(), Some(&certificate.mother));
        comparison.field("father", father.as_deref(), certificate.father.as_deref());
        let used = certificate.used_by.is_some();
        comparison.answer(register, json!({ "certificate": certificate, "used": used }))
    })
    .await
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DuplicateCheck {
    citizen_number: Option<String>,
    name: String,
    sex: String,
    birth_date: Date,
}

pub(super) async fn duplicate(State(shared): State<Shared>, body: Body<DuplicateCheck>) -> Response {
    let Ok(Json(check)) = body else { return malformed(&shared.register) };
    with_register(&shared, move |register| {
        let result = duplicates(register, &check);
        match result {
            Ok(found) => {
                let (state, name) = if found.is_empty() {
                    ("agrees", "已核验相符")
                } else {
                    ("differs", "核验不符")
                };
                let body = json!({ "duplicates": found, "differing": [], "state_name": name });
                answer(register, StatusCode::OK, state, body)
            }
            Err(error) => broken(register, &error),
        }
    })
    .await
}

fn duplicates(register: &Register, check: &DuplicateCheck) -> rusqlite::Result<Vec<Collision>> {
    let connection = register.connection();
    let mut found = match &check.citizen_number {
        Some(number) => records::collisions(&connection, number)?,
        None => Vec::new(),
    };
    let own = check.citizen_number.clone().unwrap_or_default();
    let (same_name, _) = records::search(&connection, &check.name, Some(check.birth_date))?;
    for person in same_name {
        if person.sex == check.sex && person.citizen_number != own {
            found.push(Collision {
                kind: "same_person".into(),
                citizen_number: own.clone(),
                other_number: person.citizen_number,
                other_name: person.name,
                other_sex: person.sex,
                other_birth_date: person.birth_date,
                held_at: "本市常口".into(),
            });
        }
    }
    Ok(found)
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MarriageCheck {
    husband: String,
    wife: String,
    certificate: Option<String>,
    registered_on: Option<Date>,
}

pub(super) async fn marriage(State(shared): State<Shared>, body: Body<MarriageCheck>) -> Response {
    let Ok(Json(check)) = body else { return malformed(&shared.register) };
    with_register(&shared, move |register| {
        let husband = current(register, Some(&check.husband)).unwrap_or_default();
        let wife = current(register, Some(&check.wife)).unwrap_or_default();
        let connection = register.connection();
        let found = match records::marriage(&connection, &husband) {
            Ok(None) => records::marriage(&connection, &wife),
            other => other,
        };
        drop(connection);
        let marriage = match found {
            Ok(Some(marriage)) => marriage,
            Ok(None) => return unknown(register, "marriage"),
            Err(error) => return broken(register, &error),
        };
        let mut comparison = Comparison::default();
        comparison.field("husband", Some(&husband), Some(&marriage.husband));
        comparison.field("wife", Some(&wife), Some(&marriage.wife));
        comparison.field("certificate", check.certificate.as_deref(), Some(&marriage.certificate));
        let (given, recorded) =
            (check.registered_on.map(|d| d.to_string()), marriage.registered_on.to_string());
        comparison.field("registered_on", given.as_deref(), Some(&recorded));
        comparison.field("status", Some("married"), Some(&marriage.status));
        comparison.answer(register, json!({ "marriage": marriage }))
    })
    .await
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DeathCheck {
    number: String,
    citizen_number: Option<String>,
    name: Option<String>,
    died_on: Option<Date>,
}

pub(super) async fn death_certificate(State(shared): State<Shared>, body: Body<DeathCheck>) -> Response {
    let Ok(Json(check)) = body else { return malformed(&shared.register) };
    with_register(&shared, move |register| {
        let found = records::death_certificate(&register.connection(), &check.number);
        let certificate = match found {
            Ok(Some(certificate)) => certificate,
            Ok(None) => return unknown(register, "certificate"),
            Err(error) => return broken(register, &error),
        };
        let mut comparison = Comparison::default();
        let citizen = current(register, check.citizen_number.as_deref());
        comparison.field("citizen_number", citizen.as_deref(), Some(&certificate.citizen_number));
        comparison.field("name", check.name.as_deref(), Some(&certificate.name));
        let (given, recorded) = (check.died_on.map(|d| d.to_string()), certificate.died_on.to_string());
        comparison.field("died_on", given.as_deref(), Some(&recorded));
        let used = certificate.used;
        comparison.answer(register, json!({ "certificate": certificate, "used": used }))
    })
    .await
}
