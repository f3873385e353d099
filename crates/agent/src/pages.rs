//! The window's page and everything beside it, from the folder of the built user interface.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{Method, header};
use axum::response::{IntoResponse, Response};
use terminal::rpc::WindowRole;
use tower::ServiceExt as _;
use tower_http::services::ServeDir;

use crate::door::Door;
use crate::fault::Refused;

/// The page of a window.
pub(crate) fn page_of(window: WindowRole, ui: &Path) -> PathBuf {
    ui.join(match window {
        WindowRole::Officer => "index.html",
        WindowRole::Applicant => "applicant.html",
    })
}

/// `GET /`.
pub(crate) async fn page(State(door): State<Arc<Door>>) -> Response {
    match tokio::fs::read(page_of(door.window, &door.ui)).await {
        Ok(page) => ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], page).into_response(),
        Err(_) => Refused::Nothing.page(),
    }
}

/// Scripts, styles, fonts. Pages have one address each, so that no door shows the other window's.
pub(crate) async fn beside(State(door): State<Arc<Door>>, request: Request<Body>) -> Response {
    let path = request.uri().path();
    let page = path.rsplit('.').next().is_some_and(|end| end.eq_ignore_ascii_case("html"));
    if page || path.contains('%') || (request.method() != Method::GET && request.method() != Method::HEAD) {
        return Refused::Nothing.into_response();
    }
    let folder = ServeDir::new(&door.ui).append_index_html_on_directories(false);
    match folder.oneshot(request).await {
        Ok(answer) if answer.status().is_success() => answer.into_response(),
        _ => Refused::Nothing.into_response(),
    }
}
