//! A queue's server: takes one POST a connection and answers in JSON.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use serde_json::{Value, json};

/// Longest request that is taken.
const LONGEST: usize = 64 * 1024;

/// What a server can do wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ServerFault {
    /// Nothing.
    #[default]
    None,
    /// It answers with this status and nothing more.
    Status(u16),
    /// Its JSON says no.
    Refuse,
    /// Its JSON says that another call is being made.
    Busy,
    /// It takes the call and never answers.
    Silent,
    /// Its answer breaks off.
    Short,
    /// Its answer is no HTTP.
    NoHttp,
    /// Its answer is no JSON.
    NoJson,
    /// Its answer has no end.
    Endless,
}

#[derive(Default)]
struct State {
    fault: ServerFault,
    calls: Vec<Value>,
}

/// A server that serves until it is dropped.
pub struct QueueServer {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

impl QueueServer {
    /// Serves on a free port of this PC; with `port`, on that one.
    ///
    /// # Errors
    /// The port is taken.
    pub fn start(port: Option<u16>) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", port.unwrap_or(0)))?;
        let address = listener.local_addr()?;
        let state = Arc::new(Mutex::new(State::default()));
        let stop = Arc::new(AtomicBool::new(false));
        let thread = std::thread::Builder::new().name("queue-server".into()).spawn({
            let (state, stop) = (Arc::clone(&state), Arc::clone(&stop));
            move || {
                for stream in listener.incoming() {
                    if stop.load(Ordering::SeqCst) {
                        break;
                    }
                    let Ok(stream) = stream else { continue };
                    let (state, stop) = (Arc::clone(&state), Arc::clone(&stop));
                    // A caller that hangs must not keep the next one waiting.
                    let _ = std::thread::Builder::new().name("queue-call".into()).spawn(move || {
                        if let Err(error) = converse(&stream, &state, &stop) {
                            tracing::debug!(%error, "queue server");
                        }
                    });
                }
            }
        })?;
        Ok(Self { address, state, stop, thread: Some(thread) })
    }

    /// Where it serves.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Tells it to do something wrong.
    pub fn set_fault(&self, fault: ServerFault) {
        lock(&self.state).fault = fault;
    }

    /// The calls that it has taken.
    #[must_use]
    pub fn calls(&self) -> Vec<Value> {
        lock(&self.state).calls.clone()
    }
}

impl Drop for QueueServer {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        // Wakes the thread out of its wait.
        let _ = TcpStream::connect(self.address);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn converse(stream: &TcpStream, state: &Mutex<State>, stop: &AtomicBool) -> io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    stream.set_write_timeout(Some(Duration::from_secs(5)))?;
    let mut stream = stream;
    let body = request(&mut stream)?;
    let fault = lock(state).fault;
    let taken =
        matches!(fault, ServerFault::None | ServerFault::Silent | ServerFault::Short | ServerFault::NoJson);
    if taken {
        lock(state).calls.push(serde_json::from_slice(&body).unwrap_or(Value::Null));
    }
    let answer = |status: u16, body: &str| {
        format!(
            "HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        )
    };
    let good = json!({ "code": 0, "message": "ok" }).to_string();
    let text = match fault {
        ServerFault::None => answer(200, &good),
        ServerFault::Status(status) => answer(status, ""),
        ServerFault::Refuse => answer(200, &json!({ "code": 17 }).to_string()),
        ServerFault::Busy => answer(200, &json!({ "code": 9 }).to_string()),
        ServerFault::NoJson => answer(200, "<html>"),
        ServerFault::NoHttp => "\u{1}\u{2}\u{3}\r\n\r\n".to_owned(),
        ServerFault::Short => {
            let whole = answer(200, &good);
            whole[..whole.len() - 10].to_owned()
        }
        ServerFault::Silent => {
            while !stop.load(Ordering::SeqCst) && stream.peek(&mut [0]).is_err() {}
            return Ok(());
        }
        ServerFault::Endless => {
            stream.write_all(b"HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n")?;
            while !stop.load(Ordering::SeqCst) {
                stream.write_all(format!("1000\r\n{}\r\n", "x".repeat(0x1000)).as_bytes())?;
            }
            return Ok(());
        }
    };
    stream.write_all(text.as_bytes())
}

/// Reads a request's body.
fn request(stream: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        if let Some(head) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            let text = String::from_utf8_lossy(&bytes[..head]).to_ascii_lowercase();
            let length = text.lines().find_map(|line| line.strip_prefix("content-length:"));
            let length: usize = length.and_then(|length| length.trim().parse().ok()).unwrap_or(0);
            if let Some(body) = bytes.get(head + 4..head + 4 + length) {
                return Ok(body.to_vec());
            }
        }
        let count = stream.read(&mut buffer)?;
        if count == 0 || bytes.len() + count > LONGEST {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        bytes.extend_from_slice(&buffer[..count]);
    }
}
