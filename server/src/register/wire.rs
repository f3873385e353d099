//! The register's HTTP interface (the counterpart's API.md describes it).

use super::proof::ProofAsked;
use crate::fault::{Fault, Result as Outcome};
use crate::house::now;
use crate::settings::RegisterSettings;
use domain::event::{CheckState, RegisterAnswer};
use domain::register::flatten;
use reqwest::{Client, Method, Response};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Fields of every answer that are not its content.
const ENVELOPE: [&str; 4] = ["query_id", "answered_at", "state", "state_name"];

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trouble {
    /// Not reached, no answer in time, or none that reads.
    Unreachable,
    /// The question itself is refused.
    Refused,
}

/// The register as this server reaches it.
pub struct Gateway {
    client: Client,
    url: String,
    token: String,
}

impl Gateway {
    /// Sets the connection up; nothing is asked yet.
    ///
    /// # Errors
    /// When no client can be built.
    pub fn new(settings: &RegisterSettings) -> Outcome<Self> {
        let client = Client::builder()
            .timeout(settings.timeout)
            .no_proxy()
            .build()
            // Seen on a system without any root certificate.
            .map_err(|_| Fault::SetUp {
                file: "register".to_owned(),
                what: "no HTTP client; are root certificates (package ca-certificates) installed?".to_owned(),
            })?;
        Ok(Self { client, url: settings.url.trim_end_matches('/').to_owned(), token: settings.token.clone() })
    }

    /// Asks a question by its kind.
    pub(super) async fn query(
        &self,
        query: &str,
        ask: &BTreeMap<String, String>,
    ) -> Result<RegisterAnswer, Trouble> {
        let number = ask.get("number");
        let value = match query {
            "person" => self.get(&format!("/v1/persons/{}", path_part(number)?)).await?,
            "household" => self.get(&format!("/v1/households/{}", path_part(number)?)).await?,
            "household_of" => self.get(&format!("/v1/persons/{}/household", path_part(number)?)).await?,
            "birth_certificate" => self.check("/v1/checks/birth-certificate", ask).await?,
            "duplicate" => self.check("/v1/checks/duplicate", ask).await?,
            "marriage" => self.check("/v1/checks/marriage", ask).await?,
            "death_certificate" => self.check("/v1/checks/death-certificate", ask).await?,
            "entry_permit" => self.check("/v1/checks/entry-permit", ask).await?,
            "migration_certificate" => self.check("/v1/checks/migration-certificate", ask).await?,
            _ => return Err(Trouble::Refused),
        };
        let mut answer = read_answer(&value)?;
        if query == "person" {
            let differs = ask.iter().filter(|(name, _)| *name != "number").any(|(name, asked)| {
                answer.values.get(&format!("person.{name}")).is_some_and(|found| found != asked)
            });
            if differs {
                answer.state = CheckState::Differs;
            }
        }
        Ok(answer)
    }

    /// Asks for a proof; the register keeps what it gave.
    pub(super) async fn prove(&self, asked: &ProofAsked<'_>) -> Result<RegisterAnswer, Trouble> {
        let path = match &asked.number {
            Some(number) => format!("/v1/proofs/{}/{}", asked.kind, path_part(Some(number))?),
            None => format!("/v1/proofs/{}", asked.kind),
        };
        let url = reqwest::Url::parse_with_params(&format!("{}{path}", self.url), &asked.words)
            .map_err(|_| Trouble::Refused)?;
        read_answer(&answered(self.client.get(url).bearer_auth(&self.token).send().await).await?)
    }

    /// Hands an act over under its key.
    pub(super) async fn hand_over(&self, key: &str, request: &Value) -> Result<Value, Trouble> {
        let sent =
            self.request(Method::POST, "/v1/effects").header("idempotency-key", key).json(request).send();
        answered(sent.await).await
    }

    /// What became of the act of a key; none when it never arrived.
    pub(super) async fn effect_state(&self, key: &str) -> Result<Option<Value>, Trouble> {
        let value = self.get(&effect_path(key)).await?;
        let Some(mut standing) = value.get("effect").filter(|inner| inner.is_object()).cloned() else {
            return Ok(None);
        };
        // While it is not finished every asking is an answer of its own.
        if matches!(standing["state"].as_str(), Some("accepted" | "partial")) {
            for name in ["query_id", "answered_at"] {
                standing[name] = value[name].clone();
            }
        }
        Ok(Some(standing))
    }

    /// Goes on with a half-done act (续办); what is not half done is answered as it stands.
    pub(super) async fn resume(&self, key: &str) -> Result<Value, Trouble> {
        let sent = self.request(Method::POST, &format!("{}/resume", effect_path(key))).send();
        let value = answered(sent.await).await?;
        // It does not know the key: nothing to go on with. The caller asks how it stands.
        if value["state"] == "not_found" { Err(Trouble::Unreachable) } else { Ok(value) }
    }

    async fn get(&self, path: &str) -> Result<Value, Trouble> {
        answered(self.request(Method::GET, path).send().await).await
    }

    async fn check(&self, path: &str, ask: &BTreeMap<String, String>) -> Result<Value, Trouble> {
        let body: Map<String, Value> = ask
            .iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| (name.clone(), Value::from(value.as_str())))
            .collect();
        answered(self.request(Method::POST, path).json(&body).send().await).await
    }

    fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.client.request(method, format!("{}{path}", self.url)).bearer_auth(&self.token)
    }
}

/// The place of a hand-over. Whatever a step is called, the key stays one part of the path.
fn effect_path(key: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b':' | b'.');
    let part: String = key
        .bytes()
        .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect();
    format!("/v1/effects/{part}")
}

/// A number in a path: letters and digits only, so that it can be nothing else.
fn path_part(number: Option<&String>) -> Result<&str, Trouble> {
    number
        .map(String::as_str)
        .filter(|one| !one.is_empty() && one.len() <= 32 && one.bytes().all(|b| b.is_ascii_alphanumeric()))
        .ok_or(Trouble::Refused)
}

async fn answered(sent: reqwest::Result<Response>) -> Result<Value, Trouble> {
    let response = sent.map_err(|_| Trouble::Unreachable)?;
    let status = response.status();
    let value: Value = response.json().await.map_err(|_| Trouble::Unreachable)?;
    let state = value.get("state").and_then(Value::as_str).ok_or(Trouble::Unreachable)?;
    if state != "error" {
        return Ok(value);
    }
    if status.as_u16() == 401 {
        tracing::error!("the register does not know this server's token");
        return Err(Trouble::Unreachable);
    }
    Err(if status.is_client_error() { Trouble::Refused } else { Trouble::Unreachable })
}

/// Reads an answer into the form that acts contain.
pub(super) fn read_answer(value: &Value) -> Result<RegisterAnswer, Trouble> {
    let text = |name: &str| value.get(name).and_then(Value::as_str).ok_or(Trouble::Unreachable);
    let state = match text("state")? {
        "found" | "agrees" | "done" => CheckState::Agrees,
        "not_found" | "differs" | "refused" => CheckState::Differs,
        "accepted" | "partial" => CheckState::NotChecked,
        _ => return Err(Trouble::Unreachable),
    };
    let mut content = value.clone();
    if let Some(parts) = content.as_object_mut() {
        parts.retain(|name, _| !ENVELOPE.contains(&name.as_str()));
    }
    let answered_at = text("answered_at")?
        .parse::<jiff::Timestamp>()
        .map_or_else(|_| now(), jiff::Timestamp::as_millisecond);
    Ok(RegisterAnswer {
        query_id: text("query_id")?.to_owned(),
        state,
        answered_at,
        values: flatten(&content),
    })
}
