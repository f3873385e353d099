//! HTTP to one scanner.

use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use ureq::Agent;

use super::error::EsclError;

/// How often a waiting request asks whether to go on.
const ASK_EVERY: Duration = Duration::from_millis(50);
/// Longest document of the protocol: capabilities have some 30 KiB.
const LONGEST_DOCUMENT: u64 = 1 << 20;
/// Longest page: A3 at 600 dpi in colour as a JPEG of the best quality has some 40 MB.
const LONGEST_PAGE: u64 = 96 << 20;

/// An answer.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    /// Of the header `Location`, the path.
    pub(super) location: Option<String>,
    pub(super) content_type: String,
    pub(super) body: Vec<u8>,
}

/// What is asked.
#[derive(Debug, Clone)]
pub(super) enum Question {
    Get(String),
    Post(String, String),
    Delete(String),
}

/// One scanner's address.
#[derive(Debug, Clone)]
pub(super) struct Transport {
    /// `http://host:port`, without a path.
    origin: String,
    /// `/eSCL`, without a stroke at its end.
    base: String,
    /// How long an answer may take.
    answer_limit: Duration,
    /// How long a page may take.
    page_limit: Duration,
}

impl Transport {
    /// Reads an address of the form `http://host:port/eSCL`.
    pub(super) fn new(
        address: &str,
        answer_limit: Duration,
        page_limit: Duration,
    ) -> Result<Self, EsclError> {
        let unusable =
            || EsclError::Settings("path is not http://host:port/eSCL without a password".to_owned());
        let rest = address.strip_prefix("http://").ok_or_else(unusable)?;
        let (host, path) = rest.split_once('/').unwrap_or((rest, "eSCL"));
        // A password in an address ends up in lists and logs.
        let plain =
            |text: &str| text.chars().all(|one| one.is_ascii_graphic() && !"\"<>\\^`{|}?#@".contains(one));
        if host.is_empty() || host.starts_with(':') || !plain(host) || !plain(path) {
            return Err(unusable());
        }
        let base = format!("/{}", path.trim_end_matches('/'));
        Ok(Self { origin: format!("http://{host}"), base, answer_limit, page_limit })
    }

    /// The same address with less patience.
    pub(super) fn hurried(&self, most: Duration) -> Self {
        Self { answer_limit: self.answer_limit.min(most), ..self.clone() }
    }

    /// The path of a resource of the protocol.
    pub(super) fn resource(&self, name: &str) -> String {
        format!("{}/{name}", self.base)
    }

    /// Asks and waits; `stop` says what to end with, if anything.
    pub(super) fn ask(
        &self,
        question: Question,
        stop: &dyn Fn() -> Option<EsclError>,
    ) -> Result<Answer, EsclError> {
        self.within(question, LONGEST_DOCUMENT, self.answer_limit, stop)
    }

    /// Takes the next page of a job.
    pub(super) fn page(
        &self,
        path: String,
        stop: &dyn Fn() -> Option<EsclError>,
    ) -> Result<Answer, EsclError> {
        self.within(Question::Get(path), LONGEST_PAGE, self.page_limit, stop)
    }

    fn within(
        &self,
        question: Question,
        longest: u64,
        limit: Duration,
        stop: &dyn Fn() -> Option<EsclError>,
    ) -> Result<Answer, EsclError> {
        if let Some(end) = stop() {
            return Err(end);
        }
        let (send, answered) = channel();
        let origin = self.origin.clone();
        // A thread of its own: a scanner that hangs must not keep the task from being cancelled. It ends at the request's
        // time limit at the latest.
        std::thread::Builder::new()
            .name("escl".into())
            .spawn(move || {
                let _ = send.send(request(&origin, question, longest, limit));
            })
            .map_err(|error| EsclError::BrokenOff(error.to_string()))?;
        loop {
            match answered.recv_timeout(ASK_EVERY) {
                Ok(answer) => return answer,
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(EsclError::BrokenOff("the request ended without an answer".to_owned()));
                }
                Err(RecvTimeoutError::Timeout) => {
                    if let Some(end) = stop() {
                        return Err(end);
                    }
                }
            }
        }
    }
}

