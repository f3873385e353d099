//! As much of HTTP/1.1 as scanners and their clients speak: one request a connection.

use std::io::{self, Read, Write};

/// Longest request that is taken.
const LONGEST: usize = 64 * 1024;

/// A request.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) body: String,
}

/// Reads a request.
pub(super) fn request(stream: &mut impl Read) -> io::Result<Request> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        if let Some(head) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            let text = String::from_utf8_lossy(&bytes[..head]).into_owned();
            let lower = text.to_ascii_lowercase();
            let length = lower.lines().find_map(|line| line.strip_prefix("content-length:"));
            let length: usize = length.and_then(|length| length.trim().parse().ok()).unwrap_or(0);
            if let Some(body) = bytes.get(head + 4..head + 4 + length) {
                let mut line = text.lines().next().unwrap_or_default().split(' ');
                let mut word = || line.next().unwrap_or_default().to_owned();
                let (method, path) = (word(), word());
                return Ok(Request { method, path, body: String::from_utf8_lossy(body).into_owned() });
            }
        }
        let count = stream.read(&mut buffer)?;
        if count == 0 || bytes.len() + count > LONGEST {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        bytes.extend_from_slice(&buffer[..count]);
    }
}

/// Writes an answer; `length` is what the header says.
pub(super) fn answer(
    stream: &mut impl Write,
    status: u16,
    headers: &str,
    body: &[u8],
    length: u64,
) -> io::Result<()> {
    let reason = match status {
        200 => "OK",
        201 => "Created",
        404 => "Not Found",
        409 => "Conflict",
        503 => "Service Unavailable",
        _ => "Other",
    };
    write!(
        stream,
        "HTTP/1.1 {status} {reason}\r\nServer: training\r\n{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n"
    )?;
    stream.write_all(body)?;
    stream.flush()
}
