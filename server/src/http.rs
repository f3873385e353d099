//! The protocol over HTTP: the table of routes, who may ask, how bodies are read and written.

use crate::fault::{Fault, Result, told};
use crate::house::{House, Terminal, now};
use crate::storage::{one, values};
use crate::{addresses, auth, blobs, devices, enrol, library, login, ops, pull, push, register};
use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRequest, Path, Request, State};
use axum::http::{StatusCode, header};
use axum::middleware;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use bytes::Bytes;
use domain::ids::ContentHash;
use domain::number::NumberBlock;
use domain::person::Roster;
use protocol::blob::{BlobOffer, BlobState, KeyAnswer, KeyRequest, PIECE};
use protocol::device::{DeviceReceipt, DeviceReport};
use protocol::edition::{ContentsAnswer, ContentsRequest, Edition};
use protocol::enrol::{BlockRequest, EnrolAnswer, EnrolRequest, ServerTime};
use protocol::error::ErrorCode;
use protocol::login::{LoginAnswer, LoginRequest};
use protocol::pull::{PullAnswer, PullRequest};
use protocol::push::{MOST_BYTES, PushAnswer, PushRequest};
use protocol::register::{EffectAnswer, EffectRequest, QueryRequest};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::sync::Arc;

/// Every other request: a look-up or a hand-over of a large household is far smaller.
const BODY: usize = 256 * 1024;
/// A single act may be larger than a push; nothing that an officer writes comes near this.
const PUSH_BODY: usize = 8 * MOST_BYTES;
/// A piece with nothing around it.
const PIECE_BODY: usize = PIECE as usize;

type Shared = State<Arc<House>>;
type Answer<T> = Result<Cbor<T>>;

/// A body of deterministic CBOR.
pub struct Cbor<T>(pub T);

impl<T: Serialize> IntoResponse for Cbor<T> {
    fn into_response(self) -> Response {
        let bytes = domain::cbor::to_vec(&self.0);
        (StatusCode::OK, [(header::CONTENT_TYPE, protocol::MEDIA_TYPE)], bytes).into_response()
    }
}

/// A request whose terminal is known.
pub struct Signed {
    terminal: Terminal,
    body: Bytes,
}

impl Signed {
    fn read<T: DeserializeOwned>(&self) -> Result<T> {
        read(&self.body)
    }
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T> {
    domain::cbor::from_slice(body).map_err(|_| told(ErrorCode::Unreadable))
}

impl FromRequest<Arc<House>> for Signed {
    type Rejection = Fault;