fn request(origin: &str, question: Question, longest: u64, limit: Duration) -> Result<Answer, EsclError> {
    let agent: Agent = Agent::config_builder()
        // No proxy that the environment names, no other machine that an answer names.
        .proxy(None)
        .max_redirects(0)
        .http_status_as_error(false)
        .timeout_global(Some(limit))
        .user_agent("window-terminal")
        .build()
        .into();
    let sent = match question {
        Question::Get(path) => agent.get(format!("{origin}{path}")).call(),
        Question::Delete(path) => agent.delete(format!("{origin}{path}")).call(),
        Question::Post(path, body) => {
            agent.post(format!("{origin}{path}")).header("content-type", "text/xml").send(body)
        }
    };
    let mut response = sent.map_err(|error| failed(&error))?;
    let header =
        |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let (location, content_type) = (header("location"), header("content-type").unwrap_or_default());
    let announced = header("content-length").and_then(|length| length.parse::<u64>().ok());
    if announced.is_some_and(|length| length > longest) {
        return Err(EsclError::TooLong);
    }
    let status = response.status().as_u16();
    let body =
        response.body_mut().with_config().limit(longest).read_to_vec().map_err(|error| failed(&error))?;
    Ok(Answer { status, location: location.as_deref().and_then(path_of), content_type, body })
}

fn failed(error: &ureq::Error) -> EsclError {
    use std::io::ErrorKind::{ConnectionRefused, HostUnreachable, NetworkUnreachable};
    match error {
        ureq::Error::HostNotFound | ureq::Error::ConnectionFailed => {
            EsclError::Unreachable(error.to_string())
        }
        ureq::Error::Io(cause)
            if matches!(cause.kind(), ConnectionRefused | HostUnreachable | NetworkUnreachable) =>
        {
            EsclError::Unreachable(error.to_string())
        }
        ureq::Error::Timeout(_) => EsclError::Timeout,
        ureq::Error::BodyExceedsLimit(_) => EsclError::TooLong,
        ureq::Error::Protocol(_) | ureq::Error::Http(_) => EsclError::Garbage("no HTTP"),
        _ => EsclError::BrokenOff(error.to_string()),
    }
}

/// The path of an address: scanners behind a gateway name themselves by hosts that nobody can reach, so the host that
/// is configured stays.
fn path_of(location: &str) -> Option<String> {
    let path = match location.split_once("://") {
        Some((_, rest)) => &rest[rest.find('/')?..],
        None => location,
    };
    let plain = path.chars().all(|one| one.is_ascii_graphic());
    let within = path.starts_with('/') && !path.starts_with("//") && !path.contains("..");
    (plain && within && path.len() <= 512).then(|| path.trim_end_matches('/').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(address: &str) -> Result<Transport, EsclError> {
        Transport::new(address, Duration::from_secs(1), Duration::from_secs(1))
    }

    #[test]
    fn addresses_are_read_and_passwords_refused() {
        let plain = of("http://192.0.2.7:8080/eSCL/").unwrap();
        assert_eq!(plain.resource("ScannerStatus"), "/eSCL/ScannerStatus");
        assert_eq!(of("http://scanner.invalid").unwrap().resource("x"), "/eSCL/x");
        for wrong in [
            "",
            "https://a/eSCL",
            "http://",
            "http://:80/eSCL",
            "http://a:b@c/eSCL",
            "http://a/e?x",
            "a/eSCL",
        ] {
            assert!(matches!(of(wrong), Err(EsclError::Settings(_))), "{wrong}");
        }
    }

    #[test]
    fn of_a_location_only_a_plain_path_is_taken() {
        assert_eq!(path_of("http://other:99/eSCL/ScanJobs/7/").as_deref(), Some("/eSCL/ScanJobs/7"));
        assert_eq!(path_of("/eSCL/ScanJobs/7").as_deref(), Some("/eSCL/ScanJobs/7"));
        for wrong in ["", "ScanJobs/7", "//other/x", "/a/../b", "/a b", "http://other", "/a\r\nX: y"] {
            assert_eq!(path_of(wrong), None, "{wrong:?}");
        }
    }
}
