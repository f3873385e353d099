//! The form every answer has: query number, time, state.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde_json::{Value, json};

use crate::register::Register;

/// An answer with the fields every answer has; `body` must be an object.
pub(super) fn answer(register: &Register, status: StatusCode, state: &str, mut body: Value) -> Response {
    body["query_id"] = json!(register.query_id());
    body["answered_at"] = json!(register.clock().stamp());
    body["state"] = json!(state);
    (status, Json(body)).into_response()
}

/// `state: "error"` with a stable code.
pub(super) fn failure(register: &Register, status: StatusCode, code: &str, message: &str) -> Response {
    answer(register, status, "error", json!({ "error": { "code": code, "message": message } }))
}

/// A database fault: the client learns only that it is ours.
pub(super) fn broken(register: &Register, error: &rusqlite::Error) -> Response {
    tracing::error!(code = ?error.sqlite_error_code(), "the register's database failed");
    failure(register, StatusCode::INTERNAL_SERVER_ERROR, "REGISTER_BROKEN", "常口系统内部错误")
}