    async fn from_request(request: Request, house: &Arc<House>) -> Result<Self> {
        let (parts, body) = request.into_parts();
        let (method, uri, headers) = (parts.method.clone(), parts.uri.clone(), parts.headers.clone());
        let body = body_of(Request::from_parts(parts, body), house).await?;
        let terminal = auth::terminal(house, &method, &uri, &headers, &body).await?;
        Ok(Self { terminal, body })
    }
}

async fn body_of(request: Request, house: &Arc<House>) -> Result<Bytes> {
    Bytes::from_request(request, house).await.map_err(|rejection| {
        if rejection.into_response().status() == StatusCode::PAYLOAD_TOO_LARGE {
            told(ErrorCode::TooLarge)
        } else {
            told(ErrorCode::Unreadable)
        }
    })
}

/// The server's routes.
pub fn router(house: Arc<House>) -> Router {
    let limited = |limit: usize| DefaultBodyLimit::max(limit);
    Router::new()
        .route("/v1/time", get(time))
        .route("/v1/enrol", post(take_enrolment))
        .route("/v1/login", post(take_login))
        .route("/v1/blocks", post(take_block))
        .route("/v1/roster", get(give_roster))
        .route("/v1/edition", get(give_edition))
        .route("/v1/addresses", get(give_addresses))
        .route("/v1/contents/{hash}", get(give_content))
        .route("/v1/contents", post(give_contents))
        .route("/v1/pull", post(take_pull))
        .route("/v1/blobs/{id}", post(take_offer))
        .route("/v1/blobs/{id}/complete", post(take_complete))
        .route("/v1/blobs/{id}/key", post(take_key))
        .route("/v1/register/query", post(take_query))
        .route("/v1/duplicates", post(take_duplicates))
        .route("/v1/devices", post(take_devices))
        .route("/v1/register/effect", post(take_effect))
        .layer(limited(BODY))
        .route("/v1/push", post(take_push).layer(limited(PUSH_BODY)))
        .route("/v1/blobs/{id}/{piece}", put(take_piece).get(give_piece).layer(limited(PIECE_BODY)))
        .route("/healthz", get(ops::health))
        .route("/readyz", get(ops::ready))
        .route("/metrics", get(ops::metrics))
        .route("/openapi.json", get(ops::openapi))
        .merge(crate::admin::router())
        .fallback(nothing)
        .layer(middleware::from_fn(ops::count))
        .with_state(house)
}

async fn nothing() -> Fault {
    told(ErrorCode::NotFound)
}

async fn time(State(house): Shared) -> Answer<ServerTime> {
    Ok(Cbor(ServerTime {
        version: protocol::VERSION,
        now: now(),
        server_key: house.keys.public_bytes(),
        incarnation: house.incarnation,
    }))
}

async fn take_enrolment(State(house): Shared, request: Request) -> Answer<EnrolAnswer> {
    let body = body_of(request, &house).await?;
    let request: EnrolRequest = read(&body)?;
    Ok(Cbor(enrol::enrol(&house, &request).await?))
}

async fn take_login(State(house): Shared, signed: Signed) -> Answer<LoginAnswer> {
    let request: LoginRequest = signed.read()?;
    Ok(Cbor(login::login(&house, &signed.terminal, &request).await?))
}

async fn take_block(State(house): Shared, signed: Signed) -> Answer<NumberBlock> {
    let request: BlockRequest = signed.read()?;
    Ok(Cbor(enrol::lease(&house, &signed.terminal, &request).await?))
}

async fn give_roster(State(house): Shared, signed: Signed) -> Answer<Roster> {
    Ok(Cbor(login::roster(&house, &signed.terminal).await?))
}

async fn give_edition(State(house): Shared, _signed: Signed) -> Answer<Edition> {
    let mut work = house.read().await?;
    let (_, edition) = library::present(&mut *work).await?;
    edition.map(Cbor).ok_or_else(|| told(ErrorCode::NotFound))
}

async fn give_addresses(State(house): Shared, _signed: Signed) -> Answer<protocol::credential::Signed> {
    let mut work = house.read().await?;
    addresses::present(&mut *work).await?.map(Cbor).ok_or_else(|| told(ErrorCode::NotFound))
}

async fn give_content(State(house): Shared, Path(name): Path<String>, _signed: Signed) -> Result<Bytes> {
    let name = ContentHash::from_hex(&name).ok_or_else(|| told(ErrorCode::NotFound))?;
    let mut work = house.read().await?;
    let row = one(&mut *work, "SELECT body FROM content WHERE hash = $1", values![name.to_hex()]).await?;
    let row = row.ok_or_else(|| told(ErrorCode::NotFound))?;
    Ok(Bytes::copy_from_slice(row.bytes(0)?))
}

async fn give_contents(State(house): Shared, signed: Signed) -> Answer<ContentsAnswer> {
    let request: ContentsRequest = signed.read()?;
    let mut work = house.read().await?;
    Ok(Cbor(library::contents(&mut *work, &request).await?))
}

async fn take_push(State(house): Shared, signed: Signed) -> Answer<PushAnswer> {
    let request: PushRequest = signed.read()?;
    let bytes: usize = request.items.iter().map(|item| item.act.len()).sum();
    if bytes > MOST_BYTES && request.items.len() > 1 {
        return Err(told(ErrorCode::TooLarge));
    }
    Ok(Cbor(push::push(&house, &signed.terminal, &request).await?))
}

async fn take_pull(State(house): Shared, signed: Signed) -> Answer<PullAnswer> {
    let request: PullRequest = signed.read()?;
    Ok(Cbor(pull::pull(&house, &signed.terminal, &request).await?))
}

fn blob_name(text: &str) -> Result<ContentHash> {
    ContentHash::from_hex(text).ok_or_else(|| told(ErrorCode::NotYours))
}

async fn take_offer(State(house): Shared, Path(id): Path<String>, signed: Signed) -> Answer<BlobState> {
    let offer: BlobOffer = signed.read()?;
    Ok(Cbor(blobs::offer(&house, &signed.terminal, &blob_name(&id)?, &offer).await?))
}

async fn take_piece(
    State(house): Shared,
    Path((id, piece)): Path<(String, u32)>,
    signed: Signed,
) -> Answer<BlobState> {
    let id = blob_name(&id)?;
    Ok(Cbor(blobs::put_piece(&house, &signed.terminal, &id, piece, signed.body).await?))
}

async fn give_piece(
    State(house): Shared,
    Path((id, piece)): Path<(String, u32)>,
    signed: Signed,
) -> Result<Bytes> {
    blobs::get_piece(&house, &signed.terminal, &blob_name(&id)?, piece).await
}

async fn take_complete(State(house): Shared, Path(id): Path<String>, signed: Signed) -> Answer<BlobState> {
    Ok(Cbor(blobs::complete(&house, &signed.terminal, &blob_name(&id)?).await?))
}

async fn take_key(State(house): Shared, Path(id): Path<String>, signed: Signed) -> Answer<KeyAnswer> {
    let request: KeyRequest = signed.read()?;
    Ok(Cbor(blobs::key(&house, &signed.terminal, &blob_name(&id)?, &request).await?))
}

async fn take_query(State(house): Shared, signed: Signed) -> Answer<domain::event::RegisterAnswer> {
    let request: QueryRequest = signed.read()?;
    Ok(Cbor(register::query(&house, &signed.terminal, &request).await?))
}

async fn take_duplicates(State(house): Shared, signed: Signed) -> Answer<domain::duplicate::Elsewhere> {
    let request: protocol::duplicates::DuplicateRequest = signed.read()?;
    Ok(Cbor(crate::duplicates::look(&house, &signed.terminal, &request).await?))
}

async fn take_devices(State(house): Shared, signed: Signed) -> Answer<DeviceReceipt> {
    let report: DeviceReport = signed.read()?;
    Ok(Cbor(devices::keep(&house, &signed.terminal, &report).await?))
}

async fn take_effect(State(house): Shared, signed: Signed) -> Answer<EffectAnswer> {
    let request: EffectRequest = signed.read()?;
    Ok(Cbor(register::effect(&house, &signed.terminal, &request).await?))
}
