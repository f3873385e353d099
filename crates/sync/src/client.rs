//! Requests to the server. Only an answer that speaks the protocol is an answer: a portal's page, a redirect, a
//! torn body or another media type counts as "not reached".

use crate::{Result, Settings, SyncError};
use bytes::Bytes;
use domain::ids::{ContentHash, TerminalId};
use gm::SigningKey;
use protocol::error::{ErrorCode, ProtocolError};
use protocol::{MEDIA_TYPE, auth};
use reqwest::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use reqwest::{Method, Response, StatusCode, Url};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A line that does not connect within this time is down: three times the retransmission time of a lost first
/// packet (1 s, RFC 6298) and a slow handshake.
const CONNECT: Duration = Duration::from_secs(5);
/// Largest answer taken: a page of 500 events with generous fields stays below a tenth of it.
const MOST_ANSWER: usize = 64 << 20;
/// Idle connections are not kept longer: middle boxes forget them silently after about a minute.
const IDLE: Duration = Duration::from_secs(20);

/// Connections are apart, so that small acts never wait behind a picture or a waiting poll.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Channel {
    /// Pushes and calls of an officer.
    Call,
    /// The waiting pull.
    Poll,
    /// Pieces of files.
    File,
    /// The question that decides whether the line is up: its asker judges the answer.
    Probe,
}

struct Identity {
    terminal: TerminalId,
    key: SigningKey,
}

pub(crate) struct Client {
    base: Url,
    identity: Option<Arc<Identity>>,
    call: reqwest::Client,
    poll: reqwest::Client,
    file: reqwest::Client,
    /// Is told of every answer that speaks the protocol.
    pub(crate) ear: OnceLock<Box<dyn Fn() + Send + Sync>>,
}

impl Client {
    pub(crate) fn new(settings: &Settings) -> Result<Self> {
        let key = SigningKey::from_bytes(&settings.terminal_key.to_bytes())?;
        let mut client = Self::anonymous(&settings.server)?;
        client.identity = Some(Arc::new(Identity { terminal: settings.terminal, key }));
        Ok(client)
    }

    pub(crate) fn anonymous(server: &str) -> Result<Self> {
        // Whoever installed one before us chose it.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let base = address(server)?;
        let build = || {
            reqwest::Client::builder()
                .redirect(reqwest::redirect::Policy::none())
                .no_proxy()
                .connect_timeout(CONNECT)
                .pool_idle_timeout(IDLE)
                .tcp_nodelay(true)
                .build()
                .map_err(|_| SyncError::offline("the network library does not start"))
        };
        Ok(Self {
            base,
            identity: None,
            call: build()?,
            poll: build()?,
            file: build()?,
            ear: OnceLock::new(),
        })
    }

    pub(crate) async fn get<A: DeserializeOwned + Send + 'static>(
        &self,
        channel: Channel,
        path: &str,
        deadline: Duration,
    ) -> Result<A> {
        // Something new in every address: a box in between that keeps answers has none for it.
        let path = format!("{path}?fresh={}", hex(&gm::random::random_array::<8>()?));
        let bytes = self.send(channel, Method::GET, &path, Bytes::new(), true, deadline).await?;
        read(bytes).await
    }

    pub(crate) async fn post<Q: Serialize, A: DeserializeOwned + Send + 'static>(
        &self,
        channel: Channel,
        path: &str,
        request: &Q,
        deadline: Duration,
    ) -> Result<A> {
        let body = Bytes::from(domain::cbor::to_vec(request));
        let bytes = self.send(channel, Method::POST, path, body, true, deadline).await?;
        read(bytes).await
    }

    pub(crate) async fn post_empty<A: DeserializeOwned + Send + 'static>(
        &self,
        path: &str,
        deadline: Duration,
    ) -> Result<A> {
        let bytes = self.send(Channel::File, Method::POST, path, Bytes::new(), true, deadline).await?;
        read(bytes).await
    }

    pub(crate) async fn put<A: DeserializeOwned + Send + 'static>(
        &self,
        path: &str,
        body: Bytes,
        deadline: Duration,
    ) -> Result<A> {
        let bytes = self.send(Channel::File, Method::PUT, path, body, true, deadline).await?;
        read(bytes).await
    }

    /// Bytes that are no CBOR: contents and pieces. Their hash is the caller's to check.
    pub(crate) async fn raw(&self, channel: Channel, path: &str, deadline: Duration) -> Result<Vec<u8>> {
        self.send(channel, Method::GET, path, Bytes::new(), false, deadline).await
    }

    async fn send(
        &self,
        channel: Channel,
        method: Method,
        path: &str,
        body: Bytes,
        cbor: bool,
        deadline: Duration,
    ) -> Result<Vec<u8>> {
        let headers = self.sign(&method, path, body.clone()).await?;
        let url = self.base.join(path).map_err(|_| SyncError::Address)?;
        let http = match channel {
            Channel::Call | Channel::Probe => &self.call,
            Channel::Poll => &self.poll,
            Channel::File => &self.file,
        };
        let mut request = http.request(method.clone(), url).headers(headers).timeout(deadline);
        if method != Method::GET {
            let media = if method == Method::PUT { "application/octet-stream" } else { MEDIA_TYPE };
            request = request.header(CONTENT_TYPE, media).body(body);
        }
        let response = request.send().await.map_err(|fault| lost(&fault))?;
        let answer = take(response, cbor).await;
        if matches!(channel, Channel::Call | Channel::Poll)
            && speaks(&answer)
            && let Some(ear) = self.ear.get()
        {
            ear();
        }
        answer
    }

    async fn sign(&self, method: &Method, path: &str, body: Bytes) -> Result<HeaderMap> {
        let mut headers = HeaderMap::new();
        headers.insert(CACHE_CONTROL, reqwest::header::HeaderValue::from_static("no-store"));
        let Some(identity) = self.identity.clone() else { return Ok(headers) };
        let (method, path) = (method.as_str().to_owned(), path.to_owned());
        let signed = tokio::task::spawn_blocking(move || -> Result<[(&'static str, String); 4]> {
            let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            let (time, nonce) = (since.as_millis().to_string(), hex(&gm::random::random_array::<16>()?));
            let terminal = identity.terminal.to_string();
            let body = ContentHash(gm::sm3(&body).0);
            let text = auth::signed_text(&method, &path, &terminal, &time, &nonce, &body);
            let signature = hex(identity.key.sign(text.as_bytes())?.as_bytes());
            Ok([
                (auth::TERMINAL, terminal),
                (auth::TIME, time),
                (auth::NONCE, nonce),
                (auth::SIGNATURE, signature),
            ])
        })
        .await
        .map_err(|_| SyncError::Stopped)??;
        for (name, value) in signed {
            let value = value.parse().map_err(|_| SyncError::Address)?;
            headers.insert(name, value);
        }
        Ok(headers)
    }
}

