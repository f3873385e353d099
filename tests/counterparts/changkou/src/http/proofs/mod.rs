//! 户籍证明: the content comes from the register, with a query number by which it can be verified.

mod content;
mod sentences;
mod words;

use axum::Extension;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use jiff::civil::Date;
use rusqlite::{OptionalExtension as _, params};
use serde::Deserialize;
use serde_json::{Value, json};

use content::About;

use super::envelope::{answer, broken, failure};
use super::{ClientUnit, Shared, with_register};
use crate::register::Register;

/// What every proof states, and what it must be about.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Purpose {
    purpose: String,
    receiving_unit: String,
    with: Option<String>,
    name: Option<String>,
    reason: Option<String>,
}

/// Who is not registered here.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Absence {
    purpose: String,
    receiving_unit: String,
    name: String,
    sex: String,
    birth_date: Date,
}

fn said(text: &str) -> bool {
    !text.trim().is_empty()
}

fn without_purpose(shared: &Shared) -> Response {
    failure(&shared.register, StatusCode::BAD_REQUEST, "PURPOSE_MISSING", "须写明用途和用证单位")
}

pub(super) async fn give(
    State(shared): State<Shared>,
    Extension(ClientUnit(client)): Extension<ClientUnit>,
    Path((kind, number)): Path<(String, String)>,
    query: Result<Query<Purpose>, QueryRejection>,
) -> Response {
    let Some(kind) = content::Kind::from_path(&kind) else {
        return failure(&shared.register, StatusCode::NOT_FOUND, "PATH_UNKNOWN", "没有这种证明");
    };
    let asked = query.ok().map(|Query(p)| p);
    let Some(asked) = asked.filter(|p| said(&p.purpose) && said(&p.receiving_unit)) else {
        return without_purpose(&shared);
    };
    with_register(&shared, move |register| {
        let about = About {
            with: asked.with.as_deref(),
            name: asked.name.as_deref(),
            reason: asked.reason.as_deref(),
        };
        let found = content::of(&register.connection(), kind, &number, about);
        given(register, &client, found, &asked.purpose, &asked.receiving_unit)
    })
    .await
}

/// 未登记户口证明: what the register does not have.
pub(super) async fn absent(
    State(shared): State<Shared>,
    Extension(ClientUnit(client)): Extension<ClientUnit>,
    query: Result<Query<Absence>, QueryRejection>,
) -> Response {
    let asked = query.ok().map(|Query(p)| p);
    let Some(asked) = asked.filter(|p| said(&p.purpose) && said(&p.receiving_unit) && said(&p.name)) else {
        return without_purpose(&shared);
    };
    with_register(&shared, move |register| {
        let today = register.clock().today();
        let found =
            content::absence(&register.connection(), &asked.name, &asked.sex, asked.birth_date, today);
        given(register, &client, found, &asked.purpose, &asked.receiving_unit)
    })
    .await
}

fn given(
    register: &Register,
    client: &str,
    found: rusqlite::Result<Option<Value>>,
    purpose: &str,
    receiving_unit: &str,
) -> Response {
    match found {
        Ok(Some(mut proof)) => {
            proof["purpose"] = json!(purpose);
            proof["receiving_unit"] = json!(receiving_unit);
            issue(register, client, &proof)
        }
        Ok(None) => answer(register, StatusCode::NOT_FOUND, "not_found", json!({ "proof": null })),
        Err(error) => broken(register, &error),
    }
}

fn issue(register: &Register, client: &str, proof: &Value) -> Response {
    let query_id = register.query_id();
    let body = json!({
        "query_id": query_id,
        "answered_at": register.clock().stamp(),
        "state": "found",
        "proof": proof,
    })
    .to_string();
    let stored =
        register.connection().execute("INSERT INTO proof VALUES (?1,?2,?3)", params![query_id, client, body]);
    match stored {
        Ok(_) => ([(header::CONTENT_TYPE, "application/json")], body).into_response(),
        Err(error) => broken(register, &error),
    }
}

pub(super) async fn verify(State(shared): State<Shared>, Path(query_id): Path<String>) -> Response {
    with_register(&shared, move |register| {
        let stored: rusqlite::Result<Option<String>> = register
            .connection()
            .query_row("SELECT answer FROM proof WHERE query_id = ?1", [&query_id], |row| row.get(0))
            .optional();
        match stored {
            Ok(Some(text)) => {
                let issued: Value = serde_json::from_str(&text).unwrap_or(Value::Null);
                answer(register, StatusCode::OK, "found", json!({ "issued": issued }))
            }
            Ok(None) => answer(register, StatusCode::NOT_FOUND, "not_found", json!({ "issued": null })),
            Err(error) => broken(register, &error),
        }
    })
    .await
}
