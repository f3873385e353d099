//! IPP messages over HTTP (RFC 8010 §4).
//!
//! The requests are made here and not by a ready client, because documents hold personal data: they must
//! never go through a proxy that the environment names, nor follow a redirection to another machine.

use std::io::Cursor;
use std::net::ToSocketAddrs;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use http::Uri;
use ipp::parser::IppParser;
use ipp::reader::IppReader;
use ipp::request::IppRequestResponse;
use ureq::Agent;

use super::error::PrintError;

/// IANA's port for IPP.
const IPP_PORT: u16 = 631;
/// How long a connection may take to come about. A printer on the same floor answers in milliseconds;
/// one that wakes up takes some seconds.
const CONNECT_LIMIT: Duration = Duration::from_secs(5);
/// How often a waiting request asks whether to go on (the contract wants at least every 100 ms).
const ASK_EVERY: Duration = Duration::from_millis(50);
/// Largest answer read; answers of printers with long media lists have some tens of kilobytes.
const ANSWER_LIMIT: u64 = 4 << 20;

/// A printer's address, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Address {
    /// What the printer calls itself (`printer-uri`).
    pub(crate) printer: Uri,
    /// Where the HTTP request goes.
    http: String,
    host: String,
    port: u16,
    /// Without user name and password, for people.
    pub(crate) shown: String,
}

impl Address {
    /// Reads `ipp://host[:port]/path` or `http://host[:port]/path`.
    pub(crate) fn parse(text: &str) -> Result<Self, PrintError> {
        let wrong = |reason: &str| PrintError::Address { reason: reason.to_owned() };
        let uri: Uri = text.parse().map_err(|_| wrong("not a URI"))?;
        let authority = uri.authority().ok_or_else(|| wrong("no host"))?;
        if authority.host().is_empty() {
            return Err(wrong("no host"));
        }
        // Credentials in an address end up in lists and logs.
        if authority.as_str().contains('@') {
            return Err(wrong("user name or password in the address"));
        }
        let path = uri.path();
        let (scheme_port, host) = match uri.scheme_str() {
            Some("ipp") => (IPP_PORT, authority.host()),
            Some("http") => (80, authority.host()),
            Some("ipps" | "https") => {
                return Err(wrong("encrypted IPP is not built in; use a local CUPS queue for this printer"));
            }
            _ => return Err(wrong("neither ipp:// nor http://")),
        };
        let port = authority.port_u16().unwrap_or(scheme_port);
        let printer = format!("ipp://{host}:{port}{path}").parse().map_err(|_| wrong("not a URI"))?;
        Ok(Self {
            printer,
            http: format!("http://{host}:{port}{path}"),
            host: host.trim_matches(['[', ']']).to_owned(),
            port,
            shown: format!("{host}:{port}{path}"),
        })
    }
}

/// Sends one request and reads its answer, whatever IPP status it has. `stop` is asked while it waits.
///
/// # Errors
/// [`PrintError::Unreachable`] if surely nothing was sent, [`PrintError::Broken`] if something may have
/// been; [`PrintError::Stopped`] leaves open what became of the request.
pub(crate) fn exchange(
    address: &Address,
    request: &IppRequestResponse,
    document: &[u8],
    limit: Duration,
    stop: &dyn Fn() -> bool,
) -> Result<IppRequestResponse, PrintError> {
    let mut body = request.to_bytes().to_vec();
    body.extend_from_slice(document);
    let address = address.clone();
    let (answer, answered) = channel();
    // A thread of its own: a printer that hangs must not keep the task from being cancelled. The thread
    // ends at the request's time limit at the latest.
    std::thread::spawn(move || {
        let _ = answer.send(post(&address, &body, limit));
    });
    loop {
        match answered.recv_timeout(ASK_EVERY) {
            Ok(answer) => return parse(answer?),
            Err(RecvTimeoutError::Timeout) if stop() => return Err(PrintError::Stopped),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => {
                return Err(PrintError::Broken { reason: "the request ended without an answer".into() });
            }
        }
    }
}

