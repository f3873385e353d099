//! Pictures, papers, signatures, and what a camera sees.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use terminal::rpc::{Resource, RpcError};

use crate::commands::refusal;
use crate::door::Door;
use crate::fault::Refused;

/// Sides that a window may ask for: from a stamp to a page at 200 % on the largest screen of a counter.
const SIDES: std::ops::RangeInclusive<u32> = 16..=4096;
/// A page on a 1920×1080 screen.
const USUAL_SIDE: u32 = 1600;

#[derive(Debug, Deserialize)]
pub(crate) struct PictureQuery {
    side: Option<u32>,
}

pub(crate) async fn picture(
    State(door): State<Arc<Door>>,
    Path(blob): Path<String>,
    query: Result<Query<PictureQuery>, axum::extract::rejection::QueryRejection>,
) -> Response {
    let Ok(Query(query)) = query else { return Refused::Request.into_response() };
    let side = query.side.unwrap_or(USUAL_SIDE).clamp(*SIDES.start(), *SIDES.end());
    let window = door.window;
    answer(door.ask(move |host| host.picture(window, &blob, side)).await)
}

pub(crate) async fn document(State(door): State<Arc<Door>>, Path(blob): Path<String>) -> Response {
    let window = door.window;
    answer(door.ask(move |host| host.document(window, &blob)).await)
}

pub(crate) async fn strokes(State(door): State<Arc<Door>>, Path(blob): Path<String>) -> Response {
    let window = door.window;
    answer(door.ask(move |host| host.strokes(window, &blob)).await)
}

pub(crate) async fn frame(State(door): State<Arc<Door>>, Path(operation): Path<String>) -> Response {
    let window = door.window;
    answer(door.ask(move |host| host.frame(window, &operation)).await)
}

fn answer(asked: Result<Result<Resource, RpcError>, Refused>) -> Response {
    match asked {
        Ok(Ok(file)) => ([(header::CONTENT_TYPE, file.media)], file.bytes).into_response(),
        Ok(Err(error)) => refusal(&error),
        Err(refused) => refused.into_response(),
    }
}
