//! The trainer's side: ordering faults, and finding people with a given property.

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Json, Router};
use rusqlite::OptionalExtension as _;
use serde_json::{Map, Value, json};

use super::envelope::{answer, broken, failure};
use super::faults::Order;
use super::{Shared, bearer, with_register};

/// Properties a test may look for, each with the query of one example.
const SAMPLES: &[(&str, &str)] = &[
    (
        "household_business_frozen",
        "SELECT number FROM household WHERE flags LIKE '%business_frozen%' LIMIT 1",
    ),
    (
        "household_collective_land",
        "SELECT number FROM household WHERE flags LIKE '%collective_land%' LIMIT 1",
    ),
    ("household_frozen_land", "SELECT number FROM household WHERE flags LIKE '%frozen_land%' LIMIT 1"),
    ("household_collective", "SELECT number FROM household WHERE kind = '2' LIMIT 1"),
    ("person_dead", "SELECT number FROM person WHERE status = 'dead' LIMIT 1"),
    ("person_moved_out", "SELECT number FROM person WHERE status = 'moved_out' LIMIT 1"),
    (
        "person_without_card",
        "SELECT number FROM person WHERE status = 'registered' AND card_office IS NULL LIMIT 1",
    ),
    ("person_rare_character", "SELECT number FROM person WHERE name LIKE '%𠮷%' LIMIT 1"),
    ("person_same_person", "SELECT citizen FROM collision WHERE kind = 'same_person' LIMIT 1"),
    ("person_same_number", "SELECT citizen FROM collision WHERE kind = 'same_number' LIMIT 1"),
    ("birth_certificate_unused", "SELECT number FROM birth_certificate WHERE used_by IS NULL LIMIT 1"),
    ("birth_certificate_used", "SELECT number FROM birth_certificate WHERE used_by IS NOT NULL LIMIT 1"),
    ("death_certificate_unused", "SELECT number FROM death_certificate WHERE used = 0 LIMIT 1"),
    ("death_certificate_used", "SELECT number FROM death_certificate WHERE used = 1 LIMIT 1"),
];

pub(super) fn router(shared: &Shared) -> Router {
    Router::new()
        .route("/admin/faults", get(list).post(add).delete(clear))
        .route("/admin/samples", get(samples))
        .route("/admin/effects/let-go", post(let_go))
        .layer(middleware::from_fn_with_state(shared.clone(), guard))
        .with_state(shared.clone())
}

async fn guard(State(shared): State<Shared>, request: Request, next: Next) -> Response {
    if bearer(request.headers()) == Some(&*shared.admin_token) {
        next.run(request).await
    } else {
        failure(&shared.register, StatusCode::UNAUTHORIZED, "ADMIN_UNKNOWN", "管理令牌无效")
    }
}

fn in_force(shared: &Shared) -> Response {
    answer(&shared.register, StatusCode::OK, "found", json!({ "faults": shared.faults.list() }))
}

async fn list(State(shared): State<Shared>) -> Response {
    in_force(&shared)
}

async fn add(
    State(shared): State<Shared>,
    body: Result<Json<Order>, axum::extract::rejection::JsonRejection>,
) -> Response {
    match body {
        Ok(Json(order)) => {
            shared.faults.add(order);
            in_force(&shared)
        }
        Err(_) => failure(&shared.register, StatusCode::BAD_REQUEST, "BODY_MALFORMED", "没有这种故障"),
    }
}

async fn clear(State(shared): State<Shared>) -> Response {
    shared.faults.clear();
    in_force(&shared)
}

/// Which acts are let go.
#[derive(serde::Deserialize)]
struct Which {
    #[serde(default)]
    key: Option<String>,
}

/// Does acts that were taken for later.
async fn let_go(State(shared): State<Shared>, Json(which): Json<Which>) -> Response {
    with_register(&shared, move |register| match crate::effects::let_go(register, which.key.as_deref()) {
        Ok(count) => answer(register, StatusCode::OK, "found", json!({ "let_go": count })),
        Err(error) => broken(register, &error),
    })
    .await
}

async fn samples(State(shared): State<Shared>) -> Response {
    with_register(&shared, |register| {
        let connection = register.connection();
        let mut found = Map::new();
        for (name, sql) in SAMPLES {
            let number: rusqlite::Result<Option<String>> =
                connection.query_row(sql, [], |row| row.get(0)).optional();
            match number {
                Ok(number) => found.insert((*name).to_owned(), json!(number)),
                Err(error) => {
                    drop(connection);
                    return broken(register, &error);
                }
            };
        }
        drop(connection);
        answer(register, StatusCode::OK, "found", json!({ "samples": Value::Object(found) }))
    })
    .await
}
