//! The register over HTTP.

mod admin;
mod checks;
mod effects;
mod envelope;
mod faults;
mod paper_checks;
mod proofs;
mod reads;
mod wire;

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Extension, Router};
use serde::Deserialize;
use tokio::net::TcpListener;

pub use faults::{Fault, Faults, Order};

use crate::register::Register;
use wire::{Cut, CuttableListener};

/// Largest request body in bytes: an act with a large household is a few kilobytes.
const BODY_LIMIT: usize = 256 * 1024;

/// A client the register knows.
#[derive(Debug, Clone, Deserialize)]
pub struct Client {
    /// Unit code; effects are limited to households of this unit and those under it
    pub unit: String,
    /// Name, for the reader of the file
    pub name: String,
    /// Bearer token
    pub token: String,
}

#[derive(Debug, Deserialize)]
struct ClientFile {
    client: Vec<Client>,
}

/// Reads the clients' file.
///
/// # Errors
/// When it cannot be read or names no client.
pub fn load_clients(path: &Path) -> anyhow::Result<Vec<Client>> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let file: ClientFile = toml::from_str(&text).context("the clients file has another form")?;
    anyhow::ensure!(!file.client.is_empty(), "the clients file names no client");
    Ok(file.client)
}

#[derive(Clone)]
struct Shared {
    register: Arc<Register>,
    faults: Arc<Faults>,
    clients: Arc<HashMap<String, String>>,
    admin_token: Arc<str>,
}

/// The unit of the client whose token came with the request.
#[derive(Debug, Clone)]
struct ClientUnit(String);

/// The bound register: addresses are known, nothing is answered yet.
pub struct Bound {
    listener: TcpListener,
    admin: Option<TcpListener>,
    shared: Shared,
}

/// Binds the sockets. `admin` is the fault injector's own address, with its own token.
///
/// # Errors
/// When an address cannot be bound.
pub async fn bind(
    register: Register,
    clients: &[Client],
    listen: SocketAddr,
    admin: Option<(SocketAddr, String)>,
) -> anyhow::Result<Bound> {
    let tokens = clients.iter().map(|c| (c.token.clone(), c.unit.clone())).collect();
    let (admin_address, admin_token) = admin.map_or((None, String::new()), |(a, t)| (Some(a), t));
    anyhow::ensure!(admin_address.is_none() || !admin_token.is_empty(), "the admin port needs a token");
    let listener = TcpListener::bind(listen).await.context("cannot bind the register's address")?;
    let admin = match admin_address {
        None => None,
        Some(address) => Some(TcpListener::bind(address).await.context("cannot bind the admin address")?),
    };
    let shared = Shared {
        register: Arc::new(register),
        faults: Arc::new(Faults::default()),
        clients: Arc::new(tokens),
        admin_token: admin_token.into(),
    };
    Ok(Bound { listener, admin, shared })
}

impl Bound {
    /// Where clients connect.
    ///
    /// # Errors
    /// When the socket is gone.
    pub fn address(&self) -> std::io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Where faults are ordered.
    ///
    /// # Errors
    /// When the socket is gone.
    pub fn admin_address(&self) -> std::io::Result<Option<SocketAddr>> {
        self.admin.as_ref().map(TcpListener::local_addr).transpose()
    }

    /// Answers until the future is dropped.
    ///
    /// # Errors
    /// When a listener fails.
    pub async fn serve(self) -> anyhow::Result<()> {
        let Self { listener, admin, shared } = self;
        let public = axum::serve(
            CuttableListener(listener),
            router(&shared).into_make_service_with_connect_info::<Cut>(),
        );
        match admin {
            None => public.await?,
            Some(admin) => {
                let admin = axum::serve(admin, admin::router(&shared).into_make_service());
                tokio::try_join!(public.into_future(), admin.into_future())?;
            }
        }
        Ok(())
    }
}

fn router(shared: &Shared) -> Router {
    let guarded = Router::new()
        .route("/v1/persons", get(reads::search))
        .route("/v1/persons/{number}", get(reads::person))
        .route("/v1/persons/{number}/household", get(reads::household_of))
        .route("/v1/persons/{number}/history", get(reads::history))
        .route("/v1/households/{number}", get(reads::household))
        .route("/v1/checks/birth-certificate", post(checks::birth_certificate))
        .route("/v1/checks/duplicate", post(checks::duplicate))
        .route("/v1/checks/marriage", post(checks::marriage))
        .route("/v1/checks/death-certificate", post(checks::death_certificate))
        .route("/v1/checks/entry-permit", post(paper_checks::entry_permit))
        .route("/v1/checks/migration-certificate", post(paper_checks::migration_certificate))
        .route("/v1/proofs/{kind}/{number}", get(proofs::give))
        .route("/v1/proofs/not-registered", get(proofs::absent))
        .route("/v1/proofs/{query_id}", get(proofs::verify))
        .route("/v1/effects", post(effects::hand_over))
        .route("/v1/effects/{key}", get(effects::state))
        .route("/v1/effects/{key}/resume", post(effects::resume))
        .fallback(unknown_path)
        .layer(middleware::from_fn_with_state(shared.clone(), authenticate));
    Router::new()
        .route("/healthz", get(healthz))
        .merge(guarded)
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(middleware::from_fn_with_state(shared.clone(), faults::inject))
        .with_state(shared.clone())
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")
}

async fn authenticate(State(shared): State<Shared>, mut request: Request, next: Next) -> Response {
    let unit = bearer(request.headers()).and_then(|token| shared.clients.get(token)).cloned();
    match unit {
        Some(unit) => {
            request.extensions_mut().insert(ClientUnit(unit));
            next.run(request).await
        }
        None => {
            envelope::failure(&shared.register, StatusCode::UNAUTHORIZED, "CLIENT_UNKNOWN", "客户端令牌无效")
        }
    }
}

async fn healthz(State(shared): State<Shared>) -> Response {
    envelope::answer(&shared.register, StatusCode::OK, "up", serde_json::json!({}))
}

async fn unknown_path(State(shared): State<Shared>, _: Extension<ClientUnit>) -> Response {
    envelope::failure(&shared.register, StatusCode::NOT_FOUND, "PATH_UNKNOWN", "没有这个接口")
}

/// Runs a piece of database work off the async threads, after the acts whose time has come.
async fn with_register<F>(shared: &Shared, work: F) -> Response
where
    F: FnOnce(&Register) -> Response + Send + 'static,
{
    let register = Arc::clone(&shared.register);
    let done = tokio::task::spawn_blocking(move || match crate::effects::do_due(&register) {
        Ok(_) => work(&register),
        Err(error) => envelope::broken(&register, &error),
    });
    match done.await {
        Ok(response) => response,
        Err(_) => envelope::failure(
            &shared.register,
            StatusCode::INTERNAL_SERVER_ERROR,
            "REGISTER_BROKEN",
            "常口系统内部错误",
        ),
    }
}
