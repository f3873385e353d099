//! Requests byte by byte, so that a test can send what no browser would.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

/// An answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).expect("a JSON answer")
    }

    /// Status and code of a refusal.
    pub fn refusal(&self) -> (u16, String) {
        (self.status, self.json()["code"].as_str().expect("a code").to_owned())
    }
}

/// A request that is right unless told otherwise.
#[derive(Debug, Clone)]
pub struct Request {
    address: String,
    line: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Request {
    pub fn get(address: &str, path: &str) -> Self {
        Self {
            address: address.to_owned(),
            line: format!("GET {path} HTTP/1.1"),
            headers: vec![("host".into(), address.to_owned()), ("connection".into(), "close".into())],
            body: Vec::new(),
        }
    }

    pub fn post(address: &str, path: &str, body: &str) -> Self {
        let mut request = Self::get(address, path).with("origin", &format!("http://{address}"));
        request.line = format!("POST {path} HTTP/1.1");
        request.body = body.as_bytes().to_vec();
        let length = body.len().to_string();
        request.with("content-type", "application/json").with("content-length", &length)
    }

    pub fn method(mut self, method: &str) -> Self {
        let rest = self.line.split_once(' ').expect("a request line").1.to_owned();
        self.line = format!("{method} {rest}");
        self
    }

    /// Sets a header in place of the one there was.
    pub fn with(self, name: &str, value: &str) -> Self {
        self.without(name).and(name, value)
    }

    /// Adds a header.
    pub fn and(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(key, _)| key != name);
        self
    }

    pub fn open(&self) -> TcpStream {
        let mut stream = TcpStream::connect(&self.address).expect("the door's port");
        stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a time limit");
        let mut head = format!("{}\r\n", self.line);
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str("\r\n");
        stream.write_all(head.as_bytes()).expect("sending");
        // A door that refuses early may close before everything is sent.
        let _ = stream.write_all(&self.body);
        stream
    }

    pub fn send(&self) -> Answer {
        let mut bytes = Vec::new();
        let mut stream = self.open();
        // Closing early shows as a reset after the answer.
        let _ = stream.read_to_end(&mut bytes);
        let split = bytes.windows(4).position(|end| end == b"\r\n\r\n").expect("a head");
        let head = String::from_utf8(bytes[..split].to_vec()).expect("a head in ASCII");
        let mut lines = head.split("\r\n");
        let status = lines.next().and_then(|line| line.split(' ').nth(1)).expect("a status");
        Answer {
            status: status.parse().expect("a number"),
            headers: lines
                .filter_map(|line| line.split_once(": "))
                .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
                .collect(),
            body: bytes[split + 4..].to_vec(),
        }
    }
}