fn post(address: &Address, body: &[u8], limit: Duration) -> Result<Vec<u8>, PrintError> {
    // Looked up first, because the client does not tell a failed look-up from a broken connection.
    (address.host.as_str(), address.port)
        .to_socket_addrs()
        .map_err(|error| PrintError::Unreachable { reason: error.to_string() })?;
    let agent: Agent = Agent::config_builder()
        .proxy(None)
        .max_redirects(0)
        .http_status_as_error(false)
        .timeout_connect(Some(CONNECT_LIMIT.min(limit)))
        .timeout_global(Some(limit))
        .user_agent("window-terminal")
        .build()
        .into();
    let mut response = agent
        .post(&address.http)
        .content_type("application/ipp")
        .send(body)
        .map_err(|error| from_http(&error))?;
    let status = response.status().as_u16();
    if status != 200 {
        return Err(PrintError::Http { status });
    }
    response
        .body_mut()
        .with_config()
        .limit(ANSWER_LIMIT)
        .read_to_vec()
        .map_err(|error| PrintError::Broken { reason: error.to_string() })
}

fn from_http(error: &ureq::Error) -> PrintError {
    use std::io::ErrorKind;
    let reason = error.to_string();
    match error {
        ureq::Error::HostNotFound
        | ureq::Error::ConnectionFailed
        | ureq::Error::Timeout(ureq::Timeout::Resolve | ureq::Timeout::Connect) => {
            PrintError::Unreachable { reason }
        }
        ureq::Error::Io(io)
            if matches!(
                io.kind(),
                ErrorKind::ConnectionRefused | ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable
            ) =>
        {
            PrintError::Unreachable { reason }
        }
        ureq::Error::BadUri(_) | ureq::Error::Http(_) => PrintError::Address { reason },
        _ => PrintError::Broken { reason },
    }
}

/// Reads an answer's body.
pub(crate) fn parse(bytes: Vec<u8>) -> Result<IppRequestResponse, PrintError> {
    super::form::check(&bytes).map_err(|reason| PrintError::Garbage { reason: reason.to_owned() })?;
    IppParser::new(IppReader::new(Cursor::new(bytes)))
        .parse()
        .map_err(|error| PrintError::Garbage { reason: error.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_and_wrong_ones_say_why() {
        for (text, printer, shown) in [
            (
                "ipp://printer.local/ipp/print",
                "ipp://printer.local:631/ipp/print",
                "printer.local:631/ipp/print",
            ),
            ("ipp://10.0.0.8:8631/ipp", "ipp://10.0.0.8:8631/ipp", "10.0.0.8:8631/ipp"),
            (
                "http://localhost:631/printers/counter",
                "ipp://localhost:631/printers/counter",
                "localhost:631/printers/counter",
            ),
            ("ipp://[::1]:631/ipp/print", "ipp://[::1]:631/ipp/print", "[::1]:631/ipp/print"),
        ] {
            let address = Address::parse(text).unwrap();
            assert_eq!(address.printer.to_string(), printer);
            assert_eq!(address.shown, shown);
        }
        for text in
            ["", "printer", "/dev/usb/lp0", "lpd://x/y", "ipps://x/ipp", "ipp://u:p@x/ipp", "ipp:///ipp"]
        {
            let error = Address::parse(text).expect_err(text);
            assert_eq!(error.code(), "PRINT_ADDRESS", "{text}");
            assert!(!error.to_string().contains("u:p"));
        }
    }

    #[test]
    fn what_is_not_ipp_is_refused() {
        for bytes in [&b""[..], b"<html>", &[2, 0, 0, 0, 0, 0, 0, 1, 1, 0x47, 0xFF]] {
            assert_eq!(parse(bytes.to_vec()).err().map(|error| error.code()), Some("PRINT_GARBAGE"));
        }
    }
}
