//! Calls that wait for an answer. For ordinary threads: on a thread of the runtime they would stop it.

use crate::client::{Channel, Client};
use crate::credential::prove;
use crate::{Result, Settings, Sync, SyncError, numbers};
use domain::duplicate::Elsewhere;
use domain::event::{BlobRef, RegisterAnswer};
use domain::ids::{CaseId, MatterId, OfficerId, TerminalId};
use domain::number::{NumberBlock, NumberKind};
use gm::VerifyingKey;
use protocol::credential::OfficerCertificate;
use protocol::duplicates::DuplicateRequest;
use protocol::enrol::{EnrolAnswer, EnrolRequest};
use protocol::login::{LoginAnswer, LoginRequest};
use protocol::register::{EffectAnswer, EffectRequest, QueryRequest};
use std::time::Duration;
use tokio::runtime::Handle;

/// An officer waits at the counter: longer than a slow register needs, shorter than patience.
pub const CALL: Duration = Duration::from_secs(20);
/// A look that only warns: an officer does not wait long for it.
const LOOK: Duration = Duration::from_secs(5);
/// The register's act may take longer; it is repeated with the same key when the answer got lost.
const EFFECT: Duration = Duration::from_secs(40);
/// The largest file in pieces over a poor line (about 2 Mbit/s).
const FILE: Duration = Duration::from_secs(20 * 60);

impl Sync {
    /// Asks the population register.
    ///
    /// # Errors
    /// The server's refusal, or that it was not reached in 20 s.
    pub fn query(&self, request: &QueryRequest) -> Result<RegisterAnswer> {
        self.wait(CALL, self.core.client.post(Channel::Call, "/v1/register/query", request, CALL))
    }

    /// Asks whether the server knows the same business of the same person.
    ///
    /// # Errors
    /// The server's refusal, or that it was not reached in 5 s.
    pub fn duplicates(&self, case: CaseId, matter: &MatterId, number: &str) -> Result<Elsewhere> {
        let request = DuplicateRequest {
            case,
            matter: matter.clone(),
            sealed_number: gm::envelope::seal_to(&self.core.server_key, number.as_bytes())?,
        };
        self.wait(LOOK, self.core.client.post(Channel::Call, "/v1/duplicates", &request, LOOK))
    }

    /// Hands a decided act over to the register. A repeat has the same key and gets the same answer.
    ///
    /// # Errors
    /// The server's refusal, or that it was not reached in 40 s: whether the register did it is then unknown.
    pub fn effect(&self, request: &EffectRequest) -> Result<EffectAnswer> {
        self.wait(EFFECT, self.core.client.post(Channel::Call, "/v1/register/effect", request, EFFECT))
    }

    /// Brings a stored file of a case here, with its key. Nothing happens when it is here already.
    ///
    /// # Errors
    /// The server's refusal, that it was not reached, or [`SyncError::Unproven`] for bytes that are not the file.
    pub fn fetch_blob(&self, case: CaseId, reference: &BlobRef) -> Result<()> {
        self.wait(FILE, crate::blobs::fetch(&self.core, case, reference))
    }

    /// Leases a block of numbers and keeps it in the store.
    ///
    /// # Errors
    /// The server's refusal, or that it was not reached.
    pub fn lease(&self, kind: NumberKind, year: i16, count: u32) -> Result<NumberBlock> {
        self.wait(CALL, numbers::lease(&self.core, kind, year, count))
    }

    /// Proves an officer's password to the server and has the officer's key certified. The certificate of the
    /// answer has been checked.
    ///
    /// # Errors
    /// The server's refusal, or that it was not reached.
    pub fn login(
        &self,
        officer: &OfficerId,
        password: &str,
        officer_key: &VerifyingKey,
    ) -> Result<LoginAnswer> {
        let core = &self.core;
        let work = log_in(&core.client, core.terminal, &core.server_key, officer, password, officer_key, &[]);
        self.wait(CALL, work)
    }

    fn wait<T>(&self, deadline: Duration, work: impl Future<Output = Result<T>>) -> Result<T> {
        if self.core.ended() {
            return Err(SyncError::Stopped);
        }
        let done = self.core.runtime.block_on(async { tokio::time::timeout(deadline, work).await });
        let done = done.unwrap_or(Err(SyncError::Deadline));
        if let Err(fault) = &done {
            self.core.saw_failure(fault);
        }
        done
    }
}

/// Makes this PC's new store known to the server, with the one-time code that the administrator gave out.
///
/// # Errors
/// The server's refusal, or that it was not reached.
pub fn enrol(
    server: &str,
    code: &str,
    window: &str,
    terminal_key: &VerifyingKey,
    runtime: &Handle,
) -> Result<EnrolAnswer> {
    let client = Client::anonymous(server)?;
    let request = EnrolRequest {
        code: code.to_owned(),
        window: window.to_owned(),
        terminal_key: terminal_key.as_bytes().to_vec(),
    };
    let answer: EnrolAnswer = runtime.block_on(client.post(Channel::Call, "/v1/enrol", &request, CALL))?;
    VerifyingKey::from_slice(&answer.server_key).map_err(|_| SyncError::Unproven("server key"))?;
    VerifyingKey::from_slice(&answer.escrow_key).map_err(|_| SyncError::Unproven("escrow key"))?;
    Ok(answer)
}

/// Log-in while the store is closed, with an answer awaited for `patience`: `escrow` is the escrow slot's envelope of the database key, and the answer
/// has that key sealed to the officer key. Empty when it is not wanted.
///
/// # Errors
/// The server's refusal, or that it was not reached in that time.
pub fn login_without_store(
    settings: &Settings,
    officer: &OfficerId,
    password: &str,
    officer_key: &VerifyingKey,
    escrow: &[u8],
    patience: Duration,
    runtime: &Handle,
) -> Result<LoginAnswer> {
    let client = Client::new(settings)?;
    let (terminal, server_key) = (settings.terminal, &settings.server_key);
    let work = log_in(&client, terminal, server_key, officer, password, officer_key, escrow);
    runtime.block_on(async { tokio::time::timeout(patience, work).await }).unwrap_or(Err(SyncError::Deadline))
}

async fn log_in(
    client: &Client,
    terminal: TerminalId,
    server_key: &VerifyingKey,
    officer: &OfficerId,
    password: &str,
    officer_key: &VerifyingKey,
    escrow: &[u8],
) -> Result<LoginAnswer> {
    let request = LoginRequest {
        officer: officer.clone(),
        sealed_password: gm::envelope::seal_to(server_key, password.as_bytes())?,
        officer_key: officer_key.as_bytes().to_vec(),
        escrow: escrow.to_vec(),
    };
    let answer: LoginAnswer = client.post(Channel::Call, "/v1/login", &request, CALL).await?;
    prove(server_key, &answer.certificate, "certificate")?;
    let certificate: OfficerCertificate = domain::cbor::from_slice(&answer.certificate.bytes)
        .map_err(|_| SyncError::Unproven("certificate"))?;
    let fits = certificate.officer == *officer
        && answer.officer.id == *officer
        && certificate.terminal == terminal
        && certificate.key == officer_key.as_bytes();
    if fits { Ok(answer) } else { Err(SyncError::Unproven("certificate")) }
}
