//! Reading persons and households.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use jiff::civil::Date;
use serde::Deserialize;
use serde_json::{Value, json};

use super::envelope::{answer, broken, failure};
use super::{Shared, with_register};
use crate::model::{Person, PersonStatus};
use crate::register::Register;
use crate::{history, records};

pub(super) fn one(register: &Register, name: &str, found: rusqlite::Result<Option<Value>>) -> Response {
    match found {
        Ok(Some(value)) => answer(register, StatusCode::OK, "found", json!({ name: value })),
        Ok(None) => answer(register, StatusCode::NOT_FOUND, "not_found", json!({ name: null })),
        Err(error) => broken(register, &error),
    }
}

/// A query by a replaced number answers with the person and says which number holds now.
pub(super) async fn person(State(shared): State<Shared>, Path(number): Path<String>) -> Response {
    with_register(&shared, move |register| {
        let found = records::person_by_any_number(&register.connection(), &number);
        match found {
            Ok(Some(person)) if person.citizen_number != number => {
                let current = person.citizen_number.clone();
                let owner = owner_unit(&register.connection(), &person);
                let body = json!({ "person": person, "current_number": current, "owner_unit": owner });
                answer(register, StatusCode::OK, "found", body)
            }
            Ok(Some(person)) => {
                let owner = owner_unit(&register.connection(), &person);
                answer(register, StatusCode::OK, "found", json!({ "person": person, "owner_unit": owner }))
            }
            other => one(register, "person", other.map(|p| p.map(|p| json!(p)))),
        }
    })
    .await
}

/// The unit that keeps a registered person's household.
fn owner_unit(connection: &rusqlite::Connection, person: &Person) -> Option<String> {
    let registered = person.status == PersonStatus::Registered;
    let household = records::household(connection, &person.household_number).ok().flatten()?;
    registered.then_some(household.owner_unit)
}

/// The acts of a person, oldest first; none before the register's own.
pub(super) async fn history(State(shared): State<Shared>, Path(number): Path<String>) -> Response {
    with_register(&shared, move |register| {
        let connection = register.connection();
        let found = match records::person_by_any_number(&connection, &number) {
            Ok(Some(person)) => {
                history::entries(&connection, &person.citizen_number).map(|entries| Some(json!(entries)))
            }
            Ok(None) => Ok(None),
            Err(error) => Err(error),
        };
        drop(connection);
        one(register, "history", found)
    })
    .await
}

pub(super) async fn household(State(shared): State<Shared>, Path(number): Path<String>) -> Response {
    with_register(&shared, move |register| {
        let found = records::household(&register.connection(), &number).map(|h| h.map(|h| json!(h)));
        one(register, "household", found)
    })
    .await
}

pub(super) async fn household_of(State(shared): State<Shared>, Path(number): Path<String>) -> Response {
    with_register(&shared, move |register| {
        let connection = register.connection();
        let found = match records::person_by_any_number(&connection, &number) {
            Ok(Some(person)) => {
                records::household(&connection, &person.household_number).map(|h| h.map(|h| json!(h)))
            }
            Ok(None) => Ok(None),
            Err(error) => Err(error),
        };
        drop(connection);
        one(register, "household", found)
    })
    .await
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Search {
    name: String,
    birth_date: Option<Date>,
}

pub(super) async fn search(
    State(shared): State<Shared>,
    query: Result<Query<Search>, QueryRejection>,
) -> Response {
    let Ok(Query(search)) = query else {
        return failure(
            &shared.register,
            StatusCode::BAD_REQUEST,
            "QUERY_MALFORMED",
            "查询条件须有 name，可有 birth_date",
        );
    };
    with_register(&shared, move |register| {
        let found = records::search(&register.connection(), &search.name, search.birth_date);
        match found {
            Ok((persons, more)) => {
                let state = if persons.is_empty() { "not_found" } else { "found" };
                answer(register, StatusCode::OK, state, json!({ "persons": persons, "more": more }))
            }
            Err(error) => broken(register, &error),
        }
    })
    .await
}
