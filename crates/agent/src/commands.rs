//! `POST /rpc/{command}`.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use terminal::rpc::{APPLICANT_COMMANDS, OFFICER_COMMANDS, RpcError, WindowRole};

use crate::door::Door;
use crate::fault::Refused;

/// The commands of a window.
#[must_use]
pub const fn commands_of(window: WindowRole) -> &'static [&'static str] {
    match window {
        WindowRole::Officer => OFFICER_COMMANDS,
        WindowRole::Applicant => APPLICANT_COMMANDS,
    }
}

pub(crate) async fn run(
    State(door): State<Arc<Door>>,
    Path(command): Path<String>,
    payload: Result<Json<Value>, JsonRejection>,
) -> Response {
    // The terminal has the same lists; a command of the other window does not even get that far.
    if !commands_of(door.window).contains(&command.as_str()) {
        return Refused::Command.into_response();
    }
    let payload = match payload {
        Ok(Json(payload)) => payload,
        Err(JsonRejection::BytesRejection(_)) => return Refused::Large.into_response(),
        Err(_) => return Refused::Request.into_response(),
    };
    let window = door.window;
    match door.ask(move |host| host.call(window, &command, payload)).await {
        Ok(Ok(answer)) => Json(answer).into_response(),
        Ok(Err(error)) => refusal(&error),
        Err(refused) => refused.into_response(),
    }
}

/// A refusal of the terminal: understood, but not done.
pub(crate) fn refusal(error: &RpcError) -> Response {
    (StatusCode::UNPROCESSABLE_ENTITY, Json(error)).into_response()
}
