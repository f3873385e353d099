//! 业务落实 and 业务续办 over HTTP.

use axum::Extension;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde_json::{Value, json};

use super::envelope::{answer, broken, failure};
use super::{ClientUnit, Shared, with_register};
use crate::effects::{self, EffectRequest, Handed, Mode, Resumed, StoredAnswer};

/// Says that the answer was given before.
const REPEATED: HeaderName = HeaderName::from_static("idempotent-replay");
/// Longest key in bytes: room for a case id, a step and an attempt.
const KEY_LIMIT: usize = 128;

fn send(stored: StoredAnswer, repeated: bool) -> Response {
    let status = StatusCode::from_u16(stored.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, [(header::CONTENT_TYPE, "application/json")], stored.body).into_response();
    if repeated {
        response.headers_mut().insert(REPEATED, HeaderValue::from_static("true"));
    }
    response
}

pub(super) async fn hand_over(
    State(shared): State<Shared>,
    Extension(ClientUnit(client)): Extension<ClientUnit>,
    mode: Option<Extension<Mode>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let key = headers.get("idempotency-key").and_then(|k| k.to_str().ok()).unwrap_or_default().to_owned();
    if key.is_empty() || key.len() > KEY_LIMIT {
        return failure(
            &shared.register,
            StatusCode::BAD_REQUEST,
            "KEY_MISSING",
            "须有 Idempotency-Key，1 至 128 个字符",
        );
    }
    let parsed: Result<Value, _> = serde_json::from_slice(&body);
    let request = parsed.ok().and_then(|raw| {
        let request: EffectRequest = serde_json::from_value(raw.clone()).ok()?;
        Some((raw, request))
    });
    let Some((raw, request)) = request else {
        return failure(
            &shared.register,
            StatusCode::BAD_REQUEST,
            "BODY_MALFORMED",
            "请求内容不符合接口格式",
        );
    };
    let mode = mode.map_or(Mode::Whole, |Extension(mode)| mode);
    with_register(&shared, move |register| {
        let query_id = register.query_id();
        let caller = effects::Caller { client: &client, key: &key, query_id: &query_id };
        let handed =
            effects::hand_over(&mut register.connection(), register.clock(), &caller, &raw, &request, &mode);
        match handed {
            Ok(Handed::New(stored)) => send(stored, false),
            Ok(Handed::Repeated(stored)) => send(stored, true),
            Ok(Handed::KeyReused) => {
                failure(register, StatusCode::CONFLICT, "KEY_REUSED", "同一 Idempotency-Key 已用于另一请求")
            }
            Err(error) => broken(register, &error),
        }
    })
    .await
}

pub(super) async fn state(
    State(shared): State<Shared>,
    Extension(ClientUnit(client)): Extension<ClientUnit>,
    Path(key): Path<String>,
) -> Response {
    with_register(&shared, move |register| {
        let standing = effects::standing(&register.connection(), &client, &key);
        match standing {
            Ok(Some(first)) => {
                let state = first["state"].as_str().unwrap_or("error").to_owned();
                answer(register, StatusCode::OK, &state, json!({ "effect": first }))
            }
            Ok(None) => answer(register, StatusCode::NOT_FOUND, "not_found", json!({ "effect": null })),
            Err(error) => broken(register, &error),
        }
    })
    .await
}

pub(super) async fn resume(
    State(shared): State<Shared>,
    Extension(ClientUnit(client)): Extension<ClientUnit>,
    Path(key): Path<String>,
) -> Response {
    with_register(&shared, move |register| {
        let query_id = register.query_id();
        let resumed = effects::resume(&mut register.connection(), register.clock(), &client, &key, &query_id);
        match resumed {
            Ok(Resumed::Answered(stored)) => send(stored, false),
            Ok(Resumed::Stands(stored)) => send(stored, true),
            Ok(Resumed::Unknown) => {
                answer(register, StatusCode::NOT_FOUND, "not_found", json!({ "effect": null }))
            }
            Err(error) => broken(register, &error),
        }
    })
    .await
}
