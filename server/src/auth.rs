//! Who sends a request: the terminal's signature over method, path, nonce and body.

use crate::fault::{Result, told, told_later};
use crate::house::{House, Terminal, heavy, now};
use crate::keys::{hash, holds};
use axum::http::{HeaderMap, Method, Uri};
use domain::ids::TerminalId;
use protocol::auth;
use protocol::error::ErrorCode;

/// Finds the terminal that signed a request.
///
/// # Errors
/// [`ErrorCode::UnknownTerminal`], [`ErrorCode::BadSignature`], [`ErrorCode::Busy`].
pub async fn terminal(
    house: &House,
    method: &Method,
    uri: &Uri,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Terminal> {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let id: TerminalId = header(auth::TERMINAL).parse().map_err(|_| told(ErrorCode::UnknownTerminal))?;
    let mut work = house.read().await?;
    let terminal = house.terminal(&mut *work, &id).await?;
    drop(work);
    let terminal = terminal.ok_or_else(|| told(ErrorCode::UnknownTerminal))?;
    let bad = || told(ErrorCode::BadSignature);
    let nonce = bytes_of::<16>(header(auth::NONCE)).ok_or_else(bad)?;
    let signature = bytes_of::<64>(header(auth::SIGNATURE)).ok_or_else(bad)?;
    let path = uri.path_and_query().map_or_else(|| uri.path(), |one| one.as_str());
    let text = auth::signed_text(
        method.as_str(),
        path,
        header(auth::TERMINAL),
        header(auth::TIME),
        header(auth::NONCE),
        &hash(body),
    );
    let key = terminal.key.clone();
    let content = hash(text.as_bytes());
    let good = heavy(move || holds(&key, text.as_bytes(), &signature)).await?;
    if !good || !house.nonces.accept(id, nonce, content) {
        return Err(bad());
    }
    if let Ok(wall) = header(auth::TIME).parse::<i64>() {
        metrics::histogram!("window_clock_skew_seconds").record((wall - now()) as f64 / 1000.0);
    }
    house.rates.take(id).map_err(|wait| told_later(ErrorCode::Busy, wait))?;
    Ok(terminal)
}

/// Reads a fixed number of hexadecimal digits, two for each byte.
fn bytes_of<const N: usize>(text: &str) -> Option<[u8; N]> {
    if text.len() != 2 * N || !text.is_ascii() {
        return None;
    }
    let mut bytes = [0; N];
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    Some(bytes)
}
