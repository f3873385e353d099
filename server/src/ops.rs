//! For those who run the server: health, metrics, the description of the interface. Counts only.

use crate::house::House;
use crate::openapi;
use axum::Json;
use axum::extract::{MatchedPath, Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use std::sync::{Arc, OnceLock};
use std::time::Instant;

/// The process has one recorder, however many servers run in it.
fn recorder() -> Option<&'static PrometheusHandle> {
    static RECORDER: OnceLock<Option<PrometheusHandle>> = OnceLock::new();
    RECORDER.get_or_init(|| PrometheusBuilder::new().install_recorder().ok()).as_ref()
}

/// Makes the recorder, so that nothing goes uncounted.
pub(crate) fn start_counting() {
    let _ = recorder();
}

/// The process runs.
pub(crate) async fn health() -> &'static str {
    "ok\n"
}

/// The database answers.
pub(crate) async fn ready(State(house): State<Arc<House>>) -> Response {
    let answer = async {
        let mut work = house.read().await?;
        work.rows("SELECT name FROM meta LIMIT 1", Vec::new()).await?;
        Ok::<_, crate::fault::Fault>(())
    };
    match answer.await {
        Ok(()) => "ready\n".into_response(),
        Err(fault) => (StatusCode::SERVICE_UNAVAILABLE, format!("{}\n", fault.code())).into_response(),
    }
}

/// What was counted.
pub(crate) async fn metrics() -> Response {
    match recorder() {
        Some(handle) => handle.render().into_response(),
        None => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

/// The description of the interface.
pub(crate) async fn openapi() -> Json<utoipa::openapi::OpenApi> {
    Json(openapi::describe())
}

/// Counts requests by route and status; paths as written in the table, so that no name gets into a label.
pub(crate) async fn count(request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map_or("none", |path| path.as_str()).to_owned();
    let begin = Instant::now();
    let response = next.run(request).await;
    let status = response.status().as_u16().to_string();
    metrics::counter!("window_requests_total", "route" => route.clone(), "status" => status).increment(1);
    metrics::histogram!("window_request_seconds", "route" => route).record(begin.elapsed().as_secs_f64());
    response
}
