//! How a request proves which terminal sends it.

use domain::ids::ContentHash;

/// Header: id of the terminal.
pub const TERMINAL: &str = "x-terminal";
/// Header: the terminal's wall clock, milliseconds since 1970-01-01 UTC. Information only: the server measures
/// the skew with it, and refuses nothing because of it.
pub const TIME: &str = "x-time";
/// Header: 32 hexadecimal digits, random for each request; the server refuses a repeated one with other content.
pub const NONCE: &str = "x-nonce";
/// Header: SM2 signature (128 hexadecimal digits, r‖s) of the terminal key over [`signed_text`].
pub const SIGNATURE: &str = "x-signature";

/// The text that the terminal signs for a request.
///
/// `path` includes the query string; `body` is the SM3 of the body, of an empty body too.
#[must_use]
pub fn signed_text(
    method: &str,
    path: &str,
    terminal: &str,
    time: &str,
    nonce: &str,
    body: &ContentHash,
) -> String {
    format!("window-terminal/1\n{method}\n{path}\n{terminal}\n{time}\n{nonce}\n{body}")
}