/// Whether an answer shows that the server is there and works.
fn speaks(answer: &Result<Vec<u8>>) -> bool {
    match answer {
        Ok(_) => true,
        Err(fault) => {
            !fault.is_offline() && !matches!(fault.refusal(), Some(ErrorCode::Storage | ErrorCode::Busy))
        }
    }
}

/// `https`, or `http` of this machine; nothing but host and port.
fn address(server: &str) -> Result<Url> {
    let url = Url::parse(server).map_err(|_| SyncError::Address)?;
    let host = url.host_str().ok_or(SyncError::Address)?;
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let this_machine =
        bare == "localhost" || bare.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
    let plain = url.path() == "/" && url.query().is_none() && url.username().is_empty();
    let safe = url.scheme() == "https" || (url.scheme() == "http" && this_machine);
    if plain && safe { Ok(url) } else { Err(SyncError::Address) }
}

async fn take(mut response: Response, cbor: bool) -> Result<Vec<u8>> {
    let status = response.status();
    let media = response
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .map(|value| value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase())
        .unwrap_or_default();
    let retry_after = response
        .headers()
        .get(RETRY_AFTER)
        .and_then(|value| value.to_str().ok()?.parse().ok())
        .map(Duration::from_secs);
    let not_it = |why| SyncError::Offline { why, retry_after };
    if status.is_success() {
        let right = if cbor { media == MEDIA_TYPE } else { media != "text/html" };
        if status != StatusCode::OK || !right {
            return Err(not_it("another than the server answered"));
        }
        return body(&mut response).await;
    }
    if media != MEDIA_TYPE {
        return Err(not_it("another than the server refused"));
    }
    let bytes = body(&mut response).await?;
    let refused: ProtocolError =
        domain::cbor::from_slice(&bytes).map_err(|_| not_it("a refusal does not read"))?;
    if refused.code.status() != status.as_u16() {
        return Err(not_it("a refusal contradicts itself"));
    }
    Err(refused.into())
}

async fn body(response: &mut Response) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|fault| lost(&fault))? {
        if bytes.len() + chunk.len() > MOST_ANSWER {
            return Err(SyncError::offline("an answer without end"));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

async fn read<A: DeserializeOwned + Send + 'static>(bytes: Vec<u8>) -> Result<A> {
    // A page of events takes milliseconds to read.
    tokio::task::spawn_blocking(move || domain::cbor::from_slice(&bytes))
        .await
        .map_err(|_| SyncError::Stopped)?
        .map_err(|_| SyncError::offline("an answer does not read"))
}

fn lost(fault: &reqwest::Error) -> SyncError {
    if fault.is_timeout() {
        SyncError::Deadline
    } else if fault.is_connect() {
        SyncError::offline("no connection")
    } else {
        SyncError::offline("the connection broke")
    }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_may_be_spoken_to_in_clear() {
        for good in
            ["https://server.example", "https://10.0.0.1:8443", "http://127.0.0.1:80", "http://[::1]:9"]
        {
            assert!(address(good).is_ok(), "{good}");
        }
        for bad in
            ["http://10.0.0.1", "http://server.example", "ftp://127.0.0.1", "https://h/path", "h:1", ""]
        {
            assert!(matches!(address(bad), Err(SyncError::Address)), "{bad}");
        }
    }
}
